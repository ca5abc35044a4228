/* json_call: the arguments of a call in JSON, as its row lists them. */
#include <fcntl.h>
#include <string.h>

#include "call/message.h"
#include "view/json/json_part.h"

/* A part of a call, how much of it is known, and where it is written. */
struct part_source {
  struct json *json;
  const struct call *call;
  const struct call_part *part;
  bool finished; /* the call has returned */
  bool known;    /* and the kernel has filled in its results */
};

static inline void begin_typed(struct json *json, const char *type) {
  json_begin_object(json, NULL);
  json_word(json, "type", type);
}

/* A constant or flags; `shown` is the value under which its name is listed. */
static void begin_symbol(struct json *json, const struct constant_set *set, long value,
                         long shown) {
  begin_typed(json, set->flags ? "flags" : "symbol");
  json_number(json, "value", value);
  if (set->flags)
    json_flags(json, "names", set, shown);
  else
    json_constant(json, "name", set, shown);
}

static void symbol(struct json *json, const struct constant_set *set, long value, long shown) {
  begin_symbol(json, set, value, shown);
  json_end_object(json);
}

static void integer(struct json *json, long long value) {
  begin_typed(json, "number");
  json_number(json, "value", value);
  json_end_object(json);
}

static void socket_of(struct json *json, const struct socket_label *label) {
  begin_typed(json, "socket");
  json_socket(json, "socket", label);
  json_end_object(json);
}

static void part_subject(const struct part_source *source) {
  socket_of(source->json, &source->call->subject);
}

static void part_object(const struct part_source *source) {
  socket_of(source->json, &source->call->object);
}

static void part_number(const struct part_source *source) {
  long value = source->call->number[source->part->slot];
  if (source->part->set)
    symbol(source->json, source->part->set, value, value);
  else
    integer(source->json, value);
}

static void part_type(const struct part_source *source) {
  long type = source->call->number[source->part->slot];
  long flags = type & (SOCK_NONBLOCK | SOCK_CLOEXEC);
  begin_symbol(source->json, &constant_types, type & ~flags, type & ~flags);
  json_flags(source->json, "flags", &constant_type_flags, flags);
  json_end_object(source->json);
}

static void part_protocol(const struct part_source *source) {
  long family = source->call->number[0];
  long protocol = source->call->number[source->part->slot];
  const struct constant_set *names = constant_protocols_of((int)family);
  /* That of AF_PACKET is in network byte order. */
  long shown = family == AF_PACKET ? ntohs((uint16_t)protocol) : protocol;
  if (names)
    symbol(source->json, names, protocol, shown);
  else
    integer(source->json, protocol);
}

static void part_pair(const struct part_source *source) {
  begin_typed(source->json, "pair");
  json_begin_array(source->json, "descriptors");
  for (int i = 0; source->known && i < 2; i++)
    json_number(source->json, NULL, source->call->made[i]);
  json_end_array(source->json);
  json_end_object(source->json);
}

static void address_of(struct json *json, const struct address *address) {
  begin_typed(json, "address");
  if (address)
    json_address(json, "address", address);
  else
    json_null(json, "address");
  json_end_object(json);
}

static void part_address_in(const struct part_source *source) {
  address_of(source->json, &source->call->address);
}

static void part_address_out(const struct part_source *source) {
  address_of(source->json, source->known ? &source->call->address : NULL);
}

static void part_data_in(const struct part_source *source) {
  const struct blob *data = source->call->data;
  begin_typed(source->json, "data");
  if (source->call->no_data)
    json_number(source->json, "size", (long long)source->call->size);
  else if (data)
    json_data(source->json, data->data, data->length,
              source->call->size > data->length ? source->call->size : data->length);
  json_end_object(source->json);
}

/* If no data has come, only the size of the buffer is known. */
static void part_data_out(const struct part_source *source) {
  const struct call *call = source->call;
  const struct blob *data = source->known && !call->no_data ? call->data : NULL;
  begin_typed(source->json, "data");
  if (data)
    json_data(source->json, data->data, data->length,
              call->result > (long)data->length ? (size_t)call->result : data->length);
  json_number(source->json, "size", (long long)call->size);
  json_end_object(source->json);
}

