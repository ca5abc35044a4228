/* habit_reader_data: the readers of data as other languages write it, at the end of a line: what
 * stands behind it stays as it is. */
#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "command/command.h"
#include "command/habit_reader.h"
#include "command/kinds.h"
#include "language/number.h"

static bool begins(struct habit_text text, const char *with) {
  size_t length = strlen(with);
  return text.length >= length && strncasecmp(text.text, with, length) == 0;
}

static struct habit_text skip(struct habit_text text, size_t length) {
  return (struct habit_text){text.text + length, text.length - length};
}

static struct habit_text skip_space(struct habit_text text) {
  while (text.length > 0 && (*text.text == ' ' || *text.text == '\t'))
    text = skip(text, 1);
  return text;
}

/* The number at the beginning, of C or Python: 1000, 10_000, 1024. Its length; 0: there is none. */
static size_t read_count(struct habit_text text, size_t *count) {
  char digits[16];
  size_t kept = 0;
  size_t i = 0;
  for (; i < text.length && (isdigit((unsigned char)text.text[i]) || text.text[i] == '_'); i++)
    if (text.text[i] != '_' && kept < sizeof digits - 1)
      digits[kept++] = text.text[i];
  return kept > 0 && size_parse(digits, kept, count) == 0 ? i : 0;
}

/* Appends what is behind the data, which has to be the end or another word. */
static enum habit_reading finish(struct habit_text rest, struct bytes *to) {
  if (rest.length > 0 && !isspace((unsigned char)*rest.text) && *rest.text != ';')
    return HABIT_IS_NONE;
  habit_reader_append(to, rest);
  return HABIT_READS;
}

/* A string in quotes: its length with them; 0: there is none. `bytes` becomes how many bytes it
 * stands for. */
static size_t quoted_length(struct habit_text text, size_t *bytes) {
  if (text.length < 2 || (*text.text != '"' && *text.text != '\''))
    return 0;
  *bytes = 0;
  for (size_t i = 1; i < text.length; ++*bytes) {
    if (text.text[i] == *text.text)
      return i + 1;
    bool hexadecimal = text.text[i] == '\\' && i + 1 < text.length && text.text[i + 1] == 'x';
    i += hexadecimal ? 4 : text.text[i] == '\\' ? 2 : 1;
  }
  return 0;
}

static void append_fill(struct bytes *to, size_t size, struct habit_text pattern) {
  bytes_append_format(to, "fill:%zu%s", size, pattern.length ? "," : "");
  if (pattern.length > 1 && *pattern.text == '\'' &&
      memchr(pattern.text, '\\', pattern.length)) { /* there ' is without escapes */
    bytes_append_format(to, "\"%.*s\"", (int)(pattern.length - 2), pattern.text + 1);
    return;
  }
  habit_reader_append(to, pattern);
}

/* "x" * 1000, b'\0'*10, x*1000: so many times a text. A bare one begins with a letter, since 2*3 is
 * what one sends to a server that computes. */
static enum habit_reading read_repeated(const struct runner *runner, struct habit_text text,
                                        struct bytes *to) {
  (void)runner;
  size_t bytes = 0;
  size_t count = 0;
  bool prefixed = text.length > 1 && *text.text == 'b' && strchr("\"'", text.text[1]);
  text = prefixed ? skip(text, 1) : text;
  size_t length = quoted_length(text, &bytes);
  if (length == 0 && text.length > 0 && isalpha((unsigned char)*text.text))
    while (length < text.length && isalnum((unsigned char)text.text[length]))
      bytes = ++length;
  struct habit_text pattern = {text.text, length};
  struct habit_text rest = skip_space(skip(text, length));
  if (bytes == 0 || rest.length == 0 || *rest.text != '*')
    return HABIT_IS_NONE;
  rest = skip_space(skip(rest, 1));
  length = read_count(rest, &count);
  if (length == 0 || count > DATA_LIMIT / bytes)
    return HABIT_IS_NONE;
  append_fill(to, count * bytes, pattern);
  return finish(skip(rest, length), to);
}

