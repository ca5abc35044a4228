/* packet: parses what can be parsed of a packet. packet_checksum.c, packet_field.c and
 * packet_build.c do the rest. */
#include "packet/packet.h"

#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <string.h>

#include "language/number.h"
#include "packet/packet_bits.h"

enum {
  IPV4_SIZE = 20,
  IPV6_SIZE = 40,
  TCP_SIZE = 20,
  UDP_SIZE = 8,
  ICMP_SIZE = 8,
  EXTENSIONS = 8, /* no real packet has more extension headers */
};

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

/* Only the first problem is reported: it explains the others. */
static void set_problem(struct packet *packet, const char *problem) {
  if (!packet->problem)
    packet->problem = problem;
}

/* How many of the packet's own bytes are at hand. */
static size_t kept_end(const struct packet *packet) {
  return smaller(packet->end, packet->length);
}

/* Sets where the packet ends from the length in the IP header. */
static void set_end(struct packet *packet, size_t told, size_t header) {
  if (told < header)
    set_problem(packet, "bad length");
  else if (told > packet->total)
    set_problem(packet, "truncated");
  packet->end = told < header || told > packet->total ? packet->total : told;
}

/* Everything from `at` on is data. */
static void set_payload(struct packet *packet, size_t at) {
  packet->payload = smaller(at, packet->length);
  packet->payload_length = packet->end > at ? packet->end - at : 0;
}

static void read_tcp(struct packet *packet) {
  size_t at = packet->transport;
  const unsigned char *header = packet->bytes + at;
  size_t size = (size_t)(header[12] >> 4) * 4;
  packet->sequence = get_32(header + 4);
  packet->acknowledgment = get_32(header + 8);
  packet->flags = header[13];
  packet->window = get_16(header + 14);
  if (size < TCP_SIZE || size > packet->end - at) {
    set_problem(packet, "bad header length");
    size = size < TCP_SIZE ? TCP_SIZE : packet->end - at;
  }
  if (at + size > packet->length)
    set_problem(packet, "truncated");
  packet->options = at + TCP_SIZE;
  packet->options_length = smaller(at + size, packet->length) - packet->options;
  set_payload(packet, at + size);
}

static void read_udp(struct packet *packet) {
  size_t at = packet->transport;
  size_t told = get_16(packet->bytes + at + 4);
  set_payload(packet, at + UDP_SIZE);
  if (packet->more)
    return; /* its length field is that of the whole datagram */
  if (told < UDP_SIZE || told > packet->end - at)
    set_problem(packet, "bad length");
  else
    packet->payload_length = told - UDP_SIZE;
}

static void read_icmp(struct packet *packet) {
  packet->type = packet->bytes[packet->transport];
  packet->code = packet->bytes[packet->transport + 1];
  set_payload(packet, packet->transport + ICMP_SIZE);
}

