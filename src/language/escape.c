#include "language/escape.h"

#include <string.h>
#include <wchar.h>

static _Atomic enum escape_style chosen = ESCAPE_ASCII;

void escape_choose(enum escape_style style) {
  chosen = style;
}

enum escape_style escape_chosen(void) {
  return chosen;
}

size_t utf8_decode(const char *text, size_t length, uint32_t *point) {
  const unsigned char *byte = (const unsigned char *)text;
  if (length == 0)
    return 0;
  if (byte[0] < 0x80) {
    *point = byte[0];
    return 1;
  }
  size_t size = byte[0] >= 0xf0 ? 4 : byte[0] >= 0xe0 ? 3 : 2;
  if (byte[0] < 0xc2 || byte[0] > 0xf4 || length < size)
    return 0;
  uint32_t value = byte[0] & (0xffU >> (size + 1));
  for (size_t i = 1; i < size; i++) {
    if ((byte[i] & 0xc0) != 0x80)
      return 0;
    value = value << 6 | (byte[i] & 0x3f);
  }
  static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < smallest[size] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
    return 0;
  *point = value;
  return size;
}

/* Characters that a terminal may act on, or that change how others look or are ordered: controls,
 * formats, line and paragraph separators, bidirectional marks, variation selectors, tags, private
 * use, surrogates and non-characters. They are listed by number, so that the answer does not depend
 * on the C library's tables. */
static const struct span {
  uint32_t first;
  uint32_t last;
} unsafe[] = {
    {0x00, 0x1f},       {0x7f, 0x9f},       {0xad, 0xad},       {0x034f, 0x034f},
    {0x0600, 0x0605},   {0x061c, 0x061c},   {0x06dd, 0x06dd},   {0x070f, 0x070f},
    {0x0890, 0x0891},   {0x08e2, 0x08e2},   {0x115f, 0x1160},   {0x17b4, 0x17b5},
    {0x180b, 0x180f},   {0x200b, 0x200f},   {0x2028, 0x202e},   {0x2060, 0x206f},
    {0x3164, 0x3164},   {0xd800, 0xdfff},   {0xe000, 0xf8ff},   {0xfdd0, 0xfdef},
    {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},   {0xfff0, 0xfffb},
    {0xfffe, 0xffff},   {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f},
    {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}, {0xf0000, 0x10ffff},
};

bool utf8_is_safe(uint32_t point) {
  if ((point & 0xfffe) == 0xfffe)
    return false;
  for (size_t i = 0; i < sizeof unsafe / sizeof *unsafe; i++)
    if (point >= unsafe[i].first && point <= unsafe[i].last)
      return false;
  return true;
}

static void append_hexadecimal(struct bytes *bytes, unsigned char byte) {
  static const char digits[] = "0123456789abcdef";
  char text[4] = {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
  bytes_append(bytes, text, sizeof text);
}

/* Appends the first character of the text, escaped, and returns how many bytes it took. */
static size_t append_character(struct bytes *bytes, const char *text, size_t length, bool quoted,
                               bool lines, enum escape_style style) {
  unsigned char byte = (unsigned char)text[0];
  if (byte >= 0x80) {
    uint32_t point;
    size_t size = style == ESCAPE_UTF8 ? utf8_decode(text, length, &point) : 0;
    if (size > 0 && utf8_is_safe(point)) {
      bytes_append(bytes, text, size);
      return size;
    }
    append_hexadecimal(bytes, byte);
    return 1;
  }
  if (lines && (byte == '\n' || byte == '\t')) {
    bytes_append_char(bytes, (char)byte);
    return 1;
  }
  static const char named[] = "\n\r\t\0\"\\";
  static const char letters[] = "nrt0\"\\";
  const char *found = memchr(named, byte, sizeof named - 1);
  if (found && (quoted || byte < 0x20)) {
    bytes_append_char(bytes, '\\');
    bytes_append_char(bytes, letters[found - named]);
  } else if (byte >= 0x20 && byte < 0x7f) {
    bytes_append_char(bytes, (char)byte);
  } else {
    append_hexadecimal(bytes, byte);
  }
  return 1;
}

size_t escape_plain_length(const char *text, size_t length) {
  size_t at = 0;
  while (at < length && text[at] >= ' ' && text[at] < 0x7f && text[at] != '"' && text[at] != '\\')
    at++;
  return at;
}

void escape_append(struct bytes *bytes, const void *data, size_t length, enum escape_style style) {
  const char *text = data;
  for (size_t at = 0; at < length && !bytes->failed;) {
    size_t plain = escape_plain_length(text + at, length - at);
    bytes_append(bytes, text + at, plain);
    at += plain;
    if (at < length)
      at += append_character(bytes, text + at, length - at, true, false, style);
  }
}

void escape_append_plain(struct bytes *bytes, const void *data, size_t length, bool lines,
                         enum escape_style style) {
  const char *text = data;
  for (size_t at = 0; at < length && !bytes->failed;)
    at += append_character(bytes, text + at, length - at, false, lines, style);
}

void escape_append_quoted(struct bytes *bytes, const void *data, size_t length, size_t limit,
                          enum escape_style style) {
  const char *text = data;
  bool cut = length > limit;
  size_t end = cut ? limit : length;
  size_t at = 0;
  bytes_append_char(bytes, '"');
  while (at < end && !bytes->failed) {
    size_t plain = escape_plain_length(text + at, end - at);
    bytes_append(bytes, text + at, plain);
    at += plain;
    if (at == end)
      break;
    uint32_t point;
    size_t size = style == ESCAPE_UTF8 ? utf8_decode(text + at, length - at, &point) : 1;
    if (at + size > end && cut)
      break;
    at += append_character(bytes, text + at, length - at, true, false, style);
  }
  bytes_append_text(bytes, cut ? "\"..." : "\"");
}

size_t escape_columns(const char *text, size_t length) {
  size_t columns = 0;
  for (size_t at = 0; at < length;) {
    uint32_t point;
    size_t size = utf8_decode(text + at, length - at, &point);
    int width = size > 1 ? wcwidth((wchar_t)point) : 1;
    columns += width > 0 ? (size_t)width : 0;
    at += size > 0 ? size : 1;
  }
  return columns;
}
