/* notation: calls and states as strace(1) writes them, for every view that shows text. Calls are in
 * call_text.c. */
#ifndef SOCKSH_VIEW_NOTATION_NOTATION_H
#define SOCKSH_VIEW_NOTATION_NOTATION_H

#include "language/escape.h"
#include "socket/transition.h"
#include "timeline/event.h"
#include "view/notation/alias.h"

struct notation {
  size_t preview; /* bytes of data shown */
  enum escape_style style;
  bool names;              /* descriptors with the name bound to them: 3 srv */
  struct aliases *aliases; /* NULL: everything is printed unchanged */
  const char *arrow;       /* "->" or the arrow character */
  const char *changed_on;  /* switches the colour of what has changed on, and off; NULL: none */
  const char *changed_off;
};

/* Appends a call that has returned: send(3, "hello", 5, 0) = 5. */
void notation_append_call(const struct notation *notation, const struct call *call,
                          struct bytes *bytes);

/* Appends one that has not: accept(3, ...). */
void notation_append_started(const struct notation *notation, const struct call *call,
                             struct bytes *bytes);

/* Appends an address of this socket: netlink's groups have names by its protocol. */
void notation_append_address_of(const struct notation *notation, const struct socket_label *label,
                                const struct address *address, struct bytes *bytes);

void notation_append_address(const struct notation *notation, const struct address *address,
                             struct bytes *bytes);

/* Appends what a socket is called: "3", "3 srv" with names; "(3)" if its descriptor is closed; "3
 * queue:" for one that waits in the queue of listener 3, "3 served:" for one that a service on it
 * has accepted, "3 subflow:" for a connection of multipath TCP. */
/* Appends where an event happened: "server: ", "p: ", "server: p: "; nothing for the session. */
void notation_append_place(const struct event *event, struct bytes *bytes);

void notation_append_label(const struct notation *notation, const struct socket_label *label,
                           struct bytes *bytes);

/* The meaning of a reason, as one sentence; "" for none. */
const char *notation_reason(enum state_reason reason);

/* What a change of state tells of the arc of TCP's diagram that it took. */
struct transition_sight notation_sight(const struct event_state *state);

/* Appends the state of a socket, from -> to, and its addresses. */
void notation_append_state(const struct notation *notation, const struct event_state *state,
                           struct bytes *bytes);

#endif
