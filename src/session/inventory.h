/* inventory: all sockets of the session that the kernel has now, including those without a
 * descriptor. */
#ifndef SOCKSH_SESSION_INVENTORY_H
#define SOCKSH_SESSION_INVENTORY_H

#include "session/runner.h"

/* A socket and what the kernel's list says about it. */
struct inventory_entry {
  struct socket *socket; /* a reference */
  bool listed;           /* the kernel's list has the socket, and `kernel` is filled in */
  struct kernel_socket kernel;
  const struct process *program; /* whose it is, of those started here; not a reference */
  char owner[48];                /* ROLE_OF_PROGRAM: "p.4"; "71.4" for process 71; "-": nobody's */
};

struct inventory {
  struct bytes found;    /* struct inventory_entry */
  struct bytes order;    /* size_t, indices into `found`: open ones by descriptor, each listener
                            followed by its queue, lingering ones last */
  bool complete;         /* all lists could be read, so orphans are included */
  char problem[300];     /* what was missing, if it is not complete */
  unsigned unattributed; /* queued connections at an address where other processes listen too */
};

/* Looks at all sockets of these kinds (enum kernel_kind), starts to follow new orphans, and appends
 * changes to the timeline. The session's lock is held. Free the result with inventory_free. 0, or
 * -1 with an error if out of memory. */
int inventory_take(struct runner *runner, unsigned kinds, struct inventory *inventory,
                   struct error *error);
/* The same for the lab's hosts only: appends everything there that is new or has changed. */
void inventory_report_lab(struct runner *runner);

/* A number that changes with the state of any TCP socket in the lab. */
uint64_t inventory_lab_states(const struct session *session);

void inventory_free(struct inventory *inventory);

size_t inventory_count(const struct inventory *inventory);
const struct inventory_entry *inventory_nth(const struct inventory *inventory, size_t n);

/* How well a listener's address matches a connection's local address: 0 not at all, 1 as the
 * wildcard address, 2 exactly. */
int inventory_fit(const struct address *listener, const struct address *local);

/* True for a connection that this side has not closed, so that it may wait for accept. */
bool inventory_may_be_queued(const struct kernel_socket *kernel);

/* Why a socket without a descriptor still exists and what will end it; "" for an open one. Static
 * text. */
const char *inventory_why(const struct inventory_entry *entry);

#endif
