/* Symbols as values of options: one type for each set of constants. See option_type.h. */
#include "option/option_type.h"

#include <string.h>

static int parse_symbol(const struct constant_set *set, const struct option_word *word,
                        struct bytes *value, struct error *error) {
  long number;
  if (constant_parse(set, word->text, word->length, &number, error) < 0)
    return -1;
  int native = (int)number;
  return option_put(value, &native, sizeof native, error);
}

/* Formats an int. SO_TIMESTAMPING returns a second one after it, which is shown unless it is 0. */
static void format_symbol(const struct constant_set *set, const void *value, size_t length,
                          struct bytes *text) {
  int numbers[2] = {0, 0};
  if (length < sizeof(int)) {
    option_format_int(value, length, text);
    return;
  }
  memcpy(numbers, value, length < sizeof numbers ? sizeof(int) : sizeof numbers);
  bytes_append_char(text, '[');
  constant_append(set, numbers[0], text);
  if (numbers[1] != 0)
    bytes_append_format(text, ", %d", numbers[1]);
  bytes_append_char(text, ']');
}

static int number_symbol(const void *value, size_t length, long long *number) {
  int native;
  if (option_take(value, length, &native, sizeof native) < 0)
    return option_number_int(value, length, number);
  *number = native;
  return 0;
}

/* Defines a type whose values are the names of one set: two functions that pass the set on, and the
 * type. */
#define SYMBOL_TYPE(type, set, words, bytes_to_ask)                                                \
  static int parse_##type(const struct option_word *word, size_t count, struct bytes *value,       \
                          struct error *error) {                                                   \
    (void)count;                                                                                   \
    return parse_symbol(&set, word, value, error);                                                 \
  }                                                                                                \
  static void format_##type(const void *value, size_t length, struct bytes *text) {                \
    format_symbol(&set, value, length, text);                                                      \
  }                                                                                                \
  const struct option_type option_type_##type = {.name = "int",                                    \
                                                 .values = words,                                  \
                                                 .symbols = &set,                                  \
                                                 .size = bytes_to_ask,                             \
                                                 .minimum = 1,                                     \
                                                 .maximum = 1,                                     \
                                                 .parse = parse_##type,                            \
                                                 .format = format_##type,                          \
                                                 .number = number_symbol}

SYMBOL_TYPE(family, constant_families, "FAMILY", sizeof(int));
SYMBOL_TYPE(socket_type, constant_types, "TYPE", sizeof(int));
SYMBOL_TYPE(protocol, constant_protocols, "PROTOCOL", sizeof(int));
SYMBOL_TYPE(error, constant_errors, "ERROR", sizeof(int));
SYMBOL_TYPE(path_mtu, constant_path_mtu, "want|dont|do|probe|interface|omit", sizeof(int));
SYMBOL_TYPE(path_mtu6, constant_path_mtu6, "want|dont|do|probe|interface|omit", sizeof(int));
SYMBOL_TYPE(timestamping, constant_timestamping, "FLAGS", 2 * sizeof(int));
SYMBOL_TYPE(buffer_locks, constant_buffer_locks, "0|sndbuf_lock|rcvbuf_lock", sizeof(int));
SYMBOL_TYPE(address_preferences, constant_address_preferences, "PREFERENCES", sizeof(int));
SYMBOL_TYPE(repair, constant_repair, "on|off|off_no_wp", sizeof(int));
SYMBOL_TYPE(repair_queue, constant_repair_queues, "no_queue|recv_queue|send_queue", sizeof(int));
SYMBOL_TYPE(encapsulation, constant_encapsulations, "ENCAPSULATION", sizeof(int));
