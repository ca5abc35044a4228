/* race: two threads use one number of a descriptor, in no order.
 *
 *     race shared|apart|inherited|memory CALL
 *
 * One thread makes CALL on a descriptor; this one has used it before and closes it behind it, and
 * nothing but chance keeps the two in order. In a build with ThreadSanitizer that is a report where
 * both share a table of descriptors. There is nothing to report where the thread is apart, or was
 * started by one that is: the numbers are the same, the files are not. `memory` is a thread that is
 * apart, and a race for memory all the same. */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system/descriptor.h"
#include "system/thread.h"

static enum who { SHARED, APART, INHERITED, MEMORY } who;

static const struct row {
  const char *name;
  int type; /* of the socket that it is made on */
  int (*make)(void);
} * row;

/* What the calls are made on: the same numbers in each table. */
enum { SOCKET = 3, EPOLL = 4 };

static struct sockaddr_in loopback(void) {
  return (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* Each call returns the number that it was about. It has to succeed where ThreadSanitizer only
 * looks at those that do. */
static int must(int status, int number) {
  if (status < 0) {
    perror("race");
    exit(2);
  }
  return number;
}

static int call_bind(void) {
  struct sockaddr_in address = loopback();
  return must(bind(SOCKET, (struct sockaddr *)&address, sizeof address), SOCKET);
}

static int call_listen(void) {
  return must(listen(SOCKET, 1), SOCKET);
}

/* Connects or sends to SOCKET, so that there is something to be taken. */
static void reach(void) {
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  int other = socket(AF_INET, row->type | SOCK_CLOEXEC, 0);
  must(getsockname(SOCKET, (struct sockaddr *)&address, &length), 0);
  must(connect(other, (struct sockaddr *)&address, length), 0);
  must((int)send(other, "data", 4, MSG_NOSIGNAL), 0);
}

static int call_accept4(void) {
  call_listen();
  reach();
  int made = accept4(SOCKET, NULL, NULL, SOCK_CLOEXEC);
  return must(made, made);
}

static int call_close(void) {
  return must(close(SOCKET), SOCKET);
}

static int call_connect(void) {
  struct sockaddr_in address = loopback();
  address.sin_port = htons(9);
  return must(connect(SOCKET, (struct sockaddr *)&address, sizeof address), SOCKET);
}

static int call_epoll_create1(void) {
  int made = epoll_create1(EPOLL_CLOEXEC);
  return must(made, made);
}

static int call_epoll_ctl(void) {
  struct epoll_event event = {.events = EPOLLIN};
  return must(epoll_ctl(EPOLL, EPOLL_CTL_ADD, SOCKET, &event), SOCKET);
}

static int call_epoll_pwait(void) {
  struct epoll_event event;
  return must(epoll_pwait(EPOLL, &event, 1, 0, NULL), EPOLL);
}

static int call_fstat(void) {
  struct stat status;
  return must(fstat(SOCKET, &status), SOCKET);
}

static int call_open(void) {
  int made = open("/dev/null", O_RDONLY | O_CLOEXEC);
  return must(made, made);
}

static int call_read(void) {
  char data[4];
  (void)!read(SOCKET, data, sizeof data);
  return SOCKET;
}

static int call_recv(void) {
  char data[4];
  recv(SOCKET, data, sizeof data, 0);
  return SOCKET;
}

static int call_recvfrom(void) {
  char data[4];
  recvfrom(SOCKET, data, sizeof data, 0, NULL, NULL);
  return SOCKET;
}

static int call_recvmmsg(void) {
  struct mmsghdr message = {0};
  reach();
  return must(recvmmsg(SOCKET, &message, 1, 0, NULL), SOCKET);
}

static int call_recvmsg(void) {
  struct msghdr message = {0};
  reach();
  return must((int)recvmsg(SOCKET, &message, 0), SOCKET);
}

static int call_send(void) {
  send(SOCKET, "", 0, MSG_NOSIGNAL);
  return SOCKET;
}

static int call_sendmmsg(void) {
  struct mmsghdr message = {0};
  sendmmsg(SOCKET, &message, 1, MSG_NOSIGNAL);
  return SOCKET;
}

static int call_sendto(void) {
  sendto(SOCKET, "", 0, MSG_NOSIGNAL, NULL, 0);
  return SOCKET;
}

static int call_socket(void) {
  int made = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  return must(made, made);
}

static int call_write(void) {
  (void)!write(SOCKET, "", 0);
  return SOCKET;
}

static const struct row rows[] = {
    {"accept4", SOCK_STREAM, call_accept4},
    {"bind", SOCK_DGRAM, call_bind},
    {"close", SOCK_DGRAM, call_close},
    {"connect", SOCK_DGRAM, call_connect},
    {"epoll_create1", SOCK_DGRAM, call_epoll_create1},
    {"epoll_ctl", SOCK_DGRAM, call_epoll_ctl},
    {"epoll_pwait", SOCK_DGRAM, call_epoll_pwait},
    {"fstat", SOCK_DGRAM, call_fstat},
    {"listen", SOCK_STREAM, call_listen},
    {"open", SOCK_DGRAM, call_open},
    {"read", SOCK_DGRAM, call_read},
    {"recv", SOCK_DGRAM, call_recv},
    {"recvfrom", SOCK_DGRAM, call_recvfrom},
    {"recvmmsg", SOCK_DGRAM, call_recvmmsg},
    {"recvmsg", SOCK_DGRAM, call_recvmsg},
    {"send", SOCK_DGRAM, call_send},
    {"sendmmsg", SOCK_DGRAM, call_sendmmsg},
    {"sendto", SOCK_DGRAM, call_sendto},
    {"socket", SOCK_DGRAM, call_socket},
    {"write", SOCK_DGRAM, call_write},
};

static int memory;

/* Relaxed: what waits for them is not ordered by them, as far as ThreadSanitizer is to know. */
static _Atomic bool go;
static _Atomic int number; /* what the call was about; 0: it is to come */

static void prepare(void) {
  if (socket(AF_INET, row->type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) != SOCKET ||
      epoll_create1(EPOLL_CLOEXEC) != EPOLL) {
    fprintf(stderr, "race: the numbers are not those of a fresh table\n");
    exit(2);
  }
  if (row->make != call_bind)
    call_bind();
}

static void *make_call(void *argument) {
  while (!atomic_load_explicit(&go, memory_order_relaxed))
    usleep(1000);
  if (who == MEMORY)
    memory++;
  atomic_store_explicit(&number, row->make(), memory_order_relaxed);
  return argument;
}

static void start(pthread_t *thread, void *(*run)(void *argument)) {
  if (thread_start(thread, 0, 0, run, NULL) != 0) {
    fprintf(stderr, "race: no thread\n");
    exit(2);
  }
}

static void *run(void *argument) {
  pthread_t inner;
  if (who == SHARED)
    return make_call(argument);
  descriptor_unshare();
  prepare();
  if (who != INHERITED)
    return make_call(argument);
  start(&inner, make_call);
  pthread_join(inner, NULL);
  return NULL;
}

static bool read_arguments(int count, char **words) {
  static const char *const names[] = {"shared", "apart", "inherited", "memory"};
  for (size_t i = 0; count == 3 && i < sizeof names / sizeof *names; i++)
    if (strcmp(words[1], names[i]) == 0)
      for (size_t j = 0; j < sizeof rows / sizeof *rows; j++)
        if (strcmp(words[2], rows[j].name) == 0) {
          who = (enum who)i;
          row = &rows[j];
          return true;
        }
  return false;
}

int main(int count, char **words) {
  pthread_t thread;
  int used;
  if (count == 2 && strcmp(words[1], "calls") == 0) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
      puts(rows[i].name);
    return 0;
  }
  if (!read_arguments(count, words)) {
    fprintf(stderr, "usage: race calls | race shared|apart|inherited|memory CALL\n");
    return 2;
  }
  if (descriptor_start() < 0)
    return 2;
  prepare();
  start(&thread, run);
  call_read();
  atomic_store_explicit(&go, true, memory_order_relaxed);
  while (!(used = atomic_load_explicit(&number, memory_order_relaxed)))
    usleep(1000);
  if (who == MEMORY)
    memory++;
  /* Others than SOCKET and EPOLL are not open here where the thread is apart, which does not
   * matter. */
  close(used);
  pthread_join(thread, NULL);
  return 0;
}
