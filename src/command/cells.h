/* cells: cells about sockets, for the tables that several commands answer. */
#ifndef SOCKSH_COMMAND_CELLS_H
#define SOCKSH_COMMAND_CELLS_H

#include "socket/socket.h"
#include "timeline/answer.h"

/* The columns of a table, with HOST in front where there is a lab, whose rows then begin with the
 * host. `room` has one place more than the columns and their end. */
const char *const *row_columns(const char *const *columns, bool lab, const char **room);
/* The host of a socket, where there is a lab. */
void row_add_host(struct answer *answer, const struct socket *socket, bool lab);

/* "inet stream", "epoll". */
void row_add_kind(struct answer *answer, const struct socket *socket);

/* Its name; empty for STATE_UNKNOWN. */
void row_add_state(struct answer *answer, enum socket_state state);

/* As it is typed; empty where there is none, or none that says anything. */
void row_add_address(struct answer *answer, const struct address *address);

/* The length of a queue; empty for -1. */
void row_add_queue(struct answer *answer, int64_t length);

#endif
