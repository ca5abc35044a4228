/* timeline: all events of a session, in order, bounded.
 *
 * The newest are in memory, older ones in an unlinked file of limited size, whose oldest part is
 * overwritten. The timeline has a lock of its own, below the session's: any thread may append. */
#ifndef SOCKSH_TIMELINE_TIMELINE_H
#define SOCKSH_TIMELINE_TIMELINE_H

#include "timeline/event.h"

struct timeline;

/* Called with each event as it is appended, under the timeline's lock, so in order: it must not
 * append itself. */
typedef void timeline_listener(const struct event *event, void *context);

/* NULL when there is no memory. */
struct timeline *timeline_create(timeline_listener *listener, void *context);
void timeline_free(struct timeline *timeline);

/* How much of a call's data is kept, in bytes: `set record`. */
void timeline_set_record(struct timeline *timeline, size_t bytes);

/* Appends an event: gives it its serial and, where they are 0, its times. Returns the serial. It
 * cannot fail: what there is no memory to keep is shown all the same, and counted as lost. */
uint64_t timeline_append(struct timeline *timeline, struct event *event);

/* Calls a function under the timeline's lock, so while no event is being appended or listened to:
 * for changing what the listener looks at. */
void timeline_call(struct timeline *timeline, void (*function)(void *context), void *context);

/* The serial of the last event, 0 for none. */
uint64_t timeline_last(struct timeline *timeline);

/* A set of kinds of events. */
#define EVENT_BIT(kind) (1u << (kind))
#define EVENT_ANY (~0u)

/* Calls `each` with every event of these kinds that is kept, from this serial on, until it returns
 * false. Appending goes on meanwhile; what comes after the call began is left out. Returns how many
 * events, of any kind, from there on are lost. */
uint64_t timeline_walk(struct timeline *timeline, uint64_t from, unsigned kinds,
                       bool (*each)(const struct event *event, void *context), void *context);

#endif
