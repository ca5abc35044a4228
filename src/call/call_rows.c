/* call_rows: the table of calls, and how each is made with the words of its parts. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "call/call.h"
#include "call/resolve.h"

/* A word as a C pointer. */
static void *at(long word) {
  return (void *)word; // NOLINT(performance-no-int-to-ptr)
}

/* Asks the lab's helper to make the sockets on their host. It passes the descriptors back. */
static long make_there(struct call *call, bool pair) {
  int made[2];
  int error = call->host->make(call->host, (int)call->number[0], (int)call->number[1],
                               (int)call->number[2], pair, made);
  errno = error;
  if (error)
    return -1;
  memcpy(call->made, made, sizeof made);
  return pair ? 0 : made[0];
}

static long make_socket(struct call *call, const long *words) {
  return call->host ? make_there(call, false) : socket((int)words[0], (int)words[1], (int)words[2]);
}

static long make_socketpair(struct call *call, const long *words) {
  return call->host ? make_there(call, true)
                    : socketpair((int)words[0], (int)words[1], (int)words[2], at(words[3]));
}

static long make_lookup(struct call *call, const long *words) {
  (void)words;
  return resolve_perform(call);
}

/* A call of the C library that needs nothing but its words. */
#define MAKE(name, ...)                                                                            \
  static long make_##name(struct call *call, const long *w) {                                      \
    (void)call;                                                                                    \
    return __VA_ARGS__;                                                                            \
  }

MAKE(bind, bind((int)w[0], at(w[1]), (socklen_t)w[2]))
MAKE(listen, listen((int)w[0], (int)w[1]))
MAKE(accept, accept((int)w[0], at(w[1]), at(w[2])))
MAKE(accept4, accept4((int)w[0], at(w[1]), at(w[2]), (int)w[3]))
MAKE(connect, connect((int)w[0], at(w[1]), (socklen_t)w[2]))
MAKE(shutdown, shutdown((int)w[0], (int)w[1]))
MAKE(close, close((int)w[0]))
MAKE(dup, dup((int)w[0]))
MAKE(pipe, pipe(at(w[0])))
MAKE(send, send((int)w[0], at(w[1]), (size_t)w[2], (int)w[3]))
MAKE(sendto, sendto((int)w[0], at(w[1]), (size_t)w[2], (int)w[3], at(w[4]), (socklen_t)w[5]))
MAKE(sendmsg, sendmsg((int)w[0], at(w[1]), (int)w[2]))
MAKE(sendmmsg, sendmmsg((int)w[0], at(w[1]), (unsigned)w[2], (int)w[3]))
MAKE(recvmmsg, recvmmsg((int)w[0], at(w[1]), (unsigned)w[2], (int)w[3], at(w[4])))
MAKE(write, write((int)w[0], at(w[1]), (size_t)w[2]))
MAKE(recv, recv((int)w[0], at(w[1]), (size_t)w[2], (int)w[3]))
MAKE(recvfrom, recvfrom((int)w[0], at(w[1]), (size_t)w[2], (int)w[3], at(w[4]), at(w[5])))
MAKE(recvmsg, recvmsg((int)w[0], at(w[1]), (int)w[2]))
MAKE(read, read((int)w[0], at(w[1]), (size_t)w[2]))
MAKE(sendfile, sendfile((int)w[0], (int)w[1], at(w[2]), (size_t)w[3]))
MAKE(splice, splice((int)w[0], at(w[1]), (int)w[2], at(w[3]), (size_t)w[4], (unsigned)w[5]))
MAKE(getsockname, getsockname((int)w[0], at(w[1]), at(w[2])))
MAKE(getpeername, getpeername((int)w[0], at(w[1]), at(w[2])))
MAKE(getsockopt, getsockopt((int)w[0], (int)w[1], (int)w[2], at(w[3]), at(w[4])))
MAKE(setsockopt, setsockopt((int)w[0], (int)w[1], (int)w[2], at(w[3]), (socklen_t)w[4]))
MAKE(fcntl, fcntl((int)w[0], (int)w[1], (int)w[2]))
MAKE(ioctl, ioctl((int)w[0], (unsigned long)w[1], at(w[2])))
MAKE(poll, poll(at(w[0]), (nfds_t)w[1], (int)w[2]))
MAKE(select, syscall(SYS_pselect6, (int)w[0], at(w[1]), at(w[2]), at(w[3]), at(w[4]), NULL))
MAKE(epoll_create1, epoll_create1((int)w[0]))
MAKE(epoll_ctl, epoll_ctl((int)w[0], (int)w[1], (int)w[2], at(w[3])))
MAKE(epoll_wait, epoll_wait((int)w[0], at(w[1]), (int)w[2], (int)w[3]))

/* clang-format off */
#define PART(kind, name) {PART_##kind, name, 0, NULL}
#define SUBJECT(name) PART(SUBJECT, name)
#define NUMBER(name, slot, set) {PART_NUMBER, name, slot, set}
#define MESSAGE_FLAGS NUMBER("flags", 0, &constant_message_flags)
#define CALL(name, ...) [CALL_##name] = {__VA_ARGS__},
/* clang-format on */

const struct call_row call_rows[CALL_COUNT] = {
#include "call/call_rows.inc"
};
