/* trial_rest: whether the programs of a session have anything left to do. */
#ifndef SOCKSH_COMMANDS_SURVIVE_TRIAL_REST_H
#define SOCKSH_COMMANDS_SURVIVE_TRIAL_REST_H

#include "session/runner.h"

/* Waits until the programs wait themselves: three looks in a row find them so. 1 then; 0: they were
 * busy all the time, with so many calls and such a share of a processor; -1 with an error, where
 * the user has interrupted. */
int trial_rest_await(struct runner *runner, uint64_t *calls, double *share, struct error *error);

#endif
