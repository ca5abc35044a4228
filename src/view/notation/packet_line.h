/* packet_line: packets of the lab as tcpdump(1) writes them, for every view that shows text. */
#ifndef SOCKSH_VIEW_NOTATION_PACKET_LINE_H
#define SOCKSH_VIEW_NOTATION_PACKET_LINE_H

#include "view/notation/notation.h"

/* Appends a packet: client > server: Flags [S], seq 0, win 64240, <mss 1460,sackOK,TS val 1 ecr
 * 0,nop,wscale 7>. None of its bytes is appended unescaped. */
void packet_append_line(const struct notation *notation, const struct event_packet *event,
                        struct bytes *bytes);

/* Appends what IGMP or DNS says; nothing if it is neither. */
void packet_append_message(const struct notation *notation, const struct event_packet *event,
                           struct bytes *bytes);

/* Appends only the options of a TCP segment: mss 1460,sackOK. Nothing for any other packet. */
void packet_append_options(const struct notation *notation, const struct event_packet *event,
                           struct bytes *bytes);

/* Appends what became of it, and why: "lost (cut)". Nothing for one that crossed without a special
 * reason. */
void packet_append_fate(const struct event_packet *event, struct bytes *bytes);

/* The name of a fate, one word for machines to recognize. */
const char *packet_fate_name(enum packet_fate fate);

#endif
