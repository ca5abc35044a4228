/* prompt: the interactive session: readline in one thread, commands in another. */
#ifndef SOCKSH_SHELL_PROMPT_H
#define SOCKSH_SHELL_PROMPT_H

#include "shell/shell.h"

/* Runs until the end of input, `quit` or a signal. Returns the exit status. */
int prompt_run(struct session *session, const struct shell_options *options);

/* These are members of struct shell_operations, and explained there. */
void prompt_read_keys(struct session *session, bool keys);
int prompt_wait_key(struct runner *runner, int milliseconds);

void prompt_lend_terminal(struct session *session, pid_t group);
int prompt_walk(struct runner *runner, const char *path, struct error *error);

#endif
