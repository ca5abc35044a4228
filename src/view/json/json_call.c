/* json_call: the arguments of a call in JSON, as its row lists them. */
#include <fcntl.h>
#include <string.h>

#include "call/message.h"
#include "view/json/json_part.h"

/* A part of a call, and how much of it is known. */
struct part_source {
  const struct call *call;
  const struct call_part *part;
  bool finished; /* the call has returned */
  bool known;    /* and the kernel has filled in its results */
};

static json_t *typed(const char *type) {
  json_t *object = json_object();
  json_object_set_new(object, "type", json_string(type));
  return object;
}

static json_t *symbol(const struct constant_set *set, long value) {
  json_t *object = typed(set->flags ? "flags" : "symbol");
  json_object_set_new(object, "value", json_integer(value));
  if (set->flags)
    json_object_set_new(object, "names", json_flags(set, value));
  else
    json_object_set_new(object, "name", json_constant(set, value));
  return object;
}

static json_t *integer(long long value) {
  json_t *object = typed("number");
  json_object_set_new(object, "value", json_integer(value));
  return object;
}

static json_t *socket_of(const struct socket_label *label) {
  json_t *object = typed("socket");
  json_object_set_new(object, "socket", json_socket(label));
  return object;
}

static json_t *part_subject(const struct part_source *source) {
  return socket_of(&source->call->subject);
}

static json_t *part_object(const struct part_source *source) {
  return socket_of(&source->call->object);
}

static json_t *part_number(const struct part_source *source) {
  long value = source->call->number[source->part->slot];
  return source->part->set ? symbol(source->part->set, value) : integer(value);
}

static json_t *part_type(const struct part_source *source) {
  long type = source->call->number[source->part->slot];
  long flags = type & (SOCK_NONBLOCK | SOCK_CLOEXEC);
  json_t *object = symbol(&constant_types, type & ~flags);
  json_object_set_new(object, "flags", json_flags(&constant_type_flags, flags));
  return object;
}

static json_t *part_protocol(const struct part_source *source) {
  long family = source->call->number[0];
  long protocol = source->call->number[source->part->slot];
  const struct constant_set *names = constant_protocols_of((int)family);
  json_t *object = names ? symbol(names, protocol) : integer(protocol);
  if (family == AF_PACKET) /* its value is in network byte order */
    json_object_set_new(object, "name", json_constant(names, ntohs((uint16_t)protocol)));
  return object;
}

static json_t *part_pair(const struct part_source *source) {
  json_t *object = typed("pair");
  json_t *array = json_array();
  for (int i = 0; source->known && i < 2; i++)
    json_array_append_new(array, json_integer(source->call->made[i]));
  json_object_set_new(object, "descriptors", array);
  return object;
}

static json_t *address_of(const struct call *call, bool known) {
  json_t *object = typed("address");
  json_object_set_new(object, "address", known ? json_address(&call->address) : json_null());
  return object;
}

static json_t *part_address_in(const struct part_source *source) {
  return address_of(source->call, true);
}

static json_t *part_address_out(const struct part_source *source) {
  return address_of(source->call, source->known);
}

static json_t *part_data_in(const struct part_source *source) {
  const struct call *call = source->call;
  json_t *object = typed("data");
  if (call->data)
    json_set_data(object, call->data->data, call->data->length, call->data->length);
  return object;
}

/* If no data has come, only the size of the buffer is known. */
static json_t *part_data_out(const struct part_source *source) {
  const struct call *call = source->call;
  json_t *object = typed("data");
  if (source->known && call->data)
    json_set_data(object, call->data->data, call->data->length,
                  call->result > (long)call->data->length ? (size_t)call->result
                                                          : call->data->length);
  json_object_set_new(object, "size", json_integer((json_int_t)call->size));
  return object;
}

static json_t *part_option(const struct part_source *source) {
  const struct call *call = source->call;
  json_t *object = typed("option");
  json_object_set_new(object, "level", json_constant(&constant_levels, call->number[0]));
  json_object_set_new(object, "name",
                      call->value.option ? json_string(call->value.option->name)
                                         : json_integer(call->number[1]));
  return object;
}

