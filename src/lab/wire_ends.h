/* wire_ends: looks at the ends of a TCP connection behind each packet that may have moved one to
 * another state: SYN, FIN, RST, what acknowledges one of them, and ICMP errors. Bulk data is not
 * looked at. Only for the files of the wire. */
#ifndef SOCKSH_LAB_WIRE_ENDS_H
#define SOCKSH_LAB_WIRE_ENDS_H

#include "lab/wire.h"

/* Why a packet is looked behind, as bits. */
enum { LOOKED_FOR_STATES = 1, LOOKED_FOR_SAMPLES = 2 };

/* Whether and why a packet that is about to come onto the wire, or to cross, is one that is looked
 * behind: if so, the session's lock must be held. 0: it is not. */
unsigned wire_is_looked_behind(struct wire *wire, const struct packet *packet);

/* Look at the host that sent such a packet, when it has come onto the wire, and at the one that got
 * it, when it has crossed. `event` is the serial of the event that says so. They do nothing where
 * the host at that end of the link only passes it on. */
void wire_look_at_sender(struct wire *wire, const struct packet *packet,
                         const struct wire_link *from, uint64_t event, unsigned looked);
void wire_look_at_receiver(struct wire *wire, const struct packet *packet,
                           const struct wire_link *to, uint64_t event, unsigned looked);

/* Enclose the delivery of a packet to a host and the look behind it: services there stand still, so
 * that nothing else can have changed the state. */
void wire_still_begin(const struct wire_link *to);
void wire_still_end(const struct wire_link *to);

#endif
