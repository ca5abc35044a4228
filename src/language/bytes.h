/* bytes: a growing run of bytes, for text being built and for data of any kind.
 *
 * Running out of memory is remembered, not returned by each append: after the first failure the
 * buffer ignores what is added, keeps what it had, and `failed` says so at the end; it is also
 * noted as a loss (loss.h), so that a reader who only shows the text need not ask. A zeroed struct
 * is an empty buffer. */
#ifndef SOCKSH_LANGUAGE_BYTES_H
#define SOCKSH_LANGUAGE_BYTES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct bytes {
  char *data;      /* the bytes, owned; NULL while the buffer is empty. Not zero-terminated */
  size_t length;   /* bytes in use */
  size_t capacity; /* bytes allocated, without the one behind them that bytes_text may need */
  bool failed;     /* an allocation failed, so the contents are incomplete */
};

/* The slow path of bytes_reserve: allocates when the capacity is too small. */
int bytes_grow(struct bytes *bytes, size_t more);

/* Makes room for `more` bytes beyond the length. 0, or -1 when there is no memory. */
static inline int bytes_reserve(struct bytes *bytes, size_t more) {
  return !bytes->failed && more <= bytes->capacity - bytes->length ? 0 : bytes_grow(bytes, more);
}

/* Each of these adds at the end. They return nothing: check `failed` when done. The ones that write
 * nearly all output are inline, so that they cost little more than the copy. */
static inline void bytes_append(struct bytes *bytes, const void *data, size_t length) {
  if (length == 0 || bytes_reserve(bytes, length) < 0)
    return;
  memcpy(bytes->data + bytes->length, data, length);
  bytes->length += length;
}

static inline void bytes_append_text(struct bytes *bytes, const char *text) {
  bytes_append(bytes, text, strlen(text));
}

static inline void bytes_append_char(struct bytes *bytes, char c) {
  if (bytes_reserve(bytes, 1) == 0)
    bytes->data[bytes->length++] = c;
}

void bytes_append_long_number(struct bytes *bytes, long long number);
/* Most numbers have one digit: descriptors, empty flags, short counts. */
static inline void bytes_append_number(struct bytes *bytes, long long number) {
  if (number >= 0 && number < 10)
    bytes_append_char(bytes, (char)('0' + number));
  else
    bytes_append_long_number(bytes, number);
}

/* Nine digits, with zeros in front: the nanoseconds of a second. */
void bytes_append_nine_digits(struct bytes *bytes, unsigned number);
void bytes_append_format(struct bytes *bytes, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void bytes_append_format_list(struct bytes *bytes, const char *format, va_list list)
    __attribute__((format(printf, 2, 0)));

/* Pads with spaces until there are `column` bytes after the offset `start`. */
void bytes_pad(struct bytes *bytes, size_t start, size_t column);

/* Writes a zero byte after the end, outside `length`, and returns the text. Never NULL, and it
 * allocates nothing: `length` bytes are always there, also in a buffer that has failed. The buffer
 * still owns the text. */
const char *bytes_text(struct bytes *bytes);
/* The same from an offset on; "" where that is beyond what there was memory for. */
const char *bytes_text_from(struct bytes *bytes, size_t offset);

/* Empties the buffer and keeps its memory for reuse; it has not failed any more. */
void bytes_clear(struct bytes *bytes);

/* Frees the memory. The struct is then empty and usable again. */
void bytes_free(struct bytes *bytes);

/* True when both hold the same bytes. */
bool bytes_equal(const void *a, size_t a_length, const void *b, size_t b_length);

#endif
