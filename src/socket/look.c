#include "socket/look.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "language/uncleared.h"
#include "socket/look_listed.h"
#include "socket/look_note.h"
#include "system/wait.h"

int look_read_local(const struct socket *socket, struct address *local) {
  *local = (struct address){.length = sizeof local->storage};
  int status =
      socket->descriptor < 0
          ? 0
          : look_note(getsockname(socket->descriptor, &local->any, &local->length), "getsockname");
  int problem = status < 0 ? errno : 0;
  if (socket->descriptor < 0 || status < 0)
    local->length = 0;
  address_name_interface(local, host_network(socket->host));
  return problem;
}

struct address look_local(const struct socket *socket) {
  UNCLEARED struct address address;
  look_read_local(socket, &address);
  return address;
}

/* The state of an open TCP socket: the first byte of struct tcp_info. */
static enum socket_state tcp_state(const struct socket *socket) {
  unsigned char state = 0;
  socklen_t length = sizeof state;
  if (look_note(getsockopt(socket->descriptor, IPPROTO_TCP, TCP_INFO, &state, &length),
                "getsockopt") < 0)
    return STATE_UNKNOWN;
  return (enum socket_state)state;
}

/* Whether a netlink address is the kernel's: port 0, no groups. */
static bool is_kernel(const struct address *address) {
  struct sockaddr_nl netlink = {0};
  if (address_family(address) != AF_NETLINK || address->length < sizeof netlink)
    return false;
  memcpy(&netlink, &address->storage, sizeof netlink);
  return netlink.nl_pid == 0 && netlink.nl_groups == 0;
}

/* Asks the kernel for the peer's address. False when it has told none: *problem is 0, or the errno
 * of a look that failed. */
static bool ask_peer(const struct socket *socket, struct address *peer, int *problem) {
  *peer = (struct address){.length = sizeof peer->storage};
  *problem = 0;
  if (socket->descriptor >= 0 &&
      look_note(getpeername(socket->descriptor, &peer->any, &peer->length), "getpeername") == 0)
    return true;
  if (socket->descriptor >= 0 && errno != ENOTCONN && errno != EINVAL && errno != EOPNOTSUPP)
    *problem = errno;
  bool portless = *problem == 0 && socket->descriptor >= 0 && socket->portless.length > 0;
  if (portless)
    *peer = socket->portless;
  else
    peer->length = 0;
  return portless;
}

int look_read_peer(const struct socket *socket, struct address *peer) {
  int problem;
  if (ask_peer(socket, peer, &problem)) {
    if (is_kernel(peer)) /* every netlink socket that is not connected names it as its peer */
      peer->length = 0;
    address_name_interface(peer, host_network(socket->host));
    return 0;
  }
  /* In SYN_SENT getpeername(2) does not tell the peer, and the kernel's list has told it. */
  bool known = problem == 0 && socket->descriptor >= 0 && socket_has_tcp_states(socket) &&
               socket->seen.state == STATE_SYN_SENT && tcp_state(socket) == STATE_SYN_SENT;
  if (known)
    *peer = socket->seen.peer;
  return problem;
}

struct address look_peer(const struct socket *socket) {
  UNCLEARED struct address peer;
  look_read_peer(socket, &peer);
  return peer;
}

bool look_listens(const struct socket *socket) {
  int listening = 0;
  return socket_read_number(socket->descriptor, SO_ACCEPTCONN, &listening) == 0 && listening;
}

static bool has_peer(const struct socket *socket) {
  struct address peer = look_peer(socket);
  return peer.length > 0;
}

/* The state of a socket without TCP's states, from poll and the addresses. Whether it has a peer is
 * asked only if a call may have changed that, since most calls can't. */
static enum socket_state other_state(const struct socket *socket, bool reread) {
  bool stream = socket->family == AF_UNIX && socket->type != SOCK_DGRAM;
  enum socket_state state = socket->seen.state;
  if (reread || state == STATE_UNKNOWN) {
    if (stream && look_listens(socket))
      return STATE_LISTEN;
    state = has_peer(socket) ? STATE_CONNECTED : STATE_UNCONNECTED;
  }
  /* A Unix stream hangs up at both ends when its peer closes, but one that was never connected
   * reports the same. */
  if (stream && state == STATE_CONNECTED && look_events(socket, POLLRDHUP) & POLLHUP)
    return STATE_DISCONNECTED;
  return state;
}

