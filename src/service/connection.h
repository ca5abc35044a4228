/* connection: one client of a stream, or the relay's connection to its target.
 *
 * connection.c receives and sends as far as the kernel takes it; connection_serve.c decides what
 * comes next: the handler's answer, or the relay. */
#ifndef SOCKSH_SERVICE_CONNECTION_H
#define SOCKSH_SERVICE_CONNECTION_H

#include "service/loop.h"

/* Creates a connection, which owns the descriptor. NULL when there is no memory; then the
 * descriptor is closed. */
struct connection *connection_create(struct loop *loop, int descriptor, const struct address *peer,
                                     uint64_t number, bool outgoing);
/* Frees those that are over. True if there were any. */
bool loop_reap(struct loop *loop);
/* Ends those whose deadline has passed. Returns the next deadline, in monotonic nanoseconds; 0:
 * there is none. */
int64_t loop_expire(struct loop *loop);

/* Called first: a handler may speak at once. */
void connection_begin(struct connection *connection);

/* Handles the events that it waited for: bits of EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP. */
void connection_ready(struct connection *connection, uint32_t events);

/* Ends it: with an errno for an error, otherwise 0. */
void connection_end(struct connection *connection, int error);

/* Ends it after a time in nanoseconds, the same for all connections of a loop, unless this is
 * called again before. */
void connection_expect(struct connection *connection, int64_t duration);

/* Waits for these events, and no others. */
void connection_await(struct connection *connection, uint32_t events);

/* Sends data, and keeps what the kernel does not take. `lasting` data need not be copied. False if
 * it failed, and the connection is over. */
bool connection_send(struct connection *connection, const char *data, size_t length, bool lasting);

/* Sends what was kept. True when nothing is left. */
bool connection_flush(struct connection *connection);

/* Receives up to SCRATCH bytes into `data`. Returns the number of bytes; 0 at the end of the
 * stream; -1 if there is nothing, or it failed. */
ssize_t connection_receive(struct connection *connection, char *data);

#endif
