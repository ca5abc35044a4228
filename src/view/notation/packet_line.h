/* packet_line: packets of the lab as tcpdump(1) writes them, for every view that shows text. */
#ifndef SOCKSH_VIEW_NOTATION_PACKET_LINE_H
#define SOCKSH_VIEW_NOTATION_PACKET_LINE_H

#include "view/notation/notation.h"

/* Adds a packet: client > server: Flags [S], seq 0, win 64240, <mss 1460,sackOK,TS val 1 ecr
 * 0,nop,wscale 7>. Whatever its bytes are, no one of them is added unescaped. */
void packet_append_line(const struct notation *notation, const struct event_packet *event,
                        struct bytes *bytes);

/* Adds the options of a TCP segment alone: mss 1460,sackOK. Nothing for any other packet. */
void packet_append_options(const struct notation *notation, const struct event_packet *event,
                           struct bytes *bytes);

/* Adds what has become of it, and why: "lost (cut)". Nothing for one that has crossed and for which
 * no reason is given. */
void packet_append_fate(const struct event_packet *event, struct bytes *bytes);

/* What a fate is called, one word by which a machine knows it. */
const char *packet_fate_name(enum packet_fate fate);

#endif
