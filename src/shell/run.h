/* run: runs statements: prefixes, blocks, commands, and what happens to their results.
 *
 * The session's lock is held in all functions, which give it up around calls, waits and writing. */
#ifndef SOCKSH_SHELL_RUN_H
#define SOCKSH_SHELL_RUN_H

#include "session/runner.h"
#include "shell/program.h"

/* Runs one statement of a program and reports its error. 0, or -1 if it failed. A statement that
 * ends in & becomes a job, and succeeds if the job starts. */
int run_statement(struct runner *runner, struct program *program, const struct statement *statement,
                  enum event_origin origin, struct result *result, struct error *error);

/* Runs the statement of a job in the job's own thread. The caller reports the error. */
int run_job_statement(struct runner *runner, struct program *program,
                      const struct statement *statement, struct result *result,
                      struct error *error);

#endif
