#include "trace/reading.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "call/control.h"
#include "call/ioctl_request.h"
#include "call/message.h"
#include "trace/memory.h"
#include "trace/reading_message.h"

static struct socket *socket_at(const struct reading *reading, long descriptor) {
  const struct slot *slot = slots_find(reading->slots, descriptor);
  return slot ? slot->socket : NULL;
}

static struct socket_label reading_label(const struct reading *reading, long descriptor) {
  struct socket *socket = socket_at(reading, descriptor);
  struct socket_label label = {.descriptor = (int)descriptor, .of_program = true};
  if (socket)
    label = socket_label(socket);
  label.descriptor = (int)descriptor;
  return label;
}

static int word_int(const struct part_reader *reader, int at) {
  return (int)reader->word[at];
}

static int enter_subject(struct part_reader *reader) {
  struct call *call = reader->call;
  struct socket *socket = socket_at(reader->reading, word_int(reader, 0));
  call->subject = reading_label(reader->reading, word_int(reader, 0));
  if (socket)
    call->entry = (struct socket *)object_retain(&socket->object);
  return 0;
}

static int enter_object(struct part_reader *reader) {
  struct call *call = reader->call;
  struct socket *socket = socket_at(reader->reading, word_int(reader, 0));
  call->object = reading_label(reader->reading, word_int(reader, 0));
  if (socket)
    call->other = (struct socket *)object_retain(&socket->object);
  return 0;
}

/* The kernel takes an int of these words, whatever the upper half holds. */
static int enter_number(struct part_reader *reader) {
  bool unsigned_word = reader->part->set == &constant_requests;
  reader->call->number[reader->part->slot] =
      unsigned_word ? (long)(uint32_t)reader->word[0] : word_int(reader, 0);
  return 0;
}

static void leave_pair(struct part_reader *reader) {
  if (reader->call->result == 0)
    memory_read(reader->reading->process, reader->word[0], reader->call->made,
                sizeof reader->call->made);
}

static void read_address(const struct part_reader *reader, uint64_t at, uint64_t length,
                         struct address *address) {
  size_t kept = length < sizeof address->storage ? (size_t)length : sizeof address->storage;
  if (at == 0 || kept == 0 ||
      memory_read(reader->reading->process, at, &address->storage, kept) < 0)
    kept = 0;
  address->length = (socklen_t)kept;
}

static int enter_address_in(struct part_reader *reader) {
  read_address(reader, reader->word[0], (uint32_t)reader->word[1], &reader->call->address);
  return 0;
}

/* The room is that of the program's buffer: what did not fit was not written. */
static int enter_address_out(struct part_reader *reader) {
  socklen_t room = 0;
  if (reader->word[1])
    memory_read(reader->reading->process, reader->word[1], &room, sizeof room);
  reader->call->no_address = reader->word[0] == 0;
  reader->call->address.length = room;
  return 0;
}

static void leave_address_out(struct part_reader *reader) {
  struct address *address = &reader->call->address;
  socklen_t room = address->length;
  socklen_t length = 0;
  address->length = 0;
  if (reader->call->result < 0 || reader->word[0] == 0 || reader->word[1] == 0)
    return;
  memory_read(reader->reading->process, reader->word[1], &length, sizeof length);
  read_address(reader, reader->word[0], length < room ? length : room, address);
}

static int read_data(struct part_reader *reader, uint64_t at, uint64_t length) {
  struct call *call = reader->call;
  call->data =
      memory_read_blob(reader->reading->process, at, (size_t)length, reader->reading->record);
  return call->data ? 0 : -1;
}

static int enter_data_in(struct part_reader *reader) {
  reader->call->size = (size_t)reader->word[1];
  reader->call->no_data = reader->word[0] == 0;
  return read_data(reader, reader->word[0], reader->call->no_data ? 0 : reader->word[1]);
}

static int enter_data_out(struct part_reader *reader) {
  reader->call->no_data = reader->word[0] == 0;
  reader->call->size = (size_t)reader->word[1];
  return 0;
}

