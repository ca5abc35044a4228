#include "session/foreign_name.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "language/number.h"
#include "session/imported.h"
#include "session/traced.h"
#include "trace/tracer.h"

/* Splits p.4 or p.2.4: the name's length, the process's number, and the descriptor. */
struct foreign_name {
  size_t length;
  unsigned process; /* 0: none was given */
  unsigned descriptor;
};

static bool split(const char *text, size_t length, struct foreign_name *name) {
  unsigned numbers[2] = {0, 0};
  size_t count = 0;
  const char *dot = memchr(text, '.', length);
  name->length = dot ? (size_t)(dot - text) : 0;
  bool program = text[0] == '%' ? name->length > 1 : name_valid(text, name->length);
  while (dot && program && count < 2) {
    const char *from = dot + 1;
    size_t left = length - (size_t)(from - text);
    dot = memchr(from, '.', left);
    size_t digits = dot ? (size_t)(dot - from) : left;
    long long number;
    if (number_parse(from, digits, &number) < 0 || number < 0 || number > INT_MAX)
      return false;
    numbers[count++] = (unsigned)number;
  }
  name->process = count == 2 ? numbers[0] : 0;
  name->descriptor = numbers[count > 0 ? count - 1 : 0];
  return program && count > 0 && !dot;
}

bool foreign_name_is(const char *text, size_t length) {
  struct foreign_name name;
  return split(text, length, &name);
}

static struct socket *socket_in(const struct trace_process *process, unsigned descriptor) {
  const struct slot *slot = process ? slots_find(process->slots, descriptor) : NULL;
  return slot ? slot->socket : NULL;
}

static struct process *find_program(const struct runner *runner, const char *text,
                                    const struct foreign_name *name, struct error *error) {
  struct process *program = process_find(runner, text, name->length);
  if (!program)
    error_set(error, ERROR_FAILURE, _("no program is called %.*s; `jobs` lists them"),
              (int)name->length, text);
  return program;
}

struct process *foreign_name_read(const struct runner *runner, const char *text, size_t length,
                                  struct awaited_calls *calls, struct error *error) {
  struct foreign_name name;
  split(text, length, &name);
  *calls = (struct awaited_calls){.number = name.process, .descriptor = (long)name.descriptor};
  return find_program(runner, text, &name, error);
}

struct socket *foreign_name_find(const struct runner *runner, const char *text, size_t length,
                                 struct error *error) {
  struct foreign_name name;
  const struct tracing *tracing = tracer_tracing(runner->session->tracer);
  split(text, length, &name);
  /* One of a session that was replayed is bound by its whole name. */
  const struct value *bound = names_get(&runner->session->names, text, length);
  if (bound && bound->kind == VALUE_OBJECT && socket_from_object(bound->object))
    return socket_from_object(bound->object);
  const struct process *program = find_program(runner, text, &name, error);
  const char *shown = program ? program->name : "";
  if (!program)
    return NULL;
  if (program->imported) {
    struct socket *known = imported_find(program, name.process, name.descriptor);
    if (!known)
      error_set_errno(error, EBADF, _("no socket was descriptor %u of %s in its log"),
                      name.descriptor, shown);
    return known;
  }
  if (!program->traced) {
    error_set(error, ERROR_FAILURE,
              _("the calls of %s are not read: `%s = trace COMMAND` does that; `states %s` shows "
                "its sockets"),
              shown, shown, shown);
    return NULL;
  }
  struct trace_process *process =
      task_find_process(tracing, program->traced, name.process ? name.process : 1);
  struct socket *socket = socket_in(process, name.descriptor);
  /* Where a shell has started it, say, it is another process of the program that is meant. */
  for (process = NULL; !socket && !name.process &&
                       (process = task_next_process(tracing, program->traced, process));)
    socket = socket_in(process, name.descriptor);
  if (!socket)
    socket = traced_find_past(program, name.process, name.descriptor);
  if (!socket)
    error_set_errno(error, EBADF,
                    _("%s has no socket that is its descriptor %u, nor had one; `states %s` lists "
                      "those that it has"),
                    shown, name.descriptor, shown);
  return socket;
}

/* A process that has the socket open, and under which number. */
static struct trace_process *holder_of(const struct tracing *tracing, const struct socket *socket,
                                       int *descriptor) {
  struct trace_process *process = NULL;
  while (tracing && (process = task_next_process(tracing, NULL, process)))
    for (size_t at = 0; at < process->slots->room; at++) {
      const struct slot *slot = slots_find(process->slots, (long)at);
      if (slot && slot->socket == socket) {
        *descriptor = (int)at;
        return process;
      }
    }
  return NULL;
}

struct process *foreign_name_owner(const struct session *session, const struct socket *socket) {
  size_t length = strcspn(socket->name, ".");
  struct process *process = session->programs;
  while (process &&
         (strlen(process->name) != length || memcmp(process->name, socket->name, length) != 0))
    process = process->next;
  return process;
}

int foreign_name_locate(const struct runner *runner, const char *text, size_t length,
                        pid_t *process, int *descriptor, struct host **host, struct error *error) {
  struct socket *socket = foreign_name_find(runner, text, length, error);
  const struct trace_process *holder =
      socket ? holder_of(tracer_tracing(runner->session->tracer), socket, descriptor) : NULL;
  if (socket && !holder)
    return error_set_errno(error, EBADF, _("%.*s is closed, or its program is over"), (int)length,
                           text);
  if (!holder)
    return -1;
  *process = holder->id;
  *host = holder->program->host;
  return 0;
}

struct reach {
  struct socket *socket;
  void (*read)(struct socket *socket, void *context);
  void *context;
};

static void reach_copy(int copy, void *context) {
  const struct reach *reach = context;
  reach->socket->descriptor = copy;
  reach->read(reach->socket, reach->context);
  reach->socket->descriptor = -1;
}

int foreign_name_reach(struct session *session, struct socket *socket,
                       void (*read)(struct socket *socket, void *context), void *context,
                       struct error *error) {
  struct reach reach = {socket, read, context};
  int descriptor = -1;
  if (socket->descriptor >= 0) {
    read(socket, context);
    return 0;
  }
  struct trace_process *process =
      socket->of_program ? holder_of(tracer_tracing(session->tracer), socket, &descriptor) : NULL;
  if (!process)
    return error_set_errno(error, EBADF, _("socket %s%s%d is closed"),
                           socket->of_program ? socket->name : "", socket->of_program ? "." : "",
                           socket->was_descriptor);
  int problem = copier_read(tracer_tracing(session->tracer)->copier, process->handle, descriptor,
                            reach_copy, &reach);
  return problem ? error_set_errno(error, problem, _("socket %s.%d can't be looked at"),
                                   socket->name, socket->was_descriptor)
                 : 0;
}
