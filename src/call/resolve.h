/* resolve: the calls that look names up: getaddrinfo(3) and getnameinfo(3), as resolver.h makes
 * them. */
#ifndef SOCKSH_CALL_RESOLVE_H
#define SOCKSH_CALL_RESOLVE_H

#include "call/call.h"

/* getaddrinfo(text[0], text[1]) with number[0] as family and number[1] as type of the hints, into
 * call->lookup.found; or getnameinfo(address) into its texts. 0 or an EAI_ number, with errno set:
 * that of EAI_SYSTEM, which is EINTR where the look-up was given up, else 0. */
long resolve_perform(struct call *call);

#endif
