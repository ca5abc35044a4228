/* script_file: runs lines from a file, from standard input or from -c. */
#ifndef SOCKSH_SHELL_SCRIPT_FILE_H
#define SOCKSH_SHELL_SCRIPT_FILE_H

#include "shell/shell.h"

/* Runs what the options name. Returns the exit status. */
int script_file_run(struct session *session, const struct shell_options *options);

/* Appends a whole file to `text`, read from `descriptor` or, if that is -1, from `path`. 0, or -1
 * with an error that says which file and why. */
int script_file_read(const char *path, int descriptor, struct bytes *text, struct error *error);

#endif
