/* call: what the kernel may do to a call, with the system calls replaced that are hard to make
 * fail. Linked with --wrap for each function that has a __wrap_ below. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "call/call.h"
#include "call/message.h"
#include "system/network.h"

ssize_t __real_recv(int descriptor, void *data, size_t size, int flags);
ssize_t __wrap_recv(int descriptor, void *data, size_t size, int flags);
ssize_t __real_send(int descriptor, const void *data, size_t size, int flags);
ssize_t __wrap_send(int descriptor, const void *data, size_t size, int flags);
int __real_accept(int descriptor, struct sockaddr *address, socklen_t *length);
int __wrap_accept(int descriptor, struct sockaddr *address, socklen_t *length);
int __real_close(int descriptor);
int __wrap_close(int descriptor);
int __real_socket(int family, int type, int protocol);
int __wrap_socket(int family, int type, int protocol);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);

/* What the next wrapped call gives instead of the kernel's answer; 0: the kernel is asked. */
static struct fault {
  int recv_error;
  int send_error;
  size_t send_most; /* no more than this is taken */
  int accept_error;
  int close_error; /* given after the descriptor was closed, as Linux does */
  int socket_error;
  int calls;        /* how many calls of any of them were made */
  long allocations; /* so many succeed, then none; -1: all */
} fault = {.allocations = -1};

static int failed_with(int *error) {
  fault.calls++;
  if (!*error)
    return 0;
  errno = *error;
  *error = 0;
  return -1;
}

ssize_t __wrap_recv(int descriptor, void *data, size_t size, int flags) {
  return failed_with(&fault.recv_error) < 0 ? -1 : __real_recv(descriptor, data, size, flags);
}

ssize_t __wrap_send(int descriptor, const void *data, size_t size, int flags) {
  if (failed_with(&fault.send_error) < 0)
    return -1;
  return __real_send(descriptor, data,
                     fault.send_most && size > fault.send_most ? fault.send_most : size, flags);
}

int __wrap_accept(int descriptor, struct sockaddr *address, socklen_t *length) {
  return failed_with(&fault.accept_error) < 0 ? -1 : __real_accept(descriptor, address, length);
}

int __wrap_close(int descriptor) {
  int status = __real_close(descriptor);
  int error = errno;
  if (failed_with(&fault.close_error) < 0)
    return -1;
  errno = error;
  return status;
}

int __wrap_socket(int family, int type, int protocol) {
  return failed_with(&fault.socket_error) < 0 ? -1 : __real_socket(family, type, protocol);
}

static bool no_memory(void) {
  if (fault.allocations < 0)
    return false;
  return fault.allocations == 0 || fault.allocations-- == 0;
}

void *__wrap_malloc(size_t size) {
  return no_memory() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
  return no_memory() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size) {
  return no_memory() ? NULL : __real_realloc(memory, size);
}

static int start(void **state) {
  struct socket_table *table = calloc(1, sizeof *table);
  fault = (struct fault){.allocations = -1};
  *state = table;
  if (table)
    socket_table_start(table);
  return table ? 0 : -1;
}

static int stop(void **state) {
  struct socket_table *table = *state;
  fault = (struct fault){.allocations = -1};
  socket_table_clear(table);
  free(table);
  return 0;
}

/* All three steps. The call is the caller's to free. */
static void make(struct call *call, struct socket_table *table) {
  struct error error = {0};
  assert_int_equal(call_prepare(call, table, &error), 0);
  call_perform(call);
  call_finish(call, table);
}

static struct socket *new_socket(struct socket_table *table, int family, int type) {
  struct call call;
  call_init(&call, CALL_SOCKET, NULL);
  call.number[0] = family;
  call.number[1] = type;
  make(&call, table);
  assert_true(call.result >= 0);
  struct socket *made = socket_table_find(table, (int)call.result);
  assert_non_null(made);
  call_free(&call);
  return made;
}

static void new_pair(struct socket_table *table, struct socket *pair[2]) {
  struct call call;
  call_init(&call, CALL_SOCKETPAIR, NULL);
  call.number[0] = AF_UNIX;
  call.number[1] = SOCK_STREAM;
  make(&call, table);
  assert_int_equal(call.result, 0);
  for (int i = 0; i < 2; i++) {
    pair[i] = socket_table_find(table, call.made[i]);
    assert_non_null(pair[i]);
    assert_int_equal(pair[i]->family, AF_UNIX);
    assert_int_equal(pair[i]->type, SOCK_STREAM);
  }
  call_free(&call);
}

