/* pkt_life: a pkt_state from its beginning to its end. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_LIFE_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_LIFE_H

#include "commands/packetdrill/pkt_state.h"

/* NULL with an error. The options are copied. pkt_life_free closes the peer, and lets the sockets
 * go without closing them; pkt_life_close closes them. NULL is allowed. */
struct pkt_state *pkt_life_create(struct runner *runner, const struct pkt_options *options,
                                  struct error *error);
void pkt_life_close(struct pkt_state *state);
void pkt_life_free(struct pkt_state *state);

/* Reads a script, or a typed line, of which the state keeps what its steps need. The tree, or NULL
 * with an error. */
struct pkt_script *pkt_life_read(struct pkt_state *state, struct source *source, bool typed,
                                 struct error *error);

/* Has the session keep it, for lines that are typed behind. */
void pkt_life_keep(struct pkt_state *state, struct session *session);

#endif
