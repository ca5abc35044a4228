#include "import/strace_part.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "call/ioctl_request.h"
#include "language/number.h"

static struct socket *socket_at(const struct slots *slots, long descriptor) {
  const struct slot *slot = slots_find(slots, descriptor);
  return slot ? slot->socket : NULL;
}

struct socket_label strace_part_label(const struct slots *slots, long descriptor) {
  struct socket *socket = socket_at(slots, descriptor);
  struct socket_label label = {.role = ROLE_OF_PROGRAM, .of_program = true};
  if (socket)
    label = socket_label(socket);
  label.descriptor = (int)descriptor;
  return label;
}

static struct strace_node *second(const struct strace_part_reader *reader) {
  return reader->node ? reader->node->next : NULL;
}

static bool failed(const struct strace_part_reader *reader) {
  return reader->call->result < 0;
}

static int read_descriptor(const struct strace_node *node, long *descriptor) {
  long long number;
  if (strace_node_number(node, &number) < 0 || number < INT32_MIN || number > INT32_MAX)
    return -1;
  *descriptor = (long)number;
  return 0;
}

static int read_end(struct strace_part_reader *reader, struct socket_label *label,
                    struct socket **entry) {
  long descriptor;
  if (read_descriptor(reader->node, &descriptor) < 0)
    return -1;
  struct socket *socket = socket_at(reader->slots, descriptor);
  *label = strace_part_label(reader->slots, descriptor);
  if (socket)
    *entry = (struct socket *)object_retain(&socket->object);
  return 0;
}

static int read_subject(struct strace_part_reader *reader) {
  return read_end(reader, &reader->call->subject, &reader->call->entry);
}

static int read_object(struct strace_part_reader *reader) {
  return read_end(reader, &reader->call->object, &reader->call->other);
}

/* strace has names of its own for some requests. */
static const struct {
  const char *name;
  const char *same;
} spellings[] = {{"SIOCINQ", "FIONREAD"}, {"TIOCINQ", "FIONREAD"}, {"TIOCOUTQ", "SIOCOUTQ"}};

/* Flags without a set of their own. */
static const struct constant close_flags[] = {
    {"CLOSE_RANGE_UNSHARE", 1 << 1, NULL}, {"CLOSE_RANGE_CLOEXEC", 1 << 2, NULL}, {NULL, 0, NULL}};
static const struct constant_set constant_close_flags = {
    .title = "flag", .word = "FLAGS", .prefix = "", .flags = true, .constants = close_flags};

/* Commands of fcntl that make a descriptor, which the shell's own does not take. */
static const struct constant copy_commands[] = {
    {"F_DUPFD", F_DUPFD, NULL}, {"F_DUPFD_CLOEXEC", F_DUPFD_CLOEXEC, NULL}, {NULL, 0, NULL}};
static const struct constant_set constant_copy_commands = {
    .title = "command", .word = "COMMAND", .prefix = "", .constants = copy_commands};

static int read_number(struct strace_part_reader *reader) {
  struct strace_node node = reader->node ? *reader->node : (struct strace_node){0};
  const struct constant_set *set = reader->part->set;
  long *number = &reader->call->number[reader->part->slot];
  if (strace_read_symbol(reader->node, set, number) == 0)
    return 0;
  for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
    if (set == &constant_requests && strace_node_is(&node, spellings[i].name)) {
      node.text = spellings[i].same;
      node.length = strlen(node.text);
      return strace_read_symbol(&node, set, number);
    }
  if (!set)
    return strace_read_symbol(&node, &constant_close_flags, number);
  if (set == &constant_file_commands)
    return strace_read_symbol(&node, &constant_copy_commands, number);
  /* EPOLL_CLOEXEC, O_CLOEXEC and SOCK_CLOEXEC are one number, and versions differ in the name. */
  return set->flags ? strace_read_symbol(&node, &constant_file_flags, number) : -1;
}

static int read_type(struct strace_part_reader *reader) {
  return strace_read_type(reader->node, &reader->call->number[reader->part->slot]);
}

static int read_protocol(struct strace_part_reader *reader) {
  struct call *call = reader->call;
  const struct constant_set *set = constant_protocols_of((int)call->number[0]);
  const struct strace_node *node = reader->node;
  bool swapped = node && node->child;
  long long number;
  if (strace_read_network(node, set ? set : &constant_protocols, &number) < 0)
    return -1;
  call->number[reader->part->slot] = swapped ? htons((uint16_t)number) : (long)number;
  return 0;
}

