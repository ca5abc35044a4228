/* resolve: the calls that look names up: getaddrinfo(3) and getnameinfo(3), as resolver.h makes
 * them. */
#ifndef SOCKSH_CALL_RESOLVE_H
#define SOCKSH_CALL_RESOLVE_H

#include "call/call.h"

/* getaddrinfo(text[0], text[1]) with number[0] as family and number[1] as type of the hints, into
 * call->found; or getnameinfo(address) into text[0] and text[1]. The result is 0 or an EAI_ number;
 * `error` is the errno of EAI_SYSTEM, EINTR where it was given up. */
void resolve_perform(struct call *call);

#endif