static json_t *value_of(const struct call *call, bool known) {
  json_t *object = typed("value");
  if (known && call->data) {
    struct bytes text = {0};
    call_value_type(call)->format(call->data->data, call->data->length, &text);
    json_object_set_new(object, "shown", json_text(bytes_text(&text), text.length));
    bytes_free(&text);
    json_set_data(object, call->data->data, call->data->length, call->data->length);
  }
  return object;
}

static json_t *part_value_in(const struct part_source *source) {
  return value_of(source->call, true);
}

static json_t *part_value_out(const struct part_source *source) {
  return value_of(source->call, source->known);
}

/* An argument that some of fcntl's commands lack: then NULL. */
static json_t *part_flags_word(const struct part_source *source) {
  const struct call *call = source->call;
  if (call->number[0] == F_SETFL)
    return symbol(&constant_file_flags, call->number[1]);
  if (call->number[0] == F_SETSIG)
    return symbol(&constant_signals, call->number[1]);
  if (call->number[0] == F_SETOWN)
    return integer(call->number[1]);
  return call->number[0] == F_SETFD ? symbol(&constant_descriptor_flags, call->number[1]) : NULL;
}

static json_t *part_request_word(const struct part_source *source) {
  return integer(source->call->number[1]);
}

static json_t *items_of(const struct part_source *source, const char *type,
                        const struct constant_set *set) {
  const struct call_items *items = &source->call->items;
  json_t *object = typed(type);
  json_t *array = json_array();
  for (size_t i = 0; i < items->count; i++) {
    json_t *item = json_object();
    json_object_set_new(item, "socket", json_socket(&items->item[i].label));
    json_object_set_new(item, "asked", json_flags(set, (long)items->item[i].asked));
    if (source->finished)
      json_object_set_new(item, "given", json_flags(set, (long)items->item[i].given));
    json_array_append_new(array, item);
  }
  json_object_set_new(object, "items", array);
  return object;
}

static json_t *part_poll(const struct part_source *source) {
  return items_of(source, "poll", &constant_poll_events);
}

static json_t *part_sets(const struct part_source *source) {
  static const struct constant names[] = {{"read", SET_READ, NULL},
                                          {"write", SET_WRITE, NULL},
                                          {"except", SET_EXCEPT, NULL},
                                          {NULL, 0, NULL}};
  static const struct constant_set sets = {
      .title = "set", .word = "SET", .prefix = "", .flags = true, .constants = names};
  return items_of(source, "select", &sets);
}

static json_t *part_event(const struct part_source *source) {
  return symbol(&constant_epoll_events, source->call->number[1]);
}

static json_t *part_events(const struct part_source *source) {
  return items_of(source, "epoll", &constant_epoll_events);
}

static json_t *part_milliseconds(const struct part_source *source) {
  int64_t duration = source->call->duration;
  json_t *object = typed("duration");
  json_object_set_new(object, "nanoseconds", duration < 0 ? json_null() : json_integer(duration));
  return object;
}

static json_t *part_timespec(const struct part_source *source) {
  return part_milliseconds(source);
}

static json_t *controls_of(const struct call_message *message) {
  json_t *controls = json_array();
  struct control control;
  struct bytes text = {0};
  size_t at = 0;
  while (message_next_control(message, &at, &control)) {
    bytes_clear(&text);
    control_append(&control, &text);
    json_array_append_new(controls, json_text(bytes_text(&text), text.length));
  }
  bytes_free(&text);
  return controls;
}

/* The members of a message, with its flags if it was received. */
static void set_message(json_t *object, const struct call *call, const struct call_message *message,
                        bool came) {
  const struct blob *data = call->data;
  json_t *parts = json_array();
  size_t length = came ? message->length : message_room(message);
  for (size_t i = 0; i < message->part_count; i++)
    json_array_append_new(parts, json_integer((json_int_t)message->part_sizes[i]));
  json_object_set_new(object, "address", json_address(&message->address));
  json_object_set_new(object, "parts", parts);
  if (data && message->start <= data->length) {
    size_t kept = data->length - message->start;
    json_set_data(object, data->data + message->start, kept < length ? kept : length, length);
  }
  json_object_set_new(object, "control", controls_of(message));
  if (came)
    json_object_set_new(object, "flags", json_flags(&constant_message_flags, message->flags));
}

