#include "language/script_ahead.h"

#include <string.h>

/* True if there is no "=" on a line that begins here, is short and ends by itself, as most do. */
static bool line_has_none(const char *text, size_t length) {
  enum { SHORT = 256 };
  const char *end = memchr(text, '\n', length < SHORT ? length : SHORT);
  if (!end)
    return false;
  length = (size_t)(end - text);
  return !memchr(text, '=', length) &&
         (length == 0 || (text[length - 1] != '\\' && text[length - 1] != '\r'));
}

bool script_equals_near(const struct lexer *lexer, int most) {
  const char *text = lexer->source->text;
  bool inside = false;
  bool joined = false;
  int words = 0;
  if (line_has_none(text + lexer->at, lexer->source->length - lexer->at))
    return false;
  for (size_t at = lexer->at; at < lexer->source->length; at++) {
    char c = text[at];
    if (c == '=')
      return true;
    if (c == ';' || (c == '\n' && !joined))
      return false;
    if (c != '\r' && c != '\n')
      joined = c == '\\';
    bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!space && !inside && ++words > most)
      return false;
    inside = !space;
  }
  return joined;
}
