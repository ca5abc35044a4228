#include "trace/call_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "system/wait.h"
#include "trace/filter.h"
#include "trace/outcome.h"
#include "trace/reading.h"

static void read_facts(int copy, void *context) {
  foreign_read(copy, context);
}

/* What the kernel calls what a descriptor refers to: "socket:[1234]". False: it is not open. */
static bool read_link(pid_t process, long descriptor, char *name, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%ld/fd/%ld", (long)process, descriptor);
  ssize_t length = readlink(path, name, size - 1);
  name[length < 0 ? 0 : length] = '\0';
  return length >= 0;
}

/* The entry of a socket that is one of a traced program's already; NULL: it is new. */
static struct socket *find_known(const struct tracing *tracing, uint64_t cookie) {
  struct socket *socket = NULL;
  while ((socket = socket_table_find_cookie(tracing->sink.sockets, cookie, socket)))
    if (socket->of_program && socket->holders > 0)
      return socket;
  return NULL;
}

/* Asks the kernel what a descriptor of the task is. False: it could not be asked. */
static bool ask(const struct tracing *tracing, const struct trace_task *task, long descriptor,
                struct foreign_facts *facts) {
  return copier_read(tracing->copier, task->process->handle, (int)descriptor, read_facts, facts) ==
         0;
}

/* Where no copy can be had (before Linux 5.6), its name tells that it is a socket, and no more. */
static bool ask_link(const struct trace_task *task, long descriptor, struct foreign_facts *facts) {
  char name[64];
  unsigned inode;
  *facts = (struct foreign_facts){.kind = DESCRIPTOR_EPOLL};
  if (!read_link(task->id, descriptor, name, sizeof name))
    return false;
  if (strstr(name, "[eventpoll]"))
    return true;
  facts->kind = DESCRIPTOR_SOCKET;
  facts->socket = sscanf(name, "socket:[%u]", &inode) == 1;
  facts->inode = facts->socket ? inode : 0;
  return facts->socket;
}

/* The entry of a descriptor that is not known yet, made where there is none: a reference for the
 * caller. NULL: it is no socket, and *kind says what it is. The lock is held. */
static struct socket *identify(const struct tracing *tracing, struct trace_task *task,
                               long descriptor, struct foreign_facts *facts, enum slot_kind *kind) {
  struct trace_process *process = task->process;
  *kind = SLOT_OTHER;
  task_number(task);
  if (!ask(tracing, task, descriptor, facts) && !ask_link(task, descriptor, facts))
    return NULL;
  if (!facts->socket && facts->kind != DESCRIPTOR_EPOLL)
    return NULL;
  *kind = facts->socket ? SLOT_SOCKET : SLOT_EPOLL;
  struct socket *known = facts->cookie ? find_known(tracing, facts->cookie) : NULL;
  if (known)
    return (struct socket *)object_retain(&known->object);
  return foreign_create(tracing->sink.sockets, process->program->host, facts, process->name,
                        (int)descriptor);
}

/* Finds out what a descriptor is, and fills in its slot. The lock is held. */
static struct slot *learn(struct tracing *tracing, struct trace_task *task, long descriptor) {
  struct foreign_facts facts;
  enum slot_kind kind;
  struct socket *socket = identify(tracing, task, descriptor, &facts, &kind);
  if (slots_set(task->process->slots, descriptor, kind, socket) < 0)
    kind = SLOT_UNKNOWN;
  if (socket && kind == SLOT_SOCKET)
    outcome_add(tracing, socket, false, &facts);
  if (socket)
    object_release(&socket->object);
  return slots_find(task->process->slots, descriptor);
}

/* Whether a descriptor is of interest. What is no socket is told by its name alone, which is
 * cheap. */
