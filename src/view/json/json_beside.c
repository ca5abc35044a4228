#include "view/json/json_beside.h"

#include "view/json/json_part.h"

void json_service(struct json *json, const struct event_service *service) {
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
  json_number(json, "service", service->number);
  json_word(json, "phase", phases[service->phase]);
  json_socket(json, "socket", &service->socket);
  json_optional(json, "connection", (int64_t)service->connection);
  json_address(json, "peer", &service->peer);
  json_address(json, "target", &service->target);
  json_errno(json, service->error);
  json_number(json, "received", (long long)service->received);
  json_number(json, "sent", (long long)service->sent);
  json_number(json, "left_out", (long long)service->left_out);
  json_string(json, "about", service->phase == SERVICE_ENDED ? ends[service->end] : service->text);
  if (service->phase == SERVICE_CLOSED || service->phase == SERVICE_RELAYED)
    json_bool(json, "back", service->back);
  if (service->phase == SERVICE_ENDED)
    json_number(json, "clients", (long long)service->count);
  if (service->phase == SERVICE_RELAYED)
    json_data(json, service->data, service->kept, service->length);
}

void json_progress(struct json *json, const struct event_progress *progress) {
  json_string(json, "file", progress->what);
  json_string(json, "unit", progress->runs ? "runs" : "bytes");
  json_number(json, "moved", (long long)progress->moved);
  json_optional(json, "whole", (int64_t)progress->whole);
  json_number(json, "began", progress->began);
  json_bool(json, "done", progress->done);
}

void json_counter(struct json *json, const struct event_counter *counter) {
  json_string(json, "name", counter->name);
  json_name(json, "interface", counter->interface);
  json_number(json, "moved", (long long)counter->moved);
  json_number(json, "value", (long long)counter->value);
  json_bool(json, "lost", counter->lost);
  json_string(json, "meaning", counter->meaning);
}

void json_program(struct json *json, const struct event_program *program) {
  static const char *const phases[] = {[PROGRAM_STARTED] = "started",
                                       [PROGRAM_PRINTED] = "printed",
                                       [PROGRAM_TYPED] = "typed",
                                       [PROGRAM_INPUT_CLOSED] = "input closed",
                                       [PROGRAM_ENDED] = "ended",
                                       [PROGRAM_AWAITED] = "awaited",
                                       [PROGRAM_COLLECTED] = "collected",
                                       [PROGRAM_ATTACHED] = "attached",
                                       [PROGRAM_LEFT] = "left"};
  enum program_phase phase = program->phase;
  json_number(json, "program", program->number);
  json_string(json, "name", program->name);
  json_word(json, "phase", phases[phase]);
  json_number(json, "process", program->process);
  if (phase == PROGRAM_STARTED)
    json_string(json, "line", program->text);
  if (phase == PROGRAM_PRINTED || phase == PROGRAM_AWAITED)
    json_word(json, "stream", program->stream == PROGRAM_ERRORS ? "stderr" : "stdout");
  if (phase == PROGRAM_PRINTED || phase == PROGRAM_AWAITED || phase == PROGRAM_TYPED)
    json_number(json, "offset", (long long)program->offset);
  if (phase == PROGRAM_PRINTED) {
    json_bool(json, "partial", program->partial);
    json_bool(json, "continues", program->continues);
  }
  if (phase == PROGRAM_PRINTED || phase == PROGRAM_TYPED)
    json_data(json, program->data, program->kept, program->length);
  if (phase == PROGRAM_ENDED) {
    json_number(json, "status", program->status);
    json_number(json, "signal", program->signal);
    json_bool(json, "asked", program->asked);
    json_number(json, "dropped", (long long)program->dropped);
  }
}

void json_look(struct json *json, const char *key, const struct event_look *look) {
  json_begin_object(json, key);
  json_bool(json, "quiet", look->quiet);
  json_bool(json, "verbose", look->verbose);
  json_bool(json, "timing", look->timing);
  json_bool(json, "calls", look->calls);
  json_bool(json, "states", look->states);
  json_bool(json, "ladder", look->ladder);
  json_bool(json, "stable", look->stable);
  json_bool(json, "hidden", look->hidden);
  json_number(json, "preview", (long long)look->preview);
  json_optional(json, "width", (int64_t)look->width);
  json_end_object(json);
}

void json_sample(struct json *json, const struct event_sample *sample) {
  json_socket(json, "socket", &sample->socket);
  json_bool(json, "looked", sample->looked);
  json_begin_array(json, "values");
  for (size_t i = 0; i < sample->count; i++) {
    json_begin_object(json, NULL);
    json_string(json, "field", sample->values[i].field);
    json_string(json, "unit", sample->values[i].unit);
    if (sample->values[i].known)
      json_number(json, "value", sample->values[i].value);
    else
      json_null(json, "value");
    json_end_object(json);
  }
  json_end_array(json);
}
