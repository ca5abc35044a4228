#include "shell/job_event.h"

#include "session/observe.h"
#include "shell/run_event.h"

void job_append_phase(struct runner *runner, const struct job *job, enum event_job_phase phase) {
  struct event event = {.kind = EVENT_JOB};
  if (phase == JOB_COLLECTED)
    session_look_handed(runner->session);
  event.about_job = (struct event_job){job->number, phase, job->text};
  runner_append(runner, &event);
}

void job_report_error(struct runner *runner, const struct job *job, const struct error *error) {
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
