#include "view/json/json_part.h"

#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>

#include "call/message.h"
#include "language/escape.h"

json_t *json_text(const char *text, size_t length) {
  json_t *string = json_stringn(text, length);
  if (string)
    return string;
  /* No memory, or no UTF-8: the second try tells. */
  struct bytes safe = {0};
  for (size_t at = 0; at < length;) {
    uint32_t point;
    size_t size = utf8_decode(text + at, length - at, &point);
    if (size > 0)
      bytes_append(&safe, text + at, size);
    else
      bytes_append_char(&safe, '?');
    at += size ? size : 1;
  }
  string = safe.failed ? NULL : json_stringn(safe.data ? safe.data : "", safe.length);
  bytes_free(&safe);
  return string;
}

static json_t *base64(const unsigned char *data, size_t length) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  struct bytes text = {0};
  bytes_reserve(&text, (length + 2) / 3 * 4);
  for (size_t at = 0; at < length; at += 3) {
    size_t left = length - at;
    unsigned group = (unsigned)data[at] << 16 | (left > 1 ? (unsigned)data[at + 1] << 8 : 0) |
                     (left > 2 ? data[at + 2] : 0);
    bytes_append_char(&text, digits[group >> 18]);
    bytes_append_char(&text, digits[group >> 12 & 63]);
    bytes_append_char(&text, left > 1 ? digits[group >> 6 & 63] : '=');
    bytes_append_char(&text, left > 2 ? digits[group & 63] : '=');
  }
  json_t *string = text.failed ? NULL : json_stringn(text.data ? text.data : "", text.length);
  bytes_free(&text);
  return string;
}

void json_set_data(json_t *object, const void *data, size_t kept, size_t length) {
  json_t *text = json_stringn(kept ? data : "", kept);
  if (text)
    json_object_set_new(object, "text", text);
  json_object_set_new(object, "base64", base64(data, kept));
  json_object_set_new(object, "length", json_integer((json_int_t)length));
}

json_t *json_socket(const struct socket_label *label) {
  static const char *const roles[] = {[ROLE_OPEN] = "open",
                                      [ROLE_QUEUED] = "queued",
                                      [ROLE_LINGERING] = "lingering",
                                      [ROLE_GONE] = "gone",
                                      [ROLE_OF_SERVICE] = "served"};
  json_t *object = json_object();
  json_object_set_new(object, "id", json_integer((json_int_t)label->id));
  json_object_set_new(object, "descriptor", json_integer(label->descriptor));
  json_object_set_new(object, "role", json_string(roles[label->role]));
  json_object_set_new(object, "family", json_constant(&constant_families, label->family));
  json_object_set_new(object, "protocol", json_constant(&constant_protocols, label->protocol));
  json_object_set_new(object, "cookie", json_integer((json_int_t)label->cookie));
  json_object_set_new(object, "name", json_text(label->name, strlen(label->name)));
  return object;
}

json_t *json_address(const struct address *address) {
  if (address->length == 0)
    return json_null();
  struct bytes text = {0};
  json_t *object = json_object();
  json_object_set_new(object, "family", json_constant(&constant_families, address_family(address)));
  address_append(address, &text);
  json_object_set_new(object, "text", json_text(bytes_text(&text), text.length));
  if (address_port(address) >= 0) {
    bytes_clear(&text);
    address_append_host(address, &text);
    json_object_set_new(object, "host", json_text(bytes_text(&text), text.length));
    json_object_set_new(object, "port", json_integer(address_port(address)));
  }
  bytes_free(&text);
  return object;
}

json_t *json_constant(const struct constant_set *set, long value) {
  const char *name = constant_name(set, value);
  return name ? json_string(name) : json_integer(value);
}

json_t *json_flags(const struct constant_set *set, long value) {
  json_t *array = json_array();
  unsigned long left = (unsigned long)value;
  for (const struct constant *constant = set->constants; constant->name && left; constant++) {
    unsigned long bits = (unsigned long)constant->value;
    if (bits && (left & bits) == bits) {
      json_array_append_new(array, json_string(constant->name));
      left &= ~bits;
    }
  }
  if (left)
    json_array_append_new(array, json_integer((json_int_t)left));
  return array;
}

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

static json_t *number(long long value) {
  json_t *object = typed("number");
  json_object_set_new(object, "value", json_integer(value));
  return object;
}

static json_t *socket_argument(const struct socket_label *label) {
  json_t *object = typed("socket");
  json_object_set_new(object, "socket", json_socket(label));
  return object;
}

