/* replayed: the events of a session that were saved (saved.h), read into the timeline of this one.
 */
#ifndef SOCKSH_SESSION_REPLAYED_H
#define SOCKSH_SESSION_REPLAYED_H

#include "session/runner.h"

struct replay_plan {
  const char *path;
  int descriptor; /* has it open; it is closed */
  bool shown;     /* the views show the events, as they were shown there */
  bool goes_on;   /* this session has lines of its own behind them, and looks as it was started */
};

/* Appends the events of a file, with their serials and times. The names that were bound to sockets
 * are bound to entries of these, of which nothing is left but the events. The session must have no
 * event yet. A last line that is cut off is left out, and a note says so; what else is wrong in the
 * file is an error that begins with its path and line. 0, or -1 with the error, and the events
 * before it read. */
int replayed_read(struct runner *runner, const struct replay_plan *plan, struct error *error);

#endif
