#include "call/call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "call/message.h"

#define SUBJECT                                                                                    \
  { PART_SUBJECT, 0, NULL }
#define NUMBER(slot, set)                                                                          \
  { PART_NUMBER, slot, set }
#define PART(part)                                                                                 \
  { part, 0, NULL }

const struct call_form call_forms[CALL_COUNT] = {
    [CALL_SOCKET] = {"socket",
                     {NUMBER(0, &constant_families),
                      {PART_TYPE, 1, NULL},
                      {PART_PROTOCOL, 2, NULL}},
                     0,
                     0},
    [CALL_SOCKETPAIR] = {"socketpair",
                         {NUMBER(0, &constant_families),
                          {PART_TYPE, 1, NULL},
                          {PART_PROTOCOL, 2, NULL},
                          PART(PART_PAIR)},
                         0,
                         0},
    [CALL_BIND] = {"bind", {SUBJECT, PART(PART_ADDRESS_IN)}, 0, true},
    [CALL_LISTEN] = {"listen", {SUBJECT, NUMBER(0, NULL)}, 0, true},
    [CALL_ACCEPT] = {"accept", {SUBJECT, PART(PART_ADDRESS_OUT)}, 0, 0},
    [CALL_ACCEPT4] = {"accept4",
                      {SUBJECT, PART(PART_ADDRESS_OUT), NUMBER(0, &constant_type_flags)},
                      0,
                      0},
    [CALL_CONNECT] = {"connect", {SUBJECT, PART(PART_ADDRESS_IN)}, 0, true},
    [CALL_SHUTDOWN] = {"shutdown", {SUBJECT, NUMBER(0, &constant_shutdown)}, 0, true},
    [CALL_CLOSE] = {"close", {SUBJECT}, 0, 0},
    [CALL_DUP] = {"dup", {SUBJECT}, 0, 0},
    [CALL_PIPE] = {"pipe", {PART(PART_PAIR)}, 0, 0},
    [CALL_SEND] = {"send", {SUBJECT, PART(PART_DATA_IN), NUMBER(0, &constant_message_flags)}, 0, 0},
    [CALL_SENDTO] = {"sendto",
                     {SUBJECT, PART(PART_DATA_IN), NUMBER(0, &constant_message_flags),
                      PART(PART_ADDRESS_IN)},
                     0,
                     true},
    [CALL_SENDMSG] = {"sendmsg",
                      {SUBJECT, PART(PART_MESSAGE), NUMBER(0, &constant_message_flags)},
                      0,
                      true},
    [CALL_WRITE] = {"write", {SUBJECT, PART(PART_DATA_IN)}, 0, 0},
    [CALL_RECV] = {"recv",
                   {SUBJECT, PART(PART_DATA_OUT), NUMBER(0, &constant_message_flags)},
                   true,
                   0},
    [CALL_RECVFROM] = {"recvfrom",
                       {SUBJECT, PART(PART_DATA_OUT), NUMBER(0, &constant_message_flags),
                        PART(PART_ADDRESS_OUT)},
                       true,
                       0},
    [CALL_RECVMSG] = {"recvmsg",
                      {SUBJECT, PART(PART_MESSAGE), NUMBER(0, &constant_message_flags)},
                      true,
                      0},
    [CALL_READ] = {"read", {SUBJECT, PART(PART_DATA_OUT)}, true, 0},
    [CALL_SENDFILE] = {"sendfile",
                       {SUBJECT, PART(PART_FILE), {PART_OFFSET, 0, NULL}, PART(PART_COUNT)},
                       0,
                       0},
    [CALL_SPLICE] = {"splice",
                     {SUBJECT, PART(PART_NULL), PART(PART_OTHER_END), PART(PART_NULL),
                      PART(PART_COUNT), NUMBER(0, &constant_splice_flags)},
                     0,
                     0},
    [CALL_GETSOCKNAME] = {"getsockname", {SUBJECT, PART(PART_ADDRESS_OUT)}, 0, 0},
    [CALL_GETPEERNAME] = {"getpeername", {SUBJECT, PART(PART_ADDRESS_OUT)}, 0, 0},
    [CALL_GETSOCKOPT] = {"getsockopt", {SUBJECT, PART(PART_OPTION), PART(PART_VALUE_OUT)}, 0, 0},
    [CALL_SETSOCKOPT] = {"setsockopt", {SUBJECT, PART(PART_OPTION), PART(PART_VALUE_IN)}, 0, 0},
    [CALL_FCNTL] = {"fcntl",
                    {SUBJECT, NUMBER(0, &constant_file_commands), PART(PART_FLAGS_WORD)},
                    0,
                    0},
    [CALL_IOCTL] = {"ioctl",
                    {SUBJECT, NUMBER(0, &constant_requests), PART(PART_REQUEST_WORD)},
                    0,
                    0},
    [CALL_POLL] = {"poll", {PART(PART_POLL), PART(PART_MILLISECONDS)}, 0, 0},
    [CALL_SELECT] = {"pselect6", {PART(PART_SETS), PART(PART_TIMESPEC)}, 0, 0},
    [CALL_EPOLL_CREATE1] = {"epoll_create1", {NUMBER(0, &constant_epoll_flags)}, 0, 0},
    [CALL_EPOLL_CTL] = {"epoll_ctl",
                        {SUBJECT, NUMBER(0, &constant_epoll_operations), PART(PART_OBJECT),
                         PART(PART_EVENT)},
                        0,
                        0},
    [CALL_EPOLL_WAIT] = {"epoll_wait", {SUBJECT, PART(PART_EVENTS), PART(PART_MILLISECONDS)}, 0, 0},
    [CALL_GETADDRINFO] =
        {"getaddrinfo",
         {{PART_TEXT, 0, NULL}, {PART_TEXT, 1, NULL}, PART(PART_HINTS), PART(PART_RESULT)},
         0,
         0},
    [CALL_GETNAMEINFO] = {"getnameinfo",
                          {PART(PART_ADDRESS_IN), {PART_TEXT, 0, NULL}, {PART_TEXT, 1, NULL}},
                          0,
                          0},
};