/* The state of a socket without a descriptor; *found is what the kernel's list says of it, if it is
 * there. */
static enum socket_state orphan_state(const struct socket *socket, struct kernel_socket *found) {
  *found = (struct kernel_socket){.inode = 0};
  if (!socket_is_followed(socket) || !socket_kernel(socket))
    return socket->role == ROLE_GONE ? STATE_CLOSED : STATE_UNKNOWN;
  /* The list has nothing of other kinds, and of one that was not connected yet. */
  if (socket->role == ROLE_OF_PROGRAM &&
      (!socket_has_tcp_states(socket) || socket->seen.local.length == 0 ||
       (socket->seen.peer.length == 0 && socket->seen.state != STATE_LISTEN)))
    return socket->seen.state;
  int there = look_up_listed(socket, &socket->seen.local, &socket->seen.peer, found);
  return there < 0 ? STATE_UNKNOWN : there == 0 ? STATE_CLOSED : found->state;
}

static bool has_sent_fin(enum socket_state state) {
  return state == STATE_FIN_WAIT1 || state == STATE_FIN_WAIT2 || state == STATE_CLOSING ||
         state == STATE_TIME_WAIT;
}

/* The kernel keeps TIME_WAIT in a small socket of its own, with the same cookie, while the one that
 * the descriptor refers to is closed. */
static enum socket_state closed_state(const struct socket *socket) {
  UNCLEARED struct kernel_socket found;
  enum socket_state before = socket->seen.state;
  bool possible = before != STATE_CLOSED && before != STATE_LISTEN && before != STATE_SYN_SENT;
  if (!possible || !socket->cookie || socket->seen.peer.length == 0)
    return STATE_CLOSED;
  if (!socket_kernel(socket)) /* what has sent its FIN most likely is in TIME_WAIT */
    return has_sent_fin(before) ? STATE_UNKNOWN : STATE_CLOSED;
  int there = look_up_listed(socket, &socket->seen.local, &socket->seen.peer, &found);
  return there > 0 ? found.state : there < 0 ? STATE_UNKNOWN : STATE_CLOSED;
}

/* The state of multipath TCP's connection, which is not that of a subflow. */
static enum socket_state multipath_state(const struct socket *socket) {
  UNCLEARED struct kernel_socket found;
  struct address local = look_local(socket);
  UNCLEARED struct address peer;
  int problem;
  ask_peer(socket, &peer, &problem);
  if (socket_kernel(socket) && look_up_listed(socket, &local, &peer, &found) > 0)
    return found.state;
  return tcp_state(socket); /* fallen back, or not connected */
}

/* Another open descriptor, made by dup(2), of the same socket; NULL: none. What was accepted by
 * multipath TCP has the cookie of its listener, and an inode of its own. */
static const struct socket *find_duplicate(const struct socket *socket) {
  const struct socket *other = socket_table_find_cookie(socket->table, socket->cookie, NULL);
  while (other && (other->descriptor < 0 || other->inode != socket->inode))
    other = socket_table_find_cookie(socket->table, socket->cookie, other);
  return other;
}

static enum socket_state state_of(const struct socket *socket, bool reread) {
  if (socket->replayed)
    return socket->seen.state; /* what the last event says */
  if (socket_is_none(socket))
    return STATE_UNKNOWN;
  if (socket->descriptor < 0) {
    const struct socket *other = find_duplicate(socket);
    UNCLEARED struct kernel_socket found;
    return other ? state_of(other, reread) : orphan_state(socket, &found);
  }
  if (!socket_has_tcp_states(socket))
    return other_state(socket, reread);
  if (socket_is_multipath(socket))
    return multipath_state(socket);
  enum socket_state state = tcp_state(socket);
  return state == STATE_CLOSED ? closed_state(socket) : state;
}

enum socket_state look_state_now(const struct socket *socket) {
  return state_of(socket, true);
}

enum socket_state look_state_again(struct socket *socket) {
  enum socket_state state = state_of(socket, true);
  if (state == socket->seen.state && state != STATE_UNKNOWN)
    socket->seen.time = clock_monotonic();
  return state;
}

