/* blocked: the calls that wait in the kernel now, and the connections whose handshake goes on: on
 * which socket, and what would end the wait. */
#ifndef SOCKSH_SESSION_BLOCKED_H
#define SOCKSH_SESSION_BLOCKED_H

#include "session/runner.h"

/* Whether anything is: of this socket, or of any where it is NULL. The session's lock is held. */
bool blocked_any(struct session *session, const struct socket *socket);

/* Appends a line for each, with what ends it; of one socket, or of all where it is NULL. The
 * session's lock is held. */
void blocked_append(struct runner *runner, const struct socket *socket, struct bytes *text);

#endif
