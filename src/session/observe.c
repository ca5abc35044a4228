/* observe: looks at the sockets that a command touched, and at their peers, and appends the
 * changes. */
#include <time.h>

#include "lab/lab.h"
#include "session/inventory.h"
#include "session/observe.h"
#include "session/runner.h"
#include "session/session_look.h"
#include "socket/look.h"

/* Looks at `count` orphans, and continues the list where the last call stopped: each look asks the
 * kernel. */
static void look_at_orphans(struct session *session, const struct look_cause *cause, size_t count) {
  struct socket *socket = session->sockets.orphans;
  for (size_t i = 0; socket && i < session->looked_orphans; i++)
    socket = socket->orphan_next;
  while (socket && count-- > 0) {
    struct socket *next = socket->orphan_next;
    if (!session_look(session, socket, cause) || socket->role != ROLE_GONE)
      session->looked_orphans++; /* a socket that is gone has left the list */
    socket = next;
  }
  if (!socket)
    session->looked_orphans = 0;
}

void session_prune_orphans(struct session *session) {
  enum { MANY = 256 };
  struct look_cause cause = {.asked = true};
  if (session->sockets.orphan_count <= MANY)
    return;
  cause.time = clock_monotonic();
  session_look(session, session->sockets.orphans_last, &cause);
}

void session_look_around(struct session *session) {
  enum { OPEN = 512, WATCHED = 64 };
  struct look_cause cause = {.time = clock_monotonic()};
  struct socket *socket = socket_table_next(&session->sockets, session->looked_at);
  session->looked_at = 0;
  for (int count = 0; socket && count < OPEN; count++) {
    session->looked_at = socket->descriptor + 1;
    if (!socket->may_change_local) /* a call is changing it now, and is followed by a look of its
                                      own */
      session_look(session, socket, &cause);
    socket = socket_table_next(&session->sockets, session->looked_at);
  }
  if (!socket)
    session->looked_at = 0;
  look_at_orphans(session, &cause, WATCHED);
}

static void touch_peers(struct runner *runner, const struct socket *socket) {
  struct socket *peer = NULL;
  while ((peer = socket_find_peer(socket, peer)))
    runner_touch(runner, peer);
  while ((peer = socket_table_find_cookie(socket->table, socket->pair_cookie, peer)))
    runner_touch(runner, peer);
}

static struct look_cause cause_of(const struct runner *runner) {
  return (struct look_cause){.event = runner->last_call.serial,
                             .subject = runner->last_call.subject,
                             .error = runner->last_call.error,
                             .job = runner->job,
                             .statement = runner->statement,
                             .time = runner->last_call.just_ended ? runner->last_call.ended
                                                                  : clock_monotonic()};
}

static void look_at_touched(struct runner *runner) {
  struct look_cause cause = cause_of(runner);
  unsigned readable;
  if (!runner->touched.more) {
    for (size_t i = 0; i < runner->touched.count; i++)
      touch_peers(runner, runner->touched.sockets[i]);
    if (look_still_established(runner->touched.sockets, runner->touched.count, cause.time,
                               &readable)) {
      for (size_t i = 0; i < runner->touched.count; i++)
        session_look_queues(runner->session, runner->touched.sockets[i], &cause,
                            readable & 1U << i);
      return;
    }
  }
  /* Peers are appended to the list, so the loop reaches them too. */
  for (size_t i = 0; i < runner->touched.count; i++) {
    session_look(runner->session, runner->touched.sockets[i], &cause);
    touch_peers(runner, runner->touched.sockets[i]);
  }
}

static void forget_touched(struct runner *runner) {
  while (runner->touched.count > 0)
    object_release(&runner->touched.sockets[--runner->touched.count]->object);
}

/* A socket that a job has touched, a reference. */
struct handed {
  struct socket *socket;
  struct look_cause cause;
};

static size_t handed_count(const struct session *session) {
  return session->handed.length / sizeof(struct handed);
}

/* Leaves it to the foreground to look at what this job has touched. */
static void hand_over(struct runner *runner) {
  struct session *session = runner->session;
  for (size_t i = 0; i < runner->touched.count; i++) {
    struct handed handed = {runner->touched.sockets[i], cause_of(runner)};
    if (bytes_reserve(&session->handed, sizeof handed) < 0)
      return; /* it is looked at the next time that it is touched */
    bytes_append(&session->handed, &handed, sizeof handed);
    object_retain(&handed.socket->object);
  }
}

static void look_with_peers(struct session *session, const struct handed *handed) {
  struct socket *peer = NULL;
  session_look(session, handed->socket, &handed->cause);
  while ((peer = socket_find_peer(handed->socket, peer)))
    session_look(session, peer, &handed->cause);
  while (
      (peer = socket_table_find_cookie(handed->socket->table, handed->socket->pair_cookie, peer)))
    session_look(session, peer, &handed->cause);
}

