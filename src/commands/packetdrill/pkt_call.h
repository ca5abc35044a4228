/* pkt_call: the calls of a script. They are written as strace writes them, so they are read as its
 * are; ... stands for what the script leaves to whoever runs it. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_CALL_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_CALL_H

#include "commands/packetdrill/pkt_state.h"

/* Whether this is the name of a call that can be made. */
bool pkt_call_is_known(struct pkt_text name);
/* Whether a step is a call at the time 0 that makes a socket ready: no packet goes out for it, and
 * it waits for none. */
bool pkt_call_is_ready(const struct pkt_step *step);
/* Makes a call, compares what it gives, and takes note of the descriptors that it makes. */
int pkt_call_run(struct pkt_state *state, const struct pkt_step *step, struct error *error);
/* The blocking call must have returned by now. */
int pkt_call_reap(struct pkt_state *state, struct error *error);
void pkt_call_forget(struct pkt_state *state);

#endif
