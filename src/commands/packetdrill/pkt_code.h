/* pkt_code: the code of a script, which asserts something about numbers of TCP_INFO. Plain
 * assertions and prints run at once (language/plain_code.h); what is more than that is Python's,
 * and runs at the end, with the numbers as they were. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_CODE_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_CODE_H

#include "commands/packetdrill/pkt_state.h"

/* Runs plain code, or remembers it with the numbers of TCP_INFO as they are now. 0, or -1 with an
 * error: what is asserted does not hold. */
int pkt_code_add(struct pkt_state *state, const struct pkt_step *step, struct error *error);
/* Runs all that was remembered. */
int pkt_code_run(struct pkt_state *state, struct error *error);

#endif
