#include "call/control.h"

#include <sys/time.h>
#include <time.h>

#include <linux/errqueue.h> /* needs struct timespec */
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "call/control_decode.h"
#include "language/escape.h"
#include "language/number.h"
#include "language/word.h"
#include "names/address.h"
#include "names/constant.h"
#include "option/option_type.h"

/* Constants that old headers lack. */
#ifndef SCM_PIDFD
#define SCM_PIDFD 4
#endif
#ifndef SCM_SECURITY
#define SCM_SECURITY 3
#endif
#ifndef TCP_CM_INQ
#define TCP_CM_INQ TCP_INQ
#endif
#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD 76
#endif
#ifndef SO_RCVMARK
#define SO_RCVMARK 75
#endif
#ifndef SO_RCVPRIORITY
#define SO_RCVPRIORITY 82
#endif
#ifndef SO_INQ
#define SO_INQ 84
#endif
#ifndef SCM_TS_OPT_ID
#define SCM_TS_OPT_ID 81
#endif
#ifndef IPV6_FLOWINFO
#define IPV6_FLOWINFO 11
#endif

static int read_int(const unsigned char *data, size_t length) {
  int number = 0;
  memcpy(&number, data, length < sizeof number ? length : sizeof number);
  return number;
}

static void append_int(const unsigned char *data, size_t length, struct bytes *bytes) {
  bytes_append_format(bytes, "[%d]", read_int(data, length));
}

static void append_numbers(const unsigned char *data, size_t length, struct bytes *bytes) {
  bytes_append_char(bytes, '[');
  for (size_t i = 0; i + sizeof(int) <= length; i += sizeof(int))
    bytes_append_format(bytes, i ? ", %d" : "%d", read_int(data + i, sizeof(int)));
  bytes_append_char(bytes, ']');
}

static void append_credentials(const unsigned char *data, size_t length, struct bytes *bytes) {
  struct ucred who = {0};
  memcpy(&who, data, length < sizeof who ? length : sizeof who);
  bytes_append_format(bytes, "{pid=%d, uid=%u, gid=%u}", (int)who.pid, who.uid, who.gid);
}

static void append_pktinfo(const unsigned char *data, size_t length, struct bytes *bytes) {
  struct in_pktinfo info = {0};
  memcpy(&info, data, length < sizeof info ? length : sizeof info);
  struct address address = {.length = sizeof(struct sockaddr_in)};
  address.inet = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = info.ipi_spec_dst};
  bytes_append_format(bytes, "{ifindex=%d, spec_dst=", info.ipi_ifindex);
  address_append_host(&address, bytes);
  bytes_append_text(bytes, ", addr=");
  address.inet.sin_addr = info.ipi_addr;
  address_append_host(&address, bytes);
  bytes_append_char(bytes, '}');
}

static void append_pktinfo6(const unsigned char *data, size_t length, struct bytes *bytes) {
  struct in6_pktinfo info = {0};
  memcpy(&info, data, length < sizeof info ? length : sizeof info);
  struct address address = {.length = sizeof(struct sockaddr_in6)};
  address.inet6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = info.ipi6_addr};
  bytes_append_text(bytes, "{addr=");
  address_append_host(&address, bytes);
  bytes_append_format(bytes, ", ifindex=%u}", info.ipi6_ifindex);
}

static void append_timeval(const unsigned char *data, size_t length, struct bytes *bytes) {
  struct timeval time = {0};
  memcpy(&time, data, length < sizeof time ? length : sizeof time);
  bytes_append_format(bytes, "{tv_sec=%lld, tv_usec=%ld}", (long long)time.tv_sec,
                      (long)time.tv_usec);
}

static void append_timespecs(const unsigned char *data, size_t length, struct bytes *bytes) {
  bool several = length > sizeof(struct timespec);
  if (several)
    bytes_append_char(bytes, '[');
  for (size_t i = 0; i + sizeof(struct timespec) <= length; i += sizeof(struct timespec)) {
    struct timespec time;
    memcpy(&time, data + i, sizeof time);
    bytes_append_format(bytes, "%s{tv_sec=%lld, tv_nsec=%ld}", i ? ", " : "",
                        (long long)time.tv_sec, time.tv_nsec);
  }
  if (several)
    bytes_append_char(bytes, ']');
}

static void append_address(const unsigned char *data, size_t length, struct bytes *bytes) {
  struct address address = {0};
  if (length > sizeof address.storage)
    length = sizeof address.storage;
  memcpy(&address.storage, data, length);
  address.length = (socklen_t)length;
  bytes_append_char(bytes, '{');
  address_append(&address, bytes);
  bytes_append_char(bytes, '}');
}

