#include "view/notation/packet_line_message.h"

#include <arpa/inet.h>
#include <string.h>

#include "packet/packet_bits.h"

/* The bytes of a message, and how far they have been read. Nothing is read beyond the end. */
struct reader {
  const unsigned char *bytes;
  size_t length;
  size_t at;
};

static bool has(const struct reader *reader, size_t count) {
  return reader->at <= reader->length && count <= reader->length - reader->at;
}

static void put_ipv4(struct packet_writer *writer, const unsigned char *bytes) {
  char text[INET_ADDRSTRLEN];
  packet_put(writer, inet_ntop(AF_INET, bytes, text, sizeof text));
}

/* IGMP: RFC 1112, 2236, 3376. */

enum { IGMP_QUERY = 0x11, IGMP_REPORT1, IGMP_REPORT2 = 0x16, IGMP_LEAVE, IGMP_REPORT3 = 0x22 };

/* A group record of version 3: what kind, of which group, from which sources. Returns its length; 0
 * if not all of it is at hand. */
static size_t put_record(struct packet_writer *writer, const struct reader *reader) {
  static const char *const kinds[] = {"?", "is_in", "is_ex", "to_in", "to_ex", "allow", "block"};
  if (!has(reader, 8))
    return 0;
  const unsigned char *record = reader->bytes + reader->at;
  size_t sources = get_16(record + 2);
  packet_put(writer, " [gaddr ");
  put_ipv4(writer, record + 4);
  bytes_append_format(writer->bytes, " %s {",
                      kinds[record[0] < sizeof kinds / sizeof *kinds ? record[0] : 0]);
  bool whole = has(reader, 8 + sources * 4);
  for (size_t i = 0; whole && i < sources; i++) {
    packet_put(writer, i ? " " : "");
    put_ipv4(writer, record + 8 + i * 4);
  }
  packet_put(writer, whole ? "}]" : "...}]");
  return whole ? 8 + sources * 4 + (size_t)record[1] * 4 : 0;
}

static void put_report3(struct packet_writer *writer, struct reader *reader) {
  size_t records = get_16(reader->bytes + 6);
  bytes_append_format(writer->bytes, "igmp v3 report, %zu group record(s)", records);
  reader->at = 8;
  for (size_t i = 0; i < records; i++) {
    size_t length = put_record(writer, reader);
    if (length == 0)
      break;
    reader->at += length;
  }
}

/* The time in tenths of a second; version 3 has large ones with an exponent. */
static unsigned response_time(unsigned code, bool third) {
  return third && code >= 128 ? (16 + (code & 15)) << (3 + (code >> 4 & 7)) : code;
}

static void put_query(struct packet_writer *writer, const struct reader *reader) {
  const unsigned char *bytes = reader->bytes;
  bool third = reader->length >= 12;
  unsigned time = response_time(bytes[1], third);
  packet_put(writer, third ? "igmp query v3" : time > 0 ? "igmp query v2" : "igmp query v1");
  if (time > 0)
    bytes_append_format(writer->bytes, " [max resp time %u.%us]", time / 10, time % 10);
  if (get_32(bytes + 4) != 0) {
    packet_put(writer, " [gaddr ");
    put_ipv4(writer, bytes + 4);
    packet_put(writer, "]");
  }
  if (third && get_16(bytes + 10) > 0)
    bytes_append_format(writer->bytes, " [%u source(s)]", get_16(bytes + 10));
}

static void put_igmp(struct packet_writer *writer, struct reader *reader) {
  static const struct {
    unsigned type;
    const char *text;
  } simple[] = {{IGMP_REPORT1, "igmp v1 report "},
                {IGMP_REPORT2, "igmp v2 report "},
                {IGMP_LEAVE, "igmp leave "}};
  unsigned type = reader->bytes[0];
  if (type == IGMP_REPORT3)
    put_report3(writer, reader);
  else if (type == IGMP_QUERY)
    put_query(writer, reader);
  for (size_t i = 0; i < sizeof simple / sizeof *simple; i++)
    if (simple[i].type == type) {
      packet_put(writer, simple[i].text);
      put_ipv4(writer, reader->bytes + 4);
    }
}

