/* What services are measured against: the least that does the same work.
 *
 *     server tcp         echoes to all clients of a TCP listener, with one thread and epoll
 *     server udp         echoes datagrams, with recvmmsg and sendmmsg
 *
 * It prints its port, and serves until it is killed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BATCH = 64, LONGEST = 65536, EVENTS = 256 };

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int open_port(int type) {
  int made = socket(AF_INET, type, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (made < 0 || bind(made, (struct sockaddr *)&address, sizeof address) < 0 ||
      (type == SOCK_STREAM && listen(made, SOMAXCONN) < 0) ||
      getsockname(made, (struct sockaddr *)&address, &length) < 0)
    fail("socket");
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return made;
}

/* A client that does not read is not waited for here: those of the benchmark do. */
static void answer(int client, char *data) {
  ssize_t got = recv(client, data, LONGEST, 0);
  if (got <= 0)
    close(client);
  else if (send(client, data, (size_t)got, MSG_NOSIGNAL) < 0)
    close(client);
}

static void serve_tcp(void) {
  static char data[LONGEST];
  int listener = open_port(SOCK_STREAM);
  int epoll = epoll_create1(0);
  struct epoll_event events[EVENTS];
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) < 0)
    fail("epoll");
  for (;;) {
    int count = epoll_wait(epoll, events, EVENTS, -1);
    for (int i = 0; i < count; i++) {
      if (events[i].data.fd != listener) {
        answer(events[i].data.fd, data);
        continue;
      }
      event.data.fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
      if (event.data.fd >= 0)
        epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event);
    }
  }
}

static void serve_udp(void) {
  static char data[BATCH][LONGEST];
  static struct sockaddr_in from[BATCH];
  struct mmsghdr messages[BATCH];
  struct iovec parts[BATCH];
  int bound = open_port(SOCK_DGRAM);
  for (;;) {
    for (int i = 0; i < BATCH; i++) {
      parts[i] = (struct iovec){data[i], LONGEST};
      messages[i].msg_hdr = (struct msghdr){.msg_name = &from[i],
                                            .msg_namelen = sizeof from[i],
                                            .msg_iov = &parts[i],
                                            .msg_iovlen = 1};
    }
    int count = recvmmsg(bound, messages, BATCH, MSG_WAITFORONE, NULL);
    for (int i = 0; i < count; i++)
      parts[i].iov_len = messages[i].msg_len;
    for (int sent = 0; sent < count;) {
      int more = sendmmsg(bound, messages + sent, (unsigned)(count - sent), 0);
      if (more < 0 && errno != EINTR && errno != ECONNREFUSED)
        fail("sendmmsg");
      sent += more > 0 ? more : 0;
    }
  }
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "tcp") == 0)
    serve_tcp();
  else if (argc == 2 && strcmp(argv[1], "udp") == 0)
    serve_udp();
  fprintf(stderr, "usage: server tcp|udp\n");
  return 2;
}
