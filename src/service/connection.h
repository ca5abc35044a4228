/* connection: one client of a stream, or the relay's connection to its target.
 *
 * connection.c receives and sends as far as the kernel takes it; connection_serve.c decides what
 * comes next: the handler's answer, or the relay. */
#ifndef SOCKSH_SERVICE_CONNECTION_H
#define SOCKSH_SERVICE_CONNECTION_H

#include "service/loop.h"

/* Takes a descriptor. NULL when there is no memory, and the descriptor is closed. */
struct connection *connection_create(struct loop *loop, int descriptor, const struct address *peer,
                                     uint64_t number, bool outgoing);
/* Frees those that are over. True where there were some. */
bool loop_reap(struct loop *loop);
/* Ends those whose time is over. Returns when the next one is due, monotonic nanoseconds; 0: none
 * has a deadline. */
int64_t loop_expire(struct loop *loop);

/* The first thing: a handler may speak at once. */
void connection_begin(struct connection *connection);

/* What it waits for has come: bits of EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP. */
void connection_ready(struct connection *connection, uint32_t events);

/* Ends it: with an errno other than 0 for an error, or because the service ends. */
void connection_end(struct connection *connection, int error);

/* Ends it when so much time has passed, in nanoseconds, which is the same for all connections of a
 * loop; unless that is said anew. */
void connection_expect(struct connection *connection, int64_t duration);

/* Waits for these events, and no others. */
void connection_await(struct connection *connection, uint32_t events);

/* Sends, or keeps what the kernel does not take. False where it has failed, and the connection is
 * over. */
bool connection_send(struct connection *connection, const char *data, size_t length, bool lasting);

/* Sends what is kept. True when nothing is left. */
bool connection_flush(struct connection *connection);

/* Receives into the scratch memory. The number of bytes; 0 at the end of the stream; -1 where there
 * is nothing, or it has failed. */
ssize_t connection_receive(struct connection *connection, char *data);

#endif
