#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "language/pattern.h"
#include "session/process.h"
#include "session/traced.h"
#include "shell/job_table.h"

/* "running", "blocked in recvfrom(4) for 2.5 s", "status 1", "SIGTERM". */
static void add_program_state(struct session *session, struct answer *answer,
                              const struct process *program) {
  char status[32];
  struct bytes blocked = {0};
  if (!program->ended)
    traced_append_blocked(session, program, &blocked);
  const char *signal = sigabbrev_np(program->signal);
  if (program->signal && signal)
    snprintf(status, sizeof status, "SIG%s", signal);
  else
    snprintf(status, sizeof status, _("status %d"), program->status);
  if (blocked.length > 0)
    answer_add_text(answer, bytes_text(&blocked));
  else
    answer_add_text(answer, program->ended ? status : _("running"));
  bytes_free(&blocked);
}

/* What it gave; the errno with which it failed, or else what it said. */
static void add_result(struct answer *answer, const struct job *job,
                       const struct process *program) {
  struct bytes text = {0};
  if (job->phase == JOB_FAILED && job->error.number)
    bytes_append_text(&text, error_number_name(job->error.number));
  else if (job->phase == JOB_FAILED)
    bytes_append_text(&text, job->error.message);
  else if (job->phase == JOB_ENDED && !program)
    result_append(&job->result, &text);
  if (text.length > 0)
    answer_add_bytes(answer, CELL_TEXT, text.data, text.length);
  else
    answer_add_empty(answer);
  bytes_free(&text);
}

void job_list(struct session *session, struct answer *answer) {
  static const char *const columns[] = {N_("JOB"),    N_("NAME"), N_("STATE"),
                                        N_("RESULT"), N_("LINE"), NULL};
  static const char *const phases[] = {
      [JOB_STARTED] = N_("running"), [JOB_DETACHED] = N_("running"), [JOB_ENDED] = N_("done"),
      [JOB_FAILED] = N_("failed"),   [JOB_KILLED] = N_("ended"),     [JOB_COLLECTED] = N_("done")};
  job_table_prune(session->jobs);
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
      add_program_state(session, answer, program);
    else
      answer_add_text(answer, blocked ? _("blocked") : _(phases[job->phase]));
    add_result(answer, job, program);
    answer_add_bytes(answer, CELL_TEXT, job->text, strlen(job->text));
  }
}
