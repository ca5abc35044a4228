#include "commands/packetdrill/pkt_part.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "call/control.h"
#include "call/message.h"
#include "commands/packetdrill/pkt_file.h"
#include "import/strace_address.h"
#include "import/strace_items.h"
#include "import/strace_value.h"

enum { LISTENING_PORT = 8080, MOST = 64 << 20 /* bytes of a buffer */ };

static bool is_left_out(const struct strace_node *node) {
  return node && node->kind == STRACE_MORE;
}

/* Of IPv6, and the same place: ::ffff:10.0.0.1. */
static struct address mapped(const struct address *address) {
  struct address result = {.length = sizeof result.inet6};
  result.inet6 =
      (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = address->inet.sin_port};
  result.inet6.sin6_addr.s6_addr[10] = result.inet6.sin6_addr.s6_addr[11] = 0xff;
  memcpy(&result.inet6.sin6_addr.s6_addr[12], &address->inet.sin_addr, 4);
  return result;
}

/* ..., ...: the address that the call is about. */
static struct address usual_address(const struct pkt_state *state, const struct call *call) {
  const struct call_row *row = call_row(call);
  struct address address = row->connects || row->direction == SENDS ? state->remote : state->local;
  if (state->options.version == PKT_MAPPED)
    address = mapped(&address);
  address_set_port(&address, LISTENING_PORT);
  return address;
}

/* A family, where the script leaves it out. */
static int read_number(const struct pkt_state *state, struct strace_reader *reader) {
  if (!is_left_out(reader->node))
    return 0;
  reader->call->number[reader->part->slot] =
      state->options.version == PKT_IPV4 ? AF_INET : AF_INET6;
  return 1;
}

static int read_address_in(const struct pkt_state *state, struct strace_reader *reader) {
  if (strace_node_is(reader->node, "NULL"))
    return 1;
  if (strace_node_is(reader->node, "AF_UNSPEC")) { /* a family that no address has */
    reader->call->address = (struct address){.length = sizeof reader->call->address.inet};
    return 1;
  }
  if (!is_left_out(reader->node))
    return 0;
  reader->call->address = usual_address(state, reader->call);
  return 1;
}

static int read_address_out(const struct pkt_state *state, struct strace_reader *reader) {
  (void)state;
  reader->call->no_address = strace_node_is(reader->node, "NULL");
  return 1;
}

static int make_room(struct call *call, size_t size) {
  call->size = size;
  call->data = size <= MOST ? blob_create(size) : NULL;
  if (call->data)
    memset(call->data->data, 0, size);
  return call->data ? 1 : -1;
}

/* All data is zeros, but for a text that is written there. */
static int read_data(const struct pkt_state *state, struct strace_reader *reader) {
  size_t size;
  (void)state;
  if (strace_node_is(reader->node, "NULL"))
    return 0;
  if (strace_reader_size(strace_reader_second(reader), &size) < 0 ||
      make_room(reader->call, size) < 0)
    return -1;
  if (reader->node && reader->node->kind == STRACE_STRING)
    memcpy(reader->call->data->data, reader->node->text,
           reader->node->length < size ? reader->node->length : size);
  return 1;
}

static int read_value_in(const struct pkt_state *state, struct strace_reader *reader) {
  const struct strace_node *node = reader->node;
  const struct strace_node *word = node && node->kind == STRACE_LIST ? node->child : NULL;
  const struct option *option = reader->call->value.option;
  size_t size;
  long value;
  (void)state;
  if (node && node->kind == STRACE_STRING &&
      strace_reader_size(strace_reader_second(reader), &size) == 0) {
    if (make_room(reader->call, size) < 0)
      return -1;
    memcpy(reader->call->data->data, node->text, node->length < size ? node->length : size);
    return 1;
  }
  if (!word || word->next || strace_reader_size(strace_reader_second(reader), &size) < 0 ||
      size != sizeof(int))
    return 0;
  const struct constant_set *set =
      option && option->level == SOL_SOCKET && option->number == SO_TIMESTAMPING
          ? &constant_timestamping
          : NULL;
  if (strace_read_symbol(word, set, &value) < 0)
    return 0;
  int number = (int)value;
  if (make_room(reader->call, size) < 0)
    return -1;
  memcpy(reader->call->data->data, &number, sizeof number);
  return 1;
}

static int read_value_out(const struct pkt_state *state, struct strace_reader *reader) {
  const struct strace_node *length = strace_reader_second(reader);
  long long room;
  (void)state;
  if (strace_node_number(length && length->kind == STRACE_LIST ? length->child : length, &room) <
          0 ||
      room < 0)
    return -1;
  return make_room(reader->call, (size_t)room);
}

/* The descriptors are those of this program, and not the script's. */
static int read_poll(const struct pkt_state *state, struct strace_reader *reader) {
  struct call_items *items = &reader->call->items;
  (void)state;
  if (strace_read_poll(reader) < 0)
    return -1;
  for (size_t i = 0; i < items->count; i++) {
    struct call_item *item = &items->item[i];
    if (item->entry)
      item->label = socket_label(item->entry);
    item->descriptor = item->entry ? item->entry->descriptor : INT_MAX; /* never open: POLLNVAL */
  }
  return 1;
}

