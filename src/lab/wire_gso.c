#include "lab/wire_gso.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lab/lab.h"
#include "lab/wire_device.h"
#include "lab/wire_link.h"
#include "lab/wire_reason.h"
#include "socket/kernel.h"

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif

/* Offsets in the headers of UDP, IPv4 and IPv6, and sizes. */
enum { UDP_AT_LENGTH = 4, UDP_AT_CHECKSUM = 6, UDP_HEADER = 8 };
enum {
  IP_AT_LENGTH = 2,
  IP_AT_IDENTIFICATION = 4,
  IP_AT_CHECKSUM = 10,
  IP6_AT_LENGTH = 4,
  IP4_HEADER = 20,
  IP6_HEADER = 40
};

enum { MOST = 64, HEADERS = IP6_HEADER + UDP_HEADER, SIZE_LIMIT = 65535 };

struct wire_gso {
  bool refused; /* the kernel does not take such packets */
  unsigned count;
  bool closed;               /* the last one is shorter than the first: nothing may follow it */
  unsigned step;             /* by which IP's identification grows from each to the next: 0 or 1 */
  size_t header;             /* bytes of the IP and the UDP header of each */
  size_t data;               /* bytes that follow in each but the last */
  size_t length;             /* bytes of all */
  struct wire_link *to;      /* for whom they are */
  struct wire_record record; /* of the first */
  unsigned char bytes[SIZE_LIMIT]; /* the first one whole, then the data of the others */
};

struct wire_gso *wire_gso_create(void) {
  struct wire_gso *gso = malloc(sizeof *gso);
  if (gso) {
    gso->refused = false;
    gso->count = 0;
  }
  return gso;
}

void wire_gso_free(struct wire_gso *gso) {
  free(gso);
}

static unsigned get16(const unsigned char *bytes) {
  return (unsigned)bytes[0] << 8 | bytes[1];
}

static void put16(unsigned char *bytes, unsigned value) {
  bytes[0] = (unsigned char)(value >> 8);
  bytes[1] = (unsigned char)value;
}

/* The sum of two numbers in ones' complement. */
static unsigned sum16(unsigned a, unsigned b) {
  return (a + b) % 0xffff ? (a + b) % 0xffff : a + b ? 0xffff : 0;
}

/* Changes a number, and the sum that it is a part of: RFC 1624. */
static void change16(unsigned char *place, unsigned value, unsigned char *sum, bool complemented) {
  unsigned flip = complemented ? 0xffff : 0;
  unsigned changed = sum16(sum16(get16(sum) ^ flip, get16(place) ^ 0xffff), value);
  put16(sum, changed ^ flip);
  put16(place, value);
}

/* Makes headers those of `data` bytes. UDP's checksum is what the kernel starts from: the sum of
 * the addresses, the protocol and the length. */
static void set_lengths(unsigned char *headers, size_t length, size_t data) {
  unsigned char *udp = headers + length - UDP_HEADER;
  change16(udp + UDP_AT_LENGTH, (unsigned)(UDP_HEADER + data), udp + UDP_AT_CHECKSUM, false);
  if (length == HEADERS)
    put16(headers + IP6_AT_LENGTH, (unsigned)(UDP_HEADER + data));
  else
    change16(headers + IP_AT_LENGTH, (unsigned)(length + data), headers + IP_AT_CHECKSUM, true);
}

bool wire_gso_may(const struct wire *wire, const struct virtio_net_hdr *header,
                  const struct packet *packet, const struct wire_link *to) {
  bool plain =
      packet->family == AF_INET ? packet->transport == IP4_HEADER : packet->transport == IP6_HEADER;
  if (wire->gso->refused || !wire_is_fast(wire) || wire->counts || !to ||
      packet->protocol != IPPROTO_UDP || !packet->has_transport || packet->problem || !plain ||
      packet->fragment || packet->more || packet->end != packet->length ||
      packet->payload_length == 0)
    return false;
  if (header->flags != VIRTIO_NET_HDR_F_NEEDS_CSUM || header->gso_type != VIRTIO_NET_HDR_GSO_NONE ||
      header->csum_start != packet->transport || header->csum_offset != UDP_AT_CHECKSUM ||
      get16(packet->bytes + packet->transport + UDP_AT_LENGTH) !=
          packet->length - packet->transport)
    return false;
  struct address target = packet_destination(packet);
  return wire_link_of(wire, &target) == to;
}

/* Whether the headers are the same but for the lengths, the checksums and the identification. */
static bool are_alike(const unsigned char *a, const unsigned char *b, size_t length) {
  size_t ports = length - UDP_HEADER;
  if (memcmp(a + ports, b + ports, UDP_AT_LENGTH) != 0)
    return false;
  if (length == HEADERS)
    return memcmp(a, b, IP6_AT_LENGTH) == 0 &&
           memcmp(a + IP6_AT_LENGTH + 2, b + IP6_AT_LENGTH + 2, 34) == 0;
  return memcmp(a, b, IP_AT_LENGTH) == 0 && memcmp(a + 6, b + 6, 4) == 0 &&
         memcmp(a + 12, b + 12, 8) == 0;
}

