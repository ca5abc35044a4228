/* control: control messages as text. A type that is known has one row. */
#include <sys/time.h>
#include <time.h>

#include <linux/errqueue.h> /* wants struct timespec */
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>

#include "call/message.h"
#include "language/escape.h"

#ifndef SCM_PIDFD
#define SCM_PIDFD 4
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

/* Who reported an error of the error queue. */
static const char *origin_name(unsigned origin) {
  static const char *const names[] = {"SO_EE_ORIGIN_NONE",         "SO_EE_ORIGIN_LOCAL",
                                      "SO_EE_ORIGIN_ICMP",         "SO_EE_ORIGIN_ICMP6",
                                      "SO_EE_ORIGIN_TIMESTAMPING", "SO_EE_ORIGIN_ZEROCOPY",
                                      "SO_EE_ORIGIN_TXTIME"};
  return origin < sizeof names / sizeof *names ? names[origin] : NULL;
}

static void append_error(const unsigned char *data, size_t length, struct bytes *bytes) {
  struct sock_extended_err error = {0};
  memcpy(&error, data, length < sizeof error ? length : sizeof error);
  bytes_append_format(bytes, "{ee_errno=%s, ee_origin=", error_number_name((int)error.ee_errno));
  const char *origin = origin_name(error.ee_origin);
  if (origin)
    bytes_append_text(bytes, origin);
  else
    bytes_append_number(bytes, error.ee_origin);
  bytes_append_format(bytes, ", ee_type=%u, ee_code=%u, ee_info=%u, ee_data=%u", error.ee_type,
                      error.ee_code, error.ee_info, error.ee_data);
  struct address offender = {0};
  size_t rest = length > sizeof error ? length - sizeof error : 0;
  if (rest > sizeof offender.storage)
    rest = sizeof offender.storage;
  memcpy(&offender.storage, data + (length - rest), rest);
  offender.length = (socklen_t)rest;
  if (address_family(&offender) == AF_INET || address_family(&offender) == AF_INET6) {
    bytes_append_text(bytes, ", offender=");
    address_append_host(&offender, bytes);
  }
  bytes_append_char(bytes, '}');
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

static const struct control_form {
  int level;
  int type;
  const char *level_name;
  const char *name;
  void (*append)(const unsigned char *data, size_t length, struct bytes *bytes);
} control_forms[] = {
    {SOL_SOCKET, SCM_RIGHTS, "SOL_SOCKET", "SCM_RIGHTS", append_numbers},
    {SOL_SOCKET, SCM_CREDENTIALS, "SOL_SOCKET", "SCM_CREDENTIALS", append_credentials},
    {SOL_SOCKET, SCM_PIDFD, "SOL_SOCKET", "SCM_PIDFD", append_int},
    {SOL_SOCKET, SO_TIMESTAMP, "SOL_SOCKET", "SO_TIMESTAMP", append_timeval},
    {SOL_SOCKET, SO_TIMESTAMPNS, "SOL_SOCKET", "SO_TIMESTAMPNS", append_timespecs},
    {SOL_SOCKET, SO_TIMESTAMPING, "SOL_SOCKET", "SO_TIMESTAMPING", append_timespecs},
    {SOL_SOCKET, SO_RXQ_OVFL, "SOL_SOCKET", "SO_RXQ_OVFL", append_int},
    {SOL_SOCKET, SO_MARK, "SOL_SOCKET", "SO_MARK", append_int},
    {IPPROTO_IP, IP_PKTINFO, "SOL_IP", "IP_PKTINFO", append_pktinfo},
    {IPPROTO_IP, IP_TTL, "SOL_IP", "IP_TTL", append_int},
    {IPPROTO_IP, IP_TOS, "SOL_IP", "IP_TOS", append_int},
    {IPPROTO_IP, IP_RECVERR, "SOL_IP", "IP_RECVERR", append_error},
    {IPPROTO_IP, IP_RECVORIGDSTADDR, "SOL_IP", "IP_ORIGDSTADDR", append_address},
    {IPPROTO_IP, IP_CHECKSUM, "SOL_IP", "IP_CHECKSUM", append_int},
    {IPPROTO_IP, IP_RECVFRAGSIZE, "SOL_IP", "IP_RECVFRAGSIZE", append_int},
    {IPPROTO_IPV6, IPV6_PKTINFO, "SOL_IPV6", "IPV6_PKTINFO", append_pktinfo6},
    {IPPROTO_IPV6, IPV6_HOPLIMIT, "SOL_IPV6", "IPV6_HOPLIMIT", append_int},
    {IPPROTO_IPV6, IPV6_TCLASS, "SOL_IPV6", "IPV6_TCLASS", append_int},
    {IPPROTO_IPV6, IPV6_RECVERR, "SOL_IPV6", "IPV6_RECVERR", append_error},
    {IPPROTO_IPV6, IPV6_RECVORIGDSTADDR, "SOL_IPV6", "IPV6_ORIGDSTADDR", append_address},
    {IPPROTO_UDP, UDP_GRO, "SOL_UDP", "UDP_GRO", append_int},
    {IPPROTO_UDP, UDP_SEGMENT, "SOL_UDP", "UDP_SEGMENT", append_int},
};

void control_append(const struct control *control, struct bytes *bytes) {
  for (size_t i = 0; i < sizeof control_forms / sizeof *control_forms; i++) {
    const struct control_form *form = &control_forms[i];
    if (form->level != control->level || form->type != control->type)
      continue;
    bytes_append_format(bytes, "{%s, %s, ", form->level_name, form->name);
    form->append(control->data, control->length, bytes);
    bytes_append_char(bytes, '}');
    return;
  }
  bytes_append_format(bytes, "{%d, %d, ", control->level, control->type);
  append_raw(control->data, control->length, bytes);
  bytes_append_char(bytes, '}');
}