static void close_socket(struct socket_table *table, struct socket *socket) {
  struct call call;
  call_init(&call, CALL_CLOSE, socket);
  make(&call, table);
  assert_int_equal(call.error, 0);
  call_free(&call);
}

static void receive_call(struct call *call, struct socket *socket) {
  call_init(call, CALL_RECV, socket);
  call->size = 64;
}

static void send_call(struct call *call, struct socket *socket, const char *text) {
  call_init(call, CALL_SEND, socket);
  call->data = blob_copy(text, strlen(text));
  call->size = strlen(text);
}

static void test_interrupted(void **state) {
  struct socket_table *table = *state;
  struct socket *pair[2];
  struct call call;
  new_pair(table, pair);
  fault.recv_error = EINTR;
  fault.calls = 0;
  receive_call(&call, pair[1]);
  make(&call, table);
  assert_int_equal(call.result, -1);
  assert_int_equal(call.error, EINTR);
  assert_int_equal(call.data->length, 0);
  assert_int_equal(fault.calls, 1); /* one call is made, and none again behind the user's back */
  call_free(&call);
  assert_int_equal(pair[1]->waiting, 0);
}

static void test_no_buffers(void **state) {
  struct socket_table *table = *state;
  struct socket *pair[2];
  struct call call;
  new_pair(table, pair);
  fault.send_error = ENOBUFS;
  send_call(&call, pair[0], "hello");
  make(&call, table);
  assert_int_equal(call.result, -1);
  assert_int_equal(call.error, ENOBUFS);
  call_free(&call);
  receive_call(&call, pair[1]);
  call.number[0] = MSG_DONTWAIT;
  make(&call, table);
  assert_int_equal(call.error, EAGAIN);
  call_free(&call);
}

static void test_short_send(void **state) {
  struct socket_table *table = *state;
  struct socket *pair[2];
  struct call call;
  new_pair(table, pair);
  fault.send_most = 2;
  fault.calls = 0;
  send_call(&call, pair[0], "hello");
  make(&call, table);
  assert_int_equal(call.result, 2);
  assert_int_equal(call.error, 0);
  assert_int_equal(call.data->length, 5); /* what was to be sent stays whole, for the views */
  assert_int_equal(fault.calls, 1);
  call_free(&call);
}

static void test_no_descriptors(void **state) {
  struct socket_table *table = *state;
  struct call call;
  fault.socket_error = EMFILE;
  call_init(&call, CALL_SOCKET, NULL);
  call.number[0] = AF_INET;
  call.number[1] = SOCK_STREAM;
  make(&call, table);
  assert_int_equal(call.result, -1);
  assert_int_equal(call.error, EMFILE);
  assert_int_equal(call.made[0], -1);
  assert_int_equal(table->count, 0);
  call_free(&call);
}

static void test_connection_aborted(void **state) {
  struct socket_table *table = *state;
  struct call call;
  struct socket *listener = new_socket(table, AF_INET, SOCK_STREAM);
  fault.accept_error = ECONNABORTED;
  call_init(&call, CALL_ACCEPT, listener);
  make(&call, table);
  assert_int_equal(call.result, -1);
  assert_int_equal(call.error, ECONNABORTED);
  assert_int_equal(call.address.length, 0);
  assert_int_equal(table->count, 1);
  assert_true(listener->descriptor >= 0);
  call_free(&call);
}

/* Linux has closed the descriptor whatever close(2) returned, and its number may be another's at
 * once. */
static void test_close_with_error(void **state) {
  struct socket_table *table = *state;
  struct call call;
  int errors[] = {EIO, EINTR, ENOSPC};
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
    struct socket *closed = new_socket(table, AF_INET, SOCK_STREAM);
    int number = closed->descriptor;
    fault.close_error = errors[i];
    call_init(&call, CALL_CLOSE, closed);
    make(&call, table);
    assert_int_equal(call.result, -1);
    assert_int_equal(call.error, errors[i]);
    assert_null(socket_table_find(table, number));
    assert_int_equal(closed->descriptor, -1); /* the call still holds the entry */
    assert_int_equal(closed->was_descriptor, number);
    call_free(&call);
    struct socket *next = new_socket(table, AF_INET, SOCK_DGRAM);
    assert_int_equal(next->descriptor, number);
    assert_int_equal(next->type, SOCK_DGRAM);
    close_socket(table, next);
  }
}

/* A job blocks on a socket that another closes; a new socket gets the number before the job's call
 * finishes. */
