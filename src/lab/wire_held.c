/* wire_held: what commands do to held packets, and injected packets. */
#include "lab/wire_arrival.h"
#include "lab/wire_counters.h"
#include "lab/wire_device.h"
#include "lab/wire_ends.h"
#include "lab/wire_link.h"
#include "lab/wire_reason.h"
#include "lab/wire_record.h"
#include "system/wait.h"

struct held *wire_find_held(const struct wire *wire, unsigned number) {
  for (struct held *held = wire->held.first; held; held = held->next)
    if (held->number == number)
      return held;
  return NULL;
}

/* Delivers one; what the hosts answer is not read yet. */
static void deliver(struct wire *wire, struct held *held, bool counted) {
  struct wire_target target = {held->to, held->everybody};
  held_remove(&wire->held, held);
  /* The receiver may answer at once, so its crossing is recorded first. */
  bool reachable = target.link || target.everybody;
  uint64_t event = wire_record_held(wire, held, reachable ? PACKET_CROSSED : PACKET_LOST,
                                    reachable ? held->origin : WIRE_REASON_NO_ADDRESS);
  struct packet packet;
  packet_read(held->bytes, held->length, held->length, &packet);
  unsigned looked = wire_is_looked_behind(wire, &packet);
  struct wire_counters counters;
  if (looked)
    wire_still_begin(target.link);
  wire_counters_begin(wire, &counters, &packet, target.link, counted);
  const char *problem = wire_write(wire, held->lan, held->from, target, held->bytes, held->length);
  wire_counters_end(wire, &counters, event);
  if (reachable && problem)
    wire_record_held(wire, held, PACKET_LOST, problem);
  if (looked)
    wire_look_at_receiver(wire, &packet, target.link, event, looked);
  if (looked)
    wire_still_end(target.link);
  wire_remember(wire, held);
  wire_signal_news(wire);
}

void wire_deliver(struct wire *wire, struct held *held) {
  deliver(wire, held, true);
  wire_pump(wire);
}

void wire_deliver_all(struct wire *wire) {
  while (wire->held.first)
    deliver(wire, wire->held.first, wire->counts);
  wire_pump(wire); /* only now: what comes later does not overtake what was held */
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

/* If an address was edited, the packet goes elsewhere. */
static void retarget(struct wire *wire, struct held *held) {
  struct packet packet;
  packet_read(held->bytes, held->length, held->length, &packet);
  struct wire_target target = wire_find_target(wire, held->lan, &packet);
  held->to = target.link;
  held->everybody = target.everybody;
}

void wire_changed(struct wire *wire, struct held *held, const char *how) {
  held->origin = how;
  held->labels = held->duplicates = 0; /* it is not what its sender has sent any more */
  retarget(wire, held);
  wire_record_held(wire, held, PACKET_CHANGED, how);
}

void wire_corrupt(struct wire *wire, struct held *held) {
  /* The last bit of its data; of a packet without data, the last bit of the last header. */
  if (held->length > 0)
    held->bytes[held->length - 1] ^= 1;
  held->origin = WIRE_REASON_CORRUPTED;
  wire_record_held(wire, held, PACKET_CHANGED, WIRE_REASON_CORRUPTED);
}

void wire_move(struct wire *wire, struct held *held, struct held *place) {
  if (held == place)
    return;
  bool after = false;
  for (const struct held *at = held->next; at; at = at->next)
    after = after || at == place;
  held_remove(&wire->held, held);
  if (after)
    held_insert_after(&wire->held, place, held);
  else
    held_insert_before(&wire->held, place, held);
  wire_record_held(wire, held, PACKET_CHANGED, WIRE_REASON_MOVED);
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
  copy->origin = WIRE_REASON_DUPLICATE;
  held_insert_after(&wire->held, held, copy);
  wire_record_held(wire, copy, PACKET_HELD, WIRE_REASON_DUPLICATE);
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
  /* A packet from an unknown source is put onto the last wire of its route. */
  struct held *held = held_create(bytes, length);
  if (!held)
    return error_set_memory(error);
  held->lan = near->lan;
  held->from = from;
  held->times[0] = clock_monotonic();
  held->origin = WIRE_REASON_INJECT;
  held->number = ++wire->numbers;
  retarget(wire, held);
  if (!flow_find(&wire->flows, &packet, near->lan->index, &bases))
    flow_note(&wire->flows, &packet, near->lan->index, clock_monotonic(), &bases);
  held_append(&wire->held, held);
  if (wire->holds)
    wire_record_held(wire, held, PACKET_HELD, held->origin);
  else
    wire_deliver(wire, held);
  return 0;
}
