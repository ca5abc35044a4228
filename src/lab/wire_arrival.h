/* wire_arrival: what becomes of a packet that a host has sent. For the files of the wire alone. */
#ifndef SOCKSH_LAB_WIRE_ARRIVAL_H
#define SOCKSH_LAB_WIRE_ARRIVAL_H

#include <linux/virtio_net.h>

#include "lab/wire.h"

/* The size of wire->buffer, in bytes: what the kernel says about a packet, and the packet. */
enum { WIRE_BUFFER_SIZE = sizeof(struct virtio_net_hdr) + PACKET_SIZE_LIMIT + 1 };

/* True when no more packets can be held. */
bool wire_is_full(const struct wire *wire);

/* Keeps a packet for a moment that has just crossed by hand. Its sender may have sent it again by
 * its own clock before the receiver could answer, and nobody wants to see that copy. The wire owns
 * it from then on. */
void wire_remember(struct wire *wire, struct held *held);

/* Lets go of those that this packet acknowledges, and of those that are too old by `now`, in
 * monotonic nanoseconds; of all when it is ICMP, which may refuse them. */
void wire_forget(struct wire *wire, const struct packet *packet, int64_t now);

#endif
