#include "view/notation/packet_full.h"

#include <string.h>

#include "packet/packet_bits.h"
#include "packet/packet_field.h"
#include "view/notation/packet_label.h"
#include "view/notation/packet_line_icmp.h"
#include "view/notation/packet_line_message.h"
#include "view/notation/packet_line_part.h"
#include "view/notation/packet_line_tcp.h"

/* The state of writing the table. `writer` writes one cell at a time to `text`. */
struct full {
  const struct event_packet *event;
  const struct packet *packet;
  bool stable;
  struct answer *answer;
  const char *group; /* of the previous row */
  struct bytes text;
  struct packet_writer writer;
};

/* Adds the first two cells of a row; a header is named once. */
static void start_row(struct full *full, const char *group, const char *name) {
  bool first = !full->group || strcmp(full->group, group) != 0;
  full->group = group;
  answer_add_text(full->answer, first ? group : "");
  answer_add_text(full->answer, name);
  bytes_clear(&full->text);
}

/* Adds the other two: the contents of `text`, and the meaning. */
static void end_row(struct full *full, const char *meaning) {
  answer_add_bytes(full->answer, CELL_TEXT, bytes_text(&full->text), full->text.length);
  answer_add_text(full->answer, _(meaning));
}

static void add_text_row(struct full *full, const char *group, const char *name, const char *text,
                         const char *meaning) {
  start_row(full, group, name);
  escape_append_plain(&full->text, text, strlen(text), false, ESCAPE_ASCII);
  end_row(full, meaning);
}

static void add_number_row(struct full *full, const char *group, const char *name, size_t number,
                           const char *meaning) {
  start_row(full, group, name);
  bytes_append_format(&full->text, "%zu", number);
  end_row(full, meaning);
}

static void add_wire_rows(struct full *full) {
  const struct event_packet *event = full->event;
  add_text_row(full, "wire", "from", event->source, N_("who sent it"));
  add_text_row(full, "wire", "to", event->target, N_("for whom it is"));
  if (event->to[0] && strcmp(event->to, event->target) != 0)
    add_text_row(full, "wire", "next", event->to, N_("the host that gets it from this wire"));
  start_row(full, "wire", "fate");
  bytes_append_text(&full->text, packet_fate_name(event->fate));
  if (event->reason[0])
    bytes_append_format(&full->text, " (%s)", event->reason);
  end_row(full, N_("what has become of it"));
  if (event->copies > 1)
    add_number_row(full, "wire", "copies", event->copies,
                   N_("how often it was sent while it is held"));
  add_number_row(full, "wire", "length", event->total, N_("bytes from the IP header on"));
  for (const struct packet_label_row *row = packet_labels; row->name; row++)
    if (event->labels & (unsigned)row->label)
      add_text_row(full, "wire", "label", row->name, row->meaning);
  if (full->packet->problem)
    add_text_row(full, "wire", "problem", full->packet->problem,
                 N_("why not all of it can be read"));
}

/* Appends what each flag does, for the flags that are set. */
static void put_flag_meanings(unsigned flags, struct bytes *bytes) {
  static const struct {
    unsigned flag;
    const char *name;
    const char *meaning;
  } rows[] = {
      {FLAG_SYN, "SYN", N_("a connection begins, and seq is its first number")},
      {FLAG_FIN, "FIN", N_("the sender has no more to send")},
      {FLAG_RST, "RST", N_("the connection is over at once")},
      {FLAG_PSH, "PSH", N_("the receiver is to hand the data over at once")},
      {FLAG_ACK, "ACK", N_("ack is valid")},
      {FLAG_URG, "URG", N_("urg is valid")},
      {FLAG_ECE, "ECE", N_("congestion was met on the way; with SYN: can be told")},
      {FLAG_CWR, "CWR", N_("the sender has slowed down for that")},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (flags & rows[i].flag)
      bytes_append_format(bytes, "%s%s: %s", bytes->length ? "; " : "", rows[i].name,
                          _(rows[i].meaning));
}

static void put_flag_names(unsigned flags, struct bytes *bytes) {
  static const char *const names[] = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};
  bool first = true;
  bytes_append_format(bytes, "0x%02x ", flags);
  for (int i = 0; i < 8; i++)
    if (flags >> i & 1) {
      bytes_append_format(bytes, "%s%s", first ? "" : "|", names[i]);
      first = false;
    }
  if (first)
    bytes_append_text(bytes, "none");
}

/* Relative to the first of the connection, and as in the header. */
static void put_sequence(struct full *full, uint32_t value, uint32_t base) {
  if (full->event->relative)
    bytes_append_format(&full->text, "%u", value - base);
  if (full->event->relative && !full->stable)
    bytes_append_char(&full->text, ' ');
  if (!full->stable || !full->event->relative)
    bytes_append_format(&full->text, "=%u", value);
}

