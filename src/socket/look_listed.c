#include "socket/look_listed.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <sys/socket.h>

#include "language/loss.h"
#include "socket/kernel_end.h"
#include "socket/look_note.h"
#include "system/descriptor.h"

int look_up_listed(const struct socket *socket, const struct address *local,
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

static int open_diagnosis(int type) {
  return socket(AF_NETLINK, type, NETLINK_SOCK_DIAG);
}

/* The descriptor of a network's notices of ends. They are asked for when the first socket is closed
 * that has not ended: each costs the kernel something. */
static int *ends_of(const struct socket *socket) {
  int made[2] = {-1, -1};
  int *ends = socket->host ? &socket->host->ends : &socket->table->ends;
  if (*ends != -1)
    return ends;
  int type = SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK;
  int problem = 0;
  if (socket->host)
    problem = socket->host->make(socket->host, AF_NETLINK, type, NETLINK_SOCK_DIAG, false, made);
  else
    made[0] = open_diagnosis(type);
  if (problem < 0) { /* it takes long to find that out, so once is enough */
    loss_of_look("a question to the lab's helper", -problem);
    *ends = -2;
    return ends;
  }
  if (problem > 0)
    errno = problem;
  else if (made[0] >= 0)
    made[0] = descriptor_move_up(made[0]);
  look_note(made[0], "socket");
  *ends = kernel_end_join(made[0]);
  return ends;
}

void look_follow_closed(struct socket *socket) {
  ends_of(socket);
  socket_follow_orphan(socket, ROLE_LINGERING);
}

static void take_end(uint64_t cookie, const struct tcp_info_bytes *info, void *context) {
  struct socket *socket = socket_table_find_cookie(context, cookie, NULL);
  if (socket)
    socket->ended = tcp_info_end_of(info);
}

void look_for_end(struct socket *socket, int64_t now) {
  enum { SHORTEST = 200000000, WAIT = 5 }; /* nanoseconds until any time-out; milliseconds */
  bool may_time_out = socket->seen.state != STATE_TIME_WAIT &&
                      socket->seen.state != STATE_FIN_WAIT2 && now - socket->seen.since >= SHORTEST;
  if (socket_is_tcp(socket))
    kernel_end_read(*ends_of(socket), may_time_out ? WAIT : 0, take_end, socket->table);
}

short look_events(const struct socket *socket, short events) {
  struct pollfd item = {.fd = socket->descriptor, .events = events};
  int ready;
  while ((ready = poll(&item, 1, 0)) < 0 && errno == EINTR)
    ;
  return look_note(ready, "poll") < 0 ? 0 : item.revents;
}
