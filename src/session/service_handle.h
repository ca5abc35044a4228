/* service_handle: the services of a session, as objects that names can hold. */
#ifndef SOCKSH_SESSION_SERVICE_HANDLE_H
#define SOCKSH_SESSION_SERVICE_HANDLE_H

#include "service/service.h"
#include "session/runner.h"

/* The session's lock guards all members. */
struct service_handle {
  struct object object;
  struct service *service;        /* NULL once it has ended and was collected */
  struct service_figures figures; /* then the final ones */
  unsigned number;
  const struct handler *handler;
  enum service_model model;
  struct socket *socket;       /* a reference */
  bool made_nonblocking;       /* `serve` has set O_NONBLOCK on it */
  bool lost;                   /* the session has closed its socket */
  unsigned waiting;            /* number of commands that wait for it: it must not be freed */
  struct service_handle *next; /* in the session's list */
};

/* The service in an object, or NULL if the object is something else. */
struct service_handle *service_handle_from_object(const struct object *object);

/* The running service of this socket, under any of its descriptors; NULL: none. */
struct service_handle *service_handle_find(struct session *session, struct socket *socket);

/* Starts a service and adds it to the session. The caller has filled in the plan but for number,
 * event queue, host and socket label, and gives its data away. Returns a reference for the caller,
 * or NULL with an error. */
struct service_handle *service_handle_start(struct runner *runner, struct service_plan *plan,
                                            struct socket *socket, struct error *error);

/* Updates its figures. */
void service_handle_look(struct service_handle *handle);

/* Waits until the service ends, then collects it: only its figures are left. `deadline` is in
 * monotonic nanoseconds, 0 for none. 0, or -1 with an error: interrupted or timed out. */
int service_handle_await_end(struct runner *runner, struct service_handle *handle, int64_t deadline,
                             struct error *error);

/* Ends a service and waits for it. 0, or -1 with an error. */
int service_handle_stop(struct runner *runner, struct service_handle *handle, struct error *error);

/* Tells the service that the user is about to close its socket (`by_close`), which matters only for
 * the last descriptor, or to shut it down, which affects them all. The service then gives the
 * socket up. */
void service_handle_socket_closes(struct runner *runner, struct socket *socket, bool by_close);

/* Waits until all that services have reported is on the timeline. */
void service_handle_settle_all(struct session *session);

/* Ends all services at the end of the session. */
void service_handle_end_all(struct session *session);

/* A number of a service that a line may name: as a field, or in a condition of `await`. */
struct service_handle_figure {
  const char *name; /* NULL ends the table */
  size_t offset;    /* of a uint64_t in struct service_figures */
};
extern const struct service_handle_figure service_handle_figures[];

/* Stores the current value of a figure. False if there is none of this name. */
bool service_handle_figure(struct service_handle *handle, const char *name, size_t length,
                           int64_t *figure);
bool service_handle_has_figure(const char *name, size_t length);

#endif
