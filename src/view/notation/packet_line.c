#include "view/notation/packet_line.h"

#include "packet/packet_bits.h"
#include "view/notation/packet_label.h"
#include "view/notation/packet_line_icmp.h"
#include "view/notation/packet_line_message.h"
#include "view/notation/packet_line_part.h"
#include "view/notation/packet_line_tcp.h"

/* Names of hosts are the user's, but other text in their place may come from anywhere. */
static void put_name(struct packet_writer *writer, const char *name, bool ports, unsigned port) {
  escape_append_plain(writer->bytes, name, strlen(name), false, ESCAPE_ASCII);
  if (ports) {
    bytes_append_char(writer->bytes, '.');
    packet_put_port(writer, port);
  }
}

static void put_ends(struct packet_writer *writer) {
  const struct event_packet *event = writer->event;
  const struct packet *packet = writer->packet;
  bool ports = event->ports && (packet->has_transport || packet->source_port) &&
               (packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP);
  if (!event->source[0] && !event->target[0])
    return;
  if (packet->family == AF_INET6)
    packet_put(writer, "IP6 ");
  put_name(writer, event->source, ports, packet->source_port);
  packet_put(writer, " > ");
  put_name(writer, event->target, ports, packet->destination_port);
  packet_put(writer, ": ");
}

static void put_udp(struct packet_writer *writer) {
  const struct packet *packet = writer->packet;
  size_t told = get_16(packet->bytes + packet->transport + 4);
  /* The first fragment has the length of the whole datagram. */
  size_t length = packet->more && told >= 8 ? told - 8 : packet->payload_length;
  bytes_append_format(writer->bytes, "UDP, length %zu", length);
  if (packet_message_protocol(packet)) {
    packet_put(writer, ", DNS ");
    packet_put_message(writer);
  }
}

/* A protocol that is not parsed here: its name and first bytes. */
static void put_other(struct packet_writer *writer) {
  const struct packet *packet = writer->packet;
  if (packet_put_message(writer))
    return;
  packet_put_protocol(writer, packet->protocol);
  if (packet->fragment)
    return;
  bytes_append_format(writer->bytes, ", length %zu", packet->payload_length);
  size_t length = packet_data_length(packet);
  if (length > 0) {
    packet_put(writer, ": ");
    packet_put_hex(writer, packet->bytes + packet->payload, length, writer->notation->preview);
  }
}

static void put_fragment(struct packet_writer *writer) {
  const struct packet *packet = writer->packet;
  size_t start = packet->fragment ? packet->payload : packet->transport;
  packet_put(writer, ", frag (id ");
  if (writer->notation->aliases)
    alias_append(writer->notation->aliases, 'F', packet->identification, writer->bytes);
  else
    bytes_append_number(writer->bytes, packet->identification);
  bytes_append_format(writer->bytes, ", offset %zu, length %zu%s)", packet->fragment_offset,
                      packet->end > start ? packet->end - start : 0, packet->more ? "+" : "");
}

static void put_body(struct packet_writer *writer) {
  const struct packet *packet = writer->packet;
  if (packet->family == AF_UNSPEC) {
    bytes_append_format(writer->bytes, "length %zu: ", packet->total);
    packet_put_hex(writer, packet->bytes, packet->length, writer->notation->preview);
  } else if (!packet->has_transport) {
    put_other(writer);
  } else if (packet->protocol == IPPROTO_TCP) {
    packet_put_tcp(writer);
  } else if (packet->protocol == IPPROTO_UDP) {
    put_udp(writer);
  } else {
    packet_put_icmp(writer);
  }
}

void packet_append_line(const struct notation *notation, const struct event_packet *event,
                        struct bytes *bytes) {
  struct packet packet;
  struct packet_writer writer = {
      .notation = notation, .event = event, .packet = &packet, .bytes = bytes};
  packet_read(event->bytes, event->length, event->total, &packet);
  put_ends(&writer);
  put_body(&writer);
  if (packet.fragment || packet.more)
    put_fragment(&writer);
  if (packet.problem)
    bytes_append_format(bytes, " [%s]", packet.problem);
  else if (!event->unchecked && !packet_checksums_hold(&packet))
    packet_put(&writer, _(" (incorrect checksum)"));
  packet_append_labels(event, bytes);
}

void packet_append_message(const struct notation *notation, const struct event_packet *event,
                           struct bytes *bytes) {
  struct packet packet;
  struct packet_writer writer = {
      .notation = notation, .event = event, .packet = &packet, .bytes = bytes};
  packet_read(event->bytes, event->length, event->total, &packet);
  packet_put_message(&writer);
}

void packet_append_options(const struct notation *notation, const struct event_packet *event,
                           struct bytes *bytes) {
  struct packet packet;
  struct packet_writer writer = {
      .notation = notation, .event = event, .packet = &packet, .bytes = bytes};
  packet_read(event->bytes, event->length, event->total, &packet);
  packet_put_options(&writer);
}

const char *packet_fate_name(enum packet_fate fate) {
  switch (fate) {
  case PACKET_HELD:
    return "held";
  case PACKET_CROSSED:
    return "crossed";
  case PACKET_DROPPED:
    return "dropped";
  case PACKET_LOST:
    return "lost";
  case PACKET_AGAIN:
    return "again";
  case PACKET_CHANGED:
    return "changed";
  }
  return "";
}

void packet_append_fate(const struct event_packet *event, struct bytes *bytes) {
  const char *name = event->fate == PACKET_CROSSED ? "" : packet_fate_name(event->fate);
  bytes_append_text(bytes, name);
  if (event->reason[0]) {
    bytes_append_text(bytes, name[0] ? " (" : "(");
    escape_append_plain(bytes, event->reason, strlen(event->reason), false, ESCAPE_ASCII);
    bytes_append_char(bytes, ')');
  }
}
