/* datagram_relay: passes datagrams on to another address, and the answers back. A client is known
 * by its address, and has a socket of its own that is connected to the target, so that an answer
 * tells whom it is for. It is forgotten when it has been silent for a while. */
#ifndef SOCKSH_SERVICE_DATAGRAM_RELAY_H
#define SOCKSH_SERVICE_DATAGRAM_RELAY_H

#include "service/loop.h"

/* The body of a loop: it returns when the service has ended. */
void loop_relay_datagrams(struct loop *loop);

#endif
