/* json_view: what the view of --json has for those who keep its lines (json_kept.h). */
#ifndef SOCKSH_VIEW_JSON_JSON_VIEW_H
#define SOCKSH_VIEW_JSON_JSON_VIEW_H

#include "view/json/json_kept.h"

/* The line of the head, and that of an event, whose bytes these are, with their newlines; written
 * by a view of the class view_json. They are there until the next one is asked for. NULL when there
 * is no memory. */
const struct bytes *json_view_head(struct view *view, const struct json_kept *kept);
const struct bytes *json_view_line(struct view *view, const struct event *event, const char *data,
                                   size_t size);

#endif
