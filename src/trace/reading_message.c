#include "trace/reading_message.h"

#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "call/message.h"
#include "trace/memory.h"

enum {
  MESSAGE_LIMIT = 1024,    /* UIO_MAXIOV: the kernel takes no more messages, nor parts, at once */
  CONTROL_LIMIT = 1 << 16, /* more than the kernel ever passes */
};

/* Copies what the parts hold into call->data, where the message's data begins at `start`, up to
 * `length` bytes of them all. */
static void read_parts(const struct part_reader *reader, const struct iovec *parts, size_t count,
                       struct call_message *message, size_t length) {
  struct blob *data = reader->call->data;
  size_t at = message->start;
  for (size_t i = 0; i < count && length > 0 && at < data->length; i++) {
    size_t take = parts[i].iov_len < length ? parts[i].iov_len : length;
    length -= take;
    take = take < data->length - at ? take : data->length - at;
    memory_read(reader->reading->process, (uint64_t)(uintptr_t)parts[i].iov_base, data->data + at,
                take);
    at += take;
  }
}

/* The parts of a message; NULL when there is no memory. */
static struct iovec *parts_of(const struct part_reader *reader, uint64_t at, uint64_t count,
                              struct call_message *message) {
  size_t most = sizeof message->part_sizes / sizeof *message->part_sizes;
  size_t there = count < MESSAGE_LIMIT ? (size_t)count : MESSAGE_LIMIT;
  struct iovec *parts = calloc(there ? there : 1, sizeof *parts);
  if (!parts)
    return NULL;
  memory_read(reader->reading->process, at, parts, there * sizeof *parts);
  message->part_count = there < most ? there : most;
  message->part_more = there - message->part_count;
  for (size_t i = 0; i < there; i++) {
    if (i < message->part_count)
      message->part_sizes[i] = parts[i].iov_len;
    message->room += parts[i].iov_len;
  }
  return parts;
}

static void read_control(const struct part_reader *reader, const struct msghdr *header,
                         struct call_message *message) {
  size_t length = header->msg_control ? header->msg_controllen : 0;
  if (length > CONTROL_LIMIT)
    length = CONTROL_LIMIT;
  bytes_clear(&message->control);
  message->control_size = 0;
  if (length == 0 || bytes_reserve(&message->control, length) < 0)
    return;
  if (memory_read(reader->reading->process, (uint64_t)(uintptr_t)header->msg_control,
                  message->control.data, length) < 0)
    return;
  message->control.length = message->control_size = length;
}

static void read_name(const struct part_reader *reader, const struct msghdr *header, socklen_t room,
                      struct call_message *message) {
  size_t length = header->msg_name ? header->msg_namelen : 0;
  length = length < room ? length : room;
  if (length > sizeof message->address.storage)
    length = sizeof message->address.storage;
  message->named = header->msg_name != NULL;
  if (length > 0 && memory_read(reader->reading->process, (uint64_t)(uintptr_t)header->msg_name,
                                &message->address.storage, length) < 0)
    length = 0;
  message->address.length = (socklen_t)length;
}

/* Gives the call data of so many bytes, or as many as are recorded. */
static int create_data(struct part_reader *reader, size_t size) {
  struct call *call = reader->call;
  call->size = size;
  call->data = blob_create(size < reader->reading->record ? size : reader->reading->record);
  if (call->data)
    memset(call->data->data, 0, call->data->length);
  return call->data ? 0 : -1;
}

/* A message that is sent: its data begins at the start of the call's. */
static int enter_one_in(struct part_reader *reader, const struct msghdr *header) {
  struct call *call = reader->call;
  if (messages_create(call, 1) < 0)
    return -1;
  struct call_message *message = call->messages.message;
  struct iovec *parts =
      parts_of(reader, (uint64_t)(uintptr_t)header->msg_iov, header->msg_iovlen, message);
  if (!parts || create_data(reader, message->room) < 0) {
    free(parts);
    return -1;
  }
  read_parts(reader, parts, message->part_count + message->part_more, message, message->room);
  free(parts);
  read_name(reader, header, sizeof message->address.storage, message);
  read_control(reader, header, message);
  return 0;
}

int reading_enter_message_in(struct part_reader *reader) {
  struct msghdr header = {0};
  memory_read(reader->reading->process, reader->word[0], &header, sizeof header);
  return enter_one_in(reader, &header);
}

int reading_enter_vector_in(struct part_reader *reader) {
  struct msghdr header = {.msg_iov = (struct iovec *)(uintptr_t)reader->word[0],
                          .msg_iovlen = (size_t)reader->word[1]};
  return enter_one_in(reader, &header);
}

/* What the kernel may fill in: the room is remembered, since it writes over some of it. */
static int enter_one_out(struct part_reader *reader, const struct msghdr *header,
                         struct call_message *message) {
  struct iovec *parts =
      parts_of(reader, (uint64_t)(uintptr_t)header->msg_iov, header->msg_iovlen, message);
  free(parts);
  message->named = header->msg_name != NULL;
  message->address.length = header->msg_namelen;
  message->control_size = header->msg_controllen;
  return parts ? 0 : -1;
}

int reading_enter_message_out(struct part_reader *reader) {
  struct msghdr header = {0};
  memory_read(reader->reading->process, reader->word[0], &header, sizeof header);
  return messages_create(reader->call, 1) < 0
             ? -1
             : enter_one_out(reader, &header, reader->call->messages.message);
}

