#include "call/call_part.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "call/ioctl_request.h"

void *call_frame_allocate(struct call_frame *frame, size_t count, size_t size) {
  frame->memory = calloc(count ? count : 1, size);
  frame->failed = !frame->memory;
  return frame->memory;
}

void call_poison(const struct call *call, char *buffer, size_t size) {
  enum { ENOUGH = 4096 }; /* to fill it takes no time beside that of a system call */
  memset(buffer, CALL_POISON, size < ENOUGH || call->peek_offset > 0 ? size : ENOUGH);
}

size_t call_written(const struct call *call, const char *buffer, long length, size_t size) {
  if (length < 0 || call->discards)
    return 0;
  /* With MSG_TRUNC the length is the datagram's, which may exceed what was written. */
  size_t most = (size_t)length < size ? (size_t)length : size;
  if (call->peek_offset <= 0)
    return most;
  /* What lies before the offset was passed over: in this datagram or, which nothing tells, in those
   * before it. At least what follows the offset was written, and so was what is not poison now. */
  size_t offset = (size_t)call->peek_offset;
  size_t least = (size_t)length > offset ? (size_t)length - offset : 0;
  while (most > least && (unsigned char)buffer[most - 1] == CALL_POISON)
    most--;
  return most;
}

static void load_subject(struct call *call, const struct call_part *part,
                         struct call_frame *frame) {
  (void)part;
  call_frame_add(frame, call->subject.descriptor);
}

static void load_object(struct call *call, const struct call_part *part, struct call_frame *frame) {
  (void)part;
  call_frame_add(frame, call->object.descriptor);
}

static void load_number(struct call *call, const struct call_part *part, struct call_frame *frame) {
  call_frame_add(frame, call->number[part->slot]);
}

static void load_pair(struct call *call, const struct call_part *part, struct call_frame *frame) {
  (void)part;
  call_frame_add_pointer(frame, call->made);
}

static void store_pair(struct call *call, const struct call_part *part, struct call_frame *frame) {
  (void)part;
  (void)frame;
  if (call->result < 0)
    call->made[0] = call->made[1] = -1;
}

static void load_address_in(struct call *call, const struct call_part *part,
                            struct call_frame *frame) {
  (void)part;
  call_frame_add_pointer(frame, &call->address.any);
  call_frame_add(frame, call->address.length);
}

static void load_address_out(struct call *call, const struct call_part *part,
                             struct call_frame *frame) {
  (void)part;
  memset(&call->address.storage, CALL_POISON, sizeof call->address.storage);
  call->address.length = sizeof call->address.storage;
  call_frame_add_pointer(frame, &call->address.any);
  call_frame_add_pointer(frame, &call->address.length);
}

static void store_address_out(struct call *call, const struct call_part *part,
                              struct call_frame *frame) {
  (void)part;
  (void)frame;
  if (call->result < 0)
    call->address.length = 0;
}

static int reserve_data(struct call *call, struct socket_table *table) {
  (void)table;
  if (call->data)
    return 0; /* with a request for the kernel in it */
  call->data = blob_create(call->size);
  if (!call->data)
    return -1;
  call_poison(call, call->data->data, call->size);
  return 0;
}

static size_t limited(const struct call *call, size_t size) {
  return call->limit > 0 && call->limit < size ? call->limit : size;
}

static void load_data_in(struct call *call, const struct call_part *part,
                         struct call_frame *frame) {
  (void)part;
  call_frame_add_pointer(frame, call->no_data ? NULL : call->data->data);
  call_frame_add(frame, (long)limited(call, call->no_data ? call->size : call->data->length));
}

static void load_data_out(struct call *call, const struct call_part *part,
                          struct call_frame *frame) {
  (void)part;
  call_frame_add_pointer(frame, call->no_data ? NULL : call->data->data);
  call_frame_add(frame, (long)limited(call, call->size));
}

static void store_data_out(struct call *call, const struct call_part *part,
                           struct call_frame *frame) {
  (void)part;
  (void)frame;
  if (!call->no_data)
    call->data->length = call_written(call, call->data->data, call->result, call->size);
}

static void load_option(struct call *call, const struct call_part *part, struct call_frame *frame) {
  (void)part;
  call_frame_add(frame, call->number[0]);
  call_frame_add(frame, call->number[1]);
}