static void put_checksum(struct full *full, const struct packet_field *field, uint32_t value) {
  const struct packet *packet = full->packet;
  bool network = field->header == HEADER_IPV4;
  bool known = network || (packet->end <= packet->length && !packet->more && !packet->problem);
  if (!network && full->event->unchecked) {
    bytes_append_text(&full->text, _("left to the device"));
    return;
  }
  bool right =
      network ? packet_header_checksum_holds(packet) : packet_transport_checksum_holds(packet);
  if (!full->stable)
    bytes_append_format(&full->text, "0x%04x ", value);
  bytes_append_text(&full->text, !known ? _("not checked") : right ? _("right") : _("wrong"));
}

static void put_field_address(struct full *full, const struct packet_field *field, size_t bit) {
  struct address address = {0};
  const unsigned char *at = full->packet->bytes + bit / 8;
  if (field->bits == 32) {
    address.length = sizeof address.inet;
    address.inet.sin_family = AF_INET;
    memcpy(&address.inet.sin_addr, at, 4);
  } else {
    address.length = sizeof address.inet6;
    address.inet6.sin6_family = AF_INET6;
    memcpy(&address.inet6.sin6_addr, at, 16);
  }
  address_append_host(&address, &full->text);
}

/* True for random numbers and clock values. */
static bool varies(const struct packet_field *field) {
  return field->header == HEADER_TCP_STAMPS || strcmp(field->name, "id") == 0 ||
         strcmp(field->name, "flow") == 0;
}

static void put_value(struct full *full, const struct packet_field *field, size_t bit) {
  uint32_t value =
      field->kind == FIELD_ADDRESS ? 0 : get_bits(full->packet->bytes, bit, (unsigned)field->bits);
  struct bytes *text = &full->text;
  if (full->stable && varies(field) && value != 0) {
    bytes_append_text(text, "...");
    return;
  }
  switch (field->kind) {
  case FIELD_NUMBER:
  case FIELD_BIT:
    bytes_append_format(text, "%u", value);
    break;
  case FIELD_HEX:
    bytes_append_format(text, "0x%x", value);
    break;
  case FIELD_WORDS:
    bytes_append_format(text, _("%u x 4 = %u bytes"), value, value * 4);
    break;
  case FIELD_UNITS:
    bytes_append_format(text, _("%u x 8 = %u bytes"), value, value * 8);
    break;
  case FIELD_PROTOCOL:
    bytes_append_format(text, "%u ", value);
    packet_put_protocol(&full->writer, (int)value);
    break;
  case FIELD_FLAGS:
    put_flag_names(value, text);
    break;
  case FIELD_SEQUENCE:
    put_sequence(full, value, full->event->sequence_base);
    break;
  case FIELD_ACKNOWLEDGMENT:
    if (full->packet->flags & FLAG_ACK)
      put_sequence(full, value, full->event->acknowledgment_base);
    else
      bytes_append_format(text, "=%u", value);
    break;
  case FIELD_CHECKSUM:
    put_checksum(full, field, value);
    break;
  case FIELD_ADDRESS:
    put_field_address(full, field, bit);
    break;
  }
}

/* Appends the meaning of a field, or of its value if that says more. */
static void put_meaning(struct full *full, const struct packet_field *field) {
  const struct packet *packet = full->packet;
  bytes_clear(&full->text);
  if (field->kind == FIELD_FLAGS)
    put_flag_meanings(packet->flags, &full->text);
  else if (field->header == HEADER_ICMP && strcmp(field->name, "type") == 0)
    packet_put_icmp_words(&full->writer);
  else
    bytes_append_text(&full->text, _(field->meaning));
}

static void add_field_row(struct full *full, const struct packet_field *field, size_t bit) {
  bool port = strcmp(field->name, "sport") == 0 || strcmp(field->name, "dport") == 0;
  start_row(full, packet_header_names[field->header], field->name);
  if (port)
    answer_add_port(full->answer, (int)get_bits(full->packet->bytes, bit, 16));
  else {
    put_value(full, field, bit);
    answer_add_bytes(full->answer, CELL_TEXT, bytes_text(&full->text), full->text.length);
  }
  put_meaning(full, field); /* it may name a port */
  answer_add_bytes(full->answer, CELL_ADDRESS, bytes_text(&full->text), full->text.length);
}

/* Adds the options and extension headers of IP, as bytes only. */
static void add_ip_options(struct full *full) {
  const struct packet *packet = full->packet;
  size_t start = packet->family == AF_INET ? 20 : 40;
  size_t end =
      packet->fragment || packet->transport == packet->length ? packet->payload : packet->transport;
  if (end <= start || end > packet->length)
    return;
  start_row(full, packet->family == AF_INET ? "IPv4" : "IPv6",
            packet->family == AF_INET ? "options" : "extensions");
  packet_put_hex(&full->writer, packet->bytes + start, end - start, 8);
  end_row(full, packet->family == AF_INET ? N_("what follows the fixed header")
                                          : N_("the headers between this one and what it carries"));
}

