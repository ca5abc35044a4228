/* Multicast requests as values of options. See option_type.h. */
#include "option/option_type.h"

#include <string.h>
#include <sys/socket.h>

#include "language/word.h"

/* IPv4 groups. */

static int parse_membership(const struct option_word *words, size_t count, struct bytes *value,
                            struct error *error) {
  struct ip_mreqn request = {0};
  uint32_t index = 0;
  size_t at = 0;
  if (option_read_ipv4(&words[at++], &request.imr_multiaddr, error) < 0)
    return -1;
  if (at < count && option_try_address(AF_INET, &words[at], &request.imr_address) == 0)
    at++;
  if (at < count && option_read_interface(&words[at++], &index, error) < 0)
    return -1;
  if (at < count) {
    struct word_shown shown;
    return error_set(error, ERROR_USAGE, _("nothing can follow the interface, but %s does"),
                     word_show(&shown, words[at].text, words[at].length));
  }
  request.imr_ifindex = (int)index;
  return option_put(value, &request, sizeof request, error);
}

static void format_membership(const void *value, size_t length, struct bytes *text) {
  struct ip_mreqn request;
  if (option_take(value, length, &request, sizeof request) < 0) {
    option_format_raw(value, length, text);
    return;
  }
  bytes_append_text(text, "{multiaddr=");
  option_append_ipv4(text, &request.imr_multiaddr);
  bytes_append_text(text, ", address=");
  option_append_ipv4(text, &request.imr_address);
  bytes_append_format(text, ", ifindex=%d}", request.imr_ifindex);
}

const struct option_type option_type_membership = {.name = "struct ip_mreqn",
                                                   .values = "GROUP [ADDRESS] [INTERFACE]",
                                                   .example = "239.1.1.1",
                                                   .interface = true,
                                                   .size = sizeof(struct ip_mreqn),
                                                   .minimum = 1,
                                                   .maximum = 3,
                                                   .parse = parse_membership,
                                                   .format = format_membership};

/* The kernel takes an address alone, or a whole struct ip_mreqn if the interface is given by index,
 * and always returns the address alone. */
static int parse_multicast_interface(const struct option_word *words, size_t count,
                                     struct bytes *value, struct error *error) {
  struct ip_mreqn request = {0};
  uint32_t index;
  (void)count;
  if (option_try_address(AF_INET, words, &request.imr_address) == 0)
    return option_put(value, &request.imr_address, sizeof request.imr_address, error);
  if (option_read_interface(words, &index, error) < 0)
    return -1;
  request.imr_ifindex = (int)index;
  return option_put(value, &request, sizeof request, error);
}

static void format_multicast_interface(const void *value, size_t length, struct bytes *text) {
  struct in_addr address;
  if (length != sizeof address) {
    format_membership(value, length, text);
    return;
  }
  memcpy(&address, value, sizeof address);
  bytes_append_char(text, '[');
  option_append_ipv4(text, &address);
  bytes_append_char(text, ']');
}

const struct option_type option_type_multicast_interface = {.name = "struct in_addr",
                                                            .values = "ADDRESS|INTERFACE",
                                                            .example = "127.0.0.1",
                                                            .interface = true,
                                                            .size = sizeof(struct in_addr),
                                                            .minimum = 1,
                                                            .maximum = 1,
                                                            .parse = parse_multicast_interface,
                                                            .format = format_multicast_interface};

static int parse_source_membership(const struct option_word *words, size_t count,
                                   struct bytes *value, struct error *error) {
  struct ip_mreq_source request = {0};
  if (option_read_ipv4(&words[0], &request.imr_multiaddr, error) < 0 ||
      option_read_ipv4(&words[1], &request.imr_sourceaddr, error) < 0)
    return -1;
  if (count > 2 && option_read_ipv4(&words[2], &request.imr_interface, error) < 0)
    return -1;
  return option_put(value, &request, sizeof request, error);
}

static void format_source_membership(const void *value, size_t length, struct bytes *text) {
  struct ip_mreq_source request;
  if (option_take(value, length, &request, sizeof request) < 0) {
    option_format_raw(value, length, text);
    return;
  }
  bytes_append_text(text, "{multiaddr=");
  option_append_ipv4(text, &request.imr_multiaddr);
  bytes_append_text(text, ", interface=");
  option_append_ipv4(text, &request.imr_interface);
  bytes_append_text(text, ", sourceaddr=");
  option_append_ipv4(text, &request.imr_sourceaddr);
  bytes_append_char(text, '}');
}

const struct option_type option_type_source_membership = {.name = "struct ip_mreq_source",
                                                          .values = "GROUP SOURCE [ADDRESS]",
                                                          .example = "232.1.1.1 127.0.0.1",
                                                          .size = sizeof(struct ip_mreq_source),
                                                          .minimum = 2,
                                                          .maximum = 3,
                                                          .parse = parse_source_membership,
                                                          .format = format_source_membership};

/* IPv6 groups. */