static int read_pair(struct strace_part_reader *reader) {
  long descriptor;
  for (size_t i = 0; i < 2 && !failed(reader); i++) {
    if (read_descriptor(strace_node_at(reader->node, i), &descriptor) < 0)
      return -1;
    reader->call->made[i] = (int)descriptor;
  }
  return 0;
}

static int read_address_in(struct strace_part_reader *reader) {
  struct address *address = &reader->call->address;
  long long length;
  if (strace_read_address(reader->node, address) < 0 ||
      strace_node_number(second(reader), &length) < 0 || length < 0)
    return -1;
  if (length < address->length)
    address->length = (socklen_t)length;
  return 0;
}

/* [16], [128 => 16], or [0] => [20]: a number before the call and behind it. */
static int read_lengths(const struct strace_node *node, long long *room, long long *length) {
  const struct strace_node *item = node && node->kind == STRACE_LIST ? node->child : node;
  if (strace_node_number(item, room) < 0)
    return -1;
  *length = *room;
  const struct strace_node *after = item && item->after ? item->after : node->after;
  return after ? strace_node_number(after, length) : 0;
}

static int read_address_out(struct strace_part_reader *reader) {
  struct call *call = reader->call;
  long long room;
  long long length;
  call->no_address = strace_node_is(reader->node, "NULL");
  if (call->no_address || failed(reader))
    return 0;
  if (strace_read_address(reader->node, &call->address) < 0 ||
      read_lengths(second(reader), &room, &length) < 0)
    return -1;
  length = length < room ? length : room;
  if (length >= 0 && length < call->address.length)
    call->address.length = (socklen_t)length;
  return 0;
}

static int read_string(struct call *call, const struct strace_node *node) {
  bool there = node && node->kind == STRACE_STRING;
  if (!there && !strace_node_is_pointer(node) && !strace_node_is(node, "NULL"))
    return -1;
  call->data = blob_copy(there ? node->text : "", there ? node->length : 0);
  return call->data ? 0 : -1;
}

static int read_size(const struct strace_node *node, size_t *size) {
  long long number;
  if (strace_node_number(node, &number) < 0 || number < 0)
    return -1;
  *size = (size_t)number;
  return 0;
}

static int read_data_in(struct strace_part_reader *reader) {
  return read_size(second(reader), &reader->call->size) < 0
             ? -1
             : read_string(reader->call, reader->node);
}

static int read_data_out(struct strace_part_reader *reader) {
  struct call *call = reader->call;
  if (read_size(second(reader), &call->size) < 0)
    return -1;
  if (!failed(reader))
    return read_string(call, reader->node);
  call->data = blob_create(0);
  return call->data ? 0 : -1;
}

/* Names of the C library differ from those of the kernel for the two forms of a time. */
static const struct option *find_option(long level, const struct strace_node *node) {
  static const char old[] = "_OLD";
  size_t length = node->length;
  size_t suffix = sizeof old - 1;
  if (length > suffix && memcmp(node->text + length - suffix, old, suffix) == 0)
    length -= suffix;
  for (const struct option *option = option_table; option->name; option++)
    if (option->level == level &&
        bytes_equal(node->text, length, option->name, strlen(option->name)))
      return option;
  return NULL;
}

static int read_option(struct strace_part_reader *reader) {
  struct call *call = reader->call;
  const struct strace_node *name = second(reader);
  long long number;
  if (strace_read_symbol(reader->node, &constant_levels, &call->number[0]) < 0 || !name ||
      name->kind != STRACE_WORD)
    return -1;
  const struct option *option = find_option(call->number[0], name);
  if (!option && strace_node_number(name, &number) < 0)
    return -1;
  call->number[1] = option ? option->number : (long)number;
  call->value.option = option ? option : option_by_number((int)call->number[0], (int)number);
  call->value.raw = call->value.option && call->value.option->type->pointer;
  return 0;
}

