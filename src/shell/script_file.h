/* script_file: runs lines that come from a file, from standard input or from -c. */
#ifndef SOCKSH_SHELL_SCRIPT_FILE_H
#define SOCKSH_SHELL_SCRIPT_FILE_H

#include "shell/shell.h"

/* Runs what the options name, and returns the exit status. */
int script_run(struct session *session, const struct shell_options *options);

/* See struct shell_operations. */
int script_source(struct runner *runner, const char *path, struct result *result,
                  struct error *error);

/* Runs one line that a command is made of, which is complete and right. */
int script_run_line(struct runner *runner, const char *name, const char *line,
                    struct result *result, struct error *error);

/* Reads a whole file, opened for it or given. 0, or -1 with an error that says which file and why.
 */
int script_read_file(const char *path, int descriptor, struct bytes *text, struct error *error);

#endif
