/* packet: the bytes of one IP packet, its fields, and what a person may do to them: read, change,
 * build. Nothing is trusted: lengths are checked against the bytes at hand, and a packet that is
 * truncated, or contradicts itself, is parsed as far as possible.
 *
 * IPv4 is RFC 791, IPv6 RFC 8200, TCP RFC 9293, UDP RFC 768, ICMP RFC 792, ICMPv6 RFC 4443. */
#ifndef SOCKSH_PACKET_PACKET_H
#define SOCKSH_PACKET_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "language/bytes.h"
#include "language/error.h"
#include "names/address.h"

/* The longest IP packet. */
enum { PACKET_SIZE_LIMIT = 65535 + 40 };

/* TCP's flags, with the header's bits. */
enum packet_flag {
  FLAG_FIN = 0x01,
  FLAG_SYN = 0x02,
  FLAG_RST = 0x04,
  FLAG_PSH = 0x08,
  FLAG_ACK = 0x10,
  FLAG_URG = 0x20,
  FLAG_ECE = 0x40,
  FLAG_CWR = 0x80,
  FLAG_AE = 0x100, /* in a packet_plan alone: struct packet has the eight that RFC 9293 names */
};

/* A parsed packet. It refers to its bytes, which must outlive it. */
struct packet {
  const unsigned char *bytes;
  size_t length; /* bytes at hand */
  size_t total;  /* bytes on the wire; more than `length` if the end was not kept */
  int family;    /* AF_INET or AF_INET6; AF_UNSPEC: not an IP packet, and nothing below is set */
  const char *problem; /* what is wrong with it: "truncated", "bad length" ...; NULL: nothing */
  size_t end;    /* offset after its last byte on the wire, according to IP; at most `total` */
  int protocol;  /* IPPROTO_TCP ...: what the last IP header or extension header names */
  bool fragment; /* not the first fragment: it has no transport header */
  bool more;     /* a fragment, and more follow */
  unsigned identification; /* IP's identification, which joins the fragments of one datagram */
  size_t fragment_offset;  /* of a fragment: the offset of its data in the datagram, in bytes */
  size_t fragment_header;  /* offset of IPv6's fragment header; 0: none */
  unsigned hops;           /* TTL, or the hop limit */
  size_t transport;        /* offset of the transport header; == length if there is none */
  size_t payload;          /* offset of the data after all headers, at most `length` */
  size_t payload_length; /* bytes of data on the wire, according to the headers; not all need be at
                            hand */
  bool has_transport; /* TCP, UDP, ICMP, ICMPv6: the whole fixed header is at hand, and what follows
                         is set */
  uint16_t source_port; /* TCP, UDP; host byte order; the ports are also set if no more of the
                           header is at hand */
  uint16_t destination_port;
  uint32_t sequence;       /* TCP */
  uint32_t acknowledgment; /* TCP */
  unsigned flags;          /* TCP: bits of enum packet_flag */
  unsigned window;         /* TCP, as in the header: unscaled */
  size_t options;          /* TCP: offset of its options, and how many bytes of them are at hand */
  size_t options_length;
  unsigned type; /* ICMP, ICMPv6 */
  unsigned code;
};

/* Parses a packet of which `length` bytes are at hand, and which had `total` on the wire. */
void packet_read(const void *bytes, size_t length, size_t total, struct packet *packet);

/* The addresses, with the ports of TCP and UDP, otherwise port 0. Length 0 if there are none. */
struct address packet_source(const struct packet *packet);
struct address packet_destination(const struct packet *packet);

/* Parses the beginning of the packet that an ICMP error is about, which it quotes. False if this is
 * no such error, or not even the quoted IP header is at hand. */
bool packet_read_quoted(const struct packet *packet, struct packet *quoted);

/* How many bytes of its data are at hand, from `payload` on. */
size_t packet_data_length(const struct packet *packet);

/* How much sequence space it takes (TCP): its data, and 1 for each of SYN and FIN. */
uint32_t packet_sequence_length(const struct packet *packet);

/* One option of TCP. */
struct packet_option {
  unsigned kind;             /* TCPOPT_MAXSEG ... */
  const unsigned char *data; /* after kind and length */
  size_t length;             /* of the data, in bytes */
  size_t offset;             /* of the kind, in the packet */
};

/* Reads the next option from offset *at, which is 0 for the first. False at the end, and where the
 * rest is not an option; then *bad is set. */
bool packet_next_option(const struct packet *packet, size_t *at, struct packet_option *option,
                        bool *bad);

/* TCP's timestamps option: true if the packet has it. */
bool packet_timestamps(const struct packet *packet, uint32_t *value, uint32_t *echo);

/* What the sequence numbers of a connection are relative to. */
struct packet_bases {
  uint32_t sequence;
  uint32_t acknowledgment;
};

/* Changes one field in place, by its name ("seq", "ttl" ...), and fixes the checksums. A number is
 * written as in C; flags as in tcpdump ("S.", "F", "none"), by names joined with | ("syn|ack"), or
 * as a number; `seq` and `ack` are relative to the bases, unless the text begins with "=". 0, or -1
 * with an error that lists the fields of this packet. */
int packet_edit(void *bytes, size_t length, const char *field, const char *text,
                const struct packet_bases *bases, struct error *error);

/* Parses flags as above: the bits, or -1. */
int packet_flags_parse(const char *text, size_t length);

/* Appends "S", "S.", "FP." as tcpdump writes them; "none" for no flag. */
void packet_flags_append(unsigned flags, struct bytes *bytes);

/* Sets the checksum of the IPv4 header, and that of TCP, UDP, ICMP or ICMPv6. */
void packet_fix_checksums(void *bytes, size_t length);

/* Whether the checksum of the IPv4 header is correct, that of the transport, and both. Also true if
 * that can't be told: not all bytes are at hand, or the packet is a fragment. */
bool packet_header_checksum_holds(const struct packet *packet);
bool packet_transport_checksum_holds(const struct packet *packet);
bool packet_checksums_hold(const struct packet *packet);

/* What a packet is built from. */
struct packet_plan {
  int protocol;          /* IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP or IPPROTO_ICMPV6 */
  struct address source; /* with ports; both of the same family */
  struct address destination;
  unsigned hops;
  uint32_t sequence; /* TCP */
  uint32_t acknowledgment;
  unsigned flags;
  unsigned window;
  unsigned urgent;          /* TCP: the urgent pointer */
  unsigned maximum_segment; /* TCP: the MSS option; 0: none */
  const void *options; /* TCP: other options, behind that; their length is a multiple of 4, 40 bytes
                          at most together */
  size_t options_length;
  unsigned congestion; /* the two bits of IP for congestion (RFC 3168) */
  unsigned type;       /* ICMP */
  unsigned code;
  uint32_t
      rest; /* ICMP: the four bytes after the checksum, such as a next-hop MTU; host byte order */
  const void *data; /* what follows the headers; for an ICMP error, the packet it is about */
  size_t data_length;
};

/* Writes a packet with correct checksums to `bytes`, replacing its contents. 0, or -1 with an
 * error. */
int packet_build(const struct packet_plan *plan, struct bytes *bytes, struct error *error);

#endif
