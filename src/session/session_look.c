/* session_look: one look at one socket, and what changed as an event. */
#include "session/session_look.h"

#include <errno.h>

#include "socket/look.h"

static bool was_connected(enum socket_state state) {
  return state == STATE_ESTABLISHED || state == STATE_CLOSE_WAIT || state == STATE_FIN_WAIT1 ||
         state == STATE_FIN_WAIT2;
}

/* Why a connection ended, given the errno of the call that caused it; 0: no call failed. */
static enum state_reason end_reason(const struct socket *socket, enum socket_state before,
                                    int error) {
  if (before == STATE_SYN_SENT || before == STATE_SYN_RECV || before == STATE_CLOSED)
    return error == ECONNREFUSED ? REASON_REFUSED
           : error == ETIMEDOUT  ? REASON_TIMED_OUT
                                 : REASON_NONE;
  if (!was_connected(before) || socket->descriptor < 0)
    return REASON_NONE;
  if (error == ECONNRESET || error == EPIPE)
    return REASON_RESET;
  if (error == ETIMEDOUT)
    return REASON_TIMED_OUT;
  return socket->shut ? REASON_NONE : REASON_LOST;
}

static enum state_reason change_reason(const struct socket *socket, const struct snapshot *before,
                                       int error) {
  enum socket_state now = socket->seen.state;
  if (now == before->state)
    return REASON_NONE;
  if (now == STATE_DISCONNECTED)
    return REASON_PEER_GONE;
  if (now == STATE_CLOSED)
    return end_reason(socket, before->state, error);
  bool closing = now == STATE_CLOSING || now == STATE_TIME_WAIT || now == STATE_LAST_ACK;
  bool had = before->state == STATE_CLOSE_WAIT || before->state == STATE_CLOSING;
  if (now == STATE_CLOSE_WAIT || (closing && !had))
    return REASON_PEER_FIN;
  return REASON_NONE;
}

static void append_change(struct session *session, const struct socket *socket,
                          const struct snapshot *before, const struct look_cause *cause,
                          const struct socket_label *label) {
  bool own = cause->subject == socket->id;
  struct event_state state = {.socket = *label,
                              .before = *before,
                              .now = socket->seen,
                              .reason = change_reason(socket, before, own ? cause->error : 0),
                              .asked = cause->asked};
  struct event event = {.kind = EVENT_STATE,
                        .cause = cause->call,
                        .job = cause->job,
                        .statement = cause->statement,
                        .host = socket->host ? socket->host->name : NULL,
                        .state = &state};
  timeline_append(session->timeline, &event);
}

bool session_look(struct session *session, struct socket *socket, const struct look_cause *cause) {
  struct snapshot before;
  struct socket_label label = socket_label(
      socket); /* taken first: a socket that is gone after the look still had its old role before */
  object_retain(&socket->object); /* the table drops a socket that is gone */
  bool changed = look_state(socket, cause->time, &before);
  label.cookie = socket->cookie;
  if (changed)
    append_change(session, socket, &before, cause, &label);
  object_release(&socket->object);
  return changed;
}
