/* Socket options and the kernel: what can be read is read and formatted, and what every type makes
 * of its words is taken and given back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/filter.h>

#include "option/option.h"
#include "system/network.h"

static const struct option *find(int level, const char *text) {
  struct error error = {0};
  const struct option *option = option_find(level, text, strlen(text), &error);
  if (!option)
    fail_msg("%s: %s", text, error.message);
  return option;
}

/* Sockets to ask: a connected one of every common kind. */

enum kind { TCP4, UDP4, TCP6, UDP6, UNIX, ICMP4, ICMP6, KINDS };

struct sockets {
  int socket[KINDS]; /* -1 where this system or user cannot have one */
  int peer[KINDS];   /* -1 or the other end */
};

static int connect_stream(int family, struct sockaddr *address, socklen_t length, int *peer) {
  int listener = socket(family, SOCK_STREAM, 0);
  int client = socket(family, SOCK_STREAM, 0);
  *peer = -1;
  if (bind(listener, address, length) == 0 && listen(listener, 1) == 0 &&
      getsockname(listener, address, &length) == 0 && connect(client, address, length) == 0)
    *peer = accept(listener, NULL, NULL);
  close(listener);
  if (*peer < 0) {
    close(client);
    return -1;
  }
  return client;
}

static int sockets_open(void **state) {
  static struct sockets all;
  struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  int pair[2];
  for (size_t kind = 0; kind < KINDS; kind++)
    all.peer[kind] = -1;
  all.socket[TCP4] =
      connect_stream(AF_INET, (struct sockaddr *)&ipv4, sizeof ipv4, &all.peer[TCP4]);
  all.socket[TCP6] =
      connect_stream(AF_INET6, (struct sockaddr *)&ipv6, sizeof ipv6, &all.peer[TCP6]);
  all.socket[UDP4] = socket(AF_INET, SOCK_DGRAM, 0);
  ipv4.sin_port = htons(9);
  if (connect(all.socket[UDP4], (struct sockaddr *)&ipv4, sizeof ipv4) < 0) {
    close(all.socket[UDP4]);
    all.socket[UDP4] = -1;
  }
  all.socket[UDP6] = socket(AF_INET6, SOCK_DGRAM, 0);
  ipv6.sin6_port = htons(9);
  if (all.socket[UDP6] >= 0 &&
      connect(all.socket[UDP6], (struct sockaddr *)&ipv6, sizeof ipv6) < 0) {
    close(all.socket[UDP6]);
    all.socket[UDP6] = -1;
  }
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  all.socket[UNIX] = pair[0];
  all.peer[UNIX] = pair[1];
  all.socket[ICMP4] = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
  all.socket[ICMP6] = socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
  *state = &all;
  return 0;
}

static int sockets_close(void **state) {
  struct sockets *all = *state;
  for (size_t kind = 0; kind < KINDS; kind++) {
    if (all->socket[kind] >= 0)
      close(all->socket[kind]);
    if (all->peer[kind] >= 0)
      close(all->peer[kind]);
  }
  return 0;
}

/* Formats a value that ends where its memory ends, so that the sanitizer sees a byte too far; and
 * each shorter one, as another kernel might give it. */
static void format_checked(const struct option_type *type, const void *value, size_t length) {
  for (size_t used = 0; used <= length; used = used < 300 ? used + 1 : used * 2) {
    char *exact = malloc(used ? used : 1);
    assert_non_null(exact);
    memcpy(exact, value, used);
    struct bytes text = {0};
    type->format(exact, used, &text);
    assert_true(text.length >= 2 && text.length < 8 * length + 2000);
    long long number;
    if (type->number)
      type->number(exact, used, &number);
    bytes_free(&text);
    free(exact);
  }
}

/* Options that exist only in newer kernels, with a privilege, a module or a mode. */
static bool may_be_unreadable(const struct option *option) {
  static const char *const names[] = {
      "SO_PEERSEC",          "SO_PASSPIDFD",         "SO_INQ",         "SO_PEERPIDFD",
      "SO_RCVPRIORITY",      "SO_PASSRIGHTS",        "SO_RCVMARK",     "SO_TXREHASH",
      "SO_RESERVE_MEM",      "TCP_REPAIR_QUEUE",     "TCP_QUEUE_SEQ",  "TCP_REPAIR_WINDOW",
      "IP_LOCAL_PORT_RANGE", "TCP_ZEROCOPY_RECEIVE", "TCP_RTO_MAX_MS", "TCP_RTO_MIN_US",
      "TCP_DELACK_MAX_US",   "TCP_IS_MPTCP",         "IP_PROTOCOL",    "SO_BUSY_POLL",
      "SO_PREFER_BUSY_POLL", "ICMP_FILTER",          "ICMPV6_FILTER",  "IPV6_HDRINCL",
      "IPV6_CHECKSUM",       "IPV6_ROUTER_ALERT",    "MPTCP_INFO",     "MPTCP_TCPINFO",
      "MPTCP_SUBFLOW_ADDRS",
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(option->name, names[i]) == 0)
      return true;
  return false;
}

