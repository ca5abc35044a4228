/* line: any event as one line of text, for lists of them. */
#ifndef SOCKSH_VIEW_NOTATION_LINE_H
#define SOCKSH_VIEW_NOTATION_LINE_H

#include "timeline/event.h"

/* Appends a call that has returned, with the names of its sockets. */
void line_append_call(const struct call *call, struct bytes *bytes);

/* Appends what an event says, and returns what it is: "call". */
const char *line_append_event(const struct event *event, struct bytes *bytes);

/* Appends an error: its place, the command, and the message. */
void line_append_error(const struct event_error *error, struct bytes *bytes);

/* Why a state changed, in a few words; "" for no reason. */
const char *line_reason(enum state_reason reason);

/* Appends which packet it is, in a few words: "packet 2 S. server > client". */
void line_append_packet_name(const struct event_packet *packet, struct bytes *bytes);

/* Appends a packet as tcpdump writes it, without its number and what became of it. */
void line_append_packet(const struct event_packet *packet, struct bytes *bytes);

#endif