/* Parses the transport header, if its protocol is a known one. */
static void read_transport(struct packet *packet, size_t at) {
  size_t kept = kept_end(packet) - at;
  bool ported = packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP;
  bool icmp = packet->protocol == (packet->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
  set_payload(packet, at);
  if (packet->fragment)
    return;
  packet->transport = at;
  if (!ported && !icmp)
    return;
  if (ported && kept >= 4) {
    packet->source_port = (uint16_t)get_16(packet->bytes + at);
    packet->destination_port = (uint16_t)get_16(packet->bytes + at + 2);
  }
  size_t size = icmp ? ICMP_SIZE : packet->protocol == IPPROTO_TCP ? TCP_SIZE : UDP_SIZE;
  if (kept < size) {
    set_problem(packet, "truncated");
    return;
  }
  packet->has_transport = true;
  if (icmp)
    read_icmp(packet);
  else if (packet->protocol == IPPROTO_TCP)
    read_tcp(packet);
  else
    read_udp(packet);
}

static void read_ipv4(struct packet *packet) {
  const unsigned char *header = packet->bytes;
  if (packet->length < IPV4_SIZE) {
    set_problem(packet, "truncated");
    return;
  }
  packet->family = AF_INET;
  size_t size = (size_t)(header[0] & 15) * 4;
  unsigned fragment = get_16(header + 6);
  packet->hops = header[8];
  packet->protocol = header[9];
  packet->identification = get_16(header + 4);
  packet->fragment_offset = (size_t)(fragment & 0x1fff) * 8;
  packet->fragment = packet->fragment_offset > 0;
  packet->more = (fragment & 0x2000) != 0;
  if (size < IPV4_SIZE) {
    set_problem(packet, "bad header length");
    set_payload(packet, IPV4_SIZE);
    return;
  }
  set_end(packet, get_16(header + 2), size);
  if (size > kept_end(packet)) {
    set_problem(packet, size > packet->end ? "bad header length" : "truncated");
    set_payload(packet, size);
    return;
  }
  read_transport(packet, size);
}

/* Parses one extension header at `at`. Returns its length, or 0 if it is not at hand. */
static size_t read_extension(struct packet *packet, size_t at) {
  const unsigned char *header = packet->bytes + at;
  size_t kept = kept_end(packet) - at;
  if (kept < 8)
    return 0;
  size_t size = 8;
  if (packet->protocol == IPPROTO_AH)
    size = ((size_t)header[1] + 2) * 4;
  else if (packet->protocol != IPPROTO_FRAGMENT)
    size = ((size_t)header[1] + 1) * 8;
  if (size > kept)
    return 0;
  if (packet->protocol == IPPROTO_FRAGMENT) {
    packet->fragment_header = at;
    packet->fragment_offset = get_16(header + 2) & 0xfff8;
    packet->fragment = packet->fragment_offset > 0;
    packet->more = header[3] & 1;
    packet->identification = get_32(header + 4);
  }
  packet->protocol = header[0];
  return size;
}

static bool is_extension(int protocol) {
  return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING ||
         protocol == IPPROTO_FRAGMENT || protocol == IPPROTO_DSTOPTS || protocol == IPPROTO_AH;
}

static void read_ipv6(struct packet *packet) {
  size_t at = IPV6_SIZE;
  if (packet->length < IPV6_SIZE) {
    set_problem(packet, "truncated");
    return;
  }
  packet->family = AF_INET6;
  packet->protocol = packet->bytes[6];
  packet->hops = packet->bytes[7];
  set_end(packet, IPV6_SIZE + get_16(packet->bytes + 4), IPV6_SIZE);
  for (int count = 0; is_extension(packet->protocol) && !packet->fragment; count++) {
    size_t size = count < EXTENSIONS ? read_extension(packet, at) : 0;
    if (size == 0) {
      set_problem(packet, count < EXTENSIONS ? "truncated" : "too many extension headers");
      set_payload(packet, at);
      return;
    }
    at += size;
  }
  read_transport(packet, at);
}

void packet_read(const void *bytes, size_t length, size_t total, struct packet *packet) {
  *packet = (struct packet){.bytes = bytes,
                            .length = length,
                            .total = total > length ? total : length,
                            .family = AF_UNSPEC,
                            .transport = length};
  packet->end = packet->total;
  if (length == 0)
    packet->problem = total > 0 ? "truncated" : "empty";
  else if (packet->bytes[0] >> 4 == 4)
    read_ipv4(packet);
  else if (packet->bytes[0] >> 4 == 6)
    read_ipv6(packet);
  else
    packet->problem = "no IP packet";
}

static struct address address_at(const struct packet *packet, bool source) {
  struct address address = {0};
  if (packet->family == AF_INET) {
    address.length = sizeof address.inet;
    address.inet.sin_family = AF_INET;
    memcpy(&address.inet.sin_addr, packet->bytes + (source ? 12 : 16),
           sizeof address.inet.sin_addr);
  } else if (packet->family == AF_INET6) {
    address.length = sizeof address.inet6;
    address.inet6.sin6_family = AF_INET6;
    memcpy(&address.inet6.sin6_addr, packet->bytes + (source ? 8 : 24),
           sizeof address.inet6.sin6_addr);
  } else {
    return address;
  }
  address_set_port(&address, source ? packet->source_port : packet->destination_port);
  return address;
}

struct address packet_source(const struct packet *packet) {
  return address_at(packet, true);
}

struct address packet_destination(const struct packet *packet) {
  return address_at(packet, false);
}

/* Only the beginning of the quoted packet is here; its header has its full length. */
bool packet_read_quoted(const struct packet *packet, struct packet *quoted) {
  static const unsigned char types[] = {ICMP_DEST_UNREACH, ICMP_SOURCE_QUENCH, ICMP_REDIRECT,
                                        ICMP_TIME_EXCEEDED, ICMP_PARAMETERPROB};
  bool error = false;
  if (packet->has_transport && packet->protocol == IPPROTO_ICMPV6)
    error = packet->type >= ICMP6_DST_UNREACH && packet->type <= ICMP6_PARAM_PROB;
  for (size_t i = 0; packet->has_transport && packet->protocol == IPPROTO_ICMP && i < sizeof types;
       i++)
    error = error || packet->type == types[i];
  if (!error)
    return false;
  packet_read(packet->bytes + packet->payload, packet_data_length(packet), PACKET_SIZE_LIMIT,
              quoted);
  return quoted->family == packet->family;
}

size_t packet_data_length(const struct packet *packet) {
  return smaller(packet->payload_length, packet->length - packet->payload);
}

uint32_t packet_sequence_length(const struct packet *packet) {
  if (packet->protocol != IPPROTO_TCP || !packet->has_transport)
    return 0;
  return (uint32_t)packet->payload_length + ((packet->flags & FLAG_SYN) != 0) +
         ((packet->flags & FLAG_FIN) != 0);
}

bool packet_next_option(const struct packet *packet, size_t *at, struct packet_option *option,
                        bool *bad) {
  size_t end = packet->options + packet->options_length;
  size_t offset = *at ? *at : packet->options;
  *bad = false;
  if (packet->options_length == 0 || offset >= end)
    return false;
  const unsigned char *bytes = packet->bytes + offset;
  *option = (struct packet_option){.kind = bytes[0], .data = bytes + 1, .offset = offset};
  if (option->kind == TCPOPT_EOL) {
    *at = end;
    return true;
  }
  if (option->kind == TCPOPT_NOP) {
    *at = offset + 1;
    return true;
  }
  if (end - offset < 2 || bytes[1] < 2 || bytes[1] > end - offset) {
    *bad = true;
    return false;
  }
  option->data = bytes + 2;
  option->length = bytes[1] - 2U;
  *at = offset + bytes[1];
  return true;
}

bool packet_timestamps(const struct packet *packet, uint32_t *value, uint32_t *echo) {
  struct packet_option option;
  bool bad;
  for (size_t at = 0; packet_next_option(packet, &at, &option, &bad);)
    if (option.kind == TCPOPT_TIMESTAMP && option.length == 8) {
      *value = get_32(option.data);
      *echo = get_32(option.data + 4);
      return true;
    }
  return false;
}

/* In tcpdump's order. */
static const struct flag_name {
  unsigned flag;
  char letter;
  const char *name;
} flag_names[] = {{FLAG_FIN, 'F', "FIN"}, {FLAG_SYN, 'S', "SYN"}, {FLAG_RST, 'R', "RST"},
                  {FLAG_PSH, 'P', "PSH"}, {FLAG_ACK, '.', "ACK"}, {FLAG_URG, 'U', "URG"},
                  {FLAG_ECE, 'E', "ECE"}, {FLAG_CWR, 'W', "CWR"}};
enum { FLAGS = sizeof flag_names / sizeof *flag_names };

/* Flags all given as letters, such as "S.": their bits, or -1. */
static int flags_of_letters(const char *text, size_t length) {
  int flags = 0;
  for (size_t i = 0; i < length; i++) {
    int flag = 0;
    for (size_t n = 0; n < FLAGS; n++)
      if (flag_names[n].letter == text[i])
        flag = (int)flag_names[n].flag;
    if (flag == 0)
      return -1;
    flags |= flag;
  }
  return length > 0 ? flags : -1;
}

static int flag_of_name(const char *text, size_t length) {
  for (size_t n = 0; n < FLAGS; n++)
    if (length == 3 && strncasecmp(flag_names[n].name, text, 3) == 0)
      return (int)flag_names[n].flag;
  return -1;
}

/* Flags given as names joined with |: their bits, or -1. */
static int flags_of_names(const char *text, size_t length) {
  int flags = 0;
  for (size_t at = 0; at <= length;) {
    const char *bar = memchr(text + at, '|', length - at);
    size_t size = bar ? (size_t)(bar - text) - at : length - at;
    int flag = flag_of_name(text + at, size);
    if (flag < 0)
      return -1;
    flags |= flag;
    at += size + 1;
  }
  return flags;
}

int packet_flags_parse(const char *text, size_t length) {
  long long number;
  if (length == 4 && strncasecmp(text, "none", 4) == 0)
    return 0;
  if (number_parse(text, length, &number) == 0)
    return number >= 0 && number <= 0xff ? (int)number : -1;
  int flags = flags_of_names(text, length);
  return flags >= 0 ? flags : flags_of_letters(text, length);
}

void packet_flags_append(unsigned flags, struct bytes *bytes) {
  if ((flags & 0xff) == 0)
    bytes_append_text(bytes, "none");
  for (size_t n = 0; n < FLAGS; n++)
    if (flags & flag_names[n].flag)
      bytes_append_char(bytes, flag_names[n].letter);
}
