/* observe: looks at the sockets that a command has touched, and at their peers, and says what has changed. */
#include <errno.h>
#include <time.h>

#include "command/session.h"
#include "socket/look.h"

static bool was_connected(enum socket_state state) {
  return state == STATE_ESTABLISHED || state == STATE_CLOSE_WAIT || state == STATE_FIN_WAIT1 ||
         state == STATE_FIN_WAIT2;
}

/* Why a connection has ended, by the errno of the call that was the cause; 0: none failed. */
static enum state_reason end_reason(const struct socket *socket, enum socket_state before, int error) {
  if (before == STATE_SYN_SENT || before == STATE_SYN_RECV || before == STATE_CLOSED)
    return error == ECONNREFUSED ? REASON_REFUSED : error == ETIMEDOUT ? REASON_TIMED_OUT : REASON_NONE;
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

bool session_look(struct session *session, struct socket *socket, const struct look_cause *cause) {
  struct snapshot before;
  struct socket_label label = socket_label(socket);
  if (!look_state(socket, cause->time, &before))
    return false;
  label.cookie = socket->cookie;
  bool own = cause->subject == socket->id;
  struct event_state state = {.socket = label,
                              .before = before,
                              .now = socket->seen,
                              .reason = change_reason(socket, &before, own ? cause->error : 0),
                              .asked = cause->asked};
  struct event event = {.kind = EVENT_STATE,
                        .cause = cause->call,
                        .job = cause->job,
                        .statement = cause->statement,
                        .state = &state};
  timeline_append(session->timeline, &event);
  return true;
}

static void touch_peers(struct runner *runner, const struct socket *socket) {
  struct socket *peer = NULL;
  while ((peer = socket_find_peer(socket, peer)))
    runner_touch(runner, peer);
  while ((peer = socket_table_find_cookie(socket->table, socket->twin, peer)))
    runner_touch(runner, peer);
}

static void look_at_touched(struct runner *runner) {
  struct look_cause cause = {.call = runner->call,
                             .subject = runner->call_subject,
                             .error = runner->call_error,
                             .job = runner->job,
                             .statement = runner->statement,
                             .time = runner->just_called ? runner->call_ended : clock_monotonic()};
  /* Whose peers are found stand behind it in the list, and are looked at in turn. */
  for (size_t i = 0; i < runner->touched_count; i++) {
    session_look(runner->session, runner->touched[i], &cause);
    touch_peers(runner, runner->touched[i]);
  }
}

static void forget_touched(struct runner *runner) {
  while (runner->touched_count > 0)
    object_release(&runner->touched[--runner->touched_count]->object);
}

bool session_looks(const struct session *session) {
  return session->settings.look && session->settings.view.states;
}

static bool looks(const struct runner *runner) {
  return session_looks(runner->session) && runner->touched_count > 0;
}

void runner_look(struct runner *runner) {
  /* With --stable it is the end of the statement that counts: what is seen on the way depends on time. */
  if (runner->session->settings.view.stable)
    return;
  if (looks(runner))
    look_at_touched(runner);
  forget_touched(runner);
}

/* A number that changes when the state of any touched socket does, or of a peer. */
static uint64_t touched_states(struct runner *runner) {
  uint64_t sum = 0;
  for (size_t i = 0; i < runner->touched_count; i++) {
    sum = sum * 31 + (uint64_t)look_state_now(runner->touched[i]);
    touch_peers(runner, runner->touched[i]);
  }
  return sum;
}

void runner_settle(struct runner *runner) {
  enum { STEP = 10, QUIET = 100 };
  uint64_t before = looks(runner) ? touched_states(runner) : 0;
  for (int quiet = 0; looks(runner) && quiet < QUIET; quiet += STEP) {
    struct timespec step = {.tv_nsec = STEP * 1000000};
    if (!runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED))
      break;
    nanosleep(&step, NULL);
    runner_wait_end(runner);
    uint64_t now = touched_states(runner);
    quiet = now == before ? quiet : -STEP;
    before = now;
  }
  if (looks(runner))
    look_at_touched(runner);
  forget_touched(runner);
}
