/* held: what the commands about the wire share. */
#ifndef SOCKSH_COMMANDS_LAB_HELD_PACKETS_H
#define SOCKSH_COMMANDS_LAB_HELD_PACKETS_H

#include "command/invocation.h"

struct wire;

/* The wire of the session's lab; NULL with an error where there is none. */
struct wire *wire_of(const struct invocation *invocation);

/* Makes sure that the session has a lab. 0, or -1 with an error. */
int lab_command_start(struct runner *runner, struct error *error);

/* Ends the session's capture, if there is one, with how many packets it has. 0, or -1 with an error where not all could be written. The session's lock is held. */
int capture_end(struct session *session, uint64_t *count, struct error *error);

/* Locks the wire for something that lets packets cross, or changes what becomes of them: its events belong to the statement, and all
 * hosts are looked at behind it. */
void wire_begin(const struct invocation *invocation, struct wire *wire);
void wire_end(struct wire *wire);

#endif
