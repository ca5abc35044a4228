#include "call/message.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "call/call_part.h"
#include "socket/look_note.h"

int messages_create(struct call *call, size_t count) {
  call->messages.message = calloc(count ? count : 1, sizeof *call->messages.message);
  call->messages.count = call->messages.message ? count : 0;
  return call->messages.message ? 0 : -1;
}

void messages_free(struct call_messages *messages) {
  for (size_t m = 0; m < messages->count; m++) {
    struct call_message *message = &messages->message[m];
    for (size_t i = 0; i < message->received_room; i++)
      socket_unreserve(message->received[i]);
    free(message->received);
    bytes_free(&message->control);
  }
  free(messages->message);
  *messages = (struct call_messages){0};
}

int message_add_control(struct call_message *message, int level, int type, const void *data,
                        size_t length) {
  size_t start = message->control.length;
  size_t space = CMSG_SPACE(length);
  if (bytes_reserve(&message->control, space) < 0)
    return -1;
  memset(message->control.data + start, 0, space);
  struct cmsghdr header = {.cmsg_len = CMSG_LEN(length), .cmsg_level = level, .cmsg_type = type};
  memcpy(message->control.data + start, &header, sizeof header);
  memcpy(message->control.data + start + CMSG_LEN(0), data, length);
  message->control.length += space;
  message->control_size = message->control.length;
  return 0;
}

size_t message_room(const struct call_message *message) {
  size_t room = 0;
  if (message->room > 0)
    return message->room;
  for (size_t i = 0; i < message->part_count; i++)
    room += message->part_sizes[i];
  return room;
}

static int reserve_one(const struct call *call, struct call_message *message,
                       struct socket_table *table) {
  call_poison(call, call->data->data + message->start, message_room(message));
  if (message->control_size > 0) {
    if (bytes_reserve(&message->control, message->control_size) < 0)
      return -1;
    memset(message->control.data, CALL_POISON, message->control_size);
    message->control.length = message->control_size;
  }
  /* The kernel's SCM_MAX_FD is 253, and SCM_PIDFD brings one more: no message carries more
   * descriptors, and only those of Unix sockets carry any. */
  size_t room =
      call->entry && call->entry->family == AF_UNIX ? message->control_size / sizeof(int) : 0;
  if (room > 254)
    room = 254;
  message->received = calloc(room ? room : 1, sizeof(struct socket *));
  if (!message->received)
    return -1;
  for (; message->received_room < room; message->received_room++) {
    message->received[message->received_room] = socket_reserve(table);
    if (!message->received[message->received_room])
      return -1;
  }
  return 0;
}

int message_reserve(struct call *call, struct socket_table *table) {
  if (!call->data)
    call->data = blob_create(call->size);
  if (!call->data)
    return -1;
  for (size_t i = 0; i < call->messages.count; i++)
    if (reserve_one(call, &call->messages.message[i], table) < 0)
      return -1;
  return 0;
}

/* Fills in a header for the kernel. `parts` has room for all of the message's parts. */
static void fill_header(struct call *call, struct call_message *message, bool receives,
                        struct msghdr *header, struct iovec *parts) {
  size_t offset = message->start;
  size_t left = call->limit > 0 ? call->limit : SIZE_MAX;
  for (size_t i = 0; i < message->part_count; i++) {
    size_t length = message->part_sizes[i] < left ? message->part_sizes[i] : left;
    parts[i] = (struct iovec){.iov_base = call->data->data + offset, .iov_len = length};
    offset += message->part_sizes[i];
    left -= length;
  }
  *header = (struct msghdr){.msg_iov = parts, .msg_iovlen = message->part_count};
  header->msg_control = message->control_size > 0 ? message->control.data : NULL;
  header->msg_controllen = message->control_size;
  if (message->named) {
    if (receives)
      memset(&message->address.storage, CALL_POISON, sizeof message->address.storage);
    header->msg_name = &message->address.storage;
    header->msg_namelen = receives ? sizeof message->address.storage : message->address.length;
  }
}

/* Stores what the kernel wrote about a received message. A `length` of -1 means none was received.
 */
static void take_header(const struct call *call, struct call_message *message,
                        const struct msghdr *header, long length) {
  message->length =
      call_written(call, call->data->data + message->start, length, message_room(message));
  message->moved = length < 0 ? 0 : (size_t)length;
  message->flags = header->msg_flags;
  message->control_size = length < 0 ? 0 : header->msg_controllen;
  message->address.length = length < 0 ? 0 : header->msg_namelen;
}

void message_load_in(struct call *call, const struct call_part *part, struct call_frame *frame) {
  (void)part;
  fill_header(call, call->messages.message, false, &frame->message.header, frame->message.parts);
  call_frame_add_pointer(frame, &frame->message.header);
}

void message_load_out(struct call *call, const struct call_part *part, struct call_frame *frame) {
  (void)part;
  fill_header(call, call->messages.message, true, &frame->message.header, frame->message.parts);
  call_frame_add_pointer(frame, &frame->message.header);
}

static void load_vector(struct call *call, bool receives, struct call_frame *frame) {
  struct msghdr *header = &frame->message.header;
  fill_header(call, call->messages.message, receives, header, frame->message.parts);
  call_frame_add_pointer(frame, header->msg_iov);
  call_frame_add(frame, (long)header->msg_iovlen);
}

void message_load_vector_in(struct call *call, const struct call_part *part,
                            struct call_frame *frame) {
  (void)part;
  load_vector(call, false, frame);
}