static void part_option(const struct part_source *source) {
  const struct call *call = source->call;
  begin_typed(source->json, "option");
  json_constant(source->json, "level", &constant_levels, call->number[0]);
  if (call->value.option)
    json_word(source->json, "name", call->value.option->name);
  else
    json_number(source->json, "name", call->number[1]);
  json_end_object(source->json);
}

static void value_of(struct json *json, const struct call *call, bool known) {
  begin_typed(json, "value");
  if (known && call->data) {
    struct bytes text = {0};
    call_value_type(call)->format(call->data->data, call->data->length, &text);
    json_string(json, "shown", bytes_text(&text));
    bytes_free(&text);
    json_data(json, call->data->data, call->data->length,
              call->value.whole ? call->value.whole : call->data->length);
  }
  json_end_object(json);
}

static void part_value_in(const struct part_source *source) {
  value_of(source->json, source->call, true);
}

static void part_value_out(const struct part_source *source) {
  value_of(source->json, source->call, source->known);
}

/* An argument that some of fcntl's commands lack: then nothing is written. */
static void part_flags_word(const struct part_source *source) {
  long word = source->call->number[1];
  switch (source->call->number[0]) {
  case F_SETFL:
    symbol(source->json, &constant_file_flags, word, word);
    break;
  case F_SETSIG:
    symbol(source->json, &constant_signals, word, word);
    break;
  case F_SETFD:
    symbol(source->json, &constant_descriptor_flags, word, word);
    break;
  case F_SETOWN:
    integer(source->json, word);
    break;
  }
}

static void part_request_word(const struct part_source *source) {
  integer(source->json, source->call->number[1]);
}

static void items_of(const struct part_source *source, const char *type,
                     const struct constant_set *set) {
  const struct call_items *items = &source->call->items;
  struct json *json = source->json;
  begin_typed(json, type);
  json_begin_array(json, "items");
  bool given_data = set == &constant_epoll_events;
  for (size_t i = 0; i < items->count; i++) {
    json_begin_object(json, NULL);
    json_socket(json, "socket", &items->item[i].label);
    json_flags(json, "asked", set, (long)items->item[i].asked);
    if (source->finished)
      json_flags(json, "given", set, (long)items->item[i].given);
    if (given_data)
      json_number(json, "data", (long long)items->item[i].data);
    json_end_object(json);
  }
  json_end_array(json);
  json_end_object(json);
}

static void part_poll(const struct part_source *source) {
  items_of(source, "poll", &constant_poll_events);
}

static void part_sets(const struct part_source *source) {
  static const struct constant names[] = {{"read", SET_READ, NULL},
                                          {"write", SET_WRITE, NULL},
                                          {"except", SET_EXCEPT, NULL},
                                          {NULL, 0, NULL}};
  static const struct constant_set sets = {
      .title = "set", .word = "SET", .prefix = "", .flags = true, .constants = names};
  items_of(source, "select", &sets);
}

static void part_event(const struct part_source *source) {
  long events = source->call->number[1];
  begin_symbol(source->json, &constant_epoll_events, events, events);
  json_number(source->json, "data", source->call->number[2]);
  json_end_object(source->json);
}

static void part_events(const struct part_source *source) {
  items_of(source, "epoll", &constant_epoll_events);
}

static void part_milliseconds(const struct part_source *source) {
  int64_t duration = source->call->duration;
  begin_typed(source->json, "duration");
  if (duration < 0)
    json_null(source->json, "nanoseconds");
  else
    json_number(source->json, "nanoseconds", duration);
  json_end_object(source->json);
}

static void part_timespec(const struct part_source *source) {
  part_milliseconds(source);
}

static void part_timeval(const struct part_source *source) {
  part_milliseconds(source);
}

static void put_controls(struct json *json, const struct call_message *message) {
  struct control control;
  struct bytes text = {0};
  size_t at = 0;
  json_begin_array(json, "control");
  while (message_next_control(message, &at, &control)) {
    bytes_clear(&text);
    control_append(&control, &text);
    json_string(json, NULL, bytes_text(&text));
  }
  json_end_array(json);
  bytes_free(&text);
}

/* The members of a message, with its flags if it was received. */
static void put_message(struct json *json, const struct call *call,
                        const struct call_message *message, bool came) {
  const struct blob *data = call->data;
  size_t length = came ? message->length : message_room(message);
  json_address(json, "address", &message->address);
  json_begin_array(json, "parts");
  for (size_t i = 0; i < message->part_count; i++)
    json_number(json, NULL, (long long)message->part_sizes[i]);
  json_end_array(json);
  if (data && message->start <= data->length) {
    size_t kept = data->length - message->start;
    json_data(json, data->data + message->start, kept < length ? kept : length, length);
  }
  put_controls(json, message);
  if (came)
    json_flags(json, "flags", &constant_message_flags, message->flags);
}

