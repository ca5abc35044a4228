/* found_packet: a packet of the wire, found again on the timeline. */
#ifndef SOCKSH_COMMANDS_LAB_FOUND_PACKET_H
#define SOCKSH_COMMANDS_LAB_FOUND_PACKET_H

#include "command/invocation.h"

/* The last event of a packet, copied from the timeline. */
struct found_packet {
  unsigned number;
  const char *interface; /* on which it was captured; NULL: it was on the wire */
  struct event_packet packet;
  struct bytes bytes;
  char texts[6][64];
  bool found;
};

/* Finds the packet with that number on the wire; or among those captured on `found->interface`, if
 * that is set before. 0; or -1 with an error, and nothing to free. */
int found_packet_find(struct invocation *invocation, const struct argument_value *number,
                      struct found_packet *found);

static inline void found_packet_free(struct found_packet *found) {
  bytes_free(&found->bytes);
}

#endif