static void leave_data_out(struct part_reader *reader) {
  struct call *call = reader->call;
  uint64_t length = call->result > 0 ? (uint64_t)call->result : 0;
  /* With MSG_TRUNC the result may be more than there is room for. */
  length = length < call->size ? length : call->size;
  if (call->discards)
    length = 0;
  read_data(reader, reader->word[0], length);
}

static int enter_option(struct part_reader *reader) {
  struct call *call = reader->call;
  call->number[0] = word_int(reader, 0);
  call->number[1] = word_int(reader, 1);
  call->value.option = option_by_number((int)call->number[0], (int)call->number[1]);
  /* A filter's value is a pointer to it. */
  call->value.raw = call->value.option && call->value.option->type->pointer;
  return 0;
}

static int enter_value_in(struct part_reader *reader) {
  reader->call->size = (uint32_t)reader->word[1];
  return read_data(reader, reader->word[0], (uint32_t)reader->word[1]);
}

static int enter_value_out(struct part_reader *reader) {
  socklen_t room = 0;
  memory_read(reader->reading->process, reader->word[1], &room, sizeof room);
  reader->call->size = room;
  return 0;
}

static void leave_value_out(struct part_reader *reader) {
  struct call *call = reader->call;
  socklen_t length = 0;
  if (call->result == 0)
    memory_read(reader->reading->process, reader->word[1], &length, sizeof length);
  read_data(reader, reader->word[0], length < call->size ? length : (uint32_t)call->size);
}

static int enter_flags_word(struct part_reader *reader) {
  reader->call->number[1] = (long)reader->word[0];
  return 0;
}

static void read_request(struct part_reader *reader) {
  struct call *call = reader->call;
  struct timeval time = {0};
  int number = 0;
  if (request_form(call->number[0]) == REQUEST_TIME &&
      memory_read(reader->reading->process, reader->word[0], &time, sizeof time) == 0) {
    call->number[1] = time.tv_sec;
    call->number[2] = time.tv_usec;
  } else if (memory_read(reader->reading->process, reader->word[0], &number, sizeof number) == 0) {
    call->number[1] = number;
  }
}

static int enter_request_word(struct part_reader *reader) {
  if (request_form(reader->call->number[0]) == REQUEST_SETS)
    read_request(reader);
  return 0;
}

static void leave_request_word(struct part_reader *reader) {
  enum request_form form = request_form(reader->call->number[0]);
  if (reader->call->result >= 0 && (form == REQUEST_GETS || form == REQUEST_TIME))
    read_request(reader);
}

/* No program has more descriptors than this in a set. */
enum { ITEM_LIMIT = 1 << 16 };

static int create_items(struct call *call, size_t count) {
  call->items.item = calloc(count ? count : 1, sizeof *call->items.item);
  call->items.count = 0;
  return call->items.item ? 0 : -1;
}

static void add_item(struct part_reader *reader, int descriptor, uint32_t asked) {
  struct call_items *items = &reader->call->items;
  struct call_item *item = &items->item[items->count++];
  struct socket *socket = socket_at(reader->reading, descriptor);
  *item = (struct call_item){.label = reading_label(reader->reading, descriptor),
                             .descriptor = descriptor,
                             .asked = asked};
  if (socket)
    item->entry = (struct socket *)object_retain(&socket->object);
}

static int enter_poll(struct part_reader *reader) {
  size_t count = (uint32_t)reader->word[1] < ITEM_LIMIT ? (uint32_t)reader->word[1] : ITEM_LIMIT;
  struct pollfd *entries = calloc(count ? count : 1, sizeof *entries);
  if (!entries || create_items(reader->call, count) < 0) {
    free(entries);
    return -1;
  }
  memory_read(reader->reading->process, reader->word[0], entries, count * sizeof *entries);
  for (size_t i = 0; i < count; i++)
    add_item(reader, entries[i].fd, (uint32_t)(unsigned short)entries[i].events);
  free(entries);
  return 0;
}

