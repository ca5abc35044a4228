#include "import/strace_message.h"

#include <stdlib.h>
#include <string.h>

#include "call/message.h"
#include "import/strace_address.h"
#include "import/strace_value.h"

enum {
  MESSAGE_LIMIT = 1024
}; /* UIO_MAXIOV: the kernel takes no more messages, nor parts, at once */

/* The data of a call's messages as it is collected. Behind a string that strace has cut nothing
 * more can stand in its place, so the rest is left out. */
struct collected {
  struct bytes bytes;
  bool over;
};

static struct strace_node *value_now(struct strace_node *node) {
  return node && node->after ? node->after : node;
}

/* {iov_base="...", iov_len=5}: its size, and at most `left` bytes of it. */
static int read_part(const struct strace_node *part, size_t left, struct collected *data,
                     size_t *size) {
  const struct strace_node *base = strace_node_member(part, "iov_base");
  long long length;
  if (strace_node_number(strace_node_member(part, "iov_len"), &length) < 0 || length < 0)
    return -1;
  *size = (size_t)length;
  bool string = base && base->kind == STRACE_STRING;
  if (!string && !strace_node_is_pointer(base) && !strace_node_is(base, "NULL"))
    return -1;
  size_t wanted = *size < left ? *size : left;
  size_t there = string ? base->length : 0;
  if (!data->over)
    bytes_append(&data->bytes, string ? base->text : "", there < wanted ? there : wanted);
  data->over = data->over || there < wanted;
  return 0;
}

/* The iovecs of a message: `count` in all, with `moved` bytes in them; SIZE_MAX: all. */
static int read_parts(const struct strace_node *list, long long count, size_t moved,
                      struct collected *data, struct call_message *message) {
  size_t most = sizeof message->part_sizes / sizeof *message->part_sizes;
  size_t seen = 0;
  size_t left = moved;
  for (const struct strace_node *part = list ? list->child : NULL; part; part = part->next) {
    size_t size;
    if (part->kind == STRACE_MORE)
      break;
    if (read_part(part, left, data, &size) < 0)
      return -1;
    left -= size < left ? size : left;
    if (seen < most)
      message->part_sizes[seen] = size;
    message->room += size;
    seen++;
  }
  message->part_count = seen < most ? seen : most;
  if (count < 0 || count > MESSAGE_LIMIT)
    return -1;
  message->part_more =
      (size_t)count > message->part_count ? (size_t)count - message->part_count : 0;
  data->over = data->over || (size_t)count > seen;
  return 0;
}

/* A control message whose data strace has not written is left out: an empty one says that there was
 * none. */
static int read_controls(const struct strace_node *list, struct call_message *message) {
  for (const struct strace_node *node = list && list->kind == STRACE_LIST ? list->child : NULL;
       node; node = node->next) {
    long level;
    long long number;
    const struct strace_node *type = strace_node_member(node, "cmsg_type");
    struct bytes data = {0};
    if (node->kind == STRACE_MORE)
      break;
    if (strace_read_symbol(strace_node_member(node, "cmsg_level"), &constant_levels, &level) < 0 ||
        !type)
      return -1;
    const struct control_row *row = control_rows;
    while (row->name && !(row->level == level && strace_node_is(type, row->name)))
      row++;
    if (row->name)
      number = row->type;
    else if (strace_node_number(type, &number) < 0)
      continue;
    if (strace_read_control(strace_node_member(node, "cmsg_data"), (int)level, (int)number,
                            &data) == 0 &&
        !data.failed)
      message_add_control(message, (int)level, (int)number, data.data ? data.data : "",
                          data.length);
    bytes_free(&data);
  }
  return 0;
}

static int read_name(const struct strace_node *node, struct call_message *message) {
  struct strace_node *name = strace_node_member(node, "msg_name");
  struct strace_node *size = value_now(strace_node_member(node, "msg_namelen"));
  long long length;
  message->named = name && !strace_node_is(name, "NULL");
  if (!name)
    return 0;
  if (strace_read_address(name, &message->address) < 0)
    return -1;
  if (size && strace_node_number(size, &length) == 0 && length >= 0 &&
      length < message->address.length)
    message->address.length = (socklen_t)length;
  return 0;
}

