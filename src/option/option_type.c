/* Numbers and texts as values of options. See option_type.h. */
#include "option/option_type.h"

#include <arpa/inet.h>
#include <limits.h>
#include <net/if.h>
#include <string.h>

#include "language/escape.h"
#include "language/number.h"
#include "language/word.h"
#include "system/network.h"

int option_put(struct bytes *value, const void *data, size_t size, struct error *error) {
  bytes_append(value, data, size);
  return value->failed ? error_set_memory(error) : 0;
}

int option_take(const void *value, size_t length, void *structure, size_t size) {
  if (length < size)
    return -1;
  memcpy(structure, value, size);
  return 0;
}

/* The raw form. */

void option_format_raw(const void *value, size_t length, struct bytes *text) {
  enum { SHOWN_BYTES = 64 };
  const unsigned char *byte = value;
  bytes_append_text(text, "hex:");
  for (size_t i = 0; i < length && i < SHOWN_BYTES; i++)
    bytes_append_format(text, "%02x", byte[i]);
  if (length > SHOWN_BYTES)
    bytes_append_text(text, "...");
}

const struct option_type option_type_raw = {
    .name = "void", .values = "hex:BYTES", .size = 1024, .format = option_format_raw};

/* The kernel returns no more bytes than the address has. */
const struct option_type option_type_peer_name = {
    .name = "struct sockaddr", .values = "hex:BYTES", .size = 16, .format = option_format_raw};

/* Whole numbers. */

int option_read_int(const struct option_word *word, long long smallest, long long largest,
                    long long *number, struct error *error) {
  struct word_shown shown;
  if (number_parse(word->text, word->length, number) < 0)
    return error_set(error, ERROR_USAGE, _("%s is not a whole number"),
                     word_show(&shown, word->text, word->length));
  if (*number < smallest || *number > largest)
    return error_set(error, ERROR_USAGE, _("%s is not between %lld and %lld"),
                     word_show(&shown, word->text, word->length), smallest, largest);
  return 0;
}

static int put_int(long long number, struct bytes *value, struct error *error) {
  int native = (int)number;
  return option_put(value, &native, sizeof native, error);
}

static int parse_int(const struct option_word *words, size_t count, struct bytes *value,
                     struct error *error) {
  (void)count;
  long long number;
  if (option_read_int(words, INT_MIN, INT_MAX, &number, error) < 0)
    return -1;
  return put_int(number, value, error);
}

int option_number_int(const void *value, size_t length, long long *number) {
  int native;
  switch (length) {
  case 1:
    *number = *(const unsigned char *)value;
    return 0;
  case sizeof native:
    memcpy(&native, value, sizeof native);
    *number = native;
    return 0;
  case sizeof *number:
    memcpy(number, value, sizeof *number);
    return 0;
  default:
    return -1;
  }
}

void option_format_int(const void *value, size_t length, struct bytes *text) {
  long long number;
  if (option_number_int(value, length, &number) < 0)
    option_format_raw(value, length, text);
  else
    bytes_append_format(text, "[%lld]", number);
}

const struct option_type option_type_int = {.name = "int",
                                            .values = "NUMBER",
                                            .example = "1",
                                            .size = sizeof(int),
                                            .minimum = 1,
                                            .maximum = 1,
                                            .parse = parse_int,
                                            .format = option_format_int,
                                            .number = option_number_int};

const struct option_type option_type_descriptor = {.name = "int",
                                                   .values = "DESCRIPTOR",
                                                   .example = "3",
                                                   .size = sizeof(int),
                                                   .minimum = 1,
                                                   .maximum = 1,
                                                   .parse = parse_int,
                                                   .format = option_format_int,
                                                   .number = option_number_int};

static int parse_bool(const struct option_word *words, size_t count, struct bytes *value,
                      struct error *error) {
  static const struct {
    const char *name;
    int value;
  } names[] = {{"on", 1}, {"off", 0}, {"yes", 1}, {"no", 0}, {"true", 1}, {"false", 0}};
  (void)count;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (word_is(words->text, words->length, names[i].name))
      return put_int(names[i].value, value, error);
  /* Some of these options give a meaning to numbers beyond 1. */
  long long number;
  if (number_parse(words->text, words->length, &number) == 0 && number >= INT_MIN &&
      number <= INT_MAX)
    return put_int(number, value, error);
  struct word_shown shown;
  return error_set(error, ERROR_USAGE, _("%s is neither on nor off"),
                   word_show(&shown, words->text, words->length));
}

const struct option_type option_type_bool = {.name = "int",
                                             .values = "on|off",
                                             .example = "on",
                                             .words = "on|off",
                                             .size = sizeof(int),
                                             .minimum = 1,
                                             .maximum = 1,
                                             .parse = parse_bool,
                                             .format = option_format_int,
                                             .number = option_number_int};

