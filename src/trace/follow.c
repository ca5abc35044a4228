#include "trace/follow.h"

#include <dirent.h>
#include <errno.h>
#include <linux/kcmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "language/loss.h"
#include "system/wait.h"
#include "trace/call_reader.h"
#include "trace/injection.h"

enum { CALL_STOP = SIGTRAP | 0x80 };

/* Lets a task go on, with a signal (0: none). One that was killed meanwhile is gone, and tells so.
 */
static void go_on(const struct trace_task *task, int signal) {
  if (task->resumes > 0)
    return; /* follow_resume lets it go on */
  bool stops = task->by_words || task->behind;
  ptrace(stops ? PTRACE_SYSCALL : PTRACE_CONT, task->id, 0L, (long)signal);
}

static pid_t group_of(struct tracing *tracing, pid_t task) {
  char path[64];
  char text[1024];
  snprintf(path, sizeof path, "/proc/%ld/status", (long)task);
  copier_read_file(tracing->copier, path, text, sizeof text);
  const char *line = strstr(text, "\nTgid:");
  return line ? (pid_t)strtol(line + 6, NULL, 10) : task;
}

static bool shares_descriptors(pid_t one, pid_t other) {
  return syscall(SYS_kcmp, one, other, KCMP_FILES, 0L, 0L) == 0;
}

/* The process of a task that one of the program's tasks has made. */
static struct trace_process *process_for(struct tracing *tracing, struct trace_task *parent,
                                         pid_t id) {
  struct trace_process *process = parent->process;
  pid_t group = group_of(tracing, id);
  if (group == process->id)
    return process;
  for (struct trace_process *other = tracing->processes; other; other = other->next)
    if (other->id == group)
      return other;
  bool shared = shares_descriptors(parent->id, id);
  struct slots *slots = shared ? slots_retain(process->slots) : slots_copy(process->slots);
  return task_add_process(tracing, process->program, group, slots);
}

bool follow_forget_early(struct tracing *tracing, pid_t id) {
  struct early_stop **place = &tracing->early;
  while (*place && (*place)->id != id)
    place = &(*place)->next;
  struct early_stop *found = *place;
  if (!found)
    return false;
  *place = found->next;
  free(found);
  return true;
}

/* A child whose parent has not told of it yet waits until it does. */
static void note_early(struct tracing *tracing, pid_t id) {
  struct early_stop *early = calloc(1, sizeof *early);
  if (!early) {
    loss_of_memory();
    ptrace(PTRACE_DETACH, id, 0L, 0L);
    return;
  }
  early->id = id;
  early->next = tracing->early;
  tracing->early = early;
}

static void take_child(struct tracing *tracing, struct trace_task *parent) {
  unsigned long id = 0;
  if (ptrace(PTRACE_GETEVENTMSG, parent->id, 0L, &id) < 0 || task_find(tracing, (pid_t)id))
    return;
  tracing->sink.lock(tracing->sink.context);
  struct trace_process *process = process_for(tracing, parent, (pid_t)id);
  struct trace_task *task = process ? task_add(tracing, process, (pid_t)id) : NULL;
  if (task)
    task->by_words = parent->by_words;
  tracing->sink.unlock(tracing->sink.context);
  if (follow_forget_early(tracing, (pid_t)id) && task) {
    task->begun = true;
    go_on(task, 0);
  }
}

/* A program that would have more rights without the filter, which the kernel takes them for: else
 * the filter could mislead it. */
static void tell_of_rights(struct tracing *tracing, struct trace_task *task) {
  char path[64];
  struct stat status;
  snprintf(path, sizeof path, "/proc/%ld/exe", (long)task->id);
  if (task->process->program->attached || stat(path, &status) < 0)
    return;
  bool user = status.st_mode & S_ISUID && status.st_uid != geteuid();
  bool group = status.st_mode & S_ISGID && status.st_mode & S_IXGRP && status.st_gid != getegid();
  bool capable = getxattr(path, "security.capability", NULL, 0) > 0 && geteuid() != 0;
  if (capable)
    task_note(
        tracing, task,
        _("it has capabilities of its own (getcap(8) shows them), and runs without them while "
          "it is traced: start it outside, and trace its process as root"));
  if (user || group)
    task_note(tracing, task,
              user ? _("it is a set-user-ID program, and runs without those rights while it is "
                       "traced: start it outside, and trace its process as root")
                   : _("it is a set-group-ID program, and runs without those rights while it is "
                       "traced: start it outside, and trace its process as root"));
}

