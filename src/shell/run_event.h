/* run_event: the events of a statement: its line, its result, a test, an error. Each is appended to
 * the timeline. The session's lock is held in all functions. */
#ifndef SOCKSH_SHELL_RUN_EVENT_H
#define SOCKSH_SHELL_RUN_EVENT_H

#include "command/habit.h"
#include "language/script.h"
#include "session/runner.h"

/* The line of a statement that starts. At the prompt, an abbreviated command gets its full name. */
void run_event_statement(struct runner *runner, const struct source *source,
                         const struct statement *statement, enum event_origin origin);

/* The result of a statement. `error` is NULL if it succeeded. */
void run_event_result(struct runner *runner, const struct statement *statement,
                      const struct error *error);

/* Whether an `expect` got what it expected. */
void run_event_test(struct runner *runner, const struct source *source,
                    const struct statement *statement, bool passed, const char *expected,
                    const char *got);

/* An error: message, place, source line and caret. With a NULL source, the message only. Does
 * nothing if the error was reported before. */
void run_event_error(struct runner *runner, const struct source *source,
                     const struct statement *statement, const struct error *error);

/* A line that is right and is not run, since it almost certainly meant something else. */
void run_event_doubt(struct runner *runner, const struct source *source,
                     const struct habit_found *found);

#endif