static void test_number_used_again(void **state) {
  struct socket_table *table = *state;
  struct socket *pair[2];
  struct error error = {0};
  struct call blocked;
  new_pair(table, pair);
  int number = pair[1]->descriptor;
  uint64_t id = pair[1]->id;
  receive_call(&blocked, pair[1]);
  assert_int_equal(call_prepare(&blocked, table, &error), 0);
  assert_int_equal(pair[1]->waiting, 1);
  fault.recv_error = EINTR;
  call_perform(&blocked);
  close_socket(table, pair[1]);
  struct socket *next = new_socket(table, AF_INET, SOCK_DGRAM);
  assert_int_equal(next->descriptor, number);
  assert_true(next->id != id);
  call_finish(&blocked, table);
  assert_int_equal(blocked.subject.id, id);
  assert_ptr_equal(blocked.entry, pair[1]);
  assert_int_equal(pair[1]->waiting, 0);
  assert_int_equal(next->waiting, 0);
  assert_ptr_equal(socket_table_find(table, number), next);
  call_free(&blocked);
  assert_int_equal(next->type, SOCK_DGRAM);
}

/* The same with close(2) itself: its number is used again between perform and finish. */
static void test_number_used_again_before_close_finished(void **state) {
  struct socket_table *table = *state;
  struct error error = {0};
  struct call closing;
  struct socket *first = new_socket(table, AF_INET, SOCK_STREAM);
  int number = first->descriptor;
  call_init(&closing, CALL_CLOSE, first);
  assert_int_equal(call_prepare(&closing, table, &error), 0);
  call_perform(&closing);
  struct socket *second = new_socket(table, AF_INET, SOCK_DGRAM);
  assert_int_equal(second->descriptor, number);
  call_finish(&closing, table);
  assert_ptr_equal(socket_table_find(table, number), second);
  assert_int_equal(second->descriptor, number);
  assert_int_equal(table->count, 1);
  assert_true(fcntl(number, F_GETFD) >= 0);
  assert_int_equal(closing.entry->descriptor, -1);
  call_free(&closing);
}

/* A closed socket is refused by prepare, and never asked about by its number. */
static void test_closed_socket(void **state) {
  struct socket_table *table = *state;
  struct socket *pair[2];
  struct error error = {0};
  struct call call;
  new_pair(table, pair);
  receive_call(&call, pair[1]);
  close_socket(table, pair[1]);
  fault.calls = 0;
  assert_int_equal(call_prepare(&call, table, &error), -1);
  assert_int_equal(error.number, EBADF);
  assert_int_equal(fault.calls, 0);
  call_free(&call);
}

/* epoll tells a number: which socket it is, is found out in finish, and a number without a socket
 * stays a number. */
static void test_epoll_of_a_closed_number(void **state) {
  struct socket_table *table = *state;
  struct socket *pair[2];
  struct error error = {0};
  struct call call;
  new_pair(table, pair);
  call_init(&call, CALL_EPOLL_CREATE1, NULL);
  make(&call, table);
  struct socket *epoll = socket_table_find(table, (int)call.result);
  assert_int_equal(epoll->kind, DESCRIPTOR_EPOLL);
  call_free(&call);
  call_init(&call, CALL_EPOLL_CTL, epoll);
  call.number[0] = EPOLL_CTL_ADD;
  call.number[1] = EPOLLOUT;
  call.other = (struct socket *)object_retain(&pair[0]->object);
  call.object = socket_label(pair[0]);
  call.number[2] = call.object.descriptor;
  make(&call, table);
  assert_int_equal(call.result, 0);
  call_free(&call);
  call_init(&call, CALL_EPOLL_WAIT, epoll);
  call.items.room = 4;
  call.items.item = calloc(4, sizeof *call.items.item);
  call.duration = 0;
  assert_int_equal(call_prepare(&call, table, &error), 0);
  call_perform(&call);
  assert_int_equal(call.result, 1);
  int number = pair[0]->descriptor;
  close_socket(table, pair[0]);
  call_finish(&call, table);
  assert_int_equal(call.items.count, 1);
  assert_int_equal(call.items.item[0].descriptor, number);
  assert_null(call.items.item[0].entry);
  call_free(&call);
}

