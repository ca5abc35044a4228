/* socket: the session's open sockets, one entry each, and the table of them by descriptor.
 *
 * An entry outlives its descriptor: names, calls and events refer to the entry, never just to a
 * number, since numbers are reused. The session's lock guards all of it. */
#ifndef SOCKSH_SOCKET_SOCKET_H
#define SOCKSH_SOCKET_SOCKET_H

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#include "language/value.h"
#include "names/address.h"
#include "names/constant.h"
#include "option/tcp_info.h"
#include "socket/descriptor_kind.h"
#include "socket/host.h"
#include "socket/index.h"
#include "socket/kernel.h"
#include "socket/look_note.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

enum { SOCKET_NAME_SIZE = 32 };

/* What one look at the kernel found. */
struct snapshot {
  enum socket_state state;
  struct address local; /* length 0: none, or not looked at */
  struct address peer;
  int64_t time;  /* time of the look, monotonic nanoseconds; 0: never */
  int64_t since; /* when the state was first seen */
};

/* What refers to a socket in the kernel. */
enum socket_role {
  ROLE_OPEN,      /* a descriptor of the session */
  ROLE_QUEUED,    /* nothing yet: it is half-open, or waits in its listener's queue for accept */
  ROLE_LINGERING, /* nothing any more: its descriptor is closed, but the connection has not ended */
  ROLE_GONE,      /* the kernel no longer has it, or only another process does */
  ROLE_OF_SERVICE, /* one of the session's services, or another process, has accepted it */
  ROLE_SUBFLOW,    /* a TCP connection of a socket of multipath TCP */
  ROLE_OF_PROGRAM, /* another program, which is looked at and not followed */
  ROLE_LAST = ROLE_OF_PROGRAM,
};

struct socket_table;

/* How an event or a message names a socket, as data that outlives it. */
struct socket_label {
  uint64_t id;
  int descriptor; /* for a queued one, its listener's; -1: no socket */
  enum socket_role role;
  bool of_program; /* its number is a program's, and `name` the program's name */
  int family;
  int protocol;
  uint64_t cookie; /* 0: not read */
  char name[SOCKET_NAME_SIZE];
};

struct socket {
  struct object object;
  struct socket_table *table; /* the session's */
  bool reserved;              /* it was reserved, and is not in use yet */
  uint64_t id;                /* never reused in this session */
  int descriptor;             /* -1 once closed, or not yet accepted */
  int was_descriptor;         /* its last number, kept for later events */
  enum socket_role role;
  bool of_program;      /* its number is a traced program's, whose name is its name */
  bool replayed;        /* it is of a session that is replayed, and only its events are there */
  uint64_t cookie;      /* SO_COOKIE, which identifies it in the kernel's list; 0: not read */
  uint64_t pair_cookie; /* the cookie of the other end of its socketpair; 0: none, or unknown */
  uint64_t listener; /* the id of the listener whose queue it is, or was, in, or of the socket whose
                        subflow it is; 0: none */
  uint32_t inode;    /* multipath TCP: its file's, which its subflows have, too; 0: not read */
  int family;        /* AF_UNSPEC if it is not a socket but, say, an epoll instance or a pipe */
  int type;          /* SOCK_STREAM ..., without flags */
  int protocol;      /* as the kernel reports it: IPPROTO_TCP, not 0 */
  struct host *host; /* the host of the lab that it lives on; NULL: the real network */
  enum descriptor_kind kind; /* what it is, if it is no socket */
  bool alone; /* made here, and nothing but this descriptor refers to it, as far as is known: it was
                 neither inherited nor received, nor duplicated or sent elsewhere */
  bool may_change_local; /* the next look must read the local address again: after bind, connect ...
                          */
  char name[SOCKET_NAME_SIZE]; /* the last name bound to it, truncated if long; "" for none */
  struct snapshot seen;        /* what the last look found */
  bool told;         /* an event has said what was seen; before that, a new socket is CLOSED */
  bool acknowledged; /* in SYN_RECV: the ACK that ends the handshake has come all the same */
  int64_t over_at;   /* the timer that ends it then, monotonic nanoseconds: of TIME_WAIT, or of a
                        closed FIN_WAIT2; 0: none that was seen */
  enum tcp_info_end ended; /* what it was waiting for, from the kernel's notice of its end */
  bool listed; /* multipath TCP: the kernel lists it as such, so it has not fallen back to TCP */
  struct socket_label reset_by; /* the listener that was closed while the connection waited in its
                                   queue; id 0: none */
  bool reset_due;               /* its other end is known to have sent it RST, or to answer so */
  bool shut_read;               /* its receiving side was shut down here */
  struct address portless;      /* the peer that connect(2) was given without a port, as a raw
                                   socket's: getpeername(2) does not tell it; length 0: none */
  int receive_queue;            /* bytes in its queues, as the last event about them says, */
  int send_queue;               /* or none: 0 */
  bool shut;    /* its sending side was shut down, so the end of its connection is no surprise */
  bool closing; /* close(2) is in progress, and its number may already be another's: no looks */
  unsigned waiting;   /* calls blocked on it now */
  unsigned acting;    /* calls on it, begun and not on the timeline yet, that its peer may notice */
  bool stalled;       /* such a call has been waited for in vain: it is blocked itself */
  unsigned holders;   /* traced programs' descriptors that refer to it */
  uint64_t made_by;   /* the serial of the program's call that made it; 0: not known */
  unsigned inventory; /* the last inventory that found it; see inventory.h */
  struct socket_link links[INDEX_COUNT];
  struct socket *orphan_next; /* the table's list of sockets without a descriptor */
  struct socket *orphan_before;
};

