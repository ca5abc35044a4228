#include "commands/survive/trial.h"

#include "lab/lab.h"
#include "session/fault.h"

int trial_make(struct runner *runner, const struct trial_plan *plan, struct trial_end *end,
               struct error *error) {
  struct result result = {0};
  struct trial_run run = {.faults = 0};
  *end = (struct trial_end){.verdict = VERDICT_SURVIVED};
  int status =
      plan->fault ? runner->session->shell->run_line(runner, "survive", plan->fault, &result, error)
                  : 0;
  result_clear(&result);
  if (status < 0)
    return -1;
  const struct session *session = runner->session;
  for (const struct fault *fault = session->faults; fault; fault = fault->next)
    run.faults++;
  run.rules = session->lab ? session->lab->wire.rule_count : 0;
  status = trial_script_run(runner, plan, false, &run);
  if (status < 0 || run.error.kind == ERROR_SYNTAX || run.error.kind == ERROR_USAGE) {
    *error = run.error;
    return -1;
  }
  return trial_judge(runner, plan, &run, end, error);
}

void trial_end_free(struct trial_end *end) {
  bytes_free(&end->why);
}