static void leave_poll(struct part_reader *reader) {
  struct call_items *items = &reader->call->items;
  struct pollfd *entries = calloc(items->count ? items->count : 1, sizeof *entries);
  if (entries && reader->call->result >= 0)
    memory_read(reader->reading->process, reader->word[0], entries, items->count * sizeof *entries);
  for (size_t i = 0; entries && i < items->count; i++)
    items->item[i].given = (uint32_t)(unsigned short)entries[i].revents;
  free(entries);
}

enum { SET_KINDS = 3, SET_BYTES = ITEM_LIMIT / 8 };

/* The bit of a descriptor, in memory as the kernel has it. */
static bool has_bit(const unsigned long *set, int descriptor) {
  enum { BITS = 8 * sizeof(unsigned long) };
  return set[descriptor / BITS] >> (descriptor % BITS) & 1;
}

static void read_sets(const struct part_reader *reader, int count,
                      unsigned long (*sets)[SET_BYTES / sizeof(unsigned long)]) {
  enum { BITS = 8 * sizeof(unsigned long) };
  size_t size = ((size_t)count + BITS - 1) / BITS * sizeof(unsigned long);
  memset(sets, 0, SET_KINDS * sizeof *sets);
  for (int kind = 0; kind < SET_KINDS; kind++)
    if (reader->word[1 + kind])
      memory_read(reader->reading->process, reader->word[1 + kind], sets[kind], size);
}

static int highest_of(const struct part_reader *reader) {
  int count = word_int(reader, 0);
  return count < 0 ? 0 : count > ITEM_LIMIT ? ITEM_LIMIT : count;
}

static int enter_sets(struct part_reader *reader) {
  int count = highest_of(reader);
  unsigned long(*sets)[SET_BYTES / sizeof(unsigned long)] = calloc(SET_KINDS, sizeof *sets);
  if (!sets || create_items(reader->call, (size_t)count) < 0) {
    free(sets);
    return -1;
  }
  read_sets(reader, count, sets);
  for (int descriptor = 0; descriptor < count; descriptor++) {
    uint32_t asked = 0;
    for (int kind = 0; kind < SET_KINDS; kind++)
      asked |= has_bit(sets[kind], descriptor) ? 1U << kind : 0;
    if (asked)
      add_item(reader, descriptor, asked);
  }
  free(sets);
  return 0;
}

static void leave_sets(struct part_reader *reader) {
  struct call_items *items = &reader->call->items;
  unsigned long(*sets)[SET_BYTES / sizeof(unsigned long)] = calloc(SET_KINDS, sizeof *sets);
  if (sets && reader->call->result >= 0)
    read_sets(reader, highest_of(reader), sets);
  for (size_t i = 0; sets && i < items->count; i++)
    for (int kind = 0; kind < SET_KINDS; kind++)
      if (items->item[i].asked >> kind & 1 && has_bit(sets[kind], items->item[i].descriptor))
        items->item[i].given |= 1U << kind;
  free(sets);
}

static int enter_event(struct part_reader *reader) {
  struct epoll_event event = {0};
  if (reader->word[0])
    memory_read(reader->reading->process, reader->word[0], &event, sizeof event);
  reader->call->number[1] = (long)event.events;
  reader->call->number[2] = (long)event.data.u64;
  return 0;
}

static int enter_events(struct part_reader *reader) {
  int room = word_int(reader, 1);
  reader->call->items.room = room < 0 ? 0 : (size_t)room;
  return create_items(reader->call, 0);
}

/* The data of an event is the program's own. Which descriptor it stands for is known from
 * epoll_ctl. */
