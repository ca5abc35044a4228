#include "import/strace_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/strace_log_process.h"
#include "import/strace_log_sockets.h"
#include "import/strace_log_tasks.h"
#include "import/strace_part.h"
#include "language/escape.h"
#include "language/loss.h"

enum { DAY = 86400 };

static const int64_t second = 1000000000;

bool strace_timer_read(struct strace_timer *timer, const struct strace_line *line, int64_t *time) {
  int64_t passed = line->time - timer->last;
  if (line->clock == STRACE_CLOCK_NONE)
    return false;
  if (!timer->begun || line->clock != timer->clock) {
    passed = timer->begun ? 0 : second;
    timer->begun = true;
    timer->clock = line->clock;
  } else if (line->clock == STRACE_CLOCK_RELATIVE) {
    passed = line->time;
  } else if (line->clock == STRACE_CLOCK_DAY && passed < -DAY / 2 * second) {
    passed += DAY * second; /* midnight has come */
  }
  timer->last = line->time;
  if (timer->now < INT64_MAX / 4 - passed)
    timer->now += passed > -timer->now ? passed : 0;
  *time = timer->now;
  return true;
}

struct strace_log *strace_log_create(const struct strace_sink *sink, const char *name,
                                     unsigned number) {
  struct strace_log *log = calloc(1, sizeof *log);
  if (!log)
    return NULL;
  log->sink = *sink;
  log->number = number;
  snprintf(log->name, sizeof log->name, "%s", name);
  return log;
}

void strace_log_free(struct strace_log *log) {
  if (!log)
    return;
  log_known_free(log);
  log_tasks_free(log);
  free(log);
}

void strace_log_shift(struct strace_log *log, int64_t nanoseconds) {
  log->shift = nanoseconds;
}

const struct strace_counts *strace_log_counts(const struct strace_log *log) {
  return &log->counts;
}

long strace_log_first(const struct strace_log *log) {
  return log->first ? log->first->id : 0;
}

bool strace_log_ended(const struct strace_log *log, int *status) {
  *status = log->status;
  return log->has_status;
}

static struct socket *was_at(const struct log_process *process, long descriptor) {
  return descriptor >= 0 && (size_t)descriptor < process->was_room ? process->was[descriptor]
                                                                   : NULL;
}

struct socket *strace_log_find(const struct strace_log *log, unsigned process, long descriptor) {
  struct socket *found = NULL;
  for (const struct log_process *one = log->processes; one && !found; one = one->next)
    if (process == 0 ? one->number > 0 : one->number == process)
      found = was_at(one, descriptor);
  return found;
}

/* The row of the call with this name of the kernel's; CALL_COUNT: there is none. */
static enum call_name find_row(const char *name, size_t length) {
  static const struct {
    const char *name;
    enum call_name call;
  } others[] = {{"sendfile64", CALL_SENDFILE}, {"fcntl64", CALL_FCNTL}};
  /* What a library does by itself, or the kernel does without a socket. */
  static const char *const none[] = {"pipe", "getaddrinfo", "getnameinfo", "pidfd_getfd"};
  static const char wide[] = "_time64"; /* on machines of 32 bits */
  size_t suffix = sizeof wide - 1;
  if (length > suffix && memcmp(name + length - suffix, wide, suffix) == 0)
    length -= suffix;
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (bytes_equal(name, length, others[i].name, strlen(others[i].name)))
      return others[i].call;
  for (size_t i = 0; i < sizeof none / sizeof *none; i++)
    if (bytes_equal(name, length, none[i], strlen(none[i])))
      return CALL_COUNT;
  int call = 0;
  while (call < CALL_COUNT &&
         !(call_rows[call].name[0] == name[0] &&
           bytes_equal(name, length, call_rows[call].name, strlen(call_rows[call].name))))
    call++;
  return (enum call_name)call;
}

static bool is_named(const struct strace_tree *tree, const char *name) {
  return bytes_equal(tree->name, tree->name_length, name, strlen(name));
}

static bool begins(const char *text, size_t length, const char *word) {
  return length >= strlen(word) && memcmp(text, word, strlen(word)) == 0;
}

static bool is_clone(const char *text, size_t length) {
  return begins(text, length, "clone(") || begins(text, length, "clone3(") ||
         begins(text, length, "fork(") || begins(text, length, "vfork(");
}

/* Calls that files have, too: their first argument alone does not say what it is. */
static bool is_for_sockets(enum call_name name) {
  const struct call_row *row = &call_rows[name];
  return row->parts[0].kind == PART_SUBJECT && row->parts[0].name[0] == 's';
}

