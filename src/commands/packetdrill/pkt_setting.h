/* pkt_setting: what a script says in front about how it is to be run. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_SETTING_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_SETTING_H

#include "commands/packetdrill/pkt_state.h"

/* The addresses that scripts are written for which name none. */
void pkt_setting_usual(struct pkt_state *state);

/* Applies what the script says in front: its tolerance, its addresses. 0, or -1 with an error. */
int pkt_setting_apply(struct pkt_state *state, const struct pkt_script *script,
                      struct error *error);

#endif
