#include "trace/tracer.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "system/file.h"
#include "system/thread.h"
#include "system/wait.h"
#include "trace/follow.h"

/* What another thread wants of the tracer's. */
struct request {
  enum { REQUEST_BEGIN, REQUEST_LEAVE, REQUEST_STOP } kind;
  const struct trace_plan *plan;
  struct trace_program *program; /* the answer to REQUEST_BEGIN */
  int error;                     /* 0, or an errno */
};

struct tracer {
  struct tracing tracing; /* the thread's; others read it under the session's lock */
  pthread_t thread;
  pthread_mutex_t asking;  /* held by whoever has a request */
  pthread_mutex_t lock;    /* guards the next two; nothing is locked under it */
  pthread_cond_t news;     /* one of them has changed */
  struct request *request; /* NULL: none */
  bool idle;               /* it waits for a request, and not for a program */
  bool stopping;           /* the thread's: it is to end */
};

static void drop(struct tracing *tracing, struct trace_program *program,
                 struct trace_process *process) {
  if (process && process->tasks == 0)
    task_drop_process(tracing, process);
  if (program) {
    task_drop_program(tracing, program);
    task_release_program(program);
  }
}

/* With the lock held. 0, or an errno. */
static int add(struct tracing *tracing, struct request *request) {
  const struct trace_plan *plan = request->plan;
  struct trace_program *program = task_add_program(tracing, plan);
  struct slots *slots = program ? slots_create() : NULL;
  struct trace_process *process = task_add_process(tracing, program, plan->process, slots);
  int problem = 0;
  if (!process)
    problem = ENOMEM;
  else if (plan->attach)
    problem = follow_seize_threads(tracing, process);
  else if (!task_add(tracing, process, plan->process))
    problem = ENOMEM;
  request->program = program;
  if (problem)
    drop(tracing, program, process);
  return problem;
}

static int begin(struct tracing *tracing, struct request *request) {
  const struct trace_plan *plan = request->plan;
  int problem = plan->attach ? 0 : follow_seize(plan->process, false);
  if (problem)
    return problem;
  tracing->sink.lock(tracing->sink.context);
  problem = add(tracing, request);
  tracing->sink.unlock(tracing->sink.context);
  return problem;
}

static void leave_all(struct tracing *tracing) {
  struct trace_program *program = tracing->programs;
  while (program) {
    struct trace_program *next = program->next;
    if (program->attached)
      follow_leave(tracing, program);
    program = next;
  }
}