/* Each of poll's or select's descriptors, so that each is known. */
static bool items_concern(struct strace_log *log, struct log_task *task,
                          const struct strace_tree *tree, bool polls) {
  bool found = false;
  const struct strace_node *list = polls             ? tree->arguments
                                   : tree->arguments ? tree->arguments->next
                                                     : NULL;
  for (int sets = polls ? 1 : 3; list && sets > 0; sets--, list = list->next)
    for (const struct strace_node *entry = list->child; entry; entry = entry->next)
      found |=
          log_slot_of(log, task, polls ? strace_node_member(entry, "fd") : entry, false) != NULL;
  return found;
}

static bool failed_with(const struct strace_tree *tree, const char *problem) {
  return tree->problem &&
         bytes_equal(tree->problem, tree->problem_length, problem, strlen(problem));
}

/* Whether the call is one on a socket: its descriptors are identified. */
static bool is_wanted(struct strace_log *log, struct log_task *task, enum call_name name,
                      const struct strace_tree *tree) {
  const struct call_row *row = &call_rows[name];
  const struct strace_node *node = tree->arguments;
  if (row->parts[0].kind == PART_POLL || row->parts[0].kind == PART_SETS)
    return items_concern(log, task, tree, row->parts[0].kind == PART_POLL);
  if (name == CALL_CLOSE_RANGE || row->makes == MAKES_SOCKETS || row->makes == MAKES_EPOLL)
    return true;
  bool open = !failed_with(tree, "EBADF") && !failed_with(tree, "ENOTSOCK");
  bool wanted = log_slot_of(log, task, node, is_for_sockets(name) && open) != NULL;
  for (int i = 1; node && i < CALL_PARTS && row->parts[i].kind != PART_END; i++) {
    node = node->next;
    enum call_part_kind kind = row->parts[i].kind;
    bool other = kind == PART_OTHER_END || (kind == PART_OBJECT && wanted) ||
                 ((name == CALL_DUP2 || name == CALL_DUP3) && i == 1);
    if (other && log_slot_of(log, task, node, false))
      wanted = true;
  }
  return wanted;
}

/* What the log says of when a call began and ended; 0 where it does not. */
static void set_times(const struct strace_log *log, struct call *call, int64_t began,
                      const struct strace_tree *tree) {
  int64_t took = tree->took >= 0 && tree->took < 1e9 ? (int64_t)(tree->took * 1e9 + 0.5) : -1;
  bool resumed = began > 0 && began != log->time;
  call->began = began > 0 ? began + log->shift : 0;
  if (call->began <= 0)
    call->began = call->ended = 0;
  else if (took >= 0)
    call->ended = call->began + took;
  else
    call->ended = resumed && log->timed ? log->time + log->shift : 0;
}

static void tell(struct strace_log *log, struct log_task *task, struct call *call) {
  bool epoch = call->began > 0 && log->timer.clock == STRACE_CLOCK_EPOCH;
  int64_t moment = call->ended ? call->ended : call->began;
  /* What the timer calls now is what the log's clock shows. */
  int64_t wall = epoch ? moment - log->shift - log->timer.now + log->timer.last : EVENT_NO_WALL;
  log->counts.calls++;
  uint64_t serial = log->sink.finished(log->sink.context, call, &task->actor, wall);
  for (int i = 0; i < 2; i++) {
    const struct slot *slot = slots_find(task->process->slots, call->made[i]);
    if (slot && slot->socket && slot->socket->made_by == 0)
      slot->socket->made_by = serial;
  }
}

/* A whole call on a socket. */
static void take_call(struct strace_log *log, struct log_task *task, enum call_name name,
                      const struct strace_tree *tree, int64_t began) {
  struct call call;
  if (!is_wanted(log, task, name, tree)) {
    log->counts.others++;
    return;
  }
  if (!tree->returned && !tree->problem) {
    log->counts.unreturned++;
    return;
  }
  call_init(&call, name, NULL);
  bool clear = strace_part_read(&call, tree, task->process->slots) == 0;
  if (!clear)
    log_note_unclear(log);
  log_process_number(log, task);
  if (clear && log_apply(log, task, &call, tree)) {
    set_times(log, &call, began, tree);
    tell(log, task, &call);
  }
  call_free(&call);
}

