/* number: whole numbers, sizes and durations as they are typed.
 *
 * Each function parses the whole text, `length` bytes at `text`, and returns 0; or -1, with nothing
 * changed, if the text is anything else. None of them sets an error: the caller knows what was
 * expected. */
#ifndef SOCKSH_LANGUAGE_NUMBER_H
#define SOCKSH_LANGUAGE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#include "language/bytes.h"

/* A whole number, decimal, 0x hexadecimal or 0 octal as in C, with an optional sign. */
int number_parse(const char *text, size_t length, long long *value);

/* A number of bytes: digits, optionally followed by K (1024), M or G. */
int size_parse(const char *text, size_t length, size_t *value);

/* A duration, in nanoseconds: digits, an optional fraction, and a unit: us, ms, s, m or h. "0"
 * needs no unit. */
int duration_parse(const char *text, size_t length, int64_t *nanoseconds);

/* Appends a duration, in nanoseconds, in the largest unit that leaves it readable: 200ms, 1.5s or
 * 2m. */
void duration_append(struct bytes *bytes, int64_t nanoseconds);

#endif
