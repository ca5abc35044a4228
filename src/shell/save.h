/* save: what was typed in a session, as a script that runs. */
#ifndef SOCKSH_SHELL_SAVE_H
#define SOCKSH_SHELL_SAVE_H

#include "session/runner.h"

/* See struct shell_operations. */
int save_script(struct runner *runner, const char *path, struct error *error);

#endif
