/* service: servers in the background, each on one socket of the session.
 *
 * A service runs in threads of its own, which have a table of descriptors of their own: connections
 * that it accepts take no number of the user's, and it holds no socket of the session but the one
 * it was given. It makes its socket calls for itself, and tells of them as events. */
#ifndef SOCKSH_SERVICE_SERVICE_H
#define SOCKSH_SERVICE_SERVICE_H

#include "service/event_queue.h"
#include "service/handler.h"

/* How clients are waited for. */
enum service_model {
  MODEL_EPOLL,     /* one thread, all clients */
  MODEL_ITERATIVE, /* one client after the other */
  MODEL_THREADS,   /* a thread for each */
};
/* Their names, as choices. */
extern const char service_model_names[];

enum { SERVICE_LOOPS = 64 }; /* the most loops of one service */

/* What a service is to be. */
struct service_plan {
  unsigned number;            /* 1, 2, 3 ... in the session */
  struct socket_label socket; /* what it serves */
  int type;                   /* SOCK_STREAM, listening; or SOCK_DGRAM, bound */
  const struct handler *handler;
  enum service_model model;
  unsigned loops;     /* at most SERVICE_LOOPS; more than one share the address by SO_REUSEPORT */
  struct blob *given; /* what `reply` answers: a reference that the service takes; NULL: none */
  struct address target; /* where `relay` connects to */
  const char *until;     /* what ends it, copied; NULL: nothing does */
  size_t until_length;
  struct event_queue *event_queue;
  struct host *host; /* of the lab, that the socket is on; lasts as long as the session; NULL: the
                        real network */
};

struct service;

struct service_figures {
  enum service_end end;
  bool running;      /* some thread of it still runs */
  bool accepts;      /* it has its socket still */
  uint64_t now;      /* connections */
  uint64_t total;    /* connections so far; of datagrams, how many came */
  uint64_t received; /* bytes, from clients */
  uint64_t sent;     /* bytes, to clients */
  uint64_t errors;   /* connections that ended with one, and calls that failed otherwise */
  int error;         /* the errno of the last of them; 0: none */
};

/* Makes it ready on a descriptor, of which it takes a copy; it serves from service_go on. NULL with
 * an error. */
struct service *service_start(const struct service_plan *plan, int descriptor, struct error *error);

/* Lets it serve. `started` is the serial of the event that says so, the cause of all that it tells.
 */
void service_go(struct service *service, uint64_t started);

/* "epoll", "iterative", "threads". */
const char *service_model_name(enum service_model model);

/* Tells it to end, unless it does already. It has when it does not run any more. */
void service_stop(struct service *service);

/* Takes its copy of the socket from it, so that closing the socket closes it: returns when it has
 * none any more. Clients that it has are served to their end. */
void service_let_go(struct service *service);

/* Waits until it runs no more, and frees it. It must have been told to end, or have ended. */
void service_free(struct service *service);

void service_look(const struct service *service, struct service_figures *figures);

/* How many of its threads run: a word for futex_wait, which is woken when the last one ends. */
_Atomic unsigned *service_running(struct service *service);

/* How a connection, present or past, is known. */
struct service_connection {
  uint64_t cookie; /* SO_COOKIE of the socket */
  uint64_t number; /* 1, 2, 3 ... of the service */
  bool open;       /* it has a descriptor; else it was closed, and may not be over */
  bool outgoing;   /* made by `relay`, to its target */
};

/* Calls `each` with all that are open, and with those closed last. */
void service_walk(struct service *service,
                  void (*each)(const struct service_connection *connection, void *context),
                  void *context);

#endif
