/* pkt_event: the lines of a script on the timeline: each is a statement, and what it expects is a
 * test. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_EVENT_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_EVENT_H

#include "commands/packetdrill/pkt_state.h"

/* A step that runs. */
struct pkt_told {
  const struct pkt_step *step;
  uint64_t outer; /* the statement around it */
};

struct pkt_told pkt_event_begin(struct pkt_state *state, const struct pkt_step *step);
/* `error`: why it failed, which is shown where the step is a script's; NULL: it has not. */
void pkt_event_end(struct pkt_state *state, const struct pkt_told *told, struct error *error);

/* Shows what has failed, with the line of the script, and beside each other what was expected and
 * what came; for scripts, whose lines are not those of the statement. */
void pkt_event_error(struct pkt_state *state, const struct source *source, struct error *error);
/* Shows the two beside each other alone. */
void pkt_event_difference(struct pkt_state *state);
/* Says what can be done now that a script has failed and its sockets stay. */
void pkt_event_stays(struct pkt_state *state);

#endif
