/* look_detail: what is read of a socket only on request. */
#include <fcntl.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/time.h>

#include "socket/look.h"
#include "socket/look_listed.h"
#include "socket/look_note.h"

#ifndef SOL_MPTCP
#define SOL_MPTCP 284
#endif

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
  bool listens = socket->descriptor < 0 && socket->seen.state == STATE_LISTEN;
  if ((peer.length == 0 && !listens) || look_up_listed(socket, &local, &peer, &found) <= 0)
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
  details->ready = look_events(socket, POLLIN | POLLOUT | POLLPRI | POLLRDHUP);
  if (socket_is_none(socket))
    return;
  struct tcp_info info = {0};
  socklen_t length = sizeof info;
  if (socket_has_tcp_states(socket) &&
      look_note(getsockopt(socket->descriptor, IPPROTO_TCP, TCP_INFO, &info, &length),
                "getsockopt") == 0 &&
      info.tcpi_state == TCP_LISTEN) {
    details->receive_queue = (int)info.tcpi_unacked;
    details->send_queue = (int)info.tcpi_sacked;
    return;
  }
  if (look_listed_queues(socket, details))
    return;
  if (look_note(ioctl(socket->descriptor, SIOCINQ, &details->receive_queue), "ioctl") < 0)
    details->receive_queue = -1;
  if (look_note(ioctl(socket->descriptor, SIOCOUTQ, &details->send_queue), "ioctl") < 0)
    details->send_queue = -1;
}

bool look_defers(const struct socket *socket) {
  int seconds = 0;
  socklen_t length = sizeof seconds;
  return look_note(getsockopt(socket->descriptor, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, &length),
                   "getsockopt") == 0 &&
         seconds > 0;
}

unsigned look_user_timeout(const struct socket *socket) {
  unsigned milliseconds = 0;
  socklen_t length = sizeof milliseconds;
  return look_note(
             getsockopt(socket->descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, &length),
             "getsockopt") < 0
             ? 0
             : milliseconds;
}

int look_subflows(const struct socket *socket) {
  enum { INFO = 1, EXTRA = 0, TOTAL = 80 }; /* MPTCP_INFO, and offsets in struct mptcp_info */
  unsigned char info[256] = {0};
  socklen_t length = sizeof info;
  if (!socket_is_multipath(socket) || socket->descriptor < 0 ||
      look_note(getsockopt(socket->descriptor, SOL_MPTCP, INFO, info, &length), "getsockopt") < 0 ||
      length == 0)
    return -1;
  return length > TOTAL ? info[TOTAL] : info[EXTRA] + 1; /* the total is told since Linux 6.7 */
}

int look_drops(const struct socket *socket, uint32_t *drops) {
  uint32_t numbers[SK_MEMINFO_VARS] = {0};
  socklen_t length = sizeof numbers;
  if (look_note(getsockopt(socket->descriptor, SOL_SOCKET, SO_MEMINFO, numbers, &length),
                "getsockopt") < 0 ||
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
  return look_note(ioctl(socket->descriptor, SIOCINQ, &pending), "ioctl") < 0 ? -1 : pending;
}

int look_outstanding(const struct socket *socket) {
  int outstanding = 0;
  return look_note(ioctl(socket->descriptor, SIOCOUTQ, &outstanding), "ioctl") < 0 ? -1
                                                                                   : outstanding;
}

int look_file_flags(const struct socket *socket) {
  return fcntl(socket->descriptor, F_GETFL);
}

int64_t look_time_out(const struct socket *socket, int option) {
  struct timeval limit = {0};
  socklen_t length = sizeof limit;
  if (look_note(getsockopt(socket->descriptor, SOL_SOCKET, option, &limit, &length), "getsockopt") <
      0)
    return 0;
  return (int64_t)limit.tv_sec * 1000000000 + (int64_t)limit.tv_usec * 1000;
}