static bool read_and_format(int descriptor, const struct option *option) {
  socklen_t length = (socklen_t)option->type->size;
  char *value = calloc(1, length);
  assert_non_null(value);
  bool read = getsockopt(descriptor, option->level, option->number, value, &length) == 0;
  if (read) {
    assert_true(length <= option->type->size);
    format_checked(option->type, value, length);
    if (strcmp(option->name, "SO_PEERPIDFD") == 0) {
      int process;
      memcpy(&process, value, sizeof process);
      close(process);
    }
  }
  free(value);
  return read;
}

static void readable_options_are_read(void **state) {
  const struct sockets *all = *state;
  for (const struct option *option = option_table; option->name; option++) {
    if (!(option->access & OPTION_READ))
      continue;
    bool read = false;
    for (size_t kind = 0; kind < KINDS; kind++)
      if (all->socket[kind] >= 0 && read_and_format(all->socket[kind], option))
        read = true;
    bool ipv6 = option->level == IPPROTO_IPV6 && all->socket[TCP6] < 0;
    if (!read && !ipv6 && !may_be_unreadable(option))
      fail_msg("%s cannot be read", option->name);
  }
}

/* The length that the kernel gives back is what it has written: whatever was in the buffer before
 * is not in the value. */
static void values_are_written(void **state) {
  const struct sockets *all = *state;
  for (const struct option *option = option_table; option->name; option++)
    for (size_t kind = 0; kind < KINDS; kind++) {
      socklen_t size = (socklen_t)option->type->size;
      socklen_t lengths[2] = {size, size};
      unsigned char *values[2] = {malloc(size), malloc(size)};
      bool read = option->access & OPTION_READ && !option->consumes && all->socket[kind] >= 0;
      assert_true(values[0] && values[1]);
      memset(values[0], 0xA5, size);
      memset(values[1], 0x5A, size);
      for (size_t i = 0; i < 2; i++)
        read = read && getsockopt(all->socket[kind], option->level, option->number, values[i],
                                  &lengths[i]) == 0;
      for (size_t i = 0; read && i < lengths[0] && i < lengths[1]; i++)
        if (values[0][i] == 0xA5 && values[1][i] == 0x5A)
          fail_msg("%s: byte %zu was not written", option->name, i);
      free(values[0]);
      free(values[1]);
    }
}

/* Words. */

enum { WORDS = 3 };

static size_t words_split(const char *text, struct option_word *words) {
  size_t count = 0;
  for (const char *at = text; *at;) {
    size_t length = strcspn(at, " ");
    assert_true(count < WORDS);
    words[count++] = (struct option_word){at, length, NETWORK_OWN};
    at += length + strspn(at + length, " ");
  }
  return count;
}

static void sets(int descriptor, const char *name, const char *text, const char *expected) {
  struct option_word words[WORDS];
  size_t count = words_split(text, words);
  const struct option *option = find(-1, name);
  struct bytes value = {0};
  struct error error = {0};
  assert_true(count >= option->type->minimum && count <= option->type->maximum);
  if (option->type->parse(words, count, &value, &error) < 0)
    fail_msg("%s %s: %s", name, text, error.message);
  format_checked(option->type, value.data, value.length);
  int result =
      setsockopt(descriptor, option->level, option->number, value.data, (socklen_t)value.length);
  bytes_free(&value);
  if (result < 0) {
    /* An older kernel, or an ordinary user: that is not what is tested here. */
    if (errno == EPERM || errno == ENOPROTOOPT || errno == EOPNOTSUPP)
      print_message("%s: %s\n", name, strerror(errno));
    else
      fail_msg("%s %s: %s", name, text, strerror(errno));
    return;
  }
  if (!expected)
    return;
  socklen_t length = (socklen_t)option->type->size;
  char *read = calloc(1, length);
  assert_int_equal(getsockopt(descriptor, option->level, option->number, read, &length), 0);
  struct bytes shown = {0};
  option->type->format(read, length, &shown);
  assert_string_equal(bytes_text(&shown), expected);
  bytes_free(&shown);
  free(read);
}

