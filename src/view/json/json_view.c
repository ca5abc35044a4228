/* json_view: each event as an object on a line of its own, as described in socksh-json(5). */
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "timeline/codec.h"
#include "view/json/json_beside.h"
#include "view/json/json_packet.h"
#include "view/json/json_part.h"
#include "view/json/json_view.h"
#include "view/view.h"

struct json_view {
  struct view view;
  struct json json; /* one line; its memory is used again for the next */
  time_t second;    /* the second that `date` says */
  char date[64];    /* "2026-11-21T12:00:00. with its quote; empty at first */
};

/* "2026-11-21T12:00:00.123456789Z" */
static void put_wall(struct json_view *view, int64_t wall) {
  if (wall == EVENT_NO_WALL) {
    json_null(&view->json, "wall");
    return;
  }
  time_t second = wall / 1000000000;
  if (second != view->second ||
      !view->date[0]) { /* turning seconds into a date costs more than the rest of it */
    struct tm parts;
    gmtime_r(&second, &parts);
    strftime(view->date, sizeof view->date, "\"%Y-%m-%dT%H:%M:%S.", &parts);
    view->second = second;
  }
  json_begin_value(&view->json, "wall");
  bytes_append_text(&view->json.line, view->date);
  bytes_append_nine_digits(&view->json.line, (unsigned)(wall % 1000000000));
  bytes_append(&view->json.line, "Z\"", 2);
}

static void put_statement(struct json *json, const struct event_statement *line) {
  json_string(json, "source", line->source);
  json_number(json, "line", line->line);
  json_text(json, "text", line->text, line->length);
  json_word(json, "origin", line->origin == ORIGIN_TYPED ? "typed" : "script");
  json_number(json, "depth", line->depth);
}

static void put_result_of(struct json *json, const struct call *call) {
  bool lookup = call_row(call)->result == RESULT_LOOKUP;
  json_number(json, "result", call->result);
  json_errno(json, lookup && call->result != EAI_SYSTEM ? 0 : call->error);
  if (lookup && call->result)
    json_constant(json, "lookup_error", &constant_lookup_errors, call->result);
  else if (lookup)
    json_null(json, "lookup_error");
  json_bool(json, "interrupted", call->interrupted);
  json_bool(json, "injected", call->injected);
}

/* When it was made, and what came of it. */
static void put_outcome(struct json *json, const struct call *call) {
  json_optional(json, "began", call->began); /* a log may not say it */
  json_optional(json, "ended", call->ended);
  json_begin_array(json, "made");
  for (int i = 0; i < 2; i++)
    if (call->made[i] >= 0)
      json_socket(json, NULL, &call->made_label[i]);
  json_end_array(json);
}

/* What the same call writes with the same result, whenever it is made. */
static void put_call_itself(struct json *json, const struct event *event) {
  const struct call *call = event->call;
  bool finished = event->kind == EVENT_CALL_FINISH;
  json_word(json, "phase",
            finished                          ? "finish"
            : event->kind == EVENT_CALL_START ? "start"
                                              : "blocked");
  json_word(json, "call", call_row(call)->name);
  if (call->subject.descriptor < 0)
    json_null(json, "socket");
  else
    json_socket(json, "socket", &call->subject);
  if (event->kind == EVENT_CALL_BLOCKED)
    return;
  json_arguments(json, "arguments", call, finished);
  if (finished)
    put_result_of(json, call);
}

static void put_state_name(struct json *json, const char *key, enum socket_state state) {
  if (state == STATE_UNKNOWN)
    json_null(json, key);
  else
    json_constant(json, key, &constant_states, state);
}