/* The kernel takes a filter by a pointer to its program. */
static void load_value_in(struct call *call, const struct call_part *part,
                          struct call_frame *frame) {
  if (!call->value.option || !call->value.option->type->pointer || call->value.raw) {
    load_data_in(call, part, frame);
    return;
  }
  frame->program =
      (struct sock_fprog){.len = (unsigned short)(call->data->length / sizeof(struct sock_filter)),
                          .filter = (struct sock_filter *)call->data->data};
  call_frame_add_pointer(frame, &frame->program);
  call_frame_add(frame, sizeof frame->program);
}

static void load_value_out(struct call *call, const struct call_part *part,
                           struct call_frame *frame) {
  (void)part;
  frame->length = (socklen_t)call->size;
  call_frame_add_pointer(frame, call->data->data);
  call_frame_add_pointer(frame, &frame->length);
}

static void store_value_out(struct call *call, const struct call_part *part,
                            struct call_frame *frame) {
  (void)part;
  size_t length = call->result < 0 ? 0 : frame->length;
  call->data->length = length < call->size ? length : call->size;
  if (call->made_entry[0] && call->data->length == sizeof *call->made)
    memcpy(call->made, call->data->data, sizeof *call->made);
}

static void load_flags_word(struct call *call, const struct call_part *part,
                            struct call_frame *frame) {
  (void)part;
  call_frame_add(frame, call->number[1]);
}

/* Most requests take a pointer to an int. The buffer is large enough for what any request writes.
 */
static void load_request_word(struct call *call, const struct call_part *part,
                              struct call_frame *frame) {
  (void)part;
  int *argument = call_frame_allocate(frame, 1, 1 << _IOC_SIZEBITS);
  if (argument)
    *argument = (int)call->number[1];
  call_frame_add_pointer(frame, argument);
}

static void store_request_word(struct call *call, const struct call_part *part,
                               struct call_frame *frame) {
  (void)part;
  enum request_form form = request_form(call->number[0]);
  struct timeval time = {0};
  int number = 0;
  if (call->result < 0)
    return;
  if (form == REQUEST_OPENS)
    call->made[0] = (int)call->result;
  if (form == REQUEST_TIME) {
    memcpy(&time, frame->memory, sizeof time);
    call->number[1] = time.tv_sec;
    call->number[2] = time.tv_usec; /* nanoseconds with SIOCGSTAMPNS, at the same offset */
    return;
  }
  memcpy(&number, frame->memory, sizeof number);
  call->number[1] = number;
  call->number[2] = 0;
}

static void load_poll(struct call *call, const struct call_part *part, struct call_frame *frame) {
  (void)part;
  const struct call_items *items = &call->items;
  struct pollfd *entries = call_frame_allocate(frame, items->count, sizeof *entries);
  for (size_t i = 0; entries && i < items->count; i++)
    entries[i] =
        (struct pollfd){.fd = items->item[i].descriptor, .events = (short)items->item[i].asked};
  call_frame_add_pointer(frame, entries);
  call_frame_add(frame, (long)items->count);
}

static void store_poll(struct call *call, const struct call_part *part, struct call_frame *frame) {
  (void)part;
  const struct pollfd *entries = frame->memory;
  for (size_t i = 0; i < call->items.count; i++)
    call->items.item[i].given = (uint32_t)(unsigned short)entries[i].revents;
}

enum { SET_BITS = 8 * sizeof(unsigned long), SET_KINDS = 3 };

/* The bits are set by hand in memory of the needed size: FD_SET aborts above 1023. The words are
 * the count and the three sets, NULL for a set without members. */
static void load_sets(struct call *call, const struct call_part *part, struct call_frame *frame) {
  (void)part;
  const struct call_items *items = &call->items;
  int highest = -1;
  for (size_t i = 0; i < items->count; i++)
    if (items->item[i].descriptor > highest)
      highest = items->item[i].descriptor;
  size_t room = (size_t)(highest + 1) / SET_BITS + 1;
  unsigned long *memory = call_frame_allocate(frame, SET_KINDS * room, sizeof(unsigned long));
  call_frame_add(frame, highest + 1);
  long *sets = frame->words + frame->count;
  for (size_t kind = 0; kind < SET_KINDS; kind++)
    call_frame_add(frame, 0);
  for (size_t i = 0; memory && i < items->count; i++)
    for (size_t kind = 0; kind < SET_KINDS; kind++)
      if (items->item[i].asked & (1U << kind)) {
        unsigned long *set = memory + kind * room;
        int descriptor = items->item[i].descriptor;
        set[descriptor / (int)SET_BITS] |= 1UL << (descriptor % (int)SET_BITS);
        sets[kind] = (long)set;
      }
}

