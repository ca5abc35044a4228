/* perform: the one place that makes a socket call on the user's behalf. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "call/call.h"
#include "call/message.h"
#include "call/resolve.h"

/* A duration as poll's milliseconds, rounded up, so that a short wait does not become none. */
static int milliseconds(int64_t nanoseconds) {
  if (nanoseconds < 0)
    return -1;
  int64_t rounded = (nanoseconds + 999999) / 1000000;
  return rounded > INT32_MAX ? INT32_MAX : (int)rounded;
}

static long perform_poll(struct call *call) {
  struct pollfd *items = calloc(call->item_count ? call->item_count : 1, sizeof *items);
  if (!items) {
    errno = ENOMEM;
    return -1;
  }
  for (size_t i = 0; i < call->item_count; i++)
    items[i] =
        (struct pollfd){.fd = call->items[i].descriptor, .events = (short)call->items[i].asked};
  long result = poll(items, call->item_count, milliseconds(call->duration));
  int error = errno;
  for (size_t i = 0; i < call->item_count; i++)
    call->items[i].given = (uint32_t)(unsigned short)items[i].revents;
  free(items);
  errno = error;
  return result;
}

/* The bits are set by hand in memory of the needed size: FD_SET aborts above 1023. */
static long perform_select(struct call *call) {
  int highest = -1;
  for (size_t i = 0; i < call->item_count; i++)
    if (call->items[i].descriptor > highest)
      highest = call->items[i].descriptor;
  enum { BITS = 8 * sizeof(unsigned long) };
  size_t words = (size_t)(highest + 1) / BITS + 1;
  unsigned long *sets[3] = {NULL, NULL, NULL};
  unsigned long *memory = calloc(3 * words, sizeof(unsigned long));
  if (!memory) {
    errno = ENOMEM;
    return -1;
  }
  for (size_t i = 0; i < call->item_count; i++)
    for (int set = 0; set < 3; set++)
      if (call->items[i].asked & (1U << set)) {
        sets[set] = memory + (size_t)set * words;
        sets[set][call->items[i].descriptor / BITS] |= 1UL << (call->items[i].descriptor % BITS);
      }
  struct timespec time = {.tv_sec = call->duration / 1000000000,
                          .tv_nsec = call->duration % 1000000000};
  long result = syscall(SYS_pselect6, highest + 1, sets[0], sets[1], sets[2],
                        call->duration < 0 ? NULL : &time, NULL);
  int error = errno;
  for (size_t i = 0; i < call->item_count && result >= 0; i++)
    for (int set = 0; set < 3; set++)
      if (sets[set] && call->items[i].asked & (1U << set) &&
          sets[set][call->items[i].descriptor / BITS] & 1UL << (call->items[i].descriptor % BITS))
        call->items[i].given |= 1U << set;
  free(memory);
  errno = error;
  return result;
}

static long perform_epoll_ctl(struct call *call) {
  struct epoll_event event = {.events = (uint32_t)call->number[1],
                              .data.u64 = (uint64_t)call->object.descriptor};
  bool remove = call->number[0] == EPOLL_CTL_DEL;
  return epoll_ctl(call->subject.descriptor, (int)call->number[0], call->object.descriptor,
                   remove ? NULL : &event);
}

static long perform_epoll_wait(struct call *call) {
  struct epoll_event *events = calloc(call->item_room, sizeof *events);
  if (!events) {
    errno = ENOMEM;
    return -1;
  }
  long result = epoll_wait(call->subject.descriptor, events, (int)call->item_room,
                           milliseconds(call->duration));
  int error = errno;
  for (long i = 0; i < result; i++) {
    call->items[i] =
        (struct call_item){.descriptor = (int)events[i].data.u64, .given = events[i].events};
    call->items[i].label.descriptor = call->items[i].descriptor;
  }
  call->item_count = result > 0 ? (size_t)result : 0;
  free(events);
  errno = error;
  return result;
}

