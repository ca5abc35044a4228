/* loop: the threads of a service, their connections, and how they are woken and ended. For the
 * files of this room alone.
 *
 * A loop is a thread with a table of descriptors of its own. What it has is its own, but for what
 * is said to be guarded otherwise. */
#ifndef SOCKSH_SERVICE_LOOP_H
#define SOCKSH_SERVICE_LOOP_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "service/service.h"
#include "service/until.h"

enum {
  SCRATCH = 64 * 1024, /* bytes received at a time */
  CLOSED_KEPT = 1024,  /* cookies of connections that were closed */
};

/* An address in the room that it needs. */
struct peer {
  socklen_t length; /* 0: none, or a Unix one, which is not kept */
  union {
    struct sockaddr any;
    struct sockaddr_in inet;
    struct sockaddr_in6 inet6;
  };
};

enum connection_phase {
  CONNECTION_CONNECTING, /* relay: to the target */
  CONNECTION_OPEN,
  CONNECTION_DRAINING, /* all was sent, and this side shut down: what still comes is dropped until
                          the client closes */
  CONNECTION_OVER,     /* to be freed by its loop */
};

/* One connection. An idle one is this much and nothing else. */
struct connection {
  struct connection *next; /* the loop's list, which its lock guards */
  struct connection **link;
  struct connection
      *waiting_next; /* the loop's queue of those with a deadline, all of the same length */
  struct connection *waiting_before;
  struct connection *bucket_next; /* datagram_relay.c: the next client with the same number */
  struct connection *other;       /* relay: the other side; NULL: none */
  struct loop *loop;
  int descriptor;
  uint8_t phase;
  bool ended;         /* the peer sends no more */
  bool shut;          /* this side was shut down for sending */
  bool outgoing;      /* relay: to the target */
  bool polled;        /* the epoll instance has it */
  bool target_failed; /* relay: what ended it has happened at the other side */
  int error;          /* what ended it */
  uint32_t events;    /* what it waits for, of EPOLLIN and EPOLLOUT */
  uint32_t matched;   /* of the text that ends the service */
  struct handler_state state;
  uint64_t cookie;
  uint64_t number;
  uint64_t received;
  uint64_t sent;
  int64_t deadline;    /* monotonic nanoseconds; 0: none */
  const char *pending; /* what is still to be sent */
  size_t pending_length;
  char *memory; /* where that is, if it is owned; NULL: it lasts by itself */
  struct peer peer;
};

struct loop {
  struct service *service;
  pthread_t thread;
  bool started; /* the thread is there */
  int given; /* the copy of the service's socket, in the session's table, until the loop has begun
              */
  unsigned index;
  _Atomic unsigned begun; /* 0, then 1: it runs, or has failed to with `error` */
  struct error error;
  int listener;    /* in its own table; -1: it has none any more */
  int epoll;       /* -1: there is none */
  int64_t ends_at; /* when what is still to be sent at the end of the service is given up; 0: it has
                      not ended */
  bool paused; /* there is no descriptor, or no memory, for another connection: nobody is accepted
                  for a while */
  bool told;   /* and it was told */
  int64_t paused_until;
  struct connection *waiting_first; /* those with a deadline; the first is due first */
  struct connection *waiting_last;
  struct connection *over; /* to be freed when nobody holds them any more; linked by waiting_next */
  char *scratch;           /* SCRATCH bytes */
  pthread_mutex_t lock;    /* guards what follows, and all that says so */
  struct connection *connections; /* all that are open; written by this thread only */
  struct client *clients;
};

/* A client's thread, in MODEL_THREADS: a loop with one connection, that shares the table of its
 * acceptor. */
struct client {
  struct loop loop;
  struct client *next; /* the acceptor's list, which its lock guards */
  _Atomic bool over;   /* it can be joined */
};

struct service {
  struct service_plan plan; /* its own copies */
  struct until until;
  _Atomic int end;          /* enum service_end, once and for all */
  _Atomic bool let_go;      /* the socket is to be given up */
  _Atomic unsigned running; /* loops */
  _Atomic unsigned holding; /* loops that have a listener */
  _Atomic unsigned go;      /* they may serve */
  uint64_t started;         /* the serial of its first event; set before `go` */
  _Atomic uint64_t total;
  _Atomic uint64_t now;
  _Atomic uint64_t received;
  _Atomic uint64_t sent;
  _Atomic uint64_t errors;
  _Atomic int last_error;
  pthread_mutex_t lock;  /* guards what follows, and which loops have started */
  int64_t report_since;  /* what is passed on is told of within a budget that grows with time */
  int64_t report_budget; /* bytes */
  uint64_t untold;       /* pieces that were left out since the last that was told of */
  uint64_t closed[CLOSED_KEPT]; /* cookies of those closed last: a ring */
  uint64_t closed_count;        /* how many there were in all */
  struct loop *loops;           /* plan.loops of them */
};

/* Adds to a figure that other threads read. */
static inline void count(_Atomic uint64_t *figure, uint64_t more) {
  atomic_fetch_add_explicit(figure, more, memory_order_relaxed);
}

/* The signals that a thread of a service takes while it waits, and at no other time: the one that
 * interrupts. */
const sigset_t *service_waiting_signals(void);

/* Wakes all loops from their waits. A signal that comes before the wait is kept until it begins. */
void service_nudge(struct service *service);

/* Ends it for a reason, unless it ends already. */
void service_finish(struct service *service, enum service_end end);
/* Data has come from a client: looks for what ends the service. */
void service_search(struct service *service, uint32_t *place, const char *data, size_t length);

#endif
