/* pkt_command: the commands of a script, in `...`: they run on the tested host. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_COMMAND_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_COMMAND_H

#include "commands/packetdrill/pkt_state.h"

/* Runs one, in the script's directory. 0, or -1 with an error. */
int pkt_command_run(struct pkt_state *state, const struct pkt_step *step, struct error *error);

/* Where a command that has failed writes outside of the host, which only the machine's
 * administrator may: its path, as /sys/module/x/parameters/y; length 0: it does not. */
struct pkt_text pkt_command_outside(const struct pkt_step *step);

#endif
