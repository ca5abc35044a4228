/* json_view: each event as an object on a line of its own, as described in socksh-json(5). */
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "view/json/json_packet.h"
#include "view/json/json_part.h"
#include "view/view.h"

static json_t *text_of(const char *text) {
  return json_text(text ? text : "", text ? strlen(text) : 0);
}

static void set_text(json_t *object, const char *key, const char *text) {
  json_object_set_new(object, key, text_of(text));
}

static void set_number(json_t *object, const char *key, long long number) {
  json_object_set_new(object, key, json_integer(number));
}

static void set_bool(json_t *object, const char *key, bool value) {
  json_object_set_new(object, key, json_boolean(value));
}

/* "2026-11-21T12:00:00.123456789Z" */
static void set_wall(json_t *object, int64_t wall) {
  char text[64];
  char whole[96];
  time_t seconds = wall / 1000000000;
  struct tm parts;
  gmtime_r(&seconds, &parts);
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  snprintf(whole, sizeof whole, "%s.%09lldZ", text, (long long)(wall % 1000000000));
  set_text(object, "wall", whole);
}

/* Sets the number and name of an errno; both null for 0. */
static void set_errno(json_t *object, int number) {
  json_object_set_new(object, "errno", number ? json_integer(number) : json_null());
  json_object_set_new(object, "error",
                      number ? json_string(error_number_name(number)) : json_null());
}

static const char *set_statement(json_t *object, const struct event_statement *line) {
  set_text(object, "source", line->source);
  set_number(object, "line", line->line);
  json_object_set_new(object, "text", json_text(line->text, line->length));
  set_text(object, "origin", line->origin == ORIGIN_TYPED ? "typed" : "script");
  set_number(object, "depth", line->depth);
  return "line";
}

static const char *set_call(json_t *object, const struct event *event) {
  const struct call *call = event->call;
  bool finished = event->kind == EVENT_CALL_FINISH;
  bool lookup = call_row(call)->result == RESULT_LOOKUP;
  set_text(object, "phase",
           finished                          ? "finish"
           : event->kind == EVENT_CALL_START ? "start"
                                             : "blocked");
  set_text(object, "call", call_row(call)->name);
  json_object_set_new(object, "socket",
                      call->subject.descriptor < 0 ? json_null() : json_socket(&call->subject));
  if (event->kind == EVENT_CALL_BLOCKED)
    return "call";
  json_object_set_new(object, "arguments", json_arguments(call, finished));
  if (!finished)
    return "call";
  set_number(object, "result", call->result);
  set_errno(object, lookup && call->result != EAI_SYSTEM ? 0 : call->error);
  if (lookup)
    json_object_set_new(object, "lookup_error",
                        call->result ? json_constant(&constant_lookup_errors, call->result)
                                     : json_null());
  set_bool(object, "interrupted", call->interrupted);
  set_number(object, "began", call->began);
  set_number(object, "ended", call->ended);
  json_t *made = json_array();
  for (int i = 0; i < 2; i++)
    if (call->made[i] >= 0)
      json_array_append_new(made, json_socket(&call->made_label[i]));
  json_object_set_new(object, "made", made);
  return "call";
}

static json_t *state_name(enum socket_state state) {
  return state == STATE_UNKNOWN ? json_null() : json_constant(&constant_states, state);
}

static const char *set_state(json_t *object, const struct event_state *state) {
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
  json_object_set_new(object, "socket", json_socket(&state->socket));
  json_object_set_new(object, "before", state_name(state->before.state));
  json_object_set_new(object, "exact", json_boolean(state->exact));
  json_object_set_new(object, "first", json_boolean(state->first));
  json_object_set_new(object, "state", state_name(state->now.state));
  json_object_set_new(object, "local", json_address(&state->now.local));
  json_object_set_new(object, "peer", json_address(&state->now.peer));
  json_object_set_new(object, "seen_before",
                      state->before.time ? json_integer(state->before.time) : json_null());
  set_number(object, "seen", state->now.time);
  json_object_set_new(object, "since",
                      state->before.since ? json_integer(state->before.since) : json_null());
  json_object_set_new(object, "reason",
                      state->reason == REASON_NONE ? json_null()
                                                   : json_string(reasons[state->reason]));
  return "state";
}

static json_t *cell_value(const struct answer *answer, const struct cell *cell) {
  const char *text = answer_cell_text(answer, cell);
  json_t *data;
  switch (cell->kind) {
  case CELL_NUMBER:
  case CELL_PORT:
  case CELL_TIME:
    return json_integer(cell->number);
  case CELL_YES:
    return json_boolean(cell->number != 0);
  case CELL_DATA:
    data = json_object();
    json_set_data(data, text, cell->length, cell->length);
    return data;
  case CELL_TEXT:
  case CELL_ADDRESS:
    return json_text(text, cell->length);
  case CELL_EMPTY:
    break;
  }
  return json_null();
}

