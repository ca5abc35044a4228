/* pack: converts numbers and text to the bytes of a header or a length-prefixed message, and back,
 * by a format like those of Python's struct and Perl's pack.
 *
 *     format := { order | [ COUNT ] field }       spaces between them are ignored
 *     order  := ">" | "!"  network, the default   "<" little-endian   "=" | "@" this host's
 *     field  := a letter of pack_letters | ("B" | "H" | "I" | "Q") "/s"
 *
 * COUNT repeats a field, except for s, where it is the size. An order applies to the fields after
 * it. Nothing is aligned. "s" without a count takes all the rest, and must be last; "H/s" is a
 * length in an H, then that many bytes. */
#ifndef SOCKSH_LANGUAGE_PACK_H
#define SOCKSH_LANGUAGE_PACK_H

#include <stdbool.h>
#include <stddef.h>

#include "language/bytes.h"
#include "language/error.h"
#include "language/value.h"

/* A letter of the format. */
struct pack_letter {
  char letter;         /* '\0' ends the table */
  unsigned size;       /* bytes of one; 0 for s, which may have any size */
  bool number;         /* it holds a number */
  bool negative;       /* the number is signed */
  const char *meaning; /* for help; N_() */
};
extern const struct pack_letter pack_letters[];

/* A word of the line after expansion. */
struct pack_word {
  const char *text;
  size_t length;
  struct place place; /* for errors; all 0 if unknown */
};

/* Appends the values, as typed, in the format's order: numbers are parsed by number_parse, and up
 * to 2^64-1 for Q. 0, or -1 with a usage error about the format or a value, and `out` unchanged. */
int pack(const struct pack_word *format, const struct pack_word *values, size_t count,
         struct bytes *out, struct error *error);

/* What unpack found: one value for each field except x. Numbers are VALUE_NUMBER (above 2^63-1
 * VALUE_TEXT, their digits), bytes are VALUE_DATA. A zeroed struct is empty. */
struct unpacked {
  struct value *values; /* owned */
  size_t count;
};

/* Splits the data into values. 0, or -1 with `unpacked` empty: a usage error about the format, or a
 * failure if the data is too short or continues after the last field. */
int unpack(const struct pack_word *format, const void *data, size_t length,
           struct unpacked *unpacked, struct error *error);
void unpacked_free(struct unpacked *unpacked);

#endif