static void take_request(struct tracer *tracer) {
  pthread_mutex_lock(&tracer->lock);
  struct request *request = tracer->request;
  pthread_mutex_unlock(&tracer->lock);
  if (!request)
    return;
  switch (request->kind) {
  case REQUEST_BEGIN:
    request->error = begin(&tracer->tracing, request);
    break;
  case REQUEST_LEAVE:
    follow_leave(&tracer->tracing, request->program);
    break;
  case REQUEST_STOP:
    leave_all(&tracer->tracing);
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

/* While a program's thread stands still for a time, the others' news are asked for. */
static void nap(void) {
  const struct timespec moment = {.tv_nsec = 200000};
  nanosleep(&moment, NULL);
}

static void *run(void *argument) {
  struct tracer *tracer = argument;
  while (!tracer->stopping) {
    int status;
    bool delays = follow_resume(&tracer->tracing);
    pid_t id = waitpid(-1, &status, __WALL | __WNOTHREAD | (delays ? WNOHANG : 0));
    if (id > 0)
      follow_news(&tracer->tracing, id, status);
    else if (id == 0)
      nap();
    else if (errno == ECHILD)
      await_request(tracer);
    take_request(tracer);
  }
  return NULL;
}

/* Hands a request over, and waits until it is done. The thread may be in the kernel, waiting for a
 * program: the signal that ends waits is sent until it has noticed. */
static void ask(struct tracer *tracer, struct request *request) {
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

static void destroy(struct tracer *tracer) {
  copier_free(tracer->tracing.copier);
  pthread_mutex_destroy(&tracer->asking);
  pthread_mutex_destroy(&tracer->lock);
  pthread_cond_destroy(&tracer->news);
  free(tracer);
}

struct tracer *tracer_create(const struct trace_sink *sink, struct error *error) {
  int problem = stop_check();
  if (problem) {
    error_set_errno(error, problem, _("tracing needs Linux 5.3, and this kernel is older"));
    return NULL;
  }
  struct tracer *tracer = calloc(1, sizeof *tracer);
  if (!tracer) {
    error_set_memory(error);
    return NULL;
  }
  tracer->tracing.sink = *sink;
  tracer->tracing.take = follow_task;
  pthread_mutex_init(&tracer->asking, NULL);
  pthread_mutex_init(&tracer->lock, NULL);
  pthread_cond_init(&tracer->news, NULL);
  tracer->tracing.copier = copier_create();
  problem =
      tracer->tracing.copier ? thread_start(&tracer->thread, 0, wait_signal(), run, tracer) : errno;
  if (problem == 0)
    return tracer;
  destroy(tracer);
  error_set_errno(error, problem, _("the thread that traces programs could not be started"));
  return NULL;
}

void tracer_free(struct tracer *tracer) {
  struct request request = {.kind = REQUEST_STOP};
  if (!tracer)
    return;
  ask(tracer, &request);
  pthread_join(tracer->thread, NULL);
  for (unsigned place = 0; place < TASK_PLACES; place++)
    while (tracer->tracing.tasks[place])
      task_remove(&tracer->tracing, tracer->tracing.tasks[place]);
  while (tracer->tracing.early)
    follow_forget_early(&tracer->tracing, tracer->tracing.early->id);
  destroy(tracer);
}

struct tracing *tracer_tracing(struct tracer *tracer) {
  return tracer ? &tracer->tracing : NULL;
}

/* The number behind a word of a file of /proc, -1 where there is none. */
static long number_behind(const char *text, const char *word) {
  const char *at = *word ? strstr(text, word) : text;
  return at ? strtol(at + strlen(word), NULL, 10) : -1;
}

/* Which of the kernel's reasons holds. */
static void explain_refusal(int problem, const struct trace_plan *plan, struct error *error) {
  char path[64];
  struct bytes status = {0};
  struct bytes yama = {0};
  long id = (long)plan->process;
  snprintf(path, sizeof path, "/proc/%ld/status", id);
  file_read(path, 65536, &status);
  file_read("/proc/sys/kernel/yama/ptrace_scope", 64, &yama);
  long tracer = number_behind(bytes_text(&status), "\nTracerPid:");
  long user = number_behind(bytes_text(&status), "\nUid:");
  long scope = yama.length > 0 ? number_behind(bytes_text(&yama), "") : 0;
  if (problem != EPERM)
    error_set_errno(error, problem, _("process %ld could not be traced"), id);
  else if (tracer > 0)
    error_set_errno(error, problem,
                    _("process %ld is traced already, by process %ld, and can have one tracer "
                      "only: end that one first"),
                    id, tracer);
  else if (user >= 0 && user != (long)geteuid() && geteuid() != 0)
    error_set_errno(error, problem,
                    _("process %ld is another user's (uid %ld): only that user or root may trace "
                      "it; `trace COMMAND` starts one of your own"),
                    id, user);
  else if (scope > 0)
    error_set_errno(
        error, problem,
        _("process %ld was not started here, and Yama forbids to trace it "
          "(/proc/sys/kernel/yama/ptrace_scope is %ld): `trace COMMAND` starts one that "
          "may be traced"),
        id, scope);
  else
    error_set_errno(error, problem,
                    _("process %ld may not be traced: it runs with rights that you have not, as a "
                      "set-user-ID program does, or has forbidden it (PR_SET_DUMPABLE)"),
                    id);
  bytes_free(&status);
  bytes_free(&yama);
}

/* Waits until no call of an attached program can be missed any more, for a moment at most: a thread
 * that waits for a disk, say, does not stop. */
static void await_first_stops(struct trace_program *program) {
  const int64_t deadline = clock_monotonic() + 1000000000;
  while (program->running > 0 && !program->ended && !program->gone &&
         clock_monotonic() < deadline) {
    unsigned changes = program->changes;
    if (program->running > 0 && !program->ended && !program->gone)
      futex_wait(&program->changes, changes, deadline);
  }
}

struct trace_program *tracer_begin(struct tracer *tracer, const struct trace_plan *plan,
                                   struct error *error) {
  struct request request = {.kind = REQUEST_BEGIN, .plan = plan};
  ask(tracer, &request);
  if (request.error == 0 && plan->attach)
    await_first_stops(request.program);
  if (request.error == 0)
    return request.program;
  explain_refusal(request.error, plan, error);
  return NULL;
}

int tracer_leave(struct tracer *tracer, struct trace_program *program, struct error *error) {
  struct request request = {.kind = REQUEST_LEAVE, .program = program};
  if (!program->attached)
    return error_set(error, ERROR_FAILURE,
                     _("it was started by `trace`, and could not run without: a filter stops it at "
                       "each of these calls"));
  ask(tracer, &request);
  return 0;
}

int tracer_wait(struct trace_program *program) {
  while (!program->ended && !program->gone) {
    unsigned changes = program->changes;
    if (!program->ended && !program->gone)
      futex_wait(&program->changes, changes, 0);
  }
  return program->status;
}
