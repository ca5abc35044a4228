/* jobs: commands for background jobs. */
#include <errno.h>

#include "command/invocation.h"
#include "session/process.h"
#include "session/service_handle.h"

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

/* Waiting and the foreground are for jobs alone. */
static unsigned job_of(struct invocation *invocation, unsigned otherwise) {
  const struct argument_value *value = invocation_value(invocation, "%N");
  if (value && value->service)
    invocation_wrong(invocation, value,
                     _("a service is no job: `stop` ends it, `await %.*s exit` waits for its end"),
                     (int)value->word.length, value->word.data);
  return value ? (unsigned)value->number : otherwise;
}

static int run_wait(struct invocation *invocation) {
  int64_t timeout = invocation_duration(invocation, "TIMEOUT", -1);
  int64_t deadline = timeout < 0 ? 0 : clock_monotonic() + timeout;
  unsigned job = job_of(invocation, 0);
  if (invocation->error->kind != ERROR_NONE)
    return -1;
  /* To show what the job has done. */
  invocation->runner->touched.lab = invocation->runner->session->lab != NULL;
  return invocation->runner->session->shell->wait_job(invocation->runner, job, deadline,
                                                      invocation->result, invocation->error);
}

/* Sends a signal and leaves what comes of it to the program. */
static int send_signal(struct invocation *invocation, const struct argument_value *value) {
  struct process *process =
      value->process ? value->process
                     : process_of_job(invocation->runner->session, (unsigned)value->number);
  long long number = invocation_number(invocation, "SIGNAL", 0);
  if (!process)
    return invocation_wrong(invocation, invocation_value(invocation, "SIGNAL"),
                            _("only a program of spawn takes a signal"));
  return process_signal(process, (int)number, invocation->error);
}

static int run_kill(struct invocation *invocation) {
  struct runner *runner = invocation->runner;
  const struct argument_value *value = invocation_value(invocation, "%N");
  if (invocation_value(invocation, "SIGNAL"))
    return send_signal(invocation, value);
  if (value->service)
    return service_handle_stop(runner, value->service, invocation->error);
  if (value->process && value->process->done)
    return process_explain_done(value->process, invocation->error);
  return runner->session->shell->kill_job(runner, (unsigned)value->number, invocation->error);
}

static int run_fg(struct invocation *invocation) {
  struct runner *runner = invocation->runner;
  const struct shell_operations *shell = runner->session->shell;
  unsigned job = job_of(invocation, shell->last_job(runner->session));
  if (invocation->error->kind != ERROR_NONE)
    return -1;
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
    .manual = N_(
        "A command that ends in & is a job: it runs in a thread of its own, on a copy of the "
        "names taken at its start, and blocks nobody. The names before it are bound in the "
        "session when it ends. At the prompt Ctrl-Z makes a job of a command that blocks. The list "
        "has those that run, and those that have ended and were not waited for yet, with what "
        "they gave, or the errno with which they failed; of a program, its exit status."),
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
    .arguments =
        {{.name = "%N", .kind = &argument_job},
         {.name = "SIGNAL", .kind = &argument_symbol, .flags = OPTIONAL, .set = &constant_signals}},
    .summary = N_("ends a job, or a program"),
    .manual = N_(
        "The call that the job blocks in fails with EINTR, and nothing behind it is run. Its "
        "sockets stay as they are. A program that spawn has started, which may be named, gets "
        "SIGTERM, and SIGKILL where it has not ended after 2 s, and so do those that it has "
        "started. With SIGNAL, as int or hup, it gets that signal instead, and nothing is waited "
        "for. The name of a service ends that, as stop does."),
    .blocks = N_("until the job has noticed, which is soon"),
    .example = "srv = tcp-listen 127.0.0.1:0\naccept srv &\nkill %1\np = spawn exec sleep "
               "100\nkill p\nassert $p.status == 143",
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
