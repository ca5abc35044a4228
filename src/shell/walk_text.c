#include "shell/walk_text.h"

#include <string.h>

#include "shell/packetdrill_line.h"

static const char ask[] = "ask:";

static bool begins_with(const char *text, size_t size, const char *word) {
  return size >= strlen(word) && memcmp(text, word, strlen(word)) == 0;
}

/* A comment line: its text behind the # and one space; in scripts of packetdrill behind //. False
 * if the line is none. The first line of a script may name its interpreter, and is none either. */
static bool comment_text(const struct source *source, const char *line, size_t length,
                         const char **text, size_t *size) {
  const char *begin = packetdrill_line_fits(source->name) ? "//" : "#";
  while (length > 0 && (*line == ' ' || *line == '\t'))
    line++, length--;
  if (!begins_with(line, length, begin) || begins_with(line, length, "#!"))
    return false;
  line += strlen(begin), length -= strlen(begin);
  if (length > 0 && *line == ' ')
    line++, length--;
  *text = line;
  *size = length;
  return true;
}

static size_t line_length(const char *text, size_t length) {
  const char *end = memchr(text, '\n', length);
  return end ? (size_t)(end - text) : length;
}

static bool is_mark(const char *text, size_t size) {
  return begins_with(text, size, ask);
}

bool walk_text_has_comment(const struct source *source, size_t from, size_t to) {
  const char *text;
  size_t size;
  for (size_t at = from; at < to;) {
    size_t length = line_length(source->text + at, to - at);
    if (comment_text(source, source->text + at, length, &text, &size))
      return true;
    at += length + 1;
  }
  return false;
}

void walk_text_append_comments(const struct source *source, size_t from, size_t to,
                               struct bytes *bytes, struct bytes *mark) {
  bool any = false;
  for (size_t at = from; at < to;) {
    const char *text;
    size_t size;
    size_t length = line_length(source->text + at, to - at);
    const char *line = source->text + at;
    at += length + 1;
    if (!comment_text(source, line, length, &text, &size)) {
      if (any && length == 0)
        bytes_append_char(bytes, '\n');
      continue;
    }
    if (is_mark(text, size)) {
      if (mark)
        bytes_append(mark, text + sizeof ask - 1, size - (sizeof ask - 1));
      continue;
    }
    /* The title, and where to read on, are paragraphs of their own. */
    bool apart = !any || begins_with(text, size, "Read: ");
    bytes_append_text(bytes, apart ? "\n  " : "  ");
    any = !begins_with(text, size, "Lesson: ");
    bytes_append(bytes, text, size);
    bytes_append_char(bytes, '\n');
  }
}

/* Where the RESULT of the outermost expect or until begins and ends. False if there is none. */
static bool find_result(const struct source *source, const struct statement *statement,
                        size_t *from, size_t *to) {
  for (const struct prefix *prefix = statement->prefixes; prefix; prefix = prefix->next) {
    if (prefix->kind != PREFIX_EXPECT && prefix->kind != PREFIX_UNTIL)
      continue;
    *from = prefix->place.offset;
    while (*from < source->length && source->text[*from] != ' ')
      (*from)++;
    *to = prefix->next ? prefix->next->place.offset : statement->command_place.offset;
    return *from < *to;
  }
  return false;
}

void walk_text_append_line(const struct source *source, const struct statement *statement,
                           bool hides, struct bytes *bytes) {
  size_t end = statement->place.offset + statement->place.length;
  size_t from = end;
  size_t to = end;
  if (hides)
    find_result(source, statement, &from, &to);
  bytes_append_text(bytes, "> ");
  for (size_t at = statement->place.offset; at < end; at++) {
    if (at == from && to > from) {
      bytes_append_text(bytes, " ? ");
      at = to;
    }
    bytes_append_char(bytes, source->text[at]);
    if (source->text[at] == '\n')
      bytes_append_text(bytes, "> ");
  }
  bytes_append_char(bytes, '\n');
}

struct found {
  unsigned job;
  struct bytes *bytes;
};

static bool take_test(const struct event *event, void *context) {
  const struct found *found = context;
  const struct event_test *test = &event->test;
  if (event->job != found->job || !test->passed)
    return true;
  if (strcmp(test->what, "await") == 0)
    bytes_append_format(found->bytes, _("  # it is so: %s\n"), test->expected);
  else if (strcmp(test->what, "assert") == 0)
    bytes_append_format(found->bytes, _("  # it holds: %s %s\n"), test->got, test->expected);
  return true;
}

void walk_text_append_found(struct runner *runner, uint64_t since, struct bytes *bytes) {
  struct found found = {runner->job, bytes};
  timeline_walk(runner->session->timeline, since + 1, EVENT_BIT(EVENT_TEST), take_test, &found);
}
