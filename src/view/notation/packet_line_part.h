/* packet_line_part: what the files that write a packet share: the writer, and the parts that a line
 * and the full view write alike. */
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

#endif
