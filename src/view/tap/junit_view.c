#include "view/tap/junit_view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "language/escape.h"
#include "system/wait.h"
#include "view/notation/line.h"
#include "view/tap/test_context.h"

struct junit_view {
  struct view view;
  int file;
  int problem;
  struct bytes name;  /* of the suite */
  struct bytes cases; /* the elements of the tests so far */
  struct test_context context;
  unsigned long long tests;
  unsigned long long failures; /* tests that failed */
  unsigned long long errors;   /* lines that failed otherwise */
  int64_t began;               /* by the monotonic clock, in nanoseconds */
  time_t date;
  uint64_t failed_statement; /* its failure was reported: a later error of it is the same one */
};

/* Appends text of an attribute or an element. Escaped first, so no character is left that XML does
 * not have. */
static void put_text(struct bytes *bytes, const char *text, size_t length) {
  struct bytes plain = {0};
  escape_append_plain(&plain, text, length, true, ESCAPE_UTF8);
  for (size_t i = 0; i < plain.length; i++) {
    switch (plain.data[i]) {
    case '&':
      bytes_append_text(bytes, "&amp;");
      break;
    case '<':
      bytes_append_text(bytes, "&lt;");
      break;
    case '>':
      bytes_append_text(bytes, "&gt;");
      break;
    case '"':
      bytes_append_text(bytes, "&quot;");
      break;
    case '\n':
      bytes_append_text(bytes, "&#10;");
      break;
    case '\t':
      bytes_append_text(bytes, "&#9;");
      break;
    default:
      bytes_append_char(bytes, plain.data[i]);
    }
  }
  bytes->failed |= plain.failed;
  bytes_free(&plain);
}

static void put_attribute(struct bytes *bytes, const char *name, const char *text, size_t length) {
  bytes_append_format(bytes, " %s=\"", name);
  put_text(bytes, text, length);
  bytes_append_char(bytes, '"');
}

static void put_seconds(struct bytes *bytes, const char *name, int64_t nanoseconds) {
  bytes_append_format(bytes, " %s=\"%.6f\"", name, (double)nanoseconds / 1e9);
}

/* A line "what: text" of a failure's details. */
static void put_detail(struct bytes *bytes, const char *what, const char *text, size_t length) {
  if (length == 0)
    return;
  bytes_append_format(bytes, "%s: ", what);
  put_text(bytes, text, length);
  bytes_append_char(bytes, '\n');
}

static void put_program(struct junit_view *junit, const struct test_program *program) {
  const struct bytes *line;
  put_detail(&junit->cases, "program", program->name.data, program->name.length);
  put_detail(&junit->cases, "  end", program->end.data, program->end.length);
  for (size_t i = 0; (line = test_program_line(program, i)); i++)
    put_detail(&junit->cases, "  stderr", line->data, line->length);
}

static void put_details(struct junit_view *junit, const struct event *event) {
  const struct test_context *context = &junit->context;
  struct bytes *cases = &junit->cases;
  if (test_context_fits(event)) {
    put_detail(cases, "at", context->place.data, context->place.length);
    put_detail(cases, "line", context->statement.data, context->statement.length);
    put_detail(cases, "call", context->call.data, context->call.length);
  }
  for (size_t i = 0; i < context->state_count; i++)
    put_detail(cases, "state", context->states[i].line.data, context->states[i].line.length);
  for (size_t i = 0; i < TEST_PROGRAMS; i++)
    if (test_context_program(context, i))
      put_program(junit, test_context_program(context, i));
}

/* Begins the element of a test: the file is its class. */
static void begin_case(struct junit_view *junit, const struct event *event, const char *text,
                       size_t length) {
  const struct test_context *context = &junit->context;
  const char *place = context->place.length ? context->place.data : junit->name.data;
  size_t size = context->place.length ? context->place.length : junit->name.length;
  while (context->place.length && size > 0 && place[size - 1] != ':')
    size--;
  bytes_append_text(&junit->cases, "    <testcase");
  put_attribute(&junit->cases, "classname", place, size && context->place.length ? size - 1 : size);
  put_attribute(&junit->cases, "name", text, length);
  bool known = test_context_fits(event) && context->began > 0;
  put_seconds(&junit->cases, "time", known ? event->monotonic - context->began : 0);
  junit->tests++;
}

/* Ends it with what was wrong. */
static void end_case(struct junit_view *junit, const struct event *event, const char *element,
                     const char *message, size_t length) {
  bytes_append_format(&junit->cases, ">\n      <%s", element);
  put_attribute(&junit->cases, "message", message, length);
  bytes_append_char(&junit->cases, '>');
  put_details(junit, event);
  bytes_append_format(&junit->cases, "</%s>\n    </testcase>\n", element);
  junit->failed_statement = event->statement;
}

