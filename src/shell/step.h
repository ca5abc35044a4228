/* step: walks a person through a script: each comment and line is shown, and runs when they say so. */
#ifndef SOCKSH_SHELL_STEP_H
#define SOCKSH_SHELL_STEP_H

#include "command/session.h"

/* Walks through a text. Returns the exit status. The session's lock is held, and given up while the person thinks. */
int step_run(struct runner *runner, const char *name, const char *text, size_t length);

#endif
