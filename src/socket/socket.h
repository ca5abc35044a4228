/* socket: the session's open sockets, one entry each, and the table of them by descriptor.
 *
 * An entry outlives its descriptor: names, calls and events refer to the entry, never just to a
 * number, since numbers are used again. All of it is guarded by the session's lock. */
#ifndef SOCKSH_SOCKET_SOCKET_H
#define SOCKSH_SOCKET_SOCKET_H

#include <stdint.h>
#include <string.h>

#include "language/value.h"
#include "names/address.h"
#include "names/constant.h"
#include "socket/host.h"
#include "socket/index.h"
#include "socket/kernel.h"

enum { SOCKET_NAME_SIZE = 32 };

/* What a look at the kernel found, at one moment. */
struct snapshot {
  enum socket_state state;
  struct address local; /* length 0: none, or not looked at */
  struct address peer;
  int64_t time; /* when it was looked at, monotonic nanoseconds; 0: never */
};

/* What refers to a socket in the kernel. */
enum socket_role {
  ROLE_OPEN,       /* a descriptor of the session */
  ROLE_QUEUED,     /* nothing yet: it is half-open, or waits in its listener's queue for accept */
  ROLE_LINGERING,  /* nothing any more: its descriptor is closed, and the connection is not over */
  ROLE_GONE,       /* the kernel has no such socket any more, or another process alone has it */
  ROLE_OF_SERVICE, /* a descriptor of a service of the session */
  ROLE_LAST = ROLE_OF_SERVICE,
};

struct socket_table;

struct socket {
  struct object object;
  struct socket_table *table; /* the session's */
  bool reserved;              /* it was reserved, and is not in use yet */
  uint64_t id;                /* never used again in this session */
  int descriptor;             /* -1 once closed, or not yet accepted */
  int was_descriptor;         /* the number it had, kept for what is said about it later */
  enum socket_role role;
  uint64_t cookie;       /* SO_COOKIE, by which the kernel's list knows it; 0: not read */
  uint64_t pair_cookie;  /* the cookie of the other end of its socketpair; 0: none, or not known */
  uint64_t listener;     /* the id of the listener that it is, or was, queued at; 0: none */
  int family;            /* AF_UNSPEC for what is no socket, such as an epoll instance or a pipe */
  int type;              /* SOCK_STREAM ..., without flags */
  int protocol;          /* as the kernel says: IPPROTO_TCP, not 0 */
  struct host *host;     /* the host of the lab that it lives on; NULL: the real network */
  bool epoll;            /* an epoll instance */
  bool pipe;             /* an end of a pipe */
  bool may_change_local; /* the next look reads the local address anew: bind, connect ... */
  char name[SOCKET_NAME_SIZE]; /* the name bound to it last, cut if long; "" for none */
  struct snapshot seen;        /* what the last look found */
  bool shut;    /* this side was shut down for sending: that its connection ends is in order */
  bool closing; /* close(2) is being called on its descriptor, whose number may be another's by now:
                   nobody looks */
  unsigned waiting;   /* calls that are blocked on it now */
  unsigned inventory; /* the last survey that has found it; see survey.h */
  struct socket_link links[INDEX_COUNT];
  struct socket *orphan_next; /* the table's list of those without a descriptor */
  struct socket *orphan_before;
};

struct socket_table {
  struct socket **entries; /* by descriptor; NULL where it is no socket of the session */
  size_t room;             /* entries allocated */
  size_t count;            /* open ones */
  size_t reserved;         /* entries given out by socket_reserve and not yet in the table */
  size_t highest;          /* no open one has this number or a higher one */
  uint64_t next_id;
  struct socket_index cookies; /* open, queued and lingering ones, by cookie */
  struct socket_index pairs;   /* those of TCP by the addresses of both ends that were seen last */
  struct socket *orphans;      /* queued and lingering ones, a reference each; the newest first */
  struct socket *orphans_last; /* the oldest of them */
  size_t orphan_count;
  struct kernel
      *kernel; /* where sockets without a descriptor are looked up; NULL: that is not possible */
};

/* At most so many without a descriptor are followed; beyond that the oldest are let go. */
enum { ORPHAN_LIMIT = 16384 };

