#include "view/notation/xml.h"

#include "language/escape.h"

static bool is_character(uint32_t point) {
  return (point >= 0x20 && point <= 0xd7ff) || (point >= 0xe000 && point <= 0xfffd) ||
         point >= 0x10000 || point == '\t' || point == '\n';
}

static const char *entity(uint32_t point) {
  switch (point) {
  case '&':
    return "&amp;";
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '"':
    return "&quot;";
  case '\'':
    return "&#39;";
  default:
    return NULL;
  }
}

void xml_append(struct bytes *bytes, const char *text, size_t length) {
  for (size_t at = 0; at < length;) {
    uint32_t point;
    size_t size = utf8_decode(text + at, length - at, &point);
    const char *instead = size == 0 || !is_character(point) ? "\xef\xbf\xbd" : entity(point);
    if (instead)
      bytes_append_text(bytes, instead);
    else
      bytes_append(bytes, text + at, size);
    at += size ? size : 1;
  }
}
