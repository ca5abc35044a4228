/* wire_device: the hosts' TUN devices: writing to them, and what they may offload. Only for the
 * files of the wire. */
#ifndef SOCKSH_LAB_WIRE_DEVICE_H
#define SOCKSH_LAB_WIRE_DEVICE_H

#include "lab/wire.h"

/* Where a packet goes. */
struct wire_target {
  struct wire_link *link;
  bool everybody; /* all others on the LAN */
};

/* Wakes the wire's thread. */
void wire_wake(struct wire *wire);

/* Wakes those who wait on wire->news: a packet has come or crossed. */
void wire_signal_news(struct wire *wire);

/* True while somebody sees the packets: they must then be as they would be on a cable. */
bool wire_is_seen(const struct wire *wire);

/* Tells the kernels whether they may hand over several segments as one: only while packets flow
 * unseen and unchanged. */
void wire_set_offloads(struct wire *wire);

/* Writes a packet to its target. NULL, or why it could not be delivered. */
const char *wire_write(struct wire *wire, const struct lan *lan, const struct wire_link *from,
                       struct wire_target target, const void *bytes, size_t length);

#endif
