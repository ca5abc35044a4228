#include "commands/survive/trial_script.h"

#include <string.h>

#include "session/process.h"
#include "system/thread.h"

/* Watches a script from beside it, for it must not wait for ever: the session's lock guards all but
 * `stop`. */
struct watch_over {
  struct runner *runner;
  pthread_t thread;
  _Atomic unsigned stop; /* a futex */
  int64_t deadline;      /* monotonic nanoseconds */
  int64_t failed;        /* when a program was found to have failed; 0: none has */
  bool late;
  bool bereft;
};

/* A program that has ended by itself, and with a failure, of which the script has taken no
 * notice. */
static bool some_program_failed(const struct session *session) {
  for (const struct process *process = session->programs; process; process = process->next)
    if (process->traced && process->ended && !process->asked && !process->noticed &&
        process->status != 0)
      return true;
  return false;
}

static void look_around(struct watch_over *over) {
  enum { PATIENCE = 500000000 }; /* the script may be about to notice it */
  int64_t now = clock_monotonic();
  bool interrupted = over->late || over->bereft;
  if (!over->failed && some_program_failed(over->runner->session))
    over->failed = now;
  over->late = over->late || now > over->deadline;
  over->bereft = over->bereft || (over->failed && now - over->failed > PATIENCE);
  if (!interrupted && (over->late || over->bereft))
    waiter_interrupt(&over->runner->waiter, WAIT_USER);
}

static void *watch_over(void *argument) {
  enum { PAUSE = 20000000 };
  struct watch_over *over = argument;
  while (!over->stop) {
    futex_wait(&over->stop, 0, clock_monotonic() + PAUSE);
    session_lock(over->runner->session);
    if (!over->stop)
      look_around(over);
    session_unlock(over->runner->session);
  }
  return NULL;
}

static void stop_watching(struct watch_over *over) {
  struct session *session = over->runner->session;
  over->stop = 1;
  futex_wake(&over->stop);
  session_unlock(session);
  pthread_join(over->thread, NULL);
  session_lock(session);
}

int trial_script_run(struct runner *runner, const struct trial_plan *plan, bool again,
                     struct trial_run *run) {
  const struct shell_operations *shell = runner->session->shell;
  struct watch_over over = {.runner = runner, .deadline = clock_monotonic() + plan->limit};
  struct result result = {0};
  run->status = -1;
  int problem = thread_start(&over.thread, 0, 0, watch_over, &over);
  if (problem)
    return error_set_errno(&run->error, problem, _("no thread can watch over the script"));
  const char *const *arguments = runner->scope.arguments;
  size_t argument_count = runner->scope.argument_count;
  runner->scope.arguments = plan->script;
  runner->scope.argument_count = plan->word_count;
  run->status = again ? shell->source_again(runner, plan->script[0], &result, &run->error)
                      : shell->source(runner, plan->script[0], &result, &run->error);
  if (run->status == 0 && !runner->session->quitting && shell->conclude(runner) < 0) {
    run->status = error_set(&run->error, ERROR_FAILURE, _("a job of the script has failed"));
    run->error.told = true;
  }
  runner->scope.arguments = arguments;
  runner->scope.argument_count = argument_count;
  result_clear(&result);
  stop_watching(&over);
  run->late = over.late;
  run->bereft = over.bereft;
  if (over.late || over.bereft)
    waiter_take_reason(&runner->waiter);
  return runner_is_stopped(runner) ? runner_interrupted(runner, &run->error) : 0;
}
