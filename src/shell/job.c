#include "shell/job.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language/pattern.h"
#include "session/process.h"
#include "shell/run.h"
#include "shell/run_event.h"
#include "system/thread.h"

enum { JOB_LIMIT = 1000, STACK_SIZE = 512 * 1024 };

struct job {
  unsigned number;
  struct runner *runner;   /* its thread's runner; valid until `done` */
  struct runner own;       /* the runner of a job that has its own thread */
  pthread_t thread;        /* to be joined if `started` */
  bool started;            /* it has a thread of its own: started with & or by a command */
  struct program *program; /* a reference; NULL if it has a body */
  const struct statement *statement; /* NULL if it has a body */
  job_body *body;                    /* a function to run instead of a statement */
  void *context;
  char *text;   /* its line */
  bool expects; /* it contains an `expect`: the end of a script waits for it */
  enum event_job_phase
      phase; /* JOB_STARTED while it runs, then JOB_ENDED, JOB_FAILED or JOB_KILLED */
  bool killed;
  bool collected;   /* its result was taken or reported */
  unsigned waiting; /* threads that wait for it, so it must not be freed */
  struct result result;
  struct error error;
  _Atomic unsigned done; /* 0, then 1; a futex */
  struct job *next;
};

/* The session's lock guards the table and its jobs. */
struct job_table {
  struct job *jobs; /* by number */
  unsigned last_number;
};

int jobs_create(struct session *session) {
  session->jobs = calloc(1, sizeof *session->jobs);
  return session->jobs ? 0 : -1;
}

static void job_free(struct job *job) {
  if (job->started)
    pthread_join(job->thread, NULL);
  program_release(job->program);
  result_clear(&job->result);
  free(job->text);
  free(job);
}

void jobs_free(struct session *session) {
  while (session->jobs && session->jobs->jobs) {
    struct job *job = session->jobs->jobs;
    session->jobs->jobs = job->next;
    job_free(job);
  }
  free(session->jobs);
  session->jobs = NULL;
}

/* Frees jobs that have ended and were collected. Returns how many are left. */
static size_t prune(struct job_table *table) {
  size_t count = 0;
  for (struct job **link = &table->jobs; *link;) {
    struct job *job = *link;
    if (job->done && job->collected && job->waiting == 0) {
      *link = job->next;
      job_free(job);
    } else {
      link = &job->next;
      count++;
    }
  }
  return count;
}

static struct job *find(const struct session *session, unsigned number) {
  struct job *job = session->jobs->jobs;
  while (job && job->number != number)
    job = job->next;
  return job;
}

/* The job with this number, or else the next higher one; NULL: none. Jobs are kept in order. */
static struct job *find_from(const struct session *session, unsigned number) {
  struct job *job = session->jobs->jobs;
  while (job && job->number < number)
    job = job->next;
  return job;
}

static bool has_expectation(const struct statement *statement) {
  for (const struct prefix *prefix = statement->prefixes; prefix; prefix = prefix->next)
    if (prefix->kind == PREFIX_EXPECT)
      return true;
  for (const struct statement *inner = statement->block; inner; inner = inner->next)
    if (has_expectation(inner))
      return true;
  return false;
}

/* Adds a job to the table. NULL if out of memory. */
static struct job *job_add_text(struct session *session, const char *line, size_t length) {
  struct job *job = calloc(1, sizeof *job);
  char *text = strndup(line, length);
  if (!job || !text) {
    free(job);
    free(text);
    return NULL;
  }
  job->number = ++session->jobs->last_number;
  job->text = text;
  job->phase = JOB_STARTED;
  struct job **link = &session->jobs->jobs;
  while (*link)
    link = &(*link)->next;
  *link = job;
  return job;
}

static struct job *job_add(struct session *session, struct program *program,
                           const struct statement *statement) {
  const struct place *place = &statement->place;
  struct job *job =
      job_add_text(session, program->script.source->text + place->offset, place->length);
  if (!job)
    return NULL;
  job->program = program_retain(program);
  job->statement = statement;
  job->expects = has_expectation(statement);
  return job;
}

static void job_remove(struct session *session, struct job *job) {
  struct job **link = &session->jobs->jobs;
  while (*link != job)
    link = &(*link)->next;
  *link = job->next;
  job_free(job);
}

