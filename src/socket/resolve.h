/* resolve: name look-ups, which the C library makes and nobody can interrupt.
 *
 * Each runs in a thread of its own with a descriptor table of its own, so that it holds none of the user's sockets
 * open, and is left to itself when the user gives up. */
#ifndef SOCKSH_SOCKET_RESOLVE_H
#define SOCKSH_SOCKET_RESOLVE_H

#include "socket/call.h"

/* getaddrinfo(text[0], text[1]) with number[0] as family and number[1] as type of the hints, into call->found; or
 * getnameinfo(address) into text[0] and text[1]. The result is 0 or an EAI_ number; `error` is the errno of
 * EAI_SYSTEM, EINTR where it was given up. */
void resolve_perform(struct call *call);

#endif
