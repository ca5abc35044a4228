/* watch: sockets whose numbers are sampled while the session goes: in a thread, every so often, and
 * in the lab behind each packet of theirs. Each sample is an event. */
#ifndef SOCKSH_SESSION_WATCH_H
#define SOCKSH_SESSION_WATCH_H

#include "session/runner.h"
#include "session/sample.h"

/* One of them. */
struct watch {
  struct socket *socket; /* a reference */
  struct sample_field fields[EVENT_SAMPLE_VALUES];
  size_t count;
  int64_t every; /* nanoseconds */
  int64_t due;   /* monotonic nanoseconds */
  struct watch *next;
};

/* The session's lock is held in all functions but watch_stop. */

/* Samples these fields from now on, in place of what was sampled of the socket before. 0, or -1
 * with an error. */
int watch_begin(struct session *session, struct socket *socket, const struct sample_field *fields,
                size_t count, int64_t every, struct error *error);

/* Samples nothing of it any more. False if nothing was. */
bool watch_end(struct session *session, const struct socket *socket);

/* The samples of a socket behind a packet, whose event this is. */
void watch_sample(struct session *session, const struct socket *socket, uint64_t event);

/* Whether the wire is to ask for samples behind packets: to be called when a lab has begun. */
void watch_follow_lab(struct session *session);

/* Ends the thread, and all watches. */
void watch_stop(struct session *session);

#endif
