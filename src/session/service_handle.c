#include "session/service_handle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "session/runner_call.h"
#include "socket/look.h"

enum { ENDED_KEPT = 64 }; /* services that have ended and that nobody has taken note of */

/* The numbers of a service, by their names. */
static const struct {
  const char *name;
  size_t offset;
} figures[] = {
    {"connections", offsetof(struct service_figures, now)},
    {"clients", offsetof(struct service_figures, total)},
    {"received", offsetof(struct service_figures, received)},
    {"sent", offsetof(struct service_figures, sent)},
    {"errors", offsetof(struct service_figures, errors)},
};
enum { FIGURES = sizeof figures / sizeof *figures };

static void served_destroy(struct object *object) {
  struct served *served = (struct served *)object;
  object_release(&served->socket->object);
  free(served);
}

static void served_text(const struct object *object, struct bytes *text) {
  bytes_append_number(text, ((const struct served *)object)->number);
}

static int served_field(const struct object *object, const char *name, struct value *value,
                        struct error *error) {
  struct served *served = (struct served *)object;
  int64_t figure;
  if (served_figure(served, name, strlen(name), &figure)) {
    *value = value_from_number(figure);
    return 0;
  }
  if (strcmp(name, "number") == 0) {
    *value = value_from_number(served->number);
    return 0;
  }
  if (strcmp(name, "error") == 0) {
    served_look(served);
    const char *text = served->figures.error ? error_number_name(served->figures.error) : "";
    *value = value_from_text(text, strlen(text));
    return value->kind == VALUE_NOTHING ? error_set_memory(error) : 0;
  }
  return error_set(
      error, ERROR_FAILURE,
      _("a service has no field .%s; there are .connections .clients .received .sent .errors .error .number"),
      name);
}

static const struct object_class served_class = {
    .title = N_("service"),
    .text = served_text,
    .field = served_field,
    .destroy = served_destroy,
};

struct served *served_from_object(const struct object *object) {
  return object && object->class == &served_class ? (struct served *)object : NULL;
}

void served_look(struct served *served) {
  if (served->service)
    service_look(served->service, &served->figures);
}

bool served_has_figure(const char *name, size_t length) {
  for (size_t i = 0; i < FIGURES; i++)
    if (bytes_equal(name, length, figures[i].name, strlen(figures[i].name)))
      return true;
  return false;
}

bool served_figure(struct served *served, const char *name, size_t length, int64_t *figure) {
  served_look(served);
  for (size_t i = 0; i < FIGURES; i++)
    if (bytes_equal(name, length, figures[i].name, strlen(figures[i].name))) {
      uint64_t number;
      memcpy(&number, (const char *)&served->figures + figures[i].offset, sizeof number);
      *figure = (int64_t)number;
      return true;
    }
  return false;
}

struct served *served_find(struct session *session, struct socket *socket) {
  look_identity(socket);
  for (struct served *served = session->services; served; served = served->next) {
    bool same = served->socket == socket || (socket->cookie && served->socket->cookie == socket->cookie);
    served_look(served);
    if (same && !served->lost && served->service && served->figures.running)
      return served;
  }
  return NULL;
}

/* What was told may be waiting in the output, while a command blocks or nobody types. */
static void show_news(void *context) {
  struct session *session = context;
  if (session->output.waiting == 0)
    return;
  session->told = true;
  watch_wake(&session->watch);
}

/* Its serial. */
static uint64_t append_phase(struct runner *runner, const struct served *served, enum service_phase phase,
                             const struct service_plan *plan) {
  struct bytes text = {0};
  struct event_service about = {
      .number = served->number, .phase = phase, .socket = socket_label(served->socket)};
  if (plan) {
    about.target = plan->target;
    bytes_append_format(&text, "%s, %s", plan->handler->name, service_model_name(plan->model));
    if (plan->loops > 1)
      bytes_append_format(&text, " %u", plan->loops);
  }
  about.text = bytes_text(&text);
  struct event event = {.kind = EVENT_SERVICE, .service = &about};
  event.host = served->socket->host ? served->socket->host->name : NULL;
  uint64_t serial = runner_append(runner, &event);
  bytes_free(&text);
  return serial;
}

/* Nothing but its figures is left. */
static void finish(struct runner *runner, struct served *served) {
  struct session *session = runner->session;
  if (!served->service)
    return;
  served_look(served);
  services_settle(session);
  service_free(served->service);
  served->service = NULL;
  append_phase(runner, served, SERVICE_COLLECTED, NULL);
  struct served **link = &session->services;
  while (*link && *link != served)
    link = &(*link)->next;
  if (!*link)
    return;
  *link = served->next;
  object_release(&served->object);
}

