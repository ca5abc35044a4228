/* job_wait: those who wait for jobs, and end them. */
#include <errno.h>

#include "shell/job_event.h"

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
    job_append_phase(runner, job, JOB_COLLECTED);
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
    struct job *job = job_find(session, number);
    if (!job)
      return error_set(error, ERROR_FAILURE,
                       _("there is no job %%%u; `jobs` lists those that are known"), number);
    if (job->runner == runner)
      return error_set(error, ERROR_FAILURE, _("a job can't wait for itself"));
    return wait_one(runner, job, deadline, result, error);
  }
  /* Waiting gives up the lock, and the list may change: find the next job by number. */
  struct job *job;
  for (unsigned next = 1; (job = job_find_from(session, next)); next++) {
    next = job->number;
    if (job->runner != runner && !(job->collected && job->done) &&
        wait_one(runner, job, deadline, result, error) < 0)
      return -1;
  }
  return 0;
}

int job_kill(struct runner *runner, unsigned number, struct error *error) {
  struct job *job = job_find(runner->session, number);
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
    job_append_phase(runner, job, JOB_COLLECTED);
  job->collected = true;
  return 0;
}

int job_conclude(struct runner *runner) {
  struct session *session = runner->session;
  int64_t deadline = clock_monotonic() + session->settings.timeout;
  int status = 0;
  struct job *job;
  for (unsigned next = 1; (job = job_find_from(session, next)); next++) {
    struct error error = {0};
    next = job->number;
    if (job->collected)
      continue;
    if (!job->done && !job->expects)
      continue;
    if (await_job(runner, job, deadline, &error) < 0) {
      job_report_error(runner, job, &error);
      status = -1;
      continue;
    }
    job_append_phase(runner, job, JOB_COLLECTED);
    job->collected = true;
    if (job->phase == JOB_FAILED) {
      job_report_error(runner, job, &job->error);
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