static json_t *address_argument(const struct call *call, bool known) {
  json_t *object = typed("address");
  json_object_set_new(object, "address", known ? json_address(&call->address) : json_null());
  return object;
}

/* Data that was sent, or has come; of what has not come only its size. */
static json_t *data_argument(const struct call *call, bool received, bool known) {
  json_t *object = typed("data");
  if (known && call->data)
    json_set_data(object, call->data->data, call->data->length,
                  received && call->result > (long)call->data->length ? (size_t)call->result
                                                                      : call->data->length);
  if (received)
    json_object_set_new(object, "size", json_integer((json_int_t)call->size));
  return object;
}

static json_t *option_argument(const struct call *call) {
  json_t *object = typed("option");
  json_object_set_new(object, "level", json_constant(&constant_levels, call->number[0]));
  json_object_set_new(object, "name",
                      call->option ? json_string(call->option->name)
                                   : json_integer(call->number[1]));
  return object;
}

static json_t *value_argument(const struct call *call, bool known) {
  json_t *object = typed("value");
  if (known && call->data) {
    const struct option_type *type =
        call->option && !call->raw_value ? call->option->type : &option_type_raw;
    struct bytes text = {0};
    type->format(call->data->data, call->data->length, &text);
    json_object_set_new(object, "shown", json_text(bytes_text(&text), text.length));
    bytes_free(&text);
    json_set_data(object, call->data->data, call->data->length, call->data->length);
  }
  return object;
}

static json_t *items_argument(const struct call *call, const char *type,
                              const struct constant_set *set, bool finished) {
  json_t *object = typed(type);
  json_t *array = json_array();
  for (size_t i = 0; i < call->item_count; i++) {
    json_t *item = json_object();
    json_object_set_new(item, "socket", json_socket(&call->items[i].label));
    json_object_set_new(item, "asked", json_flags(set, (long)call->items[i].asked));
    if (finished)
      json_object_set_new(item, "given", json_flags(set, (long)call->items[i].given));
    json_array_append_new(array, item);
  }
  json_object_set_new(object, "items", array);
  return object;
}

static const struct constant select_names[] = {{"read", SET_READ, NULL},
                                               {"write", SET_WRITE, NULL},
                                               {"except", SET_EXCEPT, NULL},
                                               {NULL, 0, NULL}};
static const struct constant_set select_sets = {
    .title = "set", .word = "SET", .prefix = "", .flags = true, .constants = select_names};

static json_t *duration_argument(const struct call *call) {
  json_t *object = typed("duration");
  json_object_set_new(object, "nanoseconds",
                      call->duration < 0 ? json_null() : json_integer(call->duration));
  return object;
}

static json_t *message_argument(const struct call *call, bool known) {
  json_t *object = typed("message");
  bool receives = call->name == CALL_RECVMSG;
  if ((receives && !known) || !call->message)
    return object;
  json_t *parts = json_array();
  json_t *controls = json_array();
  struct control control;
  struct bytes text = {0};
  size_t at = 0;
  for (size_t i = 0; i < call->message->part_count; i++)
    json_array_append_new(parts, json_integer((json_int_t)call->message->part_sizes[i]));
  while (message_next_control(call->message, &at, &control)) {
    bytes_clear(&text);
    control_append(&control, &text);
    json_array_append_new(controls, json_text(bytes_text(&text), text.length));
  }
  bytes_free(&text);
  json_object_set_new(object, "address", json_address(&call->address));
  json_object_set_new(object, "parts", parts);
  if (call->data)
    json_set_data(object, call->data->data, call->data->length, call->data->length);
  json_object_set_new(object, "control", controls);
  if (receives)
    json_object_set_new(object, "flags", json_flags(&constant_message_flags, call->message->flags));
  return object;
}

static json_t *text_argument(const char *text) {
  json_t *object = typed("text");
  json_object_set_new(object, "text", text ? json_text(text, strlen(text)) : json_null());
  return object;
}

static json_t *hints_argument(const struct call *call) {
  json_t *object = typed("hints");
  json_object_set_new(object, "family", json_constant(&constant_families, call->number[0]));
  json_object_set_new(object, "socktype", json_constant(&constant_types, call->number[1]));
  return object;
}

static json_t *found_argument(const struct call *call) {
  json_t *object = typed("addresses");
  json_t *array = json_array();
  for (size_t i = 0; i < call->found_count; i++)
    json_array_append_new(array, json_address(&call->found[i]));
  json_object_set_new(object, "addresses", array);
  return object;
}

