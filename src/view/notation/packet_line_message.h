/* packet_line_message: what a packet of IGMP says, and a datagram of DNS, in tcpdump's words. */
#ifndef SOCKSH_VIEW_NOTATION_PACKET_LINE_MESSAGE_H
#define SOCKSH_VIEW_NOTATION_PACKET_LINE_MESSAGE_H

#include "view/notation/packet_line_part.h"

/* Appends the words; nothing if the packet is neither, or too little of it is at hand. Returns
 * whether there were any. */
bool packet_put_message(struct packet_writer *writer);

/* The protocol of the words: "IGMP", "DNS"; NULL if there are none. */
const char *packet_message_protocol(const struct packet *packet);

#endif
