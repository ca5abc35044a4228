/* host: a virtual host of the lab, as far as sockets know about it. The lab creates hosts, and
 * keeps them until the session ends; a socket remembers the one it lives on. NULL is the real
 * network. */
#ifndef SOCKSH_SOCKET_HOST_H
#define SOCKSH_SOCKET_HOST_H

#include <pthread.h>
#include <stdbool.h>

#include "names/address.h"
#include "system/network.h"

struct kernel;

enum { HOST_NAME_SIZE = 16 };

struct host {
  char name[HOST_NAME_SIZE]; /* set once */
  struct kernel *kernel; /* its sock_diag; guarded by the session's lock; NULL: it can't be read */
  int network; /* a socket on it, through which its interfaces are asked for (network.h) */
  int ends;    /* the kernel's notices of ends there (kernel_end.h); -1: not asked for yet, -2: they
                  can't be had */
  int maker;   /* the descriptor that `make` talks through, one of the program's own: a thread apart
                    must keep it */
  /* Creates what socket(2) or socketpair(2) creates, on that host, and fills in one descriptor or
   * two. 0, or the errno of that call; or a negative one, such as -ETIMEDOUT, where the host could
   * not be asked, so that nobody has made the call. Any thread may call it. */
  int (*make)(struct host *host, int domain, int type, int protocol, bool pair, int made[2]);
  /* As fork(2), with the child on the host; only async-signal-safe functions may be called in it.
   * errno is ENOTCONN where the lab is gone.
   * The child ends with the session, however that ends. Any thread may call it. */
  pid_t (*fork)(const struct host *host);
  /* Held for writing while a packet is delivered to it and what that has changed is looked at, and
   * for reading by a service while it changes a state there itself: accept, shutdown, close. */
  pthread_rwlock_t still;
  /* Its own address of a family, as the other hosts reach it; length 0 if it has none. */
  struct address (*address)(const struct host *host, int family);
};

/* Enclose what a service does on a host that changes a state; NULL: the real network. */
static inline void host_act_begin(struct host *host) {
  if (host)
    pthread_rwlock_rdlock(&host->still);
}
static inline void host_act_end(struct host *host) {
  if (host)
    pthread_rwlock_unlock(&host->still);
}

/* The host's name; "" for the real network. */
static inline const char *host_name(const struct host *host) {
  return host ? host->name : "";
}

/* The network that its interfaces are in. */
static inline int host_network(const struct host *host) {
  return host ? host->network : NETWORK_OWN;
}

#endif
