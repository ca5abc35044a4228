/* run: runs statements: prefixes, blocks, commands, and what becomes of their results. */
#ifndef SOCKSH_SHELL_RUN_H
#define SOCKSH_SHELL_RUN_H

#include "session/runner.h"
#include "shell/program.h"

/* Runs one statement of a program, and tells of an error. Both under the session's lock. 0, or -1
 * when it failed. A statement that ends in & becomes a job, and succeeds by that. */
int run_statement(struct runner *runner, struct program *program, const struct statement *statement,
                  enum event_origin origin, struct result *result, struct error *error);

/* Runs a job's statement, without making a job of it again. */
int run_job_statement(struct runner *runner, struct program *program,
                      const struct statement *statement, struct result *result,
                      struct error *error);

/* Tells of an error as an event: which place, what, the line and the caret. Without a source (NULL)
 * just what. */
void run_report_error(struct runner *runner, const struct source *source,
                      const struct statement *statement, const struct error *error);

/* Writes what waits to be written, giving the lock up. The session's lock is held. */
void run_flush(struct session *session);

/* The same when it is much. */
void run_drain(struct runner *runner);

#endif