static void append_raw(const unsigned char *data, size_t length, struct bytes *bytes) {
  escape_append_quoted(bytes, data, length, 64, ESCAPE_ASCII);
}

/* Flow label and traffic class, in network byte order. */
static void append_flow(const unsigned char *data, size_t length, struct bytes *bytes) {
  uint32_t flow = 0;
  memcpy(&flow, data, length < sizeof flow ? length : sizeof flow);
  bytes_append_format(bytes, "[htonl(0x%x)]", ntohl(flow));
}

static void append_path_mtu(const unsigned char *data, size_t length, struct bytes *bytes) {
  option_type_mtu_info6.format(data, length, bytes);
}

static void append_segment(const unsigned char *data, size_t length, struct bytes *bytes) {
  uint16_t size = 0;
  if (length != sizeof size) {
    append_int(data, length, bytes);
    return;
  }
  memcpy(&size, data, sizeof size);
  bytes_append_format(bytes, "[%u]", size);
}

static void append_time(const unsigned char *data, size_t length, struct bytes *bytes) {
  uint64_t time = 0;
  memcpy(&time, data, length < sizeof time ? length : sizeof time);
  bytes_append_format(bytes, "[%llu]", (unsigned long long)time);
}

static int read_number(const struct option_word *word, struct bytes *data, struct error *error) {
  return option_type_int.parse(word, 1, data, error);
}

static int read_mark(const struct option_word *word, struct bytes *data, struct error *error) {
  long long number;
  if (option_read_int(word, 0, UINT32_MAX, &number, error) < 0)
    return -1;
  uint32_t mark = (uint32_t)number;
  return option_put(data, &mark, sizeof mark, error);
}

static int read_time(const struct option_word *word, struct bytes *data, struct error *error) {
  long long number;
  if (option_read_int(word, 0, INT64_MAX, &number, error) < 0)
    return -1;
  uint64_t time = (uint64_t)number;
  return option_put(data, &time, sizeof time, error);
}

static int read_segment(const struct option_word *word, struct bytes *data, struct error *error) {
  long long number;
  if (option_read_int(word, 0, UINT16_MAX, &number, error) < 0)
    return -1;
  uint16_t size = (uint16_t)number;
  return option_put(data, &size, sizeof size, error);
}

/* Splits ADDRESS[%INTERFACE]. `index` is the interface's number, or 0 if none is named. */
static int split_interface(const struct option_word *word, struct option_word *address,
                           uint32_t *index, struct error *error) {
  const char *percent = memchr(word->text, '%', word->length);
  *index = 0;
  *address = *word;
  if (!percent)
    return 0;
  address->length = (size_t)(percent - word->text);
  struct option_word interface = {percent + 1, word->length - address->length - 1, word->network};
  return option_read_interface(&interface, index, error);
}

static int read_pktinfo(const struct option_word *word, struct bytes *data, struct error *error) {
  struct in_pktinfo info = {0};
  struct option_word address;
  uint32_t index;
  if (split_interface(word, &address, &index, error) < 0)
    return -1;
  if (option_read_ipv4(&address, &info.ipi_spec_dst, error) < 0)
    return -1;
  info.ipi_ifindex = (int)index;
  return option_put(data, &info, sizeof info, error);
}

static int read_pktinfo6(const struct option_word *word, struct bytes *data, struct error *error) {
  struct in6_pktinfo info = {0};
  struct option_word address;
  uint32_t index;
  if (split_interface(word, &address, &index, error) < 0)
    return -1;
  if (option_read_ipv6(&address, &info.ipi6_addr, error) < 0)
    return -1;
  info.ipi6_ifindex = index;
  return option_put(data, &info, sizeof info, error);
}

static int read_credentials(const struct option_word *word, struct bytes *data,
                            struct error *error) {
  long long numbers[3];
  struct word_shown shown;
  const char *rest = word->text;
  size_t left = word->length;
  for (int i = 0; i < 3; i++) {
    const char *colon = i < 2 ? memchr(rest, ':', left) : NULL;
    size_t size = colon ? (size_t)(colon - rest) : left;
    if ((i < 2 && !colon) || number_parse(rest, size, &numbers[i]) < 0 || numbers[i] < 0 ||
        numbers[i] > UINT32_MAX)
      return error_set(error, ERROR_USAGE,
                       _("%s are no credentials: write PID:UID:GID, as 4711:1000:1000"),
                       word_show(&shown, word->text, word->length));
    rest += size + 1;
    left -= i < 2 ? size + 1 : 0;
  }
  struct ucred who = {(pid_t)numbers[0], (uid_t)numbers[1], (gid_t)numbers[2]};
  return option_put(data, &who, sizeof who, error);
}

