/* packet_line_part: the parts of a packet's line. */
#ifndef SOCKSH_VIEW_NOTATION_PACKET_LINE_PART_H
#define SOCKSH_VIEW_NOTATION_PACKET_LINE_PART_H

#include "packet/packet.h"
#include "view/notation/packet_line.h"

/* What the writing of one packet needs. */
struct packet_writer {
  const struct notation *notation;
  const struct event_packet *event;
  const struct packet *packet;
  struct bytes *bytes;
};

static inline void packet_put(struct packet_writer *writer, const char *text) {
  bytes_append_text(writer->bytes, text);
}

/* A port, or what else the kernel chooses in the way of ports. */
void packet_put_port(struct packet_writer *writer, unsigned port);

/* Two hex digits for each byte, at most `limit` of them, and "..." where there are more. */
void packet_put_hex(struct packet_writer *writer, const unsigned char *data, size_t length,
                    size_t limit);

/* The name of what IP carries, or its number. */
void packet_put_protocol(struct packet_writer *writer, int protocol);

/* Flags, numbers, window, and what is behind them. */
void packet_put_tcp(struct packet_writer *writer);

/* The options of TCP, without the < > around them. */
void packet_put_options(struct packet_writer *writer);

/* One option, and what its kind is for; "" for one that nobody knows. */
void packet_put_option(struct packet_writer *writer, const struct packet_option *option);
const char *packet_option_meaning(unsigned kind);

/* An option that <netinet/tcp.h> does not name (RFC 7413). */
enum { PACKET_OPTION_FAST_OPEN = 34 };

/* ICMP and ICMPv6; what the message says alone. */
void packet_put_icmp(struct packet_writer *writer);
void packet_put_icmp_words(struct packet_writer *writer);

#endif
