#include "session/blocked.h"

#include "call/call.h"
#include "session/backlog.h"
#include "socket/look.h"

enum { MOST = 64 }; /* more calls than these are not told one by one */

/* A call that waits, copied while it could not end. */
struct waiting {
  unsigned job;
  enum call_name name;
  struct socket_label subject;
  struct address destination; /* length 0: none */
};

/* What the kernel may be filling in right now is not read. */
static size_t find_waiting(struct session *session, struct waiting *waiting) {
  size_t count = 0;
  pthread_mutex_lock(&session->waiters.lock);
  for (struct waiter *waiter = session->waiters.first; waiter && count < MOST;
       waiter = waiter->next) {
    if (waiter->phase == WAIT_IDLE || !waiter_attend(waiter) || !waiter->subject)
      continue;
    const struct call *call = waiter->subject;
    const struct address *destination = call_destination(call);
    waiting[count] = (struct waiting){waiter->job, call->name, call->subject, {0}};
    if (destination && call_row(call)->connects)
      waiting[count].destination = *destination;
    count++;
  }
  pthread_mutex_unlock(&session->waiters.lock);
  return count;
}

static bool is_on(const struct waiting *waiting, const struct socket *socket) {
  return !socket || socket_has_label(socket, &waiting->subject);
}

/* A handshake that no call waits for. */
static bool shakes_hands(const struct socket *socket) {
  return socket_has_tcp_states(socket) && socket->seen.state == STATE_SYN_SENT;
}

bool blocked_any(struct session *session, const struct socket *socket) {
  struct waiting waiting[MOST];
  size_t count = find_waiting(session, waiting);
  for (size_t i = 0; i < count; i++)
    if (is_on(&waiting[i], socket))
      return true;
  return socket && shakes_hands(socket);
}

/* The session's listener at this address; NULL: none. */
static struct socket *find_listener(struct session *session, const struct address *address) {
  struct socket *socket = socket_table_next(&session->sockets, 0);
  for (; socket && address->length > 0;
       socket = socket_table_next(&session->sockets, socket->descriptor + 1)) {
    struct address local = look_local(socket);
    bool here = address_equal(&local, address) ||
                (address_is_any(&local) && address_port(&local) == address_port(address));
    if (here && address_port(address) > 0 && look_listens(socket))
      return socket;
    if (here && address_family(address) == AF_UNIX && look_listens(socket))
      return socket;
  }
  return NULL;
}

static void append_name(const struct socket *socket, struct bytes *text) {
  if (socket->name[0])
    bytes_append_text(text, socket->name);
  else
    bytes_append_number(text, socket->descriptor);
}

/* Why a handshake has not ended. Without a listener of the session it may have several causes. */
static void append_handshake(struct session *session, const struct address *to,
                             struct bytes *text) {
  struct socket *listener = find_listener(session, to);
  struct look_details details = {.receive_queue = -1};
  if (listener)
    look_details(listener, &details);
  bool full = details.receive_queue > details.send_queue && details.receive_queue > 0;
  if (listener && (full || listener->family == AF_UNIX)) {
    bytes_append_text(text, _("the queue of "));
    append_name(listener, text);
    bytes_append_text(text, _(" is full: `backlog "));
    append_name(listener, text);
    bytes_append_text(text, _("` shows it, and an accept there lets it go on"));
    return;
  }
  bytes_append_text(text,
                    _("its SYN has had no answer yet, and is sent again, less and less often; "
                      "an answer, a RST or the end of the tries (ETIMEDOUT) ends it"));
}

static void append_reason(struct session *session, const struct waiting *waiting,
                          struct bytes *text) {
  struct call call;
  call_init(&call, waiting->name, NULL);
  const struct call_row *row = call_row(&call);
  if (row->connects)
    append_handshake(session, &waiting->destination, text);
  else if (row->makes == MAKES_LIKE_SUBJECT)
    bytes_append_text(text,
                      _("no connection waits to be accepted; a client that connects ends it"));
  else if (row->waits == WAITS_FOR_INPUT)
    bytes_append_text(text, _("nothing is there to be received; the other end ends it when it "
                              "sends or closes"));
  else if (row->waits == WAITS_FOR_OUTPUT)
    bytes_append_text(text, _("the send buffer is full; the other end ends it when it receives"));
  else
    bytes_append_text(text, _("what it waits for has not come yet"));
}

void blocked_append(struct runner *runner, const struct socket *socket, struct bytes *text) {
  struct session *session = runner->session;
  struct waiting waiting[MOST];
  size_t count = find_waiting(session, waiting);
  bool any = false;
  for (size_t i = 0; i < count; i++) {
    struct call call;
    if (!is_on(&waiting[i], socket))
      continue;
    call_init(&call, waiting[i].name, NULL);
    bytes_append_text(text, any ? "\n  " : "  ");
    if (waiting[i].job)
      bytes_append_format(text, "%%%u ", waiting[i].job);
    bytes_append_text(text, call_row(&call)->name);
    if (waiting[i].subject.descriptor >= 0)
      bytes_append_format(text, _(" of socket %d %s"), waiting[i].subject.descriptor,
                          waiting[i].subject.name);
    while (text->length > 0 && text->data[text->length - 1] == ' ')
      text->length--;
    bytes_append_text(text, _(" is blocked: "));
    append_reason(session, &waiting[i], text);
    if (waiting[i].job)
      bytes_append_format(text, _("; `kill %%%u` gives it up"), waiting[i].job);
    bytes_append_char(text, '\n');
    any = true;
  }
  if (socket && !any && shakes_hands(socket)) {
    bytes_append_format(text, _("  socket %d is in SYN_SENT: "), socket->descriptor);
    append_handshake(session, &socket->seen.peer, text);
    bytes_append_char(text, '\n');
  }
}
