#include "view/notation/packet_line_tcp.h"

#include <netinet/tcp.h>

#include "packet/packet_bits.h"

/* Options that <netinet/tcp.h> does not name: RFC 2385, 5482, 5925, 8684. */
enum { OPTION_MD5 = 19, OPTION_TIMEOUT = 28, OPTION_AUTHENTICATION, OPTION_MULTIPATH };

static uint32_t sequence_base(const struct packet_writer *writer) {
  return writer->event->relative ? writer->event->sequence_base : 0;
}

static uint32_t acknowledgment_base(const struct packet_writer *writer) {
  return writer->event->relative ? writer->event->acknowledgment_base : 0;
}

static void put_segment(struct packet_writer *writer, const struct packet_option *option) {
  bytes_append_format(writer->bytes, " %u", get_16(option->data));
}

static void put_scale(struct packet_writer *writer, const struct packet_option *option) {
  bytes_append_format(writer->bytes, " %u", option->data[0]);
}

/* The blocks are of data sent by the receiver of this segment. */
static void put_blocks(struct packet_writer *writer, const struct packet_option *option) {
  uint32_t base = acknowledgment_base(writer);
  bytes_append_format(writer->bytes, " %zu ", option->length / 8);
  for (size_t at = 0; at + 8 <= option->length; at += 8)
    bytes_append_format(writer->bytes, "{%u:%u}", get_32(option->data + at) - base,
                        get_32(option->data + at + 4) - base);
}

static void put_stamp(struct packet_writer *writer, uint32_t stamp, uint32_t base) {
  if (writer->notation->aliases && stamp != 0) /* it differs every time */
    packet_put(writer, "T");
  else
    bytes_append_format(writer->bytes, "%u",
                        stamp && writer->event->relative ? stamp - base : stamp);
}

static void put_stamps(struct packet_writer *writer, const struct packet_option *option) {
  packet_put(writer, " val ");
  put_stamp(writer, get_32(option->data), writer->event->timestamp_base);
  packet_put(writer, " ecr ");
  put_stamp(writer, get_32(option->data + 4), writer->event->echo_base);
}

static void put_timeout(struct packet_writer *writer, const struct packet_option *option) {
  unsigned value = get_16(option->data);
  bytes_append_format(writer->bytes, " %u%s", value & 0x7fff, value & 0x8000 ? " min" : " s");
}

static void put_cookie(struct packet_writer *writer, const struct packet_option *option) {
  uint64_t value = 0;
  if (option->length == 0) {
    packet_put(writer, " cookiereq");
    return;
  }
  packet_put(writer, " cookie ");
  for (size_t i = 0; i < option->length; i++)
    value = value << 8 | option->data[i];
  if (writer->notation->aliases)
    alias_append(writer->notation->aliases, 'C', (long long)value, writer->bytes);
  else
    packet_put_hex(writer, option->data, option->length, option->length);
}

/* In tcpdump's words. `least` and `most` limit the length of the data that `put` takes; with any
 * other length it is shown in hexadecimal. */
static const struct option_form {
  unsigned kind;
  const char *name;
  size_t least;
  size_t most;
  void (*put)(struct packet_writer *writer, const struct packet_option *option);
  const char *meaning;
} option_forms[] = {
    {TCPOPT_EOL, "eol", 0, 0, NULL, N_("the list of options ends")},
    {TCPOPT_NOP, "nop", 0, 0, NULL, N_("fills up, so that what follows stands at a multiple of 4")},
    {TCPOPT_MAXSEG, "mss", 2, 2, put_segment,
     N_("the most data in one segment that the sender wants to get")},
    {TCPOPT_WINDOW, "wscale", 1, 1, put_scale, N_("windows are shifted left by so many bits")},
    {TCPOPT_SACK_PERMITTED, "sackOK", 0, 0, NULL,
     N_("the sender understands selective acknowledgments")},
    {TCPOPT_SACK, "sack", 8, 32, put_blocks, N_("what has come beyond ack: from, up to")},
    {TCPOPT_TIMESTAMP, "TS", 8, 8, put_stamps,
     N_("the sender's clock, and the receiver's as it came last")},
    {OPTION_MD5, "md5", 1, 0, NULL, N_("a signature (RFC 2385)")},
    {OPTION_TIMEOUT, "uto", 2, 2, put_timeout,
     N_("how long the sender waits for an ACK (RFC 5482)")},
    {OPTION_AUTHENTICATION, "tcp-ao", 1, 0, NULL, N_("a signature (RFC 5925)")},
    {OPTION_MULTIPATH, "mptcp", 1, 38, packet_put_mptcp,
     N_("several paths for one connection (RFC 8684)")},
    {PACKET_OPTION_FAST_OPEN, "tfo", 0, 16, put_cookie,
     N_("data with the SYN, for who has the cookie (RFC 7413)")},
};

static const struct option_form *find_form(unsigned kind) {
  for (size_t i = 0; i < sizeof option_forms / sizeof *option_forms; i++)
    if (option_forms[i].kind == kind)
      return &option_forms[i];
  return NULL;
}

const char *packet_option_meaning(unsigned kind) {
  const struct option_form *form = find_form(kind);
  return form ? form->meaning : "";
}

void packet_put_option(struct packet_writer *writer, const struct packet_option *option) {
  const struct option_form *form = find_form(option->kind);
  if (form)
    packet_put(writer, form->name);
  else
    bytes_append_format(writer->bytes, "unknown-%u", option->kind);
  if (form && option->length >= form->least && option->length <= form->most) {
    if (form->put)
      form->put(writer, option);
  } else if (option->length > 0) {
    packet_put(writer, " 0x");
    packet_put_hex(writer, option->data, option->length, option->length);
  }
}

void packet_put_options(struct packet_writer *writer) {
  struct packet_option option;
  bool first = true;
  bool bad;
  for (size_t at = 0; packet_next_option(writer->packet, &at, &option, &bad); first = false) {
    packet_put(writer, first ? "" : ",");
    packet_put_option(writer, &option);
  }
  if (bad)
    packet_put(writer, first ? "[bad option]" : ",[bad option]");
}

void packet_put_tcp(struct packet_writer *writer) {
  const struct packet *packet = writer->packet;
  struct bytes *bytes = writer->bytes;
  size_t length = packet->payload_length;
  uint32_t sequence = packet->sequence - sequence_base(writer);
  packet_put(writer, "Flags [");
  packet_flags_append(packet->flags, bytes);
  packet_put(writer, "]");
  if (length > 0)
    bytes_append_format(bytes, ", seq %u:%u", sequence, sequence + (uint32_t)length);
  else if (packet->flags & (FLAG_SYN | FLAG_FIN | FLAG_RST))
    bytes_append_format(bytes, ", seq %u", sequence);
  if (packet->flags & FLAG_ACK)
    bytes_append_format(bytes, ", ack %u", packet->acknowledgment - acknowledgment_base(writer));
  bytes_append_format(bytes, ", win %u", packet->window);
  if (packet->flags & FLAG_URG)
    bytes_append_format(bytes, ", urg %u", get_16(packet->bytes + packet->transport + 18));
  if (packet->options_length > 0) {
    packet_put(writer, ", <");
    packet_put_options(writer);
    packet_put(writer, ">");
  }
  if (length > 0)
    bytes_append_format(bytes, ", length %zu", length);
}
