/* pkt_host: the two hosts of a packetdrill script: the tested one, and the peer. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_HOST_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_HOST_H

#include "commands/packetdrill/pkt_state.h"

/* Makes both, with the addresses of the state. 0, or -1 with an error. */
int pkt_host_make(struct pkt_state *state, struct error *error);

/* A script has ended: another may have the same addresses. */
void pkt_host_retire(struct pkt_state *state);

/* Makes a peer with this name alone, on the first wire of a host that is there, which is tested
 * then. */
int pkt_host_join(struct pkt_state *state, const char *name, struct lab_host *tested,
                  struct error *error);

#endif
