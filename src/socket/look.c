#include "socket/look.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system/wait.h"

struct address look_local(const struct socket *socket) {
  struct address address = {.length = sizeof address.storage};
  if (socket->descriptor < 0 || getsockname(socket->descriptor, &address.any, &address.length) < 0)
    address.length = 0;
  address_name_interface(&address, host_network(socket->host));
  return address;
}

/* The state of an open TCP socket: the first byte of struct tcp_info. */
static enum socket_state tcp_state(const struct socket *socket) {
  unsigned char state = 0;
  socklen_t length = sizeof state;
  if (getsockopt(socket->descriptor, IPPROTO_TCP, TCP_INFO, &state, &length) < 0)
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

struct address look_peer(const struct socket *socket) {
  struct address address = {.length = sizeof address.storage};
  if (socket->descriptor >= 0 &&
      getpeername(socket->descriptor, &address.any, &address.length) == 0) {
    if (is_kernel(&address)) /* every netlink socket that is not connected names it as its peer */
      address.length = 0;
    address_name_interface(&address, host_network(socket->host));
    return address;
  }
  /* In SYN_SENT getpeername(2) does not tell the peer, and the kernel's list has told it. */
  bool known = socket->descriptor >= 0 && socket_has_tcp_states(socket) &&
               socket->seen.state == STATE_SYN_SENT && tcp_state(socket) == STATE_SYN_SENT;
  return known ? socket->seen.peer : (struct address){0};
}

static short poll_now(const struct socket *socket, short events) {
  struct pollfd item = {.fd = socket->descriptor, .events = events};
  return poll(&item, 1, 0) < 0 ? 0 : item.revents;
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
  if (stream && state == STATE_CONNECTED && poll_now(socket, POLLRDHUP) & POLLHUP)
    return STATE_DISCONNECTED;
  return state;
}

/* Looks a socket with TCP's states up in the kernel's list, given its addresses. 1, 0 if it is not
 * there, -1 if the list can't be read. Multipath TCP that has fallen back is one plain connection.
 */
static int find_listed(const struct socket *socket, const struct address *local,
                       const struct address *peer, struct kernel_socket *found) {
  struct kernel *kernel = socket_kernel(socket);
  struct error ignored;
  int there = 0;
  if (socket_is_multipath(socket))
    there = kernel_find_multipath(kernel, local, peer, socket->cookie, found, &ignored);
  if (there != 0 || (socket_is_multipath(socket) && (socket->listed || peer->length == 0)))
    return there;
  uint64_t cookie = socket_is_multipath(socket) ? 0 : socket->cookie;
  there = kernel_find(kernel, local, peer, cookie, found, &ignored);
  return there > 0 && cookie == 0 && found->state == STATE_LISTEN ? 0 : there;
}

/* The state of a socket without a descriptor; *inode says whether a process has one. */
static enum socket_state orphan_state(const struct socket *socket, uint32_t *inode) {
  struct kernel_socket found = {.inode = 0};
  if (!socket_is_followed(socket) || !socket_kernel(socket))
    return socket->role == ROLE_GONE ? STATE_CLOSED : STATE_UNKNOWN;
  int there = find_listed(socket, &socket->seen.local, &socket->seen.peer, &found);
  *inode = there > 0 ? found.inode : 0;
  return there < 0 ? STATE_UNKNOWN : there == 0 ? STATE_CLOSED : found.state;
}

/* The kernel keeps TIME_WAIT in a small socket of its own, with the same cookie, while the one that
 * the descriptor refers to is closed. */
static enum socket_state closed_state(const struct socket *socket) {
  struct kernel_socket found;
  enum socket_state before = socket->seen.state;
  bool possible = before != STATE_CLOSED && before != STATE_LISTEN && before != STATE_SYN_SENT;
  if (!possible || !socket->cookie || !socket_kernel(socket) || socket->seen.peer.length == 0)
    return STATE_CLOSED;
  int there = find_listed(socket, &socket->seen.local, &socket->seen.peer, &found);
  return there > 0 ? found.state : STATE_CLOSED;
}

/* The state of multipath TCP's connection, which is not that of a subflow. */
static enum socket_state multipath_state(const struct socket *socket) {
  struct kernel_socket found;
  struct address local = look_local(socket);
  struct address peer = {.length = sizeof peer.storage};
  if (getpeername(socket->descriptor, &peer.any, &peer.length) < 0)
    peer.length = 0;
  if (socket_kernel(socket) && find_listed(socket, &local, &peer, &found) > 0)
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
  if (socket_is_none(socket))
    return STATE_UNKNOWN;
  if (socket->descriptor < 0) {
    const struct socket *other = find_duplicate(socket);
    uint32_t inode;
    return other ? state_of(other, reread) : orphan_state(socket, &inode);
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
  if (fstat(socket->descriptor, &status) == 0)
    socket->inode = (uint32_t)status.st_ino;
  socket->table->multipath = true;
}

void look_identity(struct socket *socket) {
  socklen_t length = sizeof socket->cookie;
  if (socket->cookie || socket->descriptor < 0 || socket_is_none(socket))
    return;
  if (getsockopt(socket->descriptor, SOL_SOCKET, SO_COOKIE, &socket->cookie, &length) < 0)
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
    socket_follow_orphan(socket, ROLE_LINGERING);
}

/* Whether a call of the session waits at its listener, and may just have got it. */
static bool is_being_accepted(const struct socket *socket) {
  const struct socket *listener = socket_table_find(socket->table, socket->was_descriptor);
  return listener && listener->id == socket->listener && listener->waiting > 0;
}

/* One from a queue has been accepted: by whom? */
static void look_at_accepted(struct socket *socket, uint32_t inode) {
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
  uint32_t inode = 0;
  enum socket_state state = orphan_state(socket, &inode);
  if (inode && socket->role == ROLE_QUEUED)
    look_at_accepted(socket, inode);
  *before = socket->seen;
  if (state == STATE_UNKNOWN || state == before->state ||
      (socket->role == ROLE_GONE && before->state == STATE_UNKNOWN)) {
    socket->seen.time = now;
    return false;
  }
  socket->told = true;
  socket->seen.state = state;
  socket->seen.time = socket->seen.since = now;
  if (state == STATE_CLOSED)
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
  struct error ignored;
  struct kernel_filter filter = {KERNEL_TCP, 1u << STATE_SYN_SENT};
  if (socket_is_multipath(socket))
    filter.kinds = KERNEL_MPTCP;
  if (socket->cookie && socket_kernel(socket))
    kernel_walk(socket_kernel(socket), filter, learn_peer, socket, &ignored);
}

/* Whether the kernel lists it as multipath TCP is asked until it does. */
static void look_whether_listed(struct socket *socket, enum socket_state state) {
  struct kernel_socket found;
  struct error ignored;
  if (socket->listed || !socket_is_multipath(socket) || !socket_kernel(socket) ||
      state == STATE_CLOSED || state == STATE_LISTEN)
    return;
  struct address local = look_local(socket);
  struct address peer = look_peer(socket);
  socket->listed = kernel_find_multipath(socket_kernel(socket), &local, &peer, socket->cookie,
                                         &found, &ignored) > 0;
}

bool look_state(struct socket *socket, int64_t now, struct snapshot *before) {
  if (socket->closing || socket_is_none(socket))
    return false;
  if (socket->descriptor < 0)
    return look_orphan(socket, now, before);
  if (!socket->cookie)
    look_identity(socket);
  enum socket_state state = state_of(socket, socket->may_change_local);
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
  struct address local = look_local(socket);
  struct address peer = state == STATE_SYN_SENT && socket_has_tcp_states(socket)
                            ? socket->seen.peer
                            : look_peer(socket);
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

/* The kernel's list has the queues of a socket with TCP's states, and of one without a descriptor
 * nothing else has. False if it is not listed: not connected, or the list can't be read. */
static bool look_listed_queues(const struct socket *socket, struct look_details *details) {
  struct kernel_socket found;
  bool possible = socket->descriptor >= 0 || socket_is_followed(socket);
  if (!possible || !socket_has_tcp_states(socket) || !socket_kernel(socket) || !socket->cookie)
    return false;
  struct address local = socket->descriptor >= 0 ? look_local(socket) : socket->seen.local;
  struct address peer = socket->descriptor >= 0 ? look_peer(socket) : socket->seen.peer;
  if (peer.length == 0) /* in SYN_SENT */
    peer = socket->seen.peer;
  if (peer.length == 0 || find_listed(socket, &local, &peer, &found) <= 0)
    return false;
  details->receive_queue = (int)found.receive_queue;
  details->send_queue = (int)found.send_queue;
  return true;
}

void look_details(const struct socket *socket, struct look_details *details) {
  *details = (struct look_details){.receive_queue = -1, .send_queue = -1, .blocking = true};
  if (socket->descriptor < 0) {
    look_listed_queues(socket, details);
    return;
  }
  int flags = fcntl(socket->descriptor, F_GETFL);
  details->blocking = flags < 0 || !(flags & O_NONBLOCK);
  details->ready = poll_now(socket, POLLIN | POLLOUT | POLLPRI | POLLRDHUP);
  if (socket_is_none(socket))
    return;
  struct tcp_info info = {0};
  socklen_t length = sizeof info;
  if (socket_has_tcp_states(socket) &&
      getsockopt(socket->descriptor, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 &&
      info.tcpi_state == TCP_LISTEN) {
    details->receive_queue = (int)info.tcpi_unacked;
    details->send_queue = (int)info.tcpi_sacked;
    return;
  }
  if (look_listed_queues(socket, details))
    return;
  if (ioctl(socket->descriptor, SIOCINQ, &details->receive_queue) < 0)
    details->receive_queue = -1;
  if (ioctl(socket->descriptor, SIOCOUTQ, &details->send_queue) < 0)
    details->send_queue = -1;
}

bool look_defers(const struct socket *socket) {
  int seconds = 0;
  socklen_t length = sizeof seconds;
  return getsockopt(socket->descriptor, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, &length) == 0 &&
         seconds > 0;
}

int look_drops(const struct socket *socket, uint32_t *drops) {
  uint32_t numbers[SK_MEMINFO_VARS] = {0};
  socklen_t length = sizeof numbers;
  if (getsockopt(socket->descriptor, SOL_SOCKET, SO_MEMINFO, numbers, &length) < 0 ||
      length <= SK_MEMINFO_DROPS * sizeof *numbers)
    return -1;
  *drops = numbers[SK_MEMINFO_DROPS];
  return 0;
}

int look_tcp_info(const struct socket *socket, struct tcp_info_bytes *info) {
  return tcp_info_read(socket->descriptor, info);
}

int look_pending(const struct socket *socket) {
  int pending = 0;
  return ioctl(socket->descriptor, SIOCINQ, &pending) < 0 ? -1 : pending;
}

int look_file_flags(const struct socket *socket) {
  return fcntl(socket->descriptor, F_GETFL);
}

int64_t look_time_out(const struct socket *socket, int option) {
  struct timeval limit = {0};
  socklen_t length = sizeof limit;
  if (getsockopt(socket->descriptor, SOL_SOCKET, option, &limit, &length) < 0)
    return 0;
  return (int64_t)limit.tv_sec * 1000000000 + (int64_t)limit.tv_usec * 1000;
}
