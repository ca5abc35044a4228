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
  struct held *next; /* in order of delivery */
  struct held *before;
  unsigned number;
  struct lan *lan;
  struct wire_link *from; /* NULL: injected, with no sending host */
  struct wire_link *to;   /* NULL: for all others on the LAN */
  bool everybody;
  unsigned char *bytes; /* owned */
  size_t length;
  const char *origin;  /* "inject", "duplicate", "edited" ...: how it was made or changed; "" if the
                          kernel sent it */
  unsigned overtaking; /* so many are still to overtake it, of those on its way; 0: it waits for its
                          time alone */
  unsigned labels;     /* as it came onto the wire; see struct event_packet */
  unsigned duplicates;
  unsigned copies;  /* how often it was sent */
  unsigned repeats; /* how often the segment that it acknowledges was retransmitted meanwhile */
  int64_t
      times[HELD_TIMES]; /* when it was sent, the first HELD_TIMES times, monotonic nanoseconds */
  int64_t due;           /* when it is delivered, if the wire is not held; monotonic nanoseconds */
};

struct held_queue {
  struct held *first;
  struct held *last;
  size_t count;
  size_t bytes;
};

/* Insert a packet at the end; by its due time; after or before another (`place`). The queue owns it
 * from then on. */
void held_append(struct held_queue *queue, struct held *held);
void held_insert_due(struct held_queue *queue, struct held *held);
void held_insert_after(struct held_queue *queue, struct held *place, struct held *held);
void held_insert_before(struct held_queue *queue, struct held *place, struct held *held);

/* Takes a packet out, which the caller then owns. */
void held_remove(struct held_queue *queue, struct held *held);

/* Creates one with a copy of the bytes. NULL when there is no memory. */
struct held *held_create(const void *bytes, size_t length);
void held_free(struct held *held);
/* Frees all packets of the queue. */
void held_clear(struct held_queue *queue);

/* The held packet that this one retransmits; NULL: it is new. */
struct held *held_find_again(const struct held_queue *queue, const struct wire_link *from,
                             const struct packet *packet, const struct flow_bases *bases);

/* The held packet that acknowledges this one, a retransmission; NULL: none, or it is new. `bases`
 * are from before it arrived. */
struct held *held_find_answer(const struct held_queue *queue, const struct packet *packet,
                              const struct flow_bases *bases);

/* Whether `answer` goes from the receiver of `packet` to its sender, on the same ports. */
bool held_is_answer(const struct packet *answer, const struct packet *packet);

#endif