static int parse_size(const struct option_word *words, size_t count, struct bytes *value,
                      struct error *error) {
  (void)count;
  size_t size;
  if (size_parse(words->text, words->length, &size) == 0 && size <= INT_MAX)
    return put_int((long long)size, value, error);
  long long number;
  if (number_parse(words->text, words->length, &number) == 0 && number < 0 && number >= INT_MIN)
    return put_int(number, value, error);
  struct word_shown shown;
  return error_set(error, ERROR_USAGE, _("%s is not a size such as 4096 or 64K, below 2G"),
                   word_show(&shown, words->text, words->length));
}

const struct option_type option_type_size = {.name = "int",
                                             .values = "SIZE",
                                             .example = "1400",
                                             .size = sizeof(int),
                                             .minimum = 1,
                                             .maximum = 1,
                                             .parse = parse_size,
                                             .format = option_format_int,
                                             .number = option_number_int};

/* Times that the kernel takes as a number of some unit. */

int option_read_time(const struct option_word *word, int64_t unit, long long *number,
                     struct error *error) {
  int64_t nanoseconds;
  struct word_shown shown;
  if (number_parse(word->text, word->length, number) < 0) {
    if (duration_parse(word->text, word->length, &nanoseconds) < 0)
      return error_set(error, ERROR_USAGE, _("%s is not a time such as 2s or 1m"),
                       word_show(&shown, word->text, word->length));
    if (nanoseconds % unit != 0)
      return error_set(error, ERROR_USAGE,
                       _("%s is not a whole number of %s, as the kernel counts here"),
                       word_show(&shown, word->text, word->length),
                       unit == 1000      ? _("microseconds")
                       : unit == 1000000 ? _("milliseconds")
                                         : _("seconds"));
    *number = nanoseconds / unit;
  }
  if (*number < INT_MIN || *number > INT_MAX)
    return error_set(error, ERROR_USAGE, _("%s is more than fits into an int"),
                     word_show(&shown, word->text, word->length));
  return 0;
}

static int parse_time(const struct option_word *word, int64_t unit, struct bytes *value,
                      struct error *error) {
  long long number;
  if (option_read_time(word, unit, &number, error) < 0)
    return -1;
  return put_int(number, value, error);
}

static int parse_seconds(const struct option_word *words, size_t count, struct bytes *value,
                         struct error *error) {
  (void)count;
  return parse_time(words, 1000000000, value, error);
}

static int parse_milliseconds(const struct option_word *words, size_t count, struct bytes *value,
                              struct error *error) {
  (void)count;
  return parse_time(words, 1000000, value, error);
}

static int parse_microseconds(const struct option_word *words, size_t count, struct bytes *value,
                              struct error *error) {
  (void)count;
  return parse_time(words, 1000, value, error);
}

const struct option_type option_type_seconds = {.name = "int",
                                                .values = "SECONDS|DURATION",
                                                .example = "30s",
                                                .size = sizeof(int),
                                                .minimum = 1,
                                                .maximum = 1,
                                                .parse = parse_seconds,
                                                .format = option_format_int,
                                                .number = option_number_int};

const struct option_type option_type_milliseconds = {.name = "int",
                                                     .values = "MILLISECONDS|DURATION",
                                                     .example = "1500ms",
                                                     .size = sizeof(int),
                                                     .minimum = 1,
                                                     .maximum = 1,
                                                     .parse = parse_milliseconds,
                                                     .format = option_format_int,
                                                     .number = option_number_int};

const struct option_type option_type_microseconds = {.name = "int",
                                                     .values = "MICROSECONDS|DURATION",
                                                     .example = "50us",
                                                     .size = sizeof(int),
                                                     .minimum = 1,
                                                     .maximum = 1,
                                                     .parse = parse_microseconds,
                                                     .format = option_format_int,
                                                     .number = option_number_int};

/* Unsigned numbers of fixed width. */

static int parse_u32(const struct option_word *words, size_t count, struct bytes *value,
                     struct error *error) {
  (void)count;
  long long number;
  if (option_read_int(words, 0, UINT32_MAX, &number, error) < 0)
    return -1;
  uint32_t native = (uint32_t)number;
  return option_put(value, &native, sizeof native, error);
}

/* As an unsigned number, for limits that may be the largest one. */
static int parse_size_u32(const struct option_word *words, size_t count, struct bytes *value,
                          struct error *error) {
  (void)count;
  size_t size;
  uint32_t native = UINT32_MAX;
  struct word_shown shown;
  if (!word_is(words->text, words->length, "unlimited")) {
    if (size_parse(words->text, words->length, &size) < 0 || size > UINT32_MAX)
      return error_set(error, ERROR_USAGE,
                       _("%s is not a size such as 16384 or 16K, below 4G, nor unlimited"),
                       word_show(&shown, words->text, words->length));
    native = (uint32_t)size;
  }
  return option_put(value, &native, sizeof native, error);
}

