/* session_lab: commands' access to the session's lab. The session's lock is held in all functions.
 */
#ifndef SOCKSH_SESSION_SESSION_LAB_H
#define SOCKSH_SESSION_SESSION_LAB_H

#include "session/runner.h"

struct wire;

/* Makes a lab unless the session has one. 0, or -1 with an error. */
int session_lab_start(struct runner *runner, struct error *error);

/* The wire of the session's lab, or NULL with an error if there is none. */
struct wire *session_lab_wire(const struct session *session, struct error *error);

/* Lock the wire around anything that lets packets cross or changes what happens to them. Its events
 * then belong to the statement, and a look at all hosts follows. */
void session_lab_lock_wire(struct runner *runner, struct wire *wire);
/* The same for a change of what happens to packets: those that were sent before it go as before. */
void session_lab_lock_wire_anew(struct runner *runner, struct wire *wire);
void session_lab_unlock_wire(struct wire *wire);

#endif