static void send_descriptors(struct socket_table *table, struct socket *from,
                             const int *descriptors, size_t count) {
  struct call call;
  call_init(&call, CALL_SENDMSG, from);
  call.data = blob_copy("x", 1);
  call.size = 1;
  messages_create(&call, 1);
  call.messages.message->part_sizes[0] = 1;
  call.messages.message->part_count = 1;
  assert_int_equal(message_add_control(call.messages.message, SOL_SOCKET, SCM_RIGHTS, descriptors,
                                       count * sizeof(int)),
                   0);
  make(&call, table);
  assert_int_equal(call.result, 1);
  call_free(&call);
}

/* A message brings two sockets and a file where there is room for two descriptors: what came is in
 * the table, whatever it is, and nothing leaks. */
/* The length of a control message may be anything where the file of old events is damaged. */
static void test_control_lengths(void **state) {
  static const size_t lengths[] = {0, 15, 16, 17, 32, 1000, SIZE_MAX / 2, SIZE_MAX - 8, SIZE_MAX};
  (void)state;
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    struct call_message message = {.control_size = CMSG_SPACE(8)};
    struct cmsghdr header = {lengths[i], SOL_SOCKET, SCM_RIGHTS};
    struct control control;
    size_t at = 0;
    unsigned count = 0;
    bytes_append(&message.control, &header, sizeof header);
    bytes_append(&message.control, "12345678", 8);
    while (message_next_control(&message, &at, &control) && count < 10) {
      assert_true(control.length <= 8);
      count++;
    }
    assert_true(count <= 1);
    bytes_free(&message.control);
  }
}

static void test_truncated_control(void **state) {
  struct socket_table *table = *state;
  struct socket *pair[2];
  struct call call;
  new_pair(table, pair);
  struct socket *given = new_socket(table, AF_INET, SOCK_DGRAM);
  int file = open("/dev/null", O_RDONLY);
  int descriptors[3] = {given->descriptor, file, given->descriptor};
  send_descriptors(table, pair[0], descriptors, 3);
  __real_close(file);
  int lowest = dup(0);
  __real_close(lowest);
  call_init(&call, CALL_RECVMSG, pair[1]);
  call.size = 64;
  messages_create(&call, 1);
  call.messages.message->part_sizes[0] = 64;
  call.messages.message->part_count = 1;
  call.messages.message->control_size = CMSG_LEN(2 * sizeof(int));
  make(&call, table);
  assert_int_equal(call.result, 1);
  assert_true(call.messages.message->flags & MSG_CTRUNC);
  assert_int_equal(call.messages.message->received_count, 2);
  struct socket *received = call.messages.message->received[0];
  struct socket *device = call.messages.message->received[1];
  assert_ptr_equal(socket_table_find(table, device->descriptor), device);
  assert_int_equal(device->kind, DESCRIPTOR_DEVICE);
  assert_int_equal(device->family, AF_UNSPEC);
  assert_ptr_equal(socket_table_find(table, received->descriptor), received);
  assert_int_equal(received->family, AF_INET);
  assert_int_equal(received->type, SOCK_DGRAM);
  assert_int_equal(table->count, 5);
  assert_int_equal(received->descriptor, lowest);
  assert_int_equal(device->descriptor, lowest + 1);
  call_free(&call);
  assert_ptr_equal(socket_table_find(table, lowest), received);
}

static void get_option(struct call *call, struct socket *socket, int number, size_t size) {
  call_init(call, CALL_GETSOCKOPT, socket);
  call->number[0] = SOL_SOCKET;
  call->number[1] = number;
  call->value.option = option_by_number(SOL_SOCKET, number);
  call->size = size;
}

/* Whatever makes a descriptor puts it into the table. */
static void test_made_by_the_way(void **state) {
  struct socket_table *table = *state;
  struct socket *pair[2];
  struct call call;
  enum { PEERPIDFD = 77, GSKNS = 0x894C };
  new_pair(table, pair);
  size_t count = table->count;
  get_option(&call, pair[0], PEERPIDFD, sizeof(int));
  make(&call, table);
  if (call.result == 0) { /* since Linux 6.5 */
    struct socket *process = socket_table_find(table, call.made[0]);
    assert_non_null(process);
    assert_ptr_equal(process, call.made_entry[0]);
    assert_int_equal(process->kind, DESCRIPTOR_PROCESS);
    assert_int_equal(table->count, count + 1);
  }
  call_free(&call);
  count = table->count;
  call_init(&call, CALL_IOCTL, pair[0]);
  call.number[0] = GSKNS;
  make(&call, table);
  if (call.result >= 0) { /* with a privilege */
    struct socket *space = socket_table_find(table, (int)call.result);
    assert_non_null(space);
    assert_int_equal(space->kind, DESCRIPTOR_NAMESPACE);
    assert_int_equal(table->count, count + 1);
  } else {
    assert_int_equal(table->count, count);
    assert_int_equal(call.made[0], -1);
  }
  call_free(&call);
  count = table->count;
  get_option(&call, pair[0], SO_TYPE, sizeof(int));
  make(&call, table);
  assert_int_equal(call.made[0], -1);
  assert_int_equal(table->count, count);
  call_free(&call);
}

