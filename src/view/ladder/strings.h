/* strings: texts that occur again and again, each kept once and known by its number. */
#ifndef SOCKSH_VIEW_LADDER_STRINGS_H
#define SOCKSH_VIEW_LADDER_STRINGS_H

#include "language/bytes.h"

/* A zeroed struct is empty. */
struct strings {
  struct bytes text;   /* all of them, one behind the other */
  struct bytes ranges; /* struct string_range, by number */
  struct bytes slots;  /* uint32_t: 1 + a number, where its hash says; a power of two of them */
};

struct string_range {
  size_t start;
  size_t length;
};

/* The number of a text, which is kept if it is new. */
size_t strings_number(struct strings *strings, const char *text, size_t length);

static inline size_t strings_count(const struct strings *strings) {
  return strings->ranges.length / sizeof(struct string_range);
}

void strings_free(struct strings *strings);

#endif
