/* escape: makes bytes safe to show.
 *
 * Every byte from the network passes through here before it reaches a terminal. Printable
 * characters of valid UTF-8 are kept if the caller says that the terminal takes UTF-8; control,
 * format, bidirectional and private characters, and bytes that are not UTF-8, become C escapes. */
#ifndef SOCKSH_LANGUAGE_ESCAPE_H
#define SOCKSH_LANGUAGE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "language/bytes.h"

/* How text is escaped. */
enum escape_style {
  ESCAPE_ASCII, /* everything beyond printable ASCII becomes \xHH */
  ESCAPE_UTF8,  /* printable characters of valid UTF-8 are kept */
};

/* The style of what is written for people where no view is known yet: messages, the lines they
 * point into, values in tables. There is one terminal, and so one style for the process:
 * ESCAPE_ASCII until another is chosen, at the start and with the settings. */
void escape_choose(enum escape_style style);
enum escape_style escape_chosen(void);

/* How many columns of a terminal escaped text takes. */
size_t escape_columns(const char *text, size_t length);

/* Appends `data` as the inside of a C string, without the quotes: \n \r \t \0 \" \\ and \xHH. */
void escape_append(struct bytes *bytes, const void *data, size_t length, enum escape_style style);

/* Appends at most `limit` bytes of `data` in double quotes, and "..." after the closing quote if it
 * was cut. A character is never cut in two. */
void escape_append_quoted(struct bytes *bytes, const void *data, size_t length, size_t limit,
                          enum escape_style style);

/* Appends text for a person: as escape_append, but quotes and backslashes are left alone, and
 * newlines and tabs are kept if `lines` is set. */
void escape_append_plain(struct bytes *bytes, const void *data, size_t length, bool lines,
                         enum escape_style style);

/* Decodes one character of UTF-8. Returns the number of bytes it takes, with the code point in
 * *point; 0 if the bytes are not valid UTF-8 (overlong, surrogate, beyond U+10FFFF, truncated). */
size_t utf8_decode(const char *text, size_t length, uint32_t *point);

/* False for a character that a terminal may act on, or that changes how others look or are
 * ordered. */
bool utf8_is_safe(uint32_t point);

/* How many of the next bytes are printable ASCII, and need an escape in no kind of quoted text.
 * Most data is such text, and is appended at once. */
size_t escape_plain_length(const char *text, size_t length);

#endif