/* Whether a packet may follow those that are kept. */
static bool may_follow(struct wire_gso *gso, const struct packet *packet, struct wire_link *to) {
  size_t data = packet->length - packet->payload;
  if (gso->closed || gso->count == MOST || gso->to != to || gso->header != packet->payload ||
      data > gso->data || gso->length + data > SIZE_LIMIT ||
      !are_alike(gso->bytes, packet->bytes, gso->header))
    return false;
  unsigned first = get16(gso->bytes + IP_AT_IDENTIFICATION);
  unsigned grown = packet->family == AF_INET
                       ? (get16(packet->bytes + IP_AT_IDENTIFICATION) - first) & 0xffff
                       : 0;
  if (gso->count == 1 && grown <= 1)
    gso->step = grown;
  return grown == (gso->step * gso->count & 0xffff);
}

void wire_gso_add(struct wire *wire, const struct wire_record *record, const struct packet *packet,
                  struct wire_link *to) {
  struct wire_gso *gso = wire->gso;
  size_t data = packet->length - packet->payload;
  if (gso->count > 0 && !may_follow(gso, packet, to))
    wire_gso_flush(wire);
  if (gso->count == 0) {
    gso->closed = false;
    gso->step = 0;
    gso->header = packet->payload;
    gso->data = data;
    gso->length = 0;
    gso->to = to;
    gso->record = *record;
  }
  size_t skipped = gso->count ? packet->payload : 0;
  memcpy(gso->bytes + gso->length, packet->bytes + skipped, packet->length - skipped);
  gso->length += packet->length - skipped;
  gso->closed = data < gso->data;
  gso->count++;
}

/* Whether a list of the host's sockets below /proc/net has more than its title. */
static bool has_rows(const struct lab_host *host, enum lab_statistic list) {
  char text[512];
  ssize_t got = pread(host->statistics[list], text, sizeof text, 0);
  const char *title = got > 0 ? memchr(text, '\n', (size_t)got) : NULL;
  return got < 0 || (title && title + 1 < text + got);
}

/* Whether nobody but a UDP socket will get the packet: a packet or a raw socket would get it whole,
 * and an ICMP error would quote it whole. */
static bool is_for_datagrams(const struct wire_gso *gso) {
  struct lab_host *host = gso->to->host;
  struct packet packet;
  packet_read(gso->bytes, gso->header, gso->header + gso->data, &packet);
  struct address source = packet_source(&packet);
  struct address target = packet_destination(&packet);
  return host->receivers && !has_rows(host, STATISTIC_PACKET) && !has_rows(host, STATISTIC_RAW) &&
         !has_rows(host, STATISTIC_RAW6) && kernel_receives(host->receivers, &source, &target);
}

/* All of them as one packet. False if the host does not take it. */
static bool deliver_as_one(struct wire_gso *gso) {
  unsigned char headers[HEADERS];
  struct virtio_net_hdr header = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
                                  .gso_type = VIRTIO_NET_HDR_GSO_UDP_L4,
                                  .hdr_len = (uint16_t)gso->header,
                                  .gso_size = (uint16_t)gso->data,
                                  .csum_start = (uint16_t)(gso->header - UDP_HEADER),
                                  .csum_offset = UDP_AT_CHECKSUM};
  struct iovec parts[] = {{&header, sizeof header},
                          {headers, gso->header},
                          {gso->bytes + gso->header, gso->length - gso->header}};
  memcpy(headers, gso->bytes, gso->header);
  set_lengths(headers, gso->header, gso->length - gso->header);
  if (writev(gso->to->device, parts, 3) >= 0)
    return true;
  gso->refused = errno == EINVAL;
  return false;
}

/* Records that one could not be delivered, by its headers: more is not kept of what is unseen. */
static void record_refused(struct wire *wire, const struct wire_gso *gso, unsigned at,
                           const unsigned char *headers, size_t data) {
  struct packet packet;
  struct flow_bases bases;
  struct wire_record record = gso->record;
  record.number += at;
  record.fate = PACKET_LOST;
  record.reason = WIRE_REASON_REFUSES;
  packet_read(headers, gso->header, gso->header + data, &packet);
  flow_find(&wire->flows, &packet, record.lan->index, &bases);
  wire_record(wire, &record, &packet, &bases);
}

/* One by one, as they have come. */
static void deliver_each(struct wire *wire, struct wire_gso *gso) {
  struct virtio_net_hdr header = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
                                  .csum_start = (uint16_t)(gso->header - UDP_HEADER),
                                  .csum_offset = UDP_AT_CHECKSUM};
  size_t at = gso->header;
  for (unsigned i = 0; i < gso->count; i++) {
    unsigned char headers[HEADERS];
    size_t left = gso->length - at;
    size_t data = left < gso->data ? left : gso->data;
    struct iovec parts[] = {
        {&header, sizeof header}, {headers, gso->header}, {gso->bytes + at, data}};
    memcpy(headers, gso->bytes, gso->header);
    set_lengths(headers, gso->header, data);
    if (gso->header < HEADERS)
      change16(headers + IP_AT_IDENTIFICATION,
               (get16(headers + IP_AT_IDENTIFICATION) + i * gso->step) & 0xffff,
               headers + IP_AT_CHECKSUM, true);
    if (writev(gso->to->device, parts, 3) < 0)
      record_refused(wire, gso, i, headers, data);
    at += data;
  }
}

void wire_gso_flush(struct wire *wire) {
  struct wire_gso *gso = wire->gso;
  if (gso->count > 0 && (gso->count == 1 || !is_for_datagrams(gso) || !deliver_as_one(gso)))
    deliver_each(wire, gso);
  gso->count = 0;
}
