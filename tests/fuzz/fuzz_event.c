/* Events as the timeline keeps them, in memory and in its file on the disk. What is no event is
 * refused; what is one is the same when it is kept again, is a line of JSON that says the same, and
 * is shown as text and as TAP with nothing that a terminal may act on. The first byte of the input
 * is how it is shown. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_read.h"
#include "language/escape.h"
#include "timeline/codec.h"
#include "view/view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
  if (!holds)
    abort();
}

/* Kept again, and read again, it is kept as the same bytes; but a part that continues an answer is
 * kept without its rows, as so many that are left out. */
static void keep(const struct event *event) {
  struct bytes first = {0};
  struct bytes second = {0};
  struct event again;
  struct decoded decoded;
  uint64_t serial;
  event_encode(event, SIZE_MAX, &first);
  check(event_decode(first.data, first.length, &again, &decoded) == 0);
  check(again.kind == event->kind && again.serial == event->serial);
  check(event_peek(first.data, first.length, &serial) == event->kind && serial == event->serial);
  event_encode(&again, SIZE_MAX, &second);
  if (event->kind != EVENT_ANSWER || !event->answer->continues)
    check(bytes_equal(first.data, first.length, second.data, second.length));
  decoded_free(&decoded);
  bytes_free(&first);
  bytes_free(&second);
}

/* What a view adds to the output. */
static void show(const struct view_class *class, const struct view_settings *settings,
                 const struct event *event, struct bytes *bytes) {
  struct output output;
  struct bytes segments = {0};
  output_start(&output);
  struct view *view = view_create(class, &output, settings, NULL);
  check(view != NULL);
  view_event(event, view);
  view_finish(view);
  output_take(&output, bytes, &segments);
  view_free(view);
  output_stop(&output);
  bytes_free(&segments);
}

/* Ends the program, and says what was shown, in hexadecimal. */
static void refuse(const struct view_class *class, const struct bytes *bytes, size_t at) {
  fprintf(stderr, "%s, byte %zu:", class->name, at);
  for (size_t i = 0; i < bytes->length; i++)
    fprintf(stderr, " %02x", (unsigned char)bytes->data[i]);
  abort();
}

static void show_safely(const struct view_class *class, const struct view_settings *settings,
                        const struct event *event) {
  bool raw = event->kind == EVENT_ANSWER && event->answer->kind == ANSWER_RAW;
  bool paragraphs = event->kind == EVENT_ANSWER && event->answer->kind == ANSWER_TEXT;
  struct bytes bytes = {0};
  show(class, settings, event, &bytes);
  for (size_t at = 0; at < bytes.length && !raw;) {
    uint32_t point;
    size_t length = utf8_decode(bytes.data + at, bytes.length - at, &point);
    bool moves = settings->terminal && point == '\r'; /* to the beginning of a line of progress */
    bool control = (settings->colour || settings->terminal) && point == 0x1b;
    control = control && at + 1 < bytes.length && bytes.data[at + 1] == '[';
    bool safe =
        length > 0 && (point == '\n' || point == '\t' || moves || control || utf8_is_safe(point));
    bool beyond = point >= 0x80 && !settings->utf8 && !paragraphs && class != &view_tap;
    if (!safe || beyond) /* what TAP has in YAML is UTF-8 anywhere */
      refuse(class, &bytes, at);
    at += length;
  }
  bytes_free(&bytes);
}

static void expect_text(struct json_value object, const char *key, const char *text) {
  json_expect_text(object, key, text ? text : "", text ? strlen(text) : 0);
}

static void expect_optional(struct json_value object, const char *key, int64_t number) {
  if (number)
    json_expect_number(object, key, number);
  else
    json_expect_word(object, key, "null");
}

static void expect_bool(struct json_value object, const char *key, bool value) {
  json_expect_word(object, key, value ? "true" : "false");
}

static void expect_call(struct json_value object, const struct event *event) {
  const struct call *call = event->call;
  expect_text(object, "call", call_row(call)->name);
  if (event->kind != EVENT_CALL_FINISH)
    return;
  json_expect_number(object, "result", call->result);
  expect_bool(object, "interrupted", call->interrupted);
  expect_optional(object, "began", call->began);
  expect_optional(object, "ended", call->ended);
}

static void expect_answer(struct json_value object, const struct answer *answer) {
  expect_text(object, "answer", answer->name);
  if (answer->kind == ANSWER_TEXT)
    json_expect_text(object, "text", answer->text.data, answer->text.length);
  else if (answer->kind != ANSWER_TABLE)
    json_expect_data(object, answer->text.data, answer->text.length, answer->text.length);
}

static void expect_error(struct json_value object, const struct event_error *error) {
  expect_optional(object, "errno", error->number);
  expect_text(object, "source", error->source);
  json_expect_number(object, "line", error->line);
  expect_text(object, "command", error->command);
  expect_text(object, "message", error->message);
  expect_text(object, "hint", error->hint);
}

