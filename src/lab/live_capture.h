/* live_capture: packets of the session's own connections on a real interface, as events on the
 * timeline, for users who may capture there (CAP_NET_RAW). It has a thread, which sleeps while no
 * packets come. */
#ifndef SOCKSH_LAB_LIVE_CAPTURE_H
#define SOCKSH_LAB_LIVE_CAPTURE_H

#include "language/error.h"
#include "packet/packet.h"
#include "socket/host.h"
#include "timeline/timeline.h"

struct tap;

/* Whether a packet is the session's own; called from any thread. */
typedef bool tap_filter(const struct packet *packet, void *context);

/* Starts to capture on an interface of a host of the lab, or of the machine for NULL; `shows` says
 * whether the packets are shown, and without a filter all are taken. NULL with an error: no such
 * interface, or not permitted. */
struct tap *tap_start(struct host *host, const char *interface, bool shows,
                      struct timeline *timeline, tap_filter *filter, void *context,
                      struct error *error);

/* Records what has arrived so far, ends the thread, and frees the tap. */
void tap_stop(struct tap *tap);

#endif
