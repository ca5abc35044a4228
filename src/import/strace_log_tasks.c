#include "import/strace_log_tasks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/strace_log_process.h"
#include "language/loss.h"

static struct log_task *find(const struct strace_log *log, long id) {
  struct log_task *task = log->tasks[(unsigned long)id % LOG_PLACES];
  while (task && task->id != id)
    task = task->next;
  return task;
}

static void put(struct strace_log *log, struct log_task *task) {
  struct log_task **place = &log->tasks[(unsigned long)task->id % LOG_PLACES];
  task->next = *place;
  *place = task;
}

static void take_out(struct strace_log *log, const struct log_task *task) {
  struct log_task **place = &log->tasks[(unsigned long)task->id % LOG_PLACES];
  while (*place && *place != task)
    place = &(*place)->next;
  if (*place)
    *place = task->next;
}

/* Adds a process with these descriptors, a reference that it takes over. */
static struct log_process *process_add(struct strace_log *log, long id, struct slots *slots) {
  struct log_process *process = slots ? calloc(1, sizeof *process) : NULL;
  if (!process) {
    slots_release(slots, log_process_closed, NULL);
    loss_of_memory();
    return NULL;
  }
  process->id = id;
  process->slots = slots;
  process->before = log->last;
  if (log->last)
    log->last->next = process;
  else
    log->processes = process;
  log->last = process;
  if (!log->first)
    log->first = process;
  return process;
}

static void forget_slots(struct strace_log *log, struct slots *slots,
                         void (*closed)(struct socket *socket, void *context)) {
  if (slots && slots->references == 1)
    log->slots -= slots->room;
  slots_release(slots, closed, log);
}

static void process_free(struct strace_log *log, struct log_process *process) {
  if (process->before)
    process->before->next = process->next;
  else
    log->processes = process->next;
  if (process->next)
    process->next->before = process->before;
  else
    log->last = process->before;
  forget_slots(log, process->slots, log_process_closed);
  log_process_forget(process);
  free(process);
}

static void join(struct log_task *task, struct log_process *process) {
  task->process = process;
  process->running++;
  task->actor = (struct event_actor){.program = task->actor.program,
                                     .name = task->name,
                                     .thread = task->thread,
                                     .process = process->id,
                                     .task = task->id};
}

static struct log_task *task_add(struct strace_log *log, long id, struct log_process *process) {
  struct log_task *task = process && log->task_count < LOG_TASKS ? calloc(1, sizeof *task) : NULL;
  if (!task)
    return NULL;
  log->task_count++;
  task->id = id;
  task->actor.program = log->number;
  memcpy(task->name, log->name, sizeof task->name);
  join(task, process);
  put(log, task);
  return task;
}

static bool has_word(const char *text, size_t length, const char *word) {
  return length > 0 && memmem(text, length, word, strlen(word)) != NULL;
}

/* The descriptors of a child. */
static struct slots *inherit(struct strace_log *log, const struct log_process *parent,
                             const char *text, size_t length) {
  if (has_word(text, length, "CLONE_FILES"))
    return slots_retain(parent->slots);
  if (log->slots + parent->slots->room > LOG_SLOTS) {
    log_note_unclear(log);
    return slots_create();
  }
  struct slots *slots = slots_copy(parent->slots);
  log->slots += slots ? slots->room : 0;
  return slots;
}

static void inherit_was(const struct log_process *parent, struct log_process *child) {
  for (size_t at = 0; at < parent->slots->room; at++) {
    const struct slot *slot = slots_find(parent->slots, (long)at);
    if (slot && slot->socket)
      log_process_was(child, (long)at, slot->socket);
  }
}

/* A child whose lines come for the first time, or one that was seen before its parent's call told
 * of it. */
static struct log_task *bear(struct strace_log *log, const struct log_task *parent, long id,
                             const char *text, size_t length) {
  struct log_process *process = parent->process;
  if (!has_word(text, length, "CLONE_THREAD")) {
    process = process_add(log, id, inherit(log, parent->process, text, length));
    if (process)
      inherit_was(parent->process, process);
  }
  struct log_task *task = task_add(log, id, process);
  if (task)
    task->born = true;
  return task;
}

void log_task_cloned(struct strace_log *log, struct log_task *task, long id, const char *text,
                     size_t length) {
  struct log_task *child = find(log, id);
  if (!child)
    bear(log, task, id, text, length);
  else if (!child->born && child != task && child->process->running == 1 &&
           has_word(text, length, "CLONE_THREAD")) {
    struct log_process *alone = child->process;
    join(child, task->process);
    if (alone != log->first)
      process_free(log, alone);
    child->born = true;
  }
}

/* Lines without an id are those of the only thread that is left. */
static struct log_task *only_task(struct strace_log *log) {
  struct log_task *found = NULL;
  if (log->alone)
    return log->alone;
  for (unsigned place = 0; place < LOG_PLACES; place++)
    if (log->tasks[place])
      found = log->tasks[place];
  if (!found)
    found = task_add(log, 0, process_add(log, 0, slots_create()));
  log->alone = found;
  return found;
}

/* strace writes no ids until there is a second thread: then the first gets its own. */
static struct log_task *name_alone(struct strace_log *log, long id) {
  struct log_task *task = log->alone;
  take_out(log, task);
  if (task->process->id == 0)
    task->process->id = id;
  task->id = id;
  task->actor.task = id;
  task->actor.process = task->process->id;
  put(log, task);
  return task;
}

struct log_task *log_task_of(struct strace_log *log, const struct strace_line *line) {
  if (line->task == 0)
    return only_task(log);
  struct log_task *task = find(log, line->task);
  if (task)
    return task;
  if (log->alone && log->alone->id == 0 &&
      (log->cloning != log->alone || line->kind == STRACE_LINE_RESUMED))
    return name_alone(log, line->task);
  if (log->clones == 1 && log->cloning) {
    const struct bytes *text = &log->cloning->pending;
    return bear(log, log->cloning, line->task, text->data ? text->data : "", text->length);
  }
  if (log->task_count >= LOG_TASKS)
    return NULL;
  return task_add(log, line->task, process_add(log, line->task, slots_create()));
}

static void tell_leaked(struct socket *socket, void *context) {
  const struct strace_log *log = context;
  log_process_closed(socket, NULL);
  if (!socket_is_none(socket))
    log->sink.leaked(log->sink.context, socket);
}

static void free_task(struct strace_log *log, struct log_task *task) {
  take_out(log, task);
  log->task_count--;
  log->pending -= task->pending.length;
  bytes_free(&task->pending);
  bytes_free(&task->restarts);
  if (log->alone == task)
    log->alone = NULL;
  if (log->cloning == task) {
    log->cloning = NULL;
    log->clones--;
  }
  free(task);
}

/* What it has open is closed. Which sockets its numbers were is kept for the first processes. */
static void end_process(struct strace_log *log, struct log_process *process) {
  enum { NAMED = 4096 };
  struct slots *none = slots_create();
  if (none) {
    forget_slots(log, process->slots, tell_leaked);
    process->slots = none;
  }
  if (process != log->first && (process->number == 0 || process->number > NAMED))
    process_free(log, process);
}

void log_task_ended(struct strace_log *log, struct log_task *task) {
  struct log_process *process = task->process;
  free_task(log, task);
  if (--process->running == 0)
    end_process(log, process);
}

void log_tasks_free(struct strace_log *log) {
  for (unsigned place = 0; place < LOG_PLACES; place++)
    while (log->tasks[place])
      free_task(log, log->tasks[place]);
  while (log->processes)
    process_free(log, log->processes);
}
