#include "lab/wire_arrival.h"

#include <errno.h>
#include <linux/virtio_net.h>
#include <unistd.h>

#include "lab/lab.h"
#include "lab/wire_counters.h"
#include "lab/wire_device.h"
#include "lab/wire_ends.h"
#include "lab/wire_gso.h"
#include "lab/wire_link.h"
#include "lab/wire_reason.h"
#include "lab/wire_record.h"
#include "system/wait.h"

enum {
  ROUNDS = 8,           /* bursts before the lock is released */
  BURST = 64,           /* packets from one interface before the next gets its turn */
  BULK = 8,             /* packets in one reading behind which the gate is not asked any more */
  FLYING_LIMIT = 65536, /* the most packets under way: more are lost, as in a full queue */
};

/* A packet just read from an interface, with what was found out about it. */
struct arrival {
  struct wire_link *link;
  struct wire_target target;
  const struct virtio_net_hdr *header;
  struct packet packet;
  struct flow_bases bases;
  unsigned looked;    /* why it is looked behind; 0: it is not */
  const char *origin; /* the rule that made it what it is; "": none did */
  bool recorded;      /* it has an event */
};

/* A way that shapes packets needs them one by one; a plain one passes on what it gets. */
static bool is_plain(const struct wire_way *way) {
  const struct wire_shape *shape = &way->shape;
  return shape->delay == 0 && shape->jitter == 0 && shape->rate == 0;
}

/* Copies a packet that has to wait, held or delayed. */
static struct held *keep(const struct arrival *arrival, int64_t now) {
  struct held *held = held_create(arrival->packet.bytes, arrival->packet.length);
  if (!held)
    return NULL;
  held->lan = arrival->link->lan;
  held->from = arrival->link;
  held->to = arrival->target.link;
  held->everybody = arrival->target.everybody;
  held->labels = arrival->bases.labels;
  held->duplicates = arrival->bases.duplicates;
  held->origin = arrival->origin;
  held->times[0] = now;
  return held;
}

void wire_remember(struct wire *wire, struct held *held) {
  enum { MOST = 32 };
  struct packet packet;
  packet_read(held->bytes, held->length, held->length, &packet);
  bool whole = !held->origin[0] && packet.has_transport && packet.protocol == IPPROTO_TCP;
  if (!wire->holds || !whole) {
    held_free(held);
    return;
  }
  held->due = clock_monotonic();
  held_append(&wire->recent, held);
  if (wire->recent.count > MOST) {
    struct held *oldest = wire->recent.first;
    held_remove(&wire->recent, oldest);
    held_free(oldest);
  }
}

/* Whether an answer says that there was no room for any of the segment: its sender will have to
 * send it again, and that is no copy. */
static bool is_discarded(const struct packet *answer, const struct packet *segment) {
  return answer->protocol == IPPROTO_TCP && answer->has_transport && answer->flags & FLAG_ACK &&
         answer->window == 0 && held_is_answer(answer, segment) &&
         answer->acknowledgment == segment->sequence && packet_sequence_length(segment) > 0;
}

void wire_forget(struct wire *wire, const struct packet *packet, int64_t now) {
  enum { LONG = 250000000 }; /* nanoseconds, longer than the kernel delays an acknowledgment */
  for (struct held *held = wire->recent.first, *next; held; held = next) {
    struct packet other;
    next = held->next;
    packet_read(held->bytes, held->length, held->length, &other);
    uint32_t end = other.sequence + packet_sequence_length(&other);
    bool refused = packet->protocol == IPPROTO_ICMP || packet->protocol == IPPROTO_ICMPV6;
    bool acknowledged = packet->protocol == IPPROTO_TCP && packet->flags & FLAG_ACK &&
                        held_is_answer(packet, &other) &&
                        (int32_t)(packet->acknowledgment - end) >= 0;
    if (!acknowledged && !refused && !is_discarded(packet, &other) && now - held->due < LONG)
      continue;
    held_remove(&wire->recent, held);
    held_free(held);
  }
}