/* Prepares a zeroed table. */
void socket_table_start(struct socket_table *table);

/* Makes room for one more descriptor, so that socket_table_add cannot fail: an entry, and a slot
 * for any number up to the next free ones. The entry has one reference, the caller's; NULL when
 * there is no memory. */
struct socket *socket_reserve(struct socket_table *table);
/* Gives back what socket_reserve made and no call used. */
void socket_unreserve(struct socket *socket);

/* Takes the reserved entry into the table, under a descriptor that the kernel just made, and reads
 * what it is from the kernel (SO_DOMAIN, SO_TYPE, SO_PROTOCOL). The table takes a reference of its
 * own. */
int socket_table_add(struct socket_table *table, struct socket *socket, int descriptor);

/* Takes an entry out: its descriptor is closed. */
void socket_table_remove(struct socket_table *table, struct socket *socket);

/* Follows a socket of which the session has, or will have, no descriptor, in its role: queued or
 * lingering. */
void socket_follow_orphan(struct socket *socket, enum socket_role role);
/* Ends that: the socket is gone, or has its descriptor now. */
void socket_release_orphan(struct socket *socket);

/* A socket that nobody holds yet, found in the kernel's list of that host. One reference, the
 * caller's; NULL when there is no memory. */
struct socket *socket_create_queued(struct socket_table *table, struct host *host,
                                    const struct kernel_socket *from);

/* The next socket with this cookie behind `after`, the first for NULL; NULL: none. Descriptors that
 * were duplicated share one. */
struct socket *socket_table_find_cookie(const struct socket_table *table, uint64_t cookie,
                                        const struct socket *after);

/* The next one that is the other end of this TCP connection, by its addresses. */
struct socket *socket_find_peer(const struct socket *socket, const struct socket *after);

/* Finds a socket by its cookie, and by its addresses, from now on: to be called when either has
 * changed. */
void socket_index(struct socket *socket);

/* The entry of a descriptor, or NULL. */
struct socket *socket_table_find(const struct socket_table *table, int descriptor);

/* The next open entry at or above this descriptor, or NULL. */
struct socket *socket_table_next(const struct socket_table *table, int descriptor);

/* Closes everything and frees the table. */
void socket_table_clear(struct socket_table *table);

/* The entry in an object; NULL where the object is something else. */
struct socket *socket_from_object(const struct object *object);

/* Where sockets of its network are looked up: its host's kernel, or the session's. NULL where the
 * kernel can't be asked. */
static inline struct kernel *socket_kernel(const struct socket *socket) {
  return socket->host ? socket->host->kernel : socket->table->kernel;
}

/* True for what is no socket, but has a descriptor of the session all the same. */
static inline bool socket_is_none(const struct socket *socket) {
  return socket->epoll || socket->pipe;
}

/* True where the kernel has TCP states for it. */
static inline bool socket_is_tcp(const struct socket *socket) {
  return (socket->family == AF_INET || socket->family == AF_INET6) && socket->type == SOCK_STREAM &&
         socket->protocol == IPPROTO_TCP;
}

/* Fills in family, type and protocol from the kernel; an epoll instance is found by its own kind of
 * file. 0, or -1 with errno set. */
int socket_identify(struct socket *socket);

/* What an event or a message calls a socket, in text that outlives it. */
struct socket_label {
  uint64_t id;
  int descriptor; /* of a queued one its listener's; -1: no socket */
  enum socket_role role;
  int family;
  int protocol;
  uint64_t cookie; /* 0: not read */
  char name[SOCKET_NAME_SIZE];
};
static inline struct socket_label socket_label(const struct socket *socket) {
  if (!socket)
    return (struct socket_label){.descriptor = -1};
  struct socket_label label = {.id = socket->id,
                               .descriptor = socket->was_descriptor,
                               .role = socket->role,
                               .family = socket->family,
                               .protocol = socket->protocol,
                               .cookie = socket->cookie};
  memcpy(label.name, socket->name, sizeof label.name);
  return label;
}

/* An option of SOL_SOCKET that is an int. 0, or -1 with errno set. */
int socket_read_number(int descriptor, int option, int *number);

#endif
