/* wire_hand: what is done to packets by hand, and what events say of any. */
#include <stdlib.h>
#include <string.h>

#include "lab/lab.h"
#include "lab/wire_parts.h"
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
  return flow_find(&wire->flows, packet, bases);
}

/* While nobody looks only the headers are kept. */
static size_t headers_of(const struct packet *packet) {
  size_t length = packet->has_transport ? packet->payload : packet->length;
  return length < UNSEEN_BYTES ? length : UNSEEN_BYTES;
}

/* What an event says of a packet. The names of strangers are written into the rooms. */
static void describe(const struct wire *wire, const struct wire_record *record,
                     const struct packet *packet, const struct flow_bases *bases,
                     struct event_packet *event, char rooms[2][64]) {
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
      .bytes = packet->bytes,
      .length = seen ? packet->length : headers_of(packet),
      .total = packet->length,
      .unseen = !shown,
      .ports = wire->flows.seen > 1,
      .relative = bases != NULL,
      .copies = record->copies,
      .since = record->since,
  };
  if (bases) {
    event->sequence_base = bases->sequence;
    event->acknowledgment_base = bases->acknowledgment;
    event->timestamp_base = bases->timestamp;
    event->echo_base = bases->echo;
  }
}

void wire_record(struct wire *wire, const struct wire_record *record, const struct packet *packet,
                 const struct flow_bases *bases) {
  char rooms[2][64];
  struct event event = {.kind = EVENT_PACKET, .statement = wire->statement, .job = wire->job};
  event.host = record->from ? record->from->host->host.name : NULL;
  describe(wire, record, packet, bases, &event.packet, rooms);
  if (wire->timeline)
    timeline_append(wire->timeline, &event);
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
                              .since = clock_monotonic() - held->times[0]};
}

void wire_record_held(struct wire *wire, const struct held *held, enum packet_fate fate,
                      const char *reason) {
  struct packet packet;
  struct flow_bases bases;
  struct wire_record record = record_of(held, fate, reason);
  packet_read(held->bytes, held->length, held->length, &packet);
  bool based = flow_find(&wire->flows, &packet, &bases);
  wire_record(wire, &record, &packet, based ? &bases : NULL);
}

void wire_describe(struct wire *wire, const struct held *held, struct event_packet *event,
                   char rooms[2][64]) {
  struct packet packet;
  struct flow_bases bases;
  struct wire_record record = record_of(held, PACKET_HELD, held->origin);
  packet_read(held->bytes, held->length, held->length, &packet);
  bool based = flow_find(&wire->flows, &packet, &bases);
  describe(wire, &record, &packet, based ? &bases : NULL, event, rooms);
}

void wire_deliver(struct wire *wire, struct held *held) {
  struct wire_target target = {held->to, held->everybody};
  held_remove(&wire->held, held);
  /* Who gets it may answer at once, so that it has crossed is said first. */
  bool reachable = target.link || target.everybody;
  wire_record_held(wire, held, reachable ? PACKET_CROSSED : PACKET_LOST,
                   reachable ? held->origin : "nobody has the address");
  wire_write(wire, held->lan, held->from, target, held->bytes, held->length);
  wire_remember(wire, held);
  wire->news++;
  futex_wake(&wire->news);
  wire_pump(wire);
}

bool wire_has_flags(const struct held *held, unsigned flags) {
  struct packet packet;
  packet_read(held->bytes, held->length, held->length, &packet);
  return packet.has_transport && packet.protocol == IPPROTO_TCP && (packet.flags & flags) == flags;
}

void wire_drop(struct wire *wire, struct held *held) {
  held_remove(&wire->held, held);
  wire_record_held(wire, held, PACKET_DROPPED, "");
  held_free(held);
}

/* Where an address was edited, the packet is for somebody else. */
static void aim(struct wire *wire, struct held *held) {
  struct packet packet;
  packet_read(held->bytes, held->length, held->length, &packet);
  struct wire_target target = wire_find_target(wire, held->lan, &packet);
  held->to = target.link;
  held->everybody = target.everybody;
}

void wire_changed(struct wire *wire, struct held *held, const char *how) {
  held->origin = how;
  aim(wire, held);
  wire_record_held(wire, held, PACKET_CHANGED, how);
}

void wire_corrupt(struct wire *wire, struct held *held) {
  /* The last bit of what it carries; of a packet without data that of the last header. */
  if (held->length > 0)
    held->bytes[held->length - 1] ^= 1;
  held->origin = "corrupted";
  wire_record_held(wire, held, PACKET_CHANGED, "corrupted");
}

void wire_move(struct wire *wire, struct held *held, struct held *place) {
  if (held == place)
    return;
  bool behind = false;
  for (const struct held *at = held->next; at; at = at->next)
    behind = behind || at == place;
  held_remove(&wire->held, held);
  if (behind)
    held_insert_behind(&wire->held, place, held);
  else
    held_insert_before(&wire->held, place, held);
  wire_record_held(wire, held, PACKET_CHANGED, "moved");
}

int wire_duplicate(struct wire *wire, struct held *held) {
  struct held *copy = wire_is_full(wire) ? NULL : held_create(held->bytes, held->length);
  if (!copy)
    return -1;
  copy->lan = held->lan;
  copy->from = held->from;
  copy->to = held->to;
  copy->everybody = held->everybody;
  copy->times[0] = clock_monotonic();
  copy->number = ++wire->numbers;
  copy->origin = "duplicate";
  held_insert_behind(&wire->held, held, copy);
  wire_record_held(wire, copy, PACKET_HELD, "duplicate");
  return 0;
}

int wire_inject(struct wire *wire, const void *bytes, size_t length, struct error *error) {
  struct packet packet;
  struct flow_bases bases;
  packet_read(bytes, length, length, &packet);
  struct address source = packet_source(&packet);
  struct address target = packet_destination(&packet);
  struct wire_link *from = wire_link_of(wire, &source);
  struct wire_link *to = wire_link_of(wire, &target);
  const struct wire_link *near = from ? from : to;
  if (!near)
    return error_set(
        error, ERROR_FAILURE,
        _("neither the sender nor the receiver is a host of the lab, so there is no wire for it"));
  if (wire_is_full(wire))
    return error_set(error, ERROR_FAILURE,
                     _("too many packets are held; `wire flow` lets them cross"));
  /* One that comes from nowhere is put onto the last wire of its way. */
  struct held *held = held_create(bytes, length);
  if (!held)
    return error_set_memory(error);
  held->lan = near->lan;
  held->from = from;
  held->times[0] = clock_monotonic();
  held->origin = "inject";
  held->number = ++wire->numbers;
  aim(wire, held);
  if (!flow_find(&wire->flows, &packet, &bases))
    flow_note(&wire->flows, &packet, &bases);
  held_append(&wire->held, held);
  if (wire->holds)
    wire_record_held(wire, held, PACKET_HELD, held->origin);
  else
    wire_deliver(wire, held);
  return 0;
}