static long perform_option(struct call *call) {
  int level = (int)call->number[0];
  int name = (int)call->number[1];
  if (call->name == CALL_GETSOCKOPT) {
    socklen_t length = (socklen_t)call->size;
    long result = getsockopt(call->subject.descriptor, level, name, call->data->data, &length);
    call->data->length = result < 0 ? 0 : length < call->size ? length : call->size;
    return result;
  }
  if (call->option && call->option->type->pointer && !call->raw_value) {
    struct sock_fprog program = {
        .len = (unsigned short)(call->data->length / sizeof(struct sock_filter)),
        .filter = (struct sock_filter *)call->data->data};
    return setsockopt(call->subject.descriptor, level, name, &program, sizeof program);
  }
  return setsockopt(call->subject.descriptor, level, name, call->data->data,
                    (socklen_t)call->data->length);
}

/* Most requests take a pointer to an int. What others write goes into memory that is large enough
 * for any. */
static long perform_ioctl(struct call *call) {
  union {
    int number;
    struct timeval time;
    char room[1 << _IOC_SIZEBITS];
  } argument;
  memset(&argument, 0, sizeof argument);
  argument.number = (int)call->number[1];
  long result = ioctl(call->subject.descriptor, (unsigned long)call->number[0], &argument);
  bool time = call->number[0] == SIOCGSTAMP || call->number[0] == SIOCGSTAMPNS;
  call->number[1] = time ? argument.time.tv_sec : argument.number;
  call->number[2] =
      time ? argument.time.tv_usec : 0; /* or nanoseconds, which stand in the same place */
  return result;
}

static long perform_accept(struct call *call, bool flags) {
  call->address.length = sizeof call->address.storage;
  int descriptor = call->subject.descriptor;
  int made =
      flags ? accept4(descriptor, &call->address.any, &call->address.length, (int)call->number[0])
            : accept(descriptor, &call->address.any, &call->address.length);
  if (made < 0)
    call->address.length = 0;
  call->made[0] = made;
  return made;
}

static long perform_receive(struct call *call) {
  int descriptor = call->subject.descriptor;
  char *data = call->data->data;
  long result;
  if (call->name == CALL_READ) {
    result = read(descriptor, data, call->size);
  } else if (call->name == CALL_RECV) {
    result = recv(descriptor, data, call->size, (int)call->number[0]);
  } else {
    call->address.length = sizeof call->address.storage;
    result = recvfrom(descriptor, data, call->size, (int)call->number[0], &call->address.any,
                      &call->address.length);
    if (result < 0)
      call->address.length = 0;
  }
  /* With MSG_TRUNC the result is the datagram's length, which may be more than was written. */
  call->data->length = result < 0 ? 0 : (size_t)result < call->size ? (size_t)result : call->size;
  return result;
}

static long perform_send(struct call *call) {
  int descriptor = call->subject.descriptor;
  const char *data = call->data->data;
  size_t length = call->data->length;
  if (call->name == CALL_WRITE)
    return write(descriptor, data, length);
  if (call->name == CALL_SEND)
    return send(descriptor, data, length, (int)call->number[0]);
  return sendto(descriptor, data, length, (int)call->number[0], &call->address.any,
                call->address.length);
}

static long perform_move(struct call *call) {
  int descriptor = call->subject.descriptor;
  if (call->name == CALL_SPLICE)
    return splice(descriptor, NULL, call->file >= 0 ? call->file : call->object.descriptor, NULL,
                  call->size, (unsigned)call->number[0]);
  off_t offset = (off_t)call->number[0];
  long result = sendfile(descriptor, call->file, &offset, call->size);
  call->number[1] = offset;
  return result;
}

static long perform_name(struct call *call) {
  call->address.length = sizeof call->address.storage;
  long result =
      call->name == CALL_GETSOCKNAME
          ? getsockname(call->subject.descriptor, &call->address.any, &call->address.length)
          : getpeername(call->subject.descriptor, &call->address.any, &call->address.length);
  if (result < 0)
    call->address.length = 0;
  return result;
}

