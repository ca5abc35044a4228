/* outbound: the one place where services make sockets of their own kind, beside those that they are
 * given: further listeners that share an address, and the connections that `relay` makes. All are
 * made on a host of the lab, NULL: the real network. */
#ifndef SOCKSH_SERVICE_OUTBOUND_H
#define SOCKSH_SERVICE_OUTBOUND_H

#include "socket/host.h"

/* A socket of the same kind at the same address as this one, both with SO_REUSEPORT; listening
 * where this one is. -1 with errno set. */
int outbound_beside(int descriptor, struct host *host);

/* A non-blocking socket that connects to an address; for a connection that takes time errno is
 * EINPROGRESS, else 0. -1 with errno set where it has failed. */
int outbound_connect(const struct address *target, int type, struct host *host);

#endif