bool wire_is_full(const struct wire *wire) {
  enum { PACKETS = 4096, BYTES = 64 << 20 };
  return wire->held.count >= PACKETS || wire->held.bytes >= BYTES;
}

static struct wire_record record_of(const struct wire *wire, const struct arrival *arrival,
                                    enum packet_fate fate, const char *reason) {
  return (struct wire_record){.fate = fate,
                              .number = wire->numbers,
                              .lan = arrival->link->lan,
                              .from = arrival->link,
                              .to = arrival->target.link,
                              .everybody = arrival->target.everybody,
                              .reason = reason,
                              .copies = 1,
                              .labels = arrival->bases.labels,
                              .duplicates = arrival->bases.duplicates};
}

/* Records what has become of it. At its first record its sender is looked at: what the host did
 * before it sent the packet comes before what follows. */
static uint64_t record_arrival(struct wire *wire, struct arrival *arrival, enum packet_fate fate,
                               const char *reason) {
  struct wire_record record = record_of(wire, arrival, fate, reason);
  uint64_t event = wire_record(wire, &record, &arrival->packet, &arrival->bases);
  if (arrival->looked && !arrival->recorded)
    wire_look_at_sender(wire, &arrival->packet, arrival->link, event, arrival->looked);
  arrival->recorded = true;
  return event;
}

static void hold(struct wire *wire, struct arrival *arrival, int64_t now) {
  bool full = wire_is_full(wire);
  struct held *held = full ? NULL : keep(arrival, now);
  if (!held) {
    record_arrival(wire, arrival, PACKET_LOST, full ? WIRE_REASON_TOO_MANY : WIRE_REASON_NO_MEMORY);
    return;
  }
  held->number = wire->numbers;
  held_append(&wire->held, held);
  record_arrival(wire, arrival, PACKET_HELD, "");
}

static void fly(struct wire *wire, struct arrival *arrival, int64_t due, int64_t now) {
  struct held *held = wire->flying.count >= FLYING_LIMIT ? NULL : keep(arrival, now);
  if (!held) {
    record_arrival(wire, arrival, PACKET_LOST, WIRE_REASON_QUEUE_FULL);
    return;
  }
  held->number = wire->numbers;
  held->due = due;
  held_insert_due(&wire->flying, held);
  /* Its event comes when it has crossed, and its sender's numbers are those of now. */
  wire_look_at_sender(wire, &arrival->packet, arrival->link, 0,
                      arrival->looked & LOOKED_FOR_SAMPLES);
  wire_wake(wire);
}

/* What a segment is folded into, with the reason; NULL for a new one. */
static struct held *find_fold(struct wire *wire, const struct arrival *arrival,
                              const char **reason) {
  const struct packet *packet = &arrival->packet;
  struct held *held = held_find_again(&wire->held, arrival->link, packet, &arrival->bases);
  *reason = held ? "" : WIRE_REASON_UNANSWERED;
  if (!held)
    held = held_find_answer(&wire->held, packet, &arrival->bases);
  return held ? held : held_find_again(&wire->recent, arrival->link, packet, &arrival->bases);
}

/* Records a retransmission under the number of the packet that stands for it, with its own bytes.
 */
static void record_again(struct wire *wire, const struct arrival *arrival, const struct held *held,
                         const char *reason) {
  struct wire_record record = {.fate = PACKET_AGAIN,
                               .number = held->number,
                               .lan = held->lan,
                               .from = arrival->link,
                               .to = arrival->target.link,
                               .reason = reason,
                               .copies = held->copies,
                               .since = clock_monotonic() - held->times[0]};
  wire_record(wire, &record, &arrival->packet, &arrival->bases);
}

/* True for a retransmission of a segment that is still held, or whose acknowledgment is. */
static bool fold(struct wire *wire, const struct arrival *arrival, int64_t now) {
  const char *reason;
  wire_forget(wire, &arrival->packet, now);
  if (!wire->folds || !arrival->bases.known)
    return false;
  struct held *held = find_fold(wire, arrival, &reason);
  if (!held)
    return false;
  if (*reason) {
    held->repeats++;
  } else {
    if (held->copies < HELD_TIMES)
      held->times[held->copies] = now;
    held->copies++;
  }
  record_again(wire, arrival, held, reason);
  return true;
}

