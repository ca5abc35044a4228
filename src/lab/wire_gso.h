/* wire_gso: datagrams that flow unseen cross as one packet of many segments, as a driver with UDP
 * segmentation hands them over (GSO; Linux 6.2). Their receiver gets each of them as it was sent.
 * Each has its own event and number all the same. Only for the files of the wire. */
#ifndef SOCKSH_LAB_WIRE_GSO_H
#define SOCKSH_LAB_WIRE_GSO_H

#include <linux/virtio_net.h>

#include "lab/wire_record.h"

/* Makes what the functions below need. NULL when there is no memory. */
struct wire_gso *wire_gso_create(void);
void wire_gso_free(struct wire_gso *gso);

/* Whether a packet, with the header that its sender's kernel gave it, may cross together with
 * others: an unseen datagram to a host itself, whose checksum has been left to be computed. */
bool wire_gso_may(const struct wire *wire, const struct virtio_net_hdr *header,
                  const struct packet *packet, const struct wire_link *to);

/* Keeps such a packet until those behind it have come. `record` is that of its crossing. What does
 * not go with it is delivered first. */
void wire_gso_add(struct wire *wire, const struct wire_record *record, const struct packet *packet,
                  struct wire_link *to);

/* Delivers what is kept: before any other packet is delivered, and before others have their turn.
 */
void wire_gso_flush(struct wire *wire);

#endif