/* The key of a column: its title in lower case; the first without a title is "mark", any other
 * "remark". */
static void append_key(const struct answer *answer, size_t column, struct bytes *key) {
  const char *title = answer->columns[column];
  if (!title || !*title)
    bytes_append_text(key, column == 0 ? "mark" : "remark");
  for (; title && *title; title++)
    bytes_append_char(key, *title >= 'A' && *title <= 'Z' ? (char)(*title + 'a' - 'A') : *title);
}

static json_t *rows_of(const struct answer *answer) {
  json_t *rows = json_array();
  for (size_t row = 0; row < answer_row_count(answer); row++) {
    json_t *object = json_object();
    for (size_t column = 0; column < answer_column_count(answer); column++) {
      struct bytes key = {0};
      append_key(answer, column, &key);
      json_object_set_new(object, bytes_text(&key),
                          cell_value(answer, answer_cell(answer, row, column)));
      bytes_free(&key);
    }
    json_array_append_new(rows, object);
  }
  return rows;
}

static const char *set_answer(json_t *object, const struct answer *answer) {
  set_text(object, "answer", answer->name);
  switch (answer->kind) {
  case ANSWER_TABLE:
    json_object_set_new(object, "rows", rows_of(answer));
    break;
  case ANSWER_TEXT:
    json_object_set_new(object, "text",
                        json_text(answer->text.data ? answer->text.data : "", answer->text.length));
    break;
  case ANSWER_DATA:
  case ANSWER_RAW:
    json_set_data(object, answer->text.data, answer->text.length, answer->text.length);
    break;
  }
  return "answer";
}

static const char *set_error(json_t *object, const struct event_error *error) {
  static const char *const kinds[] = {[ERROR_NONE] = "none",
                                      [ERROR_SYNTAX] = "syntax",
                                      [ERROR_USAGE] = "usage",
                                      [ERROR_FAILURE] = "failure",
                                      [ERROR_INTERRUPTED] = "interrupted"};
  set_text(object, "kind", kinds[error->kind]);
  set_errno(object, error->number);
  set_text(object, "source", error->source);
  set_number(object, "line", error->line);
  set_number(object, "column", error->excerpt.column);
  set_number(object, "length", (long long)error->excerpt.marked);
  set_text(object, "command", error->command);
  set_text(object, "message", error->message);
  set_text(object, "hint", error->hint);
  return "error";
}

static const char *set_job(json_t *object, const struct event_job *job) {
  static const char *const phases[] = {
      [JOB_STARTED] = "started", [JOB_DETACHED] = "detached", [JOB_ENDED] = "ended",
      [JOB_FAILED] = "failed",   [JOB_KILLED] = "killed",     [JOB_COLLECTED] = "collected",
      [JOB_RESUMED] = "resumed"};
  set_number(object, "number", job->number);
  set_text(object, "phase", phases[job->phase]);
  set_text(object, "text", job->text);
  return "job";
}

static const char *set_test(json_t *object, const struct event_test *test) {
  set_bool(object, "passed", test->passed);
  set_text(object, "what", test->what);
  set_text(object, "text", test->text);
  set_text(object, "expected", test->expected);
  set_text(object, "got", test->got);
  return "test";
}

static const char *set_result(json_t *object, const struct event_result *result) {
  json_t *names = json_array();
  const char *at = result->names ? result->names : "";
  while (*at) {
    size_t length = strcspn(at, " ");
    json_array_append_new(names, json_text(at, length));
    at += length + strspn(at + length, " ");
  }
  set_bool(object, "failed", result->failed);
  set_errno(object, result->number);
  json_object_set_new(object, "duration",
                      result->duration < 0 ? json_null() : json_integer(result->duration));
  json_object_set_new(object, "names", names);
  set_number(object, "depth", result->depth);
  return "result";
}

static const char *set_file(json_t *object, const struct event_file *file) {
  set_text(object, "path", file->path);
  set_text(object, "phase", file->ended ? "ended" : "began");
  set_bool(object, "failed", file->failed);
  return "source";
}