/* Passes it on as the kernel gave it, possibly many segments in one. The event comes first, since
 * the receiver may act at once. */
static void pass(struct wire *wire, struct arrival *arrival) {
  const struct packet *packet = &arrival->packet;
  const char *problem = NULL;
  uint64_t event = record_arrival(wire, arrival, PACKET_CROSSED, "");
  struct wire_counters counters;
  if (arrival->looked)
    wire_still_begin(arrival->target.link);
  wire_counters_begin(wire, &counters, packet, arrival->target.link, wire->counts);
  if (arrival->target.everybody || arrival->target.link->is_peer)
    problem = wire_write(wire, arrival->link->lan, arrival->link, arrival->target, packet->bytes,
                         packet->length);
  else if (write(arrival->target.link->device, arrival->header,
                 sizeof *arrival->header + packet->length) < 0)
    problem = WIRE_REASON_REFUSES;
  wire_counters_end(wire, &counters, event);
  if (problem)
    record_arrival(wire, arrival, PACKET_LOST, problem);
  else if (arrival->looked)
    wire_look_at_receiver(wire, packet, arrival->target.link, event, arrival->looked);
  if (arrival->looked)
    wire_still_end(arrival->target.link);
}

/* What the kernel sends on its own account, and nobody here asked for. */
static bool is_noise(const struct packet *packet) {
  enum { MLD_FIRST = 130, MLD_LAST = 132, ROUTER_SOLICITATION = 133, MLD_REPORT = 143 };
  bool icmp6 =
      packet->family == AF_INET6 && packet->protocol == IPPROTO_ICMPV6 && packet->has_transport;
  return icmp6 && ((packet->type >= MLD_FIRST && packet->type <= MLD_LAST) ||
                   packet->type == ROUTER_SOLICITATION || packet->type == MLD_REPORT);
}

/* Lets a datagram cross that flows unseen, together with those that follow it. */
static void gather(struct wire *wire, struct arrival *arrival) {
  struct wire_record record = record_of(wire, arrival, PACKET_CROSSED, "");
  record_arrival(wire, arrival, PACKET_CROSSED, "");
  wire_gso_add(wire, &record, &arrival->packet, arrival->target.link);
}

/* Lets a packet that was kept cross now, in its place among those that pass. */
static void cross(struct wire *wire, struct held *held, unsigned looked) {
  struct wire_target target = {held->to, held->everybody};
  struct packet packet;
  packet_read(held->bytes, held->length, held->length, &packet);
  uint64_t event = wire_record_held(wire, held, PACKET_CROSSED, held->origin);
  if (looked)
    wire_still_begin(target.link);
  const char *problem = wire_write(wire, held->lan, held->from, target, held->bytes, held->length);
  if (problem)
    wire_record_held(wire, held, PACKET_LOST, problem);
  else if (looked)
    wire_look_at_receiver(wire, &packet, target.link, event, looked);
  if (looked)
    wire_still_end(target.link);
  held_free(held);
}

/* A packet has passed: those that wait for others to overtake them have one less to wait for. */
static void let_overtake(struct wire *wire, const struct arrival *arrival) {
  for (struct held *held = wire->flying.first, *next; held; held = next) {
    next = held->next;
    bool waits =
        held->overtaking > 0 && held->from == arrival->link && held->to == arrival->target.link;
    if (!waits || --held->overtaking > 0)
      continue;
    held_remove(&wire->flying, held);
    cross(wire, held, arrival->looked);
  }
}

/* What waits to be overtaken waits no longer than this, should nothing follow. */
enum { OVERTAKEN_LATEST = 1000000000 };

/* A packet that a rule keeps, flying until it is due. */
static void fly_ruled(struct wire *wire, struct arrival *arrival, int64_t after,
                      unsigned overtaking) {
  int64_t now = clock_monotonic();
  size_t before = wire->flying.count;
  fly(wire, arrival, now + after, now);
  for (struct held *held = wire->flying.first; held && wire->flying.count > before;
       held = held->next)
    if (held->number == wire->numbers && held->origin == arrival->origin)
      held->overtaking = overtaking;
}

