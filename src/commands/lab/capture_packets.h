/* capture_packets: the capture that is going on, which the end of the session ends, too. */
#ifndef SOCKSH_COMMANDS_LAB_CAPTURE_PACKETS_H
#define SOCKSH_COMMANDS_LAB_CAPTURE_PACKETS_H

#include "session/session.h"

/* Ends the session's capture, if there is one, with how many packets it has. 0, or -1 with an error
 * where not all could be written. The session's lock is held. */
int capture_end(struct session *session, uint64_t *count, struct error *error);

#endif