static void append_phase(struct runner *runner, const struct job *job, enum event_job_phase phase) {
  struct event event = {.kind = EVENT_JOB};
  event.about_job = (struct event_job){job->number, phase, job->text};
  runner_append(runner, &event);
}

/* Reports a job's error. A job with a body has no source text to point into, so the message names
 * the job. */
static void report_job_error(struct runner *runner, const struct job *job,
                             const struct error *error) {
  if (job->program) {
    run_event_error(runner, job->program->script.source, job->statement, error);
    return;
  }
  struct error about;
  error_set(&about, error->kind, _("job %%%u failed: %.400s"), job->number, error->message);
  about.number = error->number;
  about.told = error->told;
  run_event_error(runner, NULL, NULL, &about);
}

/* Ends a job, in its own thread. At the prompt its error is reported at once; in a script, by
 * whoever waits for it. */
static void finish(struct job *job, struct runner *runner, int status) {
  bool failed = status < 0 && !job->killed;
  job->phase = job->killed ? JOB_KILLED : failed ? JOB_FAILED : JOB_ENDED;
  append_phase(runner, job, job->phase);
  if (failed && runner->session->interactive) {
    report_job_error(runner, job, &job->error);
    job->error.told = true;
  }
  if (runner->session->interactive)
    waiter_list_wake(&runner->session->waiters);
}

static void *run_job(void *argument) {
  struct job *job = argument;
  struct runner *runner = &job->own;
  struct session *session = runner->session;
  waiter_register(&runner->waiter);
  session_lock(session);
  int status = job->body ? job->body(runner, job->context, &job->result, &job->error)
                         : run_job_statement(runner, job->program, job->statement, &job->result,
                                             &job->error);
  finish(job, runner, status);
  runner_stop(runner);
  session_unlock(session);
  waiter_unregister(&runner->waiter);
  job->done = 1;
  futex_wake(&job->done);
  return NULL;
}

static int start_thread(struct job *job) {
  int problem = thread_start(&job->thread, STACK_SIZE, wait_signal(), run_job, job);
  job->started = problem == 0;
  return problem;
}

static int check_limit(struct session *session, struct error *error) {
  if (prune(session->jobs) < JOB_LIMIT)
    return 0;
  return error_set(error, ERROR_FAILURE,
                   _("there are %d jobs already, the most at a time; `wait` or `kill` some"),
                   JOB_LIMIT);
}

/* Starts the thread of a job that was added. On failure the job is removed again. */
static int launch(struct runner *runner, struct job *job, struct error *error) {
  struct session *session = runner->session;
  job->runner = &job->own;
  runner_start(&job->own, session, job->number, &runner->scope);
  append_phase(runner, job, JOB_STARTED);
  int problem = start_thread(job);
  if (problem != 0) {
    runner_stop(&job->own);
    job_remove(session, job);
    return error_set_errno(error, problem, _("no thread could be started for the job"));
  }
  return 0;
}

int job_start(struct runner *runner, struct program *program, const struct statement *statement,
              struct error *error) {
  if (check_limit(runner->session, error) < 0)
    return -1;
  struct job *job = job_add(runner->session, program, statement);
  return job ? launch(runner, job, error) : error_set_memory(error);
}

unsigned job_start_body(struct runner *runner, const char *text, size_t length, job_body *body,
                        void *context, struct error *error) {
  if (check_limit(runner->session, error) < 0)
    return 0;
  struct job *job = job_add_text(runner->session, text, length);
  if (!job) {
    error_set_memory(error);
    return 0;
  }
  job->body = body;
  job->context = context;
  unsigned number = job->number;
  return launch(runner, job, error) < 0 ? 0 : number;
}

unsigned job_next_number(struct session *session) {
  return ++session->jobs->last_number;
}

void job_settle(struct runner *runner) {
  enum { STEP = 15, LONGEST = 5000 };
  struct session *session = runner->session;
  struct job *job = find(session, session->jobs->last_number);
  int64_t before = 0;
  if (!job)
    return;
  job->waiting++;
  for (int waited = 0; waited < LONGEST && !job->done; waited += STEP) {
    int64_t began = job->own.waiter.phase == WAIT_IDLE ? 0 : (int64_t)job->own.waiter.began;
    if (began != 0 && began == before)
      break; /* still in the same wait as one step ago */
    before = began;
    if (!runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED))
      break;
    futex_wait(&job->done, 0, clock_monotonic() + (int64_t)STEP * 1000000);
    runner_wait_end(runner);
  }
  job->waiting--;
}

