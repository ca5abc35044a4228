/* learned_calls: each call that a traced program made, with what it may meet there: cut short, and
 * failed with each errno of its manual page. Its number among the calls of its kind in its program
 * finds it again. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "commands/survive/learned.h"
#include "commands/survive/possible_error.h"
#include "session/fault.h"
#include "session/process.h"

/* What the calls have told of a socket. */
struct known_socket {
  uint64_t id;
  int type;
  bool no_wait; /* O_NONBLOCK */
  bool timed;   /* a timeout, for either direction */
  bool peer;    /* connect has set its peer */
  bool edge;    /* registered with EPOLLET */
};

/* A call that a program has begun. */
struct begun_call {
  unsigned program;
  enum call_name call;
  int64_t began;
};

struct calls {
  struct session *session;
  const struct learned_choice *choice;
  struct learned *learned;
  struct bytes sockets; /* struct known_socket */
  struct bytes begun;   /* struct begun_call, all of them */
};

static struct known_socket *find_socket(struct calls *calls, uint64_t id) {
  struct known_socket *all = (struct known_socket *)calls->sockets.data;
  size_t count = calls->sockets.length / sizeof *all;
  for (size_t i = 0; i < count; i++)
    if (all[i].id == id)
      return &all[i];
  struct known_socket fresh = {.id = id};
  bytes_append(&calls->sockets, &fresh, sizeof fresh);
  all = (struct known_socket *)calls->sockets.data;
  return calls->sockets.failed ? NULL : &all[count];
}

static void note_made(struct calls *calls, const struct call *call) {
  enum call_makes makes = call_row(call)->makes;
  int type = (int)call->number[makes == MAKES_SOCKETS ? 1 : 0];
  const struct known_socket *from =
      makes == MAKES_LIKE_SUBJECT ? find_socket(calls, call->subject.id) : NULL;
  int inherited = from ? from->type : 0;
  bool duplicates = makes == MAKES_LIKE_SUBJECT && !call_row(call)->waits;
  if (duplicates || (makes != MAKES_SOCKETS && makes != MAKES_LIKE_SUBJECT))
    return;
  for (int i = 0; i < 2; i++) {
    struct known_socket *made =
        call->made[i] >= 0 ? find_socket(calls, call->made_label[i].id) : NULL;
    if (!made)
      continue;
    made->type = makes == MAKES_SOCKETS ? type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC) : inherited;
    made->no_wait = (makes == MAKES_SOCKETS || call->name == CALL_ACCEPT4) && type & SOCK_NONBLOCK;
  }
}

static void note_edge(struct calls *calls, const struct call *call) {
  struct known_socket *socket =
      call->name == CALL_EPOLL_CTL ? find_socket(calls, call->object.id) : NULL;
  if (socket && call->number[0] != EPOLL_CTL_DEL)
    socket->edge = call->number[1] & (long)EPOLLET;
}

/* How its calls wait from now on. */
static void note_mode(struct calls *calls, const struct call *call) {
  struct known_socket *socket = find_socket(calls, call->subject.id);
  bool timeout = call->name == CALL_SETSOCKOPT && call->number[0] == SOL_SOCKET &&
                 (call->number[1] == SO_RCVTIMEO || call->number[1] == SO_SNDTIMEO);
  if (!socket)
    return;
  socket->peer = socket->peer || call->name == CALL_CONNECT;
  if (call->name == CALL_FCNTL && call->number[0] == F_SETFL)
    socket->no_wait = call->number[1] & O_NONBLOCK;
  else if (call->name == CALL_IOCTL && call->number[0] == FIONBIO)
    socket->no_wait = call->number[1] != 0;
  else if (timeout)
    socket->timed = true;
}

static bool take_begun(const struct event *event, void *context) {
  struct calls *calls = context;
  if (!event->actor)
    return true;
  struct begun_call begun = {event->actor->program, event->call->name, event->call->began};
  bytes_append(&calls->begun, &begun, sizeof begun);
  return true;
}

/* The number of the call among those of its kind, from 1 on, in the order in which they began: the
 * order in which faults count them. */
static size_t count_call(const struct calls *calls, const struct event *event) {
  const struct begun_call *all = (const struct begun_call *)calls->begun.data;
  size_t number = 1;
  for (size_t i = 0; i < calls->begun.length / sizeof *all; i++)
    number += all[i].program == event->actor->program && all[i].began < event->call->began &&
              fault_same_call(all[i].call, event->call->name);
  return number;
}

