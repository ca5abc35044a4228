#include "json_read.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "language/escape.h"

static void check(bool holds) {
  if (!holds)
    abort();
}

static unsigned unit(struct json_value at) {
  char digits[5] = {0};
  char *end;
  check(at.end - at.at >= 4);
  memcpy(digits, at.at, 4);
  unsigned value = (unsigned)strtoul(digits, &end, 16);
  check(end == digits + 4);
  return value;
}

static void append_point(struct bytes *bytes, uint32_t point) {
  if (!bytes)
    return;
  if (point < 0x80) {
    bytes_append_char(bytes, (char)point);
    return;
  }
  int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  static const unsigned char first[] = {0, 0xc0, 0xe0, 0xf0};
  bytes_append_char(bytes, (char)(first[more] | point >> 6 * more));
  while (more-- > 0)
    bytes_append_char(bytes, (char)(0x80 | (point >> 6 * more & 63)));
}

/* What stands behind a backslash. Returns its end. */
static const char *read_escape(struct json_value at, struct bytes *bytes) {
  static const char letters[] = "nrtbf\"\\/";
  static const char means[] = "\n\r\t\b\f\"\\/";
  check(at.at < at.end);
  const char *letter = *at.at ? strchr(letters, *at.at) : NULL;
  if (letter) {
    append_point(bytes, (unsigned char)means[letter - letters]);
    return at.at + 1;
  }
  check(*at.at++ == 'u');
  uint32_t point = unit(at);
  at.at += 4;
  if (point >= 0xd800 && point < 0xdc00) {
    check(at.end - at.at >= 2 && at.at[0] == '\\' && at.at[1] == 'u');
    at.at += 2;
    point = 0x10000 + ((point - 0xd800) << 10) + (unit(at) - 0xdc00);
    at.at += 4;
  }
  append_point(bytes, point);
  return at.at;
}

const char *json_read_string(struct json_value value, struct bytes *bytes) {
  check(value.at < value.end && *value.at++ == '"');
  while (value.at < value.end && *value.at != '"') {
    uint32_t point;
    size_t size = utf8_decode(value.at, (size_t)(value.end - value.at), &point);
    check(size > 0 && utf8_is_safe(point));
    value.at += size;
    if (point == '\\')
      value.at = read_escape(value, bytes);
    else
      append_point(bytes, point);
  }
  check(value.at < value.end);
  return value.at + 1;
}

static const char *read_number(struct json_value value) {
  const char *start = value.at;
  if (*value.at == '-')
    value.at++;
  const char *digits = value.at;
  while (value.at < value.end && *value.at >= '0' && *value.at <= '9')
    value.at++;
  check(value.at > digits && value.at - start <= 20);
  check(*digits != '0' || value.at == digits + 1);
  return value.at;
}

/* The elements of an array, or the members of an object. */
static const char *read_list(struct json_value value, char last) {
  value.at++;
  if (value.at < value.end && *value.at == last)
    return value.at + 1;
  for (;;) {
    if (last == '}') {
      value.at = json_read_string(value, NULL);
      check(value.at < value.end && *value.at++ == ':');
    }
    value.at = json_read(value);
    check(value.at < value.end && (*value.at == ',' || *value.at == last));
    if (*value.at++ == last)
      return value.at;
  }
}

const char *json_read(struct json_value value) {
  static const char *const words[] = {"null", "true", "false"};
  check(value.at < value.end);
  if (*value.at == '{' || *value.at == '[')
    return read_list(value, *value.at == '{' ? '}' : ']');
  if (*value.at == '"')
    return json_read_string(value, NULL);
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    size_t length = strlen(words[i]);
    if ((size_t)(value.end - value.at) >= length && memcmp(value.at, words[i], length) == 0)
      return value.at + length;
  }
  return read_number(value);
}

struct json_value json_member(struct json_value object, const char *key) {
  struct bytes found = {0};
  bool same = false;
  check(*object.at == '{');
  while (!same && object.at < object.end && *object.at++ != '}' && *object.at != '}') {
    bytes_clear(&found);
    object.at = json_read_string(object, &found);
    check(*object.at++ == ':');
    same = bytes_equal(found.data, found.length, key, strlen(key));
    if (!same)
      object.at = json_read(object);
  }
  bytes_free(&found);
  return same ? object : (struct json_value){0};
}

void json_expect_unique(struct json_value object) {
  struct json_value place = object;
  struct bytes key = {0};
  while (*place.at++ != '}' && *place.at != '}') {
    bytes_clear(&key);
    place.at = json_read_string(place, &key);
    place.at++;
    check(json_member(object, bytes_text(&key)).at == place.at);
    place.at = json_read(place);
  }
  bytes_free(&key);
}

void json_expect_word(struct json_value object, const char *key, const char *word) {
  struct json_value value = json_member(object, key);
  check(value.at && (size_t)(json_read(value) - value.at) == strlen(word) &&
        memcmp(value.at, word, strlen(word)) == 0);
}

void json_expect_number(struct json_value object, const char *key, long long number) {
  struct bytes word = {0};
  bytes_append_number(&word, number);
  json_expect_word(object, key, bytes_text(&word));
  bytes_free(&word);
}

static bool is_text(const char *data, size_t size) {
  uint32_t point;
  for (size_t at = 0, length; at < size; at += length)
    if ((length = utf8_decode(data + at, size - at, &point)) == 0)
      return false;
  return true;
}

void json_expect_text(struct json_value object, const char *key, const char *text, size_t length) {
  struct json_value value = json_member(object, key);
  struct bytes back = {0};
  check(value.at);
  json_read_string(value, &back);
  check(!is_text(text, length) || bytes_equal(back.data, back.length, text, length));
  bytes_free(&back);
}

/* The bytes that a text of RFC 4648 stands for. */
static void read_base64(const char *text, size_t length, struct bytes *bytes) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  uint32_t group = 0;
  check(length % 4 == 0);
  for (size_t i = 0; i < length; i++) {
    bool pads = text[i] == '=';
    const char *digit = text[i] ? strchr(digits, text[i]) : NULL;
    check(pads ? i >= length - 2 : digit != NULL);
    group = group << 6 | (pads ? 0 : (uint32_t)(digit - digits));
    if (i % 4 < 3)
      continue;
    size_t count = pads ? text[i - 1] == '=' ? 1 : 2 : 3;
    for (size_t j = 0; j < count; j++)
      bytes_append_char(bytes, (char)(group >> (16 - 8 * j)));
    group = 0;
  }
}

void json_expect_data(struct json_value object, const char *data, size_t kept, size_t length) {
  struct bytes text = {0};
  struct bytes back = {0};
  struct json_value value = json_member(object, "base64");
  check(value.at);
  json_read_string(value, &text);
  read_base64(bytes_text(&text), text.length, &back);
  check(bytes_equal(back.data, back.length, data, kept));
  check(is_text(data, kept) == (json_member(object, "text").at != NULL));
  if (is_text(data, kept))
    json_expect_text(object, "text", data, kept);
  json_expect_number(object, "length", (long long)length);
  bytes_free(&text);
  bytes_free(&back);
}
