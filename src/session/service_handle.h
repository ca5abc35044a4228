/* service_handle: the services of a session, as objects that names hold. */
#ifndef SOCKSH_SESSION_SERVICE_HANDLE_H
#define SOCKSH_SESSION_SERVICE_HANDLE_H

#include "service/service.h"
#include "session/runner.h"

/* Guarded by the session's lock. */
struct service_handle {
  struct object object;
  struct service *service;        /* NULL once it has ended, and was taken note of */
  struct service_figures figures; /* then the last ones */
  unsigned number;
  const struct handler *handler;
  enum service_model model;
  struct socket *socket;       /* a reference */
  bool made_nonblocking;       /* `serve` has set O_NONBLOCK on it */
  bool lost;                   /* the session has closed its socket */
  unsigned waiting;            /* commands that wait for it: it must not be freed meanwhile */
  struct service_handle *next; /* the session's list */
};

/* The service in an object; NULL where the object is something else. */
struct service_handle *service_handle_from_object(const struct object *object);

/* The one that serves this socket, by whatever descriptor; NULL: none does. */
struct service_handle *service_handle_find(struct session *session, struct socket *socket);

/* Starts one, which becomes the session's. The rest of the plan is as the caller has filled it in.
 * NULL with an error; a reference is the caller's. */
struct service_handle *service_handle_start(struct runner *runner, struct service_plan *plan,
                                            struct socket *socket, struct error *error);

/* Its figures as they are now. */
void service_handle_look(struct service_handle *handle);

/* Waits until it has ended, and takes note of that: nothing is left of it but its figures. 0, or -1
 * with an error: interrupted, or too late (0: no deadline). */
int service_handle_await_end(struct runner *runner, struct service_handle *handle, int64_t deadline,
                             struct error *error);

/* The socket is about to be closed by the user, or shut down, which acts on it whatever other
 * descriptors it has: the service must not hold it. */
void service_handle_socket_closes(struct runner *runner, struct socket *socket, bool by_close);

/* Waits until what its services tell is on the timeline. */
void services_settle(struct session *session);

/* Ends all of them: the end of the session. */
void services_end_all(struct session *session);

/* The numbers of a service that a line may name: its fields, and what `await` may wait for. */
struct service_handle_figure {
  const char *name; /* NULL ends the table */
  size_t offset;    /* in struct service_figures, of a uint64_t */
};
extern const struct service_handle_figure service_handle_figures[];

/* One of them, as it is now. False where there is none of this name. */
bool service_handle_figure(struct service_handle *handle, const char *name, size_t length,
                           int64_t *figure);
bool service_handle_has_figure(const char *name, size_t length);

#endif
