/* packet_line_part: what the files that write packets share: the writer, and the parts that the
 * line and the full view write alike. */
#ifndef SOCKSH_VIEW_NOTATION_PACKET_LINE_PART_H
#define SOCKSH_VIEW_NOTATION_PACKET_LINE_PART_H

#include "packet/packet.h"
#include "view/notation/packet_line.h"

/* The state of writing one packet. */
struct packet_writer {
  const struct notation *notation;
  const struct event_packet *event;
  const struct packet *packet;
  struct bytes *bytes;
};

static inline void packet_put(struct packet_writer *writer, const char *text) {
  bytes_append_text(writer->bytes, text);
}

/* Appends a port, or a number that the kernel chooses like a port. */
void packet_put_port(struct packet_writer *writer, unsigned port);

/* Appends two hex digits for each byte, at most `limit` bytes, and "..." if there are more. */
void packet_put_hex(struct packet_writer *writer, const unsigned char *data, size_t length,
                    size_t limit);

/* Appends the name of a protocol over IP, or its number. */
void packet_put_protocol(struct packet_writer *writer, int protocol);

#endif
