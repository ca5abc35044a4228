#include "shell/job.h"

#include "lab/lab.h"
#include "session/runner_fold.h"
#include "shell/job_event.h"
#include "shell/job_table.h"
#include "system/thread.h"

enum { JOB_LIMIT = 1000, STACK_SIZE = 512 * 1024 };

/* Ends a job, in its own thread. At the prompt its error is reported at once; in a script, by
 * whoever waits for it. */
static void finish(struct job *job, struct runner *runner, int status) {
  bool failed = status < 0 && !job->killed;
  job->phase = job->killed ? JOB_KILLED : failed ? JOB_FAILED : JOB_ENDED;
  job_append_phase(runner, job, job->phase);
  if (failed && runner->session->interactive) {
    job_report_error(runner, job, &job->error);
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
                         : session->jobs->run(runner, job->program, job->statement, &job->result,
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
  if (job_table_prune(session->jobs) < JOB_LIMIT)
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
  job_append_phase(runner, job, JOB_STARTED);
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
  struct job *job = job_find(session, session->jobs->last_number);
  int64_t before = 0;
  if (!job)
    return;
  job->waiting++;
  for (int waited = 0; waited < LONGEST && !job->done; waited += STEP) {
    int64_t began = job->own.waiter.phase == WAIT_IDLE ? 0 : (int64_t)job->own.waiter.began;
    if (began != 0 && began == before && waiter_sleeps(&job->own.waiter))
      break; /* still in the same wait as one step ago */
    before = began;
    if (!runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED))
      break;
    futex_wait(&job->done, 0, clock_monotonic() + (int64_t)STEP * 1000000);
    runner_wait_end(runner);
  }
  job->waiting--;
  if (session->lab) { /* what its call has sent is told with this line */
    wire_lock(&session->lab->wire);
    wire_pump(&session->lab->wire);
    wire_unlock(&session->lab->wire);
  }
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
  runner_fold_end(runner); /* what runs in the background is not folded */
  runner->job = job->number;
  runner->waiter.job = job->number;
  job->runner = runner;
  job_append_phase(runner, job, JOB_DETACHED);
  return job->number;
}

void job_finish(struct runner *runner, int status, struct result *result,
                const struct error *error) {
  struct job *job = job_find(runner->session, runner->job);
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
  const struct job *job = job_find(runner->session, number);
  if (job && !job->done)
    job_append_phase(runner, job, JOB_RESUMED);
}

bool job_any_busy(const struct session *session) {
  for (const struct job *job = session->jobs->jobs; job; job = job->next)
    if (!job->done && (job->runner->settling || job->runner->waiter.phase == WAIT_IDLE))
      return true;
  return false;
}

unsigned job_last(struct session *session) {
  unsigned last = 0;
  for (const struct job *job = session->jobs->jobs; job; job = job->next)
    if (!job->done)
      last = job->number;
  return last;
}
