/* What send-file and recv-file are measured against: a file over a TCP connection with sendfile and
 * splice, as plainly as possible.
 *
 *     transfer send PATH PORT    sends it
 *     transfer recv PATH         prints its port, and receives it
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIPE_SIZE = 1 << 20 };

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void send_file(const char *path, int port) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((unsigned short)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct stat status;
  off_t offset = 0;
  int file = open(path, O_RDONLY);
  int to = socket(AF_INET, SOCK_STREAM, 0);
  if (file < 0 || fstat(file, &status) < 0 || to < 0 ||
      connect(to, (struct sockaddr *)&address, sizeof address) < 0)
    fail("send");
  while (offset < status.st_size)
    if (sendfile(to, file, &offset, (size_t)(status.st_size - offset)) <= 0)
      fail("sendfile");
}

static void receive_file(const char *path) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int ends[2];
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) < 0 ||
      listen(listener, 1) < 0 || getsockname(listener, (struct sockaddr *)&address, &length) < 0)
    fail("listen");
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  int from = accept(listener, NULL, NULL);
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (from < 0 || file < 0 || pipe(ends) < 0)
    fail("recv");
  fcntl(ends[1], F_SETPIPE_SZ, PIPE_SIZE);
  for (;;) {
    ssize_t got = splice(from, NULL, ends[1], NULL, PIPE_SIZE, SPLICE_F_MOVE);
    if (got < 0)
      fail("splice");
    if (got == 0)
      return;
    while (got > 0) {
      ssize_t put = splice(ends[0], NULL, file, NULL, (size_t)got, SPLICE_F_MOVE);
      if (put <= 0)
        fail("splice");
      got -= put;
    }
  }
}

int main(int argc, char **argv) {
  if (argc == 4 && strcmp(argv[1], "send") == 0)
    send_file(argv[2], atoi(argv[3]));
  else if (argc == 3 && strcmp(argv[1], "recv") == 0)
    receive_file(argv[2]);
  else {
    fprintf(stderr, "usage: transfer send PATH PORT | transfer recv PATH\n");
    return 2;
  }
  return 0;
}