struct socket_table {
  struct socket **entries; /* by descriptor; NULL if it is not a socket of the session */
  size_t room;             /* slots allocated */
  size_t count;            /* open sockets */
  size_t reserved;         /* entries from socket_reserve that are not yet in the table */
  size_t highest;          /* one above the highest open descriptor */
  uint64_t next_id;
  struct socket_index cookies; /* open, queued and lingering sockets, by cookie */
  bool multipath;              /* there has been a socket of multipath TCP */
  struct socket_index pairs;   /* TCP sockets by the addresses of both ends at the last look */
  struct socket *orphans;      /* queued and lingering sockets, one reference each, newest first */
  struct socket *orphans_last; /* the oldest of them */
  size_t orphan_count;
  struct kernel
      *kernel; /* where sockets without a descriptor are looked up; NULL if that is impossible */
  int ends;    /* the kernel's notices of ends (kernel_end.h); -1: not asked for yet */
};

/* The most sockets without a descriptor that are followed; beyond that the oldest are dropped. */
enum { ORPHAN_LIMIT = 16384 };

/* Initializes the table. */
void socket_table_start(struct socket_table *table);

/* Makes room for one more descriptor, so that socket_table_add cannot fail: an entry, and slots for
 * the next numbers that the kernel may give out. One reference, the caller's; NULL when there is no
 * memory. */
struct socket *socket_reserve(struct socket_table *table);
/* Gives back an entry from socket_reserve that no call used. */
void socket_unreserve(struct socket *socket);

/* Puts the reserved entry into the table under a descriptor that the kernel just made. The table
 * takes a reference of its own. 0, or -1 when there is no memory. */
int socket_table_add(struct socket_table *table, struct socket *socket, int descriptor);

/* Removes an entry whose descriptor was closed. */
void socket_table_remove(struct socket_table *table, struct socket *socket);

/* Follows a socket without a descriptor, in its role: queued or lingering. */
void socket_follow_orphan(struct socket *socket, enum socket_role role);
/* Stops following it: the socket is gone, or has a descriptor now. */
void socket_release_orphan(struct socket *socket);

/* Creates an entry for a socket of the kernel's list of that host that has no descriptor yet. One
 * reference, the caller's; NULL when there is no memory. */
struct socket *socket_create_queued(struct socket_table *table, struct host *host,
                                    const struct kernel_socket *from);

/* Creates an entry for a socket of another session, whose events are replayed: nothing is open, and
 * nothing is asked of the kernel. One reference, the caller's; NULL when there is no memory. */
struct socket *socket_create_replayed(struct socket_table *table, const struct socket_label *label);

/* Notes the listener that a connection came from: it is called like it. */
void socket_set_listener(struct socket *socket, const struct socket *listener);

/* The next socket with this cookie after `after`, the first for NULL; NULL: none. Duplicated
 * descriptors share a cookie. */
struct socket *socket_table_find_cookie(const struct socket_table *table, uint64_t cookie,
                                        const struct socket *after);

/* The next socket that is the other end of this TCP connection, by its addresses, after `after`,
 * the first for NULL; NULL: none. */
