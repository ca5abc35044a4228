/* service: servers in the background, each on one socket of the session.
 *
 * A service runs in threads with descriptor tables of their own: connections that it accepts take
 * none of the user's numbers, and it holds no socket of the session except the one it was given.
 * Its socket calls are its own, and are reported as events. */
#ifndef SOCKSH_SERVICE_SERVICE_H
#define SOCKSH_SERVICE_SERVICE_H

#include "service/event_queue.h"
#include "service/handler.h"

/* How a service waits for clients. */
enum service_model {
  MODEL_EPOLL,     /* one thread for all clients */
  MODEL_ITERATIVE, /* one client after the other */
  MODEL_THREADS,   /* a thread for each */
};
/* Their names, as choices. */
extern const char service_model_names[];

enum { SERVICE_LOOPS = 64 }; /* the most loops of one service */

/* What a service is to do. */
struct service_plan {
  unsigned number;            /* 1, 2, 3 ... in the session */
  struct socket_label socket; /* the socket it serves */
  int type;                   /* SOCK_STREAM, listening; or SOCK_DGRAM, bound */
  const struct handler *handler;
  enum service_model model;
  unsigned loops; /* at most SERVICE_LOOPS; several share the address by SO_REUSEPORT */
  struct blob
      *given; /* what `reply` answers: a reference that the service takes over; NULL: none */
  struct address target; /* where `relay` connects to */
  const char *until;     /* the bytes that end it, copied; NULL: none */
  size_t until_length;
  struct event_queue *event_queue;
  struct host *host; /* the lab's host that the socket is on; it must last as long as the session;
                        NULL: the real network */
};

struct service;

struct service_figures {
  enum service_end end;
  bool running;      /* at least one of its threads runs */
  bool accepts;      /* it still has its socket */
  uint64_t now;      /* open connections */
  uint64_t total;    /* connections so far; for datagrams, how many came */
  uint64_t received; /* bytes, from clients */
  uint64_t sent;     /* bytes, to clients */
  uint64_t errors;   /* connections that ended with an error, and other failed calls */
  int error;         /* the errno of the last one; 0: none */
};

/* Prepares a service on a copy of a descriptor; it serves from service_go on. NULL with an
 * error. */
struct service *service_start(const struct service_plan *plan, int descriptor, struct error *error);

/* Lets it serve. `started` is the serial of the event that says so, the cause of all its later
 * events. */
void service_go(struct service *service, uint64_t started);

/* "epoll", "iterative", "threads". */
const char *service_model_name(enum service_model model);

/* Tells it to end, unless it is ending already. It has ended once it no longer runs. */
void service_stop(struct service *service);

/* Makes it close its copy of the socket, so that closing the socket really closes it; returns once
 * that is done. Present clients are served to their end. */
void service_let_go(struct service *service);

/* Waits until it no longer runs, and frees it. It must have been told to end, or have ended. */
void service_free(struct service *service);

void service_look(const struct service *service, struct service_figures *figures);

/* How many of its threads run: a word for futex_wait, which is woken when the last one ends. */
_Atomic unsigned *service_running(struct service *service);

/* What identifies a connection, present or past. */
struct service_connection {
  uint64_t cookie; /* SO_COOKIE of the socket */
  uint64_t number; /* 1, 2, 3 ... of the service */
  bool open; /* it has a descriptor; otherwise it was closed, and TCP may not have ended it yet */
  bool outgoing; /* made by `relay`, to its target */
};

/* Calls `each` for all open connections, and for those closed last. */
void service_walk(struct service *service,
                  void (*each)(const struct service_connection *connection, void *context),
                  void *context);

#endif