static void add_test(struct junit_view *junit, const struct event *event) {
  const struct event_test *test = &event->test;
  struct bytes message = {0};
  begin_case(junit, event, test->text, strlen(test->text));
  if (test->skipped) {
    bytes_append_text(&junit->cases, ">\n      <skipped");
    put_attribute(&junit->cases, "message", test->expected, strlen(test->expected));
    bytes_append_text(&junit->cases, "/>\n    </testcase>\n");
    return;
  }
  if (test->passed) {
    bytes_append_text(&junit->cases, "/>\n");
    return;
  }
  junit->failures++;
  bytes_append_format(&message, "expected %s, got %s", test->expected ? test->expected : "?",
                      test->got ? test->got : "?");
  end_case(junit, event, "failure", bytes_text(&message), message.length);
  junit->cases.failed |= message.failed;
  bytes_free(&message);
}

/* An error other than the failure of a test that was reported. */
static void add_error(struct junit_view *junit, const struct event *event) {
  const struct event_error *error = &event->error;
  struct bytes text = {0};
  if (event->statement && event->statement == junit->failed_statement && error->number != ENOMEM)
    return;
  line_append_error(error, &text);
  begin_case(junit, event, bytes_text(&text), text.length);
  end_case(junit, event, "error", error->message, strlen(error->message));
  junit->errors++;
  junit->cases.failed |= text.failed;
  bytes_free(&text);
}

static void junit_event(struct view *view, const struct event *event) {
  struct junit_view *junit = (struct junit_view *)view;
  struct bytes line = {0};
  switch (event->kind) {
  case EVENT_TEST:
    add_test(junit, event);
    break;
  case EVENT_ERROR:
    add_error(junit, event);
    break;
  case EVENT_STATEMENT:
  case EVENT_CALL_FINISH:
  case EVENT_STATE:
  case EVENT_PROGRAM:
    line_append_event(event, &line);
    test_context_note(&junit->context, event, &line);
    break;
  default:
    break;
  }
  bytes_free(&line);
}

static void put_totals(const struct junit_view *junit, int64_t took, struct bytes *bytes) {
  bytes_append_format(bytes, " tests=\"%llu\" failures=\"%llu\" errors=\"%llu\"", junit->tests,
                      junit->failures, junit->errors);
  put_seconds(bytes, "time", took);
}

static void put_head(const struct junit_view *junit, struct bytes *bytes) {
  struct tm date;
  char text[32] = "";
  int64_t took = clock_monotonic() - junit->began;
  if (gmtime_r(&junit->date, &date))
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &date);
  bytes_append_text(bytes, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
  put_totals(junit, took, bytes);
  bytes_append_text(bytes, ">\n  <testsuite");
  put_attribute(bytes, "name", junit->name.data, junit->name.length);
  put_totals(junit, took, bytes);
  put_attribute(bytes, "timestamp", text, strlen(text));
  bytes_append_text(bytes, " skipped=\"0\">\n");
}

/* 0, or an errno. */
static int write_all(int file, const struct bytes *bytes) {
  for (size_t at = 0; at < bytes->length;) {
    ssize_t written = write(file, bytes->data + at, bytes->length - at);
    if (written < 0 && errno != EINTR)
      return errno;
    at += written > 0 ? (size_t)written : 0;
  }
  return bytes->failed ? ENOMEM : 0;
}

static void junit_finish(struct view *view) {
  struct junit_view *junit = (struct junit_view *)view;
  struct bytes whole = {0};
  put_head(junit, &whole);
  bytes_append(&whole, junit->cases.data, junit->cases.length);
  bytes_append_text(&whole, "  </testsuite>\n</testsuites>\n");
  whole.failed |= junit->cases.failed;
  junit->problem = write_all(junit->file, &whole);
  if (close(junit->file) < 0 && !junit->problem)
    junit->problem = errno;
  junit->file = -1;
  bytes_free(&whole);
}

static void junit_free(struct view *view) {
  struct junit_view *junit = (struct junit_view *)view;
  if (junit->file >= 0)
    close(junit->file);
  bytes_free(&junit->name);
  bytes_free(&junit->cases);
  test_context_free(&junit->context);
}

static const struct view_class view_junit = {
    .name = "junit",
    .size = sizeof(struct junit_view),
    .leaves_out = VIEW_KIND(EVENT_CALL_START) | VIEW_KIND(EVENT_CALL_BLOCKED) |
                  VIEW_KIND(EVENT_JOB) | VIEW_KIND(EVENT_RESULT) | VIEW_KIND(EVENT_PROGRESS) |
                  VIEW_KIND(EVENT_PACKET) | VIEW_KIND(EVENT_COUNTER) | VIEW_KIND(EVENT_NOTE) |
                  VIEW_KIND(EVENT_ANSWER) | VIEW_KIND(EVENT_FILE) | VIEW_KIND(EVENT_SERVICE) |
                  VIEW_KIND(EVENT_SETTINGS) | VIEW_KIND(EVENT_SAMPLE),
    .event = junit_event,
    .finish = junit_finish,
    .free = junit_free};

struct view *junit_view_create(int file, const char *name) {
  static const struct view_settings settings = {0};
  struct junit_view *junit = (struct junit_view *)view_create(&view_junit, NULL, &settings, NULL);
  if (!junit)
    return NULL;
  junit->file = file;
  junit->began = clock_monotonic();
  junit->date = time(NULL);
  bytes_append_text(&junit->name, name);
  return &junit->view;
}

int junit_view_problem(const struct view *view) {
  return ((const struct junit_view *)view)->problem;
}
