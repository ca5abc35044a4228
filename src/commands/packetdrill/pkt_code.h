/* pkt_code: the code of a script, which asserts something about numbers of TCP_INFO. It is Python,
 * and runs at the end, with the numbers as they were. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_CODE_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_CODE_H

#include "commands/packetdrill/pkt_state.h"

/* Remembers the numbers of TCP_INFO as they are now, and the code to run with them. */
int pkt_code_add(struct pkt_state *state, const struct pkt_step *step, struct error *error);
/* Runs all of it. */
int pkt_code_run(struct pkt_state *state, struct error *error);

#endif