bool pkt_part_data(const struct strace_node *event, long long *data) {
  static const char *const names[] = {"fd", "ptr", "u32", "u64"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strace_node_number(strace_node_member(event, names[i]), data) == 0)
      return true;
  return false;
}

static int read_event(const struct pkt_state *state, struct strace_reader *reader) {
  struct call *call = reader->call;
  long long data = 0;
  (void)state;
  if (call->number[0] == EPOLL_CTL_DEL || strace_node_is(reader->node, "NULL"))
    return 1;
  if (strace_read_symbol(strace_node_member(reader->node, "events"), &constant_epoll_events,
                         &call->number[1]) < 0)
    return -1;
  pkt_part_data(reader->node, &data);
  call->number[2] = (long)data;
  return 1;
}

static int read_events(const struct pkt_state *state, struct strace_reader *reader) {
  struct call_items *items = &reader->call->items;
  (void)state;
  if (strace_reader_size(strace_reader_second(reader), &items->room) < 0 || items->room > 1024)
    return -1;
  items->item = calloc(items->room + 1, sizeof *items->item);
  return items->item ? 1 : -1;
}

/* [{..., 1000}, {..., 10}]: the parts of one message. The bytes of all, or -1. */
static ssize_t read_parts(const struct strace_node *vector, struct call *call) {
  size_t size = 0;
  if (!vector || vector->kind != STRACE_LIST || messages_create(call, 1) < 0)
    return -1;
  struct call_message *message = call->messages.message;
  for (const struct strace_node *part = vector->child; part; part = part->next) {
    size_t most = sizeof message->part_sizes / sizeof *message->part_sizes;
    size_t room;
    if (message->part_count == most || strace_reader_size(strace_node_at(part, 1), &room) < 0 ||
        room > MOST)
      return -1;
    message->part_sizes[message->part_count++] = room;
    size += room;
  }
  return (ssize_t)size;
}

static int read_vector(const struct pkt_state *state, struct strace_reader *reader) {
  ssize_t size = read_parts(reader->node, reader->call);
  (void)state;
  if (size < 0)
    return -1;
  reader->call->messages.message->length = reader->part->kind == PART_VECTOR_OUT ? 0 : (size_t)size;
  return make_room(reader->call, (size_t)size);
}

/* {msg_name=..., msg_iov=[{..., 1000}], msg_flags=0, msg_control=[...]} */
static int read_message(const struct pkt_state *state, struct strace_reader *reader) {
  enum { CONTROL_ROOM = 1024 };
  struct call *call = reader->call;
  const struct strace_node *vector = strace_node_member(reader->node, "msg_iov");
  bool receives = reader->part->kind == PART_MESSAGE_OUT;
  ssize_t size = read_parts(vector, call);
  if (size < 0)
    return -1;
  struct call_message *message = call->messages.message;
  message->control_size = receives ? CONTROL_ROOM : 0;
  message->length = receives ? 0 : (size_t)size;
  message->named = strace_node_member(reader->node, "msg_name") != NULL;
  message->address = usual_address(state, call);
  return make_room(call, (size_t)size);
}

/* A file that the script has opened. */
static int read_file(const struct pkt_state *state, struct strace_reader *reader) {
  long number;
  if (strace_reader_descriptor(reader->node, &number) < 0)
    return -1;
  const struct pkt_file *file = pkt_file_find(state, number);
  if (!file)
    return -1;
  reader->call->file.descriptor = file->descriptor;
  reader->call->file.name = strdup(file->path);
  return reader->call->file.name ? 1 : -1;
}

/* How many arguments a part takes. */
static const struct {
  int arguments;
  int (*read)(const struct pkt_state *state, struct strace_reader *reader);
} handlers[PART_COUNT_OF_KINDS] = {
    [PART_NUMBER] = {1, read_number},
    [PART_ADDRESS_IN] = {2, read_address_in},
    [PART_ADDRESS_OUT] = {2, read_address_out},
    [PART_DATA_IN] = {2, read_data},
    [PART_DATA_OUT] = {2, read_data},
    [PART_VALUE_IN] = {2, read_value_in},
    [PART_VALUE_OUT] = {2, read_value_out},
    [PART_POLL] = {2, read_poll},
    [PART_EVENT] = {1, read_event},
    [PART_EVENTS] = {2, read_events},
    [PART_FILE] = {1, read_file},
    [PART_VECTOR_IN] = {2, read_vector},
    [PART_VECTOR_OUT] = {2, read_vector},
    [PART_MESSAGE_IN] = {1, read_message},
    [PART_MESSAGE_OUT] = {1, read_message},
};

int pkt_part_read(const struct pkt_state *state, struct strace_reader *reader, int *arguments) {
  enum call_part_kind kind = reader->part->kind;
  *arguments = handlers[kind].arguments;
  return handlers[kind].read ? handlers[kind].read(state, reader) : 0;
}
