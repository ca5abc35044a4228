/* await: conditions that commands can wait for. */
#ifndef SOCKSH_COMMANDS_KERNEL_AWAIT_H
#define SOCKSH_COMMANDS_KERNEL_AWAIT_H

#include "commands/kernel/condition.h"

/* What to wait for: a socket, a process, a service, `listening` or `wire`. */
extern const struct argument_kind argument_awaited;

/* The first four arguments of a command that waits for a socket's condition: SOCKET CONDITION [OP
 * N]. `extra` is added to the flags of the first two. */
#define AWAIT_ARGUMENTS(extra)                                                                     \
  {.name = "SOCKET", .kind = &argument_awaited, .flags = (extra) | LOOKS},                         \
      {.name = "CONDITION", .kind = &argument_condition, .flags = (extra)},                        \
      {.name = "OP", .kind = &argument_keyword, .flags = OPTIONAL, .words = COMPARISON_WORDS}, {   \
    .name = "N", .kind = &argument_number, .flags = OPTIONAL                                       \
  }

/* await_check checks these words before the line runs. await_read fills in `awaited` when it runs.
 * 0, or -1 with a usage error. */
int await_check(struct invocation *invocation);
int await_read(struct invocation *invocation, struct awaited *awaited);

#endif