static void take_thread_name(struct log_task *task, const struct strace_tree *tree) {
  const struct strace_node *name =
      strace_node_is(tree->arguments, "PR_SET_NAME") ? tree->arguments->next : NULL;
  struct bytes text = {0};
  if (!name || name->kind != STRACE_STRING || tree->result != 0)
    return;
  escape_append_plain(&text, name->text, name->length < 15 ? name->length : 15, false,
                      ESCAPE_ASCII);
  snprintf(task->thread, sizeof task->thread, "%.31s", bytes_text(&text));
  bytes_free(&text);
}

/* Calls that are not shown, and say who is who. */
static void take_other(struct strace_log *log, struct log_task *task,
                       const struct strace_tree *tree, const char *text, size_t length) {
  log->counts.others++;
  if (!tree->returned || tree->problem)
    return;
  if (is_clone(text, length) && tree->result > 0 && tree->result <= INT32_MAX)
    log_task_cloned(log, task, (long)tree->result, text, length);
  else if (is_named(tree, "execve") || is_named(tree, "execveat"))
    log_executed(task->process);
  else if (is_named(tree, "prctl"))
    take_thread_name(task, tree);
}

/* Calls of which nothing is needed are many: they are not read. */
static bool is_of_interest(const char *text, size_t length) {
  const char *parenthesis = memchr(text, '(', length);
  size_t name = parenthesis ? (size_t)(parenthesis - text) : 0;
  return find_row(text, name) != CALL_COUNT || is_clone(text, length) ||
         begins(text, length, "execve") || begins(text, length, "prctl(");
}

static bool is_restart(const struct strace_tree *tree) {
  return !tree->returned && tree->problem_length > 8 && memcmp(tree->problem, "ERESTART", 8) == 0;
}

static void take_text(struct strace_log *log, struct log_task *task, const char *text,
                      size_t length, int64_t began);

/* A call that a signal has interrupted did not go on: so it has returned EINTR. */
static void end_restart(struct strace_log *log, struct log_task *task) {
  static const char ending[] = " = -1 EINTR (Interrupted system call)";
  struct bytes text = task->restarts;
  task->restarts = (struct bytes){0};
  bytes_append(&text, ending, sizeof ending - 1);
  if (!text.failed)
    take_text(log, task, text.data, text.length, task->restarts_time);
  bytes_free(&text);
}

/* The name and the first argument are the same: it is the call that was interrupted, made again by
 * the kernel. */
static bool is_same_call(const struct bytes *before, const char *text, size_t length) {
  const char *comma = memchr(before->data, ',', before->length);
  size_t size = comma ? (size_t)(comma - before->data) : before->length;
  return size <= length && memcmp(before->data, text, size) == 0;
}

/* restart_syscall(<... resuming interrupted poll ...>) = 1: what it returns is the call's. */
static void take_restarted(struct strace_log *log, struct log_task *task, const char *text,
                           size_t length) {
  const char *result = memmem(text, length, ") = ", 4);
  struct bytes whole = task->restarts;
  task->restarts = (struct bytes){0};
  if (result)
    bytes_append(&whole, result + 1, length - (size_t)(result + 1 - text));
  if (!whole.failed && result)
    take_text(log, task, whole.data, whole.length, task->restarts_time);
  bytes_free(&whole);
}

/* What the next call of a thread says about one that was interrupted. *began is when the whole
 * began. True where the text is done with. */
static bool follow_restart(struct strace_log *log, struct log_task *task, const char *text,
                           size_t length, int64_t *began) {
  if (begins(text, length, "rt_sigreturn(") || begins(text, length, "sigreturn(")) {
    if (memmem(text, length, " = -1 EINTR", 11))
      end_restart(log, task);
    return false;
  }
  if (begins(text, length, "restart_syscall(")) {
    take_restarted(log, task, text, length);
    return true;
  }
  if (!is_same_call(&task->restarts, text, length)) {
    end_restart(log, task);
    return false;
  }
  bytes_free(&task->restarts);
  *began = task->restarts_time;
  return false;
}

/* A whole call, in one line or put together. */
static void take_text(struct strace_log *log, struct log_task *task, const char *text,
                      size_t length, int64_t began) {
  struct arena arena = {0};
  struct strace_tree tree;
  if (task->restarts.length > 0 && follow_restart(log, task, text, length, &began))
    return;
  if (!is_of_interest(text, length)) {
    log->counts.others++;
    return;
  }
  if (strace_tree_read(text, length, &arena, &tree) < 0) {
    log_note_unclear(log);
  } else if (is_restart(&tree)) {
    /* NULL only for a text that is nothing of the kind */
    const char *end = memrchr(text, ')', (size_t)(tree.problem - text));
    bytes_append(&task->restarts, text, end ? (size_t)(end + 1 - text) : 0);
    task->restarts_time = began;
  } else {
    enum call_name name = find_row(tree.name, tree.name_length);
    if (name == CALL_COUNT)
      take_other(log, task, &tree, text, length);
    else
      take_call(log, task, name, &tree, began);
  }
  arena_free(&arena);
}