static int take_value(struct call *call, const struct strace_node *node, long long length) {
  struct bytes bytes = {0};
  int status =
      length < 0 ? -1 : strace_read_value(node, call->value.option, (size_t)length, &bytes);
  /* Of a structure, nothing can be said by a part of it that was not written. */
  if (status > 0 && (node->kind != STRACE_STRING || !node->cut))
    status = -1;
  if (status > 0)
    call->value.whole = (size_t)length;
  if (status >= 0 && !bytes.failed)
    call->data = blob_take(&bytes);
  bytes_free(&bytes);
  return call->data ? 0 : -1;
}

static int read_value_in(struct strace_part_reader *reader) {
  long long length;
  if (strace_node_number(second(reader), &length) < 0)
    return -1;
  reader->call->size = (size_t)length;
  return take_value(reader->call, reader->node, length);
}

static int read_value_out(struct strace_part_reader *reader) {
  struct call *call = reader->call;
  long long room;
  long long length;
  if (read_lengths(second(reader), &room, &length) < 0 || room < 0)
    return -1;
  call->size = (size_t)room;
  if (!failed(reader))
    return take_value(call, reader->node, length < room ? length : room);
  call->data = blob_create(0);
  return call->data ? 0 : -1;
}

static int read_flags_word(struct strace_part_reader *reader) {
  struct call *call = reader->call;
  const struct constant_set *set = call->number[0] == F_SETFL    ? &constant_file_flags
                                   : call->number[0] == F_SETFD  ? &constant_descriptor_flags
                                   : call->number[0] == F_SETSIG ? &constant_signals
                                                                 : NULL;
  return reader->node ? strace_read_symbol(reader->node, set, &call->number[1]) : 0;
}

static int read_request_word(struct strace_part_reader *reader) {
  struct call *call = reader->call;
  enum request_form form = request_form(call->number[0]);
  long long seconds = 0;
  long long rest = 0;
  if (form == REQUEST_BARE || form == REQUEST_OPENS)
    return 0;
  if (failed(reader) && form != REQUEST_SETS)
    return 0;
  if (form == REQUEST_TIME) {
    if (strace_node_number(strace_node_at(reader->node, 0), &seconds) < 0 ||
        strace_node_number(strace_node_at(reader->node, 1), &rest) < 0)
      return -1;
    call->number[1] = (long)seconds;
    call->number[2] = (long)rest;
    return 0;
  }
  if (form == REQUEST_UNKNOWN || strace_node_number(reader->node, &seconds) < 0)
    return -1;
  call->number[1] = (long)seconds;
  return 0;
}

static int create_items(struct call *call, size_t count) {
  call->items.item = calloc(count ? count : 1, sizeof *call->items.item);
  return call->items.item ? 0 : -1;
}

static struct call_item *add_item(struct strace_part_reader *reader, long descriptor) {
  struct call_items *items = &reader->call->items;
  struct call_item *item = &items->item[items->count++];
  struct socket *socket = socket_at(reader->slots, descriptor);
  *item = (struct call_item){.label = strace_part_label(reader->slots, descriptor),
                             .descriptor = (int)descriptor};
  if (socket)
    item->entry = (struct socket *)object_retain(&socket->object);
  return item;
}

static void set_polled(struct strace_part_reader *reader, const struct strace_node *list) {
  struct call_items *items = &reader->call->items;
  const struct strace_node *given = list ? list->child : NULL;
  for (size_t i = 0; i < items->count && given; i++) {
    long descriptor;
    long events;
    if (read_descriptor(strace_node_member(given, "fd"), &descriptor) < 0 ||
        descriptor != items->item[i].descriptor)
      continue;
    if (strace_read_symbol(strace_node_member(given, "revents"), &constant_poll_events, &events) ==
        0)
      items->item[i].given = (uint32_t)events;
    given = given->next;
  }
}

/* Those that are ready stand behind the result, in the same order. */
static int read_poll(struct strace_part_reader *reader) {
  const struct strace_node *list = reader->node;
  if (create_items(reader->call, list ? list->count : 0) < 0)
    return -1;
  for (const struct strace_node *entry = list ? list->child : NULL; entry; entry = entry->next) {
    long descriptor;
    long events = 0;
    const struct strace_node *asked = strace_node_member(entry, "events");
    if (read_descriptor(strace_node_member(entry, "fd"), &descriptor) < 0 ||
        (asked && strace_read_symbol(asked, &constant_poll_events, &events) < 0))
      return -1;
    add_item(reader, descriptor)->asked = (uint32_t)events;
  }
  set_polled(reader, strace_node_at(reader->tree->detail, 0));
  return 0;
}

