/* wire_link: which interface a packet is for, and what the way there does to it. Only for the files
 * of the wire. */
#ifndef SOCKSH_LAB_WIRE_LINK_H
#define SOCKSH_LAB_WIRE_LINK_H

#include "lab/wire_device.h"

enum { WIRE_MTU = 1500, WIRE_LINKS = LAB_HOSTS * 4 };

struct wire_target wire_find_target(const struct wire *wire, const struct lan *lan,
                                    const struct packet *packet);

/* The interface with an address, whatever its LAN; NULL: none. */
struct wire_link *wire_link_of(const struct wire *wire, const struct address *address);

/* The interface on a LAN with a link-local address, fe80::NUMBER; NULL: none, or it is no such
 * address. */
struct wire_link *wire_link_beside(const struct lan *lan, const struct address *address);

/* The way from one interface to another; NULL if either is NULL. */
struct wire_way *wire_way(const struct wire_link *from, const struct wire_link *to);

/* Decides whether the way loses a packet now: "cut", "loss", or NULL if it does not. */
const char *wire_loses(struct wire_way *way);

/* When a packet that comes now will have crossed, in monotonic nanoseconds; WIRE_NEVER: the queue
 * in front of it is full. */
enum { WIRE_NEVER = -1 };
int64_t wire_due(struct wire_way *way, size_t length, int64_t now);

/* Frees the links, closing their descriptors, and the LANs. */
void wire_free_links(struct wire *wire);

#endif
