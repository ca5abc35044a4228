#include "shell/run_output.h"

#include <time.h>

void run_output_flush(struct session *session) {
  session_unlock(session);
  output_flush(&session->output);
  session_lock(session);
  /* Whoever ends the session when output breaks may be asleep, with nothing else to wake them. */
  if (session->output.broken)
    waiter_list_wake(&session->waiters);
}

void run_output_drain(struct runner *runner) {
  enum { MUCH = 64 * 1024 };
  struct session *session = runner->session;
  if (session->output.waiting < MUCH)
    return;
  if (!session->interactive || runner->job == 0) {
    run_output_flush(session);
    return;
  }
  /* For a job at the prompt, the terminal's thread does the writing: wait for it. */
  while (session->output.waiting >= MUCH && runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED)) {
    struct timespec step = {.tv_nsec = 2000000};
    nanosleep(&step, NULL);
    runner_wait_end(runner);
  }
}