unsigned job_detach(struct runner *runner, struct program *program,
                    const struct statement *statement) {
  struct session *session = runner->session;
  struct job *job = job_add(session, program, statement);
  if (!job)
    return 0;
  names_copy(runner->scope.names, &runner->own_names);
  runner->scope.names = &runner->own_names;
  runner->binding.in_session = runner->binding.names != NULL && runner->depth == 0;
  runner->job = job->number;
  runner->waiter.job = job->number;
  job->runner = runner;
  append_phase(runner, job, JOB_DETACHED);
  return job->number;
}

void job_finish(struct runner *runner, int status, struct result *result,
                const struct error *error) {
  struct job *job = find(runner->session, runner->job);
  if (!job)
    return;
  job->result = *result;
  *result = (struct result){0};
  job->error = *error;
  finish(job, runner, status);
  job->runner = NULL;
  job->done = 1;
  futex_wake(&job->done);
}

void job_show(struct runner *runner, unsigned number) {
  const struct job *job = find(runner->session, number);
  if (job && !job->done)
    append_phase(runner, job, JOB_RESUMED);
}

/* "running", "status 1", "SIGTERM". */
static void add_program_state(struct answer *answer, const struct process *program) {
  char status[32];
  const char *signal = sigabbrev_np(program->signal);
  if (program->signal && signal)
    snprintf(status, sizeof status, "SIG%s", signal);
  else
    snprintf(status, sizeof status, _("status %d"), program->status);
  answer_add_text(answer, program->ended ? status : _("running"));
}

void job_list(struct session *session, struct answer *answer) {
  static const char *const columns[] = {N_("JOB"), N_("NAME"), N_("STATE"), N_("LINE"), NULL};
  static const char *const phases[] = {
      [JOB_STARTED] = N_("running"), [JOB_DETACHED] = N_("running"), [JOB_ENDED] = N_("done"),
      [JOB_FAILED] = N_("failed"),   [JOB_KILLED] = N_("ended"),     [JOB_COLLECTED] = N_("done")};
  prune(session->jobs);
  answer_table(answer, "jobs", columns);
  for (const struct job *job = session->jobs->jobs; job; job = job->next) {
    char number[16];
    snprintf(number, sizeof number, "%%%u", job->number);
    const struct waiter *waiter = job->runner && !job->done ? &job->runner->waiter : NULL;
    bool blocked = waiter && waiter->phase != WAIT_IDLE;
    answer_add_text(answer, number);
    const struct process *program = process_of_job(session, job->number);
    if (program && program->name[0] != '%')
      answer_add_text(answer, program->name);
    else
      answer_add_empty(answer);
    if (program)
      add_program_state(answer, program);
    else
      answer_add_text(answer, blocked ? _("blocked") : _(phases[job->phase]));
    answer_add_bytes(answer, CELL_TEXT, job->text, strlen(job->text));
  }
}

unsigned job_last(struct session *session) {
  unsigned last = 0;
  for (const struct job *job = session->jobs->jobs; job; job = job->next)
    if (!job->done)
      last = job->number;
  return last;
}

/* Waits until a job ends. 0, or -1 with an error: interrupted, or the deadline has passed. */
static int await_job(struct runner *runner, struct job *job, int64_t deadline,
                     struct error *error) {
  int problem = 0;
  job->waiting++;
  while (!job->done && problem == 0) {
    if (!runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED)) {
      problem = EINTR;
      break;
    }
    problem = futex_wait(&job->done, 0, deadline);
    runner_wait_end(runner);
    if (problem == EINTR && runner->waiter.reason == WAIT_NOT_INTERRUPTED)
      problem = 0;
    if (problem == EINTR && runner->following == job->number &&
        runner->waiter.reason == WAIT_USER) {
      /* `fg` follows this job, so Ctrl-C is meant for the job. */
      waiter_take_reason(&runner->waiter);
      if (!job->done)
        waiter_interrupt(&job->runner->waiter, WAIT_USER);
      problem = 0;
    }
  }
  job->waiting--;
  if (problem == EINTR)
    return runner_interrupted(runner, error);
  if (problem == ETIMEDOUT)
    return error_set_errno(error, ETIMEDOUT, _("job %%%u still runs: %s"), job->number, job->text);
  return 0;
}

