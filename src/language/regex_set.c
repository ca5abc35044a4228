#include "language/regex_set.h"

#include <string.h>

/* The classes of the C locale, whatever the session's: pairs of the first and the last byte. */
static const struct class {
  const char *name;
  const char *ranges;
} classes[] = {
    {"alnum", "09AZaz"},   {"alpha", "AZaz"},   {"blank", "\t\t  "}, {"cntrl", "\001\037\177\177"},
    {"digit", "09"},       {"graph", "!~"},     {"lower", "az"},     {"print", " ~"},
    {"punct", "!/:@[`{~"}, {"space", "\t\r  "}, {"upper", "AZ"},     {"xdigit", "09AFaf"},
};

const struct regex_set regex_word_set = {
    {0x03ff000000000000, 0x07fffffe87fffffe, 0, 0}}; /* A-Z a-z 0-9 _ */

void regex_set_add(struct regex_set *set, unsigned byte) {
  set->bits[byte / 64] |= (uint64_t)1 << (byte % 64);
}

void regex_set_add_range(struct regex_set *set, unsigned first, unsigned last) {
  for (unsigned byte = first; byte <= last; byte++)
    regex_set_add(set, byte);
}

void regex_set_add_all(struct regex_set *set, const struct regex_set *more) {
  for (size_t i = 0; i < 4; i++)
    set->bits[i] |= more->bits[i];
}

void regex_set_invert(struct regex_set *set) {
  for (size_t i = 0; i < 4; i++)
    set->bits[i] = ~set->bits[i];
}

static const char *add_class(const char *name, size_t length, struct regex_set *set) {
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
    if (strlen(classes[i].name) != length || memcmp(classes[i].name, name, length) != 0)
      continue;
    for (const char *range = classes[i].ranges; range[0]; range += 2)
      regex_set_add_range(set, (unsigned char)range[0], (unsigned char)range[1]);
    if (length == 5 && memcmp(name, "cntrl", 5) == 0)
      regex_set_add(set, 0);
    return NULL;
  }
  return _("there is no such class between [: and :]; there are alnum, alpha, blank, cntrl, digit, "
           "graph, lower, print, punct, space, upper and xdigit");
}

/* What is between [. and .], [= and =] or [: and :] at `at`. NULL if it is not closed. */
static const char *named(const char *text, size_t length, size_t *at, size_t *named_length) {
  char sign = text[*at + 1];
  size_t start = *at + 2;
  for (size_t end = start; end + 1 < length; end++)
    if (text[end] == sign && text[end + 1] == ']') {
      *at = end + 2;
      *named_length = end - start;
      return text + start;
    }
  return NULL;
}

static bool opens(const char *text, size_t length, size_t at, const char *signs) {
  return at + 1 < length && text[at] == '[' && text[at + 1] != '\0' && strchr(signs, text[at + 1]);
}

/* A byte, or [.x.] or [=x=], which are one byte in the C locale. */
static const char *read_byte(const char *text, size_t length, size_t *at, unsigned *byte) {
  if (!opens(text, length, *at, ".=")) {
    *byte = (unsigned char)text[(*at)++];
    return NULL;
  }
  size_t name_length;
  const char *name = named(text, length, at, &name_length);
  if (!name)
    return _("[. and [= need their .] and =]");
  if (name_length != 1)
    return _("one byte alone stands between [. and .], or [= and =]");
  *byte = (unsigned char)name[0];
  return NULL;
}

static const char *read_item(const char *text, size_t length, size_t *at, struct regex_set *set) {
  unsigned first;
  if (opens(text, length, *at, ":")) {
    size_t name_length;
    const char *name = named(text, length, at, &name_length);
    return name ? add_class(name, name_length, set) : _("[: needs its :]");
  }
  const char *wrong = read_byte(text, length, at, &first);
  if (wrong)
    return wrong;
  unsigned last = first;
  if (*at + 1 < length && text[*at] == '-' && text[*at + 1] != ']') {
    (*at)++;
    wrong = read_byte(text, length, at, &last);
    if (wrong)
      return wrong;
    if (last < first)
      return _("a range between [ and ] ends before it begins");
  }
  regex_set_add_range(set, first, last);
  return NULL;
}

const char *regex_set_read(const char *text, size_t length, size_t *at, struct regex_set *set) {
  bool inverted = *at < length && text[*at] == '^';
  *at += inverted;
  size_t start = *at;
  while (*at < length && (text[*at] != ']' || *at == start)) {
    const char *wrong = read_item(text, length, at, set);
    if (wrong)
      return wrong;
  }
  if (*at >= length)
    return _("a [ has no ]");
  (*at)++;
  if (inverted)
    regex_set_invert(set);
  return NULL;
}
