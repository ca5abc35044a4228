#include "packet/packet_field.h"

#include <inttypes.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <string.h>

#include "language/number.h"
#include "packet/packet_bits.h"
#include "system/network.h"

const struct packet_field packet_fields[] = {
    {"version", NULL, HEADER_IPV4, 0, 4, FIELD_NUMBER, true, N_("of IP")},
    {"header", NULL, HEADER_IPV4, 4, 4, FIELD_WORDS, true, N_("the length of this header")},
    {"dscp", NULL, HEADER_IPV4, 8, 6, FIELD_NUMBER, false,
     N_("differentiated services: how to be treated")},
    {"ecn", NULL, HEADER_IPV4, 14, 2, FIELD_NUMBER, false,
     N_("congestion: 0 not told, 1 and 2 may be told, 3 met")},
    {"length", NULL, HEADER_IPV4, 16, 16, FIELD_NUMBER, true, N_("of the whole packet")},
    {"id", NULL, HEADER_IPV4, 32, 16, FIELD_NUMBER, false,
     N_("by which fragments belong together")},
    {"df", NULL, HEADER_IPV4, 49, 1, FIELD_BIT, false,
     N_("don't fragment: too long, it comes back as ICMP")},
    {"mf", NULL, HEADER_IPV4, 50, 1, FIELD_BIT, false, N_("more fragments follow")},
    {"offset", NULL, HEADER_IPV4, 51, 13, FIELD_UNITS, false,
     N_("where this fragment begins in the whole")},
    {"ttl", "hops", HEADER_IPV4, 64, 8, FIELD_NUMBER, false,
     N_("how many routers it may still pass; each takes 1 off")},
    {"protocol", NULL, HEADER_IPV4, 72, 8, FIELD_PROTOCOL, true, N_("what it carries")},
    {"checksum", NULL, HEADER_IPV4, 80, 16, FIELD_CHECKSUM, true, N_("over this header")},
    {"src", NULL, HEADER_IPV4, 96, 32, FIELD_ADDRESS, false, N_("from where")},
    {"dst", NULL, HEADER_IPV4, 128, 32, FIELD_ADDRESS, false, N_("to where")},

    {"version", NULL, HEADER_IPV6, 0, 4, FIELD_NUMBER, true, N_("of IP")},
    {"dscp", NULL, HEADER_IPV6, 4, 6, FIELD_NUMBER, false,
     N_("differentiated services: how to be treated")},
    {"ecn", NULL, HEADER_IPV6, 10, 2, FIELD_NUMBER, false,
     N_("congestion: 0 not told, 1 and 2 may be told, 3 met")},
    {"flow", NULL, HEADER_IPV6, 12, 20, FIELD_HEX, false,
     N_("a label that all packets of a flow bear")},
    {"length", NULL, HEADER_IPV6, 32, 16, FIELD_NUMBER, true,
     N_("of all that is behind this header")},
    {"next", NULL, HEADER_IPV6, 48, 8, FIELD_PROTOCOL, true, N_("what is behind this header")},
    {"hops", "ttl", HEADER_IPV6, 56, 8, FIELD_NUMBER, false,
     N_("how many routers it may still pass; each takes 1 off")},
    {"src", NULL, HEADER_IPV6, 64, 128, FIELD_ADDRESS, false, N_("from where")},
    {"dst", NULL, HEADER_IPV6, 192, 128, FIELD_ADDRESS, false, N_("to where")},

    {"next", NULL, HEADER_FRAGMENT, 0, 8, FIELD_PROTOCOL, true, N_("what is behind this header")},
    {"offset", NULL, HEADER_FRAGMENT, 16, 13, FIELD_UNITS, false,
     N_("where this fragment begins in the whole")},
    {"mf", NULL, HEADER_FRAGMENT, 31, 1, FIELD_BIT, false, N_("more fragments follow")},
    {"id", NULL, HEADER_FRAGMENT, 32, 32, FIELD_NUMBER, false,
     N_("by which fragments belong together")},

    {"sport", NULL, HEADER_TCP, 0, 16, FIELD_NUMBER, false, N_("the sender's port")},
    {"dport", NULL, HEADER_TCP, 16, 16, FIELD_NUMBER, false, N_("the receiver's port")},
    {"seq", NULL, HEADER_TCP, 32, 32, FIELD_SEQUENCE, false,
     N_("the number of the first byte here; SYN and FIN take one each")},
    {"ack", NULL, HEADER_TCP, 64, 32, FIELD_ACKNOWLEDGMENT, false,
     N_("the number of the byte that is expected next; valid with the flag ACK")},
    {"header", NULL, HEADER_TCP, 96, 4, FIELD_WORDS, true,
     N_("the length of this header with its options")},
    {"flags", NULL, HEADER_TCP, 104, 8, FIELD_FLAGS, false, N_("what this segment does")},
    {"win", NULL, HEADER_TCP, 112, 16, FIELD_NUMBER, false,
     N_("how many bytes the sender has room for, before scaling")},
    {"checksum", NULL, HEADER_TCP, 128, 16, FIELD_CHECKSUM, true,
     N_("over addresses, header and data")},
    {"urg", NULL, HEADER_TCP, 144, 16, FIELD_NUMBER, false,
     N_("where urgent data ends, from seq; valid with the flag URG")},
    {"mss", NULL, HEADER_TCP_SEGMENT, 16, 16, FIELD_NUMBER, false,
     N_("the most data in one segment that the sender wants to get")},
    {"wscale", NULL, HEADER_TCP_SCALE, 16, 8, FIELD_NUMBER, false,
     N_("windows are to be read as shifted left by so many bits, if both ends send this")},
    {"tsval", NULL, HEADER_TCP_STAMPS, 16, 32, FIELD_NUMBER, false, N_("the sender's clock")},
    {"tsecr", NULL, HEADER_TCP_STAMPS, 48, 32, FIELD_NUMBER, false,
     N_("the receiver's clock, as it came last: the time since is the round trip")},

    {"sport", NULL, HEADER_UDP, 0, 16, FIELD_NUMBER, false, N_("the sender's port")},
    {"dport", NULL, HEADER_UDP, 16, 16, FIELD_NUMBER, false, N_("the receiver's port")},
    {"length", NULL, HEADER_UDP, 32, 16, FIELD_NUMBER, true, N_("of this header and the data")},
    {"checksum", NULL, HEADER_UDP, 48, 16, FIELD_CHECKSUM, true,
     N_("over addresses, header and data; 0 over IPv4: none")},

    {"type", NULL, HEADER_ICMP, 0, 8, FIELD_NUMBER, false, N_("what it says")},
    {"code", NULL, HEADER_ICMP, 8, 8, FIELD_NUMBER, false, N_("and more exactly")},
    {"checksum", NULL, HEADER_ICMP, 16, 16, FIELD_CHECKSUM, true, N_("over all of it")},
    {"echo-id", NULL, HEADER_ICMP_ECHO, 32, 16, FIELD_NUMBER, false,
     N_("by which replies find who asked")},
    {"echo-seq", NULL, HEADER_ICMP_ECHO, 48, 16, FIELD_NUMBER, false,
     N_("which request it is, or answers")},
    {"mtu", NULL, HEADER_ICMP_MTU, 48, 16, FIELD_NUMBER, false, N_("the longest packet that fits")},
    {"gateway", NULL, HEADER_ICMP_GATEWAY, 32, 32, FIELD_ADDRESS, false,
     N_("the router to use instead")},
    {"mtu", NULL, HEADER_ICMPV6_MTU, 32, 32, FIELD_NUMBER, false,
     N_("the longest packet that fits")},

    {"type", NULL, HEADER_IGMP, 0, 8, FIELD_HEX, true, N_("what it says")},
    {"response", NULL, HEADER_IGMP, 8, 8, FIELD_NUMBER, true,
     N_("of a query: until when to answer, in tenths of a second")},
    {"checksum", NULL, HEADER_IGMP, 16, 16, FIELD_HEX, true, N_("over all of it")},
    {"group", NULL, HEADER_IGMP_GROUP, 32, 32, FIELD_ADDRESS, true,
     N_("the group that it is about; 0.0.0.0: all")},

    {"dns-id", NULL, HEADER_DNS, 0, 16, FIELD_NUMBER, false,
     N_("by which an answer finds its question")},
    {"qr", NULL, HEADER_DNS, 16, 1, FIELD_BIT, false, N_("0 a question, 1 an answer")},
    {"opcode", NULL, HEADER_DNS, 17, 4, FIELD_NUMBER, false, N_("0: an ordinary question")},
    {"aa", NULL, HEADER_DNS, 21, 1, FIELD_BIT, false, N_("the server is the authority itself")},
    {"tc", NULL, HEADER_DNS, 22, 1, FIELD_BIT, false, N_("cut off: ask again by TCP")},
    {"rd", NULL, HEADER_DNS, 23, 1, FIELD_BIT, false, N_("the server is to ask others")},
    {"ra", NULL, HEADER_DNS, 24, 1, FIELD_BIT, false, N_("the server would ask others")},
    {"rcode", NULL, HEADER_DNS, 28, 4, FIELD_NUMBER, false,
     N_("0 no error, 2 the server failed, 3 there is no such name, 5 refused")},
    {"questions", NULL, HEADER_DNS, 32, 16, FIELD_NUMBER, true, N_("how many there are")},
    {"answers", NULL, HEADER_DNS, 48, 16, FIELD_NUMBER, true, N_("how many there are")},
    {"authorities", NULL, HEADER_DNS, 64, 16, FIELD_NUMBER, true, N_("how many there are")},
    {"additional", NULL, HEADER_DNS, 80, 16, FIELD_NUMBER, true, N_("how many there are")},
    {0},
};

