#include "import/strace_part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "call/ioctl_request.h"
#include "import/strace_address.h"
#include "import/strace_items.h"
#include "import/strace_message.h"
#include "import/strace_reader.h"
#include "import/strace_value.h"

static int read_end(struct strace_reader *reader, struct socket_label *label,
                    struct socket **entry) {
  long descriptor;
  if (strace_reader_descriptor(reader->node, &descriptor) < 0)
    return -1;
  struct socket *socket = strace_reader_socket(reader, descriptor);
  *label = strace_reader_label(reader, descriptor);
  if (socket)
    *entry = (struct socket *)object_retain(&socket->object);
  return 0;
}

static int read_subject(struct strace_reader *reader) {
  return read_end(reader, &reader->call->subject, &reader->call->entry);
}

static int read_object(struct strace_reader *reader) {
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

static int read_number(struct strace_reader *reader) {
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

static int read_type(struct strace_reader *reader) {
  return strace_read_type(reader->node, &reader->call->number[reader->part->slot]);
}

static int read_protocol(struct strace_reader *reader) {
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

static int read_pair(struct strace_reader *reader) {
  long descriptor;
  for (size_t i = 0; i < 2 && !strace_reader_failed(reader); i++) {
    if (strace_reader_descriptor(strace_node_at(reader->node, i), &descriptor) < 0)
      return -1;
    reader->call->made[i] = (int)descriptor;
  }
  return 0;
}

static int read_address_in(struct strace_reader *reader) {
  struct address *address = &reader->call->address;
  long long length;
  if (strace_read_address(reader->node, address) < 0 ||
      strace_node_number(strace_reader_second(reader), &length) < 0 || length < 0)
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

static int read_address_out(struct strace_reader *reader) {
  struct call *call = reader->call;
  long long room;
  long long length;
  call->no_address = strace_node_is(reader->node, "NULL");
  if (call->no_address || strace_reader_failed(reader))
    return 0;
  if (strace_read_address(reader->node, &call->address) < 0 ||
      read_lengths(strace_reader_second(reader), &room, &length) < 0)
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

/* NULL, where a program has passed that. */
static int read_no_data(struct call *call) {
  call->no_data = true;
  call->data = blob_create(0);
  return call->data ? 0 : -1;
}

static int read_data_in(struct strace_reader *reader) {
  if (strace_node_is(reader->node, "NULL") &&
      strace_reader_size(strace_reader_second(reader), &reader->call->size) == 0)
    return read_no_data(reader->call);
  return strace_reader_size(strace_reader_second(reader), &reader->call->size) < 0
             ? -1
             : read_string(reader->call, reader->node);
}

static int read_data_out(struct strace_reader *reader) {
  struct call *call = reader->call;
  if (strace_reader_size(strace_reader_second(reader), &call->size) < 0)
    return -1;
  if (strace_node_is(reader->node, "NULL"))
    return read_no_data(call);
  if (!strace_reader_failed(reader))
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

static int read_option(struct strace_reader *reader) {
  struct call *call = reader->call;
  const struct strace_node *name = strace_reader_second(reader);
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

static int read_value_in(struct strace_reader *reader) {
  long long length;
  if (strace_node_number(strace_reader_second(reader), &length) < 0)
    return -1;
  reader->call->size = (size_t)length;
  return take_value(reader->call, reader->node, length);
}

static int read_value_out(struct strace_reader *reader) {
  struct call *call = reader->call;
  long long room;
  long long length;
  if (read_lengths(strace_reader_second(reader), &room, &length) < 0 || room < 0)
    return -1;
  call->size = (size_t)room;
  if (!strace_reader_failed(reader))
    return take_value(call, reader->node, length < room ? length : room);
  call->data = blob_create(0);
  return call->data ? 0 : -1;
}

static int read_flags_word(struct strace_reader *reader) {
  struct call *call = reader->call;
  const struct constant_set *set = call->number[0] == F_SETFL    ? &constant_file_flags
                                   : call->number[0] == F_SETFD  ? &constant_descriptor_flags
                                   : call->number[0] == F_SETSIG ? &constant_signals
                                                                 : NULL;
  return reader->node ? strace_read_symbol(reader->node, set, &call->number[1]) : 0;
}

static int read_request_word(struct strace_reader *reader) {
  struct call *call = reader->call;
  enum request_form form = request_form(call->number[0]);
  long long seconds = 0;
  long long rest = 0;
  if (form == REQUEST_BARE || form == REQUEST_OPENS)
    return 0;
  if (strace_reader_failed(reader) && form != REQUEST_SETS)
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

static int read_milliseconds(struct strace_reader *reader) {
  long long milliseconds;
  if (strace_node_number(reader->node, &milliseconds) < 0)
    return -1;
  reader->call->duration = milliseconds < 0 ? -1 : (int64_t)(int)milliseconds * 1000000;
  return 0;
}

static int read_time(struct strace_reader *reader, int64_t unit) {
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

static int read_timespec(struct strace_reader *reader) {
  return read_time(reader, 1);
}

static int read_timeval(struct strace_reader *reader) {
  return read_time(reader, 1000);
}

/* The file's name, where strace has written it: its escapes are its own. */
static int read_file(struct strace_reader *reader) {
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

static int read_other_end(struct strace_reader *reader) {
  long descriptor;
  if (strace_reader_descriptor(reader->node, &descriptor) < 0)
    return -1;
  return strace_reader_socket(reader, descriptor) ? read_object(reader) : read_file(reader);
}

/* NULL, or [4 => 8]. */
static int read_offset(struct strace_reader *reader) {
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

static int read_count(struct strace_reader *reader) {
  return strace_reader_size(reader->node, &reader->call->size);
}

/* How many arguments a part takes, and what it does with them. */
static const struct strace_part_handler {
  int arguments;
  int (*read)(struct strace_reader *reader);
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
    [PART_POLL] = {2, strace_read_poll},
    [PART_SETS] = {4, strace_read_sets},
    [PART_EVENT] = {1, strace_read_event},
    [PART_EVENTS] = {2, strace_read_events},
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

int strace_part_read_one(struct strace_reader *reader, int *arguments) {
  const struct strace_part_handler *handler = &handlers[reader->part->kind];
  *arguments = handler->arguments;
  return handler->read ? handler->read(reader) : 0;
}

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
  struct strace_reader reader = {call, NULL, tree, slots, tree->arguments};
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
