/* datagram: a loop on a datagram socket, which receives many datagrams with one call and answers
 * them with one. */
#ifndef SOCKSH_SERVICE_DATAGRAM_H
#define SOCKSH_SERVICE_DATAGRAM_H

#include "service/loop.h"

/* The body of a loop: it returns when the service has ended. */
void loop_run_datagrams(struct loop *loop);
/* How many bytes it needs in loop->memory. */
size_t loop_datagrams_memory(const struct service_plan *plan);

#endif
