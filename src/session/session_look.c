/* session_look: one look at one socket, and what changed as an event. */
#include "session/session_look.h"

#include <errno.h>

#include "language/uncleared.h"
#include "session/sample.h"
#include "socket/look.h"

static bool was_connected(enum socket_state state) {
  return state == STATE_ESTABLISHED || state == STATE_CLOSE_WAIT || state == STATE_FIN_WAIT1 ||
         state == STATE_FIN_WAIT2;
}

/* The time-out that has ended a connection; REASON_LOST if none has. */
static enum state_reason time_out_reason(const struct socket *socket) {
  static const enum state_reason reasons[] = {[TCP_INFO_END_UNKNOWN] = REASON_LOST,
                                              [TCP_INFO_END_RETRANSMITS] = REASON_TIMED_OUT,
                                              [TCP_INFO_END_KEEPALIVE] = REASON_KEEPALIVE,
                                              [TCP_INFO_END_PROBES] = REASON_PROBES};
  struct tcp_info_bytes info = {.length = 0};
  /* A closed socket can't be asked any more; the kernel's notice of its end has said it. */
  if (socket->descriptor < 0)
    return socket->ended == TCP_INFO_END_UNKNOWN ? REASON_NONE : reasons[socket->ended];
  if (look_tcp_info(socket, &info) < 0 || tcp_info_end_of(&info) == TCP_INFO_END_UNKNOWN)
    return REASON_LOST;
  /* Where it is set, it decides alone. */
  return look_user_timeout(socket) > 0 ? REASON_USER_TIMEOUT : reasons[tcp_info_end_of(&info)];
}

/* Why a socket without a descriptor has ended, without a packet that was seen. */
static enum state_reason closed_reason(const struct socket *socket, enum socket_state before) {
  bool timer = before == STATE_TIME_WAIT || before == STATE_FIN_WAIT2;
  if (timer)
    return socket->over_at && socket->seen.time >= socket->over_at ? REASON_TIMER : REASON_NONE;
  return time_out_reason(socket);
}

/* Why a connection ended, given the errno of the call that found it so; 0: no call failed. In a lab
 * each RST that comes is looked behind, so what is found without one has timed out. */
static enum state_reason end_reason(const struct socket *socket, enum socket_state before,
                                    int error) {
  if (before == STATE_SYN_SENT || before == STATE_SYN_RECV || before == STATE_CLOSED)
    return error == ECONNREFUSED ? REASON_REFUSED
           : error == ETIMEDOUT  ? REASON_TIMED_OUT
                                 : REASON_NONE;
  if (socket->descriptor < 0)
    return closed_reason(socket, before);
  if (!was_connected(before))
    return REASON_NONE;
  if (error == ECONNRESET || error == EPIPE)
    return REASON_RESET;
  if (error == ETIMEDOUT || (socket->host && !socket->shut))
    return time_out_reason(socket);
  return socket->shut ? REASON_NONE : REASON_LOST;
}

static enum state_reason change_reason(const struct socket *socket, const struct snapshot *before,
                                       const struct look_cause *cause) {
  enum socket_state now = socket->seen.state;
  int error = cause->subject == socket->id ? cause->error : 0;
  if (now == before->state)
    return REASON_NONE;
  if (now == STATE_CLOSED && (cause->reset || (socket->reset_due && was_connected(before->state))))
    return before->state == STATE_SYN_SENT ? REASON_REFUSED : REASON_RESET;
  if (now == STATE_CLOSED && cause->unreachable)
    return REASON_UNREACHABLE;
  if (now == STATE_DISCONNECTED)
    return socket->shut && socket->shut_read ? REASON_NONE : REASON_PEER_GONE;
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
                          const struct socket_label *label, bool first) {
  struct event_state state = {.socket = *label,
                              .before = *before,
                              .now = socket->seen,
                              .reason = change_reason(socket, before, cause),
                              .exact = cause->exact,
                              .first = first,
                              .asked = cause->asked};
  struct event_actor actor = {.name = socket->name, .thread = ""};
  struct event event = {.kind = EVENT_STATE,
                        .actor = socket->of_program ? &actor : NULL,
                        .cause = cause->event,
                        .job = cause->job,
                        .statement = cause->statement,
                        .host = socket->host ? socket->host->name : NULL,
                        .state = &state};
  timeline_append(session->timeline, &event);
}

void session_tell_change(struct session *session, const struct socket *socket,
                         const struct snapshot *before, const struct look_cause *cause) {
  struct socket_label label = socket_label(socket);
  append_change(session, socket, before, cause, &label, before->state == STATE_UNKNOWN);
}

static void append_queues(struct session *session, const struct socket *socket,
                          const struct look_cause *cause) {
  struct event_sample sample = {.socket = socket_label(socket), .looked = true, .count = 2};
  struct event appended;
  sample.values[0] = sample_value(SAMPLE_RECVQ, socket->receive_queue);
  sample.values[1] = sample_value(SAMPLE_SENDQ, socket->send_queue);
  event_begin(&appended, EVENT_SAMPLE);
  appended.cause = cause->event;
  appended.job = cause->job;
  appended.statement = cause->statement;
  appended.host = socket->host ? socket->host->name : NULL;
  appended.sample = &sample;
  timeline_append(session->timeline, &appended);
}

static bool records_queues(const struct session *session) {
  return (session->settings.queues || session->lab) && !session->settings.stable;
}

void session_tell_queues(struct session *session, struct socket *socket,
                         const struct look_cause *cause, int receive_queue, int send_queue) {
  bool same = receive_queue == socket->receive_queue && send_queue == socket->send_queue;
  if (!records_queues(session) || same || receive_queue < 0 || send_queue < 0)
    return;
  socket->receive_queue = receive_queue;
  socket->send_queue = send_queue;
  append_queues(session, socket, cause);
}

void session_look_queues(struct session *session, struct socket *socket,
                         const struct look_cause *cause, bool readable) {
  bool possible = socket->descriptor >= 0 && !socket->closing && !socket->replayed &&
                  !socket_is_none(socket) && socket->seen.state != STATE_LISTEN;
  /* What is to be sent grows by a call on the socket alone. */
  bool sends = socket->send_queue > 0 || cause->subject == socket->id;
  if (possible && records_queues(session))
    session_tell_queues(session, socket, cause, readable ? look_pending(socket) : 0,
                        sends ? look_outstanding(socket) : 0);
}

bool session_look(struct session *session, struct socket *socket, const struct look_cause *cause) {
  UNCLEARED struct snapshot before;
  struct socket_label label = socket_label(
      socket); /* taken first: a socket that is gone after the look still had its old role before */
  bool first = !socket->told;
  object_retain(&socket->object); /* the table drops a socket that is gone */
  bool changed = look_state(socket, cause->time, &before);
  label.cookie = socket->cookie;
  if (socket->role == ROLE_OF_SERVICE && before.state != STATE_SYN_RECV)
    label.role = socket->role; /* it was accepted meanwhile, and not before it was ESTABLISHED */
  if (changed)
    append_change(session, socket, &before, cause, &label, first);
  session_look_queues(session, socket, cause, true);
  object_release(&socket->object);
  return changed;
}