/* What the kernel did not write is no data, and what it wrote is all of it. */
static void test_truncated_data(void **state) {
  struct socket_table *table = *state;
  struct socket *pair[2];
  struct call call;
  new_pair(table, pair);
  call_init(&call, CALL_SEND, pair[0]);
  call.data = blob_copy("hello", 5);
  make(&call, table);
  call_free(&call);
  call_init(&call, CALL_RECV, pair[1]);
  call.size = 100;
  call.number[0] = MSG_TRUNC; /* which a Unix stream does not know */
  make(&call, table);
  assert_int_equal(call.data->length, 5);
  assert_memory_equal(call.data->data, "hello", 5);
  for (size_t i = 5; i < call.size; i++)
    assert_int_equal((unsigned char)call.data->data[i], 0xA5);
  call_free(&call);
  struct socket *tcp = new_socket(table, AF_INET, SOCK_STREAM);
  call_init(&call, CALL_RECV, tcp);
  call.size = 100;
  call.number[0] = MSG_TRUNC | MSG_PEEK;
  make(&call, table);
  assert_true(call.discards);
  assert_int_equal(call.data->length, 0);
  call_free(&call);
}

static void shows(int level, int type, const char *data, size_t length, const char *expected) {
  char *exact = malloc(length ? length : 1); /* so that the sanitizer sees a byte too far */
  struct control control = {level, type, (const unsigned char *)exact, length};
  struct bytes text = {0};
  assert_non_null(exact);
  memcpy(exact, data, length);
  control_append(&control, &text);
  assert_string_equal(bytes_text(&text), expected);
  bytes_free(&text);
  /* Each shorter one, as another kernel might give it, is shown somehow. */
  for (control.length = 0; control.length < length; control.length++) {
    char *shorter = malloc(control.length ? control.length : 1);
    assert_non_null(shorter);
    memcpy(shorter, data, control.length);
    control.data = (const unsigned char *)shorter;
    bytes_clear(&text);
    control_append(&control, &text);
    assert_true(text.length > 0);
    free(shorter);
  }
  bytes_free(&text);
  free(exact);
}

static void test_control_messages(void **state) {
  (void)state;
  enum { OPT_STATS = 54, INQ = 84, PACKET = 263 };
  shows(SOL_SOCKET, INQ, "\x03\0\0\0", 4, "{SOL_SOCKET, SCM_INQ, [3]}");
  shows(SOL_SOCKET, SO_PRIORITY, "\x05\0\0\0", 4, "{SOL_SOCKET, SO_PRIORITY, [5]}");
  shows(SOL_SOCKET, OPT_STATS,
        "\x0c\0\x01\0\x07\0\0\0\0\0\0\0"
        "\x05\0\x0b\0\x02\0\0\0"
        "\x08\0\x63\0\x09\0\0\0",
        28,
        "{SOL_SOCKET, SCM_TIMESTAMPING_OPT_STATS, [TCP_NLA_BUSY=7, TCP_NLA_RECUR_RETRANS=2, "
        "TCP_NLA_99=9]}");
  shows(IPPROTO_IP, 6, "\x07\x07\x08\x7f\0\0\x01\x01", 8,
        "{SOL_IP, IP_RECVOPTS, [{IPOPT_RR, ptr=8, 127.0.0.1}, IPOPT_NOOP]}");
  shows(IPPROTO_IP, 7, "\x44\x08\x09\x10\0\0\x01\0\x94\x04\0\x05", 12,
        "{SOL_IP, IP_RETOPTS, [{IPOPT_TS, ptr=9, overflow=1, flags=0, 256}, {IPOPT_RA, "
        "hex:0005}]}");
  shows(IPPROTO_IP, 7, "\x44\x20\x09", 3, "{SOL_IP, IP_RETOPTS, [hex:442009]}");
  shows(IPPROTO_IP, 11, "\x2a\0\0\0\x04\0\0\0\x02\0\0\0\x07\0\0\0", 16,
        "{SOL_IP, IP_RECVERR, {ee_errno=ENOMSG, ee_origin=SO_EE_ORIGIN_TIMESTAMPING, ee_type=0, "
        "ee_code=0, ee_info=SCM_TSTAMP_ACK, ee_data=7}}");
  shows(IPPROTO_IP, 11, "\0\0\0\0\x05\0\x01\0\0\0\0\0\x01\0\0\0", 16,
        "{SOL_IP, IP_RECVERR, {ee_errno=0, ee_origin=SO_EE_ORIGIN_ZEROCOPY, ee_type=0, "
        "ee_code=SO_EE_CODE_ZEROCOPY_COPIED, ee_info=0, ee_data=1}}");
  shows(PACKET, 99, "x", 1, "{SOL_PACKET, 99, \"x\"}");
}

