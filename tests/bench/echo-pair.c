/* What socksh is measured against: a plain C program that makes the same calls as
 *
 *     a b = socketpair unix stream
 *     repeat COUNT { send a "hello"; recv b 64 }
 *
 * (or the same over a TCP connection) and prints the same lines for them.
 *
 * usage: echo-pair unix|tcp COUNT
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void make_unix_pair(int pair[2]) {
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
    fail("socketpair");
  printf("  socketpair(AF_UNIX, SOCK_STREAM, 0, [%d, %d]) = 0\n", pair[0], pair[1]);
}

static void make_tcp_pair(int pair[2]) {
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;

  if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) < 0 ||
      listen(listener, 1) < 0 || getsockname(listener, (struct sockaddr *)&address, &length) < 0)
    fail("listen");
  pair[0] = socket(AF_INET, SOCK_STREAM, 0);
  if (pair[0] < 0 || connect(pair[0], (struct sockaddr *)&address, sizeof address) < 0)
    fail("connect");
  pair[1] = accept(listener, NULL, NULL);
  if (pair[1] < 0)
    fail("accept");
}

int main(int argc, char **argv) {
  int pair[2];
  char data[65];

  if (argc != 3 || (strcmp(argv[1], "unix") != 0 && strcmp(argv[1], "tcp") != 0)) {
    fprintf(stderr, "usage: echo-pair unix|tcp COUNT\n");
    return 2;
  }
  if (strcmp(argv[1], "unix") == 0)
    make_unix_pair(pair);
  else
    make_tcp_pair(pair);

  for (long count = atol(argv[2]); count > 0; count--) {
    ssize_t sent = send(pair[0], "hello", 5, 0);
    if (sent < 0)
      fail("send");
    printf("  send(%d, \"%s\", %d, %d) = %zd\n", pair[0], "hello", 5, 0, sent);

    ssize_t received = recv(pair[1], data, 64, 0);
    if (received < 0)
      fail("recv");
    data[received] = '\0';
    printf("  recv(%d, \"%s\", %d, %d) = %zd\n", pair[1], data, 64, 0, received);
  }
  return fflush(stdout) == 0 ? 0 : 1;
}
