/* pack: numbers and text as the bytes of a header or a length-prefixed message, and back, by a
 * format as Python's struct and Perl's pack have it.
 *
 *     format := { order | [ COUNT ] field }       spaces between them are ignored
 *     order  := ">" | "!"  network, the default   "<" little-endian   "=" | "@" this host's
 *     field  := a letter of pack_letters | ("B" | "H" | "I" | "Q") "/s"
 *
 * COUNT repeats a field, except for s, where it is the size. An order holds for what stands behind
 * it. Nothing is aligned. "s" without a count is all the rest, and stands last; "H/s" is a length
 * in an H and so many bytes. */
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
  unsigned size;       /* bytes of one; 0 for s, which has any */
  bool number;         /* it stands for a number */
  bool negative;       /* a number that may be less than 0 */
  const char *meaning; /* for help; N_() */
};
extern const struct pack_letter pack_letters[];

/* A word of the line after expansion. */
struct pack_word {
  const char *text;
  size_t length;
  struct place place; /* for errors; all 0 where it is not known */
};

/* Adds the values, as typed, in the format's order: numbers are read with number_parse, and up to
 * 2^64-1 for Q. 0, or -1 with a usage error about the format or a value, and `out` as it was. */
int pack(const struct pack_word *format, const struct pack_word *values, size_t count,
         struct bytes *out, struct error *error);

/* What unpack found: one value for each field but x. Numbers are VALUE_NUMBER (above 2^63-1
 * VALUE_TEXT, their digits), bytes are VALUE_DATA. A zeroed struct is empty. */
struct unpacked {
  struct value *values; /* owned */
  size_t count;
};

/* Takes the data apart. 0, or -1 with `unpacked` empty: a usage error about the format, or a
 * failure where the data is too short or goes on behind the last field. */
int unpack(const struct pack_word *format, const void *data, size_t length,
           struct unpacked *unpacked, struct error *error);
void unpacked_free(struct unpacked *unpacked);

#endif
