#include "view/json/json_part.h"

#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>

#include "call/message.h"

static void put_protocol(struct json *json, const struct socket_label *label) {
  const struct constant_set *names = constant_protocols_of(label->family);
  int protocol = label->family == AF_PACKET ? ntohs((uint16_t)label->protocol) : label->protocol;
  if (names)
    json_constant(json, "protocol", names, protocol);
  else
    json_number(json, "protocol", protocol);
}

void json_socket(struct json *json, const char *key, const struct socket_label *label) {
  static const char *const roles[] = {
      [ROLE_OPEN] = "open",           [ROLE_QUEUED] = "queued", [ROLE_SUBFLOW] = "subflow",
      [ROLE_LINGERING] = "lingering", [ROLE_GONE] = "gone",     [ROLE_OF_SERVICE] = "served",
      [ROLE_OF_PROGRAM] = "program"};
  if (json_again(json, key, label))
    return;
  json_begin_object(json, key);
  size_t start = json->line.length - 1;
  json_number(json, "id", (long long)label->id);
  json_number(json, "descriptor", label->descriptor);
  json_word(json, "role", roles[label->role]);
  json_constant(json, "family", &constant_families, label->family);
  put_protocol(json, label);
  json_number(json, "cookie", (long long)label->cookie);
  json_string(json, "name", label->name);
  json_end_object(json);
  json_remember(json, label, start);
}

void json_address(struct json *json, const char *key, const struct address *address) {
  if (address->length == 0) {
    json_null(json, key);
    return;
  }
  struct bytes text = {0};
  json_begin_object(json, key);
  json_constant(json, "family", &constant_families, address_family(address));
  address_append(address, &text);
  json_string(json, "text", bytes_text(&text));
  if (address_port(address) >= 0) {
    bytes_clear(&text);
    address_append_host(address, &text);
    json_string(json, "host", bytes_text(&text));
    json_number(json, "port", address_port(address));
  }
  json_end_object(json);
  bytes_free(&text);
}

void json_name(struct json *json, const char *key, const char *name) {
  if (name && *name)
    json_string(json, key, name);
  else
    json_null(json, key);
}

void json_constant(struct json *json, const char *key, const struct constant_set *set, long value) {
  const char *name = constant_name(set, value);
  if (name)
    json_word(json, key, name);
  else
    json_number(json, key, value);
}

void json_flags(struct json *json, const char *key, const struct constant_set *set, long value) {
  unsigned long left = (unsigned long)value;
  json_begin_array(json, key);
  for (const struct constant *constant = set->constants; constant->name && left; constant++) {
    unsigned long bits = (unsigned long)constant->value;
    if (bits && (left & bits) == bits) {
      json_word(json, NULL, constant->name);
      left &= ~bits;
    }
  }
  if (left)
    json_number(json, NULL, (long long)left);
  json_end_array(json);
}

void json_optional(struct json *json, const char *key, int64_t number) {
  if (number)
    json_number(json, key, number);
  else
    json_null(json, key);
}

void json_errno(struct json *json, int number) {
  json_optional(json, "errno", number);
  json_name(json, "error", number ? error_number_name(number) : NULL);
}