/* Adds an option of TCP that has no fields of its own. */
static void add_option_row(struct full *full, const struct packet_option *option) {
  start_row(full, "TCP", "option");
  if (full->stable && option->kind == PACKET_OPTION_FAST_OPEN && option->length > 0)
    bytes_append_text(&full->text, "tfo cookie");
  else
    packet_put_option(&full->writer, option);
  end_row(full, packet_option_meaning(option->kind));
}

static void add_options(struct full *full) {
  struct packet_option option;
  bool bad;
  for (size_t at = 0; packet_next_option(full->packet, &at, &option, &bad);) {
    bool fields = false;
    for (const struct packet_field *field = packet_fields; field->name; field++) {
      size_t bit;
      bool here = field->header >= HEADER_TCP_SEGMENT && field->header <= HEADER_TCP_STAMPS &&
                  packet_field_find(full->packet, field, &bit) &&
                  bit / 8 - field->offset / 8 == option.offset;
      if (here)
        add_field_row(full, field, bit);
      fields = fields || here;
    }
    if (!fields)
      add_option_row(full, &option);
  }
  if (bad)
    add_text_row(full, "TCP", "option", _("wrong"),
                 N_("its length does not fit: what follows can't be read"));
}

void packet_full_table(const struct event_packet *event, bool stable, struct answer *answer) {
  static const char *const columns[] = {N_("HEADER"), N_("FIELD"), N_("VALUE"), "", NULL};
  static const struct notation plain = {.preview = 64, .style = ESCAPE_ASCII, .arrow = "->"};
  struct packet packet;
  struct full full = {.event = event, .packet = &packet, .stable = stable, .answer = answer};
  full.writer = (struct packet_writer){&plain, event, &packet, &full.text};
  packet_read(event->bytes, event->length, event->total, &packet);
  answer_table(answer, "packet", columns);
  answer->matters = "^...";
  add_wire_rows(&full);
  enum packet_header last = HEADER_IPV4;
  for (const struct packet_field *field = packet_fields; field->name; field++) {
    size_t bit;
    bool option = field->header >= HEADER_TCP_SEGMENT && field->header <= HEADER_TCP_STAMPS;
    if (last <= HEADER_IPV6 && field->header > HEADER_IPV6 && packet.family != AF_UNSPEC)
      add_ip_options(&full);
    last = field->header;
    if (!option && packet_field_find(&packet, field, &bit))
      add_field_row(&full, field, bit);
  }
  add_options(&full);
  if (packet_message_protocol(&packet)) {
    start_row(&full, packet_message_protocol(&packet), "message");
    packet_put_message(&full.writer);
    end_row(&full, N_("what it says, as tcpdump writes it"));
  }
  if (packet.family != AF_UNSPEC)
    add_number_row(&full, "data", "length", packet.payload_length, N_("bytes behind the headers"));
  bytes_free(&full.text);
}

static void append_dump_line(const unsigned char *bytes, size_t offset, size_t end,
                             struct bytes *text) {
  bytes_append_format(text, "  0x%04zx:  ", offset);
  for (size_t i = 0; i < 16; i++) {
    if (offset + i < end)
      bytes_append_format(text, "%02x", bytes[offset + i]);
    else
      bytes_append_text(text, "  ");
    if (i % 2 == 1)
      bytes_append_char(text, ' ');
  }
  bytes_append_char(text, ' ');
  for (size_t i = offset; i < end && i < offset + 16; i++)
    bytes_append_char(text, bytes[i] > ' ' && bytes[i] <= '~' ? (char)bytes[i] : '.');
  bytes_append_char(text, '\n');
}

void packet_full_bytes(const struct event_packet *event, bool stable, size_t limit,
                       struct answer *answer) {
  struct packet packet;
  packet_read(event->bytes, event->length, event->total, &packet);
  answer_text(answer, "packet-bytes");
  bool data =
      packet.has_transport && (packet.protocol == IPPROTO_TCP || packet.protocol == IPPROTO_UDP);
  size_t headers = data ? packet.payload : 0;
  size_t end = packet.length - headers > limit ? headers + limit : packet.length;
  for (size_t at = !stable ? 0 : data ? packet.payload : packet.length; at < end; at += 16)
    append_dump_line(packet.bytes, at, end, &answer->text);
  if (end < packet.length && (data || !stable))
    bytes_append_format(&answer->text, _("  %zu bytes more: `packet %u%s%s --all` shows them\n"),
                        packet.length - end, event->number, event->live ? " on " : "",
                        event->live ? event->wire : "");
}