static void numbers_reach_the_kernel(void **state) {
  (void)state;
  int tcp = socket(AF_INET, SOCK_STREAM, 0);
  int udp = socket(AF_INET, SOCK_DGRAM, 0);
  sets(tcp, "SO_REUSEADDR", "on", "[1]");
  sets(tcp, "SO_REUSEADDR", "OFF", "[0]");
  sets(tcp, "SO_REUSEADDR", "1", "[1]");
  sets(tcp, "IP_TTL", "42", "[42]");
  sets(tcp, "IP_TTL", "-1", NULL);
  sets(tcp, "SO_RCVLOWAT", "4K", "[4096]");
  sets(tcp, "TCP_KEEPIDLE", "60", "[60]");
  sets(tcp, "TCP_KEEPIDLE", "2m", "[120]");
  sets(tcp, "TCP_USER_TIMEOUT", "1.5s", "[1500]");
  sets(tcp, "TCP_TX_DELAY", "50us", "[50]");
  sets(tcp, "TCP_NOTSENT_LOWAT", "16384", "[16384]");
  sets(tcp, "SO_MAX_PACING_RATE", "1M", "[1048576]");
  sets(tcp, "SO_MAX_PACING_RATE", "unlimited", "[18446744073709551615]");
  sets(tcp, "IP_LOCAL_PORT_RANGE", "40000 40010", "{first=40000, last=40010}");
  sets(tcp, "IP_LOCAL_PORT_RANGE", "off", "{first=0, last=0}");
  sets(udp, "IP_UNICAST_IF", "lo", "[htonl(1)]");
  sets(udp, "UDP_SEGMENT", "1000", "[1000]");
  sets(udp, "IP_MULTICAST_TTL", "7", "[7]");
  sets(tcp, "TCP_CONGESTION", "reno", "\"reno\"");
  sets(udp, "SO_BINDTOIFINDEX", "lo", "[1]");
  sets(tcp, "SO_BINDTODEVICE", "lo", "\"lo\"");
  close(tcp);
  close(udp);
}

static void symbols_reach_the_kernel(void **state) {
  (void)state;
  int udp = socket(AF_INET, SOCK_DGRAM, 0);
  int udp6 = socket(AF_INET6, SOCK_DGRAM, 0);
  sets(udp, "IP_MTU_DISCOVER", "do", "[IP_PMTUDISC_DO]");
  sets(udp, "IP_MTU_DISCOVER", "ip_pmtudisc_probe", "[IP_PMTUDISC_PROBE]");
  sets(udp, "SO_TIMESTAMPING", "rx_software|software",
       "[SOF_TIMESTAMPING_RX_SOFTWARE|SOF_TIMESTAMPING_SOFTWARE]");
  sets(udp, "SO_BUF_LOCK", "rcvbuf_lock", "[SOCK_RCVBUF_LOCK]");
  sets(udp, "UDP_ENCAP", "espinudp", NULL);
  sets(udp, "SO_TXTIME", "tai report_errors",
       "{clockid=CLOCK_TAI, flags=SOF_TXTIME_REPORT_ERRORS}");
  if (udp6 >= 0) {
    sets(udp6, "IPV6_MTU_DISCOVER", "want", "[IPV6_PMTUDISC_WANT]");
    sets(udp6, "IPV6_ADDR_PREFERENCES", "tmp", NULL);
    sets(udp6, "IPV6_PKTINFO", "::1 lo", NULL);
    sets(udp6, "IPV6_MULTICAST_IF", "lo", "[1]");
    close(udp6);
  }
  close(udp);
}

static void structures_reach_the_kernel(void **state) {
  (void)state;
  int tcp = socket(AF_INET, SOCK_STREAM, 0);
  sets(tcp, "SO_RCVTIMEO", "1.5s", "{tv_sec=1, tv_usec=500000}");
  sets(tcp, "SO_RCVTIMEO", "off", "{tv_sec=0, tv_usec=0}");
  sets(tcp, "SO_SNDTIMEO", "2m", "{tv_sec=120, tv_usec=0}");
  sets(tcp, "SO_LINGER", "on 5s", "{l_onoff=1, l_linger=5}");
  sets(tcp, "SO_LINGER", "on 0", "{l_onoff=1, l_linger=0}");
  sets(tcp, "SO_LINGER", "off", NULL);
  sets(tcp, "TCP_MD5SIG", "127.0.0.1 secret", NULL);
  sets(tcp, "TCP_MD5SIG", "127.0.0.1", NULL);
  close(tcp);
}

