/* json_packet: a packet in JSON: what became of it, the fields of its headers, and its bytes. */
#ifndef SOCKSH_VIEW_JSON_JSON_PACKET_H
#define SOCKSH_VIEW_JSON_JSON_PACKET_H

#include <jansson.h>

#include "timeline/event.h"

/* Adds the members of a packet, the body of its event. Returns "packet", the event's name. */
const char *json_set_packet(json_t *object, const struct event *event);

#endif
