/* wire_arrival: what becomes of a packet that a host has sent. Only for the files of the wire. */
#ifndef SOCKSH_LAB_WIRE_ARRIVAL_H
#define SOCKSH_LAB_WIRE_ARRIVAL_H

#include <linux/virtio_net.h>

#include "lab/wire.h"

/* The size of wire->buffer, in bytes: the virtio header and the packet. */
enum { WIRE_BUFFER_SIZE = sizeof(struct virtio_net_hdr) + PACKET_SIZE_LIMIT + 1 };

/* Why reading stopped. */
enum pump_stop {
  PUMP_EMPTY,   /* nothing is left, or others shall have their turn */
  PUMP_AT_CALL, /* a call that may have sent the next packet has not returned */
  PUMP_AT_LOOK, /* the next packet is looked behind, and `may_look` is false */
};

/* Reads what the interfaces have now; `may_look` says that the observer's lock is held. */
enum pump_stop wire_read_all(struct wire *wire, bool may_look);

/* True when no more packets can be held. */
bool wire_is_full(const struct wire *wire);

/* Keeps a packet for a moment after it was delivered by hand. Its sender's timer may have
 * retransmitted it before the receiver could answer, and nobody wants to see that copy. The wire
 * takes ownership. */
void wire_remember(struct wire *wire, struct held *held);

/* Drops those that this packet acknowledges, or says that its sender had no room for, and those
 * that are too old by `now`, in monotonic nanoseconds; all of them for an ICMP packet, which may
 * refuse them. */
void wire_forget(struct wire *wire, const struct packet *packet, int64_t now);

#endif
