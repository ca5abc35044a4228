#include "session/diagnosis_peer.h"

#include "socket/look.h"

static bool is_stream_of(const struct call *call, int family) {
  const struct socket *socket = call->entry;
  return socket && !socket_is_none(socket) && socket->type == SOCK_STREAM &&
         (family == AF_UNIX ? socket->family == AF_UNIX : socket_has_tcp_states(socket));
}

int diagnosis_unread(const struct runner *runner, const struct call *call) {
  if (!call_row(call)->closes || !runner->session->settings.look || !call->entry ||
      call->entry->descriptor < 0)
    return 0;
  if (!is_stream_of(call, AF_INET) && !is_stream_of(call, AF_UNIX))
    return 0;
  int pending = look_pending(call->entry); /* of a listener it is refused */
  return pending < 0 ? 0 : pending;
}

/* What is closed with data unread is reset: RFC 2525, section 2.17; tcp_close and
 * unix_release_sock do so. A copy of the descriptor that lives on prevents it. */
static void note_unread(struct runner *runner, const struct call *call, int unread) {
  bool tcp = is_stream_of(call, AF_INET);
  const char *bytes = unread == 1 ? _("byte") : _("bytes");
  if (unread == 0 || call->entry->descriptor >= 0 ||
      (tcp ? look_state_now(call->entry) != STATE_CLOSED : !call->entry->alone))
    return;
  struct socket *peer = NULL;
  while (tcp && (peer = socket_find_peer(call->entry, peer)))
    peer->reset_due = true;
  if (tcp && call->entry->shut)
    runner_note(runner, _("closed with data that was never received (%d %s), so RST follows"),
                unread, bytes);
  else if (tcp)
    runner_note(runner,
                _("closed with data that was never received (%d %s), so RST is sent instead of "
                  "FIN: the peer's next call gives ECONNRESET"),
                unread, bytes);
  else
    runner_note(runner,
                _("closed with data that was never received (%d %s): the peer's next call that "
                  "receives gives ECONNRESET"),
                unread, bytes);
}

static bool is_closed_for_good(const struct socket *socket) {
  enum socket_state state = socket->seen.state;
  return socket->role == ROLE_LINGERING && socket->descriptor < 0 &&
         (state == STATE_FIN_WAIT1 || state == STATE_FIN_WAIT2);
}

/* Data for a socket that nobody can read any more is answered with RST: RFC 9293, section 3.10.7.4,
 * and RFC 1122, 4.2.2.13. */
static void note_unreadable(struct runner *runner, struct call *call) {
  struct socket *peer = NULL;
  if (call_row(call)->direction != SENDS || call->result <= 0 || !is_stream_of(call, AF_INET))
    return;
  do
    peer = socket_find_peer(call->entry, peer);
  while (peer && !is_closed_for_good(peer));
  if (!peer)
    return;
  call->entry->reset_due = true;
  runner_note(runner,
              _("the send buffer took it, but the other end, (%d), is closed: its kernel answers "
                "data with RST"),
              peer->was_descriptor);
}

/* A stream gives what has arrived, however much was asked for. Where the rest of it is, as far as
 * it is seen here. */
static void note_short(struct runner *runner, const struct call *call) {
  bool short_of = call_row(call)->end_at_zero && call->result > 0 && call->size > 0 &&
                  call->result < (long)call->size;
  if (!short_of || !runner->session->settings.look || call->entry->descriptor < 0 ||
      !is_stream_of(call, AF_INET) ||
      call_message_flags(call) & (MSG_PEEK | MSG_ERRQUEUE | MSG_OOB))
    return;
  int since = look_pending(call->entry);
  const struct socket *peer = socket_find_peer(call->entry, NULL);
  struct tcp_info_bytes info = {.length = 0};
  /* Of a multipath socket it is that of one subflow, which may be dead while others carry all. */
  if (since <= 0 && peer && peer->descriptor >= 0 && !socket_is_multipath(peer))
    look_tcp_info(peer, &info);
  if (since > 0)
    runner_note(runner,
                _("a stream gives what has arrived by then: %ld of the %zu bytes asked for; %d "
                  "more have come since"),
                call->result, call->size, since);
  else if (tcp_info_not_sent(&info) > 0)
    runner_note(runner,
                _("a stream gives what has arrived by then: %ld of the %zu bytes asked for; %u "
                  "are still in the send buffer of socket %d"),
                call->result, call->size, tcp_info_not_sent(&info), peer->descriptor);
}

void diagnosis_note_peer(struct runner *runner, struct call *call, int unread) {
  if (call->result < 0)
    return;
  note_unread(runner, call, unread);
  note_unreadable(runner, call);
  note_short(runner, call);
}