static void put_state(struct json *json, const struct event_state *state) {
  static const char *const reasons[] = {[REASON_PEER_FIN] = "peer-fin",
                                        [REASON_PEER_GONE] = "peer-gone",
                                        [REASON_RESET] = "reset",
                                        [REASON_REFUSED] = "refused",
                                        [REASON_TIMED_OUT] = "timed-out",
                                        [REASON_KEEPALIVE] = "keepalive",
                                        [REASON_PROBES] = "window-probes",
                                        [REASON_TIMER] = "timer",
                                        [REASON_USER_TIMEOUT] = "user-timeout",
                                        [REASON_UNREACHABLE] = "unreachable",
                                        [REASON_LOST] = "lost"};
  json_socket(json, "socket", &state->socket);
  put_state_name(json, "before", state->before.state);
  json_bool(json, "exact", state->exact);
  json_bool(json, "first", state->first);
  put_state_name(json, "state", state->now.state);
  json_address(json, "local", &state->now.local);
  json_address(json, "peer", &state->now.peer);
  json_optional(json, "seen_before", state->before.time);
  json_number(json, "seen", state->now.time);
  json_optional(json, "since", state->before.since);
  json_name(json, "reason", reasons[state->reason]);
}

static void put_cell(struct json *json, const char *key, const struct answer *answer,
                     const struct cell *cell) {
  const char *text = answer_cell_text(answer, cell);
  switch (cell->kind) {
  case CELL_NUMBER:
  case CELL_PORT:
  case CELL_TIME:
    json_number(json, key, cell->number);
    break;
  case CELL_YES:
    json_bool(json, key, cell->number != 0);
    break;
  case CELL_DATA:
    json_begin_object(json, key);
    json_data(json, text, cell->length, cell->length);
    json_end_object(json);
    break;
  case CELL_TEXT:
  case CELL_LINE:
  case CELL_ADDRESS:
    json_text(json, key, text, cell->length);
    break;
  case CELL_EMPTY:
    json_null(json, key);
    break;
  }
}

/* The key of a column: its title in lower case; the first without a title is "mark", any other
 * "remark". */
static void column_key(const struct answer *answer, size_t column, char *key, size_t size) {
  const char *title = answer->columns[column];
  if (!title || !*title)
    title = column == 0 ? "mark" : "remark";
  size_t length = 0;
  for (; *title && length < size - 1; title++)
    key[length++] = *title >= 'A' && *title <= 'Z' ? (char)(*title + 'a' - 'A') : *title;
  key[length] = '\0';
}

static void put_rows(struct json *json, const struct answer *answer) {
  char key[64];
  json_begin_array(json, "rows");
  for (size_t row = 0; row < answer_row_count(answer); row++) {
    json_begin_object(json, NULL);
    for (size_t column = 0; column < answer_column_count(answer); column++) {
      column_key(answer, column, key, sizeof key);
      put_cell(json, key, answer, answer_cell(answer, row, column));
    }
    json_end_object(json);
  }
  json_end_array(json);
}

static void put_answer(struct json *json, const struct answer *answer) {
  json_string(json, "answer", answer->name);
  if (answer->continues || answer->more)
    json_bool(json, "more", answer->more);
  if (answer->left_out > 0)
    json_number(json, "left_out", (long long)answer->left_out);
  switch (answer->kind) {
  case ANSWER_TABLE:
    put_rows(json, answer);
    break;
  case ANSWER_TEXT:
    json_text(json, "text", answer->text.data, answer->text.length);
    break;
  case ANSWER_DATA:
  case ANSWER_RAW:
    json_data(json, answer->text.data, answer->text.length, answer->text.length);
    break;
  }
}

static void put_error(struct json *json, const struct event_error *error) {
  static const char *const kinds[] = {[ERROR_NONE] = "none",
                                      [ERROR_SYNTAX] = "syntax",
                                      [ERROR_USAGE] = "usage",
                                      [ERROR_FAILURE] = "failure",
                                      [ERROR_INTERRUPTED] = "interrupted"};
  json_string(json, "kind", kinds[error->kind]);
  json_errno(json, error->number);
  json_string(json, "source", error->source);
  json_number(json, "line", error->line);
  json_number(json, "column", error->excerpt.column);
  json_number(json, "length", (long long)error->excerpt.marked);
  json_string(json, "command", error->command);
  json_string(json, "message", error->message);
  json_string(json, "hint", error->hint);
}

