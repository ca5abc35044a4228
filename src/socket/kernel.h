/* kernel: the kernel's own list of sockets, read through sock_diag(7). It includes those that no
 * descriptor refers to: half-open connections, connections that wait for accept, and closed ones
 * that have not ended yet. */
#ifndef SOCKSH_SOCKET_KERNEL_H
#define SOCKSH_SOCKET_KERNEL_H

#include <stdint.h>

#include "names/address.h"
#include "names/constant.h"

/* The timer that the kernel runs for a socket. */
enum kernel_timer {
  TIMER_NONE,
  TIMER_RETRANSMIT, /* the segment is retransmitted when it expires */
  TIMER_KEEPALIVE,  /* a keepalive probe is sent; for a closed FIN_WAIT2, the socket is destroyed */
  TIMER_TIME_WAIT,  /* the end of TIME_WAIT */
  TIMER_PROBE,      /* the peer's window is zero: a window probe is sent */
};

/* A socket as the kernel lists it. */
struct kernel_socket {
  int family;
  int type;
  int protocol; /* IPPROTO_TCP, IPPROTO_MPTCP, IPPROTO_UDP; 0 for Unix sockets */
  enum socket_state state;
  struct address local; /* length 0: none */
  struct address peer;
  uint64_t cookie; /* what SO_COOKIE returns: never reused, and the same from the SYN to the end of
                      TIME_WAIT */
  uint32_t inode;  /* 0: no file, and so no descriptor of any process, refers to it */
  uint32_t peer_inode;   /* Unix: the inode of the other end; 0: none */
  int64_t receive_queue; /* bytes to be read; for a listener, connections to be accepted */
  int64_t send_queue; /* bytes not acknowledged; for a listener, the limit of that queue; for a Unix
                         socket 0 */
  enum kernel_timer timer;
  int64_t timer_left;   /* nanoseconds until the timer expires */
  unsigned retransmits; /* how often the segment in question was retransmitted */
};

/* A connection to the kernel's list. */
struct kernel;

/* Opens one. NULL if it is refused, or there is no memory, with an error that says what is
 * missing. */
struct kernel *kernel_open(struct error *error);
/* The same with a sock_diag descriptor from elsewhere. Takes ownership of it, even on failure. */
struct kernel *kernel_open_at(int descriptor, struct error *error);
/* Notes that there is no list to ask, for the session to say so once. */
void kernel_tell_missing(void);
/* Fills in the error that says so. Returns -1. */
int kernel_explain_missing(struct error *error);

void kernel_close(struct kernel *kernel);

/* What a walk visits. */
enum kernel_kind {
  KERNEL_TCP = 1, /* among them the subflows of multipath TCP */
  KERNEL_UDP = 2,
  KERNEL_UNIX = 4,
  KERNEL_MPTCP = 8,
  KERNEL_ALL = 15,
};

/* Which sockets a walk visits: those of these kinds, and for TCP those in one of the states, a set
 * of bits 1 << enum socket_state. */
struct kernel_filter {
  unsigned kinds;
  uint32_t states;
};
#define KERNEL_STATES (~0U) /* all states */

/* Calls `each` for every such socket. 0, or -1 with an error. */
int kernel_walk(struct kernel *kernel, struct kernel_filter filter,
                void (*each)(const struct kernel_socket *socket, void *context), void *context,
                struct error *error);

/* Looks up a TCP socket by its addresses, in constant time. Cookie 0 matches any socket with these
 * addresses; peer port 0 matches a listener. 1 if it is there, 0 if it is gone, -1 with an
 * error. */
int kernel_find(struct kernel *kernel, const struct address *local, const struct address *peer,
                uint64_t cookie, struct kernel_socket *found, struct error *error);

/* The same for multipath TCP: the kernel goes through all sockets of its kind on the local port.
 * One that was accepted has its listener's cookie, so the peer counts, too; length 0: a listener,
 * or one in SYN_SENT. */
int kernel_find_multipath(struct kernel *kernel, const struct address *local,
                          const struct address *peer, uint64_t cookie, struct kernel_socket *found,
                          struct error *error);

/* Whether a UDP socket gets a datagram from one address to another. False where that can't be
 * asked. */
bool kernel_receives(struct kernel *kernel, const struct address *from, const struct address *to);

/* "retransmit", "keepalive", "time-wait", "probe"; "" for none. */
const char *kernel_timer_name(enum kernel_timer timer);

#endif