static void message_of(const struct part_source *source, bool known, bool came) {
  const struct call_messages *messages = &source->call->messages;
  begin_typed(source->json, "message");
  if (known && messages->count > 0)
    put_message(source->json, source->call, messages->message, came);
  json_end_object(source->json);
}

static void part_message_in(const struct part_source *source) {
  message_of(source, true, false);
}

static void part_message_out(const struct part_source *source) {
  message_of(source, source->known, true);
}

/* Several messages, with the number of bytes of those that were transferred. */
static void messages_of(const struct part_source *source, size_t count, bool came) {
  struct json *json = source->json;
  begin_typed(json, "messages");
  json_begin_array(json, "messages");
  for (size_t i = 0; i < count && i < source->call->messages.count; i++) {
    const struct call_message *message = &source->call->messages.message[i];
    json_begin_object(json, NULL);
    put_message(json, source->call, message, came);
    if (source->known && (long)i < source->call->result)
      json_number(json, "moved", (long long)message->moved);
    json_end_object(json);
  }
  json_end_array(json);
  json_number(json, "room", (long long)source->call->messages.count);
  json_end_object(json);
}

static void part_messages_in(const struct part_source *source) {
  messages_of(source, source->call->messages.count, false);
}

static void part_messages_out(const struct part_source *source) {
  messages_of(source, source->known ? (size_t)source->call->result : 0, true);
}

static void part_vector_in(const struct part_source *source) {
  part_message_in(source);
}

static void part_vector_out(const struct part_source *source) {
  part_message_out(source);
}

static void text_of(struct json *json, const char *text) {
  begin_typed(json, "text");
  if (text)
    json_string(json, "text", text);
  else
    json_null(json, "text");
  json_end_object(json);
}

static void part_text_in(const struct part_source *source) {
  text_of(source->json, source->call->lookup.text[source->part->slot]);
}

static void part_text_out(const struct part_source *source) {
  part_text_in(source);
}

static void part_hints(const struct part_source *source) {
  const long *number = source->call->number;
  begin_typed(source->json, "hints");
  json_constant(source->json, "family", &constant_families, number[0]);
  json_constant(source->json, "socktype", &constant_types, number[1]);
  json_end_object(source->json);
}

static void part_found(const struct part_source *source) {
  const struct call_lookup *lookup = &source->call->lookup;
  begin_typed(source->json, "addresses");
  json_begin_array(source->json, "addresses");
  for (size_t i = 0; i < lookup->count; i++)
    json_address(source->json, NULL, &lookup->found[i]);
  json_end_array(source->json);
  json_end_object(source->json);
}

static void part_file(const struct part_source *source) {
  begin_typed(source->json, "file");
  json_string(source->json, "name", source->call->file.name);
  json_end_object(source->json);
}

static void part_other_end(const struct part_source *source) {
  if (source->call->file.name)
    part_file(source);
  else
    part_object(source);
}

static void part_offset(const struct part_source *source) {
  const long *number = source->call->number + source->part->slot;
  begin_typed(source->json, "offset");
  json_number(source->json, "value", number[0]);
  if (source->known)
    json_number(source->json, "after", number[1]);
  json_end_object(source->json);
}

static void part_size(const struct part_source *source) {
  integer(source->json, (long long)source->call->size);
}

static void part_null(const struct part_source *source) {
  text_of(source->json, NULL);
}

#define WRITER(kind, name) [PART_##kind] = part_##name,
static void (*const part_writers[PART_COUNT_OF_KINDS])(const struct part_source *source) = {
    EVERY_CALL_PART(WRITER)};

void json_arguments(struct json *json, const char *key, const struct call *call, bool finished) {
  const struct call_row *row = call_row(call);
  json_begin_array(json, key);
  for (int i = 0; i < CALL_PARTS && row->parts[i].kind != PART_END; i++) {
    struct part_source source = {json, call, &row->parts[i], finished,
                                 finished && call->result >= 0};
    part_writers[row->parts[i].kind](&source);
  }
  json_end_array(json);
}
