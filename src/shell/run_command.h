/* run_command: a statement's command, from its words to its result. */
#ifndef SOCKSH_SHELL_RUN_COMMAND_H
#define SOCKSH_SHELL_RUN_COMMAND_H

#include "shell/run_part.h"

/* Runs it, sets `$?` and `$errno`, and looks at what it has touched. The session's lock is held. */
enum flow run_command(struct run *run);

#endif