static void put_job(struct json *json, const struct event_job *job) {
  static const char *const phases[] = {
      [JOB_STARTED] = "started", [JOB_DETACHED] = "detached", [JOB_ENDED] = "ended",
      [JOB_FAILED] = "failed",   [JOB_KILLED] = "killed",     [JOB_COLLECTED] = "collected",
      [JOB_RESUMED] = "resumed"};
  json_number(json, "number", job->number);
  json_word(json, "phase", phases[job->phase]);
  json_string(json, "text", job->text);
}

static void put_test(struct json *json, const struct event_test *test) {
  json_bool(json, "passed", test->passed);
  json_bool(json, "skipped", test->skipped);
  json_string(json, "what", test->what);
  json_string(json, "text", test->text);
  json_string(json, "expected", test->expected);
  json_string(json, "got", test->got);
}

static void put_result(struct json *json, const struct event_result *result) {
  const char *at = result->names ? result->names : "";
  json_bool(json, "failed", result->failed);
  json_errno(json, result->number);
  if (result->duration < 0)
    json_null(json, "duration");
  else
    json_number(json, "duration", result->duration);
  json_begin_array(json, "names");
  while (*at) {
    size_t length = strcspn(at, " ");
    json_text(json, NULL, at, length);
    at += length + strspn(at + length, " ");
  }
  json_end_array(json);
  json_number(json, "depth", result->depth);
}

static void put_file(struct json *json, const struct event_file *file) {
  json_string(json, "path", file->path);
  json_word(json, "phase", file->ended ? "ended" : "began");
  json_bool(json, "failed", file->failed);
}

static void put_body(struct json *json, const struct event *event) {
  switch (event->kind) {
  case EVENT_STATEMENT:
    put_statement(json, &event->line);
    break;
  case EVENT_CALL_START:
  case EVENT_CALL_BLOCKED:
  case EVENT_CALL_FINISH:
    put_call_itself(json, event);
    break;
  case EVENT_STATE:
    put_state(json, event->state);
    break;
  case EVENT_ANSWER:
    put_answer(json, event->answer);
    break;
  case EVENT_NOTE:
    json_string(json, "text", event->note);
    break;
  case EVENT_ERROR:
    put_error(json, &event->error);
    break;
  case EVENT_JOB:
    put_job(json, &event->about_job);
    break;
  case EVENT_TEST:
    put_test(json, &event->test);
    break;
  case EVENT_RESULT:
    put_result(json, &event->result);
    break;
  case EVENT_PACKET:
    json_packet(json, event);
    break;
  case EVENT_FILE:
    put_file(json, &event->file);
    break;
  case EVENT_SERVICE:
    json_service(json, event->service);
    break;
  case EVENT_PROGRESS:
    json_progress(json, &event->progress);
    break;
  case EVENT_PROGRAM:
    json_program(json, event->program);
    break;
  case EVENT_COUNTER:
    json_counter(json, &event->counter);
    break;
  case EVENT_SAMPLE:
    json_sample(json, event->sample);
    break;
  case EVENT_SETTINGS:
    json_look(json, "before", &event->settings.before);
    json_look(json, "now", &event->settings.now);
    break;
  }
}

/* A line or a call of a loop says the same in each round. */
static bool may_come_again(enum event_kind kind) {
  return kind == EVENT_STATEMENT || kind == EVENT_CALL_START || kind == EVENT_CALL_FINISH;
}

static void put_event(struct json_view *view, const struct event *event) {
  struct json *json = &view->json;
  struct memo_entry *memo =
      may_come_again(event->kind) ? memo_find(&view->view.memo, event, event->kind) : NULL;
  if (memo && memo->text.length > 0) {
    bytes_append(&json->line, memo->text.data, memo->text.length);
  } else {
    size_t begin = json->line.length;
    put_body(json, event);
    if (memo && !json->line.failed)
      memo_keep(memo, json->line.data + begin, json->line.length - begin);
  }
  if (event->kind == EVENT_CALL_FINISH)
    put_outcome(json, event->call);
}