static unsigned circumstances(struct calls *calls, const struct call *call) {
  const struct known_socket *socket = find_socket(calls, call->subject.id);
  bool no_wait = (socket && socket->no_wait) || call_message_flags(call) & MSG_DONTWAIT;
  bool timed = socket && socket->timed;
  bool adds = call->name == CALL_EPOLL_CTL && call->number[0] == EPOLL_CTL_ADD;
  int type = socket ? socket->type : 0;
  if (call->subject.protocol == IPPROTO_TCP)
    type = SOCK_STREAM;
  return (no_wait || timed ? WHEN_NO_WAIT : 0) | (no_wait ? 0 : WHEN_WAITS) |
         (adds ? WHEN_ADD : 0) | (type == SOCK_STREAM ? WHEN_STREAM : 0) |
         (type == SOCK_DGRAM ? WHEN_DATAGRAM : 0) | (socket && socket->edge ? 0 : WHEN_LEVEL) |
         (socket && socket->peer ? WHEN_PEER : 0);
}

struct learned_call {
  const char *program;
  const struct call *call;
  size_t number;
};

static void add_fault(struct calls *calls, const struct learned_call *learned, const char *fault,
                      const char *lasts, const char *what) {
  const char *name = call_row(learned->call)->name;
  struct bytes *lines = &calls->learned->lines;
  bytes_append_format(lines, "fault %s %s %s nth %zu%s", learned->program, name, fault,
                      learned->number, lasts);
  bytes_append_format(lines, LEARNED_BETWEEN "%s: %s number %zu", learned->program, name,
                      learned->number);
  if (learned->call->subject.descriptor >= 0)
    bytes_append_format(lines, _(", on %d"), learned->call->subject.descriptor);
  bytes_append_format(lines, ": %s\n", what);
  calls->learned->faults++;
}

/* One byte, and all the rest with the next call: what a stream may always do. Who waits for edges
 * takes it for a sign that nothing more is there: epoll(7). */
static void add_short(struct calls *calls, const struct learned_call *learned, unsigned when) {
  const struct call *call = learned->call;
  if (!(when & WHEN_STREAM) || !(when & WHEN_LEVEL) || call->result < 2 ||
      !fault_may_limit(call->name))
    return;
  add_fault(calls, learned, "short 1", "",
            call_row(call)->direction == SENDS ? _("takes 1 byte") : _("gives 1 byte"));
}

static void add_errors(struct calls *calls, const struct learned_call *learned, unsigned when) {
  for (const struct possible_error *error = possible_errors(learned->call->name); error->number;
       error++) {
    bool lasts = error->effect == EFFECT_LASTS;
    const char *name = error_number_name(error->number);
    struct bytes what = {0};
    if (error->when & ~when)
      continue;
    bytes_append_format(&what, lasts ? _("%s, for 300 ms") : "%s", name);
    add_fault(calls, learned, name, lasts ? " for 300ms" : "", bytes_text(&what));
    bytes_free(&what);
  }
}

static bool is_chosen(const struct learned_choice *choice, enum call_name call) {
  if (!choice->calls)
    return false;
  for (size_t i = 0; i < choice->only_count; i++)
    if (fault_same_call(choice->only[i], call))
      return true;
  return choice->only_count == 0;
}

static bool take_call(const struct event *event, void *context) {
  struct calls *calls = context;
  const struct call *call = event->call;
  if (!event->actor)
    return true;
  const struct process *process = process_of_job(calls->session, event->actor->program);
  struct learned_call learned = {process ? process->name : NULL, call, count_call(calls, event)};
  unsigned when = circumstances(calls, call);
  if (call->error == 0) {
    note_made(calls, call);
    note_mode(calls, call);
    note_edge(calls, call);
  }
  calls->learned->calls++;
  if (!process || call_has_failed(call) || !is_chosen(calls->choice, call->name))
    return true;
  add_short(calls, &learned, when);
  add_errors(calls, &learned, when);
  return true;
}

void learned_add_calls(struct session *session, const struct learned_choice *choice,
                       struct learned *learned) {
  struct calls calls = {.session = session, .choice = choice, .learned = learned};
  unsigned kind = EVENT_BIT(EVENT_CALL_FINISH);
  timeline_walk(session->timeline, learned->from, kind, take_begun, &calls);
  timeline_walk(session->timeline, learned->from, kind, take_call, &calls);
  learned->lines.failed |= calls.sockets.failed || calls.begun.failed;
  bytes_free(&calls.sockets);
  bytes_free(&calls.begun);
}
