/* event_queue: puts the reports of services onto the timeline.
 *
 * Services have descriptor tables of their own, without the timeline's file, and must not wait
 * while a view renders. So they pass their reports to this thread, through a queue of limited
 * length. */
#ifndef SOCKSH_SERVICE_EVENT_QUEUE_H
#define SOCKSH_SERVICE_EVENT_QUEUE_H

#include "timeline/timeline.h"

struct event_queue;

/* Starts the thread. It calls `news`, without holding any lock, after it has appended. NULL with
 * errno set. */
struct event_queue *event_queue_create(struct timeline *timeline, void (*news)(void *context),
                                       void *context);

/* Appends what is still in the queue, and ends the thread. */
void event_queue_free(struct event_queue *event_queue);

/* Queues a copy of an event; any thread may call it. `host` must last as long as the session; NULL:
 * the real network. If the queue is full the event is dropped, and the next one that is queued says
 * how many were. */
void event_queue_append(struct event_queue *event_queue, const struct event_service *about,
                        const struct host *host, uint64_t cause);

/* Waits until everything queued before is on the timeline. */
void event_queue_settle(struct event_queue *event_queue);

#endif
