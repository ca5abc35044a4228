/* call_rows: the table of calls, and how each is made with the words of its parts. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
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
  call->unasked = error < 0 ? -error : 0;
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

#define CALL(name, ...)
#include "call/call_rows.inc"
#undef CALL
#undef MAKE
#define MAKE(name, ...)

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
