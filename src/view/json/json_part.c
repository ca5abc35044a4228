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
  /* No memory, or not UTF-8: the second attempt will tell. */
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

static json_t *protocol_of(const struct socket_label *label) {
  const struct constant_set *names = constant_protocols_of(label->family);
  int protocol = label->family == AF_PACKET ? ntohs((uint16_t)label->protocol) : label->protocol;
  return names ? json_constant(names, protocol) : json_integer(protocol);
}

json_t *json_socket(const struct socket_label *label) {
  static const char *const roles[] = {
      [ROLE_OPEN] = "open",           [ROLE_QUEUED] = "queued", [ROLE_SUBFLOW] = "subflow",
      [ROLE_LINGERING] = "lingering", [ROLE_GONE] = "gone",     [ROLE_OF_SERVICE] = "served"};
  json_t *object = json_object();
  json_object_set_new(object, "id", json_integer((json_int_t)label->id));
  json_object_set_new(object, "descriptor", json_integer(label->descriptor));
  json_object_set_new(object, "role", json_string(roles[label->role]));
  json_object_set_new(object, "family", json_constant(&constant_families, label->family));
  json_object_set_new(object, "protocol", protocol_of(label));
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
