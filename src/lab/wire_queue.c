#include "lab/wire_queue.h"

#include <stdlib.h>

#include "language/loss.h"

size_t wire_queue_length(struct wire_queue *queue, int64_t now) {
  while (queue->count > 0 && queue->sent[queue->first] <= now) {
    queue->first = (queue->first + 1) % queue->room;
    queue->count--;
  }
  return queue->count;
}

/* Makes the ring as large as the limit, and keeps what is in it. */
static bool make_room(struct wire_queue *queue, size_t limit) {
  if (limit <= queue->room)
    return true;
  int64_t *sent = malloc(limit * sizeof *sent);
  if (!sent) {
    loss_of_memory();
    return false;
  }
  for (size_t i = 0; i < queue->count; i++)
    sent[i] = queue->sent[(queue->first + i) % queue->room];
  free(queue->sent);
  queue->sent = sent;
  queue->room = limit;
  queue->first = 0;
  return true;
}

bool wire_queue_add(struct wire_queue *queue, size_t limit, int64_t sent, int64_t now) {
  if (wire_queue_length(queue, now) >= limit)
    return false;
  if (make_room(queue, limit))
    queue->sent[(queue->first + queue->count++) % queue->room] = sent;
  return true;
}

void wire_queue_free(struct wire_queue *queue) {
  free(queue->sent);
  *queue = (struct wire_queue){0};
}
