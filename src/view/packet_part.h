/* packet_part: the parts of a packet's line. */
#ifndef SOCKSH_VIEW_PACKET_PART_H
#define SOCKSH_VIEW_PACKET_PART_H

#include "socket/packet.h"
#include "view/packet.h"

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
void packet_put_hex(struct packet_writer *writer, const unsigned char *data, size_t length, size_t limit);

/* Flags, numbers, window, and what is behind them. */
void packet_put_tcp(struct packet_writer *writer);

/* The options of TCP, without the < > around them. */
void packet_put_options(struct packet_writer *writer);

/* ICMP and ICMPv6. */
void packet_put_icmp(struct packet_writer *writer);

#endif
