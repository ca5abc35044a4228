/* wire_queue: the packets that wait in front of a bottleneck: `wire queue`. Only for the files of
 * the wire. */
#ifndef SOCKSH_LAB_WIRE_QUEUE_H
#define SOCKSH_LAB_WIRE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WIRE_QUEUE_MOST = 10000 };

/* When each of them will have been sent, with the one that is being sent. Zeroed: none waits. */
struct wire_queue {
  int64_t *sent; /* a ring of `room`, monotonic nanoseconds, oldest first; owned */
  size_t room;
  size_t first;
  size_t count;
};

/* How many are in it now. */
size_t wire_queue_length(struct wire_queue *queue, int64_t now);

/* Adds one that will have been sent then, where fewer than `limit` are in it. False if it is full.
 * Where there is no memory to count it, it is let in. */
bool wire_queue_add(struct wire_queue *queue, size_t limit, int64_t sent, int64_t now);

void wire_queue_free(struct wire_queue *queue);

#endif