/* A 32-bit program makes its calls in another way, whose numbers and memory are not read here. */
static void tell_of_foreign(struct tracing *tracing, struct trace_task *task) {
  char path[64];
  char head[6];
  snprintf(path, sizeof path, "/proc/%ld/exe", (long)task->id);
  size_t length = copier_read_file(tracing->copier, path, head, sizeof head);
  enum { CLASS = 4, CLASS_32 = 1 };
  if (length == sizeof head - 1 && memcmp(head, "\177ELF", 4) == 0 && head[CLASS] == CLASS_32)
    task_note(tracing, task,
              _("it is a 32-bit program: its calls are not read, so nothing of it is seen here "
                "but its sockets (`states --all`); build it for this machine's 64 bits to see "
                "them"));
}

/* The thread that has executed a program has the number of the first one now, and is alone. */
static struct trace_task *take_execution(struct tracing *tracing, pid_t id) {
  unsigned long former = 0;
  ptrace(PTRACE_GETEVENTMSG, id, 0L, &former);
  struct trace_task *task = task_find(tracing, (pid_t)former);
  if (!task)
    return task_find(tracing, id);
  call_reader_abandon(tracing, task);
  for (unsigned place = 0; place < TASK_PLACES; place++)
    for (struct trace_task *other = tracing->tasks[place], *next; other; other = next) {
      next = other->next;
      if (other != task && other->process == task->process)
        task_remove(tracing, other);
    }
  if (task->id != id)
    task_renumber(tracing, task, id);
  call_reader_executed(tracing, task);
  tell_of_foreign(tracing, task);
  tell_of_rights(tracing, task);
  task->behind = false;
  return task;
}

static void take_call(struct tracing *tracing, struct trace_task *task) {
  struct stop stop;
  if (stop_read(task->id, &stop) < 0)
    return;
  if (stop.kind == STOP_EXIT) {
    /* The end of a signal's handler is none of the call that it has interrupted. */
    call_reader_leave(tracing, task,
                      task->handled ? stop.result : injection_leave(task, stop.result));
    task->behind = false;
  } else if (stop.kind == STOP_ENTRY) {
    task->behind = call_reader_enter(tracing, task, &stop);
    if (!task->handled)
      injection_enter(tracing, task);
  }
}