static int parse_membership6(const struct option_word *words, size_t count, struct bytes *value,
                             struct error *error) {
  struct ipv6_mreq request = {0};
  uint32_t index = 0;
  if (option_read_ipv6(&words[0], &request.ipv6mr_multiaddr, error) < 0)
    return -1;
  if (count > 1 && option_read_interface(&words[1], &index, error) < 0)
    return -1;
  request.ipv6mr_interface = index;
  return option_put(value, &request, sizeof request, error);
}

static void format_membership6(const void *value, size_t length, struct bytes *text) {
  struct ipv6_mreq request;
  if (option_take(value, length, &request, sizeof request) < 0) {
    option_format_raw(value, length, text);
    return;
  }
  bytes_append_text(text, "{multiaddr=");
  option_append_ipv6(text, &request.ipv6mr_multiaddr);
  bytes_append_format(text, ", ifindex=%u}", request.ipv6mr_interface);
}

const struct option_type option_type_membership6 = {.name = "struct ipv6_mreq",
                                                    .values = "GROUP [INTERFACE]",
                                                    .example = "ff15::1",
                                                    .interface = true,
                                                    .size = sizeof(struct ipv6_mreq),
                                                    .minimum = 1,
                                                    .maximum = 2,
                                                    .parse = parse_membership6,
                                                    .format = format_membership6};

/* Groups of either family. */

static int read_any(const struct option_word *word, struct sockaddr_storage *address,
                    struct error *error) {
  struct word_shown shown;
  struct sockaddr_in ipv4 = {.sin_family = AF_INET};
  struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6};
  memset(address, 0, sizeof *address);
  if (option_try_address(AF_INET, word, &ipv4.sin_addr) == 0)
    memcpy(address, &ipv4, sizeof ipv4);
  else if (option_try_address(AF_INET6, word, &ipv6.sin6_addr) == 0)
    memcpy(address, &ipv6, sizeof ipv6);
  else
    return error_set(error, ERROR_USAGE, _("%s is not an address such as 239.1.2.3 or ff02::1"),
                     word_show(&shown, word->text, word->length));
  return 0;
}

static void append_any(struct bytes *text, const struct sockaddr_storage *address) {
  struct sockaddr_in ipv4;
  struct sockaddr_in6 ipv6;
  memcpy(&ipv4, address, sizeof ipv4);
  memcpy(&ipv6, address, sizeof ipv6);
  if (address->ss_family == AF_INET)
    option_append_ipv4(text, &ipv4.sin_addr);
  else if (address->ss_family == AF_INET6)
    option_append_ipv6(text, &ipv6.sin6_addr);
  else
    constant_append(&constant_families, address->ss_family, text);
}

static int parse_group(const struct option_word *words, size_t count, struct bytes *value,
                       struct error *error) {
  struct group_req request;
  uint32_t index = 0;
  memset(&request, 0, sizeof request);
  if (read_any(&words[0], &request.gr_group, error) < 0)
    return -1;
  if (count > 1 && option_read_interface(&words[1], &index, error) < 0)
    return -1;
  request.gr_interface = index;
  return option_put(value, &request, sizeof request, error);
}

static void format_group(const void *value, size_t length, struct bytes *text) {
  struct group_req request;
  if (option_take(value, length, &request, sizeof request) < 0) {
    option_format_raw(value, length, text);
    return;
  }
  bytes_append_format(text, "{ifindex=%u, group=", request.gr_interface);
  append_any(text, &request.gr_group);
  bytes_append_char(text, '}');
}

const struct option_type option_type_group = {.name = "struct group_req",
                                              .values = "GROUP [INTERFACE]",
                                              .example = "239.1.1.1",
                                              .interface = true,
                                              .size = sizeof(struct group_req),
                                              .minimum = 1,
                                              .maximum = 2,
                                              .parse = parse_group,
                                              .format = format_group};

static int parse_group_source(const struct option_word *words, size_t count, struct bytes *value,
                              struct error *error) {
  struct group_source_req request;
  uint32_t index = 0;
  memset(&request, 0, sizeof request);
  if (read_any(&words[0], &request.gsr_group, error) < 0 ||
      read_any(&words[1], &request.gsr_source, error) < 0)
    return -1;
  if (count > 2 && option_read_interface(&words[2], &index, error) < 0)
    return -1;
  request.gsr_interface = index;
  return option_put(value, &request, sizeof request, error);
}

static void format_group_source(const void *value, size_t length, struct bytes *text) {
  struct group_source_req request;
  if (option_take(value, length, &request, sizeof request) < 0) {
    option_format_raw(value, length, text);
    return;
  }
  bytes_append_format(text, "{ifindex=%u, group=", request.gsr_interface);
  append_any(text, &request.gsr_group);
  bytes_append_text(text, ", source=");
  append_any(text, &request.gsr_source);
  bytes_append_char(text, '}');
}

const struct option_type option_type_group_source = {.name = "struct group_source_req",
                                                     .values = "GROUP SOURCE [INTERFACE]",
                                                     .example = "232.1.1.1 127.0.0.1",
                                                     .interface = true,
                                                     .size = sizeof(struct group_source_req),
                                                     .minimum = 2,
                                                     .maximum = 3,
                                                     .parse = parse_group_source,
                                                     .format = format_group_source};
