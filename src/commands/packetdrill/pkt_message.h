/* pkt_message: a message that was received, and what the script says of it. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_MESSAGE_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_MESSAGE_H

#include "commands/packetdrill/pkt_state.h"
#include "import/strace_reader.h"

/* Compares its flags and its control messages, into state->difference; `node` is what the script
 * says. 0, or -1 with an error: they differ, or what it says is not understood. */
int pkt_message_compare(struct pkt_state *state, const struct call *call,
                        const struct strace_node *node, struct error *error);

#endif