static void flip_last_bit(struct held *held) {
  if (held->length > 0)
    held->bytes[held->length - 1] ^= 1;
}

/* Does what a rule says. True: the packet is done with; false: it goes on as any other. */
static bool apply(struct wire *wire, struct arrival *arrival, const struct wire_rule *rule) {
  int64_t now = clock_monotonic();
  struct held *held;
  arrival->origin = rule->mark;
  switch (rule->action) {
  case RULE_DROP:
    record_arrival(wire, arrival, PACKET_LOST, rule->mark);
    return true;
  case RULE_HOLD:
    hold(wire, arrival, now);
    return true;
  case RULE_DELAY:
    fly_ruled(wire, arrival, rule->delay, 0);
    return true;
  case RULE_MOVE:
    fly_ruled(wire, arrival, OVERTAKEN_LATEST, rule->places);
    return true;
  case RULE_CORRUPT:
    if (!(held = keep(arrival, now)))
      return false;
    flip_last_bit(held);
    held->number = wire->numbers;
    cross(wire, held, arrival->looked);
    return true;
  default: /* RULE_DUPLICATE */
    if (!(held = keep(arrival, now)))
      return false;
    arrival->origin = "";
    pass(wire, arrival);
    held->number = ++wire->numbers;
    cross(wire, held, arrival->looked);
    return true;
  }
}

/* True where a rule has seen to it. */
static bool is_ruled(struct wire *wire, struct arrival *arrival) {
  const struct wire_subject subject = {&arrival->packet, &arrival->bases, arrival->link,
                                       arrival->target.link};
  bool reachable = arrival->target.link || arrival->target.everybody;
  if (!wire->ruled || wire->holds || !reachable)
    return false;
  const struct wire_rule *rule = wire_rule_choose(wire, &subject);
  return rule && apply(wire, arrival, rule);
}

static void decide(struct wire *wire, struct arrival *arrival) {
  if (is_ruled(wire, arrival))
    return;
  struct wire_way *way = wire_way(arrival->link, arrival->target.link);
  const char *lost = wire_loses(way);
  if (!lost && !arrival->target.link && !arrival->target.everybody)
    lost = WIRE_REASON_NO_ADDRESS;
  if (!lost && !arrival->looked &&
      wire_gso_may(wire, arrival->header, &arrival->packet, arrival->target.link)) {
    gather(wire, arrival);
    return;
  }
  wire_gso_flush(wire);
  if (lost) {
    record_arrival(wire, arrival, PACKET_LOST, lost);
  } else if (wire->holds) {
    hold(wire, arrival, clock_monotonic());
  } else if (!way || is_plain(way)) {
    pass(wire, arrival);
    if (wire->ruled)
      let_overtake(wire, arrival);
  } else {
    int64_t now = clock_monotonic();
    int64_t due = wire_due(way, arrival->packet.length, now);
    if (due == WIRE_NEVER)
      record_arrival(wire, arrival, PACKET_DROPPED, WIRE_REASON_QUEUE);
    else
      fly(wire, arrival, due, now);
  }
}

/* The host that has a packet's destination; NULL: none. */
static const struct lab_host *receiver_of(const struct wire *wire, const struct packet *packet) {
  struct address address = packet_destination(packet);
  const struct wire_link *link = address.length ? wire_link_of(wire, &address) : NULL;
  return link ? link->host : NULL;
}

/* Whether the calls that may have sent the packet in the buffer, or may change what it is to
 * change, are on the timeline. */
static bool may_take(struct wire *wire, const struct packet *packet) {
  const struct lab_host *to = receiver_of(wire, packet);
  uint64_t last = wire->waiting_behind;
  return wire_gate_is_open(&wire->gate, &wire->waiting->host->host, last) &&
         (!to || wire_gate_is_open(&wire->gate, &to->host, last));
}

/* Takes the packet that waits in the buffer, after its virtio header, unless something must come
 * first. */
