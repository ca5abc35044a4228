/* saved: the timeline, written to a file from which it is replayed (replayed.h). */
#ifndef SOCKSH_SESSION_SAVED_H
#define SOCKSH_SESSION_SAVED_H

#include "session/runner.h"

/* What was written. */
struct saved {
  uint64_t events;
  uint64_t lost; /* how many are no longer kept */
};

/* Writes all events that are kept, one a line, and puts the file into place once it is whole. The
 * session's lock is held, and given up now and then if there is a runner, which may be interrupted;
 * NULL: there is none. 0, or -1 with an error, and the old file as it was. */
int saved_write(struct session *session, struct runner *runner, const char *path,
                struct saved *saved, struct error *error);

#endif