static json_t *part_message_in(const struct part_source *source) {
  json_t *object = typed("message");
  if (source->call->messages.count > 0)
    set_message(object, source->call, source->call->messages.message, false);
  return object;
}

static json_t *part_message_out(const struct part_source *source) {
  json_t *object = typed("message");
  if (source->known && source->call->messages.count > 0)
    set_message(object, source->call, source->call->messages.message, true);
  return object;
}

/* Several messages, with the number of bytes of those that were transferred. */
static json_t *messages_of(const struct part_source *source, size_t count, bool came) {
  json_t *object = typed("messages");
  json_t *array = json_array();
  for (size_t i = 0; i < count && i < source->call->messages.count; i++) {
    const struct call_message *message = &source->call->messages.message[i];
    json_t *element = json_object();
    set_message(element, source->call, message, came);
    if (source->known && (long)i < source->call->result)
      json_object_set_new(element, "moved", json_integer((json_int_t)message->moved));
    json_array_append_new(array, element);
  }
  json_object_set_new(object, "messages", array);
  json_object_set_new(object, "room", json_integer((json_int_t)source->call->messages.count));
  return object;
}

static json_t *part_messages_in(const struct part_source *source) {
  return messages_of(source, source->call->messages.count, false);
}

static json_t *part_messages_out(const struct part_source *source) {
  return messages_of(source, source->known ? (size_t)source->call->result : 0, true);
}

static json_t *text_of(const char *text) {
  json_t *object = typed("text");
  json_object_set_new(object, "text", text ? json_text(text, strlen(text)) : json_null());
  return object;
}

static json_t *part_text_in(const struct part_source *source) {
  return text_of(source->call->lookup.text[source->part->slot]);
}

static json_t *part_text_out(const struct part_source *source) {
  return part_text_in(source);
}

static json_t *part_hints(const struct part_source *source) {
  const long *number = source->call->number;
  json_t *object = typed("hints");
  json_object_set_new(object, "family", json_constant(&constant_families, number[0]));
  json_object_set_new(object, "socktype", json_constant(&constant_types, number[1]));
  return object;
}

static json_t *part_found(const struct part_source *source) {
  const struct call_lookup *lookup = &source->call->lookup;
  json_t *object = typed("addresses");
  json_t *array = json_array();
  for (size_t i = 0; i < lookup->count; i++)
    json_array_append_new(array, json_address(&lookup->found[i]));
  json_object_set_new(object, "addresses", array);
  return object;
}

static json_t *part_file(const struct part_source *source) {
  const char *name = source->call->file.name;
  json_t *object = typed("file");
  json_object_set_new(object, "name", json_text(name ? name : "", name ? strlen(name) : 0));
  return object;
}

static json_t *part_other_end(const struct part_source *source) {
  return source->call->file.name ? part_file(source) : part_object(source);
}

static json_t *part_offset(const struct part_source *source) {
  const long *number = source->call->number + source->part->slot;
  json_t *object = typed("offset");
  json_object_set_new(object, "value", json_integer(number[0]));
  if (source->known)
    json_object_set_new(object, "after", json_integer(number[1]));
  return object;
}

static json_t *part_size(const struct part_source *source) {
  return integer((long long)source->call->size);
}

static json_t *part_null(const struct part_source *source) {
  (void)source;
  return text_of(NULL);
}

#define WRITER(kind, name) [PART_##kind] = part_##name,
static json_t *(*const part_writers[PART_COUNT_OF_KINDS])(const struct part_source *source) = {
    EVERY_CALL_PART(WRITER)};

json_t *json_arguments(const struct call *call, bool finished) {
  const struct call_row *row = call_row(call);
  json_t *array = json_array();
  for (int i = 0; i < CALL_PARTS && row->parts[i].kind != PART_END; i++) {
    struct part_source source = {call, &row->parts[i], finished, finished && call->result >= 0};
    json_t *argument = part_writers[row->parts[i].kind](&source);
    if (argument)
      json_array_append_new(array, argument);
  }
  return array;
}
