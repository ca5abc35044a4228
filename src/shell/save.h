/* save: writes the lines typed in a session as a script that runs. */
#ifndef SOCKSH_SHELL_SAVE_H
#define SOCKSH_SHELL_SAVE_H

#include "session/runner.h"

/* A member of struct shell_operations, and explained there. */
int save_script(struct runner *runner, const char *path, struct error *error);

#endif
