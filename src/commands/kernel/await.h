/* await: what can be waited for, for every command that does so. */
#ifndef SOCKSH_COMMANDS_KERNEL_AWAIT_H
#define SOCKSH_COMMANDS_KERNEL_AWAIT_H

#include "commands/kernel/condition.h"

/* Who is waited for: a socket, a process, a service, `listening` or `wire`. */
extern const struct argument_kind argument_awaited;

/* The first four arguments of a command that takes a condition of a socket: SOCKET CONDITION [OP
 * N]. */
#define AWAIT_ARGUMENTS(extra)                                                                     \
  {.name = "SOCKET", .kind = &argument_awaited, .flags = (extra)},                                 \
      {.name = "CONDITION", .kind = &argument_condition, .flags = (extra)},                        \
      {.name = "OP", .kind = &argument_keyword, .flags = OPTIONAL, .words = COMPARISON_WORDS}, {   \
    .name = "N", .kind = &argument_number, .flags = OPTIONAL                                       \
  }

/* Whether those words go together, before they are run; and what they stand for. 0, or -1 with a
 * usage error. */
int await_check(struct invocation *invocation);
int await_read(struct invocation *invocation, struct awaited *awaited);

#endif
