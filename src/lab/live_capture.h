/* live_capture: packets of the session's own connections on a real interface, as events on the
 * timeline: for those who may look at it (CAP_NET_RAW). It has a thread, which sleeps while nothing
 * comes. */
#ifndef SOCKSH_LAB_LIVE_CAPTURE_H
#define SOCKSH_LAB_LIVE_CAPTURE_H

#include "language/error.h"
#include "packet/packet.h"
#include "timeline/timeline.h"

struct tap;

/* Says whether a packet is the session's own, from any thread. */
typedef bool tap_filter(const struct packet *packet, void *context);

/* Begins to listen on an interface. NULL with an error: no such interface, or not permitted. */
struct tap *tap_start(const char *interface, struct timeline *timeline, tap_filter *filter,
                      void *context, struct error *error);

/* Takes what has come by now, ends the thread, and frees. */
void tap_stop(struct tap *tap);

#endif