/* DNS: RFC 1035, in tcpdump's notation. */

enum { DNS_HEADER = 12, DNS_PORT = 53, MDNS_PORT = 5353, DNS_NAME = 255, DNS_SHOWN = 3 };
enum { TYPE_A = 1, TYPE_NS, TYPE_CNAME = 5, TYPE_SOA, TYPE_PTR = 12, TYPE_MX = 15, TYPE_TXT };
enum { TYPE_AAAA = 28, TYPE_SRV = 33, TYPE_OPT = 41 };

static const struct {
  unsigned type;
  const char *name;
} dns_types[] = {{TYPE_A, "A"},     {TYPE_NS, "NS"},   {TYPE_CNAME, "CNAME"}, {TYPE_SOA, "SOA"},
                 {TYPE_PTR, "PTR"}, {TYPE_MX, "MX"},   {TYPE_TXT, "TXT"},     {TYPE_AAAA, "AAAA"},
                 {TYPE_SRV, "SRV"}, {TYPE_OPT, "OPT"}, {64, "SVCB"},          {65, "HTTPS"},
                 {255, "ANY"}};

static void put_type(struct packet_writer *writer, unsigned type) {
  for (size_t i = 0; i < sizeof dns_types / sizeof *dns_types; i++)
    if (dns_types[i].type == type) {
      packet_put(writer, dns_types[i].name);
      return;
    }
  bytes_append_format(writer->bytes, "Type%u", type);
}

/* Reads a name. It may go on elsewhere, always before where it has been, so it ends. False if it is
 * broken off. `writer` may be NULL: the name is passed over. */
static bool read_name(struct packet_writer *writer, struct reader *reader) {
  size_t at = reader->at;
  size_t limit = at;
  size_t total = 0;
  bool jumped = false;
  for (;;) {
    if (at >= reader->length)
      return false;
    unsigned length = reader->bytes[at];
    if (length >> 6 == 3) {
      if (at + 2 > reader->length)
        return false;
      size_t target = get_16(reader->bytes + at) & 0x3fff;
      if (!jumped)
        reader->at = at + 2;
      jumped = true;
      if (target >= limit)
        return false;
      at = limit = target;
      continue;
    }
    if (length > 63 || at + 1 + length > reader->length || (total += length + 1) > DNS_NAME)
      return false;
    if (length == 0 && writer && total == 1)
      packet_put(writer, ".");
    if (length == 0)
      break;
    if (writer) {
      escape_append_plain(writer->bytes, (const char *)reader->bytes + at + 1, length, false,
                          ESCAPE_ASCII);
      packet_put(writer, ".");
    }
    at += 1 + length;
  }
  if (!jumped)
    reader->at = at + 1;
  return true;
}

static void put_record_data(struct packet_writer *writer, const struct reader *reader,
                            unsigned type, size_t length) {
  const unsigned char *data = reader->bytes + reader->at;
  struct reader inner = *reader;
  char text[INET6_ADDRSTRLEN];
  packet_put(writer, " ");
  put_type(writer, type);
  if (type == TYPE_A && length == 4) {
    packet_put(writer, " ");
    put_ipv4(writer, data);
  } else if (type == TYPE_AAAA && length == 16) {
    packet_put(writer, " ");
    packet_put(writer, inet_ntop(AF_INET6, data, text, sizeof text));
  } else if (type == TYPE_CNAME || type == TYPE_NS || type == TYPE_PTR || type == TYPE_SOA) {
    packet_put(writer, " ");
    read_name(writer, &inner);
  } else if (type == TYPE_MX && length > 2) {
    inner.at += 2;
    packet_put(writer, " ");
    read_name(writer, &inner);
    bytes_append_format(writer->bytes, " %u", get_16(data));
  } else if (type == TYPE_TXT && length > 1 && (size_t)data[0] + 1 <= length) {
    packet_put(writer, " ");
    escape_append_quoted(writer->bytes, (const char *)data + 1, data[0], 60, ESCAPE_ASCII);
  }
}

