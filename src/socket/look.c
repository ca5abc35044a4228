#include "socket/look.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct address look_local(const struct socket *socket) {
  struct address address = {.length = sizeof address.storage};
  if (socket->descriptor < 0 || getsockname(socket->descriptor, &address.any, &address.length) < 0)
    address.length = 0;
  return address;
}

struct address look_peer(const struct socket *socket) {
  struct address address = {.length = sizeof address.storage};
  if (socket->descriptor < 0 || getpeername(socket->descriptor, &address.any, &address.length) < 0)
    address.length = 0;
  /* Every netlink socket that is not connected names the kernel, port 0, as its peer. */
  struct sockaddr_nl netlink = {0};
  if (address_family(&address) == AF_NETLINK && address.length >= sizeof netlink) {
    memcpy(&netlink, &address.storage, sizeof netlink);
    if (netlink.nl_pid == 0 && netlink.nl_groups == 0)
      address.length = 0;
  }
  return address;
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

/* The state of a socket without a descriptor. */
static enum socket_state orphan_state(const struct socket *socket) {
  struct kernel_socket found;
  struct error ignored;
  bool followed = socket->role == ROLE_LINGERING || socket->role == ROLE_QUEUED;
  if (!followed || !socket_kernel(socket))
    return socket->role == ROLE_GONE ? STATE_CLOSED : STATE_UNKNOWN;
  int there = kernel_find(socket_kernel(socket), &socket->seen.local, &socket->seen.peer,
                          socket->cookie, &found, &ignored);
  return there < 0 ? STATE_UNKNOWN : there == 0 ? STATE_CLOSED : found.state;
}

/* The kernel keeps TIME_WAIT in a small socket of its own, with the same cookie, while the one that
 * the descriptor refers to is closed. */
static enum socket_state closed_state(const struct socket *socket) {
  struct kernel_socket found;
  struct error ignored;
  enum socket_state before = socket->seen.state;
  bool possible = before != STATE_CLOSED && before != STATE_LISTEN && before != STATE_SYN_SENT;
  if (!possible || !socket->cookie || !socket_kernel(socket) || socket->seen.peer.length == 0)
    return STATE_CLOSED;
  int there = kernel_find(socket_kernel(socket), &socket->seen.local, &socket->seen.peer,
                          socket->cookie, &found, &ignored);
  return there > 0 ? found.state : STATE_CLOSED;
}

static enum socket_state state_of(const struct socket *socket, bool reread) {
  if (socket_is_none(socket))
    return STATE_UNKNOWN;
  if (socket->descriptor < 0) {
    /* Another descriptor, made by dup(2), may refer to the same socket. */
    const struct socket *other = socket_table_find_cookie(socket->table, socket->cookie, NULL);
    return other && other->descriptor >= 0 ? state_of(other, reread) : orphan_state(socket);
  }
  if (!socket_is_tcp(socket))
    return other_state(socket, reread);
  unsigned char state = 0; /* the first byte of struct tcp_info */
  socklen_t length = sizeof state;
  if (getsockopt(socket->descriptor, IPPROTO_TCP, TCP_INFO, &state, &length) < 0)
    return STATE_UNKNOWN;
  return state == STATE_CLOSED ? closed_state(socket) : (enum socket_state)state;
}

enum socket_state look_state_now(const struct socket *socket) {
  return state_of(socket, true);
}

void look_identity(struct socket *socket) {
  socklen_t length = sizeof socket->cookie;
  if (socket->cookie || socket->descriptor < 0 || socket_is_none(socket))
    return;
  if (getsockopt(socket->descriptor, SOL_SOCKET, SO_COOKIE, &socket->cookie, &length) < 0)
    socket->cookie = 0;
  socket_index(socket);
  /* If it waited in a listener's queue, it has its descriptor now. */
  struct socket *queued = NULL;
  while ((queued = socket_table_find_cookie(socket->table, socket->cookie, queued)))
    if (queued->role == ROLE_QUEUED) {
      socket->listener = queued->listener;
      socket_release_orphan(queued);
      break;
    }
}

void look_before_close(struct socket *socket) {
  look_identity(socket);
  if (!socket_is_tcp(socket) || !socket->may_change_local)
    return;
  socket->seen.local = look_local(socket);
  socket->seen.peer = look_peer(socket);
  socket_index(socket);
}

void look_after_close(struct socket *socket) {
  enum socket_state state = socket->seen.state;
  /* Another descriptor, made by dup(2), may refer to the same socket: then looks go through that
   * one. */
  bool known = socket_is_tcp(socket) && socket->cookie && socket_kernel(socket) &&
               !socket_table_find_cookie(socket->table, socket->cookie, NULL);
  if (!known)
    socket->seen.state = STATE_UNKNOWN;
  else if (state == STATE_LISTEN || (state != STATE_CLOSED && socket->seen.peer.length > 0))
    socket_follow_orphan(socket, ROLE_LINGERING);
}

/* look_state for a socket without a descriptor. One that is gone is reported as closed, if it was
 * ever reported. */
static bool look_orphan(struct socket *socket, int64_t now, struct snapshot *before) {
  enum socket_state state = orphan_state(socket);
  *before = socket->seen;
  if (state == STATE_UNKNOWN || state == before->state ||
      (socket->role == ROLE_GONE && before->state == STATE_UNKNOWN)) {
    socket->seen.time = now;
    return false;
  }
  socket->seen.state = state;
  socket->seen.time = now;
  if (state == STATE_CLOSED)
    socket_release_orphan(socket);
  return true;
}

bool look_state(struct socket *socket, int64_t now, struct snapshot *before) {
  if (socket->closing || socket_is_none(socket))
    return false;
  if (socket->descriptor < 0)
    return look_orphan(socket, now, before);
  if (!socket->cookie)
    look_identity(socket);
  enum socket_state state = state_of(socket, socket->may_change_local);
  bool changed = state != socket->seen.state;
  *before = socket->seen;
  socket->seen.time = now;
  if (!changed && !socket->may_change_local)
    return false;
  struct address local = look_local(socket);
  struct address peer = look_peer(socket);
  socket->may_change_local = false;
  if (!changed && address_equal(&local, &socket->seen.local) &&
      address_equal(&peer, &socket->seen.peer))
    return false;
  /* A closed connection no longer has a peer; keep the last known one, which is worth more than
   * none. */
  if (peer.length == 0 && changed && socket_is_tcp(socket) && state != STATE_LISTEN)
    peer = socket->seen.peer;
  socket->seen = (struct snapshot){state, local, peer, now};
  socket_index(socket);
  return true;
}

/* Without a descriptor, only the kernel's list has its queues. */
static void look_orphan_queues(const struct socket *socket, struct look_details *details) {
  struct kernel_socket found;
  struct error ignored;
  bool followed = socket->role == ROLE_LINGERING || socket->role == ROLE_QUEUED;
  if (!followed || !socket_is_tcp(socket) || !socket_kernel(socket) ||
      kernel_find(socket_kernel(socket), &socket->seen.local, &socket->seen.peer, socket->cookie,
                  &found, &ignored) <= 0)
    return;
  details->receive_queue = (int)found.receive_queue;
  details->send_queue = (int)found.send_queue;
}

void look_details(const struct socket *socket, struct look_details *details) {
  *details = (struct look_details){.receive_queue = -1, .send_queue = -1, .blocking = true};
  if (socket->descriptor < 0) {
    look_orphan_queues(socket, details);
    return;
  }
  int flags = fcntl(socket->descriptor, F_GETFL);
  details->blocking = flags < 0 || !(flags & O_NONBLOCK);
  details->ready = poll_now(socket, POLLIN | POLLOUT | POLLPRI | POLLRDHUP);
  if (socket_is_none(socket))
    return;
  struct tcp_info info = {0};
  socklen_t length = sizeof info;
  if (socket_is_tcp(socket) &&
      getsockopt(socket->descriptor, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 &&
      info.tcpi_state == TCP_LISTEN) {
    details->receive_queue = (int)info.tcpi_unacked;
    details->send_queue = (int)info.tcpi_sacked;
    return;
  }
  if (ioctl(socket->descriptor, SIOCINQ, &details->receive_queue) < 0)
    details->receive_queue = -1;
  if (ioctl(socket->descriptor, SIOCOUTQ, &details->send_queue) < 0)
    details->send_queue = -1;
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