const char *const packet_header_names[PACKET_HEADERS] = {
    [HEADER_IPV4] = "IPv4",       [HEADER_IPV6] = "IPv6",       [HEADER_FRAGMENT] = "fragment",
    [HEADER_TCP] = "TCP",         [HEADER_TCP_SEGMENT] = "TCP", [HEADER_TCP_SCALE] = "TCP",
    [HEADER_TCP_STAMPS] = "TCP",  [HEADER_UDP] = "UDP",         [HEADER_ICMP] = "ICMP",
    [HEADER_ICMP_ECHO] = "ICMP",  [HEADER_ICMP_MTU] = "ICMP",   [HEADER_ICMP_GATEWAY] = "ICMP",
    [HEADER_ICMPV6_MTU] = "ICMP", [HEADER_IGMP] = "IGMP",       [HEADER_IGMP_GROUP] = "IGMP",
    [HEADER_DNS] = "DNS",
};

/* Finds a TCP option of this kind and length. */
static bool find_option(const struct packet *packet, unsigned kind, size_t length, size_t *start) {
  struct packet_option option;
  bool bad;
  for (size_t at = 0; packet_next_option(packet, &at, &option, &bad);)
    if (option.kind == kind && option.length == length) {
      *start = option.offset;
      return true;
    }
  return false;
}

