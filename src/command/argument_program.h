/* argument_program: programs that spawn has started, by name or by their job: "p", "%1". The kind
 * of argument itself is declared in kinds.h. */
#ifndef SOCKSH_COMMAND_ARGUMENT_PROGRAM_H
#define SOCKSH_COMMAND_ARGUMENT_PROGRAM_H

#include "command/argument.h"

/* Takes a reference to the program that the word names. False if it names none. */
bool argument_take_program(struct invocation *invocation, struct argument_value *value);

/* True if the word looks like a program's. */
bool argument_fits_program(const struct argument *argument, const struct match_word *word);

/* Offers the names that stand for programs. */
void argument_offer_programs(struct offer *offer);

#endif
