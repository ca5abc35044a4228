#include "session/session_wire.h"

#include "lab/lab.h"
#include "session/service_handle.h"
#include "session/session_look.h"
#include "session/watch.h"
#include "socket/look.h"

static void enter(void *context) {
  session_lock(context);
}

static void leave(void *context) {
  session_unlock(context);
}

/* Returns the state that it is in now. A call that is in progress will change the addresses, and is
 * followed by a look of its own. The caller holds a reference: the table drops a socket that is
 * gone. */
static enum socket_state look_at(struct session *session, struct socket *socket,
                                 const struct wire_end *end, const struct look_cause *cause) {
  bool may_change_local = socket->may_change_local;
  bool acknowledged = socket->acknowledged || end->acknowledged;
  session_look(session, socket, cause);
  socket->may_change_local = may_change_local;
  socket->acknowledged = socket->seen.state == STATE_SYN_RECV && acknowledged;
  return socket->seen.state;
}

/* The next of the session's at one end, with a reference; NULL: none. */
static struct socket *next_of(struct session *session, const struct wire_end *end,
                              const struct socket *after) {
  bool gone = after && !after->links[INDEX_PAIR].linked; /* and with it the way to the next */
  struct socket *socket =
      gone ? NULL : socket_find_pair(&session->sockets, end->host, &end->local, &end->peer, after);
  return socket ? (struct socket *)object_retain(&socket->object) : NULL;
}

/* Looks at all that the session has of one end. STATE_UNKNOWN if it knows none by its addresses. */
static enum socket_state look_at_known(struct session *session, const struct wire_end *end,
                                       const struct look_cause *cause) {
  enum socket_state state = STATE_UNKNOWN;
  struct socket *socket = next_of(session, end, NULL);
  while (socket) {
    struct socket *next = next_of(session, end, socket);
    state = look_at(session, socket, end, cause);
    object_release(&socket->object);
    socket = next;
  }
  return state;
}

/* The socket that a service serves at an address, with several listeners there. */
static struct socket *find_served(struct session *session, const struct wire_end *end,
                                  const struct address *local) {
  for (struct service_handle *served = session->services; served; served = served->next)
    if (served->socket && served->socket->host == end->host &&
        address_equal(&served->socket->seen.local, local))
      return served->socket;
  return NULL;
}

/* The session's listener for connections to an address: the kernel says which it is. */
static struct socket *find_listener(struct session *session, const struct wire_end *end) {
  struct kernel_socket found;
  struct error ignored;
  struct address nobody = end->peer;
  address_set_port(&nobody, 0);
  if (kernel_find(end->host->kernel, &end->local, &nobody, 0, &found, &ignored) <= 0 ||
      found.state != STATE_LISTEN)
    return NULL;
  struct socket *listener = socket_table_find_cookie(&session->sockets, found.cookie, NULL);
  if (!listener) /* that of multipath TCP has one of plain TCP below it */
    listener = socket_find_multipath(&session->sockets, end->host, found.inode);
  return listener ? listener : find_served(session, end, &found.local);
}

/* Follows a connection that nobody has accepted yet, if it is in a queue of the session's, and a
 * subflow of multipath TCP. */
static enum socket_state follow_part(struct session *session, const struct wire_end *end,
                                     const struct kernel_socket *found,
                                     const struct look_cause *cause) {
  bool queued = found->inode == 0;
  struct socket *of = queued ? find_listener(session, end)
                             : socket_find_multipath(&session->sockets, end->host, found->inode);
  struct socket *socket = of ? socket_create_queued(&session->sockets, end->host, found) : NULL;
  if (!socket)
    return STATE_UNKNOWN;
  socket_set_listener(socket, of);
  socket_follow_orphan(socket, queued ? ROLE_QUEUED : ROLE_SUBFLOW);
  session_look(session, socket, cause);
  object_release(&socket->object);
  return found->state;
}

/* Looks for an end that the session does not know by its addresses. */
static enum socket_state look_at_unknown(struct session *session, const struct wire_end *end,
                                         const struct look_cause *cause) {
  struct kernel_socket found;
  struct error ignored;
  if (!end->host->kernel ||
      kernel_find(end->host->kernel, &end->local, &end->peer, 0, &found, &ignored) <= 0 ||
      found.state == STATE_LISTEN)
    return STATE_UNKNOWN;
  struct socket *socket = socket_table_find_cookie(&session->sockets, found.cookie, NULL);
  if (!socket)
    return follow_part(session, end, &found, cause);
  /* In SYN_SENT getpeername(2) does not tell the peer, and the list does. */
  socket->seen.local = found.local;
  socket->seen.peer = found.peer;
  socket_index(socket);
  object_retain(&socket->object);
  look_at(session, socket, end, cause);
  object_release(&socket->object);
  return found.state;
}

static enum socket_state look_behind(void *context, const struct wire_end *end) {
  struct session *session = context;
  struct look_cause cause = {.event = end->packet,
                             .exact = true,
                             .reset = end->reset,
                             .unreachable = end->unreachable,
                             .job = end->job,
                             .statement = end->statement,
                             .time = clock_monotonic()};
  enum socket_state state = look_at_known(session, end, &cause);
  return state == STATE_UNKNOWN ? look_at_unknown(session, end, &cause) : state;
}

static void sample_behind(void *context, const struct wire_end *end) {
  struct session *session = context;
  const struct socket *socket = NULL;
  while ((socket = socket_find_pair(&session->sockets, end->host, &end->local, &end->peer, socket)))
    watch_sample(session, socket, end->packet);
}

void session_wire_start(struct session *session) {
  struct wire_observer observer = {session, enter, leave, look_behind, sample_behind};
  wire_set_observer(&session->lab->wire, &observer);
  wire_set_looks(&session->lab->wire, session_looks(session));
  watch_follow_lab(session);
}
