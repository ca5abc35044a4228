/* script_source: runs lines from elsewhere in place of a command: a file, or a line that a command
 * is made of. The session's lock is held in all functions. */
#ifndef SOCKSH_SHELL_SCRIPT_SOURCE_H
#define SOCKSH_SHELL_SCRIPT_SOURCE_H

#include "session/runner.h"

/* Members of struct shell_operations, and explained there. */
int script_source(struct runner *runner, const char *path, struct result *result,
                  struct error *error);
int script_source_again(struct runner *runner, const char *path, struct result *result,
                        struct error *error);

/* Runs one line that a command is made of, which must be complete and correct. `name` names its
 * source in errors. 0, or -1 with an error. */
int script_source_line(struct runner *runner, const char *name, const char *line,
                       struct result *result, struct error *error);

#endif