void session_look_handed(struct session *session) {
  const struct handed *all = (const struct handed *)session->handed.data;
  size_t count = handed_count(session);
  for (size_t i = 0; i < count; i++) {
    look_with_peers(session, &all[i]);
    object_release(&all[i].socket->object);
  }
  bytes_clear(&session->handed);
}

static bool looks(const struct runner *runner) {
  return session_looks(runner->session) && (runner->touched.count > 0 || runner->touched.lab);
}

/* Lets the packets that the call caused cross now, unless they are held, so that their events
 * follow the call. */
static void pump_wire(struct runner *runner) {
  enum { ROUNDS = 16 };
  struct lab *lab = runner->session->lab;
  if (!lab)
    return;
  wire_lock(&lab->wire);
  unsigned before = lab->wire.news - 1;
  for (int i = 0; i < ROUNDS && before != lab->wire.news; i++) {
    before = lab->wire.news;
    wire_pump(&lab->wire);
  }
  wire_unlock(&lab->wire);
}

static void look_at_all(struct runner *runner) {
  look_at_touched(runner);
  if (runner->touched.lab)
    inventory_report_lab(runner);
}

static void look_now(struct runner *runner) {
  if (runner->touched.count > 0)
    pump_wire(runner);
  if (looks(runner))
    look_at_all(runner);
}

static void forget_all(struct runner *runner) {
  forget_touched(runner);
  runner->touched.lab = runner->touched.more = false;
}

void runner_look(struct runner *runner) {
  /* With --stable only the end of the statement counts: what can be seen before depends on timing.
   */
  if (runner->session->settings.stable)
    return;
  look_now(runner);
  forget_all(runner);
}

/* A number that changes with the state of any touched socket or its peers, and when a packet
 * arrives or crosses in the lab. */
static uint64_t touched_states(struct runner *runner) {
  struct lab *lab = runner->session->lab;
  uint64_t sum = inventory_lab_states(runner->session);
  for (size_t i = 0; i < runner->touched.count; i++) {
    sum = sum * 31 + (uint64_t)look_state_again(runner->touched.sockets[i]);
    touch_peers(runner, runner->touched.sockets[i]);
  }
  const struct handed *handed = (const struct handed *)runner->session->handed.data;
  for (size_t i = 0; !runner->job && i < handed_count(runner->session); i++)
    sum = sum * 31 + (uint64_t)look_state_again(handed[i].socket);
  return lab ? sum * 31 + lab->wire.news : sum;
}

/* True while packets that are not held are still on their way. */
static bool packets_in_flight(struct runner *runner) {
  struct lab *lab = runner->session->lab;
  if (!lab)
    return false;
  wire_lock(&lab->wire);
  bool busy = wire_busy(&lab->wire);
  wire_unlock(&lab->wire);
  return busy;
}

struct settle_pace settle_pace = {.step = 10, .quiet = 100};

/* Jobs may be at work for ever: the foreground waits no longer for that than this, in milliseconds.
 */
enum { PATIENCE = 2000 };

/* Waits until nothing has changed for a while. */
static void await_quiet(struct runner *runner) {
  const struct settle_pace pace = settle_pace;
  uint64_t before = touched_states(runner);
  int waited = 0;
  for (int quiet = 0; quiet < pace.quiet; quiet += pace.step) {
    struct timespec step = {.tv_nsec = pace.step * 1000000L};
    if (!runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED))
      break;
    nanosleep(&step, NULL);
    runner_wait_end(runner);
    waited += pace.step;
    uint64_t now = touched_states(runner);
    bool busy =
        !runner->job && waited < PATIENCE && runner->session->shell->jobs_busy(runner->session);
    quiet = now == before && !busy && !packets_in_flight(runner) ? quiet : -pace.step;
    before = now;
  }
}

static void settle(struct runner *runner) {
  bool handed = !runner->job && session_looks(runner->session) && handed_count(runner->session) > 0;
  /* In a lab the foreground lets packets cross and reports what they changed. */
  if (runner->job && runner->session->lab)
    forget_touched(runner);
  if (!looks(runner) && !handed)
    return;
  runner->settling = true;
  await_quiet(runner);
  runner->settling = false;
  if (runner->job)
    hand_over(runner);
  else if (looks(runner))
    look_at_all(runner);
  if (!runner->job)
    session_look_handed(runner->session);
}

void runner_settle(struct runner *runner) {
  settle(runner);
  forget_all(runner);
}

void runner_look_between(struct runner *runner) {
  if (runner->session->settings.stable)
    settle(runner);
  else
    look_now(runner);
}
