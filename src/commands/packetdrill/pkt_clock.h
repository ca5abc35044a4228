/* pkt_clock: when the tested host has sent a packet, by the kernel's own clock: what it took to
 * come to the peer counts for none. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_CLOCK_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_CLOCK_H

#include "commands/packetdrill/pkt_state.h"

/* Opens a packet socket on the tested host, state->clock; where that can't be, the time at which a
 * packet came onto the wire has to do. */
void pkt_clock_open(struct pkt_state *state);
void pkt_clock_close(struct pkt_state *state);

/* Sets state->got_at to when the packet in state->got was sent, where it is known. */
void pkt_clock_refine(struct pkt_state *state);

#endif
