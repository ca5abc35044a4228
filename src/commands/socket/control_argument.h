/* control_argument: typed control messages: --control LEVEL TYPE DATA. */
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

/* Adds the typed control messages to a message. 0, or -1 with an error and its place. */
int control_argument_add(struct invocation *invocation, struct call_message *message);

#endif
