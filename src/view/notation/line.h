/* line: any event as one line of text, for lists of them. */
#ifndef SOCKSH_VIEW_NOTATION_LINE_H
#define SOCKSH_VIEW_NOTATION_LINE_H

#include "timeline/event.h"

/* Adds a call that has returned, with the names of its sockets. */
void line_append_call(const struct call *call, struct bytes *bytes);

/* Adds what an event says, and returns what it is: "call". */
const char *line_append_event(const struct event *event, struct bytes *bytes);

/* Adds an error: where, which command, and what. */
void line_append_error(const struct event_error *error, struct bytes *bytes);

/* Why a state has changed, in a few words; "" for none. */
const char *line_reason(enum state_reason reason);

/* Adds a packet as tcpdump writes it, without its number and what became of it. */
void line_append_packet(const struct event_packet *packet, struct bytes *bytes);

#endif