static int compare_items(const void *a, const void *b) {
  const struct call_item *const *one = a;
  const struct call_item *const *other = b;
  return (*one)->descriptor < (*other)->descriptor ? -1 : (*one)->descriptor > (*other)->descriptor;
}

static struct call_item *find_item(struct call_items *items, long descriptor) {
  for (size_t i = 0; i < items->count; i++)
    if (items->item[i].descriptor == descriptor)
      return &items->item[i];
  return NULL;
}

static int add_set(struct strace_part_reader *reader, const struct strace_node *set,
                   uint32_t kind) {
  for (const struct strace_node *entry = set && set->kind == STRACE_LIST ? set->child : NULL; entry;
       entry = entry->next) {
    long descriptor;
    if (read_descriptor(entry, &descriptor) < 0)
      return -1;
    struct call_item *item = find_item(&reader->call->items, descriptor);
    (item ? item : add_item(reader, descriptor))->asked |= kind;
  }
  return 0;
}

static void sort_items(struct call_items *items) {
  struct call_item *sorted = calloc(items->count ? items->count : 1, sizeof *sorted);
  struct call_item **order = calloc(items->count ? items->count : 1, sizeof *order);
  for (size_t i = 0; order && i < items->count; i++)
    order[i] = &items->item[i];
  if (order)
    qsort(order, items->count, sizeof *order, compare_items);
  for (size_t i = 0; sorted && order && i < items->count; i++)
    sorted[i] = *order[i];
  free(order);
  if (!sorted || !order) { /* then they stay as they were written */
    free(sorted);
    return;
  }
  free(items->item);
  items->item = sorted;
}

/* in [3], out [4 5], left {...} */
static void set_selected(struct strace_part_reader *reader) {
  static const char *const titles[] = {"in", "out", "except"};
  const struct strace_node *detail = reader->tree->detail;
  uint32_t kind = 0;
  for (const struct strace_node *node = detail ? detail->child : NULL; node; node = node->next) {
    for (unsigned i = 0; i < 3; i++)
      if (strace_node_is(node, titles[i]))
        kind = 1U << i;
    for (const struct strace_node *entry = node->kind == STRACE_LIST ? node->child : NULL; entry;
         entry = entry->next) {
      long descriptor;
      struct call_item *item = read_descriptor(entry, &descriptor) == 0
                                   ? find_item(&reader->call->items, descriptor)
                                   : NULL;
      if (item)
        item->given |= kind;
    }
  }
}

static int read_sets(struct strace_part_reader *reader) {
  enum { SETS = 3, MOST = 4096 }; /* strace writes no more than a set has bits: 1024 */
  const struct strace_node *set = second(reader);
  size_t count = 0;
  for (const struct strace_node *one = set; one; one = one->next)
    count += one->count;
  if (count > MOST || create_items(reader->call, count) < 0)
    return -1;
  for (unsigned kind = 0; kind < SETS; kind++, set = set ? set->next : NULL)
    if (add_set(reader, set, 1U << kind) < 0)
      return -1;
  sort_items(&reader->call->items);
  if (!failed(reader))
    set_selected(reader);
  return 0;
}

/* {u32=7, u64=7}, or one number. */
static int read_epoll_data(const struct strace_node *node, uint64_t *data) {
  const struct strace_node *wide =
      node && node->kind == STRACE_STRUCT ? strace_node_member(node, "u64") : node;
  char text[32];
  char *end;
  if (!wide || wide->kind != STRACE_WORD || wide->length >= sizeof text)
    return -1;
  memcpy(text, wide->text, wide->length);
  text[wide->length] = '\0';
  *data = strtoull(text, &end, 0);
  return *end ? -1 : 0;
}

static int read_event_of(const struct strace_node *node, long *events, uint64_t *data) {
  return strace_read_symbol(strace_node_member(node, "events"), &constant_epoll_events, events) < 0
             ? -1
             : read_epoll_data(strace_node_member(node, "data"), data);
}

