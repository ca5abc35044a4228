/* Structures as values of options. See option_type.h. */
#include "option/option_type.h"

#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>

#include <linux/filter.h>

#include "language/number.h"
#include "language/word.h"

/* Timeouts. */

static int parse_timeval(const struct option_word *words, size_t count, struct bytes *value,
                         struct error *error) {
  (void)count;
  int64_t nanoseconds = 0;
  struct word_shown shown;
  if (!word_is(words->text, words->length, "off")) {
    if (duration_parse(words->text, words->length, &nanoseconds) < 0)
      return error_set(error, ERROR_USAGE, _("%s is neither a time such as 500ms or 2s nor off"),
                       word_show(&shown, words->text, words->length));
    /* Rounded down to 0 microseconds it would mean to wait forever. */
    if (nanoseconds > 0 && nanoseconds < 1000)
      return error_set(error, ERROR_USAGE,
                       _("%s is less than a microsecond, the least that can be waited"),
                       word_show(&shown, words->text, words->length));
  }
  struct timeval time = {.tv_sec = (time_t)(nanoseconds / 1000000000),
                         .tv_usec = (suseconds_t)(nanoseconds % 1000000000 / 1000)};
  return option_put(value, &time, sizeof time, error);
}

static void format_timeval(const void *value, size_t length, struct bytes *text) {
  struct timeval time;
  if (option_take(value, length, &time, sizeof time) < 0)
    option_format_raw(value, length, text);
  else
    bytes_append_format(text, "{tv_sec=%lld, tv_usec=%lld}", (long long)time.tv_sec,
                        (long long)time.tv_usec);
}

const struct option_type option_type_timeval = {.name = "struct timeval",
                                                .values = "DURATION|off",
                                                .example = "5s",
                                                .words = "off",
                                                .size = sizeof(struct timeval),
                                                .minimum = 1,
                                                .maximum = 1,
                                                .parse = parse_timeval,
                                                .format = format_timeval};

static int parse_linger(const struct option_word *words, size_t count, struct bytes *value,
                        struct error *error) {
  struct linger linger = {0};
  struct word_shown shown;
  if (word_is(words[0].text, words[0].length, "on")) {
    if (count < 2)
      return error_set(error, ERROR_USAGE,
                       _("a time is missing after on, such as 5s, or 0 to reset"));
    long long seconds;
    if (option_read_time(&words[1], 1000000000, &seconds, error) < 0)
      return -1;
    linger = (struct linger){.l_onoff = 1, .l_linger = (int)seconds};
  } else if (!word_is(words[0].text, words[0].length, "off")) {
    return error_set(error, ERROR_USAGE, _("%s is neither on nor off"),
                     word_show(&shown, words[0].text, words[0].length));
  } else if (count > 1) {
    return error_set(error, ERROR_USAGE, _("off takes no time, but %s follows it"),
                     word_show(&shown, words[1].text, words[1].length));
  }
  return option_put(value, &linger, sizeof linger, error);
}

static void format_linger(const void *value, size_t length, struct bytes *text) {
  struct linger linger;
  if (option_take(value, length, &linger, sizeof linger) < 0)
    option_format_raw(value, length, text);
  else
    bytes_append_format(text, "{l_onoff=%d, l_linger=%d}", linger.l_onoff, linger.l_linger);
}

const struct option_type option_type_linger = {.name = "struct linger",
                                               .values = "on DURATION|off",
                                               .example = "on 5s",
                                               .words = "on|off",
                                               .size = sizeof(struct linger),
                                               .minimum = 1,
                                               .maximum = 2,
                                               .parse = parse_linger,
                                               .format = format_linger};

/* The peer's credentials. */

static void format_credentials(const void *value, size_t length, struct bytes *text) {
  struct ucred peer;
  if (option_take(value, length, &peer, sizeof peer) < 0)
    option_format_raw(value, length, text);
  else
    bytes_append_format(text, "{pid=%d, uid=%lld, gid=%lld}", peer.pid,
                        peer.uid == (uid_t)-1 ? -1 : (long long)peer.uid,
                        peer.gid == (gid_t)-1 ? -1 : (long long)peer.gid);
}

const struct option_type option_type_credentials = {.name = "struct ucred",
                                                    .values = "hex:BYTES",
                                                    .size = sizeof(struct ucred),
                                                    .format = format_credentials};

static void format_groups(const void *value, size_t length, struct bytes *text) {
  const char *from = value;
  bytes_append_char(text, '[');
  for (size_t at = 0; length - at >= sizeof(gid_t); at += sizeof(gid_t)) {
    gid_t group;
    memcpy(&group, from + at, sizeof group);
    bytes_append_format(text, "%s%u", at > 0 ? ", " : "", group);
  }
  bytes_append_char(text, ']');
}

/* Room for 1024 groups: if the peer has more, the kernel returns ERANGE. */
const struct option_type option_type_groups = {.name = "gid_t[]",
                                               .values = "hex:BYTES",
                                               .size = 1024 * sizeof(gid_t),
                                               .format = format_groups};

/* Appends {name=number, ...} for as many 32-bit numbers as there are. */
static void format_fields(const char *const *names, size_t count, const void *value, size_t length,
                          struct bytes *text) {
  const char *from = value;
  bytes_append_char(text, '{');
  for (size_t i = 0; i < count && (i + 1) * sizeof(uint32_t) <= length; i++) {
    uint32_t field;
    memcpy(&field, from + i * sizeof field, sizeof field);
    bytes_append_format(text, "%s%s=%u", i > 0 ? ", " : "", names[i], field);
  }
  bytes_append_char(text, '}');
}