static bool concerns(struct tracing *tracing, struct trace_task *task, long descriptor) {
  struct slots *slots = task->process->slots;
  struct slot *slot = slots_find(slots, descriptor);
  char name[64];
  if (!slot && descriptor >= 0) {
    bool open = read_link(task->id, descriptor, name, sizeof name);
    bool known = open && (strncmp(name, "socket:", 7) == 0 || strstr(name, "[eventpoll]"));
    if (!open)
      return false;
    tracing->sink.lock(tracing->sink.context);
    if (known) {
      slot = learn(tracing, task, descriptor);
      outcome_tell_all(tracing, task);
    } else if (slots_set(slots, descriptor, SLOT_OTHER, NULL) == 0)
      slot = slots_find(slots, descriptor);
    tracing->sink.unlock(tracing->sink.context);
  }
  return slot && slot->kind != SLOT_OTHER;
}

static bool any_item_concerns(struct tracing *tracing, struct trace_task *task,
                              const struct stop *stop);

/* Whether the call is one to be read. */
static bool is_wanted(struct tracing *tracing, struct trace_task *task, const struct stop *stop,
                      enum call_name name) {
  const struct call_row *row = &call_rows[name];
  int first = (int)stop->words[0];
  if (row->parts[0].kind == PART_POLL || row->parts[0].kind == PART_SETS)
    return any_item_concerns(tracing, task, stop);
  bool wanted = concerns(tracing, task, first);
  for (int i = 1, word = 1; !wanted && i < CALL_PARTS && row->parts[i].kind != PART_END; i++) {
    if (row->parts[i].kind == PART_OTHER_END)
      wanted = concerns(tracing, task, (int)stop->words[2]);
    word++;
  }
  if (!wanted && (name == CALL_DUP2 || name == CALL_DUP3))
    wanted = concerns(tracing, task, (int)stop->words[1]);
  return wanted;
}

/* A number that is closed may be anything's next. The lock is not held, and not needed: nobody else
 * looks at a slot that is no socket's. */
static void forget_other(struct tracing *tracing, struct trace_task *task, long descriptor) {
  const struct slot *slot = slots_find(task->process->slots, descriptor);
  if (!slot || slot->kind != SLOT_OTHER)
    return;
  tracing->sink.lock(tracing->sink.context);
  slots_clear(task->process->slots, descriptor);
  tracing->sink.unlock(tracing->sink.context);
}

static bool same_entry(const struct trace_task *task, const struct stop *stop) {
  return task->entry.number == stop->number &&
         memcmp(task->entry.words, stop->words, sizeof stop->words) == 0;
}

static struct reading reading_of(const struct tracing *tracing, const struct trace_task *task) {
  return (struct reading){.process = task->id,
                          .words = task->entry.words,
                          .slots = task->process->slots,
                          .record = tracing->sink.record(tracing->sink.context)};
}

/* Reads what the call is given. */
static void begin(struct tracing *tracing, struct trace_task *task, enum call_name name) {
  tracing->sink.lock(tracing->sink.context);
  struct reading reading = reading_of(tracing, task);
  task_number(task);
  call_init(&task->call, name, NULL);
  task->call.where = task->process->program->host ? task->process->program->host->name : NULL;
  task->inside = reading_enter(&task->call, &reading) == 0;
  task->fresh = task->inside;
  if (task->inside && task->call.entry && call_acts(&task->call)) {
    task->call.entry->acting++;
    task->call.entry->stalled = false;
  }
  task->announced = false;
  task->call.began = clock_monotonic();
  if (!task->inside)
    call_free(&task->call);
  else if (tracing->sink.begun)
    tracing->sink.begun(tracing->sink.context, task);
  tracing->sink.unlock(tracing->sink.context);
}

static void tell_of_ring(struct tracing *tracing, struct trace_task *task) {
  struct trace_program *program = task->process->program;
  if (program->ring)
    return;
  program->ring = true;
  task_note(tracing, task,
            _("it uses io_uring: what it asks for in that way, in memory that it shares with the "
              "kernel, is no system call, and is not seen here"));
}

