/* survived: a server on port 5000 that reads two bytes, then three, answers all five in capital
 * letters, and survives whatever `survive` does to it. */
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { HEAD = 2, SIZE = 5 };

static void check(int result, const char *what) {
  if (result >= 0)
    return;
  perror(what);
  exit(1);
}

static int take(int client, char *text, size_t size) {
  for (size_t at = 0; at < size;) {
    ssize_t got = recv(client, text + at, size - at, 0);
    if (got == 0 || (got < 0 && errno != EINTR))
      return -1;
    at += got > 0 ? (size_t)got : 0;
  }
  return 0;
}

static int give(int client, const char *text) {
  for (size_t at = 0; at < SIZE;) {
    ssize_t got = send(client, text + at, SIZE - at, MSG_NOSIGNAL);
    if (got < 0 && errno != EINTR)
      return -1;
    at += got > 0 ? (size_t)got : 0;
  }
  return 0;
}

static void serve(int client) {
  struct timeval patience = {.tv_sec = 2};
  char text[SIZE];
  setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  do
    if (take(client, text, HEAD) < 0 || take(client, text + HEAD, SIZE - HEAD) < 0)
      return;
    else
      for (int i = 0; i < SIZE; i++)
        text[i] = (char)toupper((unsigned char)text[i]);
  while (give(client, text) == 0);
}

int main(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(5000)};
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  check(listener, "socket");
  check(bind(listener, (struct sockaddr *)&address, sizeof address), "bind");
  check(listen(listener, 8), "listen");
  for (;;) {
    int client = accept(listener, NULL, NULL);
    if (client < 0) {
      usleep(20000);
      continue;
    }
    serve(client);
    close(client);
  }
}