static bool is_echo(const struct packet *packet) {
  return packet->family == AF_INET
             ? packet->type == ICMP_ECHO || packet->type == ICMP_ECHOREPLY
             : packet->type == ICMP6_ECHO_REQUEST || packet->type == ICMP6_ECHO_REPLY;
}

enum { IGMP_V3_REPORT = 0x22, PORT_DNS = 53, PORT_MDNS = 5353 };

static bool is_igmp(const struct packet *packet) {
  return packet->family == AF_INET && packet->protocol == IPPROTO_IGMP && !packet->fragment &&
         packet_data_length(packet) >= 8;
}

static bool is_dns(const struct packet *packet) {
  const unsigned ports[] = {packet->source_port, packet->destination_port};
  bool dns = false;
  for (size_t i = 0; i < 2; i++)
    dns = dns || ports[i] == PORT_DNS || ports[i] == PORT_MDNS;
  return dns && packet->has_transport && packet->protocol == IPPROTO_UDP &&
         packet_data_length(packet) >= 12;
}

/* Where a header begins, in bytes; false if the packet has none. */
static bool find_header(const struct packet *packet, enum packet_header header, size_t *start) {
  bool tcp = packet->has_transport && packet->protocol == IPPROTO_TCP;
  bool icmp = packet->has_transport && packet->protocol == IPPROTO_ICMP;
  bool icmpv6 = packet->has_transport && packet->protocol == IPPROTO_ICMPV6;
  *start = packet->transport;
  switch (header) {
  case HEADER_IPV4:
  case HEADER_IPV6:
    *start = 0;
    return packet->family == (header == HEADER_IPV4 ? AF_INET : AF_INET6);
  case HEADER_FRAGMENT:
    *start = packet->fragment_header;
    return packet->fragment_header > 0;
  case HEADER_TCP:
    return tcp;
  case HEADER_TCP_SEGMENT:
    return tcp && find_option(packet, TCPOPT_MAXSEG, TCPOLEN_MAXSEG - 2, start);
  case HEADER_TCP_SCALE:
    return tcp && find_option(packet, TCPOPT_WINDOW, TCPOLEN_WINDOW - 2, start);
  case HEADER_TCP_STAMPS:
    return tcp && find_option(packet, TCPOPT_TIMESTAMP, TCPOLEN_TIMESTAMP - 2, start);
  case HEADER_UDP:
    return packet->has_transport && packet->protocol == IPPROTO_UDP;
  case HEADER_ICMP:
    return icmp || icmpv6;
  case HEADER_ICMP_ECHO:
    return (icmp || icmpv6) && is_echo(packet);
  case HEADER_ICMP_MTU:
    return icmp && packet->type == ICMP_DEST_UNREACH && packet->code == ICMP_FRAG_NEEDED;
  case HEADER_ICMP_GATEWAY:
    return icmp && packet->type == ICMP_REDIRECT;
  case HEADER_ICMPV6_MTU:
    return icmpv6 && packet->type == ICMP6_PACKET_TOO_BIG;
  case HEADER_IGMP:
  case HEADER_IGMP_GROUP:
    *start = packet->payload;
    return is_igmp(packet) &&
           (header == HEADER_IGMP || packet->bytes[packet->payload] != IGMP_V3_REPORT);
  case HEADER_DNS:
    *start = packet->payload;
    return is_dns(packet);
  case PACKET_HEADERS:
    break;
  }
  return false;
}