bool call_reader_enter(struct tracing *tracing, struct trace_task *task, const struct stop *stop) {
  const struct trace_row *row = trace_row_find(stop->number);
  bool waits = task->inside && task->restarts;
  if (row && row->duty == DUTY_RETURNS) {
    task->handled = waits;
    return waits;
  }
  if (waits && (same_entry(task, stop) || (row && row->duty == DUTY_RESUMES))) {
    task->restarts = false;
    return true; /* it goes on waiting */
  }
  call_reader_abandon(tracing, task);
  if (!row || stop->kind != STOP_ENTRY)
    return false;
  if (row->duty == DUTY_RING)
    tell_of_ring(tracing, task);
  if (row->duty == DUTY_RING || row->duty == DUTY_RESUMES)
    return false;
  task->entry = *stop;
  if (row->duty == DUTY_CALL && call_rows[row->call].closes && (int)stop->words[0] >= 0)
    task->process->closes++;
  if (row->duty == DUTY_NAMES)
    return stop->words[0] == PR_SET_NAME;
  if (row->duty == DUTY_CALL && !is_wanted(tracing, task, stop, row->call)) {
    if (call_rows[row->call].closes)
      forget_other(tracing, task, (int)stop->words[0]);
    return false;
  }
  begin(tracing, task, row->call);
  return task->inside;
}

/* The descriptor refers to something else from now on, or to nothing. */
static void clear_slot(struct tracing *tracing, struct trace_task *task, long descriptor) {
  struct socket *last = slots_clear(task->process->slots, descriptor);
  if (!last)
    return;
  outcome_add(tracing, last, true, NULL);
  object_release(&last->object);
}

/* The call has made a descriptor of its own kind: what was under that number is gone. */
static void add_made(struct tracing *tracing, struct trace_task *task, int place) {
  struct call *call = &task->call;
  clear_slot(tracing, task, call->made[place]);
  const struct slot *slot = learn(tracing, task, call->made[place]);
  if (slot && slot->socket) {
    call->made_label[place] = socket_label(slot->socket);
    call->made_label[place].descriptor = call->made[place];
  }
}

/* Another number for what the subject is. */
static void add_duplicate(struct tracing *tracing, struct trace_task *task, int made) {
  struct slots *slots = task->process->slots;
  const struct slot *slot = slots_find(slots, task->call.subject.descriptor);
  if (made == task->call.subject.descriptor)
    return;
  if (!slot || slot->kind == SLOT_OTHER) {
    clear_slot(tracing, task, made);
    return;
  }
  struct socket *socket = slot->socket;
  enum slot_kind kind = slot->kind;
  object_retain(&socket->object);
  clear_slot(tracing, task, made);
  slots_set(slots, made, kind, socket);
  object_release(&socket->object);
}

static bool duplicates(const struct call *call) {
  bool dup = call_row(call)->makes == MAKES_LIKE_SUBJECT && !call_row(call)->waits;
  bool fcntl = call->name == CALL_FCNTL &&
               (call->number[0] == F_DUPFD || call->number[0] == F_DUPFD_CLOEXEC);
  return dup || fcntl;
}

struct adoption {
  struct tracing *tracing;
  struct trace_task *task;
};

static void take_passed(int descriptor, void *context) {
  struct adoption *adoption = context;
  clear_slot(adoption->tracing, adoption->task, descriptor);
  learn(adoption->tracing, adoption->task, descriptor);
}

static void apply_range(struct tracing *tracing, struct trace_task *task) {
  enum { CLOSE_ON_EXEC = 1 << 2 };
  const struct slots *slots = task->process->slots;
  uint32_t first = (uint32_t)task->entry.words[0];
  uint32_t last = (uint32_t)task->entry.words[1];
  if (task->entry.words[2] & CLOSE_ON_EXEC)
    return;
  for (size_t at = first; at < slots->room && at <= last; at++)
    clear_slot(tracing, task, (long)at);
}

