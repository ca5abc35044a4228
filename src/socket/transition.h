/* transition: the arcs of TCP's state diagram (RFC 9293, figure 5) as data: what leads from one
 * state to another, and whether Linux does it. */
#ifndef SOCKSH_SOCKET_TRANSITION_H
#define SOCKSH_SOCKET_TRANSITION_H

#include "names/constant.h"

enum { TRANSITION_COUNT = 21 };

struct transition {
  enum socket_state from;
  enum socket_state to;
  const char *cause;   /* what happens: "close, send FIN"; N_() */
  const char *instead; /* what Linux does instead; NULL: Linux has this arc; N_() */
};

/* Numbered from 1, in the order of the diagram: arc 1 is the first. */
extern const struct transition transitions[TRANSITION_COUNT];

/* The states of the diagram, ended by STATE_UNKNOWN. */
extern const enum socket_state transition_states[];

/* The number of the arc between two states; 0 if there is none: then a state in between was passed
 * unseen. */
int transition_find(enum socket_state from, enum socket_state to);

#endif
