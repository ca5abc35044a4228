#include "session/runner_fold.h"

#include "system/wait.h"

enum { SHOW_EVERY = 200000000 }; /* nanoseconds */

bool runner_fold_begin(struct runner *runner) {
  if (runner->folds || runner->job != 0 || !runner->session->settings.view.folds)
    return false;
  runner->folds = true;
  runner->fold_shown = clock_monotonic();
  return true;
}

/* Rounds in which no call blocks would show nothing until they are over. */
static void show_in_passing(struct runner *runner) {
  struct session *session = runner->session;
  int64_t now = clock_monotonic();
  if (now - runner->fold_shown < SHOW_EVERY || session->output.waiting == 0)
    return;
  runner->fold_shown = now;
  session->flush_wanted = true;
  waiter_list_wake(&session->waiters);
}

void runner_fold_round(struct runner *runner, unsigned long long round) {
  if (!runner->folds)
    return;
  view_round(runner->session->view, runner->session->timeline, round);
  show_in_passing(runner);
}

void runner_fold_end(struct runner *runner) {
  if (runner->folds)
    view_round(runner->session->view, runner->session->timeline, 0);
  runner->folds = false;
}