void message_load_vector_out(struct call *call, const struct call_part *part,
                             struct call_frame *frame) {
  (void)part;
  load_vector(call, true, frame);
}

void message_store(struct call *call, const struct call_part *part, struct call_frame *frame) {
  (void)part;
  take_header(call, call->messages.message, &frame->message.header, call->result);
  call->data->length = call->messages.message->length;
}

/* One block holds all headers, followed by their iovecs. */
static void load_several(struct call *call, bool receives, struct call_frame *frame) {
  const struct call_messages *messages = &call->messages;
  size_t parts = 0;
  for (size_t i = 0; i < messages->count; i++)
    parts += messages->message[i].part_count;
  struct mmsghdr *headers = call_frame_allocate(
      frame, 1, messages->count * sizeof *headers + parts * sizeof(struct iovec));
  struct iovec *next = headers ? (struct iovec *)(headers + messages->count) : NULL;
  for (size_t i = 0; headers && i < messages->count; i++) {
    fill_header(call, &messages->message[i], receives, &headers[i].msg_hdr, next);
    next += messages->message[i].part_count;
  }
  call_frame_add_pointer(frame, headers);
  call_frame_add(frame, (long)messages->count);
}

void message_load_several_in(struct call *call, const struct call_part *part,
                             struct call_frame *frame) {
  (void)part;
  load_several(call, false, frame);
}

void message_load_several_out(struct call *call, const struct call_part *part,
                              struct call_frame *frame) {
  (void)part;
  load_several(call, true, frame);
}

void message_store_sent(struct call *call, const struct call_part *part, struct call_frame *frame) {
  const struct mmsghdr *headers = frame->memory;
  (void)part;
  for (long i = 0; i < call->result; i++)
    call->messages.message[i].length = call->messages.message[i].moved = headers[i].msg_len;
}

/* The result is the number of messages received. The rest are emptied. */
void message_store_received(struct call *call, const struct call_part *part,
                            struct call_frame *frame) {
  const struct mmsghdr *headers = frame->memory;
  (void)part;
  call->data->length = 0;
  for (size_t i = 0; i < call->messages.count; i++) {
    struct call_message *message = &call->messages.message[i];
    bool came = (long)i < call->result;
    take_header(call, message, &headers[i].msg_hdr, came ? (long)headers[i].msg_len : -1);
    if (came)
      call->data->length = message->start + message->length;
  }
}

bool message_next_control(const struct call_message *message, size_t *at, struct control *control) {
  struct cmsghdr header;
  if (*at >= message->control_size || message->control_size - *at < sizeof header)
    return false;
  memcpy(&header, message->control.data + *at, sizeof header);
  if (header.cmsg_len < sizeof header)
    return false;
  size_t length = header.cmsg_len - CMSG_LEN(0);
  size_t room = message->control_size - *at - CMSG_LEN(0);
  *control = (struct control){
      .level = header.cmsg_level,
      .type = header.cmsg_type,
      .data = (const unsigned char *)message->control.data + *at + CMSG_LEN(0),
      .length = length < room ? length : room,
  };
  *at = length < room ? *at + CMSG_SPACE(length) : message->control_size;
  return true;
}

/* A received descriptor is on the host of the socket that was passed, if the session still has that
 * one too: both have one cookie. */
static struct host *host_of_passed(const struct socket_table *table, int descriptor) {
  uint64_t cookie = 0;
  socklen_t length = sizeof cookie;
  if (look_note(getsockopt(descriptor, SOL_SOCKET, SO_COOKIE, &cookie, &length), "getsockopt") < 0)
    return NULL;
  const struct socket *passed = socket_table_find_cookie(table, cookie, NULL);
  return passed ? passed->host : NULL;
}

/* Adds a descriptor that came with a message to the table, whatever it refers to. */
static void receive_descriptor(struct call_message *message, struct socket_table *table,
                               int descriptor) {
  if (descriptor < 0)
    return; /* SCM_PIDFD may carry an error instead */
  bool taken = message->received_count < message->received_room &&
               socket_table_add(table, message->received[message->received_count], descriptor) == 0;
  if (!taken) {
    close(descriptor);
    return;
  }
  struct socket *received = message->received[message->received_count++];
  socket_identify(received);
  if (!socket_is_none(received))
    received->host = host_of_passed(table, descriptor);
}

typedef void descriptor_user(struct call_message *message, struct socket_table *table,
                             int descriptor);

/* Calls a function for each descriptor that the message carries. */
static void each_descriptor(struct call_message *message, struct socket_table *table,
                            descriptor_user *use) {
  struct control control;
  size_t at = 0;
  while (message_next_control(message, &at, &control)) {
    if (!control_carries_descriptors(&control))
      continue;
    for (size_t i = 0; i + sizeof(int) <= control.length; i += sizeof(int)) {
      int descriptor;
      memcpy(&descriptor, control.data + i, sizeof descriptor);
      use(message, table, descriptor);
    }
  }
}

/* Whoever receives a descriptor that was sent refers to the same socket. */
static void share_descriptor(struct call_message *message, struct socket_table *table,
                             int descriptor) {
  (void)message;
  struct socket *sent = socket_table_find(table, descriptor);
  if (sent)
    sent->alone = false;
}

void messages_note_sent(const struct call *call, struct socket_table *table) {
  for (size_t i = 0; i < call->messages.count; i++)
    each_descriptor(&call->messages.message[i], table, share_descriptor);
}

void message_finish(struct call *call, struct socket_table *table) {
  for (size_t i = 0; call->result >= 0 && i < call->messages.count; i++)
    each_descriptor(&call->messages.message[i], table, receive_descriptor);
}