static json_t *pair_argument(const struct call *call, bool known) {
  json_t *object = typed("pair");
  json_t *array = json_array();
  for (int i = 0; known && i < 2; i++)
    json_array_append_new(array, json_integer(call->made[i]));
  json_object_set_new(object, "descriptors", array);
  return object;
}

/* A call's third word, which some of fcntl's and ioctl's requests do not have: NULL then. */
static json_t *word_argument(const struct call *call) {
  if (call->name == CALL_IOCTL)
    return number(call->number[1]);
  if (call->number[0] == F_SETFL)
    return symbol(&constant_file_flags, call->number[1]);
  return call->number[0] == F_SETFD ? symbol(&constant_descriptor_flags, call->number[1]) : NULL;
}

static json_t *type_argument(long type) {
  long flags = type & (SOCK_NONBLOCK | SOCK_CLOEXEC);
  json_t *object = symbol(&constant_types, type & ~flags);
  json_object_set_new(object, "flags", json_flags(&constant_type_flags, flags));
  return object;
}

static json_t *file_argument(const char *name) {
  json_t *object = typed("file");
  json_object_set_new(object, "name", json_text(name ? name : "", name ? strlen(name) : 0));
  return object;
}

static json_t *offset_argument(const struct call *call, int slot, bool known) {
  json_t *object = typed("offset");
  json_object_set_new(object, "value", json_integer(call->number[slot]));
  if (known)
    json_object_set_new(object, "after", json_integer(call->number[slot + 1]));
  return object;
}

static json_t *argument_of(const struct call *call, const struct call_argument *argument,
                           bool finished) {
  bool known = finished && call->result >= 0;
  switch (argument->part) {
  case PART_SUBJECT:
    return socket_argument(&call->subject);
  case PART_OBJECT:
    return socket_argument(&call->object);
  case PART_NUMBER:
    return argument->set ? symbol(argument->set, call->number[argument->slot])
                         : number(call->number[argument->slot]);
  case PART_TYPE:
    return type_argument(call->number[argument->slot]);
  case PART_PROTOCOL:
    return call->number[0] == AF_INET || call->number[0] == AF_INET6
               ? symbol(&constant_protocols, call->number[argument->slot])
               : number(call->number[argument->slot]);
  case PART_PAIR:
    return pair_argument(call, known);
  case PART_ADDRESS_IN:
    return address_argument(call, true);
  case PART_ADDRESS_OUT:
    return address_argument(call, known);
  case PART_DATA_IN:
    return data_argument(call, false, true);
  case PART_DATA_OUT:
    return data_argument(call, true, known);
  case PART_OPTION:
    return option_argument(call);
  case PART_VALUE_IN:
    return value_argument(call, true);
  case PART_VALUE_OUT:
    return value_argument(call, known);
  case PART_FLAGS_WORD:
  case PART_REQUEST_WORD:
    return word_argument(call);
  case PART_POLL:
    return items_argument(call, "poll", &constant_poll_events, finished);
  case PART_SETS:
    return items_argument(call, "select", &select_sets, finished);
  case PART_EVENT:
    return symbol(&constant_epoll_events, call->number[1]);
  case PART_EVENTS:
    return items_argument(call, "epoll", &constant_epoll_events, finished);
  case PART_MILLISECONDS:
  case PART_TIMESPEC:
    return duration_argument(call);
  case PART_MESSAGE:
    return message_argument(call, known);
  case PART_TEXT:
    return text_argument(call->text[argument->slot]);
  case PART_HINTS:
    return hints_argument(call);
  case PART_RESULT:
    return found_argument(call);
  case PART_FILE:
    return file_argument(call->text[argument->slot]);
  case PART_OFFSET:
    return offset_argument(call, argument->slot, known);
  case PART_COUNT:
    return number((long long)call->size);
  case PART_NULL:
    return text_argument(NULL);
  case PART_OTHER_END:
    return call->text[argument->slot] ? file_argument(call->text[argument->slot])
                                      : socket_argument(&call->object);
  case PART_END:
    break;
  }
  return NULL;
}

json_t *json_arguments(const struct call *call, bool finished) {
  const struct call_form *form = &call_forms[call->name];
  json_t *array = json_array();
  for (int i = 0; i < 8 && form->arguments[i].part != PART_END; i++) {
    json_t *argument = argument_of(call, &form->arguments[i], finished);
    if (argument)
      json_array_append_new(array, argument);
  }
  return array;
}