static void test_failed_recvmsg(void **state) {
  struct socket_table *table = *state;
  struct socket *pair[2];
  struct call call;
  new_pair(table, pair);
  call_init(&call, CALL_RECVMSG, pair[1]);
  call.size = 8;
  call.number[0] = MSG_DONTWAIT;
  messages_create(&call, 1);
  call.messages.message->part_sizes[0] = 8;
  call.messages.message->part_count = 1;
  call.messages.message->control_size = 256;
  make(&call, table);
  assert_int_equal(call.error, EAGAIN);
  assert_int_equal(call.data->length, 0);
  assert_int_equal(call.messages.message->received_count, 0);
  struct control control;
  size_t at = 0;
  assert_false(message_next_control(call.messages.message, &at,
                                    &control)); /* what was in the buffer before means nothing */
  call_free(&call);
}

/* FD_SETSIZE is no limit of the kernel's. */
static void test_select_above_1024(void **state) {
  struct socket_table *table = *state;
  struct socket *pair[2];
  struct rlimit limit;
  struct call call;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  if (limit.rlim_max < 2100 || setrlimit(RLIMIT_NOFILE, &limit) < 0)
    skip();
  new_pair(table, pair);
  int numbers[] = {1023, 1024, 1025, 2047};
  enum { NUMBERS = sizeof numbers / sizeof *numbers };
  struct socket *entries[NUMBERS];
  for (int i = 0; i < NUMBERS; i++) {
    assert_int_equal(fcntl(pair[0]->descriptor, F_DUPFD, numbers[i]), numbers[i]);
    entries[i] = socket_reserve(table);
    assert_int_equal(socket_table_add(table, entries[i], numbers[i]), 0);
    socket_identify(entries[i]);
    socket_unreserve(entries[i]);
  }
  for (int ready = 0; ready < 2; ready++) {
    call_init(&call, CALL_SELECT, NULL);
    call.duration = 0;
    call.items.item = calloc(NUMBERS, sizeof *call.items.item);
    call.items.count = NUMBERS;
    for (int i = 0; i < NUMBERS; i++)
      call.items.item[i] =
          (struct call_item){.label = socket_label(entries[i]),
                             .entry = (struct socket *)object_retain(&entries[i]->object),
                             .descriptor = numbers[i],
                             .asked = i == 1 ? SET_READ | SET_WRITE : SET_READ};
    make(&call, table);
    assert_int_equal(call.result, ready ? NUMBERS + 1 : 1);
    for (int i = 0; i < NUMBERS; i++)
      assert_int_equal(call.items.item[i].given,
                       (ready ? SET_READ : 0U) | (i == 1 ? SET_WRITE : 0U));
    call_free(&call);
    if (!ready)
      assert_int_equal(__real_send(pair[1]->descriptor, "x", 1, 0), 1);
  }
}

/* Whatever allocation fails, prepare says so, and leaves nothing behind: the table is as it was, no
 * socket counts as waited for, and what is prepared again succeeds. (Leaks are the sanitizer's to
 * find.) */