void call_init(struct call *call, enum call_name name, struct socket *entry) {
  *call = (struct call){
      .name = name, .object = {.descriptor = -1}, .duration = -1, .file = -1, .made = {-1, -1}};
  call->subject = socket_label(entry);
  if (entry)
    call->entry = (struct socket *)object_retain(&entry->object);
}

/* How many descriptors the kernel may make in this call. */
static int makes(const struct call *call) {
  switch (call->name) {
  case CALL_SOCKETPAIR:
  case CALL_PIPE:
    return 2;
  case CALL_SOCKET:
  case CALL_ACCEPT:
  case CALL_ACCEPT4:
  case CALL_DUP:
  case CALL_EPOLL_CREATE1:
    return 1;
  default:
    return 0;
  }
}

static bool takes_data(const struct call *call) {
  return call->name == CALL_RECV || call->name == CALL_RECVFROM || call->name == CALL_READ ||
         call->name == CALL_GETSOCKOPT || call->name == CALL_RECVMSG;
}

/* The first socket of the call that is closed: its number may be another's by now. NULL where all
 * are open. */
static const struct socket *closed_socket(const struct call *call) {
  if (call->entry && call->entry->descriptor < 0)
    return call->entry;
  if (call->other && call->other->descriptor < 0)
    return call->other;
  for (size_t i = 0; i < call->item_count; i++)
    if (call->items[i].entry && call->items[i].entry->descriptor < 0)
      return call->items[i].entry;
  return NULL;
}

/* Notes that the call waits on its sockets, or does so no longer. */
static void count_waiting(struct call *call, int change) {
  if (call->entry)
    call->entry->waiting += (unsigned)change;
  for (size_t i = 0; i < call->item_count; i++)
    if (call->items[i].entry)
      call->items[i].entry->waiting += (unsigned)change;
}

int call_prepare(struct call *call, struct socket_table *table, struct error *error) {
  const struct socket *closed = closed_socket(call);
  if (closed)
    return error_set_errno(error, EBADF, _("socket %d is closed"), closed->was_descriptor);
  if (takes_data(call) && !call->data) {
    call->data = blob_create(call->size);
    if (!call->data)
      return error_set_memory(error);
  }
  for (int i = 0; i < makes(call); i++) {
    call->made_entry[i] = socket_reserve(table);
    if (!call->made_entry[i])
      return error_set_memory(error);
  }
  if (call->name == CALL_RECVMSG && message_reserve(call, table) < 0)
    return error_set_memory(error);
  count_waiting(call, 1);
  if (call->name == CALL_CLOSE && call->entry)
    call->entry->closing = true;
  return 0;
}

bool call_sends(const struct call *call) {
  return call->name == CALL_SEND || call->name == CALL_SENDTO || call->name == CALL_SENDMSG ||
         call->name == CALL_WRITE || call->name == CALL_SENDFILE;
}

/* The protocol that the kernel chose for 0. */
static int default_protocol(int family, int type) {
  if (family != AF_INET && family != AF_INET6)
    return 0;
  return type == SOCK_STREAM ? IPPROTO_TCP : type == SOCK_DGRAM ? IPPROTO_UDP : 0;
}

