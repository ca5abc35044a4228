/* jobs: commands for background jobs. */
#include <errno.h>

#include "command/invocation.h"

static int run_jobs(struct invocation *invocation) {
  struct answer answer;
  invocation->runner->session->shell->list_jobs(invocation->runner->session, &answer);
  if (answer_row_count(&answer) == 0) {
    answer_free(&answer);
    answer_text(&answer, "jobs");
    bytes_append_text(&answer.text, _("  there are no jobs\n"));
  }
  return runner_answer(invocation->runner, &answer, invocation->error);
}

static int run_wait(struct invocation *invocation) {
  int64_t timeout = invocation_duration(invocation, "TIMEOUT", -1);
  int64_t deadline = timeout < 0 ? 0 : clock_monotonic() + timeout;
  /* To show what the job has done. */
  invocation->runner->touched.lab = invocation->runner->session->lab != NULL;
  return invocation->runner->session->shell->wait_job(
      invocation->runner, (unsigned)invocation_number(invocation, "%N", 0), deadline,
      invocation->result, invocation->error);
}

static int run_kill(struct invocation *invocation) {
  return invocation->runner->session->shell->kill_job(
      invocation->runner, (unsigned)invocation_number(invocation, "%N", 0), invocation->error);
}

static int run_fg(struct invocation *invocation) {
  struct runner *runner = invocation->runner;
  const struct shell_operations *shell = runner->session->shell;
  unsigned job = (unsigned)invocation_number(invocation, "%N", shell->last_job(runner->session));
  if (job == 0)
    return error_set(invocation->error, ERROR_FAILURE, _("no job runs in the background"));
  shell->show_job(runner, job);
  runner->following = job;
  int status = shell->wait_job(runner, job, 0, invocation->result, invocation->error);
  runner->following = 0;
  return status;
}

#define JOB_ARGUMENT                                                                               \
  { .name = "%N", .kind = &argument_job, .flags = OPTIONAL }

const struct command command_jobs = {
    .name = "jobs",
    .group = GROUP_SESSION,
    .summary = N_("lists the jobs"),
    .manual =
        N_("A command that ends in & is a job: it runs in a thread of its own, on a copy of the "
           "names taken at its start, and blocks nobody. The names before it are bound in the "
           "session when it ends. At the prompt Ctrl-Z makes a job of a command that blocks."),
    .blocks = N_("never"),
    .example = "srv = tcp-listen 127.0.0.1:0\ns = accept srv &\njobs\nc = tcp-connect srv\nwait",
    .run = run_jobs,
};

const struct command command_wait = {
    .name = "wait",
    .group = GROUP_SESSION,
    .arguments = {JOB_ARGUMENT, {.name = "TIMEOUT", .kind = &argument_duration, .flags = OPTIONAL}},
    .results = {"value... of the job"},
    .results_vary = true,
    .summary = N_("waits for a job, or for all"),
    .manual = N_("Gives the job's result, and fails as the job failed: `expect \"hello\" wait %1` "
                 "works. With TIMEOUT it gives up after that time (ETIMEDOUT). The names that a "
                 "job binds are certain to be bound behind its wait."),
    .blocks = N_("until the job ends"),
    .errors = {{ETIMEDOUT, N_("the job still runs: it blocks in a call, or needs more time")}},
    .example =
        "a b = socketpair unix stream\nm = recv b &\nsend a \"hello\"\nexpect \"hello\" wait %1",
    .run = run_wait,
};

const struct command command_kill = {
    .name = "kill",
    .group = GROUP_SESSION,
    .arguments = {{.name = "%N", .kind = &argument_job}},
    .summary = N_("ends a job"),
    .manual = N_("The call it blocks in fails with EINTR, and nothing behind it is run. Its "
                 "sockets stay as they are."),
    .blocks = N_("until the job has noticed, which is soon"),
    .example = "srv = tcp-listen 127.0.0.1:0\naccept srv &\nkill %1",
    .run = run_kill,
};

const struct command command_fg = {
    .name = "fg",
    .group = GROUP_SESSION,
    .arguments = {JOB_ARGUMENT},
    .results = {"value... of the job"},
    .results_vary = true,
    .summary = N_("brings a job to the foreground"),
    .manual = N_("Waits for the job, the one started last where none is named. Ctrl-C interrupts "
                 "the job; Ctrl-Z leaves it in the background again."),
    .blocks = N_("until the job ends"),
    .example = "a b = socketpair unix stream\nrecv b &\nsend a \"hello\"\nfg %1",
    .run = run_fg,
};
