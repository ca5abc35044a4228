#include "language/pkt_script.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "language/pkt_reader.h"
#include "language/pkt_segment.h"

/* Seconds with decimals: 1, .5, 1.25. */
static bool read_seconds(struct pkt_reader *reader, int64_t *nanoseconds) {
  char text[40] = "";
  size_t length = 0;
  const char *from = reader->source->text + reader->at;
  size_t left = reader->source->length - reader->at;
  bool point = false;
  while (length < left && length < sizeof text - 1 &&
         (isdigit((unsigned char)from[length]) ||
          (from[length] == '.' && !point && !(length + 1 < left && from[length + 1] == '.')))) {
    point = point || from[length] == '.';
    text[length] = from[length];
    length++;
  }
  if (length == 0 || (length == 1 && point))
    return false;
  double seconds = strtod(text, NULL);
  if (seconds > 1e6) /* more than a week */
    return false;
  reader->at += length;
  *nanoseconds = (int64_t)(seconds * 1e9 + 0.5);
  return true;
}

static int read_time(struct pkt_reader *reader, struct pkt_time *time) {
  static const char *const message =
      N_("a line begins with its time, as 0, +.1, +0~+.2, +0...0.2 or *");
  if (pkt_reader_take(reader, "*")) {
    time->moment = PKT_ANY;
    return 0;
  }
  time->moment = pkt_reader_take(reader, "+") ? PKT_AFTER : PKT_AT;
  if (!read_seconds(reader, &time->from))
    return pkt_reader_wrong(reader, _(message));
  time->to = time->from;
  size_t end = reader->at;
  while (pkt_reader_peek(reader) == ' ' || pkt_reader_peek(reader) == '\t')
    reader->at++;
  time->blocks = pkt_reader_take(reader, "...");
  if (!time->blocks && !pkt_reader_take(reader, "~")) {
    reader->at = end;
    return 0;
  }
  while (pkt_reader_peek(reader) == ' ' || pkt_reader_peek(reader) == '\t')
    reader->at++;
  time->end_after = pkt_reader_take(reader, "+");
  return read_seconds(reader, &time->to) ? 0 : pkt_reader_wrong(reader, _(message));
}

/* A piece up to its closing mark. */
static int read_quoted(struct pkt_reader *reader, const char *close, struct pkt_text *text) {
  size_t begin = reader->at;
  text->text = reader->source->text + begin;
  while (!pkt_reader_take(reader, close)) {
    if (reader->at >= reader->source->length) {
      reader->at = begin;
      return pkt_reader_wrong(reader, _("what begins here has no end: ` or }% is missing"));
    }
    reader->at++;
  }
  text->length = reader->at - strlen(close) - begin;
  return 0;
}

/* Behind the opening parenthesis, up to the one that closes it. */
static int skip_arguments(struct pkt_reader *reader) {
  size_t begin = reader->at;
  for (int depth = 1; depth > 0; reader->at++) {
    char here = pkt_reader_peek(reader);
    if (here == '"')
      for (reader->at++; pkt_reader_peek(reader) && pkt_reader_peek(reader) != '"'; reader->at++)
        reader->at += pkt_reader_peek(reader) == '\\';
    if (reader->at >= reader->source->length) {
      reader->at = begin;
      return pkt_reader_wrong(reader, _("the arguments of this call have no end: ) is missing"));
    }
    depth += here == '(' ? 1 : here == ')' ? -1 : 0;
  }
  return 0;
}

static struct pkt_text since(const struct pkt_reader *reader, size_t begin) {
  return (struct pkt_text){reader->source->text + begin, reader->at - begin};
}

/* = -1 EAGAIN (Resource temporarily unavailable) */
static int read_result(struct pkt_reader *reader, struct pkt_call *call) {
  size_t begin;
  if (pkt_reader_skip(reader) < 0)
    return -1;
  if (!pkt_reader_take(reader, "="))
    return pkt_reader_wrong(reader, _("= and what the call gives are missing"));
  pkt_reader_at_end_of_line(reader);
  begin = reader->at;
  if (!pkt_reader_take(reader, "...")) {
    pkt_reader_take(reader, "-");
    pkt_reader_word(reader);
  }
  call->result = since(reader, begin);
  if (call->result.length == 0)
    return pkt_reader_wrong(reader, _("what the call gives is a number"));
  if (!pkt_reader_at_end_of_line(reader) && isalpha((unsigned char)pkt_reader_peek(reader)))
    call->error = pkt_reader_word(reader);
  if (!pkt_reader_at_end_of_line(reader) && pkt_reader_take(reader, "("))
    return skip_arguments(reader);
  return 0;
}

static int read_call(struct pkt_reader *reader, struct pkt_call *call) {
  size_t begin = reader->at;
  call->name = pkt_reader_word(reader);
  if (call->name.length == 0 || !pkt_reader_take(reader, "(")) {
    reader->at = begin;
    return pkt_reader_wrong(reader, _("behind the time stand < or > and a segment, a call as "
                                      "close(3) = 0, a command in `...`, or code in %{ ... }%"));
  }
  if (skip_arguments(reader) < 0)
    return -1;
  call->whole = since(reader, begin);
  return read_result(reader, call);
}

