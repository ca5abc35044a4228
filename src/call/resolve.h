/* resolve: getaddrinfo(3) and getnameinfo(3) as calls, made on a thread of resolver.h. */
#ifndef SOCKSH_CALL_RESOLVE_H
#define SOCKSH_CALL_RESOLVE_H

#include "call/call.h"

/* getaddrinfo(text[0], text[1]), with number[0] as family and number[1] as type of the hints, into
 * call->lookup.found; or getnameinfo(address) into its texts. Returns 0 or an EAI_ number. errno is
 * set with EAI_SYSTEM (EINTR if the lookup was interrupted), else 0. */
long resolve_perform(struct call *call);

#endif