/* Brings the slots up to date with what the call has done. */
static void apply(struct tracing *tracing, struct trace_task *task) {
  struct call *call = &task->call;
  const struct call_row *row = call_row(call);
  struct adoption adoption = {tracing, task};
  if (call->result >= 0 && duplicates(call))
    add_duplicate(tracing, task, (int)call->result);
  else
    for (int i = 0; call->result >= 0 && i < 2; i++)
      if (call->made[i] >= 0 && row->makes != MAKES_NOTHING && row->makes != MAKES_PIPE)
        add_made(tracing, task, i);
  if (call->result >= 0)
    reading_walk_rights(call, take_passed, &adoption);
  if (call->result == 0 && call->name == CALL_EPOLL_CTL)
    slots_apply_epoll(task->process->slots, &task->call);
  if (call->result == 0 && call->name == CALL_CLOSE_RANGE)
    apply_range(tracing, task);
  if (call->name == CALL_CONNECT && call->result == 0 && call->entry)
    socket_note_connected(call->entry, &call->address);
  if (row->shuts_down && call->result == 0 && call->entry) {
    call->entry->shut |= call->number[0] != SHUT_RD;
    call->entry->shut_read |= call->number[0] != SHUT_WR;
  }
  if (row->closes && call->error != EBADF)
    clear_slot(tracing, task, call->subject.descriptor);
}

/* Whether the call may have changed what no list tells: addresses, and the states of others than
 * TCP. A datagram that is sent binds its socket, once. */
static bool may_change(const struct call *call, const struct socket *socket) {
  const struct call_row *row = call_row(call);
  bool bound = socket->seen.local.length > 0 && address_port(&socket->seen.local) != 0;
  if (!socket->told)
    return true;
  if (row->direction == SENDS && call->result >= 0)
    return row->changes_address && !bound && socket->family != AF_UNIX;
  return row->changes_address || (!socket_has_tcp_states(socket) && call->result <= 0);
}

/* The state after a call that may have changed more than what its queue holds. */
static void look(const struct tracing *tracing, struct trace_task *task) {
  const struct call *call = &task->call;
  const struct call_row *row = call_row(call);
  struct foreign_facts facts;
  struct socket *socket = call->entry;
  task->looked = false;
  if (!socket || row->closes || socket->holders == 0 || socket_is_none(socket) ||
      !may_change(call, socket))
    return;
  task->looked = true;
  if (ask(tracing, task, call->subject.descriptor, &facts))
    outcome_tell_change(tracing, task, socket, &facts);
}

/* The task whose call on this socket has not been told yet, NULL: it is none of a program. */
static struct trace_task *actor_of(const struct tracing *tracing, const struct socket *socket) {
  for (unsigned place = 0; place < TASK_PLACES; place++)
    for (struct trace_task *task = tracing->tasks[place]; task; task = task->next)
      if (task->inside && task->call.entry == socket && call_acts(&task->call))
        return task;
  return NULL;
}

/* What a call has received was sent by another, which may be on its way to the timeline still: a
 * cause comes before its effect. One that is blocked itself is not waited for. */
static void await_cause(struct tracing *tracing, const struct trace_task *task) {
  enum { PATIENCE = 2000000 }; /* nanoseconds */
  int64_t until = 0;
  struct socket *cause;
  tracing->sink.lock(tracing->sink.context);
  while (call_notices(&task->call) && task->call.entry &&
         (cause = socket_find_cause(task->call.entry))) {
    struct trace_task *actor = actor_of(tracing, cause);
    int64_t now = clock_monotonic();
    until = until ? until : now + PATIENCE;
    cause->stalled = now > until;
    tracing->sink.unlock(tracing->sink.context);
    if (!actor || !tracing->take(tracing, actor))
      sched_yield();
    tracing->sink.lock(tracing->sink.context);
  }
  tracing->sink.unlock(tracing->sink.context);
}

