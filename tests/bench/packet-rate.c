/* packet-rate: as many packets, or bytes, as will go through, and how many that were.
 *
 *   packet-rate udp-receive SECONDS         prints its port, then the datagrams a second that came
 *   packet-rate udp-send HOST PORT SECONDS  datagrams of 64 bytes
 *   packet-rate tcp-receive SECONDS         prints its port, then the bytes a second that came
 *   packet-rate tcp-send HOST PORT SECONDS
 *   packet-rate rtt-receive SECONDS         prints its port, then the datagrams a second answered
 *   packet-rate rtt-send HOST PORT SECONDS  one datagram after another, each when the last came
 * back
 *
 * The receiver counts from the first that comes. That of datagrams takes them in heaps, every tenth
 * of a millisecond, before a buffer of the usual size is full: what is measured is the way to it,
 * not how often it can be woken. */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { DATAGRAM = 64, CHUNK = 256 * 1024, HEAP = 256, PAUSE = 100000 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int fail(const char *what) {
  perror(what);
  return 1;
}

/* What has come to a socket by now, as datagrams. */
static double take_datagrams(int source) {
  static struct mmsghdr messages[HEAP];
  static struct iovec parts[HEAP];
  static char buffer[HEAP][2 * DATAGRAM];
  double count = 0;
  for (int i = 0; i < HEAP; i++) {
    parts[i] = (struct iovec){buffer[i], sizeof buffer[i]};
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
  }
  for (int got = HEAP; got == HEAP;) {
    got = recvmmsg(source, messages, HEAP, MSG_DONTWAIT, NULL);
    count += got > 0 ? got : 0;
  }
  return count;
}

/* Some more, at the latest after two seconds; 0: nothing came. */
static double take(int type, int source) {
  static char buffer[CHUNK];
  static const struct timespec pause = {.tv_nsec = PAUSE};
  if (type == SOCK_STREAM) {
    ssize_t got = recv(source, buffer, sizeof buffer, 0);
    return got > 0 ? (double)got : 0;
  }
  double end = now() + 2;
  double count = 0;
  while (count == 0 && now() < end) {
    nanosleep(&pause, NULL);
    count = take_datagrams(source);
  }
  return count;
}

/* Sends each datagram back. Returns how many came within the time. */
static double answer(int source, double seconds) {
  struct sockaddr_in client;
  double end = 0;
  double count = 0;
  char byte;
  for (;;) {
    socklen_t length = sizeof client;
    if (recvfrom(source, &byte, 1, 0, (struct sockaddr *)&client, &length) < 0)
      return count;
    if (end == 0)
      end = now() + seconds;
    if (now() >= end)
      return count;
    count++;
    sendto(source, &byte, 1, 0, (struct sockaddr *)&client, length);
  }
}

static int receive(int type, bool answers, double seconds) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t length = sizeof address;
  struct timeval patience = {.tv_sec = 2};
  int room = 16 << 20;
  int listener = socket(AF_INET, type, 0);
  setsockopt(listener, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 ||
      getsockname(listener, (struct sockaddr *)&address, &length) < 0)
    return fail("bind");
  if (type == SOCK_STREAM && listen(listener, 1) < 0)
    return fail("listen");
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  int source = type == SOCK_STREAM ? accept(listener, NULL, NULL) : listener;
  setsockopt(source, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (answers) {
    printf("%.0f\n", answer(source, seconds) / seconds);
    return 0;
  }
  while (type == SOCK_DGRAM && take_datagrams(source) == 0)
    ;
  double began = now();
  double last = began;
  double count = 0;
  while (last - began < seconds) {
    double more = take(type, source);
    if (more == 0)
      break;
    count += more;
    last = now();
  }
  printf("%.0f\n", last > began ? count / (last - began) : 0);
  return 0;
}

static int send_all(int type, bool waits, const char *host, int port, double seconds) {
  static char buffer[CHUNK];
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
  int target = socket(AF_INET, type, 0);
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1 ||
      connect(target, (struct sockaddr *)&address, sizeof address) < 0)
    return fail("connect");
  struct timeval patience = {.tv_sec = 1};
  setsockopt(target, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  size_t size = type == SOCK_STREAM ? CHUNK : waits ? 1 : DATAGRAM;
  double end = now() + seconds;
  for (unsigned i = 0; i % 256 || now() < end; i++)
    if ((send(target, buffer, size, MSG_NOSIGNAL) < 0 && type == SOCK_STREAM) ||
        (waits && recv(target, buffer, 1, 0) < 0))
      break;
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1] + 3, "-receive") == 0)
    return receive(argv[1][0] == 't' ? SOCK_STREAM : SOCK_DGRAM, argv[1][0] == 'r', atof(argv[2]));
  if (argc == 5 && strcmp(argv[1] + 3, "-send") == 0)
    return send_all(argv[1][0] == 't' ? SOCK_STREAM : SOCK_DGRAM, argv[1][0] == 'r', argv[2],
                    atoi(argv[3]), atof(argv[4]));
  fputs("usage: packet-rate udp-receive|tcp-receive|rtt-receive SECONDS\n"
        "       packet-rate udp-send|tcp-send|rtt-send HOST PORT SECONDS\n",
        stderr);
  return 2;
}
