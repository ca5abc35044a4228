/* runner_call: makes a call in a runner: appends its events, gives the lock up meanwhile, and marks
 * the sockets it touched for a look. */
#ifndef SOCKSH_SESSION_RUNNER_CALL_H
#define SOCKSH_SESSION_RUNNER_CALL_H

#include "session/runner.h"

/* Makes a call. `command` is the command's name, which the error need not repeat; NULL: none. 0, or
 * -1 with an error if the call failed, was not made, or was interrupted. In all cases the caller
 * frees the call. */
int runner_call(struct runner *runner, const char *command, struct call *call, struct error *error);

#endif
