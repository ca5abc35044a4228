/* await_call: waiting for a call that a traced program makes, and what it gave. */
#ifndef SOCKSH_COMMANDS_KERNEL_AWAIT_CALL_H
#define SOCKSH_COMMANDS_KERNEL_AWAIT_CALL_H

#include "command/invocation.h"
#include "session/foreign_name.h"

/* The name of a call as in C, or /REGEX/ in its line. */
extern const struct argument_kind argument_call;

/* Whether a word names a call. */
bool await_call_names(const struct argument_value *value);

/* Waits for the next call that the word stands for, behind the one that was awaited last, of these:
 * the program's, or those on one descriptor of it, which need not be there yet. It gives what the
 * call returned: a number, the data received, or as an error its errno. `deadline` is in monotonic
 * nanoseconds. 0, or -1 with an error. */
int await_call(struct invocation *invocation, struct process *process,
               const struct awaited_calls *calls, const struct argument_value *word,
               int64_t deadline);

#endif
