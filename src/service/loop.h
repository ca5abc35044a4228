/* loop: the threads of a service, their connections, and how they are woken and ended. Only for the
 * files of this room.
 *
 * A loop is a thread with a descriptor table of its own. Its data is its own, except where a lock
 * is named. */
#ifndef SOCKSH_SERVICE_LOOP_H
#define SOCKSH_SERVICE_LOOP_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "service/service.h"
#include "service/until.h"

enum {
  SCRATCH = 64 * 1024, /* bytes received at a time */
  CLOSED_KEPT = 1024,  /* cookies of closed connections */
};

/* An address in no more memory than it needs. */
struct peer {
  socklen_t length; /* 0: none, or a Unix address, which is not kept */
  union {
    struct sockaddr any;
    struct sockaddr_in inet;
    struct sockaddr_in6 inet6;
  };
};

enum connection_phase {
  CONNECTION_CONNECTING, /* relay: connecting to the target */
  CONNECTION_OPEN,
  CONNECTION_DRAINING, /* everything was sent, and this side shut down: further data is dropped
                          until the client closes */
  CONNECTION_OVER,     /* its loop will free it */
};

/* One connection. An idle one takes no memory beyond this. */
struct connection {
  struct connection *next; /* the loop's list, which its lock guards */
  struct connection **link;
  struct connection *
      waiting_next; /* the loop's queue of connections with a deadline, all with the same timeout */
  struct connection *waiting_before;
  struct connection *bucket_next; /* datagram_relay.c: the next client with the same hash */
  struct connection *other;       /* relay: the other connection; NULL: none */
  struct loop *loop;
  int descriptor;
  uint8_t phase;
  bool ended;         /* the peer has sent its end of stream */
  bool shut;          /* this side was shut down for sending */
  bool outgoing;      /* relay: the connection to the target */
  bool polled;        /* the epoll instance has it */
  bool target_failed; /* relay: the error that ended it happened on the other connection */
  int error;          /* the errno that ended it */
  uint32_t events;    /* the events it waits for, of EPOLLIN and EPOLLOUT */
  uint32_t matched;   /* bytes matched of the text that ends the service */
  struct handler_state state;
  uint64_t cookie;
  uint64_t number;
  uint64_t received;
  uint64_t sent;
  int64_t deadline;    /* monotonic nanoseconds; 0: none */
  const char *pending; /* what remains to be sent */
  size_t pending_length;
  char *memory; /* the memory of that, if owned; NULL: it stays valid by itself */
  struct peer peer;
};

struct loop {
  struct service *service;
  pthread_t thread;
  bool started; /* the thread exists */
  int given; /* a copy of the service's socket, in the session's table, until the loop has begun */
  unsigned index;
  _Atomic unsigned begun; /* 0, then 1: it runs, or failed with `error` */
  struct error error;
  int listener;    /* in its own table; -1: closed */
  int epoll;       /* -1: none */
  int64_t ends_at; /* when sending is given up at the end of the service; 0: it has not ended */
  bool paused; /* there is no descriptor or memory for another connection: no accepting for a while
                */
  bool reported; /* and that was reported */
  int64_t paused_until;
  struct connection *waiting_first; /* those with a deadline, the earliest first */
  struct connection *waiting_last;
  struct connection *over; /* to be freed when nothing refers to them; linked by waiting_next */
  char *scratch;           /* SCRATCH bytes */
  void *memory;            /* zeroed, for datagrams: as much as their way to be served needs */
  pthread_mutex_t lock;    /* guards what follows, and what says so */
  struct connection *connections; /* all open ones; only this thread changes the list */
  struct client *clients;
};

/* A client's thread, in MODEL_THREADS: a loop with one connection, which shares its acceptor's
 * descriptor table. */
struct client {
  struct loop loop;
  struct client *next; /* the acceptor's list, which its lock guards */
  _Atomic bool over;   /* it can be joined */
};

struct service {
  struct service_plan plan; /* a copy that the service owns */
  struct until until;
  _Atomic int end;          /* enum service_end, set once */
  _Atomic bool let_go;      /* the socket must be closed */
  _Atomic unsigned running; /* number of loops */
  _Atomic unsigned holding; /* loops that have a listener */
  _Atomic unsigned go;      /* set when the loops may serve */
  uint64_t started;         /* the serial of its first event; set before `go` */
  _Atomic uint64_t total;
  _Atomic uint64_t now;
  _Atomic uint64_t received;
  _Atomic uint64_t sent;
  _Atomic uint64_t errors;
  _Atomic int last_error;
  pthread_mutex_t lock;         /* guards what follows, and which loops have started */
  int64_t report_since;         /* relayed data is reported within a budget that grows with time */
  int64_t report_budget;        /* bytes */
  uint64_t unreported;          /* pieces left out since the last reported one */
  uint64_t closed[CLOSED_KEPT]; /* cookies of the connections closed last: a ring */
  uint64_t closed_count;        /* how many were closed in all */
  struct loop *loops;           /* plan.loops of them */
};

/* Adds to a counter that other threads read. */
static inline void count(_Atomic uint64_t *figure, uint64_t more) {
  atomic_fetch_add_explicit(figure, more, memory_order_relaxed);
}

/* The signal mask of a service's thread while it waits: only the interrupting signal gets through,
 * and only then. */
const sigset_t *service_waiting_signals(void);

/* Wakes all loops from their waits. A signal sent before a wait stays pending until the wait
 * begins. */
void service_nudge(struct service *service);

/* Ends the service for a reason, unless it is ending already. */
void service_finish(struct service *service, enum service_end end);
/* Searches data from a client for the text that ends the service. */
void service_search(struct service *service, uint32_t *place, const char *data, size_t length);

#endif