static int number_unsigned(const void *value, size_t length, long long *number) {
  uint32_t native;
  if (length != sizeof native)
    return option_number_int(value, length, number);
  memcpy(&native, value, sizeof native);
  *number = native;
  return 0;
}

static void format_unsigned(const void *value, size_t length, struct bytes *text) {
  long long number;
  if (number_unsigned(value, length, &number) < 0)
    option_format_raw(value, length, text);
  else
    bytes_append_format(text, "[%llu]", (unsigned long long)number);
}

const struct option_type option_type_u32 = {.name = "uint32_t",
                                            .values = "NUMBER",
                                            .example = "1",
                                            .size = sizeof(uint32_t),
                                            .minimum = 1,
                                            .maximum = 1,
                                            .parse = parse_u32,
                                            .format = format_unsigned,
                                            .number = number_unsigned};

const struct option_type option_type_size_u32 = {.name = "uint32_t",
                                                 .values = "SIZE|unlimited",
                                                 .example = "64K",
                                                 .words = "unlimited",
                                                 .size = sizeof(uint32_t),
                                                 .minimum = 1,
                                                 .maximum = 1,
                                                 .parse = parse_size_u32,
                                                 .format = format_unsigned,
                                                 .number = number_unsigned};

const struct option_type option_type_u64 = {.name = "uint64_t",
                                            .values = "hex:BYTES",
                                            .size = sizeof(uint64_t),
                                            .format = format_unsigned,
                                            .number = number_unsigned};

static int parse_rate(const struct option_word *words, size_t count, struct bytes *value,
                      struct error *error) {
  (void)count;
  uint64_t rate = UINT64_MAX;
  if (!word_is(words->text, words->length, "unlimited")) {
    size_t size;
    struct word_shown shown;
    if (size_parse(words->text, words->length, &size) < 0)
      return error_set(
          error, ERROR_USAGE,
          _("%s is not a number of bytes in a second, such as 125000 or 1M, nor unlimited"),
          word_show(&shown, words->text, words->length));
    rate = size;
  }
  return option_put(value, &rate, sizeof rate, error);
}

const struct option_type option_type_rate = {.name = "uint64_t",
                                             .values = "SIZE|unlimited",
                                             .example = "1M",
                                             .words = "unlimited",
                                             .size = sizeof(uint64_t),
                                             .minimum = 1,
                                             .maximum = 1,
                                             .parse = parse_rate,
                                             .format = format_unsigned,
                                             .number = number_unsigned};

static int parse_port_range(const struct option_word *words, size_t count, struct bytes *value,
                            struct error *error) {
  uint32_t native = 0;
  if (count == 2) {
    long long first;
    long long last;
    if (option_read_int(&words[0], 0, 65535, &first, error) < 0 ||
        option_read_int(&words[1], 0, 65535, &last, error) < 0)
      return -1;
    native = (uint32_t)first | (uint32_t)last << 16;
  } else if (!word_is(words->text, words->length, "off")) {
    struct word_shown shown;
    return error_set(error, ERROR_USAGE, _("a last port is missing after %s"),
                     word_show(&shown, words->text, words->length));
  }
  return option_put(value, &native, sizeof native, error);
}

static void format_port_range(const void *value, size_t length, struct bytes *text) {
  uint32_t native;
  if (option_take(value, length, &native, sizeof native) < 0)
    option_format_raw(value, length, text);
  else
    bytes_append_format(text, "{first=%u, last=%u}", native & 0xffff, native >> 16);
}

const struct option_type option_type_port_range = {.name = "uint32_t",
                                                   .values = "FIRST LAST|off",
                                                   .example = "40000 50000",
                                                   .words = "off",
                                                   .size = sizeof(uint32_t),
                                                   .minimum = 1,
                                                   .maximum = 2,
                                                   .parse = parse_port_range,
                                                   .format = format_port_range};

/* Texts. */

static int parse_name(const struct option_word *words, size_t count, struct bytes *value,
                      struct error *error) {
  char name[16];
  (void)count;
  if (word_copy(words->text, words->length, name, sizeof name) < 0) {
    struct word_shown shown;
    return error_set(error, ERROR_USAGE, _("%s is no name: at most 15 bytes, none of them zero"),
                     word_show(&shown, words->text, words->length));
  }
  return option_put(value, name, words->length + 1, error);
}

/* The kernel pads the buffer with zeros, or counts the terminating zero in the length. */
static void format_text(const void *value, size_t length, struct bytes *text) {
  size_t used = length > 0 ? strnlen(value, length) : 0;
  escape_append_quoted(text, value, used, 256, ESCAPE_UTF8);
}

const struct option_type option_type_name = {.name = "char[16]",
                                             .values = "NAME",
                                             .example = "NAME",
                                             .size = 16,
                                             .minimum = 1,
                                             .maximum = 1,
                                             .parse = parse_name,
                                             .format = format_text};

const struct option_type option_type_label = {
    .name = "char[]", .values = "hex:BYTES", .size = 1024, .format = format_text};