/* What others call so many bytes, before the number and behind it, and the pattern of fill:. */
static const struct {
  const char *before;
  const char *behind;
  const char *pattern;
} many[] = {
    {"zeros(", ")", "\"\\0\""},
    {"bytes(", ")", "\"\\0\""},
    {"bytearray(", ")", "\"\\0\""},
    {"zero:", "", "\"\\0\""},
    {"zeros:", "", "\"\\0\""},
    {"null:", "", "\"\\0\""},
    {"random:", "", ""},
    {"rand:", "", ""},
    {"bytes:", "", ""},
    {"size:", "", ""},
    {"urandom:", "", ""},
    {"urandom(", ")", ""},
    {"os.urandom(", ")", ""},
    {"random.randbytes(", ")", ""},
    {"randbytes(", ")", ""},
    {"random(", ")", ""},
};

static enum habit_reading read_many(const struct runner *runner, struct habit_text text,
                                    struct bytes *to) {
  (void)runner;
  for (size_t i = 0; i < sizeof many / sizeof *many; i++) {
    size_t count;
    if (!begins(text, many[i].before))
      continue;
    struct habit_text rest = skip(text, strlen(many[i].before));
    size_t length = read_count(rest, &count);
    if (length == 0 || count > DATA_LIMIT || !begins(skip(rest, length), many[i].behind))
      continue;
    append_fill(to, count, (struct habit_text){many[i].pattern, strlen(many[i].pattern)});
    return finish(skip(rest, length + strlen(many[i].behind)), to);
  }
  return HABIT_IS_NONE;
}

enum habit_reading habit_reader_many(struct habit_text text, struct bytes *to) {
  if (read_repeated(NULL, text, to) == HABIT_READS)
    return HABIT_READS;
  bytes_clear(to);
  if (read_many(NULL, text, to) == HABIT_READS)
    return HABIT_READS;
  bytes_clear(to);
  return HABIT_HAS_NO_FORM;
}

/* b"abc": a string of bytes, as Python writes it. */
static enum habit_reading read_bytes(const struct runner *runner, struct habit_text text,
                                     struct bytes *to) {
  (void)runner;
  size_t bytes;
  if (text.length < 3 || *text.text != 'b')
    return HABIT_IS_NONE;
  text = skip(text, 1);
  size_t length = quoted_length(text, &bytes);
  if (length == 0)
    return HABIT_IS_NONE;
  bytes_append_format(to, "\"%.*s\"", (int)(length - 2), text.text + 1);
  return finish(skip(text, length), to);
}

/* @path and <path, where there is such a file: else it is text as any other. */
static enum habit_reading read_at_file(const struct runner *runner, struct habit_text text,
                                       struct bytes *to) {
  (void)runner;
  struct bytes path = {0};
  if (text.length < 2 || (*text.text != '@' && *text.text != '<'))
    return HABIT_IS_NONE;
  text = *text.text == '<' ? skip_space(skip(text, 1)) : skip(text, 1);
  size_t length = 0;
  while (length < text.length && !isspace((unsigned char)text.text[length]))
    length++;
  bytes_append(&path, text.text, length);
  bool there = length > 0 && !path.failed && access(bytes_text(&path), R_OK) == 0;
  bytes_append_format(to, "file:%.*s", (int)length, text.text);
  bytes_free(&path);
  return there ? finish(skip(text, length), to) : HABIT_IS_NONE;
}

/* $(date) and `date`: what a program prints, as the system's shell writes it. */
static enum habit_reading read_printed(const struct runner *runner, struct habit_text text,
                                       struct bytes *to) {
  (void)runner;
  bool parenthesis = begins(text, "$(");
  if (text.length < 4 || (!parenthesis && *text.text != '`'))
    return HABIT_IS_NONE;
  text = skip(text, parenthesis ? 2 : 1);
  const char *end = memchr(text.text, parenthesis ? ')' : '`', text.length);
  if (!end || end == text.text)
    return HABIT_IS_NONE;
  bytes_append(to, text.text, (size_t)(end - text.text));
  return HABIT_READS;
}