static int read_event(struct strace_part_reader *reader) {
  struct call *call = reader->call;
  uint64_t data = 0;
  if (call->number[0] == EPOLL_CTL_DEL || strace_node_is(reader->node, "NULL") ||
      strace_node_is_pointer(reader->node))
    return 0;
  if (read_event_of(reader->node, &call->number[1], &data) < 0)
    return -1;
  call->number[2] = (long)data;
  return 0;
}

/* The data of an event is the program's own. Which descriptor it stands for is known from
 * epoll_ctl. */
static int read_events(struct strace_part_reader *reader) {
  struct call *call = reader->call;
  const struct slot *epoll = slots_find(reader->slots, call->subject.descriptor);
  const struct strace_node *list = failed(reader) ? NULL : reader->node;
  if (read_size(second(reader), &call->items.room) < 0 && !failed(reader))
    return -1;
  if (create_items(call, list ? list->count : 0) < 0)
    return -1;
  for (const struct strace_node *entry = list ? list->child : NULL; entry; entry = entry->next) {
    long events;
    uint64_t data;
    if (entry->kind == STRACE_MORE)
      continue;
    if (read_event_of(entry, &events, &data) < 0)
      return -1;
    long descriptor = epoll && epoll->kind == SLOT_EPOLL ? slots_watched(epoll, data) : -1;
    add_item(reader, descriptor)->given = (uint32_t)events;
  }
  return 0;
}

static int read_milliseconds(struct strace_part_reader *reader) {
  long long milliseconds;
  if (strace_node_number(reader->node, &milliseconds) < 0)
    return -1;
  reader->call->duration = milliseconds < 0 ? -1 : (int64_t)(int)milliseconds * 1000000;
  return 0;
}

static int read_time(struct strace_part_reader *reader, int64_t unit) {
  long long seconds;
  long long rest;
  if (strace_node_is(reader->node, "NULL") || strace_node_is_pointer(reader->node))
    return 0;
  if (strace_node_number(strace_node_at(reader->node, 0), &seconds) < 0 ||
      strace_node_number(strace_node_at(reader->node, 1), &rest) < 0)
    return -1;
  reader->call->duration =
      (int64_t)((uint64_t)seconds * 1000000000U + (uint64_t)rest * (uint64_t)unit);
  return 0;
}

static int read_timespec(struct strace_part_reader *reader) {
  return read_time(reader, 1);
}

static int read_timeval(struct strace_part_reader *reader) {
  return read_time(reader, 1000);
}

/* The file's name, where strace has written it: its escapes are its own. */
static int read_file(struct strace_part_reader *reader) {
  const struct strace_node *node = reader->node;
  struct arena arena = {0};
  struct bytes quoted = {0};
  struct strace_tree tree;
  if (!node || node->kind != STRACE_WORD)
    return -1;
  bytes_append_text(&quoted, "f(\"");
  if (node->about)
    bytes_append(&quoted, node->about, node->about_length);
  else
    bytes_append(&quoted, node->text, node->length);
  bytes_append_text(&quoted, "\") = 0");
  if (!quoted.failed && strace_tree_read(quoted.data, quoted.length, &arena, &tree) == 0 &&
      tree.arguments && tree.arguments->kind == STRACE_STRING)
    reader->call->file.name = strndup(tree.arguments->text, tree.arguments->length);
  arena_free(&arena);
  bytes_free(&quoted);
  return reader->call->file.name ? 0 : -1;
}

static int read_other_end(struct strace_part_reader *reader) {
  long descriptor;
  if (read_descriptor(reader->node, &descriptor) < 0)
    return -1;
  return socket_at(reader->slots, descriptor) ? read_object(reader) : read_file(reader);
}

/* NULL, or [4 => 8]. */
static int read_offset(struct strace_part_reader *reader) {
  long *number = &reader->call->number[reader->part->slot];
  long long before = -1;
  long long behind = -1;
  if (!strace_node_is(reader->node, "NULL") && !strace_node_is_pointer(reader->node) &&
      read_lengths(reader->node, &before, &behind) < 0)
    return -1;
  number[0] = (long)before;
  number[1] = (long)behind;
  return 0;
}

static int read_count(struct strace_part_reader *reader) {
  return read_size(reader->node, &reader->call->size);
}