static void store_sets(struct call *call, const struct call_part *part, struct call_frame *frame) {
  (void)part;
  size_t room = (size_t)frame->words[0] / SET_BITS + 1;
  for (size_t i = 0; i < call->items.count && call->result >= 0; i++)
    for (size_t kind = 0; kind < SET_KINDS; kind++) {
      struct call_item *item = &call->items.item[i];
      const unsigned long *set = (const unsigned long *)frame->memory + kind * room;
      if (item->asked & (1U << kind) &&
          set[item->descriptor / (int)SET_BITS] & 1UL << (item->descriptor % (int)SET_BITS))
        item->given |= 1U << kind;
    }
}

static void load_event(struct call *call, const struct call_part *part, struct call_frame *frame) {
  (void)part;
  frame->event = (struct epoll_event){.events = (uint32_t)call->number[1],
                                      .data.u64 = (uint64_t)call->number[2]};
  call_frame_add_pointer(frame, call->number[0] == EPOLL_CTL_DEL ? NULL : &frame->event);
}

static void load_events(struct call *call, const struct call_part *part, struct call_frame *frame) {
  (void)part;
  call_frame_add_pointer(frame,
                         call_frame_allocate(frame, call->items.room, sizeof(struct epoll_event)));
  call_frame_add(frame, (long)call->items.room);
}

static void store_events(struct call *call, const struct call_part *part,
                         struct call_frame *frame) {
  (void)part;
  const struct epoll_event *events = frame->memory;
  for (long i = 0; i < call->result; i++) {
    struct call_item *item = &call->items.item[i];
    *item = (struct call_item){.descriptor = (int)events[i].data.u64,
                               .given = events[i].events,
                               .data = events[i].data.u64};
    item->label.descriptor = item->descriptor;
  }
  call->items.count = call->result > 0 ? (size_t)call->result : 0;
}

/* epoll_wait returns the numbers that were registered. Only the table knows which sockets they are.
 */
static void finish_events(struct call *call, struct socket_table *table) {
  for (size_t i = 0; i < call->items.count; i++) {
    struct call_item *item = &call->items.item[i];
    struct socket *entry = socket_table_find(table, item->descriptor);
    if (!entry)
      continue;
    item->entry = (struct socket *)object_retain(&entry->object);
    item->label = socket_label(entry);
  }
}

/* Rounds up, so that a short wait does not become none. */
static void load_milliseconds(struct call *call, const struct call_part *part,
                              struct call_frame *frame) {
  (void)part;
  int64_t rounded = call->duration < 0 ? -1 : (call->duration + 999999) / 1000000;
  call_frame_add(frame, rounded > INT32_MAX ? INT32_MAX : (long)rounded);
}

static void load_timespec(struct call *call, const struct call_part *part,
                          struct call_frame *frame) {
  (void)part;
  frame->time = (struct timespec){.tv_sec = call->duration / 1000000000,
                                  .tv_nsec = call->duration % 1000000000};
  call_frame_add_pointer(frame, call->duration < 0 ? NULL : &frame->time);
}

static void load_timeval(struct call *call, const struct call_part *part,
                         struct call_frame *frame) {
  (void)part;
  frame->old_time = (struct timeval){.tv_sec = call->duration / 1000000000,
                                     .tv_usec = call->duration % 1000000000 / 1000};
  call_frame_add_pointer(frame, call->duration < 0 ? NULL : &frame->old_time);
}

/* A lookup goes to the C library, which gets the call itself. */
static void load_nothing(struct call *call, const struct call_part *part,
                         struct call_frame *frame) {
  (void)call;
  (void)part;
  (void)frame;
}

static void load_file(struct call *call, const struct call_part *part, struct call_frame *frame) {
  (void)part;
  call_frame_add(frame, call->file.descriptor);
}

static void load_offset(struct call *call, const struct call_part *part, struct call_frame *frame) {
  frame->offset = (off_t)call->number[part->slot];
  call_frame_add_pointer(frame, &frame->offset);
}

static void store_offset(struct call *call, const struct call_part *part,
                         struct call_frame *frame) {
  call->number[part->slot + 1] = frame->offset;
}

