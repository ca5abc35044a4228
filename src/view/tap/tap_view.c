/* tap_view: the tests of a session in the Test Anything Protocol, version 14. Everything else is a
 * comment. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "language/escape.h"
#include "view/notation/line.h"
#include "view/notation/notation.h"
#include "view/notation/program_line.h"
#include "view/notation/table_layout.h"
#include "view/view.h"

enum { LEVELS = 32, STATES = 64 };

/* A file being run: a subtest, except the outermost. */
struct level {
  unsigned count;
  unsigned failed;
};

/* The last state seen of a socket. */
struct tap_state {
  uint64_t socket;
  struct bytes line;
};

/* What a failure shows of a program: how it ended, and what it last wrote to standard error. */
enum { PROGRAMS = 16, PROGRAM_LINES = 10 };
struct tap_program {
  unsigned number; /* 0: none */
  struct bytes name;
  struct bytes end;                  /* empty: it runs */
  struct bytes lines[PROGRAM_LINES]; /* a ring: `count` were written so far */
  size_t count;
};

struct tap_view {
  struct view view;
  struct bytes text; /* the lines being built */
  struct level levels[LEVELS];
  unsigned depth;
  bool begun;
  struct bytes statement; /* the line being run, and its place */
  struct bytes place;
  struct bytes call;               /* the last call */
  struct tap_state states[STATES]; /* the latest; the oldest are dropped */
  size_t state_count;
  struct tap_program programs[PROGRAMS]; /* the newest: number N at N modulo PROGRAMS */
  uint64_t failed_statement; /* the statement whose failure was reported: a later error of it is the
                                same one */
};

static void indent(struct tap_view *tap) {
  for (unsigned i = 0; i < tap->depth; i++)
    bytes_append_text(&tap->text, "    ");
}

static void send_out(struct tap_view *tap) {
  if (tap->text.failed)
    tap->failed_statement = 0; /* the error that says so is to be a test of its own */
  else
    output_add(tap->view.output, STDOUT_FILENO, tap->text.data, tap->text.length);
  bytes_clear(&tap->text);
}

/* Version 14 is 13 plus subtests, which older harnesses ignore; but they refuse the number.
 * prove(1) passes its own version in the environment. */
static int tap_version(void) {
  const char *harness = getenv("HARNESS_VERSION");
  return harness && strtod(harness, NULL) < 3.5 ? 13 : 14;
}

static void begin(struct tap_view *tap) {
  if (!tap->begun)
    bytes_append_format(&tap->text, "TAP version %d\n", tap_version());
  tap->begun = true;
}

/* A description: # and \ are escaped, since a # starts a directive. */
static void put_description(struct tap_view *tap, const char *text, size_t length) {
  struct bytes plain = {0};
  escape_append_plain(&plain, text, length, false, ESCAPE_ASCII);
  for (size_t i = 0; i < plain.length; i++) {
    if (plain.data[i] == '#' || plain.data[i] == '\\')
      bytes_append_char(&tap->text, '\\');
    bytes_append_char(&tap->text, plain.data[i]);
  }
  bytes_free(&plain);
}

/* key: "text", in double quotes, in which YAML takes C's escapes. */
static void put_yaml(struct tap_view *tap, const char *key, const char *text, size_t length) {
  indent(tap);
  bytes_append_format(&tap->text, "  %s: ", key);
  escape_append_quoted(&tap->text, text, length, 1000, ESCAPE_UTF8);
  bytes_append_char(&tap->text, '\n');
}

static void put_states(struct tap_view *tap) {
  if (tap->state_count == 0)
    return;
  indent(tap);
  bytes_append_text(&tap->text, "  states:\n");
  for (size_t i = 0; i < tap->state_count; i++) {
    indent(tap);
    bytes_append_text(&tap->text, "    - ");
    escape_append_quoted(&tap->text, tap->states[i].line.data, tap->states[i].line.length, 1000,
                         ESCAPE_ASCII);
    bytes_append_char(&tap->text, '\n');
  }
}

static void put_item(struct tap_view *tap, const char *before, const struct bytes *text) {
  indent(tap);
  bytes_append_text(&tap->text, before);
  escape_append_quoted(&tap->text, text->data, text->length, 1000, ESCAPE_UTF8);
  bytes_append_char(&tap->text, '\n');
}

static void put_program(struct tap_view *tap, const struct tap_program *program) {
  size_t first = program->count > PROGRAM_LINES ? program->count - PROGRAM_LINES : 0;
  put_item(tap, "    - name: ", &program->name);
  if (program->end.length > 0)
    put_item(tap, "      end: ", &program->end);
  if (program->count == 0)
    return;
  indent(tap);
  bytes_append_text(&tap->text, "      stderr:\n");
  for (size_t i = first; i < program->count; i++)
    put_item(tap, "        - ", &program->lines[i % PROGRAM_LINES]);
}

static void put_programs(struct tap_view *tap) {
  bool begun = false;
  for (size_t i = 0; i < PROGRAMS; i++) {
    if (tap->programs[i].number == 0 ||
        (tap->programs[i].count == 0 && tap->programs[i].end.length == 0))
      continue;
    if (!begun) {
      indent(tap);
      bytes_append_text(&tap->text, "  programs:\n");
      begun = true;
    }
    put_program(tap, &tap->programs[i]);
  }
}

