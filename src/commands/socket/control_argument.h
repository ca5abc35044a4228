/* control_argument: control messages as they are typed: --control LEVEL TYPE DATA. */
#ifndef SOCKSH_COMMANDS_SOCKET_CONTROL_ARGUMENT_H
#define SOCKSH_COMMANDS_SOCKET_CONTROL_ARGUMENT_H

#include "call/message.h"
#include "command/invocation.h"

extern const struct argument_kind argument_control;

#define CONTROL_ARGUMENT                                                                           \
  {                                                                                                \
    .name = "LEVEL TYPE DATA", .kind = &argument_control, .flags = OPTIONAL | REPEATED,            \
    .keyword = "--control"                                                                         \
  }

/* Adds all that were typed to a message. 0, or -1 with an error that has its place. */
int control_add_typed(struct invocation *invocation, struct call_message *message);

#endif