/* Those that have ended by themselves, and that nobody asks for, must not become more and more. */
static void prune(struct runner *runner) {
  struct session *session = runner->session;
  struct served *oldest = NULL;
  unsigned ended = 0;
  for (struct served *served = session->services; served; served = served->next) {
    served_look(served);
    if (served->figures.running || served->waiting > 0)
      continue;
    ended++;
    oldest = served; /* the newest are the first of the list */
  }
  if (ended > ENDED_KEPT)
    finish(runner, oldest);
}

struct served *served_start(struct runner *runner, struct service_plan *plan, struct socket *socket,
                            struct error *error) {
  struct session *session = runner->session;
  struct served *served = calloc(1, sizeof *served);
  if (!session->teller)
    session->teller = teller_create(session->timeline, show_news, session);
  if (!served || !session->teller) {
    int problem = errno;
    bool memory = !served;
    blob_release(plan->given);
    free(served);
    if (memory)
      error_set_memory(error);
    else
      error_set_errno(error, problem, _("no thread could be started for what services tell"));
    return NULL;
  }
  prune(runner);
  *served = (struct served){.object = {.class = &served_class, .references = 1},
                            .number = ++session->last_service,
                            .handler = plan->handler,
                            .model = plan->model,
                            .socket = (struct socket *)object_retain(&socket->object)};
  plan->number = served->number;
  plan->teller = session->teller;
  plan->host = socket->host;
  plan->socket = socket_label(socket);
  served->service = service_start(plan, socket->descriptor, error);
  if (!served->service) {
    session->last_service--;
    object_release(&served->object);
    return NULL;
  }
  service_go(served->service, append_phase(runner, served, SERVICE_STARTED, plan));
  served->next = session->services;
  session->services = (struct served *)object_retain(&served->object);
  return served;
}

/* Sets the socket back as it was before it was served. */
static void restore(struct runner *runner, struct served *served) {
  struct error ignored;
  struct call call;
  struct socket *socket = served->socket;
  if (socket->descriptor < 0) /* another descriptor, made by dup(2), may keep it open */
    socket = socket_table_find_cookie(socket->table, socket->cookie, NULL);
  if (!served->made_nonblocking || !socket || socket->descriptor < 0)
    return;
  int flags = fcntl(socket->descriptor, F_GETFL);
  served->made_nonblocking = false;
  call_init(&call, CALL_FCNTL, socket);
  call.number[0] = F_SETFL;
  call.number[1] = flags & ~O_NONBLOCK;
  runner_call(runner, NULL, &call, &ignored);
  call_free(&call);
}

static int wait_for_end(struct runner *runner, struct served *served, int64_t deadline,
                        struct error *error) {
  unsigned running;
  int problem = 0;
  _Atomic unsigned *word = service_running(served->service);
  while ((running = *word) > 0) {
    if (problem == ETIMEDOUT)
      return error_set_errno(error, ETIMEDOUT, _("service %u still runs"), served->number);
    if (!runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED))
      return runner_interrupted(runner, error);
    problem = futex_wait(word, running, deadline);
    runner_wait_end(runner);
    if (problem == EINTR && runner->waiter.reason != WAIT_NOT_INTERRUPTED)
      return runner_interrupted(runner, error);
    if (!served->service) /* another command was faster */
      return 0;
  }
  return 0;
}

int served_await_end(struct runner *runner, struct served *served, int64_t deadline,
                     struct error *error) {
  int status = 0;
  object_retain(&served->object);
  if (served->service) {
    served->waiting++;
    status = wait_for_end(runner, served, deadline, error);
    served->waiting--;
  }
  /* The last one that waits takes note: the others look at its memory until then. */
  if (status == 0 && served->waiting == 0 && served->service) {
    finish(runner, served);
    restore(runner, served);
  }
  object_release(&served->object);
  return status;
}

void served_socket_closes(struct runner *runner, struct socket *socket, bool by_close) {
  struct served *served = served_find(runner->session, socket);
  if (!served)
    return;
  /* Another descriptor, made by dup(2), keeps it open. */
  struct socket *other = NULL;
  while (by_close && (other = socket_table_find_cookie(socket->table, socket->cookie, other)))
    if (other != socket && other->descriptor >= 0)
      return;
  served->lost = true;
  service_let_go(served->service);
  served_look(served);
  if (served->figures.now > 0)
    runner_note(
        runner,
        _("service %u has lost its socket: it accepts nobody any more, and serves the connections that it "
          "has: %llu"),
        served->number, (unsigned long long)served->figures.now);
  else
    runner_note(runner, _("service %u has lost its socket, and ends"), served->number);
}

void services_settle(struct session *session) {
  if (session->teller)
    teller_settle(session->teller);
}

void services_end_all(struct session *session) {
  struct runner runner = {.session = session};
  for (struct served *served = session->services; served; served = served->next)
    service_stop(served->service);
  while (session->services)
    finish(&runner, session->services);
  if (session->teller)
    teller_free(session->teller);
  session->teller = NULL;
}
