/* held: the queues of packets on the wire, and which of them a later packet repeats or
 * acknowledges.
 *
 * The wire's lock guards them. */
#ifndef SOCKSH_LAB_HELD_H
#define SOCKSH_LAB_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lab/flow.h"
#include "packet/packet.h"

struct lan;
struct wire_link;

/* A packet that waits on the wire. */
enum { HELD_TIMES = 8 };
struct held {
  struct held *next; /* in the order in which they will cross */
  struct held *before;
  unsigned number;
  struct lan *lan;
  struct wire_link *from; /* NULL: it was injected, from nobody */
  struct wire_link *to;   /* NULL: for all others on the LAN */
  bool everybody;
  unsigned char *bytes; /* owned */
  size_t length;
  const char *origin; /* "inject", "duplicate", "edited" ...: how it came to be what it is; "" for
                         the kernel's own */
  unsigned copies;    /* how often it was sent */
  unsigned repeats;   /* how often what it acknowledges was sent again meanwhile */
  int64_t times[HELD_TIMES]; /* the first of them, monotonic nanoseconds */
  int64_t due;               /* in flow: when it crosses */
};

struct held_queue {
  struct held *first;
  struct held *last;
  size_t count;
  size_t bytes;
};

/* At the end; by the time at which it is due; next to another. The queue owns it from then on. */
void held_append(struct held_queue *queue, struct held *held);
void held_insert_due(struct held_queue *queue, struct held *held);
void held_insert_behind(struct held_queue *queue, struct held *place, struct held *held);
void held_insert_before(struct held_queue *queue, struct held *place, struct held *held);

/* Takes it out: it is the caller's again. */
void held_remove(struct held_queue *queue, struct held *held);

/* With a copy of the bytes; NULL when there is no memory. */
struct held *held_create(const void *bytes, size_t length);
void held_free(struct held *held);
/* Frees all that are in the queue. */
void held_clear(struct held_queue *queue);

/* The held packet that this one sends again; NULL: it is new. */
struct held *held_find_again(const struct held_queue *queue, const struct wire_link *from,
                             const struct packet *packet, const struct flow_bases *bases);

/* The held packet that acknowledges this one, which was sent before; NULL: none, or it is new.
 * `bases` are from before it came. */
struct held *held_find_answer(const struct held_queue *queue, const struct packet *packet,
                              const struct flow_bases *bases);

/* Whether a packet goes from the receiver of the other back to its sender, on the same ports. */
bool held_is_answer(const struct packet *answer, const struct packet *packet);

#endif
