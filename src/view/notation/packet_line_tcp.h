/* packet_line_tcp: a TCP segment as tcpdump(1) writes it. */
#ifndef SOCKSH_VIEW_NOTATION_PACKET_LINE_TCP_H
#define SOCKSH_VIEW_NOTATION_PACKET_LINE_TCP_H

#include "view/notation/packet_line_part.h"

/* An option that <netinet/tcp.h> does not name (RFC 7413). */
enum { PACKET_OPTION_FAST_OPEN = 34 };

/* Appends flags, numbers, window, options and length. */
void packet_put_tcp(struct packet_writer *writer);

/* Appends the options, without the brackets around them. */
void packet_put_options(struct packet_writer *writer);

/* Appends one option. */
void packet_put_option(struct packet_writer *writer, const struct packet_option *option);

/* The purpose of an option; "" for an unknown one. */
const char *packet_option_meaning(unsigned kind);

/* Appends what the option of Multipath TCP says. */
void packet_put_mptcp(struct packet_writer *writer, const struct packet_option *option);

#endif
