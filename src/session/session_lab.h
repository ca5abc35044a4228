/* session_lab: the session's lab, as commands come by it. */
#ifndef SOCKSH_SESSION_SESSION_LAB_H
#define SOCKSH_SESSION_SESSION_LAB_H

#include "session/runner.h"

struct wire;

/* Makes sure that the session has a lab. 0, or -1 with an error. The session's lock is held. */
int session_start_lab(struct runner *runner, struct error *error);

/* The wire of its lab; NULL with an error where there is none. */
struct wire *session_wire(const struct session *session, struct error *error);

/* Locks the wire for something that lets packets cross, or changes what becomes of them: its events
 * belong to the statement, and all hosts are looked at behind it. */
void runner_lock_wire(struct runner *runner, struct wire *wire);
void runner_unlock_wire(struct wire *wire);

#endif
