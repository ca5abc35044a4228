/* check: checks a command's words before it runs. */
#ifndef SOCKSH_COMMAND_CHECK_H
#define SOCKSH_COMMAND_CHECK_H

#include "command/command.h"

/* Checks what can be checked before the command runs: the number of words, and those without
 * expansions. If all are known, each word's argument is final and stored as its role, so that a
 * repeat need not match them again. 0, or -1 with a usage error. */
int command_check(const struct command *command, struct word *words, size_t count,
                  struct error *error);

#endif
