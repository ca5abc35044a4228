/* Interfaces, which the kernel takes by index. See option_type.h. */
#include "option/option_type.h"

#include <arpa/inet.h>
#include <limits.h>
#include <net/if.h>

#include "language/number.h"
#include "language/word.h"
#include "system/network.h"

int option_read_interface(const struct option_word *word, uint32_t *index, struct error *error) {
  char name[IF_NAMESIZE];
  long long number;
  struct word_shown shown;
  if (number_parse(word->text, word->length, &number) == 0) {
    if (option_read_int(word, 0, INT_MAX, &number, error) < 0)
      return -1;
    *index = (uint32_t)number;
    return 0;
  }
  *index = 0;
  if (word->network == NETWORK_UNKNOWN)
    return 0;
  if (word->length > 0 && word_copy(word->text, word->length, name, sizeof name) == 0)
    *index = network_interface_index(word->network, name);
  if (*index == 0)
    return error_set(error, ERROR_USAGE, _("no network interface is called %s"),
                     word_show(&shown, word->text, word->length));
  return 0;
}

static int parse_interface(const struct option_word *words, size_t count, struct bytes *value,
                           struct error *error) {
  (void)count;
  uint32_t index;
  if (option_read_interface(words, &index, error) < 0)
    return -1;
  return option_put(value, &index, sizeof index, error);
}

const struct option_type option_type_interface = {.name = "int",
                                                  .values = "INTERFACE",
                                                  .example = "lo",
                                                  .interface = true,
                                                  .size = sizeof(int),
                                                  .minimum = 1,
                                                  .maximum = 1,
                                                  .parse = parse_interface,
                                                  .format = option_format_int,
                                                  .number = option_number_int};

static int parse_interface_network(const struct option_word *words, size_t count,
                                   struct bytes *value, struct error *error) {
  (void)count;
  uint32_t index;
  if (option_read_interface(words, &index, error) < 0)
    return -1;
  index = htonl(index);
  return option_put(value, &index, sizeof index, error);
}

static int number_network(const void *value, size_t length, long long *number) {
  uint32_t native;
  if (option_take(value, length, &native, sizeof native) < 0)
    return -1;
  *number = ntohl(native);
  return 0;
}

static void format_network(const void *value, size_t length, struct bytes *text) {
  long long number;
  if (number_network(value, length, &number) < 0)
    option_format_raw(value, length, text);
  else
    bytes_append_format(text, "[htonl(%lld)]", number);
}

const struct option_type option_type_interface_network = {.name = "int",
                                                          .values = "INTERFACE",
                                                          .example = "lo",
                                                          .interface = true,
                                                          .size = sizeof(int),
                                                          .minimum = 1,
                                                          .maximum = 1,
                                                          .parse = parse_interface_network,
                                                          .format = format_network,
                                                          .number = number_network};
