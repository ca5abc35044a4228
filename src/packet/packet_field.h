/* packet_field: the fields of a packet's headers, one row each: where they are, how they are
 * written, what they mean. */
#ifndef SOCKSH_PACKET_PACKET_FIELD_H
#define SOCKSH_PACKET_PACKET_FIELD_H

#include "packet/packet.h"

/* What a field belongs to. A packet has some of these. */
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
  HEADER_ICMP_ECHO,    /* the rest of the header, for an echo request or reply, */
  HEADER_ICMP_MTU,     /* for "need to frag", */
  HEADER_ICMP_GATEWAY, /* for a redirect, */
  HEADER_ICMPV6_MTU,   /* for "packet too big" */
  HEADER_IGMP,
  HEADER_IGMP_GROUP, /* of all messages but reports of version 3 */
  HEADER_DNS,
  PACKET_HEADERS
};

/* How a field is written. */
enum packet_field_kind {
  FIELD_NUMBER,
  FIELD_HEX,
  FIELD_WORDS, /* a number, in units of 4 bytes */
  FIELD_UNITS, /* a number, in units of 8 bytes */
  FIELD_BIT,
  FIELD_PROTOCOL,
  FIELD_FLAGS,          /* TCP's flags */
  FIELD_SEQUENCE,       /* in the sender's sequence space */
  FIELD_ACKNOWLEDGMENT, /* in the receiver's sequence space */
  FIELD_CHECKSUM,
  FIELD_ADDRESS, /* 32 or 128 bits */
};

struct packet_field {
  const char *name;
  const char *other; /* an alternative name, NULL: none */
  enum packet_header header;
  unsigned short offset; /* in bits, from the start of its header */
  unsigned short bits;
  enum packet_field_kind kind;
  bool fixed; /* it can't be edited: it is derived from the others */
  const char *meaning;
};

/* All fields, header by header, ended by one without a name. */
extern const struct packet_field packet_fields[];

/* The name of each header. */
extern const char *const packet_header_names[PACKET_HEADERS];

/* Where a field is, in bits from the start of the packet; false if the packet lacks it, or its
 * bytes are not at hand. */
bool packet_field_find(const struct packet *packet, const struct packet_field *field, size_t *bit);

/* The family of the address that a packet has in the field with that name; AF_UNSPEC: it is no
 * address. */
int packet_field_family(const void *bytes, size_t length, const char *name);

/* Parses a sequence number: relative to a base, unless it begins with "=". 0, or -1 if it is none.
 */
int packet_sequence_parse(const char *text, uint32_t base, uint32_t *value);

#endif
