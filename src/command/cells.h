/* cells: table cells about sockets, shared by commands that answer with tables. */
#ifndef SOCKSH_COMMAND_CELLS_H
#define SOCKSH_COMMAND_CELLS_H

#include "socket/socket.h"
#include "timeline/answer.h"

/* Adds a first column HOST if there is a lab. `room` needs space for all columns, one more, and the
 * NULL that ends them. Returns `room`, or `columns` if there is no lab. */
const char *const *cells_columns(const char *const *columns, bool lab, const char **room);
/* Adds the socket's host if there is a lab; empty on the real network. */
void cells_add_host(struct answer *answer, const struct socket *socket, bool lab);

/* Adds "inet stream", "epoll" and the like. */
void cells_add_kind(struct answer *answer, const struct socket *socket);

/* Adds the state's name; empty for STATE_UNKNOWN. */
void cells_add_state(struct answer *answer, enum socket_state state);

/* Adds the address as it is typed; empty if there is none, or only a wildcard without port. */
void cells_add_address(struct answer *answer, const struct address *address);

/* Adds the length of a queue; empty for -1. */
void cells_add_queue(struct answer *answer, int64_t length);

#endif
