/* packet_line_icmp: a message of ICMP or ICMPv6 as tcpdump(1) writes it. */
#ifndef SOCKSH_VIEW_NOTATION_PACKET_LINE_ICMP_H
#define SOCKSH_VIEW_NOTATION_PACKET_LINE_ICMP_H

#include "view/notation/packet_line_part.h"

/* Appends the protocol, the message and its length. */
void packet_put_icmp(struct packet_writer *writer);

/* Appends the message alone. */
void packet_put_icmp_words(struct packet_writer *writer);

#endif
