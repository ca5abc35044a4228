#include "session/traced.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/lab.h"
#include "language/number.h"
#include "session/diagnosis.h"
#include "session/diagnosis_peer.h"
#include "session/fault.h"
#include "session/imported.h"
#include "session/observe.h"
#include "session/session_look.h"
#include "session/zero.h"
#include "socket/foreign.h"
#include "socket/look.h"
#include "system/descriptor.h"

static void lock(void *context) {
  session_lock(context);
}

static void unlock(void *context) {
  session_unlock(context);
}

static size_t record(void *context) {
  return ((const struct session *)context)->settings.record;
}

static uint64_t append(struct session *session, const struct trace_task *task,
                       struct event *event) {
  const struct trace_program *program = task->process->program;
  event->actor = &task->actor;
  event->host = program->host ? program->host->name : NULL;
  return timeline_append(session->timeline, event);
}

/* A call on a host of the lab holds up the packets that it sends, until it is on the timeline
 * itself: see wire_gate.h. */
struct on_wire {
  struct wire_call call;
  int stat; /* of the program's thread */
  bool inside;
};

static void enter_wire(struct session *session, struct trace_task *task) {
  const struct host *host = task->process->program->host;
  struct on_wire *on_wire = task->owner;
  char path[64];
  if (!host || !session->lab)
    return;
  if (!on_wire) {
    task->owner = on_wire = calloc(1, sizeof *on_wire);
    if (!on_wire)
      return;
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)task->id);
    on_wire->stat = descriptor_open(path, O_RDONLY, 0);
  }
  wire_gate_begin(&session->lab->wire.gate, &on_wire->call, host, on_wire->stat, task->call.began);
  on_wire->call.phase = CALL_INSIDE;
  on_wire->inside = true;
}

static void leave_wire(struct session *session, struct trace_task *task) {
  struct on_wire *on_wire = task->owner;
  if (on_wire && on_wire->inside)
    wire_gate_end(&session->lab->wire.gate, &on_wire->call);
  if (on_wire)
    on_wire->inside = false;
}

static void dropped(void *context, struct trace_task *task) {
  leave_wire(context, task);
}

static void gone(void *context, struct trace_task *task) {
  struct on_wire *on_wire = task->owner;
  leave_wire(context, task);
  if (on_wire && on_wire->stat >= 0)
    close(on_wire->stat);
  free(on_wire);
  task->owner = NULL;
}

static void begun(void *context, struct trace_task *task) {
  struct session *session = context;
  struct event event;
  enter_wire(session, task);
  if (!timeline_hears(session->timeline, EVENT_CALL_START))
    return;
  event_begin(&event, EVENT_CALL_START);
  event.monotonic = task->call.began;
  event.call = &task->call;
  task->call.start_event = append(session, task, &event);
}

static struct call_fault choose_fault(void *context, const struct trace_task *task) {
  struct session *session = context;
  if (!session->faults)
    return (struct call_fault){.error = 0};
  return fault_choose(session, task->process->program->name, &task->call, task->process->closes);
}

/* The other end of the connection, where it is the session's or another program's. */
static void look_at_peers(struct session *session, const struct socket *socket,
                          const struct look_cause *cause) {
  struct socket *peer = NULL;
  while ((peer = socket_find_peer(socket, peer)))
    session_look(session, peer, cause);
}

static struct look_cause cause_of(const struct trace_task *task) {
  return (struct look_cause){.event = task->process->program->last_call,
                             .subject = task->call.entry ? task->call.entry->id : 0,
                             .error = task->call.error,
                             .time = clock_monotonic()};
}

/* Which call has made a socket. */
static void note_made(const struct trace_task *task) {
  for (int i = 0; i < 2; i++) {
    const struct slot *slot = slots_find(task->process->slots, task->call.made[i]);
    if (slot && slot->socket && slot->socket->made_by == 0)
      slot->socket->made_by = task->process->program->last_call;
  }
}

/* What keeps an event loop going surprises nobody. */
static bool is_usual(int error) {
  return error == EAGAIN || error == EINPROGRESS || error == EINTR;
}

/* Whether the program ignores SIGPIPE. */
static bool ignores_pipe(const struct session *session, const struct trace_task *task) {
  char path[64];
  char text[2048];
  snprintf(path, sizeof path, "/proc/%ld/status", (long)task->id);
  copier_read_file(tracer_tracing(session->tracer)->copier, path, text, sizeof text);
  const char *line = strstr(text, "\nSigIgn:");
  unsigned long long ignored = line ? strtoull(line + strlen("\nSigIgn:"), NULL, 16) : 0;
  return ignored >> (SIGPIPE - 1) & 1;
}

/* Why the call failed, and what it means for the other end: the notes of the session's own calls.
 */
