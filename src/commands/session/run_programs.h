/* run_programs: starting a program, which several commands do. */
#ifndef SOCKSH_COMMANDS_SESSION_RUN_PROGRAMS_H
#define SOCKSH_COMMANDS_SESSION_RUN_PROGRAMS_H

#include "command/invocation.h"

/* The rest of the line, with --pty before it or not. `size` is where the program's line begins,
 * `number` whether it gets a terminal. */
extern const struct argument_kind argument_program_line;

/* Starts the program of the argument COMMAND, and gives it. */
int run_program(struct invocation *invocation, bool traced);

#endif