static void leave_events(struct part_reader *reader) {
  struct call *call = reader->call;
  size_t count = call->result > 0 ? (size_t)call->result : 0;
  if (count > call->items.room || count > ITEM_LIMIT)
    count = call->items.room < ITEM_LIMIT ? call->items.room : ITEM_LIMIT;
  struct epoll_event *events = calloc(count ? count : 1, sizeof *events);
  const struct slot *epoll = slots_find(reader->reading->slots, call->subject.descriptor);
  free(call->items.item);
  call->items.item = NULL;
  if (!events || create_items(call, count) < 0)
    count = 0;
  else
    memory_read(reader->reading->process, reader->word[0], events, count * sizeof *events);
  for (size_t i = 0; i < count; i++) {
    long descriptor = epoll ? slots_watched(epoll, events[i].data.u64) : -1;
    add_item(reader, (int)descriptor, 0);
    call->items.item[i].given = events[i].events;
    call->items.item[i].data = events[i].data.u64;
  }
  free(events);
}

static int enter_milliseconds(struct part_reader *reader) {
  int milliseconds = word_int(reader, 0);
  reader->call->duration = milliseconds < 0 ? -1 : (int64_t)milliseconds * 1000000;
  return 0;
}

static int enter_timespec(struct part_reader *reader) {
  struct timespec time = {0};
  if (reader->word[0] &&
      memory_read(reader->reading->process, reader->word[0], &time, sizeof time) == 0)
    reader->call->duration =
        (int64_t)((uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec);
  return 0;
}

static int enter_timeval(struct part_reader *reader) {
  struct timeval time = {0};
  if (reader->word[0] &&
      memory_read(reader->reading->process, reader->word[0], &time, sizeof time) == 0)
    reader->call->duration =
        (int64_t)((uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_usec * 1000U);
  return 0;
}

/* A file of the program's, by what the kernel calls it. */
static int enter_file(struct part_reader *reader) {
  char path[64];
  char name[256];
  snprintf(path, sizeof path, "/proc/%ld/fd/%d", (long)reader->reading->process,
           word_int(reader, 0));
  ssize_t length = readlink(path, name, sizeof name - 1);
  name[length < 0 ? 0 : length] = '\0';
  reader->call->file.name = strdup(name);
  return reader->call->file.name ? 0 : -1;
}

static int enter_other_end(struct part_reader *reader) {
  return socket_at(reader->reading, word_int(reader, 0)) ? enter_object(reader)
                                                         : enter_file(reader);
}

static long offset_at(const struct part_reader *reader) {
  long offset = -1; /* it has none: NULL was passed */
  if (reader->word[0])
    memory_read(reader->reading->process, reader->word[0], &offset, sizeof offset);
  return offset;
}

static int enter_offset(struct part_reader *reader) {
  reader->call->number[reader->part->slot] = offset_at(reader);
  return 0;
}

static void leave_offset(struct part_reader *reader) {
  reader->call->number[reader->part->slot + 1] = offset_at(reader);
}

static int enter_count(struct part_reader *reader) {
  reader->call->size = (size_t)reader->word[0];
  return 0;
}

/* How many words a part takes, and what it does with them. */
static const struct part_handler {
  int words;
  int (*enter)(struct part_reader *reader);
  void (*leave)(struct part_reader *reader);
} handlers[PART_COUNT_OF_KINDS] = {
    [PART_SUBJECT] = {1, enter_subject, NULL},
    [PART_OBJECT] = {1, enter_object, NULL},
    [PART_NUMBER] = {1, enter_number, NULL},
    [PART_TYPE] = {1, enter_number, NULL},
    [PART_PROTOCOL] = {1, enter_number, NULL},
    [PART_PAIR] = {1, NULL, leave_pair},
    [PART_ADDRESS_IN] = {2, enter_address_in, NULL},
    [PART_ADDRESS_OUT] = {2, enter_address_out, leave_address_out},
    [PART_DATA_IN] = {2, enter_data_in, NULL},
    [PART_DATA_OUT] = {2, enter_data_out, leave_data_out},
    [PART_OPTION] = {2, enter_option, NULL},
    [PART_VALUE_IN] = {2, enter_value_in, NULL},
    [PART_VALUE_OUT] = {2, enter_value_out, leave_value_out},
    [PART_FLAGS_WORD] = {1, enter_flags_word, NULL},
    [PART_REQUEST_WORD] = {1, enter_request_word, leave_request_word},
    [PART_POLL] = {2, enter_poll, leave_poll},
    [PART_SETS] = {4, enter_sets, leave_sets},
    [PART_EVENT] = {1, enter_event, NULL},
    [PART_EVENTS] = {2, enter_events, leave_events},
    [PART_MILLISECONDS] = {1, enter_milliseconds, NULL},
    [PART_TIMESPEC] = {1, enter_timespec, NULL},
    [PART_TIMEVAL] = {1, enter_timeval, NULL},
    [PART_MESSAGE_IN] = {1, reading_enter_message_in, NULL},
    [PART_MESSAGE_OUT] = {1, reading_enter_message_out, reading_leave_message_out},
    [PART_MESSAGES_IN] = {2, reading_enter_messages_in, reading_leave_messages_in},
    [PART_MESSAGES_OUT] = {2, reading_enter_messages_out, reading_leave_messages_out},
    [PART_VECTOR_IN] = {2, reading_enter_vector_in, NULL},
    [PART_VECTOR_OUT] = {2, reading_enter_vector_out, reading_leave_vector_out},
    [PART_FILE] = {1, enter_file, NULL},
    [PART_OFFSET] = {1, enter_offset, leave_offset},
    [PART_COUNT] = {1, enter_count, NULL},
    [PART_NULL] = {1, NULL, NULL},
    [PART_OTHER_END] = {1, enter_other_end, NULL},
};

/* MSG_TRUNC on TCP: the bytes are counted, and none is written. */
static void learn_truncation(struct call *call) {
  const struct socket *socket = call->entry;
  if (call_row(call)->direction != RECEIVES || !socket || !(call_message_flags(call) & MSG_TRUNC) ||
      call_message_flags(call) & MSG_ERRQUEUE)
    return;
  call->discards = socket->type == SOCK_STREAM && socket->family != AF_UNIX;
}

int reading_enter(struct call *call, const struct reading *reading) {
  const struct call_row *row = call_row(call);
  struct part_reader reader = {call, NULL, reading, reading->words};
  int status = 0;
  for (int i = 0; i < CALL_PARTS && row->parts[i].kind != PART_END && status == 0; i++) {
    const struct part_handler *handler = &handlers[row->parts[i].kind];
    reader.part = &row->parts[i];
    if (handler->enter)
      status = handler->enter(&reader);
    reader.word += handler->words;
  }
  learn_truncation(call);
  return status;
}

void reading_leave(struct call *call, const struct reading *reading, int64_t result) {
  const struct call_row *row = call_row(call);
  struct part_reader reader = {call, NULL, reading, reading->words};
  call->result = result < 0 ? -1 : (long)result;
  call->error = result < 0 ? (int)-result : 0;
  if (row->descriptors == 1 && row->makes != MAKES_ANYTHING)
    call->made[0] = (int)call->result;
  for (int i = 0; i < CALL_PARTS && row->parts[i].kind != PART_END; i++) {
    const struct part_handler *handler = &handlers[row->parts[i].kind];
    reader.part = &row->parts[i];
    if (handler->leave)
      handler->leave(&reader);
    reader.word += handler->words;
  }
  if (!call->data && (call_has_part(call, PART_DATA_OUT) || call_has_part(call, PART_VALUE_OUT)))
    call->data = blob_create(0);
}

void reading_walk_rights(const struct call *call, void (*each)(int descriptor, void *context),
                         void *context) {
  struct control control;
  int descriptor;
  if (call_row(call)->payload != PAYLOAD_MESSAGES || call_row(call)->direction != RECEIVES)
    return;
  for (size_t i = 0; i < call->messages.count; i++)
    for (size_t at = 0; message_next_control(&call->messages.message[i], &at, &control);)
      for (size_t from = 0; control.level == SOL_SOCKET && control.type == SCM_RIGHTS &&
                            from + sizeof descriptor <= control.length;
           from += sizeof descriptor) {
        memcpy(&descriptor, control.data + from, sizeof descriptor);
        each(descriptor, context);
      }
}