static void look_inode(struct socket *socket) {
  struct stat status;
  if (look_note(fstat(socket->descriptor, &status), "fstat") == 0)
    socket->inode = (uint32_t)status.st_ino;
  socket->table->multipath = true;
}

void look_identity(struct socket *socket) {
  socklen_t length = sizeof socket->cookie;
  if (socket->cookie || socket->descriptor < 0 || socket_is_none(socket))
    return;
  if (look_note(getsockopt(socket->descriptor, SOL_SOCKET, SO_COOKIE, &socket->cookie, &length),
                "getsockopt") < 0)
    socket->cookie = 0;
  if (socket_is_multipath(socket))
    look_inode(socket);
  socket_index(socket);
  /* If it waited in a listener's queue, it has its descriptor now. */
  struct socket *queued = NULL;
  while ((queued = socket_table_find_cookie(socket->table, socket->cookie, queued)))
    if (queued->role == ROLE_QUEUED || queued->role == ROLE_OF_SERVICE) {
      socket->listener = queued->listener;
      socket_release_orphan(queued);
      break;
    }
}

/* Whether poll alone can tell that it is still ESTABLISHED: only its own descriptor could shut it
 * down, and what ends the other side, or the connection, hangs up. */
static bool poll_tells(const struct socket *socket) {
  return socket->alone && socket_is_tcp(socket) && socket->descriptor >= 0 && socket->told &&
         socket->seen.state == STATE_ESTABLISHED && !socket->may_change_local && !socket->closing &&
         !socket->shut && !socket->shut_read;
}

bool look_still_established(struct socket *const *sockets, size_t count, int64_t now,
                            unsigned *readable) {
  enum { FEW = 8 };
  struct pollfd items[FEW];
  if (count > FEW)
    return false;
  for (size_t i = 0; i < count; i++) {
    if (!poll_tells(sockets[i]))
      return false;
    items[i] = (struct pollfd){.fd = sockets[i]->descriptor, .events = POLLRDHUP | POLLIN};
  }
  if (poll(items, (nfds_t)count, 0) < 0)
    return false;
  *readable = 0;
  for (size_t i = 0; i < count; i++) {
    if (items[i].revents & ~POLLIN)
      return false;
    *readable |= items[i].revents ? 1U << i : 0;
  }
  for (size_t i = 0; i < count; i++)
    sockets[i]->seen.time = now;
  return true;
}

void look_at_new(struct socket *socket) {
  look_identity(socket);
  if (!socket_has_tcp_states(socket))
    return;
  socket->seen.state = state_of(socket, false);
  socket->seen.time = socket->seen.since = clock_monotonic();
}

void look_before_close(struct socket *socket) {
  look_identity(socket);
  if (!socket_has_tcp_states(socket) || !socket->may_change_local)
    return;
  socket->seen.local = look_local(socket);
  socket->seen.peer = look_peer(socket);
  socket_index(socket);
}

void look_after_close(struct socket *socket) {
  enum socket_state state = socket->seen.state;
  /* Another descriptor, made by dup(2), may refer to the same socket: then looks go through that
   * one. */
  bool known = socket_has_tcp_states(socket) && socket->cookie && socket_kernel(socket) &&
               !find_duplicate(socket);
  if (!known)
    socket->seen.state = STATE_UNKNOWN;
  else if (state == STATE_LISTEN || (state != STATE_CLOSED && socket->seen.peer.length > 0))
    look_follow_closed(socket);
}

/* Whether a call of the session waits at its listener, and may just have got it. */
static bool is_being_accepted(const struct socket *socket) {
  const struct socket *listener = socket_table_find(socket->table, socket->was_descriptor);
  return listener && listener->id == socket->listener && listener->waiting > 0;
}

void look_at_accepted(struct socket *socket, uint32_t inode) {
  const struct socket *owner = socket_find_multipath(socket->table, socket->host, inode);
  if (owner) {
    socket_set_listener(socket, owner);
    socket->role = ROLE_SUBFLOW;
  } else if (!is_being_accepted(socket)) {
    socket->role = ROLE_OF_SERVICE;
  }
}

/* look_state for a socket without a descriptor. One that is gone is reported as closed, if it was
 * ever reported. */
