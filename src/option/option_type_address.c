/* Addresses in the values of options. See option_type.h. */
#include "option/option_type.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "language/word.h"

int option_try_address(int family, const struct option_word *word, void *address) {
  char copy[INET6_ADDRSTRLEN];
  if (word_copy(word->text, word->length, copy, sizeof copy) < 0)
    return -1;
  return inet_pton(family, copy, address) == 1 ? 0 : -1;
}

int option_read_ipv4(const struct option_word *word, struct in_addr *address, struct error *error) {
  struct word_shown shown;
  if (option_try_address(AF_INET, word, address) == 0)
    return 0;
  return error_set(error, ERROR_USAGE, _("%s is not an IPv4 address such as 239.1.2.3"),
                   word_show(&shown, word->text, word->length));
}

int option_read_ipv6(const struct option_word *word, struct in6_addr *address,
                     struct error *error) {
  struct word_shown shown;
  if (option_try_address(AF_INET6, word, address) == 0)
    return 0;
  return error_set(error, ERROR_USAGE, _("%s is not an IPv6 address such as ff02::1"),
                   word_show(&shown, word->text, word->length));
}

static void append_address(struct bytes *text, int family, const void *address) {
  char name[INET6_ADDRSTRLEN];
  bytes_append_text(text, inet_ntop(family, address, name, sizeof name) ? name : "?");
}

void option_append_ipv4(struct bytes *text, const struct in_addr *address) {
  append_address(text, AF_INET, address);
}

void option_append_ipv6(struct bytes *text, const struct in6_addr *address) {
  append_address(text, AF_INET6, address);
}
