/* session_wire: what the session does behind the packets of its lab: it looks at the ends of their
 * connections, so that every change of state is on the timeline, behind the packet that shows it.
 */
#ifndef SOCKSH_SESSION_SESSION_WIRE_H
#define SOCKSH_SESSION_SESSION_WIRE_H

#include "session/session.h"

/* Begins, with the session's lab just created. The session's lock is held. */
void session_wire_start(struct session *session);
#endif