static const char *set_service(json_t *object, const struct event_service *service) {
  static const char *const phases[] = {
      [SERVICE_STARTED] = "started",     [SERVICE_ACCEPTED] = "accepted",
      [SERVICE_CONNECTED] = "connected", [SERVICE_RELAYED] = "relayed",
      [SERVICE_CLOSED] = "closed",       [SERVICE_FAILED] = "failed",
      [SERVICE_UNBOUND] = "unbound",     [SERVICE_ENDED] = "ended",
      [SERVICE_COLLECTED] = "collected"};
  static const char *const ends[] = {[SERVICE_RUNS] = "",
                                     [SERVICE_STOPPED] = "stop",
                                     [SERVICE_UNTIL] = "until",
                                     [SERVICE_LOST] = "close"};
  set_number(object, "service", service->number);
  set_text(object, "phase", phases[service->phase]);
  json_object_set_new(object, "socket", json_socket(&service->socket));
  json_object_set_new(object, "connection",
                      service->connection ? json_integer((json_int_t)service->connection)
                                          : json_null());
  json_object_set_new(object, "peer", json_address(&service->peer));
  json_object_set_new(object, "target", json_address(&service->target));
  set_errno(object, service->error);
  set_number(object, "received", (long long)service->received);
  set_number(object, "sent", (long long)service->sent);
  set_number(object, "left_out", (long long)service->left_out);
  set_text(object, "about", service->phase == SERVICE_ENDED ? ends[service->end] : service->text);
  if (service->phase == SERVICE_CLOSED || service->phase == SERVICE_RELAYED)
    set_bool(object, "back", service->back);
  if (service->phase == SERVICE_ENDED)
    set_number(object, "clients", (long long)service->count);
  if (service->phase == SERVICE_RELAYED)
    json_set_data(object, service->data, service->kept, service->length);
  return "service";
}

static const char *set_progress(json_t *object, const struct event_progress *progress) {
  set_text(object, "file", progress->what);
  set_number(object, "moved", (long long)progress->moved);
  json_object_set_new(object, "whole",
                      progress->whole ? json_integer((json_int_t)progress->whole) : json_null());
  set_number(object, "began", progress->began);
  set_bool(object, "done", progress->done);
  return "progress";
}

static const char *set_counter(json_t *object, const struct event_counter *counter) {
  set_text(object, "name", counter->name);
  json_object_set_new(object, "interface",
                      counter->interface[0] ? text_of(counter->interface) : json_null());
  set_number(object, "moved", (long long)counter->moved);
  set_number(object, "value", (long long)counter->value);
  json_object_set_new(object, "lost", json_boolean(counter->lost));
  set_text(object, "meaning", counter->meaning);
  return "counter";
}

/* Sets the body of the event; returns the event's name. */
static const char *set_body(json_t *object, const struct event *event) {
  switch (event->kind) {
  case EVENT_STATEMENT:
    return set_statement(object, &event->line);
  case EVENT_CALL_START:
  case EVENT_CALL_BLOCKED:
  case EVENT_CALL_FINISH:
    return set_call(object, event);
  case EVENT_STATE:
    return set_state(object, event->state);
  case EVENT_ANSWER:
    return set_answer(object, event->answer);
  case EVENT_NOTE:
    set_text(object, "text", event->note);
    return "note";
  case EVENT_ERROR:
    return set_error(object, &event->error);
  case EVENT_JOB:
    return set_job(object, &event->about_job);
  case EVENT_TEST:
    return set_test(object, &event->test);
  case EVENT_RESULT:
    return set_result(object, &event->result);
  case EVENT_PACKET:
    return json_set_packet(object, event);
  case EVENT_FILE:
    return set_file(object, &event->file);
  case EVENT_SERVICE:
    return set_service(object, event->service);
  case EVENT_PROGRESS:
    return set_progress(object, &event->progress);
  case EVENT_COUNTER:
    return set_counter(object, &event->counter);
  }
  return "";
}

static json_t *optional(uint64_t serial) {
  return serial ? json_integer((json_int_t)serial) : json_null();
}

static void json_event(struct view *view, const struct event *event) {
  json_t *body = json_object();
  json_t *object = json_object();
  if (!body || !object) {
    json_decref(body);
    json_decref(object);
    return; /* no memory: this event is not shown */
  }
  set_text(object, "event", set_body(body, event));
  set_number(object, "serial", (long long)event->serial);
  set_number(object, "monotonic", event->monotonic);
  set_wall(object, event->wall);
  set_number(object, "job", event->job);
  json_object_set_new(object, "statement", optional(event->statement));
  json_object_set_new(object, "cause", optional(event->cause));
  json_object_set_new(object, "host", event->host ? text_of(event->host) : json_null());
  json_object_update(object, body);
  char *line = json_dumps(object, JSON_COMPACT);
  json_decref(body);
  json_decref(object);
  if (!line)
    return;
  struct bytes whole = {0};
  bytes_append_text(&whole, line);
  bytes_append_char(&whole, '\n');
  if (!whole.failed)
    output_add(view->output, STDOUT_FILENO, whole.data, whole.length);
  bytes_free(&whole);
  free(line);
}

const struct view_class view_json = {
    .name = "json", .unseen = true, .size = sizeof(struct view), .event = json_event};
