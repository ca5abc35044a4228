/* trial_script: a script that is run, and watched from beside it, since it may never end. */
#ifndef SOCKSH_COMMANDS_SURVIVE_TRIAL_SCRIPT_H
#define SOCKSH_COMMANDS_SURVIVE_TRIAL_SCRIPT_H

#include "session/runner.h"

struct trial_plan {
  const char *fault;         /* the line that brings it about; NULL: none, to learn from */
  const char *const *script; /* the file, and its words: $0, $1 ... */
  size_t word_count;         /* of them all */
  int64_t limit;             /* the script may take so long, in nanoseconds */
  size_t open;               /* so many sockets whose connection is over its programs keep anyway */
  size_t ended;              /* and so many of its servers end by themselves, with status 0 */
};

/* How a script has ended. */
struct trial_run {
  size_t faults;      /* those of the plan: the first so many of the session's, */
  size_t rules;       /* and of the wire's rules */
  int status;         /* 0, or -1: it failed */
  bool late;          /* it was interrupted, since its time was over */
  bool bereft;        /* it was interrupted, since a program that it needs has failed */
  struct error error; /* why it failed; told already */
};

/* Runs it; `again`: once more, with the lab and the programs that there are. 0, or -1 where the
 * user has interrupted. The session's lock is held, and given up meanwhile. */
int trial_script_run(struct runner *runner, const struct trial_plan *plan, bool again,
                     struct trial_run *run);

#endif
