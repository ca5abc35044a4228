/* await_program: `await` for a program that spawn has started. */
#ifndef SOCKSH_COMMANDS_KERNEL_AWAIT_PROGRAM_H
#define SOCKSH_COMMANDS_KERNEL_AWAIT_PROGRAM_H

#include "commands/kernel/condition.h"

/* True for a word between slashes, which was read as one. */
bool await_is_regex(const struct argument_value *condition);

/* Checks that a word between slashes is an expression. 0, or -1 with a usage error. */
int await_check_regex(struct invocation *invocation, const struct argument_value *condition);

/* Fills in what is awaited of the process; `regex` is the caller's. 0, or -1 with a usage error. */
int await_read_program(struct invocation *invocation, struct process *process,
                       struct process_awaited *awaited);

/* Waits for the condition, and gives what it gives: the exit status, or the address. 0, or -1 with
 * an error. */
int await_program(struct invocation *invocation, struct process *process, int64_t deadline);

/* Fills in the error of a wait for a listener that nobody is, since a program that the session has
 * started has failed, which it has not been told of yet. 0: there is no such program. */
int await_failed_program(struct runner *runner, const struct address *address, struct error *error);

#endif
