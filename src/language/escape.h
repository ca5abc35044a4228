/* escape: bytes made safe to show.
 *
 * No byte from the network reaches a terminal but through here. Printable characters of valid
 * UTF-8 are kept where the caller says the terminal takes UTF-8; control, format, bidirectional
 * and private characters, and bytes that are no UTF-8, become C escapes. */
#ifndef SOCKSH_LANGUAGE_ESCAPE_H
#define SOCKSH_LANGUAGE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "language/bytes.h"

/* How text is escaped. */
enum escape_style {
  ESCAPE_ASCII, /* everything beyond printable ASCII becomes \xHH */
  ESCAPE_UTF8,  /* printable characters of valid UTF-8 stay */
};

/* Adds `data` as the inside of a C string (no quotes around it): \n \r \t \0 \" \\ and \xHH. */
void escape_append(struct bytes *bytes, const void *data, size_t length, enum escape_style style);

/* Adds `data` in double quotes; at most `limit` bytes of it, and "..." after the closing quote
 * where it was cut. A character is never cut in two. */
void escape_append_quoted(struct bytes *bytes, const void *data, size_t length, size_t limit,
                          enum escape_style style);

/* Adds text for a person: as escape_append, but quotes and backslashes are left alone, and a
 * newline and a tab stay where `lines` is set. */
void escape_append_plain(struct bytes *bytes, const void *data, size_t length, bool lines,
                         enum escape_style style);

/* Reads one character of UTF-8. The number of bytes it takes, and its code point in *point; 0 where
 * the bytes are no valid UTF-8 (overlong, surrogate, beyond U+10FFFF, cut short). */
size_t utf8_decode(const char *text, size_t length, uint32_t *point);

#endif
