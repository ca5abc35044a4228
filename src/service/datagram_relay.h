/* datagram_relay: passes datagrams on to another address, and the answers back. Each client, known
 * by its address, gets a socket connected to the target, so that the socket of an answer identifies
 * the client. A client that is silent for a while is forgotten. */
#ifndef SOCKSH_SERVICE_DATAGRAM_RELAY_H
#define SOCKSH_SERVICE_DATAGRAM_RELAY_H

#include "service/loop.h"

/* The body of a loop: it returns when the service has ended. */
void loop_relay_datagrams(struct loop *loop);
/* How many bytes it needs in loop->memory. */
size_t loop_relay_memory(void);

#endif
