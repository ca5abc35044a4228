#include "view/picture/xml.h"

#include "language/escape.h"

static const char *reference(char c) {
  return c == '&'    ? "&amp;"
         : c == '<'  ? "&lt;"
         : c == '>'  ? "&gt;"
         : c == '"'  ? "&quot;"
         : c == '\'' ? "&#39;"
                     : NULL;
}

void xml_append(struct bytes *bytes, const char *text, size_t length) {
  for (size_t at = 0; at < length;) {
    uint32_t point;
    size_t size = utf8_decode(text + at, length - at, &point);
    const char *instead = size == 1 ? reference(text[at]) : NULL;
    bool blank = size == 1 && (text[at] == '\n' || text[at] == '\t');
    if (instead)
      bytes_append_text(bytes, instead);
    else if (size > 0 && (blank || utf8_is_safe(point)))
      bytes_append(bytes, text + at, size);
    else if (size > 1)
      bytes_append_format(bytes, "\\u{%X}", (unsigned)point);
    else
      bytes_append_format(bytes, "\\x%02x", (unsigned)(unsigned char)text[at]);
    at += size > 0 ? size : 1;
  }
}

void xml_append_text(struct bytes *bytes, const char *text) {
  xml_append(bytes, text, strlen(text));
}