static enum pump_stop take(struct wire *wire, bool may_look, bool bulk) {
  struct wire_link *link = wire->waiting;
  size_t length = wire->waiting_length;
  struct arrival arrival = {
      .link = link, .origin = "", .header = (const struct virtio_net_hdr *)(void *)wire->buffer};
  unsigned char *bytes = wire->buffer + sizeof *arrival.header;
  packet_read(bytes, length, length, &arrival.packet);
  arrival.looked = wire_is_looked_behind(wire, &arrival.packet);
  bool asks = wire->ruled && wire_rule_asks_state(wire, &arrival.packet);
  if ((arrival.looked || asks) && !may_look)
    return PUMP_AT_LOOK;
  if (!bulk && !may_take(wire, &arrival.packet))
    return PUMP_AT_CALL;
  wire->waiting = NULL;
  if (is_noise(&arrival.packet))
    return PUMP_EMPTY;
  bool unfinished = arrival.header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM;
  arrival.target = wire_find_target(wire, link->lan, &arrival.packet);
  struct wire_way *way = wire_way(link, arrival.target.link);
  if (unfinished &&
      (wire_is_seen(wire) || wire->ruled || arrival.target.everybody || (way && !is_plain(way))))
    packet_fix_checksums(bytes, length);
  flow_note(&wire->flows, &arrival.packet, link->lan->index, clock_monotonic(), &arrival.bases);
  if (wire->holds && fold(wire, &arrival, clock_monotonic()))
    return PUMP_EMPTY;
  wire->numbers++;
  wire_counters_note(wire, link);
  if (arrival.target.link)
    wire_counters_note(wire, arrival.target.link);
  decide(wire, &arrival);
  return PUMP_EMPTY;
}

/* Reads the next packet of an interface into the buffer. False if there is none. */
static bool read_one(struct wire *wire, struct wire_link *link) {
  ssize_t got;
  if (link->ended)
    return false;
  do
    got = read(link->device, wire->buffer, WIRE_BUFFER_SIZE);
  while (got < 0 && errno == EINTR);
  link->ended = link->is_peer && got == 0;
  if (got < (ssize_t)sizeof(struct virtio_net_hdr))
    return false;
  wire->waiting = link;
  wire->waiting_length = (size_t)got - sizeof(struct virtio_net_hdr);
  wire->waiting_behind = wire_gate_last(&wire->gate);
  return true;
}

/* Takes a burst from one interface. Sets *more if there may be more. */
static enum pump_stop take_some(struct wire *wire, struct wire_link *link, bool may_look,
                                unsigned before, bool *more) {
  for (int i = 0; i < BURST; i++) {
    if (!read_one(wire, link))
      return PUMP_EMPTY;
    enum pump_stop stop = take(wire, may_look, wire->numbers - before >= BULK);
    if (stop != PUMP_EMPTY)
      return stop;
  }
  *more = true;
  return PUMP_EMPTY;
}

/* The same, and nothing is left on its way. */
static enum pump_stop read_some(struct wire *wire, struct wire_link *link, bool may_look,
                                unsigned before, bool *more) {
  enum pump_stop stop = take_some(wire, link, may_look, before, more);
  wire_gso_flush(wire);
  return stop;
}

enum pump_stop wire_read_all(struct wire *wire, bool may_look) {
  unsigned before = wire->numbers;
  enum pump_stop stop = wire->waiting ? take(wire, may_look, false) : PUMP_EMPTY;
  bool more = true;
  wire_gso_flush(wire);
  for (int rounds = 0; more && stop == PUMP_EMPTY;) {
    more = false;
    for (size_t i = 0; i < wire->link_count && stop == PUMP_EMPTY; i++)
      stop = read_some(wire, wire->links[i], may_look, before, &more);
    more = more &&
           (wire->holds || ++rounds < ROUNDS); /* while packets flow, others want the lock too */
  }
  if (wire->numbers != before)
    wire_signal_news(wire);
  return stop;
}

void wire_pump(struct wire *wire) {
  if (wire_read_all(wire, true) != PUMP_EMPTY)
    wire_wake(wire);
}