/* The program whose call or socket it is. */
static void put_actor(struct json *json, const struct event_actor *actor) {
  json_begin_object(json, "actor");
  json_number(json, "program", actor->program);
  json_string(json, "name", actor->name);
  json_number(json, "process", actor->process);
  json_number(json, "thread", actor->task);
  json_string(json, "thread_name", actor->thread);
  json_end_object(json);
}

/* The members of every event. */
static void put_head(struct json_view *view, const struct event *event) {
  static const char *const names[] = {
      [EVENT_STATEMENT] = "line",   [EVENT_CALL_START] = "call", [EVENT_CALL_BLOCKED] = "call",
      [EVENT_CALL_FINISH] = "call", [EVENT_STATE] = "state",     [EVENT_ANSWER] = "answer",
      [EVENT_NOTE] = "note",        [EVENT_ERROR] = "error",     [EVENT_JOB] = "job",
      [EVENT_TEST] = "test",        [EVENT_RESULT] = "result",   [EVENT_PACKET] = "packet",
      [EVENT_FILE] = "source",      [EVENT_SERVICE] = "service", [EVENT_PROGRESS] = "progress",
      [EVENT_COUNTER] = "counter",  [EVENT_PROGRAM] = "program", [EVENT_SETTINGS] = "settings",
      [EVENT_SAMPLE] = "sample"};
  struct json *json = &view->json;
  json_word(json, "event", names[event->kind]);
  json_number(json, "serial", (long long)event->serial);
  json_number(json, "monotonic", event->monotonic);
  put_wall(view, event->wall);
  json_number(json, "job", event->job);
  json_optional(json, "statement", (int64_t)event->statement);
  json_optional(json, "cause", (int64_t)event->cause);
  json_name(json, "host", event->host);
  if (event->actor)
    put_actor(json, event->actor);
}

static void begin_line(struct json_view *view, const struct event *event) {
  json_clear(&view->json);
  json_begin_object(&view->json, NULL);
  put_head(view, event);
  put_event(view, event);
}

static const struct bytes *end_line(struct json *json) {
  json_end_object(json);
  bytes_append_char(&json->line, '\n');
  return json->line.failed ? NULL : &json->line;
}

static void json_event(struct view *base, const struct event *event) {
  struct json_view *view = (struct json_view *)base;
  begin_line(view, event);
  const struct bytes *line = end_line(&view->json);
  if (line) /* no memory: this event is not shown */
    output_add(base->output, STDOUT_FILENO, line->data, line->length);
}

const struct bytes *json_view_line(struct view *base, const struct event *event, const char *data,
                                   size_t size) {
  struct json_view *view = (struct json_view *)base;
  begin_line(view, event);
  json_base64(&view->json, JSON_RECORD, data, size);
  return end_line(&view->json);
}

const struct bytes *json_view_head(struct view *base, const struct json_kept *kept) {
  struct json_view *view = (struct json_view *)base;
  struct json *json = &view->json;
  struct bytes record = {0};
  struct event event = {.kind = EVENT_SETTINGS,
                        .monotonic = kept->monotonic,
                        .wall = kept->wall,
                        .settings = {.now = kept->look}};
  event_encode(&event, 0, &record);
  json_clear(json);
  json_begin_object(json, NULL);
  json_word(json, "event", JSON_TIMELINE);
  json_number(json, "version", CODEC_VERSION);
  json_word(json, "program", "socksh " PACKAGE_VERSION);
  json_number(json, "monotonic", kept->monotonic);
  put_wall(view, kept->wall);
  json_number(json, "first", (long long)kept->first);
  json_number(json, "last", (long long)kept->last);
  json_look(json, "settings", &kept->look);
  json_base64(json, JSON_RECORD, record.data, record.length);
  bool failed = record.failed;
  bytes_free(&record);
  return failed ? NULL : end_line(json);
}

static void json_free(struct view *base) {
  bytes_free(&((struct json_view *)base)->json.line);
}

const struct view_class view_json = {.name = "json",
                                     .unseen = true,
                                     .size = sizeof(struct json_view),
                                     .event = json_event,
                                     .free = json_free};
