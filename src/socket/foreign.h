/* foreign: a socket of another program, which this one has no descriptor of. What can be asked of a
 * copy of its descriptor is read in one go, by a thread whose numbers are not the user's; what
 * comes later is found in the kernel's list, by its cookie. */
#ifndef SOCKSH_SOCKET_FOREIGN_H
#define SOCKSH_SOCKET_FOREIGN_H

#include "socket/socket.h"

/* What the kernel says of a descriptor. */
struct foreign_facts {
  bool socket; /* it is one, and the rest is known */
  enum descriptor_kind kind;
  int family;
  int type;
  int protocol;
  uint64_t cookie;
  uint32_t inode;
  enum socket_state state; /* TCP's, or one of those that look.h names */
  struct address local;    /* length 0: none */
  struct address peer;
};

/* Reads it. It touches nothing but the descriptor, so any thread may call it. */
void foreign_read(int descriptor, struct foreign_facts *facts);

/* Creates the entry of a program's socket on a host (NULL: the real network), known to the session
 * by the program's name and the number that it has there. It is followed until foreign_close. One
 * reference, the caller's; NULL when there is no memory. */
struct socket *foreign_create(struct socket_table *table, struct host *host,
                              const struct foreign_facts *facts, const char *name, int descriptor);

/* Takes over what was read later. True if that has changed what was seen, with the old in *before:
 * as look_state. `now` is the time of the look, in monotonic nanoseconds. */
bool foreign_update(struct socket *socket, const struct foreign_facts *facts, int64_t now,
                    struct snapshot *before);

/* The last descriptor of it is closed. Where its connection goes on without it, it is followed on.
 */
void foreign_close(struct socket *socket);

#endif
