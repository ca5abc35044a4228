#include "trace/tracer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "language/loss.h"
#include "system/thread.h"
#include "system/wait.h"
#include "trace/tracer_part.h"

enum {
  OPTIONS = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
            PTRACE_O_TRACEEXEC | PTRACE_O_TRACESECCOMP,
  CALL_STOP = SIGTRAP | 0x80,
};

void tracer_note(struct tracer *tracer, const struct trace_task *task, const char *note) {
  tracer->sink.lock(tracer->sink.context);
  tracer->sink.noted(tracer->sink.context, task, note);
  tracer->sink.unlock(tracer->sink.context);
}

/* Lets a task go on, with a signal (0: none). One that was killed meanwhile is gone, and tells so. */
static void go_on(const struct trace_task *task, int signal) {
  bool stops = task->by_words || task->behind;
  ptrace(stops ? PTRACE_SYSCALL : PTRACE_CONT, task->id, 0L, (long)signal);
}

static pid_t group_of(pid_t task) {
  char path[64];
  char text[1024];
  snprintf(path, sizeof path, "/proc/%ld/status", (long)task);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
  if (file >= 0)
    close(file);
  text[length < 0 ? 0 : length] = '\0';
  const char *line = strstr(text, "\nTgid:");
  return line ? (pid_t)strtol(line + 6, NULL, 10) : task;
}

static bool shares_descriptors(pid_t one, pid_t other) {
  return syscall(SYS_kcmp, one, other, KCMP_FILES, 0L, 0L) == 0;
}

/* The process of a task that one of the program's tasks has made. */
static struct trace_process *process_for(struct tracer *tracer, struct trace_task *parent,
                                         pid_t id) {
  struct trace_process *process = parent->process;
  pid_t group = group_of(id);
  if (group == process->id)
    return process;
  for (struct trace_process *other = tracer->processes; other; other = other->next)
    if (other->id == group)
      return other;
  bool shared = shares_descriptors(parent->id, id);
  struct slots *slots = shared ? slots_retain(process->slots) : slots_copy(process->slots);
  return process_add(tracer, process->program, group, slots);
}

