#include "trace/task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language/bytes.h"
#include "language/escape.h"
#include "language/loss.h"
#include "system/wait.h"

static struct trace_task **place_of(const struct tracing *tracing, pid_t id) {
  struct trace_task **place = (struct trace_task **)&tracing->tasks[(unsigned)id % TASK_PLACES];
  while (*place && (*place)->id != id)
    place = &(*place)->next;
  return place;
}

struct trace_task *task_find(const struct tracing *tracing, pid_t id) {
  return *place_of(tracing, id);
}

static void put(struct tracing *tracing, struct trace_task *task) {
  struct trace_task **place = &tracing->tasks[(unsigned)task->id % TASK_PLACES];
  task->next = *place;
  *place = task;
}

static void take(struct tracing *tracing, const struct trace_task *task) {
  struct trace_task **place = place_of(tracing, task->id);
  if (*place)
    *place = task->next;
}

/* "p" for the first one of a program, then "p.2", "p.3". */
static void name_task(char *name, size_t size, const struct trace_program *program,
                      unsigned number) {
  if (number <= 1)
    snprintf(name, size, "%s", program->name);
  else
    snprintf(name, size, "%.*s.%u", (int)size - 12, program->name, number);
}

void task_read_name(struct tracing *tracing, struct trace_task *task) {
  char path[64];
  char name[32];
  struct bytes shown = {0};
  snprintf(path, sizeof path, "/proc/%ld/comm", (long)task->id);
  size_t length = copier_read_file(tracing->copier, path, name, sizeof name);
  if (length > 0 && name[length - 1] == '\n')
    length--;
  escape_append(&shown, name, length, ESCAPE_ASCII);
  snprintf(task->thread, sizeof task->thread, "%s", bytes_text(&shown));
  bytes_free(&shown);
}

struct trace_task *task_add(struct tracing *tracing, struct trace_process *process, pid_t id) {
  struct trace_task *task = calloc(1, sizeof *task);
  struct trace_program *program = process->program;
  if (!task) {
    loss_of_memory();
    return NULL;
  }
  task->id = id;
  task->process = process;
  program->left++;
  process->tasks++;
  task->by_words = program->attached;
  memcpy(task->name, program->name, sizeof task->name);
  task->actor = (struct event_actor){.program = program->number,
                                     .name = task->name,
                                     .thread = task->thread,
                                     .process = process->id,
                                     .task = id};
  put(tracing, task);
  return task;
}

void task_number(struct trace_task *task) {
  struct trace_process *process = task->process;
  if (task->number > 0)
    return;
  task->number = ++process->program->tasks;
  name_task(task->name, sizeof task->name, process->program, task->number);
  if (process->number > 0)
    return;
  process->number = task->number;
  memcpy(process->name, task->name, sizeof process->name);
}

void task_renumber(struct tracing *tracing, struct trace_task *task, pid_t id) {
  take(tracing, task);
  task->id = id;
  task->actor.task = id;
  put(tracing, task);
}

static void forget(struct tracing *tracing, const struct trace_process *process) {
  struct trace_process **place = &tracing->processes;
  while (*place && *place != process)
    place = &(*place)->next;
  if (*place)
    *place = process->next;
}

/* What the sink is told when a process ends with sockets open. */
struct ending {
  struct tracing *tracing;
  const struct trace_task *task;
};

static void tell_closed(struct socket *socket, void *context) {
  struct ending *ending = context;
  if (ending->task->process->program->leaving) { /* it keeps them, unseen */
    socket_release_orphan(socket);
    return;
  }
  ending->tracing->sink.leaked(ending->tracing->sink.context, ending->task, socket);
  ending->tracing->sink.closed(ending->tracing->sink.context, ending->task, socket);
}

static void end_process(struct tracing *tracing, struct trace_process *process,
                        const struct trace_task *last) {
  struct ending ending = {tracing, last};
  forget(tracing, process);
  slots_release(process->slots, tell_closed, &ending);
  copier_close(tracing->copier, process->handle);
  free(process);
}

