#include "view/program/literal.h"

#include "language/escape.h"

/* Columns of a line of a string. */
enum { LITERAL_COLUMNS = 72 };

/* The letter behind the backslash, or 0. */
static char short_escape(unsigned char c) {
  switch (c) {
  case '\n':
    return 'n';
  case '\r':
    return 'r';
  case '\t':
    return 't';
  case '"':
    return '"';
  case '\\':
    return '\\';
  default:
    return 0;
  }
}

/* One byte of a string. An octal escape of C ends behind three digits, whatever follows; a second
 * question mark in a row would be a trigraph's. */
static void put_c(struct bytes *bytes, unsigned char c, unsigned char before) {
  char escape = short_escape(c);
  if (escape)
    bytes_append_format(bytes, "\\%c", escape);
  else if (c == '?' && before == '?')
    bytes_append_text(bytes, "\\?");
  else if (c >= 0x20 && c < 0x7f)
    bytes_append_char(bytes, (char)c);
  else
    bytes_append_format(bytes, "\\%03o", c);
}

static void put_python(struct bytes *bytes, unsigned char c, unsigned char before) {
  char escape = short_escape(c);
  (void)before;
  if (escape)
    bytes_append_format(bytes, "\\%c", escape);
  else if (c >= 0x20 && c < 0x7f)
    bytes_append_char(bytes, (char)c);
  else
    bytes_append_format(bytes, "\\x%02x", c);
}

/* A line ends behind a newline, or where it is full. */
static bool line_ends(const struct bytes *bytes, size_t start, unsigned char c) {
  return c == '\n' || bytes->length - start >= LITERAL_COLUMNS;
}

typedef void put_byte(struct bytes *bytes, unsigned char c, unsigned char before);

static void append_string(struct bytes *bytes, const unsigned char *data, size_t length,
                          const char *prefix, size_t indent, put_byte *put) {
  size_t start = bytes->length;
  bytes_append_format(bytes, "%s\"", prefix);
  for (size_t i = 0; i < length; i++) {
    put(bytes, data[i], i && bytes->length && bytes->data[bytes->length - 1] == '?' ? '?' : 0);
    if (i + 1 < length && line_ends(bytes, start, data[i])) {
      bytes_append_format(bytes, "\"\n%*s%s\"", (int)indent, "", prefix);
      start = bytes->length;
    }
  }
  bytes_append_char(bytes, '"');
}

/* Appends the string; one of several lines begins on a line of its own, between these two. */
static void append_lines(struct bytes *bytes, const void *data, size_t length, const char *prefix,
                         size_t indent, put_byte *put, const char *open, const char *close) {
  size_t before = bytes->length;
  append_string(bytes, data, length, prefix, indent, put);
  if (bytes->length == before || !memchr(bytes->data + before, '\n', bytes->length - before))
    return;
  bytes->length = before;
  bytes_append_format(bytes, "%s\n%*s", open, (int)indent, "");
  append_string(bytes, data, length, prefix, indent, put);
  bytes_append_text(bytes, close);
}

void literal_append_c(struct bytes *bytes, const void *data, size_t length, size_t indent) {
  append_lines(bytes, data, length, "", indent, put_c, "", "");
}

void literal_append_python(struct bytes *bytes, const void *data, size_t length, size_t indent) {
  append_lines(bytes, data, length, "b", indent, put_python, "(", ")");
}

void literal_append_python_text(struct bytes *bytes, const char *text) {
  bytes_append_char(bytes, '"');
  for (const char *c = text; *c; c++)
    put_python(bytes, (unsigned char)*c, 0);
  bytes_append_char(bytes, '"');
}

void literal_append_comment(struct bytes *bytes, const void *text, size_t length) {
  escape_append_plain(bytes, text, length, false, ESCAPE_UTF8);
}

void literal_append_comment_c(struct bytes *bytes, const void *text, size_t length) {
  struct bytes shown = {0};
  escape_append_plain(&shown, text, length, false, ESCAPE_UTF8);
  for (size_t i = 0; i < shown.length; i++) {
    char c = shown.data[i], next = i + 1 < shown.length ? shown.data[i + 1] : ' ';
    bytes_append_char(bytes, c);
    if ((c == '*' && next == '/') || (c == '/' && next == '*') || (c == '?' && next == '?'))
      bytes_append_char(bytes, ' ');
  }
  bytes->failed = bytes->failed || shown.failed;
  bytes_free(&shown);
}
