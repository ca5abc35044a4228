#include "language/bytes.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "language/loss.h"

static int fail(struct bytes *bytes) {
  bytes->failed = true;
  loss_of_memory();
  return -1;
}

int bytes_grow(struct bytes *bytes, size_t more) {
  if (bytes->failed || more > SIZE_MAX / 2 - bytes->length)
    return fail(bytes);
  size_t allocated = bytes->data ? bytes->capacity + 1 : 64;
  while (allocated <= bytes->length + more)
    allocated *= 2;
  char *data = realloc(bytes->data, allocated);
  if (!data)
    return fail(bytes);
  bytes->data = data;
  bytes->capacity = allocated - 1;
  return 0;
}

enum { EIGHT_DIGITS = 100000000 };

/* Two digits at once: a division is what costs. */
static const char digit_pairs[] = "00010203040506070809101112131415161718192021222324"
                                  "25262728293031323334353637383940414243444546474849"
                                  "50515253545556575859606162636465666768697071727374"
                                  "75767778798081828384858687888990919293949596979899";

static inline void pair_before(char *end, unsigned number) {
  end[-2] = digit_pairs[2 * number];
  end[-1] = digit_pairs[2 * number + 1];
}

static inline void eight_before(char *end, unsigned number) {
  unsigned high = number / 10000;
  unsigned low = number % 10000;
  pair_before(end - 6, high / 100);
  pair_before(end - 4, high % 100);
  pair_before(end - 2, low / 100);
  pair_before(end, low % 100);
}

void bytes_append_nine_digits(struct bytes *bytes, unsigned number) {
  char digits[9];
  digits[0] = (char)('0' + number / EIGHT_DIGITS);
  eight_before(digits + 9, number % EIGHT_DIGITS);
  bytes_append(bytes, digits, sizeof digits);
}

void bytes_append_long_number(struct bytes *bytes, long long number) {
  char digits[24];
  char *start = digits + sizeof digits;
  unsigned long long rest =
      number < 0 ? 0ULL - (unsigned long long)number : (unsigned long long)number;
  for (; rest >= EIGHT_DIGITS; rest /= EIGHT_DIGITS, start -= 8)
    eight_before(start, (unsigned)(rest % EIGHT_DIGITS));
  unsigned last = (unsigned)rest;
  for (; last >= 10; last /= 100, start -= 2)
    pair_before(start, last % 100);
  if (last > 0)
    *--start = (char)('0' + last);
  if (number < 0)
    *--start = '-';
  bytes_append(bytes, start, (size_t)(digits + sizeof digits - start));
}

void bytes_append_format_list(struct bytes *bytes, const char *format, va_list list) {
  va_list again;
  va_copy(again, list);
  size_t room = bytes->data ? bytes->capacity - bytes->length + 1 : 0;
  int length = vsnprintf(room ? bytes->data + bytes->length : NULL, room, format, list);
  if (length > 0 && (size_t)length >= room) {
    if (bytes_reserve(bytes, (size_t)length) == 0)
      vsnprintf(bytes->data + bytes->length, (size_t)length + 1, format, again);
  }
  va_end(again);
  if (length < 0)
    fail(bytes); /* the C library found no memory for a wide field */
  else if (!bytes->failed)
    bytes->length += (size_t)length;
}

void bytes_append_format(struct bytes *bytes, const char *format, ...) {
  va_list list;
  va_start(list, format);
  bytes_append_format_list(bytes, format, list);
  va_end(list);
}

void bytes_pad(struct bytes *bytes, size_t start, size_t column) {
  while (!bytes->failed && bytes->length < start + column)
    bytes_append_char(bytes, ' ');
}

const char *bytes_text(struct bytes *bytes) {
  if (!bytes->data)
    return "";
  bytes->data[bytes->length] = '\0';
  return bytes->data;
}

const char *bytes_text_from(struct bytes *bytes, size_t offset) {
  const char *text = bytes_text(bytes);
  return offset <= bytes->length ? text + offset : "";
}

void bytes_clear(struct bytes *bytes) {
  bytes->length = 0;
  bytes->failed = false;
}

void bytes_free(struct bytes *bytes) {
  free(bytes->data);
  *bytes = (struct bytes){0};
}

bool bytes_equal(const void *a, size_t a_length, const void *b, size_t b_length) {
  return a_length == b_length && (a_length == 0 || memcmp(a, b, a_length) == 0);
}