static void load_count(struct call *call, const struct call_part *part, struct call_frame *frame) {
  (void)part;
  call_frame_add(frame, (long)call->size);
}

static void load_null(struct call *call, const struct call_part *part, struct call_frame *frame) {
  (void)call;
  (void)part;
  call_frame_add(frame, 0);
}

static void load_other_end(struct call *call, const struct call_part *part,
                           struct call_frame *frame) {
  (void)part;
  call_frame_add(frame,
                 call->file.descriptor >= 0 ? call->file.descriptor : call->object.descriptor);
}

const struct call_part_class call_part_classes[PART_COUNT_OF_KINDS] = {
    [PART_SUBJECT] = {.load = load_subject},
    [PART_OBJECT] = {.load = load_object},
    [PART_NUMBER] = {.load = load_number},
    [PART_TYPE] = {.load = load_number},
    [PART_PROTOCOL] = {.load = load_number},
    [PART_PAIR] = {.load = load_pair, .store = store_pair},
    [PART_ADDRESS_IN] = {.load = load_address_in},
    [PART_ADDRESS_OUT] = {.load = load_address_out, .store = store_address_out},
    [PART_DATA_IN] = {.load = load_data_in},
    [PART_DATA_OUT] = {.reserve = reserve_data, .load = load_data_out, .store = store_data_out},
    [PART_OPTION] = {.load = load_option, .payload = PAYLOAD_VALUE},
    [PART_VALUE_IN] = {.load = load_value_in, .payload = PAYLOAD_VALUE},
    [PART_VALUE_OUT] = {.reserve = reserve_data,
                        .load = load_value_out,
                        .store = store_value_out,
                        .payload = PAYLOAD_VALUE},
    [PART_FLAGS_WORD] = {.load = load_flags_word},
    [PART_REQUEST_WORD] = {.load = load_request_word, .store = store_request_word},
    [PART_POLL] = {.load = load_poll, .store = store_poll, .payload = PAYLOAD_ITEMS},
    [PART_SETS] = {.load = load_sets, .store = store_sets, .payload = PAYLOAD_ITEMS},
    [PART_EVENT] = {.load = load_event},
    [PART_EVENTS] = {.load = load_events,
                     .store = store_events,
                     .finish = finish_events,
                     .payload = PAYLOAD_ITEMS},
    [PART_MILLISECONDS] = {.load = load_milliseconds},
    [PART_TIMESPEC] = {.load = load_timespec},
    [PART_TIMEVAL] = {.load = load_timeval},
    [PART_MESSAGE_IN] = {.load = message_load_in, .payload = PAYLOAD_MESSAGES},
    [PART_MESSAGE_OUT] = {.reserve = message_reserve,
                          .load = message_load_out,
                          .store = message_store,
                          .finish = message_finish,
                          .payload = PAYLOAD_MESSAGES},
    [PART_MESSAGES_IN] = {.load = message_load_several_in,
                          .store = message_store_sent,
                          .payload = PAYLOAD_MESSAGES},
    [PART_MESSAGES_OUT] = {.reserve = message_reserve,
                           .load = message_load_several_out,
                           .store = message_store_received,
                           .finish = message_finish,
                           .payload = PAYLOAD_MESSAGES},
    [PART_VECTOR_IN] = {.load = message_load_vector_in, .payload = PAYLOAD_MESSAGES},
    [PART_VECTOR_OUT] = {.reserve = message_reserve,
                         .load = message_load_vector_out,
                         .store = message_store,
                         .payload = PAYLOAD_MESSAGES},
    [PART_TEXT_IN] = {.load = load_nothing, .payload = PAYLOAD_LOOKUP},
    [PART_TEXT_OUT] = {.load = load_nothing, .payload = PAYLOAD_LOOKUP},
    [PART_HINTS] = {.load = load_nothing, .payload = PAYLOAD_LOOKUP},
    [PART_FOUND] = {.load = load_nothing, .payload = PAYLOAD_LOOKUP},
    [PART_FILE] = {.load = load_file, .payload = PAYLOAD_FILE},
    [PART_OFFSET] = {.load = load_offset, .store = store_offset},
    [PART_COUNT] = {.load = load_count},
    [PART_NULL] = {.load = load_null},
    [PART_OTHER_END] = {.load = load_other_end, .payload = PAYLOAD_FILE},
};
