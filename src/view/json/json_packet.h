/* json_packet: a packet in JSON: what became of it, the fields of its headers, and its bytes. */
#ifndef SOCKSH_VIEW_JSON_JSON_PACKET_H
#define SOCKSH_VIEW_JSON_JSON_PACKET_H

#include "timeline/event.h"
#include "view/json/json.h"

/* Writes the members of a packet, the body of its event. */
void json_packet(struct json *json, const struct event *happened);

#endif
