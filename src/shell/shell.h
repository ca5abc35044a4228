/* shell: a session from its start to its end. */
#ifndef SOCKSH_SHELL_SHELL_H
#define SOCKSH_SHELL_SHELL_H

#include "session/session.h"
#include "shell/options.h"

/* Makes a session, with its views and threads. 0, or -1 with the error reported on standard error.
 */
int shell_start(struct session *session, const struct shell_options *options, bool interactive);

/* Ends the session: jobs, services, lab, sockets, output; and draws it where the options say so.
 * Returns the exit status: `status`, or 1 if that is 0 and the output, a capture or a picture could
 * not be written. */
int shell_stop(struct session *session, const struct shell_options *options, int status);

/* The shell's functions that commands may use. */
extern const struct shell_operations shell_operations;

#endif
