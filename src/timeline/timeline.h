/* timeline: all events of a session, in order, bounded.
 *
 * The newest are in memory, older ones in an unlinked file of limited size, in which new events
 * overwrite the oldest. The timeline has a lock of its own, below the session's: any thread may
 * append. */
#ifndef SOCKSH_TIMELINE_TIMELINE_H
#define SOCKSH_TIMELINE_TIMELINE_H

#include "timeline/event.h"

struct timeline;

/* One kind in a set of kinds of events. */
#define EVENT_BIT(kind) (1u << (kind))
#define EVENT_ANY (~0u)

/* Called for each event as it is appended, in order, under the timeline's lock: it must not append
 * events itself. */
typedef void timeline_listener(const struct event *event, void *context);

/* NULL when there is no memory. */
struct timeline *timeline_create(timeline_listener *listener, void *context);
void timeline_free(struct timeline *timeline);

/* How many bytes of a call's data are kept: `set record`. */
void timeline_set_record(struct timeline *timeline, size_t bytes);

/* Appends an event, and sets its serial and those of its times that are 0. Returns the serial. It
 * cannot fail: an event that there is no memory to keep is still shown, and counted as lost. */
uint64_t timeline_append(struct timeline *timeline, struct event *event);

/* Calls a function under the timeline's lock, so that no event is appended or listened to
 * meanwhile: for changing what the listener uses. */
void timeline_call(struct timeline *timeline, void (*function)(void *context), void *context);

/* Why events were lost that should have been kept in the file, as an errno; 0: none were. What is
 * overwritten because the file is full is not meant. */
int timeline_unkept(struct timeline *timeline);

/* Which kinds of events the listener shows (bits EVENT_BIT), all at first; and whether it shows a
 * kind. What is of interest only as it happens, such as that a call begins, which its end says
 * again, need not be appended where nobody listens for it. Any thread may ask. */
void timeline_set_heard(struct timeline *timeline, unsigned kinds);
bool timeline_hears(const struct timeline *timeline, enum event_kind kind);

/* The time of the first event, monotonic nanoseconds; 0: there was none. */
int64_t timeline_began(struct timeline *timeline);

/* The serial of the last event, 0 for none. */
uint64_t timeline_last(struct timeline *timeline);

/* Calls `each` for every kept event of these kinds from this serial on, until it returns false.
 * Other threads may append meanwhile; events appended after the call began are left out. Returns
 * how many events of any kind from `from` on are lost. */
uint64_t timeline_walk(struct timeline *timeline, uint64_t from, unsigned kinds,
                       bool (*each)(const struct event *event, void *context), void *context);

/* Of an event that is kept, the bytes that hold it: codec.h. */
typedef bool timeline_kept(const struct event *event, const char *data, size_t size, void *context);

/* The same for all kinds, with the bytes of each event, to be written elsewhere. */
uint64_t timeline_walk_kept(struct timeline *timeline, timeline_kept *each, void *context);

/* What became of bytes from elsewhere. */
enum timeline_taken {
  TAKEN,
  TAKEN_NO_EVENT, /* they are none, or there is no memory */
  TAKEN_NOT_NEXT, /* its serial is not above that of the last event */
};

/* Appends an event of another session as it was kept there: with its serial and times, and with
 * what is no longer there of its data. The listener is called if `shown`, and `each`, with the
 * event, if it is not NULL, before that and without the timeline's lock. */
enum timeline_taken timeline_take(struct timeline *timeline, const char *data, size_t size,
                                  bool shown, timeline_kept *each, void *context);

/* Where to begin a walk that shall end with the last `wanted` of the kept events of these kinds for
 * which `matches` is true: a serial, and in *skip how many of them come first that are too many. It
 * looks from the newest back, so what is near the end is found at once. */
uint64_t timeline_find_last(struct timeline *timeline, unsigned kinds,
                            bool (*matches)(const struct event *event, void *context),
                            void *context, size_t wanted, size_t *skip);

#endif
