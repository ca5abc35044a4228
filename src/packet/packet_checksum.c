/* packet_checksum: the checksums of IPv4 and of the transports over IPv4 and IPv6 (RFC 1071). */
#include "packet/packet.h"
#include "packet/packet_bits.h"

enum { NO_CHECKSUM = 0 }; /* no header begins with its checksum */

/* Adds the 16-bit words of some bytes, the last one padded with 0. A 64-bit sum of at most 64 KiB
 * can't overflow. */
static uint64_t add_words(uint64_t sum, const unsigned char *bytes, size_t length) {
  size_t at = 0;
  for (; at + 1 < length; at += 2)
    sum += get_16(bytes + at);
  return at < length ? sum + ((unsigned)bytes[at] << 8) : sum;
}

/* The ones' complement of the sum, folded to 16 bits: 0 over bytes that include a correct
 * checksum. */
static unsigned fold(uint64_t sum) {
  while (sum >> 16)
    sum = (sum & 0xffff) + (sum >> 16);
  return (unsigned)~sum & 0xffff;
}

/* Where the checksum is in the transport header, if it is whole and at hand; NO_CHECKSUM: there is
 * none. */
static size_t checksum_offset(const struct packet *packet) {
  if (!packet->has_transport || packet->more || packet->end > packet->length)
    return NO_CHECKSUM;
  switch (packet->protocol) {
  case IPPROTO_TCP:
    return 16;
  case IPPROTO_UDP:
    return 6;
  default:
    return 2;
  }
}

/* What the transport's checksum covers: everything after IP; for UDP, as much as its length
 * says. */
static size_t covered_length(const struct packet *packet) {
  if (packet->protocol == IPPROTO_UDP &&
      packet->payload_length + 8 <= packet->end - packet->transport)
    return packet->payload_length + 8;
  return packet->end - packet->transport;
}

static unsigned transport_sum(const struct packet *packet) {
  size_t length = covered_length(packet);
  uint64_t sum = add_words(0, packet->bytes + packet->transport, length);
  if (packet->protocol != IPPROTO_ICMP) { /* the pseudo header: addresses, protocol, length */
    bool old = packet->family == AF_INET;
    sum = add_words(sum, packet->bytes + (old ? 12 : 8), old ? 8 : 32);
    sum += (unsigned)packet->protocol + length;
  }
  return fold(sum);
}

static size_t ipv4_header_length(const struct packet *packet) {
  size_t length = (size_t)(packet->bytes[0] & 15) * 4;
  return length >= 20 && length <= packet->length ? length : 0;
}

void packet_fix_checksums(void *bytes, size_t length) {
  struct packet packet;
  unsigned char *at = bytes;
  packet_read(bytes, length, length, &packet);
  size_t header = packet.family == AF_INET ? ipv4_header_length(&packet) : 0;
  if (header > 0) {
    set_16(at + 10, 0);
    set_16(at + 10, fold(add_words(0, at, header)));
  }
  size_t offset = checksum_offset(&packet);
  if (offset == NO_CHECKSUM)
    return;
  set_16(at + packet.transport + offset, 0);
  unsigned sum = transport_sum(&packet);
  if (sum == 0 && packet.protocol == IPPROTO_UDP) /* 0 would mean that there is none */
    sum = 0xffff;
  set_16(at + packet.transport + offset, sum);
}

bool packet_header_checksum_holds(const struct packet *packet) {
  size_t length = packet->family == AF_INET ? ipv4_header_length(packet) : 0;
  return length == 0 || fold(add_words(0, packet->bytes, length)) == 0;
}

bool packet_transport_checksum_holds(const struct packet *packet) {
  size_t offset = checksum_offset(packet);
  if (offset == NO_CHECKSUM)
    return true;
  bool none =
      packet->protocol == IPPROTO_UDP && get_16(packet->bytes + packet->transport + offset) == 0;
  return none ? packet->family == AF_INET : transport_sum(packet) == 0;
}

bool packet_checksums_hold(const struct packet *packet) {
  return packet_header_checksum_holds(packet) && packet_transport_checksum_holds(packet);
}
