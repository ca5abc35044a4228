/* pkt_option: the options of TCP in the notation of a script. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_OPTION_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_OPTION_H

#include "commands/packetdrill/pkt_state.h"

/* Whether this is the name of an option. */
bool pkt_option_is_known(struct pkt_text name);
/* Appends the options of a segment in the script's notation as TCP's bytes; timestamps to be echoed
 * are those of the flow. 0, or -1 with an error. */
int pkt_option_build(const struct pkt_state *state, const struct pkt_segment *segment,
                     const struct pkt_flow *flow, struct bytes *bytes, struct error *error);
/* Compares the options that the script expects with those of a packet, into state->difference. */
void pkt_option_compare(struct pkt_state *state, const struct pkt_segment *segment,
                        const struct packet *packet, struct pkt_flow *flow, struct error *error);

#endif