static bool look_orphan(struct socket *socket, int64_t now, struct snapshot *before) {
  UNCLEARED struct kernel_socket found;
  enum socket_state state = orphan_state(socket, &found);
  if (found.inode && socket->role == ROLE_QUEUED)
    look_at_accepted(socket, found.inode);
  if (found.timer == TIMER_TIME_WAIT)
    socket->over_at = now + found.timer_left;
  if (state == STATE_CLOSED && socket->role == ROLE_LINGERING)
    look_for_end(socket, now);
  *before = socket->seen;
  if (state == STATE_UNKNOWN || state == before->state ||
      (socket->role == ROLE_GONE && before->state == STATE_UNKNOWN)) {
    socket->seen.time = now;
    return false;
  }
  socket->told = true;
  socket->seen.state = state;
  socket->seen.time = socket->seen.since = now;
  if (state == STATE_CLOSED && socket->role != ROLE_OF_PROGRAM)
    socket_release_orphan(socket);
  return true;
}

/* In SYN_SENT getpeername(2) does not tell the peer, and the kernel's list does. */
static void learn_peer(const struct kernel_socket *found, void *context) {
  struct socket *socket = context;
  if (found->cookie != socket->cookie)
    return;
  socket->seen.local = found->local;
  socket->seen.peer = found->peer;
}

static void look_for_peer(struct socket *socket) {
  UNCLEARED struct error ignored;
  struct kernel_filter filter = {KERNEL_TCP, 1u << STATE_SYN_SENT};
  if (socket_is_multipath(socket))
    filter.kinds = KERNEL_MPTCP;
  if (socket->cookie && socket_kernel(socket))
    kernel_walk(socket_kernel(socket), filter, learn_peer, socket, &ignored);
}

/* Whether the kernel lists it as multipath TCP is asked until it does. */
static void look_whether_listed(struct socket *socket, enum socket_state state) {
  UNCLEARED struct kernel_socket found;
  UNCLEARED struct error ignored;
  if (socket->listed || !socket_is_multipath(socket) || !socket_kernel(socket) ||
      state == STATE_CLOSED || state == STATE_LISTEN)
    return;
  struct address local = look_local(socket);
  struct address peer = look_peer(socket);
  socket->listed = kernel_find_multipath(socket_kernel(socket), &local, &peer, socket->cookie,
                                         &found, &ignored) > 0;
}

bool look_state(struct socket *socket, int64_t now, struct snapshot *before) {
  if (socket->closing || socket->replayed || socket_is_none(socket))
    return false;
  if (socket->descriptor < 0)
    return look_orphan(socket, now, before);
  if (!socket->cookie)
    look_identity(socket);
  enum socket_state state = state_of(socket, socket->may_change_local);
  if (state == STATE_UNKNOWN) /* the look has failed, and the next one may not */
    return false;
  look_whether_listed(socket, state);
  bool changed = state != socket->seen.state || !socket->told;
  *before = socket->seen;
  if (!socket->told && state == before->state)
    before->state = STATE_UNKNOWN;
  socket->seen.time = now;
  if (!changed && !socket->may_change_local)
    return false;
  if (state == STATE_SYN_SENT && (before->state != state || before->peer.length == 0))
    look_for_peer(socket);
  UNCLEARED struct address local;
  UNCLEARED struct address peer = socket->seen.peer;
  bool has_told_peer = state == STATE_SYN_SENT && socket_has_tcp_states(socket);
  if (look_read_local(socket, &local) || (!has_told_peer && look_read_peer(socket, &peer)))
    return false;
  socket->may_change_local = false;
  /* Before and after a connection getpeername(2) tells no peer; keep the last known one, which is
   * worth more than none. */
  bool over = peer.length == 0 && socket->seen.peer.length > 0 && state == STATE_CLOSED;
  if (peer.length == 0 && socket_has_tcp_states(socket) && state != STATE_LISTEN)
    peer = socket->seen.peer;
  if (!changed && over) /* that it has lost its local address, too, is no news */
    socket->seen.local = local;
  if (!changed && address_equal(&local, &socket->seen.local) &&
      address_equal(&peer, &socket->seen.peer))
    return false;
  int64_t since = state == socket->seen.state ? socket->seen.since : now;
  socket->seen = (struct snapshot){state, local, peer, now, since};
  socket->told = true;
  socket_index(socket);
  return true;
}