/* The end of the call, read and told. */
static void finish(struct tracing *tracing, struct trace_task *task, int64_t result) {
  struct call *call = &task->call;
  if (result >= 0)
    await_cause(tracing, task);
  tracing->sink.lock(tracing->sink.context);
  struct reading reading = reading_of(tracing, task);
  call->ended = clock_monotonic();
  reading_leave(call, &reading, result);
  apply(tracing, task);
  if (call->name != CALL_CLOSE_RANGE || tracing->outcome_count > 0)
    tracing->sink.finished(tracing->sink.context, task);
  else
    tracing->sink.dropped(tracing->sink.context, task); /* it has closed no socket */
  outcome_tell_all(tracing, task);
  look(tracing, task);
  tracing->sink.settled(tracing->sink.context, task);
  task_drop_call(task);
  tracing->sink.unlock(tracing->sink.context);
}

void call_reader_leave(struct tracing *tracing, struct trace_task *task, int64_t result) {
  if (trace_row_find(task->entry.number) &&
      trace_row_find(task->entry.number)->duty == DUTY_NAMES && !task->inside) {
    task_read_name(tracing, task);
    return;
  }
  if (!task->inside)
    return;
  if (task->handled) { /* the handler's end says what the call returns, or that it is made again */
    task->handled = false;
    if (result == -EINTR)
      finish(tracing, task, result);
    return;
  }
  if (stop_restarts(result)) {
    task->restarts = true;
    return;
  }
  finish(tracing, task, result);
}

void call_reader_abandon(struct tracing *tracing, struct trace_task *task) {
  if (task->inside && task->restarts)
    finish(tracing, task, -EINTR);
  else if (task->inside) {
    tracing->sink.lock(tracing->sink.context);
    tracing->sink.dropped(tracing->sink.context, task);
    task_drop_call(task);
    tracing->sink.unlock(tracing->sink.context);
  }
}

static bool any_item_concerns(struct tracing *tracing, struct trace_task *task,
                              const struct stop *stop) {
  const struct trace_row *row = trace_row_find(stop->number);
  struct slots none = {.references = 1};
  struct reading reading = {.process = task->id, .words = stop->words, .slots = &none};
  struct call call;
  bool found = false;
  call_init(&call, row->call, NULL);
  if (reading_enter(&call, &reading) == 0)
    for (size_t i = 0; i < call.items.count; i++) /* all of them, so that each is known */
      found = concerns(tracing, task, call.items.item[i].descriptor) || found;
  call_free(&call);
  return found;
}

/* Whether a descriptor is still what it was. */
static bool is_still(const struct trace_task *task, long descriptor, const struct slot *slot) {
  char name[64];
  char expected[64];
  if (!read_link(task->id, descriptor, name, sizeof name))
    return false;
  if (slot->kind == SLOT_EPOLL)
    return strstr(name, "[eventpoll]") != NULL;
  snprintf(expected, sizeof expected, "socket:[%u]", slot->socket->inode);
  return strcmp(name, expected) == 0;
}

void call_reader_executed(struct tracing *tracing, struct trace_task *task) {
  struct trace_process *process = task->process;
  tracing->sink.lock(tracing->sink.context);
  if (process->slots->references > 1) { /* the new program shares its descriptors with nobody */
    struct slots *own = slots_copy(process->slots);
    if (own) {
      slots_release(process->slots, NULL, NULL);
      process->slots = own;
    }
  }
  for (size_t at = 0; at < process->slots->room; at++) {
    const struct slot *slot = slots_find(process->slots, (long)at);
    if (slot && (slot->kind == SLOT_OTHER || !is_still(task, (long)at, slot)))
      clear_slot(tracing, task, (long)at);
    if (tracing->outcome_count == OUTCOMES)
      outcome_tell_all(tracing, task);
  }
  outcome_tell_all(tracing, task);
  tracing->sink.unlock(tracing->sink.context);
}
