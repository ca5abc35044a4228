/* tap_view: the tests of a session in the Test Anything Protocol, version 14. Everything else is a
 * comment. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "language/escape.h"
#include "view/notation/line.h"
#include "view/notation/notation.h"
#include "view/notation/table_layout.h"
#include "view/tap/test_context.h"
#include "view/view.h"

enum { LEVELS = 32 };

/* A file being run: a subtest, except the outermost. */
struct level {
  unsigned count;
  unsigned failed;
};

struct tap_view {
  struct view view;
  struct bytes text; /* the lines being built */
  struct level levels[LEVELS];
  unsigned depth;
  bool begun;
  struct test_context context;
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
  if (tap->context.state_count == 0)
    return;
  indent(tap);
  bytes_append_text(&tap->text, "  states:\n");
  for (size_t i = 0; i < tap->context.state_count; i++) {
    indent(tap);
    bytes_append_text(&tap->text, "    - ");
    escape_append_quoted(&tap->text, tap->context.states[i].line.data,
                         tap->context.states[i].line.length, 1000, ESCAPE_ASCII);
    bytes_append_char(&tap->text, '\n');
  }
}

static void put_item(struct tap_view *tap, const char *before, const struct bytes *text) {
  indent(tap);
  bytes_append_text(&tap->text, before);
  escape_append_quoted(&tap->text, text->data, text->length, 1000, ESCAPE_UTF8);
  bytes_append_char(&tap->text, '\n');
}

static void put_program(struct tap_view *tap, const struct test_program *program) {
  const struct bytes *line;
  put_item(tap, "    - name: ", &program->name);
  if (program->end.length > 0)
    put_item(tap, "      end: ", &program->end);
  if (program->count == 0)
    return;
  indent(tap);
  bytes_append_text(&tap->text, "      stderr:\n");
  for (size_t i = 0; (line = test_program_line(program, i)); i++)
    put_item(tap, "        - ", line);
}

static void put_programs(struct tap_view *tap) {
  bool begun = false;
  for (size_t i = 0; i < TEST_PROGRAMS; i++) {
    const struct test_program *program = test_context_program(&tap->context, i);
    if (!program)
      continue;
    if (!begun) {
      indent(tap);
      bytes_append_text(&tap->text, "  programs:\n");
      begun = true;
    }
    put_program(tap, program);
  }
}

static void put_point_skipped(struct tap_view *tap, bool passed, const char *text, size_t length,
                              const char *skipped) {
  struct level *level = &tap->levels[tap->depth];
  begin(tap);
  level->count++;
  level->failed += !passed;
  indent(tap);
  bytes_append_format(&tap->text, "%s %u - ", passed ? "ok" : "not ok", level->count);
  put_description(tap, text, length);
  if (skipped) {
    bytes_append_text(&tap->text, " # SKIP ");
    put_description(tap, skipped, strlen(skipped));
  }
  bytes_append_char(&tap->text, '\n');
}

static void put_point(struct tap_view *tap, bool passed, const char *text, size_t length) {
  put_point_skipped(tap, passed, text, length, NULL);
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
  bool own = test_context_fits(event);
  if (own && tap->context.place.length)
    put_yaml(tap, "at", tap->context.place.data, tap->context.place.length);
  if (own && tap->context.statement.length)
    put_yaml(tap, "line", tap->context.statement.data, tap->context.statement.length);
  if (own && tap->context.call.length)
    put_yaml(tap, "call", tap->context.call.data, tap->context.call.length);
  put_states(tap);
  put_programs(tap);
  indent(tap);
  bytes_append_text(&tap->text, "  ...\n");
}

static void show_test(struct tap_view *tap, const struct event *event) {
  const struct event_test *test = &event->test;
  put_point_skipped(tap, test->passed, test->text, strlen(test->text),
                    test->skipped ? test->expected : NULL);
  if (!test->passed) {
    put_diagnosis(tap, event, NULL, test->expected, test->got);
    tap->failed_statement = event->statement;
  }
}

/* A line that was not run is named by its place: the message says what is wrong with it. */
static void put_place(struct tap_view *tap, const struct event_error *error) {
  struct bytes place = {0};
  bytes_append_format(&place, "%s:%u", error->source, error->line);
  put_point(tap, false, bytes_text(&place), place.length);
  bytes_free(&place);
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
  const struct bytes *statement = &tap->context.statement;
  if (test_context_fits(event) && statement->length > 0)
    put_point(tap, false, statement->data, statement->length);
  else if (error->line > 0)
    put_place(tap, error);
  else
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
    table_append(answer, &(struct table_style){.style = ESCAPE_ASCII}, &text);
  else if (answer->kind == ANSWER_TEXT)
    bytes_append(&text, answer->text.data, answer->text.length);
  else
    escape_append(&text, answer->text.data ? answer->text.data : "", answer->text.length,
                  ESCAPE_ASCII);
  put_comment(tap, bytes_text(&text), text.length);
  bytes_free(&text);
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
    line_append_event(event, &line);
    test_context_note(&tap->context, event, &line);
    tell(tap, "", &line);
    break;
  case EVENT_CALL_FINISH:
    line_append_call(event->call, &line);
    test_context_note(&tap->context, event, &line);
    tell(tap, "  ", &line);
    break;
  case EVENT_STATE:
    line_append_event(event, &line);
    test_context_note(&tap->context, event, &line);
    tell(tap, "  ", &line);
    break;
  case EVENT_PACKET: /* there may be many of these */
    if (!tap->view.settings.verbose)
      break;
    line_append_event(event, &line);
    tell(tap, "  ", &line);
    break;
  case EVENT_PROGRAM:
    test_context_note(&tap->context, event, &line);
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
  case EVENT_PROGRESS:
  case EVENT_SAMPLE:
  case EVENT_SETTINGS: /* left out */
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
  bytes_free(&tap->text);
  test_context_free(&tap->context);
}

const struct view_class view_tap = {
    .name = "tap",
    .size = sizeof(struct tap_view),
    .leaves_out = VIEW_KIND(EVENT_CALL_START) | VIEW_KIND(EVENT_CALL_BLOCKED) |
                  VIEW_KIND(EVENT_JOB) | VIEW_KIND(EVENT_RESULT) | VIEW_KIND(EVENT_PROGRESS) |
                  VIEW_KIND(EVENT_SETTINGS) | VIEW_KIND(EVENT_SAMPLE),
    .event = tap_event,
    .finish = tap_finish,
    .free = tap_free};
