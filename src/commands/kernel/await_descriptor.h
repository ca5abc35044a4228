/* await_descriptor: waiting for a traced program's socket by its number, p.4, which need not be
 * there yet, and may be another socket's later. */
#ifndef SOCKSH_COMMANDS_KERNEL_AWAIT_DESCRIPTOR_H
#define SOCKSH_COMMANDS_KERNEL_AWAIT_DESCRIPTOR_H

#include "commands/kernel/await.h"

/* Whether the word is a program's descriptor. */
bool await_is_descriptor(const struct argument_value *first);

/* Waits for the next call on it. 0, or -1 with an error. */
int await_call_on_descriptor(struct invocation *invocation, const struct argument_value *first,
                             const struct argument_value *call, int64_t deadline);

/* Waits until the program has a socket that is this descriptor, and puts it into `awaited`. 0, or
 * -1 with an error. */
int await_descriptor(struct invocation *invocation, struct awaited *awaited, int64_t deadline);

/* Takes the last socket that was this descriptor instead of the one in `awaited`, which then holds
 * a reference to it. */
void await_follow_descriptor(struct awaited *awaited, const struct argument_value *word);

#endif
