/* look: what the kernel says about a socket, without changing anything.
 *
 * Looks make only these calls: getsockname, getpeername, poll without a wait, F_GETFL, SIOCINQ,
 * SIOCOUTQ, and getsockopt of TCP_INFO, SO_MEMINFO, SO_ACCEPTCONN, the time-outs and the options
 * that identify the socket. SO_ERROR, the error queue and data are consumed by reading, and are
 * never read here. */
#ifndef SOCKSH_SOCKET_LOOK_H
#define SOCKSH_SOCKET_LOOK_H

#include "option/tcp_info.h"
#include "socket/socket.h"

/* Looks at the state and addresses of a socket. True if they differ from socket->seen, which is
 * then updated, with the old ones in *before; the first time also if they are what look_at_new saw,
 * and *before then has no state. `now` is the time of the look, in monotonic nanoseconds. A socket
 * without a descriptor is looked up in the kernel's list; once it is gone from there, nothing more
 * can be seen of it. */
bool look_state(struct socket *socket, int64_t now, struct snapshot *before);

/* For sockets through which data has just gone: true if all of them are TCP connections that are
 * still as they were seen, ESTABLISHED, as one poll tells. Then the time of that is `now`, and
 * *readable has a bit for each that has data to be read. False says nothing: look at each. */
bool look_still_established(struct socket *const *sockets, size_t count, int64_t now,
                            unsigned *readable);

/* Reads its cookie, unless it is known, so that it can be told apart from every other socket. */
void look_identity(struct socket *socket);

/* To be called around close(2) of its descriptor: the first reads what is needed to find it
 * afterwards, the second decides whether there is anything to find. */
void look_before_close(struct socket *socket);
void look_after_close(struct socket *socket);

/* Looks at a socket that was just made, so that what it was at first is known. No event says so. */
void look_at_new(struct socket *socket);

/* To be called for one from a queue whose file has this inode now: it has been accepted, and its
 * role says by whom. */
void look_at_accepted(struct socket *socket, uint32_t inode);

/* Looks at the state alone, now, without updating socket->seen. */
enum socket_state look_state_now(const struct socket *socket);
/* The same; where the state is still the one in socket->seen, its time is updated. */
enum socket_state look_state_again(struct socket *socket);

/* What is read only on request. */
struct look_details {
  /* As ss(8) shows them: of TCP bytes to be read, and bytes not acknowledged yet, where a SYN and a
   * FIN count as one; of a listener the connections to be accepted, and its backlog limit; of any
   * other socket what SIOCINQ and SIOCOUTQ say. -1: unknown. */
  int receive_queue;
  int send_queue;
  short ready;   /* POLLIN, POLLOUT, POLLPRI, POLLHUP, POLLERR as in poll(2) */
  bool blocking; /* O_NONBLOCK is not set */
};
void look_details(const struct socket *socket, struct look_details *details);

/* The addresses, read now; length 0 if the kernel has none. 0, or the errno of a look that failed,
 * which is then noted; that there is no such address is no failure. */
int look_read_local(const struct socket *socket, struct address *local);
int look_read_peer(const struct socket *socket, struct address *peer);
/* The same where a failure need not be told from having none. */
struct address look_local(const struct socket *socket);
struct address look_peer(const struct socket *socket);

/* True if it listens. Where that could not be asked, errno is what socket_read_number left. */
bool look_listens(const struct socket *socket);

/* True if a listener waits for data before it takes a connection (TCP_DEFER_ACCEPT). */
bool look_defers(const struct socket *socket);

/* How many subflows a connection of multipath TCP has; -1: it is none, or has fallen back to TCP.
 */
int look_subflows(const struct socket *socket);

/* TCP_USER_TIMEOUT, in milliseconds; 0: it is not set. */
unsigned look_user_timeout(const struct socket *socket);

/* How many packets for it were dropped (SO_MEMINFO). 0, or -1 if the kernel does not say. */
int look_drops(const struct socket *socket, uint32_t *drops);

/* Reads TCP_INFO. 0, or -1 with errno set. */
int look_tcp_info(const struct socket *socket, struct tcp_info_bytes *info);

/* How many bytes can be read at once; for datagrams, those of the first (SIOCINQ); -1: unknown. */
int look_pending(const struct socket *socket);

/* SO_RCVTIMEO or SO_SNDTIMEO in nanoseconds; 0: none, or unknown. */
int64_t look_time_out(const struct socket *socket, int option);

/* How many bytes it has sent that are not acknowledged, or, of other kinds than TCP, not taken yet
 * (SIOCOUTQ); -1: unknown. */
int look_outstanding(const struct socket *socket);

/* The flags of its file (F_GETFL), or -1. */
int look_file_flags(const struct socket *socket);

#endif
