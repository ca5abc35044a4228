/* resolve: getaddrinfo(3) and getnameinfo(3) as calls: on a thread of resolver.h for the machine;
 * for a host of the lab in a process on that host, whose files and network the C library then asks.
 */
#ifndef SOCKSH_CALL_RESOLVE_H
#define SOCKSH_CALL_RESOLVE_H

#include "call/call.h"

/* getaddrinfo(text[0], text[1]), with number[0] as family and number[1] as type of the hints, into
 * call->lookup.found; or getnameinfo(address) into its texts; on call->host. Returns 0 or an EAI_
 * number. errno is set with EAI_SYSTEM (EINTR if the lookup was interrupted), else 0. */
long resolve_perform(struct call *call);

/* The name by which this program is started to make a look-up; see resolve_serve. */
#define RESOLVE_PROGRAM "socksh-look-up"

/* What the program does when it has that name: makes the look-up that it reads from standard input,
 * and writes what came of it. Returns its exit status. */
int resolve_serve(void);

#endif
