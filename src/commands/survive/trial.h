/* trial: a script that is run with a fault, in this session, and what comes of it. */
#ifndef SOCKSH_COMMANDS_SURVIVE_TRIAL_H
#define SOCKSH_COMMANDS_SURVIVE_TRIAL_H

#include "commands/survive/trial_judge.h"

/* Runs the script. 0 with the outcome; -1 with an error where nothing can be said of it: the
 * fault's line is wrong, or the user has interrupted. The lock is held, and given up meanwhile.
 * Free the end in both cases. */
int trial_make(struct runner *runner, const struct trial_plan *plan, struct trial_end *end,
               struct error *error);
void trial_end_free(struct trial_end *end);

#endif