static void explain(struct session *session, struct trace_task *task) {
  struct runner runner = {
      .session = session, .actor = &task->actor, .host = task->process->program->host, .stat = -1};
  const struct call *call = &task->call;
  if (call->injected)
    return; /* what it would say of the kernel does not hold */
  if (call->error == EPIPE && ignores_pipe(session, task))
    runner_note(&runner, _("the program ignores SIGPIPE, which the kernel sends with this"));
  else if (call->error && !is_usual(call->error))
    diagnosis_note(&runner, call, 0);
  diagnosis_note_peer(&runner, &task->call, 0);
  task->call.zero = zero_decide(session, call, (struct zero_before){0});
  const char *sentence = call->error ? NULL : zero_sentence(call);
  if (sentence)
    runner_note(&runner, "%s", _(sentence));
}

static void finished(void *context, struct trace_task *task) {
  struct session *session = context;
  const struct call *call = &task->call;
  struct event event;
  event_begin(&event, EVENT_CALL_FINISH);
  event.cause = call->start_event;
  event.monotonic = call->ended;
  event.call = call;
  task->process->program->last_call = append(session, task, &event);
  leave_wire(session, task);
  note_made(task);
  explain(session, task);
}

/* The end that the call was made on has been looked at, where the call may have changed it. */
static void settled(void *context, const struct trace_task *task) {
  struct session *session = context;
  const struct call *call = &task->call;
  if (!call->entry || call_row(call)->closes || !session_looks(session))
    return;
  struct look_cause cause = cause_of(task);
  bool changed = task->looked;
  if (socket_has_tcp_states(call->entry) && !changed)
    changed = session_look(session, call->entry, &cause);
  /* Data that has gone through changes no state at the other end. */
  if (changed || call_row(call)->direction == MOVES_NOTHING || call->result <= 0)
    look_at_peers(session, call->entry, &cause);
}

static void changed(void *context, const struct trace_task *task, struct socket *socket,
                    const struct snapshot *before) {
  struct session *session = context;
  struct look_cause cause = cause_of(task);
  if (!session_looks(session))
    return;
  session_tell_change(session, socket, before, &cause);
  look_at_peers(session, socket, &cause);
}

void traced_forget_past(struct process *process, size_t kept) {
  struct traced_past *past = (struct traced_past *)process->past.data;
  size_t count = process->past.length / sizeof *past;
  if (count <= kept)
    return;
  for (size_t i = 0; i < count - kept; i++)
    object_release(&past[i].socket->object);
  if (kept > 0)
    memmove(past, past + (count - kept), kept * sizeof *past);
  process->past.length = kept * sizeof *past;
}

struct socket *traced_find_past(const struct process *process, unsigned number, long descriptor) {
  const struct traced_past *past = (const struct traced_past *)process->past.data;
  for (size_t i = process->past.length / sizeof *past; i-- > 0;)
    if (past[i].descriptor == descriptor && (number == 0 || past[i].process == number))
      return past[i].socket;
  return NULL;
}

/* It can still be asked about by its number, as one of the session's own by its name. */
static void remember(const struct trace_task *task, struct socket *socket) {
  enum { MOST = 1024 };
  struct process *process = task->process->program->owner;
  struct traced_past past = {socket, task->process->number, socket->was_descriptor};
  if (!process || socket_is_none(socket))
    return;
  if (process->past.length >= MOST * sizeof past)
    traced_forget_past(process, MOST / 2);
  size_t length = process->past.length;
  bytes_append(&process->past, &past, sizeof past);
  if (process->past.length > length)
    object_retain(&socket->object);
}

static void closed(void *context, const struct trace_task *task, struct socket *socket) {
  struct session *session = context;
  remember(task, socket);
  struct look_cause cause = cause_of(task);
  foreign_close(socket);
  if (session_looks(session) && socket_has_tcp_states(socket)) {
    session_look(session, socket, &cause);
    look_at_peers(session, socket, &cause);
  }
  session_prune_orphans(session);
}

static void leaked(void *context, const struct trace_task *task, struct socket *socket) {
  struct process *process = task->process->program->owner;
  struct traced_leak leak = {socket_label(socket), socket->type, socket->seen, socket->made_by};
  (void)context;
  if (process && !socket_is_none(socket))
    bytes_append(&process->leaks, &leak, sizeof leak);
}

static void noted(void *context, const struct trace_task *task, const char *note) {
  struct bytes text = {0};
  struct event event = {.kind = EVENT_NOTE};
  bytes_append_format(&text, "%s: %s", task->name, note);
  event.note = bytes_text(&text);
  append(context, task, &event);
  bytes_free(&text);
}

static struct tracer *tracer_of(struct session *session, struct error *error) {
  struct trace_sink sink = {.lock = lock,
                            .unlock = unlock,
                            .sockets = &session->sockets,
                            .record = record,
                            .begun = begun,
                            .fault = choose_fault,
                            .finished = finished,
                            .dropped = dropped,
                            .settled = settled,
                            .changed = changed,
                            .closed = closed,
                            .leaked = leaked,
                            .gone = gone,
                            .noted = noted,
                            .context = session};
  if (!session->tracer)
    session->tracer = tracer_create(&sink, error);
  return session->tracer;
}

