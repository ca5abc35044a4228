/* The clients of the benchmarks, all in one thread with epoll. What comes back is compared with
 * what was sent.
 *
 *     load tcp PORT CONNECTIONS COUNT   so many round trips of 64 bytes in all, over so many
 * connections at once load udp PORT WINDOW COUNT        the same with datagrams, so many on their
 * way at once load hold PORT CONNECTIONS        opens so many, has each echo once, says "ready",
 * and holds them until standard input ends; then each echoes once more load churn PORT COUNT so
 * many connections one after the other, 64 at a time: connect, echo, close
 *
 * It prints the seconds that this took, without the time to connect (but for churn); of hold,
 * "ready", and "done".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 64, EVENTS = 256, SOURCES = 200, AT_ONCE = 64 };

static char message[SIZE];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct sockaddr_in loopback(unsigned host, int port) {
  return (struct sockaddr_in){.sin_family = AF_INET,
                              .sin_port = htons((unsigned short)port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK + host)};
}

/* Clients come from many addresses, so that there are ports enough for those in TIME_WAIT. */
static int connect_to(int port, int type, unsigned nth) {
  struct sockaddr_in from = loopback(1 + nth % SOURCES, 0);
  struct sockaddr_in to = loopback(0, port);
  int on = 1;
  int made = socket(AF_INET, type, 0);
  if (made < 0)
    fail("socket");
  setsockopt(made, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  if (type == SOCK_STREAM && bind(made, (struct sockaddr *)&from, sizeof from) < 0)
    fail("bind");
  if (connect(made, (struct sockaddr *)&to, sizeof to) < 0)
    fail("connect");
  return made;
}

static void send_one(int client) {
  if (send(client, message, SIZE, MSG_NOSIGNAL) != SIZE)
    fail("send");
}

/* Receives a whole answer, which may come in parts. */
static void receive_one(int client) {
  char data[SIZE];
  for (size_t have = 0; have < SIZE;) {
    ssize_t got = recv(client, data + have, SIZE - have, 0);
    if (got <= 0)
      fail("recv");
    have += (size_t)got;
  }
  if (memcmp(data, message, SIZE) != 0) {
    fprintf(stderr, "load: what came back is wrong\n");
    exit(1);
  }
}

static void watch(int epoll, int client) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = client};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event) < 0)
    fail("epoll_ctl");
}

static void run_tcp(int port, int connections, long count) {
  int epoll = epoll_create1(0);
  struct epoll_event events[EVENTS];
  int *clients = calloc((size_t)connections, sizeof *clients);
  long sent = 0;
  for (int i = 0; i < connections; i++) {
    clients[i] = connect_to(port, SOCK_STREAM, 0);
    watch(epoll, clients[i]);
    send_one(clients[i]); /* each has been accepted, and was served, before the time begins */
    receive_one(clients[i]);
  }
  double began = seconds();
  for (int i = 0; i < connections && sent < count; i++, sent++)
    send_one(clients[i]);
  for (long received = 0; received < count;) {
    int ready = epoll_wait(epoll, events, EVENTS, 10000);
    if (ready <= 0)
      fail("nothing comes back");
    for (int i = 0; i < ready; i++, received++) {
      receive_one(events[i].data.fd);
      if (sent < count) {
        send_one(events[i].data.fd);
        sent++;
      }
    }
  }
  printf("%.6f\n", seconds() - began);
}

/* Datagrams may be lost, even here: after a while without any the window is sent again. */
static void run_udp(int port, int window, long count) {
  int client = connect_to(port, SOCK_DGRAM, 0);
  struct timeval patience = {.tv_usec = 200000};
  struct mmsghdr out[AT_ONCE];
  struct mmsghdr in[AT_ONCE];
  struct iovec out_part = {message, SIZE};
  static char data[AT_ONCE][SIZE];
  struct iovec in_parts[AT_ONCE];
  int room = 4 << 20;
  setsockopt(client, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  window = window > AT_ONCE ? AT_ONCE : window;
  for (int i = 0; i < AT_ONCE; i++) {
    in_parts[i] = (struct iovec){data[i], SIZE};
    out[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &out_part, .msg_iovlen = 1}};
    in[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &in_parts[i], .msg_iovlen = 1}};
  }
  double began = seconds();
  int due = window;
  for (long received = 0; received < count;) {
    if (sendmmsg(client, out, (unsigned)due, 0) < 0)
      fail("sendmmsg");
    int got = recvmmsg(client, in, (unsigned)window, MSG_WAITFORONE, NULL);
    if (got < 0 && errno != EAGAIN)
      fail("recvmmsg");
    received += got > 0 ? got : 0;
    due = got > 0 ? got : window;
  }
  printf("%.6f\n", seconds() - began);
}

static void run_hold(int port, int connections) {
  char ended;
  int *clients = calloc((size_t)connections, sizeof *clients);
  for (int i = 0; i < connections; i++) {
    clients[i] = connect_to(port, SOCK_STREAM, (unsigned)i);
    send_one(clients[i]);
    receive_one(clients[i]);
  }
  printf("ready\n");
  fflush(stdout);
  while (read(STDIN_FILENO, &ended, 1) > 0)
    ;
  for (int i = 0; i < connections; i++)
    send_one(clients[i]);
  for (int i = 0; i < connections; i++)
    receive_one(clients[i]);
  printf("done\n");
}

static void run_churn(int port, long count) {
  int clients[AT_ONCE];
  double began = seconds();
  for (long done = 0; done < count;) {
    int some = 0;
    for (; some < AT_ONCE && done < count; some++, done++) {
      clients[some] = connect_to(port, SOCK_STREAM, (unsigned)done);
      send_one(clients[some]);
    }
    for (int i = 0; i < some; i++) {
      receive_one(clients[i]);
      close(clients[i]);
    }
  }
  printf("%.6f\n", seconds() - began);
}

int main(int argc, char **argv) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  for (int i = 0; i < SIZE; i++)
    message[i] = (char)('a' + i % 26);
  if (argc == 5 && strcmp(argv[1], "tcp") == 0)
    run_tcp(atoi(argv[2]), atoi(argv[3]), atol(argv[4]));
  else if (argc == 5 && strcmp(argv[1], "udp") == 0)
    run_udp(atoi(argv[2]), atoi(argv[3]), atol(argv[4]));
  else if (argc == 4 && strcmp(argv[1], "hold") == 0)
    run_hold(atoi(argv[2]), atoi(argv[3]));
  else if (argc == 4 && strcmp(argv[1], "churn") == 0)
    run_churn(atoi(argv[2]), atol(argv[3]));
  else {
    fprintf(stderr, "usage: load tcp|udp PORT CONNECTIONS COUNT | load hold PORT CONNECTIONS | "
                    "load churn PORT COUNT\n");
    return 2;
  }
  return 0;
}
