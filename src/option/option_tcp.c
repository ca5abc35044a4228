/* The values of TCP's options. See option_type.h. Only this file and tcp_info.c include
 * <linux/tcp.h>, which has more than <netinet/tcp.h> and conflicts with it. */
#include "option/option_type.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/tcp.h>

#include "language/word.h"
#include "option/tcp_info.h"

static void format_tcp_info(const void *value, size_t length, struct bytes *text) {
  const unsigned char *info = value;
  const char *between = "{";
  for (const struct tcp_info_field *field = tcp_info_fields; field->name; field++) {
    if ((size_t)field->offset + field->size > length)
      continue;
    bytes_append_format(text, "%s%s=", between, field->name);
    tcp_info_append(field, info, length, text);
    if (field->size > 1)
      bytes_append_text(text, field->unit);
    between = ", ";
  }
  bytes_append_text(text, *between == '{' ? "{}" : "}");
}

/* Larger than any kernel's today, so that nothing is cut off. */
const struct option_type option_type_tcp_info = {
    .name = "struct tcp_info", .values = "hex:BYTES", .size = 512, .format = format_tcp_info};

/* The key of RFC 2385 for the connections with one peer. */

static int parse_signature(const struct option_word *words, size_t count, struct bytes *value,
                           struct error *error) {
  struct tcp_md5sig signature;
  struct sockaddr_in ipv4 = {.sin_family = AF_INET};
  struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6};
  struct word_shown shown;
  memset(&signature, 0, sizeof signature);
  if (words[0].length > 0 && memchr(words[0].text, ':', words[0].length)) {
    if (option_read_ipv6(&words[0], &ipv6.sin6_addr, error) < 0)
      return -1;
    memcpy(&signature.tcpm_addr, &ipv6, sizeof ipv6);
  } else {
    if (option_read_ipv4(&words[0], &ipv4.sin_addr, error) < 0)
      return -1;
    memcpy(&signature.tcpm_addr, &ipv4, sizeof ipv4);
  }
  if (count > 1) {
    if (words[1].length > TCP_MD5SIG_MAXKEYLEN)
      return error_set(error, ERROR_USAGE, _("the key %s is longer than %d bytes"),
                       word_show(&shown, words[1].text, words[1].length), TCP_MD5SIG_MAXKEYLEN);
    if (words[1].length > 0)
      memcpy(signature.tcpm_key, words[1].text, words[1].length);
    signature.tcpm_keylen = (__u16)words[1].length;
  }
  return option_put(value, &signature, sizeof signature, error);
}

/* The key itself is not shown: output is often passed on. */
static void format_signature(const void *value, size_t length, struct bytes *text) {
  struct tcp_md5sig signature;
  struct sockaddr_in ipv4;
  struct sockaddr_in6 ipv6;
  if (option_take(value, length, &signature, sizeof signature) < 0) {
    option_format_raw(value, length, text);
    return;
  }
  memcpy(&ipv4, &signature.tcpm_addr, sizeof ipv4);
  memcpy(&ipv6, &signature.tcpm_addr, sizeof ipv6);
  bytes_append_text(text, "{addr=");
  if (ipv4.sin_family == AF_INET)
    option_append_ipv4(text, &ipv4.sin_addr);
  else
    option_append_ipv6(text, &ipv6.sin6_addr);
  bytes_append_format(text, ", keylen=%u}", signature.tcpm_keylen);
}

const struct option_type option_type_signature = {.name = "struct tcp_md5sig",
                                                  .values = "ADDRESS [KEY]",
                                                  .example = "127.0.0.1 KEY",
                                                  .size = sizeof(struct tcp_md5sig),
                                                  .minimum = 1,
                                                  .maximum = 2,
                                                  .parse = parse_signature,
                                                  .format = format_signature};

/* Requested with zeros in it, this returns how many bytes wait. Its first fields are the same in
 * all versions. */
static void format_zerocopy_receive(const void *value, size_t length, struct bytes *text) {
  struct {
    uint64_t address;
    uint32_t length;
    uint32_t recv_skip_hint;
    uint32_t inq;
    int32_t err;
  } receive;
  if (option_take(value, length, &receive, sizeof receive) < 0)
    option_format_raw(value, length, text);
  else
    bytes_append_format(text, "{address=%#llx, length=%u, recv_skip_hint=%u, inq=%u, err=%d}",
                        (unsigned long long)receive.address, receive.length, receive.recv_skip_hint,
                        receive.inq, receive.err);
}

const struct option_type option_type_zerocopy_receive = {.name = "struct tcp_zerocopy_receive",
                                                         .values = "hex:BYTES",
                                                         .size = 64,
                                                         .format = format_zerocopy_receive};
