/* wire_parts: what the files of the wire share among them, and nobody else needs. */
#ifndef SOCKSH_LAB_WIRE_PARTS_H
#define SOCKSH_LAB_WIRE_PARTS_H

#include "lab/wire.h"

enum { WIRE_MTU = 1500, WIRE_LINKS = LAB_HOSTS * 4 };

/* For whom a packet is. */
struct wire_target {
  struct wire_link *link;
  bool everybody; /* all others on the LAN */
};
struct wire_target wire_find_target(const struct wire *wire, const struct lan *lan,
                                    const struct packet *packet);

/* The interface with an address, whatever its LAN; NULL: none. */
struct wire_link *wire_link_of(const struct wire *wire, const struct address *address);

/* The way from one interface to another, NULL where one of them is nobody's. */
struct wire_way *wire_way(const struct wire_link *from, const struct wire_link *to);

/* Why the way loses a packet now: "cut", "loss", or NULL when it does not. */
const char *wire_loses(struct wire *wire, const struct wire_way *way);

/* When a packet that comes now will have crossed, in monotonic nanoseconds. */
int64_t wire_due(struct wire *wire, struct wire_way *way, size_t length, int64_t now);

/* Tells the kernels whether they may hand over several segments as one: while nobody looks, and
 * nothing is done to packets. */
void wire_set_offloads(struct wire *wire);

/* No more can be held. */
bool wire_is_full(const struct wire *wire);

void wire_free_links(struct wire *wire);

/* Wakes its thread. */
void wire_wake(struct wire *wire);

/* What an event says of a packet. */
struct wire_record {
  enum packet_fate fate;
  unsigned number;
  const struct lan *lan;
  const struct wire_link *from;
  const struct wire_link *to;
  bool everybody;
  const char *reason;
  unsigned copies;
  int64_t since; /* nanoseconds since it was sent first */
};
void wire_record(struct wire *wire, const struct wire_record *record, const struct packet *packet,
                 const struct flow_bases *bases);

/* The same for one that is held. */
void wire_record_held(struct wire *wire, const struct held *held, enum packet_fate fate,
                      const char *reason);

/* Writes a packet to whom it is for. NULL, or why it could not be. */
const char *wire_write(struct wire *wire, const struct lan *lan, const struct wire_link *from,
                       struct wire_target target, const void *bytes, size_t length);

/* Queues. */
void held_append(struct held_queue *queue, struct held *held);
void held_insert_due(struct held_queue *queue, struct held *held);
void held_insert_behind(struct held_queue *queue, struct held *place, struct held *held);
void held_insert_before(struct held_queue *queue, struct held *place, struct held *held);
void held_remove(struct held_queue *queue, struct held *held);
/* With a copy of the bytes; NULL when there is no memory. */
struct held *held_create(const void *bytes, size_t length);
void held_free(struct held *held);
void held_clear(struct held_queue *queue);

/* The held packet that this one sends again; NULL: it is new. */
struct held *held_find_again(const struct held_queue *queue, const struct wire_link *from,
                             const struct packet *packet, const struct flow_bases *bases);

/* Keeps one that has just crossed by hand for a moment. Its sender may have sent it again by its
 * own clock, before the receiver could answer: that is no packet which anybody would want to see.
 * It is the wire's from then on. */
void wire_remember(struct wire *wire, struct held *held);
/* Lets go of those that are acknowledged by this packet, or too old; of all when it is ICMP, which
 * may refuse them. */
void wire_forget(struct wire *wire, const struct packet *packet, int64_t now);

/* The held packet that acknowledges this one, which was sent before; NULL: none, or it is new.
 * `bases` are from before it came. */
struct held *held_find_answer(const struct held_queue *queue, const struct packet *packet,
                              const struct flow_bases *bases);

/* Lets what is due cross. Returns when the next one is due, 0: none flies. */
int64_t wire_deliver_due(struct wire *wire, int64_t now);

#endif