static bool stops_group(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/* From its first stop on no call of a thread that ran before is missed. */
static void take_first_stop(struct trace_task *task) {
  struct trace_program *program = task->process->program;
  task->begun = true;
  if (!task->seized)
    return;
  task->seized = false;
  if (--program->running > 0)
    return;
  program->changes++;
  futex_wake(&program->changes);
}

static void take_stop(struct tracing *tracing, struct trace_task *task, int status) {
  int signal = WSTOPSIG(status);
  switch (status >> 16) {
  case PTRACE_EVENT_SECCOMP:
    take_call(tracing, task);
    break;
  case PTRACE_EVENT_FORK:
  case PTRACE_EVENT_VFORK:
  case PTRACE_EVENT_CLONE:
    take_child(tracing, task);
    break;
  case PTRACE_EVENT_STOP:
    take_first_stop(task);
    if (stops_group(signal)) { /* it stays stopped, and notices SIGCONT */
      ptrace(PTRACE_LISTEN, task->id, 0L, 0L);
      return;
    }
    break;
  case 0:
    if (signal == CALL_STOP)
      take_call(tracing, task);
    else {
      go_on(task, signal);
      return;
    }
    break;
  default:
    break;
  }
  go_on(task, 0);
}

/* The program whose first process this is, a reference; NULL: it is another one's. */
static struct trace_program *first_of(const struct tracing *tracing, pid_t id) {
  struct trace_program *program = tracing->programs;
  while (program && (program->first != id || program->ended))
    program = program->next;
  if (program)
    program->references++;
  return program;
}

/* The end of a program's first process is told to whoever waits for it, when all that it has left
 * is known. */
static void take_end(struct tracing *tracing, struct trace_task *task, pid_t id, int status) {
  struct trace_program *program = first_of(tracing, id);
  follow_forget_early(tracing, id);
  if (program)
    program->ending = true;
  if (task)
    take_first_stop(task);
  if (task)
    task_remove(tracing, task);
  if (!program)
    return;
  tracing->sink.lock(tracing->sink.context);
  program->status = status;
  program->ended = true;
  tracing->sink.unlock(tracing->sink.context);
  program->changes++;
  futex_wake(&program->changes);
  task_release_program(program);
}

void follow_news(struct tracing *tracing, pid_t id, int status) {
  struct trace_task *task = task_find(tracing, id);
  if (WIFEXITED(status) || WIFSIGNALED(status)) {
    take_end(tracing, task, id, status);
    return;
  }
  if (status >> 16 == PTRACE_EVENT_EXEC && (task = take_execution(tracing, id))) {
    go_on(task, 0);
    return;
  }
  if (!task)
    note_early(tracing, id);
  else
    take_stop(tracing, task, status);
}

bool follow_resume(struct tracing *tracing) {
  int64_t now = clock_monotonic();
  bool waits = false;
  for (unsigned place = 0; tracing->delays && place < TASK_PLACES; place++)
    for (struct trace_task *task = tracing->tasks[place]; task; task = task->next) {
      if (task->resumes == 0 || task->resumes > now) {
        waits = waits || task->resumes > 0;
        continue;
      }
      task->resumes = 0;
      go_on(task, 0);
    }
  tracing->delays = waits;
  return waits;
}

bool follow_task(struct tracing *tracing, const struct trace_task *task) {
  int status;
  pid_t id = waitpid(task->id, &status, __WALL | __WNOTHREAD | WNOHANG);
  if (id > 0)
    follow_news(tracing, id, status);
  return id > 0;
}

/* The next news of a task. Whoever asks this thread for something sends it signals meanwhile, and
 * they end no wait here: a task that was not left would stay stopped for ever. */
static bool await_news(const struct trace_task *task, int *status) {
  pid_t id;
  do
    id = waitpid(task->id, status, __WALL);
  while (id < 0 && errno == EINTR);
  return id == task->id;
}

/* A stopped task may be left; one that runs is stopped first. */
static void leave_task(struct trace_task *task) {
  int status;
  if (task->resumes > 0 && ptrace(PTRACE_DETACH, task->id, 0L, 0L) == 0)
    return; /* it stands still in front of a call */
  ptrace(PTRACE_INTERRUPT, task->id, 0L, 0L);
  while (await_news(task, &status)) {
    if (WIFEXITED(status) || WIFSIGNALED(status))
      return;
    int signal = WSTOPSIG(status);
    bool delivers = status >> 16 == 0 && signal != CALL_STOP;
    injection_forget(task, signal == CALL_STOP);
    if (ptrace(PTRACE_DETACH, task->id, 0L, delivers ? (long)signal : 0L) == 0 || errno == ESRCH)
      return;
  }
}

void follow_leave(struct tracing *tracing, struct trace_program *program) {
  program->leaving = true;
  for (unsigned place = 0; place < TASK_PLACES; place++)
    for (struct trace_task *task = tracing->tasks[place], *next; task; task = next) {
      next = task->next;
      if (task->process->program != program)
        continue;
      leave_task(task);
      call_reader_abandon(tracing, task);
      task_remove(tracing, task);
    }
}

int follow_seize(pid_t id, bool attached) {
  enum {
    OPTIONS = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
              PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACESECCOMP,
  };
  long options = OPTIONS | (attached ? 0 : PTRACE_O_EXITKILL);
  return ptrace(PTRACE_SEIZE, id, 0L, options) < 0 ? errno : 0;
}

/* Takes all threads of a process that runs; some may begin meanwhile. */
int follow_seize_threads(struct tracing *tracing, struct trace_process *process) {
  char path[64];
  int problem = 0;
  bool found = true;
  snprintf(path, sizeof path, "/proc/%ld/task", (long)process->id);
  for (int round = 0; found && round < 64; round++) {
    DIR *list = opendir(path);
    found = false;
    for (struct dirent *entry; list && (entry = readdir(list));) {
      pid_t id = (pid_t)strtol(entry->d_name, NULL, 10);
      if (id <= 0 || task_find(tracing, id))
        continue;
      int refused = follow_seize(id, true);
      if (refused && id == process->id)
        problem = refused;
      if (refused)
        continue;
      struct trace_task *task = task_add(tracing, process, id);
      if (task) {
        task->seized = true;
        process->program->running++;
      }
      ptrace(PTRACE_INTERRUPT, id, 0L, 0L);
      found = true;
    }
    if (list)
      closedir(list);
  }
  return problem;
}
