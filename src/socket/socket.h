/* socket: the session's open sockets, one entry each, and the table of them by descriptor.
 *
 * An entry outlives its descriptor: names, calls and events refer to the entry, never just to a number,
 * since numbers are used again. All of it is guarded by the session's lock. */
#ifndef SOCKSH_SOCKET_SOCKET_H
#define SOCKSH_SOCKET_SOCKET_H

#include <stdint.h>
#include <string.h>

#include "language/value.h"
#include "socket/address.h"
#include "socket/constant.h"

enum { SOCKET_NAME_SIZE = 32 };

/* What a look at the kernel found, at one moment. */
struct snapshot {
  enum socket_state state;
  struct address local; /* length 0: none, or not looked at */
  struct address peer;
};

struct socket_table;

struct socket {
  struct object object;
  struct socket_table *reserved; /* the table it was reserved for; NULL once it is in use */
  uint64_t id;                   /* never used again in this session */
  int descriptor;                /* -1 once closed */
  int was_descriptor;            /* the number it had, kept for what is said about it later */
  int family;                    /* AF_UNSPEC for what is no socket, such as an epoll instance */
  int type;                      /* SOCK_STREAM ..., without flags */
  int protocol;                  /* as the kernel says: IPPROTO_TCP, not 0 */
  bool epoll;                    /* an epoll instance */
  bool may_change_local;         /* the next look reads the local address anew: bind, connect ... */
  char name[SOCKET_NAME_SIZE];   /* the name bound to it last, cut if long; "" for none */
  struct snapshot seen;          /* what the last look found */
  bool shut;        /* this side was shut down for sending: that its connection ends is in order */
  unsigned waiting; /* calls that are blocked on it now */
};

struct socket_table {
  struct socket **entries; /* by descriptor; NULL where it is no socket of the session */
  size_t room;             /* entries allocated */
  size_t count;            /* open ones */
  size_t reserved;         /* entries given out by socket_reserve and not yet in the table */
  size_t highest;          /* no open one has this number or a higher one */
  uint64_t next_id;
};

/* Makes room for one more descriptor, so that socket_table_add cannot fail: an entry, and a slot for any number
 * up to the next free ones. The entry has one reference, the caller's; NULL when there is no memory. */
struct socket *socket_reserve(struct socket_table *table);
/* Gives back what socket_reserve made and no call used. */
void socket_unreserve(struct socket *socket);

/* Takes the reserved entry into the table, under a descriptor that the kernel just made, and reads what it is
 * from the kernel (SO_DOMAIN, SO_TYPE, SO_PROTOCOL). The table takes a reference of its own. */
int socket_table_add(struct socket_table *table, struct socket *socket, int descriptor);

/* Takes an entry out: its descriptor is closed. */
void socket_table_remove(struct socket_table *table, struct socket *socket);

/* The entry of a descriptor, or NULL. */
struct socket *socket_table_find(const struct socket_table *table, int descriptor);

/* The next open entry at or above this descriptor, or NULL. */
struct socket *socket_table_next(const struct socket_table *table, int descriptor);

/* Closes everything and frees the table. */
void socket_table_clear(struct socket_table *table);

/* The entry in an object; NULL where the object is something else. */
struct socket *socket_from_object(const struct object *object);

/* True where the kernel has TCP states for it. */
bool socket_is_tcp(const struct socket *socket);

/* Fills in family, type and protocol from the kernel; an epoll instance is found by its own kind of file. 0, or -1
 * with errno set. */
int socket_identify(struct socket *socket);

/* What an event or a message calls a socket, in text that outlives it. */
struct socket_label {
  uint64_t id;
  int descriptor; /* -1: no socket */
  int family;
  int protocol;
  char name[SOCKET_NAME_SIZE];
};
static inline struct socket_label socket_label(const struct socket *socket) {
  if (!socket)
    return (struct socket_label){.descriptor = -1};
  struct socket_label label = {.id = socket->id,
                               .descriptor = socket->was_descriptor,
                               .family = socket->family,
                               .protocol = socket->protocol};
  memcpy(label.name, socket->name, sizeof label.name);
  return label;
}

#endif