static void put_point(struct tap_view *tap, bool passed, const char *text, size_t length) {
  struct level *level = &tap->levels[tap->depth];
  begin(tap);
  level->count++;
  level->failed += !passed;
  indent(tap);
  bytes_append_format(&tap->text, "%s %u - ", passed ? "ok" : "not ok", level->count);
  put_description(tap, text, length);
  bytes_append_char(&tap->text, '\n');
}

static void put_diagnosis(struct tap_view *tap, const struct event *event, const char *message,
                          const char *expected, const char *got) {
  indent(tap);
  bytes_append_text(&tap->text, "  ---\n");
  if (message)
    put_yaml(tap, "message", message, strlen(message));
  if (expected)
    put_yaml(tap, "expected", expected, strlen(expected));
  if (got)
    put_yaml(tap, "got", got, strlen(got));
  bool own = event->job == 0 && event->statement != 0; /* a job's line is not the one seen last */
  if (own && tap->place.length)
    put_yaml(tap, "at", tap->place.data, tap->place.length);
  if (own && tap->statement.length)
    put_yaml(tap, "line", tap->statement.data, tap->statement.length);
  if (own && tap->call.length)
    put_yaml(tap, "call", tap->call.data, tap->call.length);
  put_states(tap);
  put_programs(tap);
  indent(tap);
  bytes_append_text(&tap->text, "  ...\n");
}

static void show_test(struct tap_view *tap, const struct event *event) {
  const struct event_test *test = &event->test;
  put_point(tap, test->passed, test->text, strlen(test->text));
  if (!test->passed) {
    put_diagnosis(tap, event, NULL, test->expected, test->got);
    tap->failed_statement = event->statement;
  }
}

/* Shows an error other than the reported failure of a test, as a test point of its own. */
static void show_error(struct tap_view *tap, const struct event *event) {
  const struct event_error *error = &event->error;
  struct bytes text = {0};
  line_append_error(error, &text);
  /* Where memory was short, the report of the test may be a part of it. */
  if (event->statement && event->statement == tap->failed_statement && error->number != ENOMEM) {
    bytes_free(&text);
    return;
  }
  put_point(tap, false, bytes_text(&text), text.length);
  put_diagnosis(tap, event, error->message, NULL, NULL);
  tap->failed_statement = event->statement;
  bytes_free(&text);
}

static void show_file(struct tap_view *tap, const struct event_file *file) {
  struct bytes text = {0};
  bytes_append_format(&text, "source %s", file->path);
  if (!file->ended && tap->depth + 1 < LEVELS) {
    begin(tap);
    tap->depth++;
    tap->levels[tap->depth] = (struct level){0};
    indent(tap);
    bytes_append_text(&tap->text, "# Subtest: ");
    put_description(tap, file->path, strlen(file->path));
    bytes_append_char(&tap->text, '\n');
  } else if (file->ended && tap->depth > 0) {
    struct level ended = tap->levels[tap->depth];
    indent(tap);
    bytes_append_format(&tap->text, "1..%u\n", ended.count);
    tap->depth--;
    put_point(tap, ended.failed == 0 && !file->failed, bytes_text(&text), text.length);
  }
  bytes_free(&text);
}

/* Lines of text as comments. */
static void put_comment(struct tap_view *tap, const char *text, size_t length) {
  begin(tap);
  while (length > 0) {
    const char *end = memchr(text, '\n', length);
    size_t size = end ? (size_t)(end - text) : length;
    indent(tap);
    bytes_append_text(&tap->text, "# ");
    escape_append_plain(&tap->text, text, size, false, ESCAPE_ASCII);
    bytes_append_char(&tap->text, '\n');
    text += size + (end != NULL);
    length -= size + (end != NULL);
  }
}

static void show_answer(struct tap_view *tap, const struct answer *answer) {
  struct bytes text = {0};
  if (answer->kind == ANSWER_TABLE)
    table_append(answer, 0, ESCAPE_ASCII, NULL, &text);
  else if (answer->kind == ANSWER_TEXT)
    bytes_append(&text, answer->text.data, answer->text.length);
  else
    escape_append(&text, answer->text.data ? answer->text.data : "", answer->text.length,
                  ESCAPE_ASCII);
  put_comment(tap, bytes_text(&text), text.length);
  bytes_free(&text);
}

static void remember_state(struct tap_view *tap, const struct event *event,
                           const struct bytes *line) {
  size_t at = 0;
  while (at < tap->state_count && tap->states[at].socket != event->state->socket.id)
    at++;
  if (at == STATES) { /* the oldest is dropped */
    bytes_free(&tap->states[0].line);
    memmove(tap->states, tap->states + 1, (STATES - 1) * sizeof *tap->states);
    tap->states[STATES - 1] = (struct tap_state){0};
    at = STATES - 1;
    tap->state_count--;
  }
  if (at == tap->state_count)
    tap->states[tap->state_count++] = (struct tap_state){.socket = event->state->socket.id};
  bytes_clear(&tap->states[at].line);
  bytes_append(&tap->states[at].line, line->data, line->length);
}

