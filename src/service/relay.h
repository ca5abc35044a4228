/* relay: a client's connection and one to the target, each passing on what comes from the other:
 * data, the end of the stream, and resets. */
#ifndef SOCKSH_SERVICE_RELAY_H
#define SOCKSH_SERVICE_RELAY_H

#include "service/loop.h"

/* Connects to the target. A failure ends both connections. */
void relay_begin(struct connection *client);

/* Handles the events of either connection: bits of EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP. */
void relay_ready(struct connection *connection, uint32_t events);

#endif
