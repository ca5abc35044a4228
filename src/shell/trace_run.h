/* trace_run: `socksh --trace COMMAND`: one program, whose socket calls are shown beside what it
 * does itself. */
#ifndef SOCKSH_SHELL_TRACE_RUN_H
#define SOCKSH_SHELL_TRACE_RUN_H

#include "session/session.h"
#include "shell/options.h"

/* To be called before the session begins: what it prints goes to standard error, or the file of -o,
 * and standard output is the program's alone. Returns the descriptor of that; -1 with an error
 * said. */
int trace_run_prepare(const struct shell_options *options);

/* Runs the program. Its exit status; or 128 and the signal that ended it, which is in *signal. */
int trace_run(struct session *session, const struct shell_options *options, int output,
              int *signal);

#endif