/* What the new socket is. The call has said it, so nobody need be asked. */
static void describe_made(struct call *call, struct socket *made) {
  switch (call->name) {
  case CALL_EPOLL_CREATE1:
    made->epoll = true;
    break;
  case CALL_PIPE:
    made->pipe = true;
    break;
  case CALL_ACCEPT:
  case CALL_ACCEPT4:
  case CALL_DUP:
    made->family = call->entry->family;
    made->type = call->entry->type;
    made->protocol = call->entry->protocol;
    made->epoll = call->entry->epoll;
    made->host = call->entry->host;
    made->pipe = call->entry->pipe;
    break;
  default:
    made->host = call->host;
    made->family = (int)call->number[0];
    made->type = (int)call->number[1] & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
    made->protocol = (int)call->number[2];
    if (made->protocol == 0)
      made->protocol = default_protocol(made->family, made->type);
    break;
  }
}

static void finish_made(struct call *call, struct socket_table *table) {
  for (int i = 0; i < 2; i++) {
    struct socket *made = call->made_entry[i];
    if (call->made[i] < 0 || !made)
      continue;
    if (socket_table_add(table, made, call->made[i]) < 0) {
      /* Cannot be: the slots were reserved. Closing is better than losing it. */
      close(call->made[i]);
      continue;
    }
    describe_made(call, made);
    call->made_label[i] = socket_label(made);
  }
}

/* epoll_wait gives numbers: those that were registered. Which sockets they are, only the table
 * knows. */
static void finish_events(struct call *call, const struct socket_table *table) {
  for (size_t i = 0; i < call->item_count; i++) {
    struct socket *entry = socket_table_find(table, call->items[i].descriptor);
    if (!entry)
      continue;
    call->items[i].entry = (struct socket *)object_retain(&entry->object);
    call->items[i].label = socket_label(entry);
  }
}

void call_cancel(struct call *call) {
  count_waiting(call, -1);
  if (call->name == CALL_CLOSE && call->entry)
    call->entry->closing = false;
}

void call_finish(struct call *call, struct socket_table *table) {
  count_waiting(call, -1);
  if (call->name == CALL_CLOSE && call->entry)
    call->entry->closing = false;
  if (call->name == CALL_EPOLL_WAIT)
    finish_events(call, table);
  if (call->entry && call_forms[call->name].addresses)
    call->entry->may_change_local = true;
  if (call->name == CALL_SHUTDOWN && call->result == 0 && call->entry && call->number[0] != SHUT_RD)
    call->entry->shut = true;
  finish_made(call, table);
  if (call->name == CALL_RECVMSG)
    message_finish(call, table);
  /* Linux frees the number whatever close(2) returned, except for a bad one. */
  if (call->name == CALL_CLOSE && call->error != EBADF)
    socket_table_remove(table, call->entry);
}

void call_free(struct call *call) {
  if (call->entry)
    object_release(&call->entry->object);
  if (call->other)
    object_release(&call->other->object);
  for (int i = 0; i < 2; i++) {
    socket_unreserve(call->made_entry[i]);
    free(call->text[i]);
  }
  for (size_t i = 0; i < call->item_count; i++)
    if (call->items[i].entry)
      object_release(&call->items[i].entry->object);
  free(call->items);
  if (call->message)
    message_free(call->message);
  blob_release(call->data);
  free(call->found);
  free(call->found_types);
  call->entry = call->other = call->made_entry[0] = call->made_entry[1] = NULL;
  call->text[0] = call->text[1] = NULL;
  call->items = NULL;
  call->item_count = call->found_count = 0;
  call->message = NULL;
  call->data = NULL;
  call->found = NULL;
  call->found_types = NULL;
}

bool call_needs_no_look(const struct call *call) {
  const struct socket *socket = call->entry;
  bool sent = call->result >= 0 && (call->name == CALL_SEND || call->name == CALL_WRITE);
  bool received = call->result > 0 && (call->name == CALL_RECV || call->name == CALL_READ);
  /* A Unix stream sends only while this side is not shut down, and a peer that closes shuts it
   * down: that the kernel took the data proves what poll would be asked for. That it gave data does
   * not, since data outlives its sender; but a reader is told of the end in any case, by the next
   * call, which finds no more and is looked behind. */
  return (sent || received) && socket && socket->family == AF_UNIX && socket->type == SOCK_STREAM &&
         socket->seen.state == STATE_CONNECTED && !socket->may_change_local;
}
