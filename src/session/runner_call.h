/* runner_call: how a thread that runs commands makes a call: as events, with the lock given up
 * meanwhile, and with looks at the sockets that it has touched. */
#ifndef SOCKSH_SESSION_RUNNER_CALL_H
#define SOCKSH_SESSION_RUNNER_CALL_H

#include "session/runner.h"

/* Makes a call. `command` is the name of the command that makes it, which the error does not say
 * again; NULL: none. 0 when the call succeeded; -1 with an error. The call is the caller's to free,
 * in both cases. */
int runner_call(struct runner *runner, const char *command, struct call *call, struct error *error);

#endif
