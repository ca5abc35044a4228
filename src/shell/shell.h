/* shell: a session from its start to its end. */
#ifndef SOCKSH_SHELL_SHELL_H
#define SOCKSH_SHELL_SHELL_H

#include "session/session.h"
#include "shell/options.h"

/* Makes a session. 0, or -1 with an error told on standard error. */
int shell_start(struct session *session, const struct shell_options *options, bool interactive);

/* Ends it: jobs, sockets, output. Returns the exit status: `status`, unless the output could not be
 * written. */
int shell_stop(struct session *session, int status);

/* What commands ask of the shell. */
extern const struct shell_operations shell_operations;

#endif