static void format_memory(const void *value, size_t length, struct bytes *text) {
  static const char *const names[] = {"rmem_alloc",  "rcvbuf", "wmem_alloc", "sndbuf", "fwd_alloc",
                                      "wmem_queued", "optmem", "backlog",    "drops"};
  format_fields(names, sizeof names / sizeof *names, value, length, text);
}

const struct option_type option_type_memory = {.name = "uint32_t[9]",
                                               .values = "hex:BYTES",
                                               .size = 9 * sizeof(uint32_t),
                                               .format = format_memory};

static void format_repair_window(const void *value, size_t length, struct bytes *text) {
  static const char *const names[] = {"snd_wl1", "snd_wnd", "max_window", "rcv_wnd", "rcv_wup"};
  format_fields(names, sizeof names / sizeof *names, value, length, text);
}

const struct option_type option_type_repair_window = {.name = "struct tcp_repair_window",
                                                      .values = "hex:BYTES",
                                                      .size = 5 * sizeof(uint32_t),
                                                      .format = format_repair_window};

/* Transmit times. <linux/net_tstamp.h> has this structure since Linux 4.19. */

struct transmit_time {
  int32_t clock;
  uint32_t flags;
};

static int parse_transmit_time(const struct option_word *words, size_t count, struct bytes *value,
                               struct error *error) {
  long clock;
  long flags = 0;
  if (constant_parse(&constant_clocks, words[0].text, words[0].length, &clock, error) < 0)
    return -1;
  if (count > 1 &&
      constant_parse(&constant_transmit_flags, words[1].text, words[1].length, &flags, error) < 0)
    return -1;
  struct transmit_time time = {.clock = (int32_t)clock, .flags = (uint32_t)flags};
  return option_put(value, &time, sizeof time, error);
}

static void format_transmit_time(const void *value, size_t length, struct bytes *text) {
  struct transmit_time time;
  if (option_take(value, length, &time, sizeof time) < 0) {
    option_format_raw(value, length, text);
    return;
  }
  bytes_append_text(text, "{clockid=");
  constant_append(&constant_clocks, time.clock, text);
  bytes_append_text(text, ", flags=");
  constant_append(&constant_transmit_flags, (long)time.flags, text);
  bytes_append_char(text, '}');
}

const struct option_type option_type_transmit_time = {.name = "struct sock_txtime",
                                                      .values = "CLOCK [FLAGS]",
                                                      .example = "CLOCK_TAI",
                                                      .size = sizeof(struct transmit_time),
                                                      .minimum = 1,
                                                      .maximum = 2,
                                                      .parse = parse_transmit_time,
                                                      .format = format_transmit_time};

/* Filters: setsockopt(2) takes a struct sock_fprog that points to these instructions. */

static void format_filter(const void *value, size_t length, struct bytes *text) {
  bytes_append_format(text, "{len=%zu, filter=", length / sizeof(struct sock_filter));
  option_format_raw(value, length, text);
  bytes_append_char(text, '}');
}

const struct option_type option_type_filter = {.name = "struct sock_fprog",
                                               .values = "hex:BYTES",
                                               .example =
                                                   "hex:0600000000000400", /* takes everything */
                                               .size = 1024,
                                               .format = format_filter,
                                               .pointer = true};

/* IPv6. */

static int parse_packet_info6(const struct option_word *words, size_t count, struct bytes *value,
                              struct error *error) {
  struct in6_pktinfo info = {0};
  uint32_t index = 0;
  if (option_read_ipv6(&words[0], &info.ipi6_addr, error) < 0)
    return -1;
  if (count > 1 && option_read_interface(&words[1], &index, error) < 0)
    return -1;
  info.ipi6_ifindex = index;
  return option_put(value, &info, sizeof info, error);
}

static void format_packet_info6(const void *value, size_t length, struct bytes *text) {
  struct in6_pktinfo info;
  if (option_take(value, length, &info, sizeof info) < 0) {
    option_format_raw(value, length, text);
    return;
  }
  bytes_append_text(text, "{addr=");
  option_append_ipv6(text, &info.ipi6_addr);
  bytes_append_format(text, ", ifindex=%u}", info.ipi6_ifindex);
}

const struct option_type option_type_packet_info6 = {.name = "struct in6_pktinfo",
                                                     .values = "ADDRESS [INTERFACE]",
                                                     .example = "::1 lo",
                                                     .interface = true,
                                                     .size = sizeof(struct in6_pktinfo),
                                                     .minimum = 1,
                                                     .maximum = 2,
                                                     .parse = parse_packet_info6,
                                                     .format = format_packet_info6};

static int number_mtu_info6(const void *value, size_t length, long long *number) {
  struct ip6_mtuinfo info;
  if (option_take(value, length, &info, sizeof info) < 0)
    return -1;
  *number = info.ip6m_mtu;
  return 0;
}

static void format_mtu_info6(const void *value, size_t length, struct bytes *text) {
  struct ip6_mtuinfo info;
  if (option_take(value, length, &info, sizeof info) < 0) {
    option_format_raw(value, length, text);
    return;
  }
  bytes_append_text(text, "{addr=");
  option_append_ipv6(text, &info.ip6m_addr.sin6_addr);
  bytes_append_format(text, ", mtu=%u}", info.ip6m_mtu);
}

const struct option_type option_type_mtu_info6 = {.name = "struct ip6_mtuinfo",
                                                  .values = "hex:BYTES",
                                                  .size = sizeof(struct ip6_mtuinfo),
                                                  .format = format_mtu_info6,
                                                  .number = number_mtu_info6};