static void begin_pending(struct strace_log *log, struct log_task *task,
                          const struct strace_line *line) {
  if (line->length == 0)
    return;
  if (task->pending.length > 0 || log->pending + line->length > LOG_PENDING) {
    log_note_unclear(log);
    return;
  }
  bytes_append(&task->pending, line->text, line->length);
  task->pending_time = log->timed ? log->time : 0;
  log->pending += task->pending.length;
  if (!is_clone(line->text, line->length))
    return;
  log->cloning = task;
  log->clones++;
}

static void drop_pending(struct strace_log *log, struct log_task *task) {
  bool clone = task->pending.length > 0 && is_clone(task->pending.data, task->pending.length);
  log->pending -= task->pending.length;
  bytes_free(&task->pending);
  if (clone && log->clones > 0)
    log->clones--;
  if (clone && log->cloning == task)
    log->cloning = NULL;
}

static void resume(struct strace_log *log, struct log_task *task, const struct strace_line *line) {
  const struct bytes *pending = &task->pending;
  struct bytes text = {0};
  /* Of one that began before the log, only the end is there. */
  if (pending->length <= line->name_length ||
      memcmp(pending->data, line->name, line->name_length) != 0 ||
      pending->data[line->name_length] != '(') {
    log_note_unclear(log);
    return;
  }
  bytes_append(&text, pending->data, pending->length);
  bytes_append_char(&text, ' ');
  bytes_append(&text, line->text, line->length);
  int64_t began = task->pending_time;
  drop_pending(log, task);
  if (!text.failed)
    take_text(log, task, text.data, text.length, began);
  bytes_free(&text);
}

/* The end of a thread, maybe within a call. */
static void end_task(struct strace_log *log, struct log_task *task,
                     const struct strace_line *line) {
  bool within = task->pending.length > 0 || task->restarts.length > 0;
  const struct bytes *text = task->pending.length > 0 ? &task->pending : &task->restarts;
  if (within && is_of_interest(text->data, text->length))
    log->counts.unreturned++;
  drop_pending(log, task);
  if (task->process == log->first && (task->id == log->first->id || log->first->running == 1)) {
    log->has_status = true;
    log->status = line->status;
  }
  log_task_ended(log, task);
}

static void take_line(struct strace_log *log, struct log_task *task,
                      const struct strace_line *line) {
  switch (line->kind) {
  case STRACE_LINE_CALL:
    take_text(log, task, line->text, line->length, log->timed ? log->time : 0);
    break;
  case STRACE_LINE_UNFINISHED:
    begin_pending(log, task, line);
    break;
  case STRACE_LINE_RESUMED:
    resume(log, task, line);
    break;
  case STRACE_LINE_EXITED:
  case STRACE_LINE_KILLED:
    end_task(log, task, line);
    break;
  case STRACE_LINE_SIGNAL:
  case STRACE_LINE_EMPTY:
  case STRACE_LINE_OTHER:
    break;
  }
}

void strace_log_read(struct strace_log *log, const char *text, size_t length) {
  struct strace_line line;
  log->counts.lines++;
  strace_line_read(text, length, &line);
  log->timed = strace_timer_read(&log->timer, &line, &log->time);
  if (line.kind == STRACE_LINE_EMPTY)
    return;
  struct log_task *task = line.kind == STRACE_LINE_OTHER ? NULL : log_task_of(log, &line);
  if (task)
    take_line(log, task, &line);
  else
    log_note_unclear(log);
}

void strace_log_skip(struct strace_log *log) {
  log->counts.lines++;
  log_note_unclear(log);
}

void strace_log_finish(struct strace_log *log) {
  for (unsigned place = 0; place < LOG_PLACES; place++)
    for (struct log_task *task = log->tasks[place]; task; task = task->next)
      if (task->pending.length > 0 && is_of_interest(task->pending.data, task->pending.length))
        log->counts.unreturned++;
  for (const struct log_process *process = log->processes; process; process = process->next)
    for (size_t at = 0; at < process->slots->room; at++) {
      const struct slot *slot = slots_find(process->slots, (long)at);
      if (slot && slot->socket)
        slot->socket->role = ROLE_GONE; /* nothing more can be learned of it */
    }
}