bool packet_field_find(const struct packet *packet, const struct packet_field *field, size_t *bit) {
  size_t start;
  if (!find_header(packet, field->header, &start))
    return false;
  *bit = start * 8 + field->offset;
  return *bit + field->bits <= packet->length * 8;
}

static const struct packet_field *find_field(const struct packet *packet, const char *name,
                                             size_t *bit) {
  for (const struct packet_field *field = packet_fields; field->name; field++) {
    bool named =
        strcmp(field->name, name) == 0 || (field->other && strcmp(field->other, name) == 0);
    if (named && !field->fixed && packet_field_find(packet, field, bit))
      return field;
  }
  return NULL;
}

static int fail_field(const struct packet *packet, const char *name, struct error *error) {
  struct bytes names = {0};
  size_t bit;
  for (const struct packet_field *field = packet_fields; field->name; field++)
    if (!field->fixed && packet_field_find(packet, field, &bit))
      bytes_append_format(&names, "%s%s", names.length ? ", " : "", field->name);
  if (names.length > 0)
    error_set(error, ERROR_USAGE, _("this packet has no field \"%s\" to be edited, but %s"), name,
              bytes_text(&names));
  else
    error_set(error, ERROR_USAGE,
              _("this packet has no field \"%s\", nor any other that can be edited"), name);
  bytes_free(&names);
  return -1;
}