static void forget_program(struct tap_program *program) {
  bytes_free(&program->name);
  bytes_free(&program->end);
  for (size_t i = 0; i < PROGRAM_LINES; i++)
    bytes_free(&program->lines[i]);
  *program = (struct tap_program){0};
}

static void remember_program(struct tap_view *tap, const struct event_program *program) {
  struct tap_program *kept = &tap->programs[program->number % PROGRAMS];
  if (kept->number != program->number)
    forget_program(kept);
  kept->number = program->number;
  bytes_clear(&kept->name);
  bytes_append_text(&kept->name, program->name);
  if (program->phase == PROGRAM_ENDED)
    program_append_end(program, &kept->end);
  if (program->phase != PROGRAM_PRINTED || program->stream != PROGRAM_ERRORS)
    return;
  struct bytes *line = &kept->lines[kept->count++ % PROGRAM_LINES];
  bytes_clear(line);
  bytes_append(line, program->data, program->kept);
}

static void remember_line(struct tap_view *tap, const struct event_statement *line) {
  bytes_clear(&tap->statement);
  bytes_append(&tap->statement, line->text, line->length);
  if (line->depth > 0 && line->line == 0)
    return; /* inside a block: the place is the block's */
  bytes_clear(&tap->place);
  bytes_append_format(&tap->place, "%s:%u", line->source ? line->source : "", line->line);
}

/* Comments for orientation, if -v asked for them. */
static void tell(struct tap_view *tap, const char *before, const struct bytes *line) {
  struct bytes whole = {0};
  if (!tap->view.settings.verbose)
    return;
  bytes_append_text(&whole, before);
  bytes_append(&whole, line->data, line->length);
  put_comment(tap, bytes_text(&whole), whole.length);
  bytes_free(&whole);
}

static void tap_event(struct view *view, const struct event *event) {
  struct tap_view *tap = (struct tap_view *)view;
  struct bytes line = {0};
  switch (event->kind) {
  case EVENT_STATEMENT:
    if (event->job == 0)
      remember_line(tap, &event->line);
    line_append_event(event, &line);
    tell(tap, "", &line);
    break;
  case EVENT_CALL_FINISH:
    line_append_call(event->call, &line);
    tell(tap, "  ", &line);
    if (event->job == 0) {
      bytes_clear(&tap->call);
      bytes_append(&tap->call, line.data, line.length);
    }
    break;
  case EVENT_STATE:
    line_append_event(event, &line);
    remember_state(tap, event, &line);
    tell(tap, "  ", &line);
    break;
  case EVENT_PACKET: /* there may be many of these */
    if (!tap->view.settings.verbose)
      break;
    line_append_event(event, &line);
    tell(tap, "  ", &line);
    break;
  case EVENT_PROGRAM:
    remember_program(tap, event->program);
    line_append_event(event, &line);
    tell(tap, "  ", &line);
    break;
  case EVENT_COUNTER:
  case EVENT_NOTE:
    line_append_event(event, &line);
    tell(tap, "  ", &line);
    break;
  case EVENT_ANSWER:
    show_answer(tap, event->answer);
    break;
  case EVENT_TEST:
    show_test(tap, event);
    break;
  case EVENT_ERROR:
    show_error(tap, event);
    break;
  case EVENT_FILE:
    show_file(tap, &event->file);
    break;
  case EVENT_SERVICE:
    line_append_event(event, &line);
    tell(tap, "  ", &line);
    break;
  case EVENT_CALL_START:
  case EVENT_CALL_BLOCKED:
  case EVENT_JOB:
  case EVENT_RESULT:
  case EVENT_PROGRESS: /* left out */
    break;
  }
  bytes_free(&line);
  send_out(tap);
}

static void tap_finish(struct view *view) {
  struct tap_view *tap = (struct tap_view *)view;
  begin(tap);
  tap->depth = 0;
  bytes_append_format(&tap->text, "1..%u%s\n", tap->levels[0].count,
                      tap->levels[0].count ? "" : " # SKIP no expect, assert or await was reached");
  send_out(tap);
}

static void tap_free(struct view *view) {
  struct tap_view *tap = (struct tap_view *)view;
  for (size_t i = 0; i < tap->state_count; i++)
    bytes_free(&tap->states[i].line);
  for (size_t i = 0; i < PROGRAMS; i++)
    forget_program(&tap->programs[i]);
  bytes_free(&tap->text);
  bytes_free(&tap->statement);
  bytes_free(&tap->place);
  bytes_free(&tap->call);
}

const struct view_class view_tap = {
    .name = "tap",
    .size = sizeof(struct tap_view),
    .leaves_out = VIEW_KIND(EVENT_CALL_START) | VIEW_KIND(EVENT_CALL_BLOCKED) |
                  VIEW_KIND(EVENT_JOB) | VIEW_KIND(EVENT_RESULT) | VIEW_KIND(EVENT_PROGRESS),
    .event = tap_event,
    .finish = tap_finish,
    .free = tap_free};