static bool take_early(struct tracer *tracer, pid_t id) {
  struct early_stop **place = &tracer->early;
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
static void note_early(struct tracer *tracer, pid_t id) {
  struct early_stop *early = calloc(1, sizeof *early);
  if (!early) {
    loss_of_memory();
    ptrace(PTRACE_DETACH, id, 0L, 0L);
    return;
  }
  early->id = id;
  early->next = tracer->early;
  tracer->early = early;
}

static void take_child(struct tracer *tracer, struct trace_task *parent) {
  unsigned long id = 0;
  if (ptrace(PTRACE_GETEVENTMSG, parent->id, 0L, &id) < 0 || task_find(tracer, (pid_t)id))
    return;
  tracer->sink.lock(tracer->sink.context);
  struct trace_process *process = process_for(tracer, parent, (pid_t)id);
  struct trace_task *task = process ? task_add(tracer, process, (pid_t)id) : NULL;
  if (task)
    task->by_words = parent->by_words;
  tracer->sink.unlock(tracer->sink.context);
  if (take_early(tracer, (pid_t)id) && task) {
    task->begun = true;
    go_on(task, 0);
  }
}

/* A 32-bit program makes its calls in another way, whose numbers and memory are not read here. */
static void tell_of_foreign(struct tracer *tracer, struct trace_task *task) {
  char path[64];
  unsigned char head[5] = {0};
  snprintf(path, sizeof path, "/proc/%ld/exe", (long)task->id);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? -1 : read(file, head, sizeof head);
  if (file >= 0)
    close(file);
  enum { CLASS = 4, CLASS_32 = 1 };
  if (length == sizeof head && memcmp(head, "\177ELF", 4) == 0 && head[CLASS] == CLASS_32)
    tracer_note(tracer, task,
                _("it is a 32-bit program: its calls are not read, so nothing of it is seen here "
                  "but its sockets (`states --all`)"));
}

/* The thread that has executed a program has the number of the first one now, and is alone. */
static struct trace_task *take_execution(struct tracer *tracer, pid_t id) {
  unsigned long former = 0;
  ptrace(PTRACE_GETEVENTMSG, id, 0L, &former);
  struct trace_task *task = task_find(tracer, (pid_t)former);
  if (!task)
    return task_find(tracer, id);
  call_abandon(tracer, task);
  for (unsigned place = 0; place < TASK_PLACES; place++)
    for (struct trace_task *other = tracer->tasks[place], *next; other; other = next) {
      next = other->next;
      if (other != task && other->process == task->process)
        task_remove(tracer, other);
    }
  if (task->id != id)
    task_renumber(tracer, task, id);
  call_executed(tracer, task);
  tell_of_foreign(tracer, task);
  task->behind = false;
  return task;
}

static void take_call(struct tracer *tracer, struct trace_task *task) {
  struct stop stop;
  if (stop_read(task->id, &stop) < 0)
    return;
  if (stop.kind == STOP_EXIT) {
    call_leave(tracer, task, stop.result);
    task->behind = false;
  } else if (stop.kind == STOP_ENTRY) {
    task->behind = call_enter(tracer, task, &stop);
  }
}

static bool stops_group(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

static void take_stop(struct tracer *tracer, struct trace_task *task, int status) {
  int signal = WSTOPSIG(status);
  switch (status >> 16) {
  case PTRACE_EVENT_SECCOMP:
    take_call(tracer, task);
    break;
  case PTRACE_EVENT_FORK:
  case PTRACE_EVENT_VFORK:
  case PTRACE_EVENT_CLONE:
    take_child(tracer, task);
    break;
  case PTRACE_EVENT_STOP:
    task->begun = true;
    if (stops_group(signal)) { /* it stays stopped, and notices SIGCONT */
      ptrace(PTRACE_LISTEN, task->id, 0L, 0L);
      return;
    }
    break;
  case 0:
    if (signal == CALL_STOP)
      take_call(tracer, task);
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

/* The end of the program's first process is told to whoever waits for it. */
static void note_end(struct tracer *tracer, pid_t id, int status) {
  for (struct trace_program *program = tracer->programs; program; program = program->next)
    if (program->first == id && !program->ended) {
      tracer->sink.lock(tracer->sink.context);
      program->status = status;
      program->ended = true;
      tracer->sink.unlock(tracer->sink.context);
      program->changes++;
      futex_wake(&program->changes);
      return;
    }
}

static void take_end(struct tracer *tracer, struct trace_task *task, pid_t id, int status) {
  take_early(tracer, id);
  note_end(tracer, id, status);
  if (task)
    task_remove(tracer, task);
}

static void take_news(struct tracer *tracer, pid_t id, int status) {
  struct trace_task *task = task_find(tracer, id);
  if (WIFEXITED(status) || WIFSIGNALED(status)) {
    take_end(tracer, task, id, status);
    return;
  }
  if (status >> 16 == PTRACE_EVENT_EXEC && (task = take_execution(tracer, id))) {
    go_on(task, 0);
    return;
  }
  if (!task)
    note_early(tracer, id);
  else
    take_stop(tracer, task, status);
}

bool tracer_take(struct tracer *tracer, const struct trace_task *task) {
  int status;
  pid_t id = waitpid(task->id, &status, __WALL | __WNOTHREAD | WNOHANG);
  if (id > 0)
    take_news(tracer, id, status);
  return id > 0;
}

static int seize(pid_t id, bool attached) {
  long options = OPTIONS | (attached ? 0 : PTRACE_O_EXITKILL);
  return ptrace(PTRACE_SEIZE, id, 0L, options) < 0 ? errno : 0;
}

/* Takes all threads of a process that runs; some may begin meanwhile. */
static int seize_threads(struct tracer *tracer, struct trace_process *process) {
  char path[64];
  int problem = 0;
  bool found = true;
  snprintf(path, sizeof path, "/proc/%ld/task", (long)process->id);
  for (int round = 0; found && round < 64; round++) {
    DIR *list = opendir(path);
    found = false;
    for (struct dirent *entry; list && (entry = readdir(list));) {
      pid_t id = (pid_t)strtol(entry->d_name, NULL, 10);
      if (id <= 0 || task_find(tracer, id))
        continue;
      int refused = seize(id, true);
      if (refused && id == process->id)
        problem = refused;
      if (refused)
        continue;
      task_add(tracer, process, id);
      ptrace(PTRACE_INTERRUPT, id, 0L, 0L);
      found = true;
    }
    if (list)
      closedir(list);
  }
  return problem;
}

static int begin(struct tracer *tracer, struct tracer_request *request) {
  const struct trace_plan *plan = request->plan;
  int problem = plan->attach ? 0 : seize(plan->process, false);
  if (problem)
    return problem;
  tracer->sink.lock(tracer->sink.context);
  struct trace_program *program = program_add(tracer, plan);
  struct slots *slots = slots_create();
  struct trace_process *process =
      program ? process_add(tracer, program, plan->process, slots) : NULL;
  if (!process)
    problem = ENOMEM;
  else if (plan->attach)
    problem = seize_threads(tracer, process);
  else if (!task_add(tracer, process, plan->process))
    problem = ENOMEM;
  request->program = program;
  tracer->sink.unlock(tracer->sink.context);
  return problem;
}

/* A stopped task may be left; one that runs is stopped first. */
static void leave_task(const struct tracer *tracer, const struct trace_task *task) {
  int status;
  (void)tracer;
  ptrace(PTRACE_INTERRUPT, task->id, 0L, 0L);
  while (waitpid(task->id, &status, __WALL) == task->id) {
    if (WIFEXITED(status) || WIFSIGNALED(status))
      return;
    int signal = WSTOPSIG(status);
    bool delivers = status >> 16 == 0 && signal != CALL_STOP;
    if (ptrace(PTRACE_DETACH, task->id, 0L, delivers ? (long)signal : 0L) == 0 || errno == ESRCH)
      return;
  }
}

static void leave(struct tracer *tracer, struct trace_program *program) {
  program->leaving = true;
  for (unsigned place = 0; place < TASK_PLACES; place++)
    for (struct trace_task *task = tracer->tasks[place], *next; task; task = next) {
      next = task->next;
      if (task->process->program != program)
        continue;
      leave_task(tracer, task);
      call_abandon(tracer, task);
      task_remove(tracer, task);
    }
}

static void leave_all(struct tracer *tracer) {
  struct trace_program *program = tracer->programs;
  while (program) {
    struct trace_program *next = program->next;
    if (program->attached)
      leave(tracer, program);
    program = next;
  }
}

static void take_request(struct tracer *tracer) {
  pthread_mutex_lock(&tracer->lock);
  struct tracer_request *request = tracer->request;
  pthread_mutex_unlock(&tracer->lock);
  if (!request)
    return;
  switch (request->kind) {
  case REQUEST_BEGIN:
    request->error = begin(tracer, request);
    break;
  case REQUEST_LEAVE:
    leave(tracer, request->program);
    break;
  case REQUEST_STOP:
    leave_all(tracer);
    tracer->stopping = true;
    break;
  }
  pthread_mutex_lock(&tracer->lock);
  tracer->request = NULL;
  pthread_cond_broadcast(&tracer->news);
  pthread_mutex_unlock(&tracer->lock);
}

static void await_request(struct tracer *tracer) {
  pthread_mutex_lock(&tracer->lock);
  tracer->idle = true;
  while (!tracer->request)
    pthread_cond_wait(&tracer->news, &tracer->lock);
  tracer->idle = false;
  pthread_mutex_unlock(&tracer->lock);
}

static void *run(void *argument) {
  struct tracer *tracer = argument;
  while (!tracer->stopping) {
    int status;
    pid_t id = waitpid(-1, &status, __WALL | __WNOTHREAD);
    if (id > 0)
      take_news(tracer, id, status);
    else if (errno == ECHILD)
      await_request(tracer);
    take_request(tracer);
  }
  return NULL;
}

/* Hands a request over, and waits until it is done. The thread may be in the kernel, waiting for a
 * program: the signal that ends waits is sent until it has noticed. */
static void ask(struct tracer *tracer, struct tracer_request *request) {
  enum { PATIENCE = 2000000 }; /* nanoseconds */
  pthread_mutex_lock(&tracer->asking);
  pthread_mutex_lock(&tracer->lock);
  tracer->request = request;
  pthread_cond_broadcast(&tracer->news);
  while (tracer->request) {
    struct timespec until;
    if (!tracer->idle)
      pthread_kill(tracer->thread, wait_signal());
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += PATIENCE;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&tracer->news, &tracer->lock, &until);
  }
  pthread_mutex_unlock(&tracer->lock);
  pthread_mutex_unlock(&tracer->asking);
}

struct tracer *tracer_create(const struct trace_sink *sink, struct error *error) {
  int problem = stop_check();
  if (problem) {
    error_set(error, ERROR_FAILURE,
              _("this kernel is older than Linux 5.3, which tracing needs"));
    return NULL;
  }
  struct tracer *tracer = calloc(1, sizeof *tracer);
  if (!tracer) {
    error_set_memory(error);
    return NULL;
  }
  tracer->sink = *sink;
  pthread_mutex_init(&tracer->asking, NULL);
  pthread_mutex_init(&tracer->lock, NULL);
  pthread_cond_init(&tracer->news, NULL);
  tracer->copier = copier_create();
  if (!tracer->copier)
    problem = errno;
  else
    problem = thread_start(&tracer->thread, 0, wait_signal(), run, tracer);
  if (problem == 0)
    return tracer;
  copier_free(tracer->copier);
  free(tracer);
  error_set_errno(error, problem, _("the thread that traces programs could not be started"));
  return NULL;
}

void tracer_free(struct tracer *tracer) {
  struct tracer_request request = {.kind = REQUEST_STOP};
  if (!tracer)
    return;
  ask(tracer, &request);
  pthread_join(tracer->thread, NULL);
  for (unsigned place = 0; place < TASK_PLACES; place++)
    while (tracer->tasks[place])
      task_remove(tracer, tracer->tasks[place]);
  copier_free(tracer->copier);
  pthread_mutex_destroy(&tracer->asking);
  pthread_mutex_destroy(&tracer->lock);
  pthread_cond_destroy(&tracer->news);
  free(tracer);
}

static void explain_refusal(int problem, const struct trace_plan *plan, struct error *error) {
  if (problem == EPERM)
    error_set_errno(error, problem,
                    _("process %ld may not be traced: it is another user's, or traced already, or "
                      "Yama forbids it (/proc/sys/kernel/yama/ptrace_scope), and then `trace "
                      "COMMAND` still can start one"),
                    (long)plan->process);
  else
    error_set_errno(error, problem, _("process %ld could not be traced"), (long)plan->process);
}

struct trace_program *tracer_begin(struct tracer *tracer, const struct trace_plan *plan,
                                   struct error *error) {
  struct tracer_request request = {.kind = REQUEST_BEGIN, .plan = plan};
  ask(tracer, &request);
  if (request.error == 0)
    return request.program;
  explain_refusal(request.error, plan, error);
  return NULL;
}

int tracer_leave(struct tracer *tracer, struct trace_program *program, struct error *error) {
  struct tracer_request request = {.kind = REQUEST_LEAVE, .program = program};
  if (!program->attached)
    return error_set(error, ERROR_FAILURE,
                     _("it was started by `trace`, and could not run without: the kernel stops it "
                       "at each of these calls"));
  ask(tracer, &request);
  return 0;
}

int trace_program_wait(struct trace_program *program) {
  while (!program->ended) {
    unsigned changes = program->changes;
    if (!program->ended)
      futex_wait(&program->changes, changes, 0);
  }
  return program->status;
}

int tracer_copy(struct tracer *tracer, const struct trace_process *process, int descriptor,
                void (*read)(int copy, void *context), void *context) {
  return copier_read(tracer->copier, process->handle, descriptor, read, context);
}
