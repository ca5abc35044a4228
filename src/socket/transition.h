/* transition: the arcs of TCP's state diagram (RFC 9293, figure 5) as data: what leads from one
 * state to another, and whether Linux does it. */
#ifndef SOCKSH_SOCKET_TRANSITION_H
#define SOCKSH_SOCKET_TRANSITION_H

#include <stdbool.h>
#include <stdint.h>

#include "names/constant.h"

enum { TRANSITION_COUNT = 21 };

struct transition {
  enum socket_state from;
  enum socket_state to;
  const char *cause;   /* what happens: "close, send FIN"; N_() */
  const char *instead; /* what Linux does instead; NULL: Linux has this arc; N_() */
  bool winding; /* other arcs lead from the one to the other, too, over states between them */
};

/* A change of state as two looks have seen it. */
struct transition_sight {
  enum socket_state from;
  enum socket_state to;
  bool exact;     /* nothing lies between the looks: the second was made behind what changed it */
  bool told;      /* the cause is known, from a call or a packet */
  bool reset;     /* and it was a RST that came, on a connection */
  bool timed_out; /* or the time was over */
  int64_t stayed; /* how long it was in the first state at most, nanoseconds; 0: unknown */
};

/* Numbered from 1, in the order of the diagram: arc 1 is the first. */
extern const struct transition transitions[TRANSITION_COUNT];

/* The states of the diagram, ended by STATE_UNKNOWN. */
extern const enum socket_state transition_states[];

/* The number of the arc between two states; 0 if there is none: then a state in between was passed
 * unseen. */
int transition_find(enum socket_state from, enum socket_state to);

/* The number of the arc that was certainly taken; 0 if the change may have been another way, over
 * states that nobody saw, or had a cause that is in no arc of the diagram: a RST in a connection, a
 * time-out. */
int transition_taken(const struct transition_sight *sight);

#endif
