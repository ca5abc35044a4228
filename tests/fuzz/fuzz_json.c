/* Any bytes as JSON: what is written is a value of RFC 8259 and nothing that a terminal acts on,
 * and says what went in. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "language/escape.h"
#include "view/json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned unit(const char *text) {
  char digits[5] = {0};
  char *end;
  memcpy(digits, text, 4);
  unsigned value = (unsigned)strtoul(digits, &end, 16);
  if (end != digits + 4)
    abort();
  return value;
}

static void append_point(struct bytes *bytes, uint32_t point) {
  if (point < 0x80) {
    bytes_append_char(bytes, (char)point);
  } else if (point < 0x800) {
    bytes_append_char(bytes, (char)(0xc0 | point >> 6));
    bytes_append_char(bytes, (char)(0x80 | (point & 63)));
  } else if (point < 0x10000) {
    bytes_append_char(bytes, (char)(0xe0 | point >> 12));
    bytes_append_char(bytes, (char)(0x80 | (point >> 6 & 63)));
    bytes_append_char(bytes, (char)(0x80 | (point & 63)));
  } else {
    bytes_append_char(bytes, (char)(0xf0 | point >> 18));
    bytes_append_char(bytes, (char)(0x80 | (point >> 12 & 63)));
    bytes_append_char(bytes, (char)(0x80 | (point >> 6 & 63)));
    bytes_append_char(bytes, (char)(0x80 | (point & 63)));
  }
}

/* Reads a string, and returns where it ends. */
static const char *read_string(const char *at, const char *end, struct bytes *bytes) {
  static const char letters[] = "nrtbf\"\\/";
  static const char means[] = "\n\r\t\b\f\"\\/";
  if (at == end || *at++ != '"')
    abort();
  while (at < end && *at != '"') {
    uint32_t point;
    size_t size = utf8_decode(at, (size_t)(end - at), &point);
    if (size == 0 || !utf8_is_safe(point))
      abort();
    at += size;
    if (point != '\\') {
      append_point(bytes, point);
      continue;
    }
    const char *letter = *at ? strchr(letters, *at) : NULL;
    if (letter) {
      bytes_append_char(bytes, means[letter - letters]);
      at++;
      continue;
    }
    if (*at++ != 'u')
      abort();
    point = unit(at);
    at += 4;
    if (point >= 0xd800 && point < 0xdc00) {
      if (at[0] != '\\' || at[1] != 'u')
        abort();
      point = 0x10000 + ((point - 0xd800) << 10) + (unit(at + 2) - 0xdc00);
      at += 6;
    }
    append_point(bytes, point);
  }
  if (at == end)
    abort();
  return at + 1;
}

static bool is_text(const char *data, size_t size) {
  uint32_t point;
  for (size_t at = 0, length; at < size; at += length)
    if ((length = utf8_decode(data + at, size - at, &point)) == 0)
      return false;
  return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct json json = {0};
  struct bytes back = {0};
  json_text(&json, NULL, (const char *)data, size);
  const char *end = json.line.data + json.line.length;
  if (read_string(json.line.data, end, &back) != end)
    abort();
  bool text = is_text((const char *)data, size);
  if (text && !bytes_equal(back.data, back.length, data, size))
    abort();
  json_clear(&json);
  bytes_clear(&back);
  json_begin_object(&json, NULL);
  json_data(&json, data, size, size);
  json_end_object(&json);
  const char *line = bytes_text(&json.line);
  if (text != (strncmp(line, "{\"text\":", 8) == 0))
    abort();
  if (text)
    read_string(line + 8, line + json.line.length, &back);
  if (text && !bytes_equal(back.data, back.length, data, size))
    abort();
  bytes_free(&json.line);
  bytes_free(&back);
  return 0;
}
