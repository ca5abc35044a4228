/* states blocked: what waits in the kernel now, and what would end it. */
#include "session/blocked.h"

#include "command/invocation.h"

static int run_blocked(struct invocation *invocation) {
  struct answer answer;
  const struct socket *socket = invocation_socket(invocation, "SOCKET");
  answer_text(&answer, "blocked");
  blocked_append(invocation->runner, socket, &answer.text);
  if (answer.text.length == 0)
    bytes_append_text(&answer.text, socket ? _("  nothing is blocked on this socket\n")
                                           : _("  nothing is blocked\n"));
  return runner_answer(invocation->runner, &answer, invocation->error);
}

const struct command command_states_blocked = {
    .name = "states blocked",
    .group = GROUP_STATES,
    .arguments = {{.name = "SOCKET", .kind = &argument_socket, .flags = OPTIONAL}},
    .summary = N_("tells which calls wait, for what, and what ends it"),
    .manual = N_("Of every call that is blocked now, in a job or left behind with Ctrl-Z, the "
                 "socket on which it is, what is missing, and what would let it go on: a queue "
                 "that is full, nothing to be received, a full send buffer. With SOCKET of those "
                 "on it, and of its handshake while it is in SYN_SENT. At the prompt `why` asks "
                 "the same, where no call has failed."),
    .blocks = N_("never"),
    .example = "a b = socketpair unix stream\nrecv b &\nstates blocked b\nsend a hello\nwait",
    .run = run_blocked,
};
