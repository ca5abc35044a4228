/* What TCP's options hold. See option_type.h. This file alone includes <linux/tcp.h>, which knows more than
 * <netinet/tcp.h> and cannot stand beside it. */
#include "socket/option_type.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/tcp.h>

#include "socket/word.h"

/* The fields of a struct tcp_info that are shown, with their units. The kernel may give fewer bytes than
 * these headers know, or more. */
static const struct field {
  const char *name;
  size_t offset;
  size_t size; /* 1, 4 or 8 bytes */
  const char *unit;
} fields[] = {
#define FIELD(name, unit)                                                                                  \
  { #name, offsetof(struct tcp_info, tcpi_##name), sizeof((struct tcp_info *)0)->tcpi_##name, unit }
    FIELD(retransmits, ""),
    FIELD(probes, ""),
    FIELD(backoff, ""),
    FIELD(rto, "us"),
    FIELD(rtt, "us"),
    FIELD(rttvar, "us"),
    FIELD(min_rtt, "us"),
    FIELD(ato, "us"),
    FIELD(snd_mss, ""),
    FIELD(rcv_mss, ""),
    FIELD(advmss, ""),
    FIELD(pmtu, ""),
    FIELD(unacked, ""),
    FIELD(sacked, ""),
    FIELD(lost, ""),
    FIELD(retrans, ""),
    FIELD(total_retrans, ""),
    FIELD(snd_cwnd, ""),
    FIELD(snd_ssthresh, ""),
    FIELD(rcv_ssthresh, ""),
    FIELD(rcv_space, ""),
    FIELD(snd_wnd, ""),
    FIELD(bytes_sent, ""),
    FIELD(bytes_acked, ""),
    FIELD(bytes_received, ""),
    FIELD(bytes_retrans, ""),
    FIELD(notsent_bytes, ""),
    FIELD(segs_out, ""),
    FIELD(segs_in, ""),
    FIELD(last_data_sent, "ms"),
    FIELD(last_data_recv, "ms"),
    FIELD(last_ack_recv, "ms"),
    FIELD(delivery_rate, "B/s"),
    FIELD(pacing_rate, "B/s"),
#undef FIELD
};

static unsigned long long field_value(const unsigned char *from, const struct field *field) {
  uint32_t small;
  uint64_t large;
  switch (field->size) {
  case sizeof small:
    memcpy(&small, from + field->offset, sizeof small);
    return small;
  case sizeof large:
    memcpy(&large, from + field->offset, sizeof large);
    return large;
  default:
    return from[field->offset];
  }
}

static void append_field(const unsigned char *from, const struct field *field, struct bytes *text) {
  unsigned long long value = field_value(from, field);
  bytes_append_format(text, ", %s=", field->name);
  /* An unlimited rate, and a slow start threshold that was never reached, are all ones. */
  if ((field->size == 8 && value == UINT64_MAX) ||
      (field->offset == offsetof(struct tcp_info, tcpi_snd_ssthresh) && value >= 0x7fffffff))
    bytes_append_text(text, "unlimited");
  else
    bytes_append_format(text, "%llu%s", value, field->unit);
}

static void append_negotiated(unsigned char options, struct bytes *text) {
  static const struct {
    unsigned char bit;
    const char *name;
  } names[] = {{TCPI_OPT_TIMESTAMPS, "timestamps"},
               {TCPI_OPT_SACK, "sack"},
               {TCPI_OPT_WSCALE, "wscale"},
               {TCPI_OPT_ECN, "ecn"},
               {16, "ecn_seen"},
               {32, "syn_data"}};
  const char *between = ", options=";
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (options & names[i].bit) {
      bytes_append_format(text, "%s%s", between, names[i].name);
      between = "|";
    }
}

static void format_tcp_info(const void *value, size_t length, struct bytes *text) {
  static const char *const avoidance[] = {"open", "disorder", "cwr", "recovery", "loss"};
  const unsigned char *from = value;
  bytes_append_char(text, '{');
  if (length > offsetof(struct tcp_info, tcpi_state)) {
    bytes_append_text(text, "state=");
    constant_append(&constant_states, from[offsetof(struct tcp_info, tcpi_state)], text);
  }
  if (length > offsetof(struct tcp_info, tcpi_ca_state)) {
    unsigned char state = from[offsetof(struct tcp_info, tcpi_ca_state)];
    if (state < sizeof avoidance / sizeof *avoidance)
      bytes_append_format(text, ", ca_state=%s", avoidance[state]);
    else
      bytes_append_format(text, ", ca_state=%u", state);
  }
  if (length > offsetof(struct tcp_info, tcpi_options))
    append_negotiated(from[offsetof(struct tcp_info, tcpi_options)], text);
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    if (fields[i].offset + fields[i].size <= length)
      append_field(from, &fields[i], text);
  bytes_append_char(text, '}');
}

/* More than any kernel has today, so that none of it is cut off. */
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

/* The key itself is not shown: what is printed is often passed on. */
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
                                                  .size = sizeof(struct tcp_md5sig),
                                                  .minimum = 1,
                                                  .maximum = 2,
                                                  .parse = parse_signature,
                                                  .format = format_signature};

/* Asked with zeros in it, this tells how many bytes wait. Its first fields are the same in all versions. */
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