int reading_enter_vector_out(struct part_reader *reader) {
  struct msghdr header = {.msg_iov = (struct iovec *)(uintptr_t)reader->word[0],
                          .msg_iovlen = (size_t)reader->word[1]};
  return messages_create(reader->call, 1) < 0
             ? -1
             : enter_one_out(reader, &header, reader->call->messages.message);
}

/* A message of `length` bytes that was received into the parts of this header. */
static void leave_one(struct part_reader *reader, const struct msghdr *header,
                      struct call_message *message, size_t length) {
  socklen_t room = message->address.length;
  struct call_message now = {.start = message->start};
  struct iovec *parts =
      parts_of(reader, (uint64_t)(uintptr_t)header->msg_iov, header->msg_iovlen, &now);
  message->moved = length;
  message->length = length < message->room ? length : message->room;
  if (reader->call->discards)
    message->length = 0;
  if (parts)
    read_parts(reader, parts, now.part_count + now.part_more, message, message->length);
  free(parts);
  read_name(reader, header, room, message);
  read_control(reader, header, message);
  message->flags = header->msg_flags;
}

static void leave_none(struct call_message *message) {
  message->address.length = 0;
  message->control_size = 0;
  message->length = message->moved = 0;
}

static void leave_single(struct part_reader *reader, const struct msghdr *header) {
  struct call *call = reader->call;
  struct call_message *message = call->messages.message;
  size_t length = call->result > 0 ? (size_t)call->result : 0;
  if (create_data(reader, length < message->room ? length : message->room) < 0)
    call->data = blob_create(0);
  if (!call->data || call->result < 0) {
    leave_none(message);
    return;
  }
  leave_one(reader, header, message, length);
}

void reading_leave_message_out(struct part_reader *reader) {
  struct msghdr header = {0};
  memory_read(reader->reading->process, reader->word[0], &header, sizeof header);
  leave_single(reader, &header);
}

void reading_leave_vector_out(struct part_reader *reader) {
  struct msghdr header = {.msg_iov = (struct iovec *)(uintptr_t)reader->word[0],
                          .msg_iovlen = (size_t)reader->word[1]};
  leave_single(reader, &header);
}

static size_t read_headers(const struct part_reader *reader, struct mmsghdr **headers) {
  size_t count = (uint32_t)reader->word[1];
  count = count < MESSAGE_LIMIT ? count : MESSAGE_LIMIT;
  *headers = calloc(count ? count : 1, sizeof **headers);
  if (*headers)
    memory_read(reader->reading->process, reader->word[0], *headers, count * sizeof **headers);
  return count;
}

int reading_enter_messages_in(struct part_reader *reader) {
  struct call *call = reader->call;
  struct mmsghdr *headers;
  struct iovec *parts[MESSAGE_LIMIT] = {NULL};
  size_t count = read_headers(reader, &headers);
  size_t size = 0;
  int status = headers && messages_create(call, count) == 0 ? 0 : -1;
  for (size_t i = 0; status == 0 && i < count; i++) {
    struct call_message *message = &call->messages.message[i];
    const struct msghdr *header = &headers[i].msg_hdr;
    message->start = size;
    parts[i] = parts_of(reader, (uint64_t)(uintptr_t)header->msg_iov, header->msg_iovlen, message);
    status = parts[i] ? 0 : -1;
    size += message->room;
  }
  if (status == 0)
    status = create_data(reader, size);
  for (size_t i = 0; i < count; i++) {
    struct call_message *message = status == 0 ? &call->messages.message[i] : NULL;
    if (message) {
      read_parts(reader, parts[i], message->part_count + message->part_more, message,
                 message->room);
      read_name(reader, &headers[i].msg_hdr, sizeof message->address.storage, message);
      read_control(reader, &headers[i].msg_hdr, message);
    }
    free(parts[i]);
  }
  free(headers);
  return status;
}

void reading_leave_messages_in(struct part_reader *reader) {
  struct call *call = reader->call;
  struct mmsghdr *headers;
  size_t count = read_headers(reader, &headers);
  for (size_t i = 0; headers && i < count && (long)i < call->result && i < call->messages.count;
       i++)
    call->messages.message[i].length = call->messages.message[i].moved = headers[i].msg_len;
  free(headers);
}

int reading_enter_messages_out(struct part_reader *reader) {
  struct call *call = reader->call;
  struct mmsghdr *headers;
  size_t count = read_headers(reader, &headers);
  int status = headers && messages_create(call, count) == 0 ? 0 : -1;
  for (size_t i = 0; status == 0 && i < count; i++)
    status = enter_one_out(reader, &headers[i].msg_hdr, &call->messages.message[i]);
  free(headers);
  return status;
}

void reading_leave_messages_out(struct part_reader *reader) {
  struct call *call = reader->call;
  struct mmsghdr *headers;
  size_t count = read_headers(reader, &headers);
  size_t came = call->result > 0 && headers ? (size_t)call->result : 0;
  size_t size = 0;
  count = count < call->messages.count ? count : call->messages.count;
  came = came < count ? came : count;
  for (size_t i = 0; i < came; i++) {
    call->messages.message[i].start = size;
    size += headers[i].msg_len;
  }
  if (create_data(reader, size) < 0)
    call->data = blob_create(0);
  for (size_t i = 0; i < call->messages.count; i++)
    if (i < came && call->data)
      leave_one(reader, &headers[i].msg_hdr, &call->messages.message[i], headers[i].msg_len);
    else
      leave_none(&call->messages.message[i]);
  free(headers);
}