#define ROW(level, type, append) level, type, level##_NAME, #type, append
#define SOL_SOCKET_NAME "SOL_SOCKET"
#define SOL_TCP_NAME "SOL_TCP"
#define SOL_UDP_NAME "SOL_UDP"
#define SOL_IP_NAME "SOL_IP"
#define SOL_IPV6_NAME "SOL_IPV6"
#define SOL_PACKET_NAME "SOL_PACKET"
#define SOL_NETLINK_NAME "SOL_NETLINK"

/* clang-format off */
const struct control_row control_rows[] = {
    {ROW(SOL_SOCKET, SCM_RIGHTS, append_numbers),
     .short_name = "rights", .values = "SOCKET", .read = NULL},
    {ROW(SOL_SOCKET, SCM_CREDENTIALS, append_credentials), .option = SO_PASSCRED,
     .short_name = "credentials", .values = "PID:UID:GID", .read = read_credentials},
    {ROW(SOL_SOCKET, SCM_SECURITY, append_raw), .option = SO_PASSSEC},
    {ROW(SOL_SOCKET, SCM_PIDFD, append_int), .option = SO_PASSPIDFD},
    {ROW(SOL_SOCKET, SO_TIMESTAMP, append_timeval), .option = SO_TIMESTAMP},
    {ROW(SOL_SOCKET, SO_TIMESTAMPNS, append_timespecs), .option = SO_TIMESTAMPNS},
    {ROW(SOL_SOCKET, SO_TIMESTAMPING, append_timespecs), .option = SO_TIMESTAMPING},
    {ROW(SOL_SOCKET, SO_TIMESTAMP_NEW, append_timeval), .option = 0},
    {ROW(SOL_SOCKET, SO_TIMESTAMPNS_NEW, append_timespecs), .option = 0},
    {ROW(SOL_SOCKET, SO_TIMESTAMPING_NEW, append_timespecs), .option = 0},
    {ROW(SOL_SOCKET, SCM_TIMESTAMPING_OPT_STATS, control_decode_statistics), .option = 0},
    {ROW(SOL_SOCKET, SCM_TIMESTAMPING_PKTINFO, control_decode_timestamp_packet), .option = 0},
    {ROW(SOL_SOCKET, SCM_TS_OPT_ID, append_int), .option = 0,
     .short_name = "ts_opt_id", .values = "NUMBER", .read = read_mark},
    {SOL_SOCKET, SO_WIFI_STATUS, SOL_SOCKET_NAME, "SCM_WIFI_STATUS", append_int,
     .option = SO_WIFI_STATUS},
    {SOL_SOCKET, SO_INQ, SOL_SOCKET_NAME, "SCM_INQ", append_int, .option = SO_INQ},
    {ROW(SOL_SOCKET, SO_RXQ_OVFL, append_int), .option = SO_RXQ_OVFL},
    {ROW(SOL_SOCKET, SO_MARK, append_int), .option = SO_RCVMARK,
     .short_name = "mark", .values = "NUMBER", .read = read_mark},
    {ROW(SOL_SOCKET, SO_PRIORITY, append_int), .option = SO_RCVPRIORITY,
     .short_name = "priority", .values = "NUMBER", .read = read_number},
    {SOL_SOCKET, SO_TXTIME, SOL_SOCKET_NAME, "SCM_TXTIME", append_time,
     .short_name = "txtime", .values = "NANOSECONDS", .read = read_time},
    {ROW(SOL_IP, IP_PKTINFO, append_pktinfo), .option = IP_PKTINFO,
     .short_name = "pktinfo", .values = "ADDRESS[%INTERFACE]", .read = read_pktinfo},
    {ROW(SOL_IP, IP_TTL, append_int), .option = IP_RECVTTL,
     .short_name = "ttl", .values = "NUMBER", .read = read_number},
    {ROW(SOL_IP, IP_TOS, append_int), .option = IP_RECVTOS,
     .short_name = "tos", .values = "NUMBER", .read = read_number},
    {ROW(SOL_IP, IP_RECVOPTS, control_decode_ip_options), .option = IP_RECVOPTS},
    {ROW(SOL_IP, IP_RETOPTS, control_decode_ip_options), .option = IP_RETOPTS},
    {ROW(SOL_IP, SCM_SECURITY, append_raw), .option = IP_PASSSEC},
    {ROW(SOL_IP, IP_RECVERR, control_decode_error), .option = IP_RECVERR},
    {SOL_IP, IP_RECVORIGDSTADDR, SOL_IP_NAME, "IP_ORIGDSTADDR", append_address,
     .option = IP_RECVORIGDSTADDR},
    {ROW(SOL_IP, IP_CHECKSUM, append_int), .option = IP_CHECKSUM},
    {ROW(SOL_IP, IP_RECVFRAGSIZE, append_int), .option = IP_RECVFRAGSIZE},
    {ROW(SOL_IPV6, IPV6_PKTINFO, append_pktinfo6), .option = IPV6_RECVPKTINFO,
     .short_name = "pktinfo", .values = "ADDRESS[%INTERFACE]", .read = read_pktinfo6},
    {ROW(SOL_IPV6, IPV6_HOPLIMIT, append_int), .option = IPV6_RECVHOPLIMIT,
     .short_name = "hoplimit", .values = "NUMBER", .read = read_number},
    {ROW(SOL_IPV6, IPV6_TCLASS, append_int), .option = IPV6_RECVTCLASS,
     .short_name = "tclass", .values = "NUMBER", .read = read_number},
    {ROW(SOL_IPV6, IPV6_FLOWINFO, append_flow), .option = IPV6_FLOWINFO},
    {ROW(SOL_IPV6, IPV6_HOPOPTS, append_raw), .option = IPV6_RECVHOPOPTS},
    {ROW(SOL_IPV6, IPV6_RTHDR, append_raw), .option = IPV6_RECVRTHDR},
    {ROW(SOL_IPV6, IPV6_DSTOPTS, append_raw), .option = IPV6_RECVDSTOPTS},
    {ROW(SOL_IPV6, IPV6_PATHMTU, append_path_mtu), .option = IPV6_RECVPATHMTU},
    {ROW(SOL_IPV6, IPV6_RECVERR, control_decode_error), .option = IPV6_RECVERR},
    {SOL_IPV6, IPV6_RECVORIGDSTADDR, SOL_IPV6_NAME, "IPV6_ORIGDSTADDR", append_address,
     .option = IPV6_RECVORIGDSTADDR},
    {ROW(SOL_IPV6, IPV6_RECVFRAGSIZE, append_int), .option = IPV6_RECVFRAGSIZE},
    {ROW(SOL_IPV6, IPV6_2292PKTINFO, append_pktinfo6), .option = 0},
    {ROW(SOL_IPV6, IPV6_2292HOPLIMIT, append_int), .option = 0},
    {ROW(SOL_IPV6, IPV6_2292HOPOPTS, append_raw), .option = 0},
    {ROW(SOL_IPV6, IPV6_2292RTHDR, append_raw), .option = 0},
    {ROW(SOL_IPV6, IPV6_2292DSTOPTS, append_raw), .option = 0},
    {ROW(SOL_PACKET, PACKET_AUXDATA, control_decode_packet), .option = 0},
    {ROW(SOL_PACKET, PACKET_TX_TIMESTAMP, control_decode_error), .option = 0},
    {ROW(SOL_NETLINK, NETLINK_PKTINFO, append_int), .option = 0},
    {ROW(SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, append_int), .option = 0},
    {ROW(SOL_TCP, TCP_CM_INQ, append_int), .option = TCP_INQ},
    {ROW(SOL_UDP, UDP_GRO, append_int), .option = UDP_GRO},
    {ROW(SOL_UDP, UDP_SEGMENT, append_segment),
     .short_name = "segment", .values = "SIZE", .read = read_segment},
    {.name = NULL},
};
/* clang-format on */

const struct control_row *control_find(int level, int type) {
  for (const struct control_row *row = control_rows; row->name; row++)
    if (row->level == level && row->type == type)
      return row;
  return NULL;
}

const struct control_row *control_find_named(int level, const char *text, size_t length) {
  for (const struct control_row *row = control_rows; row->name; row++)
    if (row->level == level && (word_is(text, length, row->name) ||
                                (row->short_name && word_is(text, length, row->short_name))))
      return row;
  return NULL;
}

bool control_carries_descriptors(const struct control *control) {
  return control->level == SOL_SOCKET &&
         (control->type == SCM_RIGHTS || control->type == SCM_PIDFD);
}

void control_append(const struct control *control, struct bytes *bytes) {
  const struct control_row *row = control_find(control->level, control->type);
  const char *level = row ? row->level_name : constant_name(&constant_levels, control->level);
  if (level)
    bytes_append_format(bytes, "{%s, ", level);
  else
    bytes_append_format(bytes, "{%d, ", control->level);
  if (row)
    bytes_append_format(bytes, "%s, ", row->name);
  else
    bytes_append_format(bytes, "%d, ", control->type);
  (row ? row->append : append_raw)(control->data, control->length, bytes);
  bytes_append_char(bytes, '}');
}
