#include "session/service_handle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "session/runner_call.h"
#include "socket/look.h"

enum { ENDED_KEPT = 64 }; /* ended services that are kept until collected */

const struct service_handle_figure service_handle_figures[] = {
    {"connections", offsetof(struct service_figures, now)},
    {"clients", offsetof(struct service_figures, total)},
    {"received", offsetof(struct service_figures, received)},
    {"sent", offsetof(struct service_figures, sent)},
    {"errors", offsetof(struct service_figures, errors)},
    {NULL, 0},
};

static void handle_destroy(struct object *object) {
  struct service_handle *handle = (struct service_handle *)object;
  object_release(&handle->socket->object);
  free(handle);
}

static void handle_text(const struct object *object, struct bytes *text) {
  bytes_append_number(text, ((const struct service_handle *)object)->number);
}

static int handle_field(const struct object *object, const char *name, struct value *value,
                        struct error *error) {
  struct service_handle *handle = (struct service_handle *)object;
  int64_t figure;
  if (service_handle_figure(handle, name, strlen(name), &figure)) {
    *value = value_from_number(figure);
    return 0;
  }
  if (strcmp(name, "number") == 0) {
    *value = value_from_number(handle->number);
    return 0;
  }
  if (strcmp(name, "error") == 0) {
    service_handle_look(handle);
    const char *text = handle->figures.error ? error_number_name(handle->figures.error) : "";
    *value = value_from_text(text, strlen(text));
    return value->kind == VALUE_NOTHING ? error_set_memory(error) : 0;
  }
  struct bytes fields = {0};
  for (const struct service_handle_figure *row = service_handle_figures; row->name; row++)
    bytes_append_format(&fields, ".%s ", row->name);
  error_set(error, ERROR_FAILURE, _("a service has no field .%s; there are %s.error .number"), name,
            bytes_text(&fields));
  bytes_free(&fields);
  return -1;
}

static const struct object_class handle_class = {
    .title = N_("service"),
    .text = handle_text,
    .field = handle_field,
    .destroy = handle_destroy,
};

struct service_handle *service_handle_from_object(const struct object *object) {
  return object && object->class == &handle_class ? (struct service_handle *)object : NULL;
}

void service_handle_look(struct service_handle *handle) {
  if (handle->service)
    service_look(handle->service, &handle->figures);
}

static const struct service_handle_figure *find_figure(const char *name, size_t length) {
  for (const struct service_handle_figure *row = service_handle_figures; row->name; row++)
    if (bytes_equal(name, length, row->name, strlen(row->name)))
      return row;
  return NULL;
}

bool service_handle_has_figure(const char *name, size_t length) {
  return find_figure(name, length) != NULL;
}

bool service_handle_figure(struct service_handle *handle, const char *name, size_t length,
                           int64_t *figure) {
  const struct service_handle_figure *row = find_figure(name, length);
  uint64_t number;
  service_handle_look(handle);
  if (!row)
    return false;
  memcpy(&number, (const char *)&handle->figures + row->offset, sizeof number);
  *figure = (int64_t)number;
  return true;
}

struct service_handle *service_handle_find(struct session *session, struct socket *socket) {
  look_identity(socket);
  for (struct service_handle *handle = session->services; handle; handle = handle->next) {
    bool same =
        handle->socket == socket || (socket->cookie && handle->socket->cookie == socket->cookie);
    service_handle_look(handle);
    if (same && !handle->lost && handle->service && handle->figures.running)
      return handle;
  }
  return NULL;
}

/* Has the watcher write the output, for which no command may come along. */
static void request_flush(void *context) {
  struct session *session = context;
  if (session->output.waiting == 0)
    return;
  session->flush_wanted = true;
  waiter_list_wake(&session->waiters);
}

/* Appends an event about a service. Returns its serial number. */
static uint64_t append_phase(struct runner *runner, const struct service_handle *handle,
                             enum service_phase phase, const struct service_plan *plan) {
  struct bytes text = {0};
  struct event_service about = {
      .number = handle->number, .phase = phase, .socket = socket_label(handle->socket)};
  if (plan) {
    about.target = plan->target;
    bytes_append_format(&text, "%s, %s", plan->handler->name, service_model_name(plan->model));
    if (plan->loops > 1)
      bytes_append_format(&text, " %u", plan->loops);
  }
  about.text = bytes_text(&text);
  struct event event = {.kind = EVENT_SERVICE, .service = &about};
  event.host = handle->socket->host ? handle->socket->host->name : NULL;
  uint64_t serial = runner_append(runner, &event);
  bytes_free(&text);
  return serial;
}

/* Frees a service that has ended and drops it from the list. Its figures stay in the handle. */
static void finish(struct runner *runner, struct service_handle *handle) {
  struct session *session = runner->session;
  if (!handle->service)
    return;
  service_handle_look(handle);
  service_handle_settle_all(session);
  service_free(handle->service);
  handle->service = NULL;
  append_phase(runner, handle, SERVICE_COLLECTED, NULL);
  struct service_handle **link = &session->services;
  while (*link && *link != handle)
    link = &(*link)->next;
  if (!*link)
    return;
  *link = handle->next;
  object_release(&handle->object);
}

/* Frees the oldest ended service if many have ended and nobody waits for them. */
static void prune(struct runner *runner) {
  struct session *session = runner->session;
  struct service_handle *oldest = NULL;
  unsigned ended = 0;
  for (struct service_handle *handle = session->services; handle; handle = handle->next) {
    service_handle_look(handle);
    if (handle->figures.running || handle->waiting > 0)
      continue;
    ended++;
    oldest = handle; /* the newest come first */
  }
  if (ended > ENDED_KEPT)
    finish(runner, oldest);
}

