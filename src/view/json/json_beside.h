/* json_beside: events of what goes on beside calls and states, as members of their object. */
#ifndef SOCKSH_VIEW_JSON_JSON_BESIDE_H
#define SOCKSH_VIEW_JSON_JSON_BESIDE_H

#include "timeline/event.h"
#include "view/json/json.h"

void json_service(struct json *json, const struct event_service *service);
void json_progress(struct json *json, const struct event_progress *progress);
void json_counter(struct json *json, const struct event_counter *counter);
void json_sample(struct json *json, const struct event_sample *sample);
void json_program(struct json *json, const struct event_program *program);

/* {"quiet", "verbose", "timing", "calls", "states", "stable", "hidden", "preview", "width"} */
void json_look(struct json *json, const char *key, const struct event_look *look);

#endif
