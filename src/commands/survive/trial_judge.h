/* trial_judge: what a script's end says of the program that it tests. */
#ifndef SOCKSH_COMMANDS_SURVIVE_TRIAL_JUDGE_H
#define SOCKSH_COMMANDS_SURVIVE_TRIAL_JUDGE_H

#include "commands/survive/trial_script.h"
#include "commands/survive/verdict.h"

struct trial_end {
  enum verdict verdict;
  struct bytes why; /* one sentence; owned */
  size_t open;      /* sockets that its programs keep, though their connections are over */
  size_t ended;     /* servers that have ended by themselves, with status 0, and were not awaited */
};

/* Where the script has failed it may run in part once more. 0; or -1 with an error, where the user
 * has interrupted. The session's lock is held, and given up meanwhile. */
int trial_judge(struct runner *runner, const struct trial_plan *plan, const struct trial_run *run,
                struct trial_end *end, struct error *error);

#endif
