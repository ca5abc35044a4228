/* packet_build: builds a packet from what a person asks for. */
#include <string.h>

#include "packet/packet.h"
#include "packet/packet_bits.h"

enum { IPV4_SIZE = 20, IPV6_SIZE = 40 };

static size_t transport_size(const struct packet_plan *plan) {
  switch (plan->protocol) {
  case IPPROTO_TCP:
    return (plan->maximum_segment ? 24 : 20) + plan->options_length;
  default:
    return 8;
  }
}

static int check_plan(const struct packet_plan *plan, struct error *error) {
  int family = address_family(&plan->source);
  if ((family != AF_INET && family != AF_INET6) || address_family(&plan->destination) != family)
    return error_set(
        error, ERROR_USAGE,
        _("a packet needs two addresses of one family, IPv4 or IPv6, to go from and to"));
  bool icmp = plan->protocol == (family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
  if (plan->protocol != IPPROTO_TCP && plan->protocol != IPPROTO_UDP && !icmp)
    return error_set(error, ERROR_USAGE, _("a packet over %s is one of TCP, UDP or %s"),
                     family == AF_INET ? "IPv4" : "IPv6", family == AF_INET ? "ICMP" : "ICMPv6");
  size_t room = 65535 - (family == AF_INET ? IPV4_SIZE : 0) - transport_size(plan);
  if (plan->data_length > room)
    return error_set(error, ERROR_USAGE,
                     _("%zu bytes of data do not fit into one packet, which holds %zu"),
                     plan->data_length, room);
  return 0;
}

static void put_ipv4(const struct packet_plan *plan, unsigned char *header, size_t total) {
  header[0] = 4 << 4 | IPV4_SIZE / 4;
  header[1] = (unsigned char)plan->congestion;
  set_16(header + 2, (unsigned)total);
  set_16(header + 6, 0x4000); /* don't fragment, so it needs no identification */
  header[8] = (unsigned char)(plan->hops);
  header[9] = (unsigned char)plan->protocol;
  memcpy(header + 12, &plan->source.inet.sin_addr, 4);
  memcpy(header + 16, &plan->destination.inet.sin_addr, 4);
}

static void put_ipv6(const struct packet_plan *plan, unsigned char *header, size_t total) {
  header[0] = 6 << 4;
  header[1] = (unsigned char)(plan->congestion << 4);
  set_16(header + 4, (unsigned)(total - IPV6_SIZE));
  header[6] = (unsigned char)plan->protocol;
  header[7] = (unsigned char)(plan->hops);
  memcpy(header + 8, &plan->source.inet6.sin6_addr, 16);
  memcpy(header + 24, &plan->destination.inet6.sin6_addr, 16);
}

static void put_tcp(const struct packet_plan *plan, unsigned char *header) {
  set_16(header, (unsigned)address_port(&plan->source));
  set_16(header + 2, (unsigned)address_port(&plan->destination));
  set_32(header + 4, plan->sequence);
  set_32(header + 8, plan->acknowledgment);
  header[12] = (unsigned char)(transport_size(plan) / 4 << 4 | (plan->flags & FLAG_AE ? 1 : 0));
  header[13] = (unsigned char)plan->flags;
  set_16(header + 14, plan->window);
  set_16(header + 18, plan->urgent);
  if (plan->maximum_segment) {
    header[20] = 2; /* kind */
    header[21] = 4; /* length */
    set_16(header + 22, plan->maximum_segment);
  }
  if (plan->options_length > 0)
    memcpy(header + (plan->maximum_segment ? 24 : 20), plan->options, plan->options_length);
}

static void put_transport(const struct packet_plan *plan, unsigned char *header) {
  switch (plan->protocol) {
  case IPPROTO_TCP:
    put_tcp(plan, header);
    break;
  case IPPROTO_UDP:
    set_16(header, (unsigned)address_port(&plan->source));
    set_16(header + 2, (unsigned)address_port(&plan->destination));
    set_16(header + 4, (unsigned)(plan->data_length + 8));
    break;
  default:
    header[0] = (unsigned char)plan->type;
    header[1] = (unsigned char)plan->code;
    set_32(header + 4, plan->rest);
    break;
  }
}

int packet_build(const struct packet_plan *plan, struct bytes *bytes, struct error *error) {
  if (check_plan(plan, error) < 0)
    return -1;
  bool old = address_family(&plan->source) == AF_INET;
  size_t network = old ? IPV4_SIZE : IPV6_SIZE;
  size_t headers = network + transport_size(plan);
  size_t total = headers + plan->data_length;
  bytes_clear(bytes);
  if (bytes_reserve(bytes, total) < 0)
    return error_set_memory(error);
  unsigned char *at = (unsigned char *)bytes->data;
  memset(at, 0, headers);
  if (old)
    put_ipv4(plan, at, total);
  else
    put_ipv6(plan, at, total);
  put_transport(plan, at + network);
  if (plan->data_length > 0)
    memcpy(at + headers, plan->data, plan->data_length);
  bytes->length = total;
  packet_fix_checksums(at, total);
  return 0;
}