static int read_body(struct pkt_reader *reader, struct pkt_step *step) {
  char next = pkt_reader_peek(reader);
  if (next == '<' || next == '>') {
    step->kind = PKT_SEGMENT;
    return pkt_segment_read(reader, &step->segment);
  }
  if (pkt_reader_take(reader, "`")) {
    step->kind = PKT_COMMAND;
    return read_quoted(reader, "`", &step->text);
  }
  if (pkt_reader_take(reader, "%{")) {
    step->kind = PKT_CODE;
    return read_quoted(reader, "}%", &step->text);
  }
  step->kind = PKT_CALL;
  return read_call(reader, &step->call);
}

/* --name=value, one or several on a line. */
static int read_settings(struct pkt_reader *reader, struct pkt_script *script) {
  struct pkt_setting **last = &script->settings;
  for (;;) {
    if (pkt_reader_skip(reader) < 0)
      return -1;
    size_t begin = reader->at;
    if (!pkt_reader_take(reader, "--"))
      return 0;
    struct pkt_setting *setting = arena_allocate(reader->arena, sizeof *setting);
    if (!setting)
      return error_set_memory(reader->error);
    setting->name = pkt_reader_word(reader);
    if (setting->name.length == 0)
      return pkt_reader_wrong(reader, _("the name of a setting is missing"));
    if (pkt_reader_take(reader, "=")) {
      size_t from = reader->at;
      while (isgraph((unsigned char)pkt_reader_peek(reader)))
        reader->at++;
      setting->value = since(reader, from);
    }
    setting->place = place_at(begin, reader->at - begin);
    *last = setting;
    last = &setting->next;
  }
}

/* Without a time, which then follows from what it is. */
static bool lacks_time(struct pkt_reader *reader) {
  char first = pkt_reader_peek(reader);
  return first == '<' || first == '>' || isalpha((unsigned char)first);
}

static int read_step(struct pkt_reader *reader, struct pkt_step *step, bool typed) {
  size_t begin = reader->at;
  char first = pkt_reader_peek(reader);
  step->line = reader->source->first_line + source_newlines(reader->source, 0, begin);
  if (typed && lacks_time(reader)) {
    step->time.moment = first == '>' ? PKT_ANY : PKT_AFTER;
  } else if (first == '`' || first == '%') {
    step->time.moment = PKT_AFTER;
  } else if (read_time(reader, &step->time) < 0 || pkt_reader_skip(reader) < 0) {
    return -1;
  }
  if (read_body(reader, step) < 0)
    return -1;
  step->place = place_at(begin, reader->at - begin);
  return 0;
}

static int read_script(const struct source *source, struct pkt_script *script, bool typed,
                       struct error *error) {
  *script = (struct pkt_script){.settings = NULL};
  struct pkt_reader reader = {source, 0, &script->arena, error};
  struct pkt_step **last = &script->first;
  if (read_settings(&reader, script) < 0)
    return -1;
  for (;;) {
    if (pkt_reader_skip(&reader) < 0)
      return -1;
    if (reader.at >= source->length && !script->first && !typed)
      return pkt_reader_wrong(&reader, _("the script has no call, segment, command or code"));
    if (reader.at >= source->length)
      return 0;
    struct pkt_step *step = arena_allocate(&script->arena, sizeof *step);
    if (!step)
      return error_set_memory(error);
    if (read_step(&reader, step, typed) < 0)
      return -1;
    *last = step;
    last = &step->next;
  }
}

int pkt_script_read(const struct source *source, struct pkt_script *script, struct error *error) {
  return read_script(source, script, false, error);
}

int pkt_line_read(const struct source *source, struct pkt_script *script, struct error *error) {
  return read_script(source, script, true, error);
}

bool pkt_line_begins(const char *text, size_t length) {
  struct source source = {.text = (char *)text, .length = length};
  struct error ignored;
  struct pkt_reader reader = {&source, 0, NULL, &ignored};
  struct pkt_time time = {.from = 0};
  char first = pkt_reader_peek(&reader);
  if (first == '<' || first == '>')
    return length == 1 || isspace((unsigned char)text[1]);
  if (!first || !strchr("+*.0123456789", first) || read_time(&reader, &time) < 0 ||
      !isspace((unsigned char)pkt_reader_peek(&reader)) || pkt_reader_at_end_of_line(&reader))
    return false;
  return strchr("<>`%", pkt_reader_peek(&reader)) ||
         (pkt_reader_word(&reader).length > 0 && pkt_reader_peek(&reader) == '(');
}

bool pkt_time_read(const char *word, size_t length, struct pkt_time *time) {
  struct source source = {.text = (char *)word, .length = length};
  struct error ignored;
  struct pkt_reader reader = {&source, 0, NULL, &ignored};
  return read_time(&reader, time) == 0 && reader.at == length && time->moment != PKT_ANY &&
         !time->blocks && time->to == time->from;
}

void pkt_script_free(struct pkt_script *script) {
  arena_free(&script->arena);
}