/* A struct msghdr, with `moved` bytes in its parts. */
static int read_header(const struct strace_node *node, size_t moved, struct collected *data,
                       struct call_message *message) {
  struct strace_node *list = strace_node_member(node, "msg_iov");
  struct strace_node *flags = strace_node_member(node, "msg_flags");
  long long count = list ? (long long)list->count : 0;
  long bits = 0;
  if (!node || node->kind != STRACE_STRUCT)
    return -1;
  strace_node_number(strace_node_member(node, "msg_iovlen"), &count);
  message->start = data->bytes.length;
  if (read_name(node, message) < 0 ||
      read_parts(list && list->kind == STRACE_LIST ? list : NULL, count, moved, data, message) <
          0 ||
      read_controls(strace_node_member(node, "msg_control"), message) < 0)
    return -1;
  if (flags && strace_read_symbol(flags, &constant_message_flags, &bits) < 0)
    return -1;
  message->flags = (int)bits;
  return 0;
}

static int finish_data(struct call *call, struct collected *data, int status) {
  size_t room = 0;
  for (size_t i = 0; i < call->messages.count; i++)
    room += message_room(&call->messages.message[i]);
  call->size = room;
  if (status == 0 && !data->bytes.failed)
    call->data = blob_take(&data->bytes);
  bytes_free(&data->bytes);
  return call->data ? 0 : -1;
}

/* What has come into a message: `length` bytes. */
static void set_moved(struct call_message *message, size_t length) {
  message->moved = length;
  message->length = length < message->room ? length : message->room;
}

int strace_read_message_in(struct strace_reader *reader) {
  struct call *call = reader->call;
  struct collected data = {0};
  if (messages_create(call, 1) < 0)
    return -1;
  int status = read_header(reader->node, SIZE_MAX, &data, call->messages.message);
  return finish_data(call, &data, status);
}

/* Of a message that has not come, only the room is known. */
static int read_nothing(struct strace_reader *reader, size_t count) {
  struct collected data = {0};
  return messages_create(reader->call, count) < 0 ? -1 : finish_data(reader->call, &data, 0);
}

int strace_read_message_out(struct strace_reader *reader) {
  struct call *call = reader->call;
  struct collected data = {0};
  if (call->result < 0)
    return read_nothing(reader, 1);
  if (messages_create(call, 1) < 0)
    return -1;
  int status = read_header(reader->node, (size_t)call->result, &data, call->messages.message);
  set_moved(call->messages.message, (size_t)call->result);
  return finish_data(call, &data, status);
}

static int read_vector(struct strace_reader *reader, size_t moved) {
  struct call *call = reader->call;
  struct collected data = {0};
  long long count;
  bool list = reader->node && reader->node->kind == STRACE_LIST;
  if (messages_create(call, 1) < 0 || !reader->node ||
      strace_node_number(reader->node->next, &count) < 0)
    return -1;
  int status = read_parts(list ? reader->node : NULL, count, moved, &data, call->messages.message);
  return finish_data(call, &data, status);
}

int strace_read_vector_in(struct strace_reader *reader) {
  return read_vector(reader, SIZE_MAX);
}

int strace_read_vector_out(struct strace_reader *reader) {
  size_t moved = reader->call->result > 0 ? (size_t)reader->call->result : 0;
  if (read_vector(reader, moved) < 0)
    return -1;
  set_moved(reader->call->messages.message, moved);
  return 0;
}

static size_t count_of(const struct strace_reader *reader) {
  long long count;
  return reader->node && strace_node_number(reader->node->next, &count) == 0 && count >= 0 &&
                 count <= MESSAGE_LIMIT
             ? (size_t)count
             : 0;
}

/* Several: each has its msg_len where it has been moved. */
static int read_messages(struct strace_reader *reader, bool came) {
  struct call *call = reader->call;
  struct collected data = {0};
  size_t count = count_of(reader);
  size_t moved = call->result > 0 ? (size_t)call->result : 0;
  const struct strace_node *entry = reader->node ? reader->node->child : NULL;
  int status = messages_create(call, count);
  for (size_t i = 0; status == 0 && i < count && entry; i++, entry = entry->next) {
    struct call_message *message = &call->messages.message[i];
    long long length = 0;
    if (entry->kind == STRACE_MORE || (came && i >= moved))
      break;
    bool told = strace_node_number(strace_node_member(entry, "msg_len"), &length) == 0 &&
                length >= 0 && i < moved;
    status = read_header(strace_node_member(entry, "msg_hdr"), came ? (size_t)length : SIZE_MAX,
                         &data, message);
    if (told)
      set_moved(message, (size_t)length);
  }
  return finish_data(call, &data, status);
}

int strace_read_messages_in(struct strace_reader *reader) {
  return read_messages(reader, false);
}

int strace_read_messages_out(struct strace_reader *reader) {
  return reader->call->result < 0 ? read_nothing(reader, count_of(reader))
                                  : read_messages(reader, true);
}