/* False if what follows is broken off. */
static bool put_answer(struct packet_writer *writer, struct reader *reader) {
  if (!read_name(NULL, reader) || !has(reader, 10))
    return false;
  unsigned type = get_16(reader->bytes + reader->at);
  size_t length = get_16(reader->bytes + reader->at + 8);
  reader->at += 10;
  if (!has(reader, length))
    return false;
  put_record_data(writer, reader, type, length);
  reader->at += length;
  return true;
}

static void put_question(struct packet_writer *writer, struct reader *reader) {
  struct reader ahead = *reader;
  if (!read_name(NULL, &ahead) || !has(&ahead, 4))
    return;
  packet_put(writer, " ");
  put_type(writer, get_16(ahead.bytes + ahead.at));
  packet_put(writer, "? ");
  read_name(writer, reader);
  reader->at = ahead.at + 4;
}

static void put_response_flags(struct packet_writer *writer, unsigned flags) {
  static const char *const codes[] = {"",          " FormErr", " ServFail",
                                      " NXDomain", " NotImp",  " Refused"};
  unsigned code = flags & 15;
  packet_put(writer, flags & 0x0400 ? "*" : "");
  packet_put(writer, flags & 0x0080 ? "" : "-");
  packet_put(writer, flags & 0x0200 ? "|" : "");
  if (code < sizeof codes / sizeof *codes)
    packet_put(writer, codes[code]);
  else
    bytes_append_format(writer->bytes, " Resp%u", code);
}

static void put_dns(struct packet_writer *writer, struct reader *reader) {
  const unsigned char *bytes = reader->bytes;
  unsigned flags = get_16(bytes + 2);
  bool response = flags & 0x8000;
  size_t answers = get_16(bytes + 6);
  if (writer->notation->aliases)
    alias_append(writer->notation->aliases, 'N', get_16(bytes), writer->bytes);
  else
    bytes_append_number(writer->bytes, get_16(bytes));
  if (response)
    put_response_flags(writer, flags);
  else
    packet_put(writer, flags & 0x0100 ? "+" : "");
  reader->at = DNS_HEADER;
  if (get_16(bytes + 4) > 0)
    put_question(writer, reader);
  if (!response)
    return;
  bytes_append_format(writer->bytes, " %zu/%u/%u", answers, get_16(bytes + 8), get_16(bytes + 10));
  for (size_t i = 0; i < answers && i < DNS_SHOWN; i++) {
    packet_put(writer, i ? "," : "");
    if (!put_answer(writer, reader))
      return;
  }
  packet_put(writer, answers > DNS_SHOWN ? ", ..." : "");
}

static bool is_dns(const struct packet *packet) {
  bool udp = packet->has_transport && packet->protocol == IPPROTO_UDP && !packet->more;
  unsigned source = packet->source_port;
  unsigned target = packet->destination_port;
  return udp && packet_data_length(packet) >= DNS_HEADER &&
         (source == DNS_PORT || target == DNS_PORT || source == MDNS_PORT || target == MDNS_PORT);
}

static bool is_igmp(const struct packet *packet) {
  bool here = packet->family == AF_INET && packet->protocol == IPPROTO_IGMP && !packet->fragment;
  if (!here || packet_data_length(packet) < 8)
    return false;
  unsigned type = packet->bytes[packet->payload];
  return type == IGMP_QUERY || type == IGMP_REPORT1 || type == IGMP_REPORT2 || type == IGMP_LEAVE ||
         type == IGMP_REPORT3;
}

const char *packet_message_protocol(const struct packet *packet) {
  return is_igmp(packet) ? "IGMP" : is_dns(packet) ? "DNS" : NULL;
}

bool packet_put_message(struct packet_writer *writer) {
  const struct packet *packet = writer->packet;
  struct reader reader = {packet->bytes + packet->payload, packet_data_length(packet), 0};
  if (is_igmp(packet))
    put_igmp(writer, &reader);
  else if (is_dns(packet))
    put_dns(writer, &reader);
  else
    return false;
  return true;
}