struct service_handle *service_handle_start(struct runner *runner, struct service_plan *plan,
                                            struct socket *socket, struct error *error) {
  struct session *session = runner->session;
  struct service_handle *handle = calloc(1, sizeof *handle);
  if (!session->event_queue)
    session->event_queue = event_queue_create(session->timeline, request_flush, session);
  if (!handle || !session->event_queue) {
    int problem = errno;
    bool memory = !handle;
    blob_release(plan->given);
    free(handle);
    if (memory)
      error_set_memory(error);
    else
      error_set_errno(error, problem, _("no thread could be started for what services tell"));
    return NULL;
  }
  prune(runner);
  *handle = (struct service_handle){.object = {.class = &handle_class, .references = 1},
                                    .number = ++session->last_service,
                                    .handler = plan->handler,
                                    .model = plan->model,
                                    .socket = (struct socket *)object_retain(&socket->object)};
  plan->number = handle->number;
  plan->event_queue = session->event_queue;
  plan->host = socket->host;
  plan->socket = socket_label(socket);
  handle->service = service_start(plan, socket->descriptor, error);
  if (!handle->service) {
    session->last_service--;
    object_release(&handle->object);
    return NULL;
  }
  service_go(handle->service, append_phase(runner, handle, SERVICE_STARTED, plan));
  handle->next = session->services;
  session->services = (struct service_handle *)object_retain(&handle->object);
  return handle;
}

/* Restores the socket's blocking mode as it was before it was served. */
static void restore(struct runner *runner, struct service_handle *handle) {
  struct error ignored;
  struct call call;
  struct socket *socket = handle->socket;
  if (socket->descriptor < 0) /* dup(2) may have kept it open as another descriptor */
    socket = socket_table_find_cookie(socket->table, socket->cookie, NULL);
  if (!handle->made_nonblocking || !socket || socket->descriptor < 0)
    return;
  int flags = look_file_flags(socket);
  handle->made_nonblocking = false;
  call_init(&call, CALL_FCNTL, socket);
  call.number[0] = F_SETFL;
  call.number[1] = flags & ~O_NONBLOCK;
  runner_call(runner, NULL, &call, &ignored);
  call_free(&call);
}

static int wait_for_end(struct runner *runner, struct service_handle *handle, int64_t deadline,
                        struct error *error) {
  unsigned running;
  int problem = 0;
  _Atomic unsigned *word = service_running(handle->service);
  while ((running = *word) > 0) {
    if (problem == ETIMEDOUT)
      return error_set_errno(error, ETIMEDOUT, _("service %u still runs"), handle->number);
    if (!runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED))
      return runner_interrupted(runner, error);
    problem = futex_wait(word, running, deadline);
    runner_wait_end(runner);
    if (problem == EINTR && runner->waiter.reason != WAIT_NOT_INTERRUPTED)
      return runner_interrupted(runner, error);
    if (!handle->service) /* another command collected it first */
      return 0;
  }
  return 0;
}

int service_handle_await_end(struct runner *runner, struct service_handle *handle, int64_t deadline,
                             struct error *error) {
  int status = 0;
  object_retain(&handle->object);
  if (handle->service) {
    handle->waiting++;
    status = wait_for_end(runner, handle, deadline, error);
    handle->waiting--;
  }
  /* The last waiting command frees the service, since the others read its futex until then. */
  if (status == 0 && handle->waiting == 0 && handle->service) {
    finish(runner, handle);
    restore(runner, handle);
  }
  object_release(&handle->object);
  return status;
}

int service_handle_stop(struct runner *runner, struct service_handle *handle, struct error *error) {
  service_handle_look(handle);
  if (handle->service && handle->figures.now > 0 && handle->figures.running)
    runner_note(runner, _("connections of service %u that are closed with it: %llu"),
                handle->number, (unsigned long long)handle->figures.now);
  if (handle->service)
    service_stop(handle->service);
  return service_handle_await_end(runner, handle, 0, error);
}

void service_handle_socket_closes(struct runner *runner, struct socket *socket, bool by_close) {
  struct service_handle *handle = service_handle_find(runner->session, socket);
  if (!handle)
    return;
  /* A duplicate made by dup(2) keeps the socket open. */
  struct socket *other = NULL;
  while (by_close && (other = socket_table_find_cookie(socket->table, socket->cookie, other)))
    if (other != socket && other->descriptor >= 0)
      return;
  handle->lost = true;
  service_let_go(handle->service);
  service_handle_look(handle);
  if (handle->figures.now > 0)
    runner_note(runner,
                _("service %u has lost its socket: it accepts nobody any more, and serves the "
                  "connections that it has: %llu"),
                handle->number, (unsigned long long)handle->figures.now);
  else
    runner_note(runner, _("service %u has lost its socket, and ends"), handle->number);
}

void service_handle_settle_all(struct session *session) {
  if (session->event_queue)
    event_queue_settle(session->event_queue);
}

void service_handle_end_all(struct session *session) {
  struct runner runner = {.session = session};
  for (struct service_handle *handle = session->services; handle; handle = handle->next)
    service_stop(handle->service);
  while (session->services)
    finish(&runner, session->services);
  if (session->event_queue)
    event_queue_free(session->event_queue);
  session->event_queue = NULL;
}