/* A command that takes data behind its first argument. */
static enum habit_reading read_sends(const struct runner *runner, struct habit_text text,
                                     struct bytes *to) {
  (void)runner;
  const struct command *command = command_find(text.text, text.length);
  habit_reader_append(to, text);
  return command && command->arguments[0].kind != &argument_data &&
                 command->arguments[1].kind == &argument_data
             ? HABIT_READS
             : HABIT_IS_NONE;
}

/* A name bound to a program: that has a process id. */
static enum habit_reading read_running(const struct runner *runner, struct habit_text text,
                                       struct bytes *to) {
  const struct value *bound = habit_reader_bound(runner, text);
  const struct object *object = bound && bound->kind == VALUE_OBJECT ? bound->object : NULL;
  struct value process = {.kind = VALUE_NOTHING};
  struct error ignored; /* then it is something else */
  bool runs = object && object->class->field &&
              object->class->field(object, "pid", &process, &ignored) == 0;
  value_clear(&process);
  habit_reader_append(to, text);
  return runs ? HABIT_READS : HABIT_IS_NONE;
}

/* s.state, of a name that is bound. */
static enum habit_reading read_its_field(const struct runner *runner, struct habit_text text,
                                         struct bytes *to) {
  const char *dot = memchr(text.text, '.', text.length);
  struct habit_text name = {text.text, dot ? (size_t)(dot - text.text) : 0};
  bytes_append_format(to, "$%.*s", (int)text.length, text.text);
  return dot && habit_reader_bound(runner, name) ? HABIT_READS : HABIT_IS_NONE;
}

/* > and its like, of the system's shell. */
static enum habit_reading read_redirect(const struct runner *runner, struct habit_text text,
                                        struct bytes *to) {
  (void)runner;
  habit_reader_append(to, text);
  return habit_is(text, ">") || habit_is(text, ">>") || habit_is(text, "|") ? HABIT_READS
                                                                            : HABIT_IS_NONE;
}

/* A word that some command takes as one of a few: echo, upper. */
static enum habit_reading read_keyword(const struct runner *runner, struct habit_text text,
                                       struct bytes *to) {
  (void)runner;
  habit_reader_append(to, text);
  for (const struct command *const *entry = command_list(); *entry; entry++)
    for (const struct argument *argument = (*entry)->arguments; argument->name; argument++)
      if (argument->kind == &argument_keyword &&
          argument_keyword_index(argument->words, text.text, text.length) >= 0)
        return HABIT_READS;
  return HABIT_IS_NONE;
}

/* A plain word that is awaited, without the quotes that may be around it: what is a condition
 * already means no text. */
static enum habit_reading read_quoted(const struct runner *runner, struct habit_text text,
                                      struct bytes *to) {
  (void)runner;
  if (text.length > 2 && strchr("\"'", *text.text) && text.text[text.length - 1] == *text.text)
    text = (struct habit_text){text.text + 1, text.length - 2};
  static const char *const conditions[] = {"exit", "line", "listening", "readable", "writable"};
  habit_reader_append(to, text);
  for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++)
    if (habit_is(text, conditions[i]))
      return HABIT_IS_NONE;
  for (size_t i = 0; i < text.length; i++)
    if (!isalnum((unsigned char)text.text[i]) && text.text[i] != '_')
      return HABIT_IS_NONE;
  return text.length > 0 ? HABIT_READS : HABIT_IS_NONE;
}

const struct habit_reader habit_readers_of_data[] = {
    {"REPEATED", read_repeated, true, NULL},  {"MANY", read_many, true, NULL},
    {"BYTES", read_bytes, true, NULL},        {"ATFILE", read_at_file, true, NULL},
    {"PRINTED", read_printed, true, NULL},    {"SENDS", read_sends, false, NULL},
    {"QUOTED", read_quoted, false, NULL},     {"KEYWORD", read_keyword, false, NULL},
    {"RUNNING", read_running, false, NULL},   {"ITSFIELD", read_its_field, false, NULL},
    {"REDIRECT", read_redirect, false, NULL}, {NULL, NULL, false, NULL},
};
