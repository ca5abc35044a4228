/* event_queue: puts what services tell onto the timeline.
 *
 * Services have tables of descriptors of their own, in which the timeline's file is not, and must
 * not wait while a view renders. So they hand what they tell to this thread, by a queue of limited
 * length. */
#ifndef SOCKSH_SERVICE_EVENT_QUEUE_H
#define SOCKSH_SERVICE_EVENT_QUEUE_H

#include "timeline/timeline.h"

struct event_queue;

/* Starts the thread. `news` is called by it without any lock, behind what it has appended. NULL
 * with errno set. */
struct event_queue *event_queue_create(struct timeline *timeline, void (*news)(void *context),
                                       void *context);

/* Appends what is still in the queue, and ends the thread. */
void event_queue_free(struct event_queue *event_queue);

/* Hands an event over, from any thread; it is copied. `host` lasts as long as the session; NULL:
 * the real network. Where the queue is full it is left out, and the next one that is not says how
 * many were. */
void event_queue_append(struct event_queue *event_queue, const struct event_service *about,
                        const char *host, uint64_t cause);

/* Waits until all that was handed over before is on the timeline. */
void event_queue_settle(struct event_queue *event_queue);

#endif
