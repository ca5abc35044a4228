/* backlog: what waits at a listener. */
#ifndef SOCKSH_SESSION_BACKLOG_H
#define SOCKSH_SESSION_BACKLOG_H

#include "session/runner.h"

/* How many connections wait for accept at a listener; -1: that can't be told. */
int64_t backlog_length(struct runner *runner, const struct socket *socket);

/* How many half-open ones there are at it; -1: that can't be told. */
int64_t backlog_half_open(const struct socket *socket);

#endif