static void expect_test(struct json_value object, const struct event_test *test) {
  expect_bool(object, "passed", test->passed);
  expect_text(object, "what", test->what);
  expect_text(object, "text", test->text);
  expect_text(object, "expected", test->expected);
  expect_text(object, "got", test->got);
}

static void expect_service(struct json_value object, const struct event_service *service) {
  json_expect_number(object, "service", service->number);
  expect_optional(object, "errno", service->error);
  json_expect_number(object, "received", (long long)service->received);
  json_expect_number(object, "sent", (long long)service->sent);
  if (service->phase != SERVICE_ENDED)
    expect_text(object, "about", service->text);
  if (service->phase == SERVICE_RELAYED)
    json_expect_data(object, service->data, service->kept, service->length);
}

static void expect_counter(struct json_value object, const struct event_counter *counter) {
  expect_text(object, "name", counter->name);
  json_expect_number(object, "moved", (long long)counter->moved);
  json_expect_number(object, "value", (long long)counter->value);
  expect_bool(object, "lost", counter->lost);
  expect_text(object, "meaning", counter->meaning);
}

static void expect_program(struct json_value object, const struct event_program *program) {
  json_expect_number(object, "program", program->number);
  json_expect_number(object, "process", program->process);
  expect_text(object, "name", program->name);
  if (program->phase == PROGRAM_PRINTED || program->phase == PROGRAM_TYPED)
    json_expect_data(object, program->data, program->kept, program->length);
  if (program->phase == PROGRAM_ENDED)
    json_expect_number(object, "status", program->status);
}

static void expect_body(struct json_value object, const struct event *event) {
  switch (event->kind) {
  case EVENT_STATEMENT:
    expect_text(object, "source", event->line.source);
    json_expect_text(object, "text", event->line.text, event->line.length);
    json_expect_number(object, "line", event->line.line);
    break;
  case EVENT_CALL_START:
  case EVENT_CALL_BLOCKED:
  case EVENT_CALL_FINISH:
    expect_call(object, event);
    break;
  case EVENT_STATE:
    expect_bool(object, "exact", event->state->exact);
    json_expect_number(object, "seen", event->state->now.time);
    break;
  case EVENT_ANSWER:
    expect_answer(object, event->answer);
    break;
  case EVENT_NOTE:
    expect_text(object, "text", event->note);
    break;
  case EVENT_ERROR:
    expect_error(object, &event->error);
    break;
  case EVENT_JOB:
    json_expect_number(object, "number", event->about_job.number);
    expect_text(object, "text", event->about_job.text);
    break;
  case EVENT_TEST:
    expect_test(object, &event->test);
    break;
  case EVENT_RESULT:
    expect_bool(object, "failed", event->result.failed);
    expect_optional(object, "errno", event->result.number);
    break;
  case EVENT_FILE:
    expect_text(object, "path", event->file.path);
    break;
  case EVENT_PACKET:
    json_expect_number(object, "number", event->packet.number);
    break;
  case EVENT_SERVICE:
    expect_service(object, event->service);
    break;
  case EVENT_PROGRESS:
    expect_text(object, "file", event->progress.what);
    json_expect_number(object, "moved", (long long)event->progress.moved);
    break;
  case EVENT_PROGRAM:
    expect_program(object, event->program);
    break;
  case EVENT_COUNTER:
    expect_counter(object, &event->counter);
    break;
  case EVENT_SAMPLE:   /* an array */
  case EVENT_SETTINGS: /* objects of their own */
    break;
  }
}

static void say(const struct event *event, const struct view_settings *settings) {
  struct bytes line = {0};
  show(&view_json, settings, event, &line);
  check(line.length > 0 && line.data[line.length - 1] == '\n');
  struct json_value object = {line.data, line.data + line.length - 1};
  check(json_read(object) == object.end && *object.at == '{');
  json_expect_unique(object);
  json_expect_number(object, "serial", (long long)event->serial);
  json_expect_number(object, "monotonic", event->monotonic);
  json_expect_number(object, "job", event->job);
  expect_optional(object, "statement", (int64_t)event->statement);
  expect_optional(object, "cause", (int64_t)event->cause);
  if (event->host && event->host[0])
    expect_text(object, "host", event->host);
  expect_body(object, event);
  bytes_free(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct event event;
  struct decoded decoded;
  if (size == 0)
    return 0;
  const struct view_settings settings = {.verbose = true,
                                         .quiet = data[0] & 1,
                                         .timing = data[0] & 2,
                                         .colour = data[0] & 4,
                                         .terminal = data[0] & 8,
                                         .utf8 = data[0] & 16,
                                         .states = true,
                                         .calls = true,
                                         .stable = data[0] & 32,
                                         .preview = data[0] & 64 ? 1000 : 8};
  char *copy = malloc(size);
  memcpy(copy, data + 1, size - 1);
  if (event_decode(copy, size - 1, &event, &decoded) == 0) {
    keep(&event);
    say(&event, &settings);
    show_safely(&view_text, &settings, &event);
    show_safely(&view_tap, &settings, &event);
    decoded_free(&decoded);
  }
  free(copy);
  return 0;
}