/* How many arguments a part takes, and what it does with them. */
static const struct strace_part_handler {
  int arguments;
  int (*read)(struct strace_part_reader *reader);
} handlers[PART_COUNT_OF_KINDS] = {
    [PART_SUBJECT] = {1, read_subject},
    [PART_OBJECT] = {1, read_object},
    [PART_NUMBER] = {1, read_number},
    [PART_TYPE] = {1, read_type},
    [PART_PROTOCOL] = {1, read_protocol},
    [PART_PAIR] = {1, read_pair},
    [PART_ADDRESS_IN] = {2, read_address_in},
    [PART_ADDRESS_OUT] = {2, read_address_out},
    [PART_DATA_IN] = {2, read_data_in},
    [PART_DATA_OUT] = {2, read_data_out},
    [PART_OPTION] = {2, read_option},
    [PART_VALUE_IN] = {2, read_value_in},
    [PART_VALUE_OUT] = {2, read_value_out},
    [PART_FLAGS_WORD] = {1, read_flags_word},
    [PART_REQUEST_WORD] = {1, read_request_word},
    [PART_POLL] = {2, read_poll},
    [PART_SETS] = {4, read_sets},
    [PART_EVENT] = {1, read_event},
    [PART_EVENTS] = {2, read_events},
    [PART_MILLISECONDS] = {1, read_milliseconds},
    [PART_TIMESPEC] = {1, read_timespec},
    [PART_TIMEVAL] = {1, read_timeval},
    [PART_MESSAGE_IN] = {1, strace_read_message_in},
    [PART_MESSAGE_OUT] = {1, strace_read_message_out},
    [PART_MESSAGES_IN] = {2, strace_read_messages_in},
    [PART_MESSAGES_OUT] = {2, strace_read_messages_out},
    [PART_VECTOR_IN] = {2, strace_read_vector_in},
    [PART_VECTOR_OUT] = {2, strace_read_vector_out},
    [PART_FILE] = {1, read_file},
    [PART_OFFSET] = {1, read_offset},
    [PART_COUNT] = {1, read_count},
    [PART_NULL] = {1, NULL},
    [PART_OTHER_END] = {1, read_other_end},
};

static int set_result(struct call *call, const struct strace_tree *tree) {
  const struct constant *problem = NULL;
  call->result = (long)tree->result;
  if (tree->problem) {
    problem = constant_find(&constant_errors, tree->problem, tree->problem_length, NULL);
    if (!problem)
      return -1;
    call->result = -1;
    call->error = (int)problem->value;
  }
  const struct call_row *row = call_row(call);
  if (row->descriptors == 1 && row->makes != MAKES_ANYTHING)
    call->made[0] = (int)call->result;
  return 0;
}

/* MSG_TRUNC on TCP: the bytes are counted, and none is written. */
static void learn_truncation(struct call *call) {
  const struct socket *socket = call->entry;
  if (call_row(call)->direction == RECEIVES && socket && call_message_flags(call) & MSG_TRUNC &&
      !(call_message_flags(call) & MSG_ERRQUEUE))
    call->discards = socket->type == SOCK_STREAM && socket->family != AF_UNIX;
}

/* What strace shows of such a buffer was there before. */
static int discard_data(struct call *call) {
  if (!call->discards || !call->data)
    return 0;
  blob_release(call->data);
  call->data = blob_create(0);
  for (size_t i = 0; call_row(call)->payload == PAYLOAD_MESSAGES && i < call->messages.count; i++)
    call->messages.message[i].start = call->messages.message[i].length = 0;
  return call->data ? 0 : -1;
}

int strace_part_read(struct call *call, const struct strace_tree *tree, const struct slots *slots) {
  const struct call_row *row = call_row(call);
  struct strace_part_reader reader = {call, NULL, tree, slots, tree->arguments};
  if (set_result(call, tree) < 0)
    return -1;
  for (int i = 0; i < CALL_PARTS && row->parts[i].kind != PART_END; i++) {
    const struct strace_part_handler *handler = &handlers[row->parts[i].kind];
    reader.part = &row->parts[i];
    if (handler->arguments == 0 || (handler->read && handler->read(&reader) < 0))
      return -1;
    for (int skip = handler->arguments; skip > 0 && reader.node; skip--)
      reader.node = reader.node->next;
  }
  learn_truncation(call);
  return discard_data(call);
}
