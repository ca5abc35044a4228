/* host: a virtual host of the lab, as far as sockets know of it. The lab makes hosts, and keeps
 * them until the session ends; a socket remembers the one that it lives on. No host, NULL, is the
 * real network. */
#ifndef SOCKSH_SOCKET_HOST_H
#define SOCKSH_SOCKET_HOST_H

#include <stdbool.h>

#include "names/address.h"

struct kernel;

enum { HOST_NAME_SIZE = 16 };

struct host {
  char name[HOST_NAME_SIZE]; /* set once */
  struct kernel
      *kernel; /* its list of sockets; guarded by the session's lock; NULL: it can't be read */
  int maker;   /* the descriptor that `make` talks through, the program's own: a thread apart must
                  keep it */
  /* Makes what socket(2), or socketpair(2), makes, on that host: fills in one descriptor, or two.
   * 0, or an errno. Any thread may call it. */
  int (*make)(struct host *host, int domain, int type, int protocol, bool pair, int made[2]);
  /* Its own address of a family, as one reaches it from the others; length 0 where it has none. */
  struct address (*address)(const struct host *host, int family);
};

/* "" for the real network. */
static inline const char *host_name(const struct host *host) {
  return host ? host->name : "";
}

#endif