static void try_without_memory(struct socket_table *table,
                               void (*fill)(struct call *call, struct socket *socket),
                               struct socket *socket) {
  for (long allowed = 0;; allowed++) {
    struct error error = {0};
    struct call call;
    size_t count = table->count;
    fill(&call, socket);
    fault.calls = 0;
    fault.allocations = allowed;
    int status = call_prepare(&call, table, &error);
    bool met = fault.allocations == 0 && status < 0;
    fault.allocations = -1;
    assert_int_equal(table->count, count);
    assert_int_equal(fault.calls, 0);
    if (status < 0) {
      assert_true(met);
      assert_int_equal(error.kind, ERROR_FAILURE);
      assert_int_equal(socket ? socket->waiting : 0, 0);
      call_free(&call);
      continue;
    }
    if (socket)
      assert_int_equal(socket->waiting, 1);
    /* As if the kernel had refused it: nothing may be needed any more. */
    fault.allocations = 0;
    call.result = -1;
    call.error = EINTR;
    if (call.messages.message)
      call.messages.message->control_size = 0;
    call_finish(&call, table);
    fault.allocations = -1;
    assert_int_equal(table->count, count);
    assert_int_equal(socket ? socket->waiting : 0, 0);
    call_free(&call);
    assert_true(allowed < 2000);
    return;
  }
}

static void fill_receive(struct call *call, struct socket *socket) {
  receive_call(call, socket);
}

static void fill_accept(struct call *call, struct socket *socket) {
  call_init(call, CALL_ACCEPT, socket);
}

static void fill_pair(struct call *call, struct socket *socket) {
  (void)socket;
  call_init(call, CALL_SOCKETPAIR, NULL);
}

static void fill_message(struct call *call, struct socket *socket) {
  call_init(call, CALL_RECVMSG, socket);
  call->size = 16;
  messages_create(call, 1);
  call->messages.message->part_sizes[0] = 16;
  call->messages.message->part_count = 1;
  call->messages.message->control_size = 128;
}

static void test_no_memory(void **state) {
  struct socket_table *table = *state;
  struct socket *pair[2];
  /* The table is empty at first, and has to grow. */
  try_without_memory(table, fill_pair, NULL);
  new_pair(table, pair);
  try_without_memory(table, fill_receive, pair[0]);
  try_without_memory(table, fill_accept, pair[0]);
  try_without_memory(table, fill_pair, NULL);
  try_without_memory(table, fill_message, pair[0]);
}

/* What prepare has reserved is enough: finish allocates nothing. */
static void test_finish_needs_no_memory(void **state) {
  struct socket_table *table = *state;
  struct error error = {0};
  struct socket *made[100];
  for (int i = 0; i < 100; i++) {
    struct call call;
    call_init(&call, CALL_SOCKETPAIR, NULL);
    call.number[0] = AF_UNIX;
    call.number[1] = SOCK_DGRAM;
    assert_int_equal(call_prepare(&call, table, &error), 0);
    call_perform(&call);
    assert_int_equal(call.result, 0);
    fault.allocations = 0;
    call_finish(&call, table);
    fault.allocations = -1;
    made[i] = socket_table_find(table, call.made[0]);
    assert_non_null(made[i]);
    assert_non_null(socket_table_find(table, call.made[1]));
    call_free(&call);
  }
  assert_int_equal(table->count, 200);
  assert_true(made[0]->id < made[99]->id);
}

/* Two calls are prepared before either is finished: there is room for both. */
static void test_prepared_together(void **state) {
  struct socket_table *table = *state;
  struct error error = {0};
  enum { CALLS = 200 };
  struct call *calls = calloc(CALLS, sizeof *calls);
  for (int i = 0; i < CALLS; i++) {
    call_init(&calls[i], CALL_SOCKET, NULL);
    calls[i].number[0] = AF_UNIX;
    calls[i].number[1] = SOCK_DGRAM;
    assert_int_equal(call_prepare(&calls[i], table, &error), 0);
  }
  for (int i = 0; i < CALLS; i++)
    call_perform(&calls[i]);
  fault.allocations = 0;
  for (int i = CALLS; i-- > 0;)
    call_finish(&calls[i], table);
  fault.allocations = -1;
  assert_int_equal(table->count, CALLS);
  for (int i = 0; i < CALLS; i++) {
    assert_non_null(socket_table_find(table, (int)calls[i].result));
    call_free(&calls[i]);
  }
  free(calls);
}

/* What an option promises of recvmsg can be shown when it comes. */
static void test_controls_are_known(void **state) {
  (void)state;
  for (const struct option *option = option_table; option->name; option++) {
    bool promised = strstr(option->explanation, "recvmsg gets") != NULL;
    bool found = false;
    for (const struct control_row *row = control_rows; row->name; row++)
      found = found || (row->level == option->level && row->option == option->number);
    if (promised && !found)
      fail_msg("%s says what recvmsg gets, and no row of control_rows decodes it", option->name);
  }
}

