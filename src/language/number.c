#include "language/number.h"

#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

/* The value of a digit in any base up to 16, or -1. */
static int digit_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

int number_parse(const char *text, size_t length, long long *value) {
  size_t at = 0;
  bool negative = false;
  if (at < length && (text[at] == '-' || text[at] == '+'))
    negative = text[at++] == '-';
  int base = 10;
  if (length - at > 2 && text[at] == '0' && (text[at + 1] | 0x20) == 'x') {
    base = 16;
    at += 2;
  } else if (length - at > 1 && text[at] == '0') {
    base = 8;
    at++;
  }
  if (at == length)
    return -1;
  unsigned long long limit = negative ? (unsigned long long)LLONG_MAX + 1 : LLONG_MAX;
  unsigned long long total = 0;
  for (; at < length; at++) {
    int digit = digit_value(text[at]);
    if (digit < 0 || digit >= base)
      return -1;
    if (total > (limit - (unsigned)digit) / (unsigned)base)
      return -1;
    total = total * (unsigned)base + (unsigned)digit;
  }
  *value = negative ? (long long)(0ULL - total) : (long long)total;
  return 0;
}

int size_parse(const char *text, size_t length, size_t *value) {
  if (length == 0)
    return -1;
  size_t unit = 1;
  switch (text[length - 1]) {
  case 'K':
  case 'k':
    unit = 1024;
    break;
  case 'M':
    unit = 1024 * 1024;
    break;
  case 'G':
    unit = 1024 * 1024 * 1024;
    break;
  default:
    break;
  }
  if (unit > 1)
    length--;
  long long number;
  if (length == 0 || !isdigit((unsigned char)text[0]) || number_parse(text, length, &number) < 0)
    return -1;
  if ((unsigned long long)number > SIZE_MAX / 2 / unit)
    return -1;
  *value = (size_t)number * unit;
  return 0;
}

static const struct unit {
  const char *name;
  int64_t nanoseconds;
} units[] = {
    {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}, {"m", 60000000000}, {"h", 3600000000000},
};

static int64_t unit_find(const char *text, size_t length) {
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (strlen(units[i].name) == length && memcmp(units[i].name, text, length) == 0)
      return units[i].nanoseconds;
  return 0;
}

int duration_parse(const char *text, size_t length, int64_t *nanoseconds) {
  size_t at = 0;
  int64_t whole = 0;
  while (at < length && isdigit((unsigned char)text[at])) {
    if (whole > 1000000000000)
      return -1;
    whole = whole * 10 + (text[at++] - '0');
  }
  if (at == 0)
    return -1;
  int64_t fraction = 0;
  int64_t scale = 1;
  if (at < length && text[at] == '.') {
    size_t first = ++at;
    for (; at < length && isdigit((unsigned char)text[at]); at++)
      if (scale < 1000000000) {
        fraction = fraction * 10 + (text[at] - '0');
        scale *= 10;
      }
    if (at == first)
      return -1;
  }
  if (at == length && whole == 0 && fraction == 0) {
    *nanoseconds = 0;
    return 0;
  }
  int64_t unit = unit_find(text + at, length - at);
  if (unit == 0 || whole > INT64_MAX / unit / 2)
    return -1;
  /* The fraction in nanoseconds, computed so that the product stays below 2^63 for every unit. */
  int64_t part = scale > unit ? fraction / (scale / unit) : fraction * (unit / scale);
  *nanoseconds = whole * unit + part;
  return 0;
}

void duration_append(struct bytes *bytes, int64_t nanoseconds) {
  size_t i = sizeof units / sizeof *units - 1;
  while (i > 0 && nanoseconds < units[i].nanoseconds)
    i--;
  if (nanoseconds % units[i].nanoseconds == 0) {
    bytes_append_number(bytes, nanoseconds / units[i].nanoseconds);
  } else {
    /* Three decimals at most, without trailing zeros. */
    int64_t unit = units[i].nanoseconds;
    int64_t thousandths = nanoseconds % unit / (unit >= 1000 ? unit / 1000 : 1);
    bytes_append_number(bytes, nanoseconds / unit);
    if (thousandths > 0) {
      bytes_append_format(bytes, ".%03lld", (long long)thousandths);
      while (!bytes->failed && bytes->data[bytes->length - 1] == '0')
        bytes->length--;
    }
  }
  bytes_append_text(bytes, units[i].name);
}