int packet_sequence_parse(const char *text, uint32_t base, uint32_t *value) {
  long long number;
  bool absolute = text[0] == '=';
  if (number_parse(text + absolute, strlen(text + absolute), &number) < 0)
    return -1;
  if (number > UINT32_MAX || number < (absolute ? 0 : -(long long)UINT32_MAX))
    return -1;
  *value = (uint32_t)number + (absolute ? 0 : base);
  return 0;
}

static int edit_address(const struct packet_field *field, unsigned char *at, const char *text,
                        struct error *error) {
  int family = field->bits == 32 ? AF_INET : AF_INET6;
  struct address address;
  if (address_parse_host(text, strlen(text), family, NETWORK_OWN, &address) < 0)
    return error_set(error, ERROR_USAGE,
                     _("\"%s\" takes an %s address or the name of a host that has one, not \"%s\""),
                     field->name, family == AF_INET ? "IPv4" : "IPv6", text);
  if (family == AF_INET)
    memcpy(at, &address.inet.sin_addr, 4);
  else
    memcpy(at, &address.inet6.sin6_addr, 16);
  return 0;
}

int packet_field_family(const void *bytes, size_t length, const char *name) {
  struct packet packet;
  size_t bit;
  packet_read(bytes, length, length, &packet);
  const struct packet_field *field = find_field(&packet, name, &bit);
  if (!field || field->kind != FIELD_ADDRESS)
    return AF_UNSPEC;
  return field->bits == 32 ? AF_INET : AF_INET6;
}

static int parse_number(const struct packet_field *field, const char *text, uint32_t *value,
                        struct error *error) {
  long long most = (1LL << field->bits) - 1;
  long long number;
  if (number_parse(text, strlen(text), &number) < 0 || number < 0 || number > most)
    return error_set(error, ERROR_USAGE, _("\"%s\" takes a number from 0 to %lld, not \"%s\""),
                     field->name, most, text);
  *value = (uint32_t)number;
  return 0;
}

static int parse_value(const struct packet_field *field, const char *text, uint32_t base,
                       uint32_t *value, struct error *error) {
  int flags;
  switch (field->kind) {
  case FIELD_SEQUENCE:
  case FIELD_ACKNOWLEDGMENT:
    if (packet_sequence_parse(text, base, value) < 0)
      return error_set(error, ERROR_USAGE,
                       _("\"%s\" takes a number relative to the first of the connection, or "
                         "=NUMBER for the one in the header, not \"%s\""),
                       field->name, text);
    return 0;
  case FIELD_FLAGS:
    flags = packet_flags_parse(text, strlen(text));
    if (flags < 0)
      return error_set(
          error, ERROR_USAGE,
          _("\"%s\" takes letters as in S., names as in syn|ack, or \"none\", not \"%s\""),
          field->name, text);
    *value = (uint32_t)flags;
    return 0;
  default:
    return parse_number(field, text, value, error);
  }
}

int packet_edit(void *bytes, size_t length, const char *name, const char *text,
                const struct packet_bases *bases, struct error *error) {
  struct packet packet;
  size_t bit;
  packet_read(bytes, length, length, &packet);
  const struct packet_field *field = find_field(&packet, name, &bit);
  if (!field)
    return fail_field(&packet, name, error);
  if (field->kind == FIELD_ADDRESS) {
    if (edit_address(field, (unsigned char *)bytes + bit / 8, text, error) < 0)
      return -1;
  } else {
    uint32_t value = 0;
    uint32_t base = field->kind == FIELD_SEQUENCE ? bases->sequence : bases->acknowledgment;
    if (parse_value(field, text, base, &value, error) < 0)
      return -1;
    set_bits(bytes, bit, field->bits, value);
  }
  packet_fix_checksums(bytes, length);
  return 0;
}