static void groups_reach_the_kernel(void **state) {
  (void)state;
  int udp = socket(AF_INET, SOCK_DGRAM, 0);
  int udp6 = socket(AF_INET6, SOCK_DGRAM, 0);
  sets(udp, "IP_ADD_MEMBERSHIP", "239.1.2.3 127.0.0.1", NULL);
  sets(udp, "IP_DROP_MEMBERSHIP", "239.1.2.3 127.0.0.1", NULL);
  sets(udp, "IP_ADD_MEMBERSHIP", "239.1.2.3 lo", NULL);
  sets(udp, "IP_BLOCK_SOURCE", "239.1.2.3 10.1.2.3 127.0.0.1", NULL);
  sets(udp, "IP_DROP_MEMBERSHIP", "239.1.2.3 0.0.0.0 1", NULL);
  sets(udp, "IP_ADD_SOURCE_MEMBERSHIP", "239.1.2.4 10.1.2.3 127.0.0.1", NULL);
  sets(udp, "IP_MULTICAST_IF", "127.0.0.1", "[127.0.0.1]");
  sets(udp, "IP_MULTICAST_IF", "lo", "[0.0.0.0]");
  if (udp6 >= 0) {
    sets(udp6, "IPV6_ADD_MEMBERSHIP", "ff02::1234 lo", NULL);
    sets(udp6, "IPV6_LEAVE_GROUP", "ff02::1234 1", NULL);
    close(udp6);
  }
  close(udp);
}

/* The MCAST_ options have the same name at both levels, so they are found with one. */
static void group_requests(void **state) {
  (void)state;
  static const struct {
    int level;
    const char *name;
    const char *words;
    const char *shown;
  } cases[] = {
      {IPPROTO_IP, "MCAST_JOIN_GROUP", "239.1.2.5 lo", "{ifindex=1, group=239.1.2.5}"},
      {IPPROTO_IP, "MCAST_LEAVE_GROUP", "239.1.2.5 lo", "{ifindex=1, group=239.1.2.5}"},
      {IPPROTO_IP, "MCAST_JOIN_SOURCE_GROUP", "239.1.2.6 10.1.2.3 lo",
       "{ifindex=1, group=239.1.2.6, source=10.1.2.3}"},
      {IPPROTO_IPV6, "MCAST_JOIN_GROUP", "ff02::1235 lo", "{ifindex=1, group=ff02::1235}"},
      {IPPROTO_IPV6, "MCAST_LEAVE_GROUP", "ff02::1235 lo", "{ifindex=1, group=ff02::1235}"},
  };
  int descriptors[2] = {socket(AF_INET, SOCK_DGRAM, 0), socket(AF_INET6, SOCK_DGRAM, 0)};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int descriptor = descriptors[cases[i].level == IPPROTO_IPV6];
    const struct option *option = find(cases[i].level, cases[i].name);
    struct option_word words[WORDS];
    struct bytes value = {0};
    struct bytes text = {0};
    struct error error = {0};
    assert_int_equal(option->type->parse(words, words_split(cases[i].words, words), &value, &error),
                     0);
    option->type->format(value.data, value.length, &text);
    assert_string_equal(bytes_text(&text), cases[i].shown);
    if (descriptor >= 0 && setsockopt(descriptor, option->level, option->number, value.data,
                                      (socklen_t)value.length) < 0)
      fail_msg("%s %s: %s", cases[i].name, cases[i].words, strerror(errno));
    bytes_free(&value);
    bytes_free(&text);
  }
  close(descriptors[0]);
  if (descriptors[1] >= 0)
    close(descriptors[1]);
}

static void filters_are_pointed_to(void **state) {
  (void)state;
  const struct option *option = find(-1, "attach_filter");
  assert_true(option->type->pointer);
  assert_null(option->type->parse);
  assert_int_equal(option->access, OPTION_WRITE);
  struct sock_filter instructions[] = {BPF_STMT(BPF_RET | BPF_K, 0xffff)};
  struct bytes text = {0};
  option->type->format(instructions, sizeof instructions, &text);
  assert_string_equal(bytes_text(&text), "{len=1, filter=hex:06000000ffff0000}");
  bytes_free(&text);
  int udp = socket(AF_INET, SOCK_DGRAM, 0);
  struct sock_fprog program = {.len = 1, .filter = instructions};
  assert_int_equal(setsockopt(udp, option->level, option->number, &program, sizeof program), 0);
  close(udp);
}

int main(void) {
  network_start();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(readable_options_are_read, sockets_open, sockets_close),
      cmocka_unit_test_setup_teardown(values_are_written, sockets_open, sockets_close),
      cmocka_unit_test(numbers_reach_the_kernel),
      cmocka_unit_test(symbols_reach_the_kernel),
      cmocka_unit_test(structures_reach_the_kernel),
      cmocka_unit_test(groups_reach_the_kernel),
      cmocka_unit_test(group_requests),
      cmocka_unit_test(filters_are_pointed_to),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