/* The same on a host of the lab: the one who can make it there is asked, and hands the descriptor
 * over. */
static long perform_make_there(struct call *call) {
  int made[2];
  bool pair = call->name == CALL_SOCKETPAIR;
  int error = call->host->make(call->host, (int)call->number[0], (int)call->number[1],
                               (int)call->number[2], pair, made);
  errno = error;
  if (error)
    return -1;
  memcpy(call->made, made, sizeof made);
  return pair ? 0 : made[0];
}

static long perform_make(struct call *call) {
  if (call->host && (call->name == CALL_SOCKET || call->name == CALL_SOCKETPAIR))
    return perform_make_there(call);
  if (call->name == CALL_SOCKETPAIR || call->name == CALL_PIPE) {
    int pair[2] = {-1, -1};
    long result = call->name == CALL_PIPE ? pipe(pair)
                                          : socketpair((int)call->number[0], (int)call->number[1],
                                                       (int)call->number[2], pair);
    if (result == 0)
      memcpy(call->made, pair, sizeof pair);
    return result;
  }
  if (call->name == CALL_SOCKET)
    call->made[0] = socket((int)call->number[0], (int)call->number[1], (int)call->number[2]);
  else if (call->name == CALL_DUP)
    call->made[0] = dup(call->subject.descriptor);
  else
    call->made[0] = epoll_create1((int)call->number[0]);
  return call->made[0];
}

static long perform_one(struct call *call) {
  int descriptor = call->subject.descriptor;
  switch (call->name) {
  case CALL_SOCKET:
  case CALL_SOCKETPAIR:
  case CALL_PIPE:
  case CALL_DUP:
  case CALL_EPOLL_CREATE1:
    return perform_make(call);
  case CALL_BIND:
    return bind(descriptor, &call->address.any, call->address.length);
  case CALL_CONNECT:
    return connect(descriptor, &call->address.any, call->address.length);
  case CALL_LISTEN:
    return listen(descriptor, (int)call->number[0]);
  case CALL_ACCEPT:
  case CALL_ACCEPT4:
    return perform_accept(call, call->name == CALL_ACCEPT4);
  case CALL_SHUTDOWN:
    return shutdown(descriptor, (int)call->number[0]);
  case CALL_CLOSE:
    return close(descriptor);
  case CALL_SEND:
  case CALL_SENDTO:
  case CALL_WRITE:
    return perform_send(call);
  case CALL_RECV:
  case CALL_RECVFROM:
  case CALL_READ:
    return perform_receive(call);
  case CALL_SENDFILE:
  case CALL_SPLICE:
    return perform_move(call);
  case CALL_GETSOCKNAME:
  case CALL_GETPEERNAME:
    return perform_name(call);
  case CALL_GETSOCKOPT:
  case CALL_SETSOCKOPT:
    return perform_option(call);
  case CALL_FCNTL:
    return fcntl(descriptor, (int)call->number[0], (int)call->number[1]);
  case CALL_IOCTL:
    return perform_ioctl(call);
  case CALL_POLL:
    return perform_poll(call);
  case CALL_SELECT:
    return perform_select(call);
  case CALL_EPOLL_CTL:
    return perform_epoll_ctl(call);
  case CALL_EPOLL_WAIT:
    return perform_epoll_wait(call);
  default:
    errno = ENOSYS;
    return -1;
  }
}

void call_perform(struct call *call) {
  switch (call->name) {
  case CALL_SENDMSG:
  case CALL_RECVMSG:
    message_perform(call);
    return;
  case CALL_GETADDRINFO:
  case CALL_GETNAMEINFO:
    resolve_perform(call);
    return;
  default:
    call->result = perform_one(call);
    call->error = call->result < 0 ? errno : 0;
  }
}
