/* inventory: all sockets of the session that the kernel has now, those without a descriptor
 * included. */
#ifndef SOCKSH_SESSION_INVENTORY_H
#define SOCKSH_SESSION_INVENTORY_H

#include "session/runner.h"

/* One of them. */
struct inventory_entry {
  struct socket *socket; /* a reference */
  bool listed;           /* `kernel` is filled in: the kernel's list has it */
  struct kernel_socket kernel;
};

struct inventory {
  struct bytes found; /* struct surveyed */
  struct bytes order; /* size_t, their indices: open ones by descriptor, a listener's queue behind
                         it, lingering ones last */
  bool complete; /* the kernel's list could be read: those without a descriptor are among them */
  char problem[300];     /* what was missing, where it is not complete */
  unsigned unattributed; /* connections without a descriptor at an address that other processes
                            listen on, too */
};

/* Looks at all sockets of these kinds (enum kernel_kind), follows from now on those that have no
 * descriptor yet, and appends what has changed, as asked for. The session's lock is held. 0, or -1
 * when there is no memory. */
int inventory_take(struct runner *runner, unsigned kinds, struct inventory *inventory,
                   struct error *error);
/* The same for the hosts of the lab alone, and tells all that has changed or is new there. */
void inventory_report_lab(struct runner *runner);

/* A number that changes when the state of any TCP socket in the lab does. */
uint64_t inventory_lab_states(const struct session *session);

void inventory_free(struct inventory *inventory);

size_t inventory_count(const struct inventory *inventory);
const struct inventory_entry *inventory_nth(const struct inventory *inventory, size_t n);

/* How well a listener's address fits that of a connection: 0 not at all, 1 by any address, 2 by
 * just this one. */
int inventory_fit(const struct address *listener, const struct address *local);

/* Why a socket without a descriptor is still there, and what will end it; "" for an open one. */
const char *inventory_why(const struct inventory_entry *inventory_entry);

#endif
