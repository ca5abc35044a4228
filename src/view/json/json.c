#include "view/json/json.h"

#include "language/escape.h"

void json_clear(struct json *json) {
  bytes_clear(&json->line);
  json->follows = false;
  json->told = NULL;
}

void json_remember(struct json *json, const void *subject, size_t start) {
  json->told = json->line.failed ? NULL : subject;
  json->told_at = start;
  json->told_length = json->line.length - start;
}

bool json_again(struct json *json, const char *key, const void *subject) {
  if (json->told != subject)
    return false;
  json_begin_value(json, key);
  if (bytes_reserve(&json->line, json->told_length) == 0) /* it may move: so the copy comes after */
    bytes_append(&json->line, json->line.data + json->told_at, json->told_length);
  return true;
}

/* A code unit of UTF-16 as \uXXXX. */
static void append_unit(struct bytes *line, unsigned unit) {
  static const char digits[] = "0123456789abcdef";
  char text[6] = {'\\',
                  'u',
                  digits[unit >> 12 & 15],
                  digits[unit >> 8 & 15],
                  digits[unit >> 4 & 15],
                  digits[unit & 15]};
  bytes_append(line, text, sizeof text);
}

static void append_escaped(struct bytes *line, uint32_t point) {
  static const char named[] = "\n\r\t\b\f\"\\";
  static const char letters[] = "nrtbf\"\\";
  const char *found = point && point < 0x80 ? strchr(named, (int)point) : NULL;
  if (found) {
    char text[2] = {'\\', letters[found - named]};
    bytes_append(line, text, sizeof text);
  } else if (point < 0x10000) {
    append_unit(line, point);
  } else { /* two surrogates: RFC 8259, section 7 */
    append_unit(line, 0xd800 + ((point - 0x10000) >> 10));
    append_unit(line, 0xdc00 + ((point - 0x10000) & 0x3ff));
  }
}

/* Appends the inside of a string. Bytes that are not UTF-8 become `replacement`; 0: they end the
 * attempt. Returns false if there were some. */
static bool append_inside(struct bytes *line, const char *text, size_t length, char replacement) {
  bool valid = true;
  for (size_t at = 0; at < length && !line->failed;) {
    size_t plain = escape_plain_length(text + at, length - at);
    bytes_append(line, text + at, plain);
    at += plain;
    if (at == length)
      break;
    uint32_t point;
    size_t size = utf8_decode(text + at, length - at, &point);
    if (size == 0) {
      valid = false;
      if (!replacement)
        break;
      bytes_append_char(line, replacement);
      at++;
      continue;
    }
    if (point != '"' && point != '\\' && utf8_is_safe(point))
      bytes_append(line, text + at, size);
    else
      append_escaped(line, point);
    at += size;
  }
  return valid;
}

void json_text(struct json *json, const char *key, const char *text, size_t length) {
  json_begin_value(json, key);
  bytes_append_char(&json->line, '"');
  append_inside(&json->line, text, length, '?');
  bytes_append_char(&json->line, '"');
}

void json_string(struct json *json, const char *key, const char *text) {
  json_text(json, key, text, text ? strlen(text) : 0);
}

/* RFC 4648, section 4. */
static void append_base64(struct bytes *line, const unsigned char *data, size_t length) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t at = 0; at < length && !line->failed; at += 3) {
    size_t left = length - at;
    unsigned group = (unsigned)data[at] << 16 | (left > 1 ? (unsigned)data[at + 1] << 8 : 0) |
                     (left > 2 ? data[at + 2] : 0);
    char text[4] = {digits[group >> 18], digits[group >> 12 & 63],
                    left > 1 ? digits[group >> 6 & 63] : '=', left > 2 ? digits[group & 63] : '='};
    bytes_append(line, text, sizeof text);
  }
}

void json_base64(struct json *json, const char *key, const void *data, size_t length) {
  json_begin_value(json, key);
  bytes_append_char(&json->line, '"');
  append_base64(&json->line, data, length);
  bytes_append_char(&json->line, '"');
}

void json_data(struct json *json, const void *data, size_t kept, size_t length) {
  size_t before = json->line.length;
  bool followed = json->follows;
  json_begin_value(json, "text");
  bytes_append_char(&json->line, '"');
  if (append_inside(&json->line, data, kept, 0)) {
    bytes_append_char(&json->line, '"');
  } else { /* no text: as if the member had not been begun */
    json->line.length = before;
    json->follows = followed;
  }
  json_base64(json, "base64", data, kept);
  json_number(json, "length", (long long)length);
}
