#include "session/zero.h"

#include <poll.h>

#include "call/call.h"
#include "socket/look.h"

static const struct socket *receiver(const struct call *call) {
  return call_row(call)->end_at_zero ? call->entry : NULL;
}

static bool is_message_stream(const struct socket *socket) {
  return !socket_is_none(socket) && socket->type == SOCK_SEQPACKET;
}

static bool peer_has_ended(const struct socket *socket) {
  struct look_details details;
  look_details(socket, &details);
  return details.ready & POLLRDHUP;
}

/* Bytes on their way from the other end, if that is open in the session, with the kernel's own for
 * each message, so that an empty one counts, too; -1: unknown. */
static int sent_by_peer(const struct socket *socket) {
  const struct socket *peer = NULL;
  struct look_details details;
  while (socket->pair_cookie &&
         (peer = socket_table_find_cookie(socket->table, socket->pair_cookie, peer)))
    if (peer->descriptor >= 0) {
      look_details(peer, &details);
      return details.send_queue;
    }
  return -1;
}

struct zero_before zero_look_before(const struct session *session, const struct call *call) {
  struct zero_before before = {.message = false};
  const struct socket *socket = receiver(call);
  struct look_details details;
  if (!socket || !session->settings.look || !is_message_stream(socket))
    return before;
  int sent = sent_by_peer(socket);
  look_details(socket, &details);
  bool ended = details.ready & POLLRDHUP;
  before.message = sent > 0 || (!ended && details.ready & POLLIN);
  before.nothing = ended && sent == 0;
  return before;
}

/* Empty messages and the end of a SOCK_SEQPACKET connection are both 0. poll(2) tells whether the
 * peer has ended it, and not whether messages wait before the end. */
static enum call_zero message_stream_zero(const struct socket *socket, struct zero_before before) {
  if (before.message || !peer_has_ended(socket) || look_pending(socket) > 0)
    return ZERO_EMPTY;
  return before.nothing ? ZERO_END : ZERO_END_OR_NONE;
}

/* A state that the peer's FIN has led to. */
static bool state_after_fin(enum socket_state state) {
  return state == STATE_CLOSE_WAIT || state == STATE_LAST_ACK || state == STATE_CLOSING ||
         state == STATE_TIME_WAIT;
}

/* TCP's own state tells the peer's FIN from what was done here. */
static enum call_zero tcp_zero(const struct socket *socket) {
  enum socket_state state = look_state_now(socket);
  if (state_after_fin(state) || state == STATE_UNKNOWN)
    return ZERO_END;
  if (state == STATE_CLOSED)
    return state_after_fin(socket->seen.state) ? ZERO_END : ZERO_GONE;
  return ZERO_SHUT;
}

static bool has_source(const struct call *call) {
  const struct call_row *row = call_row(call);
  return row->payload == PAYLOAD_MESSAGES ? call->messages.message[0].address.length > 0
                                          : call->address.length > 0;
}

enum call_zero zero_decide(const struct session *session, const struct call *call,
                           struct zero_before before) {
  const struct socket *socket = receiver(call);
  bool look = session->settings.look;
  if (!socket || call->result != 0)
    return ZERO_NOT;
  if (call_message_flags(call) & MSG_ERRQUEUE)
    return ZERO_ERROR_QUEUE;
  if (call->size == 0)
    return ZERO_ASKED;
  if (socket_is_none(socket))
    return ZERO_END;
  bool connection = socket->type == SOCK_STREAM || socket->type == SOCK_SEQPACKET;
  if (!connection)
    return socket->shut_read && !has_source(call) ? ZERO_SHUT : ZERO_EMPTY;
  if (look && socket_has_tcp_states(socket))
    return tcp_zero(socket);
  if (socket->shut_read)
    return ZERO_SHUT;
  if (look && is_message_stream(socket))
    return message_stream_zero(socket, before);
  return is_message_stream(socket) ? ZERO_END_OR_NONE : ZERO_END;
}

const char *zero_sentence(const struct call *call) {
  static const char *const sentences[] = {
      [ZERO_END] = N_("end of the stream: the peer has closed, or shut down its sending side"),
      [ZERO_GONE] = N_("end of the stream: the socket is CLOSED, without a connection, and nothing "
                       "more can come"),
      [ZERO_END_OR_NONE] =
          N_("end of the connection, or an empty message in front of it: the peer has closed, or "
             "shut down its sending side, and the kernel does not tell the two apart"),
      [ZERO_EMPTY] = N_("an empty message: it has 0 bytes, and does not mean that the peer has "
                        "closed"),
      [ZERO_ASKED] = NULL,
      [ZERO_ERROR_QUEUE] = NULL,
      [ZERO_SHUT] = N_("nothing is received any more, since this side was shut down for it; that "
                       "says nothing about the peer"),
  };
  static const char *const others[] = {
      [DESCRIPTOR_PIPE] = N_("end of the pipe: nobody has its other end open any more"),
      [DESCRIPTOR_FILE] = N_("end of the file"),
  };
  enum descriptor_kind kind = call->entry ? call->entry->kind : DESCRIPTOR_SOCKET;
  if (call->zero == ZERO_END && kind != DESCRIPTOR_SOCKET)
    return kind < sizeof others / sizeof *others ? others[kind] : NULL;
  return sentences[call->zero];
}
