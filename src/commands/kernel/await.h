/* await: what can be waited for, for every command that does so. */
#ifndef SOCKSH_COMMANDS_KERNEL_AWAIT_H
#define SOCKSH_COMMANDS_KERNEL_AWAIT_H

#include "command/invocation.h"

struct condition;

/* Who is waited for: a socket, a process, a service, `listening` or `wire`. */
extern const struct argument_kind argument_awaited;

/* What is waited for. */
extern const struct argument_kind argument_condition;

/* What is waited for. */
struct awaited {
  struct runner *runner;
  const struct condition *condition;
  struct socket *socket;   /* NULL: no socket is */
  struct address address;  /* `listening` */
  enum socket_state state; /* a state by its name; STATE_UNKNOWN: none */
  int comparison;          /* index into comparisons; -1: none */
  long long number;        /* what is compared with */
};

/* The first four arguments of a command that takes a condition of a socket: SOCKET CONDITION [OP
 * N]. */
#define AWAIT_ARGUMENTS(extra)                                                                     \
  {.name = "SOCKET", .kind = &argument_awaited, .flags = (extra)},                                 \
      {.name = "CONDITION", .kind = &argument_condition, .flags = (extra)},                        \
      {.name = "OP", .kind = &argument_keyword, .flags = OPTIONAL, .words = await_comparisons}, {  \
    .name = "N", .kind = &argument_number, .flags = OPTIONAL                                       \
  }
#define await_comparisons "==|!=|<|<=|>|>="

/* Whether those words go together, before they are run; and what they stand for. 0, or -1 with a
 * usage error. */
int await_check(struct invocation *invocation);
int await_read(struct invocation *invocation, struct awaited *awaited);

/* Whether it is so now. */
bool await_holds(const struct awaited *awaited);

#endif
