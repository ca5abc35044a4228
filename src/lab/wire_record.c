#include "lab/wire_record.h"

#include <string.h>

#include "lab/lab.h"
#include "lab/wire_link.h"
#include "system/wait.h"

enum { UNSEEN_BYTES = 128 }; /* kept of a packet while nobody looks */

const char *wire_name(const struct wire *wire, const struct address *address, char room[64]) {
  const struct wire_link *link = wire_link_of(wire, address);
  if (link)
    return link->host->host.name;
  struct bytes text = {0};
  address_append_host(address, &text);
  strncpy(room, bytes_text(&text), 63);
  room[63] = '\0';
  bytes_free(&text);
  return room;
}

bool wire_bases(struct wire *wire, const struct packet *packet, struct flow_bases *bases) {
  return flow_find(&wire->flows, packet, 0, bases);
}

/* While nobody looks, only the headers are kept; and what an ICMP message says, which is in its
 * data.
 */
static size_t headers_of(const struct packet *packet) {
  bool ported = packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP;
  size_t length = packet->has_transport && ported ? packet->payload : packet->length;
  return length < UNSEEN_BYTES ? length : UNSEEN_BYTES;
}

/* Whether a router, or `wire edit`, has set both of IP's ECN bits. */
static bool is_marked(const struct packet *packet) {
  if (packet->family == AF_UNSPEC)
    return false;
  unsigned bits = packet->family == AF_INET6 ? packet->bytes[1] >> 4 : packet->bytes[1];
  return (bits & 3) == 3;
}

/* Fills in what an event says about a packet. Names of addresses that no host has are written to
 * `rooms`. */
static void describe(const struct wire *wire, const struct wire_record *record,
                     const struct packet *packet, const struct flow_bases *bases,
                     struct event_packet *event, char rooms[WIRE_ROOMS][64]) {
  const char *sender = record->from ? record->from->host->host.name : "";
  bool ip = packet->family != AF_UNSPEC;
  struct address source = packet_source(packet);
  struct address target = packet_destination(packet);
  bool seen = wire->holds || wire->shows || wire->captures;
  bool shown = wire->holds || wire->shows;
  *event = (struct event_packet){
      .number = record->number,
      .fate = record->fate,
      .source = ip ? wire_name(wire, &source, rooms[0]) : sender,
      .target = ip ? wire_name(wire, &target, rooms[1]) : "",
      .to = record->to ? record->to->host->host.name : "",
      .wire = wire->lan_count > 1 ? record->lan->name : "",
      .reason = record->reason,
      .about_source = "",
      .about_target = "",
      .bytes = packet->bytes,
      .length = seen ? packet->length : headers_of(packet),
      .total = packet->length,
      .unseen = !shown,
      .ports = wire->flows.seen > 1,
      .relative = bases->known,
      .sequence_base = bases->sequence,
      .acknowledgment_base = bases->acknowledgment,
      .timestamp_base = bases->timestamp,
      .echo_base = bases->echo,
      .copies = record->copies,
      .since = record->since,
      .labels = record->labels | (is_marked(packet) ? LABEL_CE : 0),
      .duplicates = record->duplicates,
      .began = bases->began,
      .timed = wire->times,
  };
  struct packet quoted;
  if (packet_read_quoted(packet, &quoted)) {
    struct address ends[2] = {packet_source(&quoted), packet_destination(&quoted)};
    event->about_source = wire_name(wire, &ends[0], rooms[2]);
    event->about_target = wire_name(wire, &ends[1], rooms[3]);
  }
}

uint64_t wire_record(struct wire *wire, const struct wire_record *record,
                     const struct packet *packet, const struct flow_bases *bases) {
  char rooms[WIRE_ROOMS][64];
  struct event event = {.kind = EVENT_PACKET, .statement = wire->statement, .job = wire->job};
  struct wire_record told = *record;
  if (record->fate == PACKET_CROSSED && !record->reason[0])
    flow_cross(bases, packet, &told.labels);
  event.host = record->from ? record->from->host->host.name : NULL;
  describe(wire, &told, packet, bases, &event.packet, rooms);
  return wire->timeline ? timeline_append(wire->timeline, &event) : 0;
}

static struct wire_record record_of(const struct held *held, enum packet_fate fate,
                                    const char *reason) {
  return (struct wire_record){.fate = fate,
                              .number = held->number,
                              .lan = held->lan,
                              .from = held->from,
                              .to = held->to,
                              .everybody = held->everybody,
                              .reason = reason,
                              .copies = held->copies,
                              .labels = held->labels,
                              .duplicates = held->duplicates,
                              .since = clock_monotonic() - held->times[0]};
}

uint64_t wire_record_held(struct wire *wire, const struct held *held, enum packet_fate fate,
                          const char *reason) {
  struct packet packet;
  struct flow_bases bases;
  struct wire_record record = record_of(held, fate, reason);
  packet_read(held->bytes, held->length, held->length, &packet);
  flow_find(&wire->flows, &packet, held->lan->index, &bases);
  return wire_record(wire, &record, &packet, &bases);
}

void wire_describe(struct wire *wire, const struct held *held, struct event_packet *event,
                   char rooms[WIRE_ROOMS][64]) {
  struct packet packet;
  struct flow_bases bases;
  struct wire_record record = record_of(held, PACKET_HELD, held->origin);
  packet_read(held->bytes, held->length, held->length, &packet);
  flow_find(&wire->flows, &packet, held->lan->index, &bases);
  describe(wire, &record, &packet, &bases, event, rooms);
}
