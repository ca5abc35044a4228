/* capture_packets: the running capture, which the end of the session ends too. */
#ifndef SOCKSH_COMMANDS_LAB_CAPTURE_PACKETS_H
#define SOCKSH_COMMANDS_LAB_CAPTURE_PACKETS_H

#include "session/session.h"

/* Ends the session's capture, if any, and stores how many packets it has written. 0, or -1 with an
 * error if some could not be written. The session's lock is held, and given up. */
int capture_packets_end(struct session *session, uint64_t *count, struct error *error);

#endif
