#include "service/outbound.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "socket/socket.h"

/* Closes the descriptor and keeps errno. Returns -1. */
static int give_up(int descriptor) {
  int error = errno;
  close(descriptor);
  errno = error;
  return -1;
}

static int take_option(int from, int to, int level, int option) {
  int number;
  socklen_t length = sizeof number;
  if (getsockopt(from, level, option, &number, &length) < 0)
    return -1;
  return setsockopt(to, level, option, &number, length);
}

/* -1, or OUTBOUND_UNASKED, with errno set. */
static int make(struct host *host, int family, int type, int protocol) {
  int made[2];
  if (!host)
    return socket(family, type, protocol);
  int problem = host->make(host, family, type, protocol, false, made);
  errno = problem < 0 ? -problem : problem;
  return problem < 0 ? OUTBOUND_UNASKED : problem > 0 ? -1 : made[0];
}

int outbound_beside(int descriptor, struct host *host) {
  struct address address = {.length = sizeof address.storage};
  int family, type, protocol, listening = 0;
  if (socket_read_number(descriptor, SO_DOMAIN, &family) < 0 ||
      socket_read_number(descriptor, SO_TYPE, &type) < 0 ||
      socket_read_number(descriptor, SO_PROTOCOL, &protocol) < 0 ||
      socket_read_number(descriptor, SO_ACCEPTCONN, &listening) < 0 ||
      getsockname(descriptor, &address.any, &address.length) < 0)
    return -1;
  int made = make(host, family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
  if (made < 0)
    return made;
  bool failed =
      take_option(descriptor, made, SOL_SOCKET, SO_REUSEPORT) < 0 ||
      take_option(descriptor, made, SOL_SOCKET, SO_REUSEADDR) < 0 ||
      (family == AF_INET6 && take_option(descriptor, made, IPPROTO_IPV6, IPV6_V6ONLY) < 0) ||
      bind(made, &address.any, address.length) < 0 || (listening && listen(made, SOMAXCONN) < 0);
  return failed ? give_up(made) : made;
}

int outbound_connect(const struct address *target, int type, struct host *host) {
  int on = 1;
  int made = make(host, address_family(target), type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (made < 0)
    return made;
  if (type == SOCK_STREAM && address_family(target) != AF_UNIX)
    setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* forward data as it came */
  int status = connect(made, &target->any, target->length);
  if (status < 0 && errno != EINPROGRESS)
    return give_up(made);
  errno = status < 0 ? EINPROGRESS : 0;
  return made;
}
