/* pkt_peer: the segments that the script's peer sends, and those that it expects. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_PEER_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_PEER_H

#include "commands/packetdrill/pkt_state.h"

/* Sends a segment of the peer's; or waits for one of the tested host, and compares it. */
int pkt_peer_send(struct pkt_state *state, const struct pkt_step *step, struct error *error);
int pkt_peer_expect(struct pkt_state *state, const struct pkt_step *step, struct error *error);

/* The script is at its end: with --strict no segment may be left. 0, or -1 with an error. */
int pkt_peer_end(struct pkt_state *state, struct error *error);

#endif
