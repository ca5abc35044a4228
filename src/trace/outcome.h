/* outcome: what the end of a call has brought about for sockets, which is told behind the call. */
#ifndef SOCKSH_TRACE_OUTCOME_H
#define SOCKSH_TRACE_OUTCOME_H

#include "trace/task.h"

/* Keeps one to be told: the socket is closed, or has come to be known, and the kernel says `facts`
 * (copied) of it. One that there is no room for is left out. The lock is held. */
void outcome_add(struct tracing *tracing, struct socket *socket, bool is_closed,
                 const struct foreign_facts *facts);
/* Tells, and forgets, those that are kept. */
void outcome_tell_all(struct tracing *tracing, const struct trace_task *task);
/* Tells how a socket has changed, if it has. */
void outcome_tell_change(const struct tracing *tracing, const struct trace_task *task,
                         struct socket *socket, const struct foreign_facts *facts);

#endif