struct socket *socket_find_peer(const struct socket *socket, const struct socket *after);

/* The other end of its connection, if a call is made on it now that this end may have noticed, and
 * whose own end is not on the timeline yet. NULL: none. */
struct socket *socket_find_cause(const struct socket *socket);

/* The next TCP socket on a host (NULL: the real network) with these two addresses, after `after`,
 * the first for NULL; NULL: none. */
struct socket *socket_find_pair(const struct socket_table *table, const struct host *host,
                                const struct address *local, const struct address *peer,
                                const struct socket *after);

/* The open socket of multipath TCP on a host that has this inode; NULL: none. */
struct socket *socket_find_multipath(const struct socket_table *table, const struct host *host,
                                     uint32_t inode);

/* Updates the indexes by cookie and addresses: call it when either has changed. */
void socket_index(struct socket *socket);

/* The entry of a descriptor, or NULL. */
static inline struct socket *socket_table_find(const struct socket_table *table, int descriptor) {
  return descriptor >= 0 && (size_t)descriptor < table->room ? table->entries[descriptor] : NULL;
}

/* The next open entry at or above this descriptor, or NULL. */
struct socket *socket_table_next(const struct socket_table *table, int descriptor);

/* Notes that connect(2) with this address has succeeded. */
void socket_note_connected(struct socket *socket, const struct address *peer);

/* Closes all sockets and frees the table. */
void socket_table_clear(struct socket_table *table);

/* The entry in an object; NULL if the object is something else. */
struct socket *socket_from_object(const struct object *object);

/* Where sockets of its network are looked up: its host's kernel, or the session's. NULL if that is
 * impossible. */
static inline struct kernel *socket_kernel(const struct socket *socket) {
  struct kernel *kernel = socket->host ? socket->host->kernel : socket->table->kernel;
  if (!kernel)
    kernel_tell_missing();
  return kernel;
}

/* True for descriptors of the session that are not sockets. */
static inline bool socket_is_none(const struct socket *socket) {
  return socket->kind != DESCRIPTOR_SOCKET;
}

/* True if it has no descriptor and is looked at all the same; see socket_follow_orphan. */
static inline bool socket_is_followed(const struct socket *socket) {
  return socket->descriptor < 0 && socket->links[INDEX_COOKIE].linked;
}

/* True if a descriptor refers to it: one of the session's, or a traced program's. */
static inline bool socket_is_open(const struct socket *socket) {
  return socket->descriptor >= 0 || socket->holders > 0;
}

/* True if the kernel has TCP states for it. */
static inline bool socket_is_tcp(const struct socket *socket) {
  return (socket->family == AF_INET || socket->family == AF_INET6) && socket->type == SOCK_STREAM &&
         socket->protocol == IPPROTO_TCP;
}

/* True for a socket of multipath TCP (RFC 8684), whose connection goes over one or more TCP
 * connections of its own, its subflows. */
static inline bool socket_is_multipath(const struct socket *socket) {
  return (socket->family == AF_INET || socket->family == AF_INET6) && socket->type == SOCK_STREAM &&
         socket->protocol == IPPROTO_MPTCP;
}

/* True if it has TCP's states. */
static inline bool socket_has_tcp_states(const struct socket *socket) {
  return socket_is_tcp(socket) || socket_is_multipath(socket);
}

/* Reads from the kernel whether it is a socket, and its family, type and protocol. 0, or -1 with
 * errno set. */
int socket_identify(struct socket *socket);

/* The label of a socket; NULL: of none. */
static inline struct socket_label socket_label(const struct socket *socket) {
  if (!socket)
    return (struct socket_label){.descriptor = -1};
  struct socket_label label = {.id = socket->id,
                               .descriptor = socket->was_descriptor,
                               .role = socket->role,
                               .of_program = socket->of_program,
                               .family = socket->family,
                               .protocol = socket->protocol,
                               .cookie = socket->cookie};
  memcpy(label.name, socket->name, sizeof label.name);
  return label;
}

/* True if the label is this socket's, or that of another descriptor of the same socket. */
bool socket_has_label(const struct socket *socket, const struct socket_label *label);

/* Reads an option of SOL_SOCKET that is an int. 0, or -1 with errno set. */
static inline int socket_read_number(int descriptor, int option, int *number) {
  socklen_t length = sizeof *number;
  return look_note(getsockopt(descriptor, SOL_SOCKET, option, number, &length), "getsockopt");
}

#endif