void task_drop_call(struct trace_task *task) {
  struct call *call = &task->call;
  if (call->entry && call_acts(call))
    call->entry->acting--;
  call_free(call);
  task->inside = task->restarts = false;
}

void task_note(struct tracing *tracing, const struct trace_task *task, const char *note) {
  tracing->sink.lock(tracing->sink.context);
  tracing->sink.noted(tracing->sink.context, task, note);
  tracing->sink.unlock(tracing->sink.context);
}

void task_drop_process(struct tracing *tracing, struct trace_process *process) {
  forget(tracing, process);
  slots_release(process->slots, NULL, NULL);
  copier_close(tracing->copier, process->handle);
  free(process);
}

void task_remove(struct tracing *tracing, struct trace_task *task) {
  struct trace_process *process = task->process;
  struct trace_program *program = process->program;
  tracing->sink.lock(tracing->sink.context);
  take(tracing, task);
  if (task->inside)
    task_drop_call(task);
  tracing->sink.gone(tracing->sink.context, task);
  program->left--;
  if (--process->tasks == 0)
    end_process(tracing, process, task);
  tracing->sink.unlock(tracing->sink.context);
  free(task);
  if (program->left == 0)
    task_drop_program(tracing, program);
}

struct trace_process *task_add_process(struct tracing *tracing, struct trace_program *program,
                                       pid_t id, struct slots *slots) {
  struct trace_process *process = program && slots ? calloc(1, sizeof *process) : NULL;
  if (!process) {
    loss_of_memory();
    return NULL;
  }
  process->id = id;
  process->program = program;
  process->slots = slots;
  process->handle = copier_open(tracing->copier, id);
  process->next = tracing->processes;
  tracing->processes = process;
  return process;
}

struct trace_program *task_add_program(struct tracing *tracing, const struct trace_plan *plan) {
  struct trace_program *program = calloc(1, sizeof *program);
  if (!program)
    return NULL;
  snprintf(program->name, sizeof program->name, "%s", plan->name);
  program->owner = plan->owner;
  program->host = plan->host;
  program->first = plan->process;
  program->attached = plan->attach;
  program->references = 2; /* the list's, as long as something of it is traced, and the caller's */
  program->next = tracing->programs;
  tracing->programs = program;
  return program;
}

void task_release_program(struct trace_program *program) {
  if (program && --program->references == 0)
    free(program);
}

void task_rename_program(struct tracing *tracing, struct trace_program *program, const char *name,
                         unsigned number) {
  struct trace_task *task = NULL;
  program->number = number;
  snprintf(program->name, sizeof program->name, "%s", name);
  while ((task = task_next(tracing, program, task))) {
    task->actor.program = number;
    name_task(task->name, sizeof task->name, program, task->number);
  }
  for (struct trace_process *process = tracing->processes; process; process = process->next)
    if (process->program == program)
      name_task(process->name, sizeof process->name, program, process->number);
}

void task_drop_program(struct tracing *tracing, struct trace_program *program) {
  struct trace_program **place = &tracing->programs;
  while (*place && *place != program)
    place = &(*place)->next;
  if (*place)
    *place = program->next;
  program->gone = !program->ending;
  program->changes++;
  futex_wake(&program->changes);
  task_release_program(program);
}

struct trace_task *task_next(const struct tracing *tracing, const struct trace_program *program,
                             const struct trace_task *after) {
  struct trace_task *task = after ? after->next : tracing->tasks[0];
  unsigned place = after ? (unsigned)after->id % TASK_PLACES : 0;
  for (;; task = task->next) {
    while (!task && ++place < TASK_PLACES)
      task = tracing->tasks[place];
    if (!task || task->process->program == program)
      return task;
  }
}

struct trace_process *task_next_process(const struct tracing *tracing,
                                        const struct trace_program *program,
                                        const struct trace_process *after) {
  struct trace_process *process = after ? after->next : tracing->processes;
  while (program && process && process->program != program)
    process = process->next;
  return process;
}

struct trace_process *task_find_process(const struct tracing *tracing,
                                        const struct trace_program *program, unsigned number) {
  struct trace_process *process = tracing->processes;
  while (process && (process->program != program || process->number != number))
    process = process->next;
  return process;
}
