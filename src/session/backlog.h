/* backlog: the connections in a listener's queues. */
#ifndef SOCKSH_SESSION_BACKLOG_H
#define SOCKSH_SESSION_BACKLOG_H

#include "session/runner.h"

/* The number of connections that wait for accept, or -1 if unknown. The session's lock is held. */
int64_t backlog_length(struct runner *runner, const struct socket *socket);

/* The number of half-open connections, or -1 if unknown. The session's lock is held. */
int64_t backlog_half_open(const struct socket *socket);

#endif