/* What is read from a word to be sent is shown as it was typed. */
static void test_controls_read_back(void **state) {
  static const struct {
    int level;
    const char *name;
    const char *word;
    const char *shown; /* NULL: it is refused */
  } cases[] = {
      {IPPROTO_IP, "ttl", "7", "{SOL_IP, IP_TTL, [7]}"},
      {IPPROTO_IP, "IP_TOS", "0x10", "{SOL_IP, IP_TOS, [16]}"},
      {IPPROTO_IP, "pktinfo", "127.0.0.9",
       "{SOL_IP, IP_PKTINFO, {ifindex=0, spec_dst=127.0.0.9, addr=0.0.0.0}}"},
      {IPPROTO_IPV6, "pktinfo", "::1", "{SOL_IPV6, IPV6_PKTINFO, {addr=::1, ifindex=0}}"},
      {IPPROTO_IPV6, "hoplimit", "3", "{SOL_IPV6, IPV6_HOPLIMIT, [3]}"},
      {IPPROTO_IPV6, "tclass", "32", "{SOL_IPV6, IPV6_TCLASS, [32]}"},
      {IPPROTO_UDP, "segment", "500", "{SOL_UDP, UDP_SEGMENT, [500]}"},
      {SOL_SOCKET, "mark", "5", "{SOL_SOCKET, SO_MARK, [5]}"},
      {SOL_SOCKET, "txtime", "123456789012", "{SOL_SOCKET, SCM_TXTIME, [123456789012]}"},
      {SOL_SOCKET, "credentials", "1:2:3", "{SOL_SOCKET, SCM_CREDENTIALS, {pid=1, uid=2, gid=3}}"},
      {IPPROTO_IP, "ttl", "many", NULL},
      {IPPROTO_UDP, "segment", "70000", NULL},
      {IPPROTO_IP, "pktinfo", "nowhere", NULL},
      {IPPROTO_IP, "pktinfo", "127.0.0.1%nowhere", NULL},
      {SOL_SOCKET, "credentials", "1:2", NULL},
      {SOL_SOCKET, "credentials", "1:2:", NULL},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct bytes data = {0};
    struct bytes text = {0};
    struct error error;
    const struct control_row *row =
        control_find_named(cases[i].level, cases[i].name, strlen(cases[i].name));
    assert_non_null(row);
    const struct option_word word = {cases[i].word, strlen(cases[i].word), NETWORK_OWN};
    int status = row->read(&word, &data, &error);
    assert_int_equal(status, cases[i].shown ? 0 : -1);
    if (cases[i].shown) {
      struct control control = {row->level, row->type, (const unsigned char *)data.data,
                                data.length};
      control_append(&control, &text);
      assert_string_equal(bytes_text(&text), cases[i].shown);
    }
    bytes_free(&data);
    bytes_free(&text);
  }
  assert_null(control_find_named(IPPROTO_IP, "hoplimit", 8));
}

int main(void) {
  network_start();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_controls_are_known),
      cmocka_unit_test(test_controls_read_back),
      cmocka_unit_test_setup_teardown(test_interrupted, start, stop),
      cmocka_unit_test_setup_teardown(test_no_buffers, start, stop),
      cmocka_unit_test_setup_teardown(test_short_send, start, stop),
      cmocka_unit_test_setup_teardown(test_no_descriptors, start, stop),
      cmocka_unit_test_setup_teardown(test_connection_aborted, start, stop),
      cmocka_unit_test_setup_teardown(test_close_with_error, start, stop),
      cmocka_unit_test_setup_teardown(test_number_used_again, start, stop),
      cmocka_unit_test_setup_teardown(test_number_used_again_before_close_finished, start, stop),
      cmocka_unit_test_setup_teardown(test_closed_socket, start, stop),
      cmocka_unit_test_setup_teardown(test_epoll_of_a_closed_number, start, stop),
      cmocka_unit_test_setup_teardown(test_truncated_control, start, stop),
      cmocka_unit_test_setup_teardown(test_made_by_the_way, start, stop),
      cmocka_unit_test_setup_teardown(test_truncated_data, start, stop),
      cmocka_unit_test(test_control_messages),
      cmocka_unit_test(test_control_lengths),
      cmocka_unit_test_setup_teardown(test_failed_recvmsg, start, stop),
      cmocka_unit_test_setup_teardown(test_select_above_1024, start, stop),
      cmocka_unit_test_setup_teardown(test_no_memory, start, stop),
      cmocka_unit_test_setup_teardown(test_finish_needs_no_memory, start, stop),
      cmocka_unit_test_setup_teardown(test_prepared_together, start, stop),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
