/* outbound: the one place where services create sockets, besides those they are given: further
 * listeners that share an address, and the connections of `relay`. All are made on a host of the
 * lab, NULL: the real network. */
#ifndef SOCKSH_SERVICE_OUTBOUND_H
#define SOCKSH_SERVICE_OUTBOUND_H

#include "socket/host.h"

/* What these return, with errno set, where the lab could not be asked for a socket on the host, and
 * what that is called in reports. */
enum { OUTBOUND_UNASKED = -2 };
#define OUTBOUND_QUESTION "a question to the lab's helper"

/* Creates a socket of the same kind at the same address, both with SO_REUSEPORT; it listens if this
 * one does. -1 with errno set. */
int outbound_beside(int descriptor, struct host *host);

/* Creates a non-blocking socket that connects to an address. errno is EINPROGRESS while it is
 * connecting, otherwise 0. -1 with errno set if it failed. */
int outbound_connect(const struct address *target, int type, struct host *host);

#endif