static int trace(struct runner *runner, struct process *process, const struct trace_plan *plan,
                 struct error *error) {
  struct session *session = runner->session;
  struct tracer *tracer = tracer_of(session, error);
  if (!tracer)
    return -1;
  session_unlock(session);
  process->traced = tracer_begin(tracer, plan, error);
  session_lock(session);
  return process->traced ? 0 : -1;
}

int traced_begin(struct runner *runner, struct process *process, pid_t pid, struct error *error) {
  struct trace_plan plan = {
      .name = process->name, .host = runner->host, .process = pid, .owner = process};
  return trace(runner, process, &plan, error);
}

int traced_attach(struct runner *runner, struct process *process, struct error *error) {
  struct trace_plan plan = {.name = process->name,
                            .host = runner->host,
                            .process = process->pid,
                            .attach = true,
                            .owner = process};
  return trace(runner, process, &plan, error);
}

int traced_leave(struct session *session, struct process *process, struct error *error) {
  struct tracer *tracer = session->tracer;
  session_unlock(session);
  int status = tracer_leave(tracer, process->traced, error);
  session_lock(session);
  return status;
}

void traced_name(struct session *session, struct process *process) {
  if (process->traced)
    task_rename_program(tracer_tracing(session->tracer), process->traced, process->name,
                        process->job);
}

void traced_release(struct process *process) {
  if (process->traced)
    process->traced->owner = NULL;
  task_release_program(process->traced);
  process->traced = NULL;
}

int traced_wait(struct session *session, struct process *process) {
  session_unlock(session);
  int status = tracer_wait(process->traced);
  session_lock(session);
  return status;
}

void traced_await_cause(struct session *session, const struct socket *socket) {
  enum { PATIENCE = 2000000 }; /* nanoseconds */
  int64_t until = 0;
  struct socket *cause;
  while ((cause = socket_find_cause(socket)) && cause->of_program) {
    int64_t now = clock_monotonic();
    until = until ? until : now + PATIENCE;
    cause->stalled = now > until;
    session_unlock(session);
    sched_yield();
    session_lock(session);
  }
}

int64_t traced_tell_blocked(struct runner *runner, const struct process *process) {
  struct session *session = runner->session;
  const int64_t patience = session->settings.blocks_after;
  if (!process->traced || process->traced->left == 0)
    return -1;
  int64_t now = clock_monotonic();
  struct trace_task *task = NULL;
  while ((task = task_next(tracer_tracing(session->tracer), process->traced, task))) {
    if (!task->inside || task->announced || now - task->call.began < patience)
      continue;
    struct event event;
    task->announced = true;
    event_begin(&event, EVENT_CALL_BLOCKED);
    event.call = &task->call;
    append(session, task, &event);
  }
  return patience;
}

void traced_append_blocked(struct session *session, const struct process *process,
                           struct bytes *text) {
  struct trace_task *task = NULL;
  int64_t now = clock_monotonic();
  while (process->traced &&
         (task = task_next(tracer_tracing(session->tracer), process->traced, task))) {
    if (!task->inside || now - task->call.began < session->settings.blocks_after)
      continue;
    bytes_append_text(text, text->length ? ", " : _("blocked in "));
    bytes_append_format(text, "%s", call_row(&task->call)->name);
    if (task->call.subject.descriptor >= 0)
      bytes_append_format(text, "(%d)", task->call.subject.descriptor);
    bytes_append_format(text, _(" for %.1f s"), (double)(now - task->call.began) / 1e9);
  }
}

void traced_stop(struct session *session) {
  struct tracer *tracer = session->tracer;
  session->tracer = NULL;
  tracer_free(tracer);
}

bool traced_is_over(const struct snapshot *seen) {
  return seen->state == STATE_CLOSE_WAIT || seen->state == STATE_CLOSED;
}

static void append_if_over(struct session *session, const struct trace_process *process,
                           size_t descriptor, struct bytes *leaks) {
  const struct slot *slot = &process->slots->slot[descriptor];
  struct socket *socket = slot->socket;
  if (slot->kind != SLOT_SOCKET || !socket || !socket_has_tcp_states(socket))
    return;
  session_look(session, socket, &(struct look_cause){.time = clock_monotonic()});
  if (!traced_is_over(&socket->seen))
    return;
  struct traced_leak leak = {socket_label(socket), socket->type, socket->seen, socket->made_by};
  snprintf(leak.label.name, sizeof leak.label.name, "%s", process->name);
  leak.label.descriptor = (int)descriptor;
  bytes_append(leaks, &leak, sizeof leak);
}

void traced_append_open(struct session *session, const struct process *process,
                        struct bytes *leaks) {
  struct trace_process *at = NULL;
  while (process->traced &&
         (at = task_next_process(tracer_tracing(session->tracer), process->traced, at)))
    for (size_t i = 0; i < at->slots->room; i++)
      append_if_over(session, at, i, leaks);
}
