/* check: a line is read before it is run. */
#ifndef SOCKSH_COMMAND_CHECK_H
#define SOCKSH_COMMAND_CHECK_H

#include "command/command.h"

/* Checks a command's words as far as that is possible before it runs: their number, and what is
 * written out. Where all are, which argument each is does not change any more, and becomes its
 * role: a repeat need not find it out each time. 0, or -1 with a usage error. */
int command_check(const struct command *command, struct word *words, size_t count,
                  struct error *error);

#endif
