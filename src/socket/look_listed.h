/* look_listed: what the kernel's lists say of a socket of the session, for the files that look:
 * sock_diag's, and the notices of ends. */
#ifndef SOCKSH_SOCKET_LOOK_LISTED_H
#define SOCKSH_SOCKET_LOOK_LISTED_H

#include "socket/socket.h"

/* Looks a socket with TCP's states up in the kernel's list, given its addresses. 1, 0 if it is not
 * there, -1 if the list can't be read. Multipath TCP that has fallen back is one plain connection.
 */
int look_up_listed(const struct socket *socket, const struct address *local,
                   const struct address *peer, struct kernel_socket *found);

/* Follows a socket that was closed and has not ended, and asks for the notice of its end. */
void look_follow_closed(struct socket *socket);

/* Reads the notices that have come, and waits for that of this socket, which ended before `now`, if
 * it may have timed out: the notice comes a moment after the end. */
void look_for_end(struct socket *socket, int64_t now);

/* Which of these events poll(2) tells of a socket now. */
short look_events(const struct socket *socket, short events);

#endif
