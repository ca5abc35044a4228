/* packet_field: the fields of the headers of a packet, one row each: where they stand, how they are
 * written, what they mean. */
#ifndef SOCKSH_PACKET_PACKET_FIELD_H
#define SOCKSH_PACKET_PACKET_FIELD_H

#include "packet/packet.h"

/* What a field is part of. A packet has some of these. */
enum packet_header {
  HEADER_IPV4,
  HEADER_IPV6,
  HEADER_FRAGMENT, /* of IPv6 */
  HEADER_TCP,
  HEADER_TCP_SEGMENT, /* TCP's options: maximum segment size, */
  HEADER_TCP_SCALE,   /* window scale, */
  HEADER_TCP_STAMPS,  /* and timestamps */
  HEADER_UDP,
  HEADER_ICMP,         /* and ICMPv6 */
  HEADER_ICMP_ECHO,    /* the rest of the header, of an echo request or reply, */
  HEADER_ICMP_MTU,     /* of "need to frag", */
  HEADER_ICMP_GATEWAY, /* of a redirect, */
  HEADER_ICMPV6_MTU,   /* of "packet too big" */
  PACKET_HEADERS
};

/* How a field is written. */
enum packet_field_kind {
  FIELD_NUMBER,
  FIELD_HEX,
  FIELD_WORDS, /* a number of units of 4 bytes */
  FIELD_UNITS, /* a number of units of 8 bytes */
  FIELD_BIT,
  FIELD_PROTOCOL,
  FIELD_FLAGS,          /* TCP's */
  FIELD_SEQUENCE,       /* in the space of the sender */
  FIELD_ACKNOWLEDGMENT, /* in that of the receiver */
  FIELD_CHECKSUM,
  FIELD_ADDRESS, /* 32 or 128 bits */
};

struct packet_field {
  const char *name;
  const char *other; /* another name for it, NULL: none */
  enum packet_header header;
  unsigned short offset; /* in bits, from the start of its header */
  unsigned short bits;
  enum packet_field_kind kind;
  bool fixed; /* it can't be edited: it follows from the others */
  const char *meaning;
};

/* All fields, header by header, ended by one without a name. */
extern const struct packet_field packet_fields[];

/* What each header is called. */
extern const char *const packet_header_names[PACKET_HEADERS];

/* Where a field stands, in bits from the start of the packet; false where the packet has none, or
 * not at hand. */
bool packet_field_find(const struct packet *packet, const struct packet_field *field, size_t *bit);

#endif
