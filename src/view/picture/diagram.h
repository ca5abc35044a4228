/* diagram: TCP's state diagram (RFC 9293, figure 5) in characters, with what was seen marked on
 * it. */
#ifndef SOCKSH_VIEW_PICTURE_DIAGRAM_H
#define SOCKSH_VIEW_PICTURE_DIAGRAM_H

#include "socket/transition.h"

struct diagram {
  unsigned states;                  /* bits 1 << enum socket_state: the states seen */
  unsigned taken[TRANSITION_COUNT]; /* how often each arc was seen */
  unsigned gaps; /* changes that are no arc, or may have passed a state which was not seen */
};

/* Records one change; from STATE_UNKNOWN it is the first one seen of a socket. */
void diagram_note(struct diagram *diagram, const struct transition_sight *sight);

/* Appends the drawing, and the counts of states and arcs seen. */
void diagram_append(const struct diagram *diagram, struct bytes *bytes);

#endif