/* Copies a finished job's result. 0, or -1 with an error if it failed or was killed. */
static int collect(struct runner *runner, struct job *job, struct result *result,
                   struct error *error) {
  if (!job->collected)
    append_phase(runner, job, JOB_COLLECTED);
  job->collected = true;
  if (job->phase == JOB_FAILED) {
    const char *name =
        job->statement && job->statement->command ? job->statement->command->name : "";
    error_set(error, ERROR_FAILURE, _("job %%%u failed: %s%s%.400s"), job->number, name,
              *name ? ": " : "", job->error.message);
    error->number = job->error.number;
    return -1;
  }
  if (job->phase == JOB_KILLED)
    return error_set(error, ERROR_FAILURE, _("job %%%u was ended by kill"), job->number);
  result_clear(result);
  *result = job->result;
  for (size_t i = 0; i < result->count; i++)
    result->values[i] = value_copy(&job->result.values[i]);
  return 0;
}

static int wait_one(struct runner *runner, struct job *job, int64_t deadline, struct result *result,
                    struct error *error) {
  if (await_job(runner, job, deadline, error) < 0)
    return -1;
  return collect(runner, job, result, error);
}

int job_wait(struct runner *runner, unsigned number, int64_t deadline, struct result *result,
             struct error *error) {
  struct session *session = runner->session;
  if (number > 0) {
    struct job *job = find(session, number);
    if (!job)
      return error_set(error, ERROR_FAILURE,
                       _("there is no job %%%u; `jobs` lists those that are known"), number);
    if (job->runner == runner)
      return error_set(error, ERROR_FAILURE, _("a job can't wait for itself"));
    return wait_one(runner, job, deadline, result, error);
  }
  /* Waiting gives up the lock, and the list may change: find the next job by number. */
  struct job *job;
  for (unsigned next = 1; (job = find_from(session, next)); next++) {
    next = job->number;
    if (job->runner != runner && !(job->collected && job->done) &&
        wait_one(runner, job, deadline, result, error) < 0)
      return -1;
  }
  return 0;
}

int job_kill(struct runner *runner, unsigned number, struct error *error) {
  struct job *job = find(runner->session, number);
  if (!job)
    return error_set(error, ERROR_FAILURE,
                     _("there is no job %%%u; `jobs` lists those that are known"), number);
  if (job->done)
    return job->phase == JOB_FAILED
               ? error_set(error, ERROR_FAILURE, _("job %%%u is done already: it failed: %.300s"),
                           number, job->error.message)
               : error_set(error, ERROR_FAILURE, _("job %%%u is done already"), number);
  job->killed = true;
  waiter_interrupt(&job->runner->waiter, WAIT_ENDED);
  if (job->runner == runner)
    return 0; /* it ends itself, after this command */
  if (await_job(runner, job, 0, error) < 0)
    return -1;
  if (!job->collected)
    append_phase(runner, job, JOB_COLLECTED);
  job->collected = true;
  return 0;
}

int job_conclude(struct runner *runner) {
  struct session *session = runner->session;
  int64_t deadline = clock_monotonic() + session->settings.timeout;
  int status = 0;
  struct job *job;
  for (unsigned next = 1; (job = find_from(session, next)); next++) {
    struct error error = {0};
    next = job->number;
    if (job->collected)
      continue;
    if (!job->done && !job->expects)
      continue;
    if (await_job(runner, job, deadline, &error) < 0) {
      report_job_error(runner, job, &error);
      status = -1;
      continue;
    }
    append_phase(runner, job, JOB_COLLECTED);
    job->collected = true;
    if (job->phase == JOB_FAILED) {
      report_job_error(runner, job, &job->error);
      status = -1;
    }
  }
  return status;
}

void job_end_all(struct session *session) {
  for (struct job *job = session->jobs->jobs; job; job = job->next)
    if (!job->done) {
      job->killed = true;
      waiter_interrupt(&job->runner->waiter, WAIT_ENDED);
    }
  for (struct job *job = session->jobs->jobs; job; job = job->next) {
    job->waiting++; /* keeps it from being freed while the lock is given up */
    session_unlock(session);
    while (!job->done)
      futex_wait(&job->done, 0, 0);
    session_lock(session);
    job->waiting--;
  }
}
