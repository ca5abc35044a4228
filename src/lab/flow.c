#include "lab/flow.h"

#include <stdlib.h>
#include <string.h>

#include "language/loss.h"
#include "timeline/event.h"

/* If there is no memory, a connection is not recorded; the program goes on. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* Both ends of a connection, the same in both directions. Zeroed before it is filled in, since it
 * is hashed as bytes. */
struct flow_key {
  unsigned char addresses[2][16];
  uint16_t ports[2];
  uint16_t protocol;
  uint16_t family;
};

struct flow_entry {
  struct flow_key key;
  uint32_t initial[2]; /* the sequence number of each end's SYN, or the one before its first segment
                          seen */
  bool started[2];
  bool accepted[2]; /* it has sent a SYN with ACK */
  uint32_t next[2];
  uint32_t stamp[2]; /* the first timestamp of each end, minus 1 */
  bool stamped[2];
  enum socket_state states[2]; /* of each end, when it was last looked at */
  int64_t began;               /* monotonic nanoseconds */
  struct flow_track track;     /* on the wire where it was seen first, and then on others */
  UT_hash_handle hh;
};

static size_t address_bytes(const struct packet *packet, unsigned char source[16],
                            unsigned char target[16]) {
  bool inet6 = packet->family == AF_INET6;
  size_t size = inet6 ? 16 : 4;
  size_t at = inet6 ? 8 : 12;
  memcpy(source, packet->bytes + at, size);
  memcpy(target, packet->bytes + at + size, size);
  return size;
}

static bool has_ports(const struct packet *packet) {
  return packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP;
}

static bool is_segment(const struct packet *packet) {
  return packet->protocol == IPPROTO_TCP && packet->has_transport;
}

/* Which end sends, 0 or 1; -1: it belongs to no connection. */
static int make_key(const struct packet *packet, struct flow_key *key) {
  unsigned char source[16] = {0};
  unsigned char target[16] = {0};
  if (packet->family == AF_UNSPEC || packet->fragment)
    return -1;
  memset(key, 0, sizeof *key);
  address_bytes(packet, source, target);
  int order = memcmp(source, target, sizeof source);
  int from = order > 0 || (order == 0 && packet->source_port > packet->destination_port);
  memcpy(key->addresses[from], source, sizeof source);
  memcpy(key->addresses[!from], target, sizeof target);
  if (has_ports(packet)) {
    key->ports[from] = packet->source_port;
    key->ports[!from] = packet->destination_port;
  }
  key->protocol = (uint16_t)packet->protocol;
  key->family = (uint16_t)packet->family;
  return from;
}

static void forget(struct flow_table *table, struct flow_entry *flow) {
  HASH_DEL(table->flows, flow);
  for (struct flow_track *track = flow->track.next, *next; track; track = next) {
    next = track->next;
    free(track);
  }
  free(flow);
}

/* What is recorded of a connection on a wire. NULL when there is no memory. */
static struct flow_track *track_on(struct flow_entry *flow, unsigned lan) {
  struct flow_track *track = &flow->track;
  while (track && track->lan != lan)
    track = track->next;
  if (track)
    return track;
  track = calloc(1, sizeof *track);
  if (!track) {
    loss_of_memory(); /* what a packet repeats is not known */
    return NULL;
  }
  track->lan = lan;
  track->next = flow->track.next;
  flow->track.next = track;
  return track;
}

static struct flow_entry *add(struct flow_table *table, const struct flow_key *key, unsigned lan,
                              int64_t now) {
  if (HASH_COUNT(table->flows) >= FLOW_LIMIT) {
    struct flow_entry *oldest = table->flows;
    forget(table, oldest);
  }
  struct flow_entry *flow = calloc(1, sizeof *flow);
  if (!flow) {
    loss_of_memory(); /* its numbers are not shown relative to its beginning */
    return NULL;
  }
  flow->key = *key;
  flow->began = now;
  flow->track.lan = lan;
  HASH_ADD(hh, table->flows, key, sizeof flow->key, flow);
  if (!flow->hh.tbl) {
    loss_of_memory();
    free(flow);
    return NULL;
  }
  table->seen += key->ports[0] || key->ports[1];
  return flow;
}

/* A SYN starts a new connection; without one, the first byte seen counts as 1. Returns the sender's
 * next sequence number before this packet; if the packet is its first, the packet's own. */
static uint32_t note_sequence(struct flow_entry *flow, int from, const struct packet *packet,
                              int64_t now) {
  bool began =
      !flow->started[from] || (packet->flags & FLAG_SYN && flow->initial[from] != packet->sequence);
  if (packet->flags & FLAG_SYN) {
    if (flow->started[from] && flow->initial[from] != packet->sequence &&
        !(packet->flags & FLAG_ACK)) {
      flow->started[!from] = flow->stamped[0] = flow->stamped[1] = false;
      flow->accepted[0] = flow->accepted[1] = false;
      flow->initial[!from] = 0;
      flow->began = now;
    }
    flow->initial[from] = packet->sequence;
    flow->started[from] = true;
  } else if (!flow->started[from] && !(packet->flags & FLAG_RST)) {
    flow->initial[from] = packet->sequence - 1;
    flow->started[from] = true;
  }
  uint32_t before = began ? packet->sequence : flow->next[from];
  uint32_t end = packet->sequence + packet_sequence_length(packet);
  if (began || (int32_t)(end - flow->next[from]) > 0)
    flow->next[from] = end;
  /* If nothing from the other end was seen, the acknowledgment number tells where it is. */
  if (!flow->started[!from] && packet->flags & FLAG_ACK && !(packet->flags & FLAG_RST)) {
    flow->initial[!from] = packet->acknowledgment - 1;
    flow->started[!from] = true;
  }
  /* After a SYN alone, in a simultaneous open, a SYN with ACK is new. */
  if (packet->flags & FLAG_SYN && packet->flags & FLAG_ACK && !flow->accepted[from]) {
    flow->accepted[from] = true;
    return packet->sequence;
  }
  return before;
}

static void fill(const struct flow_entry *flow, int from, struct flow_bases *bases) {
  *bases = (struct flow_bases){.known = true,
                               .began = flow->began,
                               .from = from,
                               .sequence = flow->initial[from],
                               .acknowledgment = flow->initial[!from],
                               .timestamp = flow->stamp[from],
                               .echo = flow->stamp[!from],
                               .next = flow->next[from]};
}

/* An ICMP error belongs to the connection of what it quotes. */
static struct flow_entry *find_quoted(struct flow_table *table, const struct packet *packet) {
  struct packet quoted;
  struct flow_key key;
  struct flow_entry *flow = NULL;
  if (!has_ports(packet) && packet_read_quoted(packet, &quoted) && make_key(&quoted, &key) >= 0)
    HASH_FIND(hh, table->flows, &key, sizeof key, flow);
  return flow;
}

bool flow_note(struct flow_table *table, const struct packet *packet, unsigned lan, int64_t now,
               struct flow_bases *bases) {
  struct flow_key key;
  struct flow_entry *flow = find_quoted(table, packet);
  uint32_t value;
  uint32_t echo;
  int from = make_key(packet, &key);
  *bases = (struct flow_bases){.began = flow ? flow->began : 0};
  if (from < 0 || flow)
    return false;
  HASH_FIND(hh, table->flows, &key, sizeof key, flow);
  if (!flow && !(flow = add(table, &key, lan, now)))
    return false;
  bases->began = flow->began;
  if (!is_segment(packet))
    return false;
  uint32_t before = note_sequence(flow, from, packet, now);
  if (!flow->stamped[from] && packet_timestamps(packet, &value, &echo)) {
    flow->stamp[from] = value - 1;
    flow->stamped[from] = true;
  }
  fill(flow, from, bases);
  bases->next = before;
  bases->track = track_on(flow, lan);
  if (bases->track)
    bases->labels = flow_track_note(bases->track, from, packet, &bases->duplicates);
  return true;
}

static struct flow_entry *find(struct flow_table *table, const struct packet *packet, int *from) {
  struct flow_key key;
  struct flow_entry *flow = NULL;
  *from = make_key(packet, &key);
  if (*from >= 0 && is_segment(packet))
    HASH_FIND(hh, table->flows, &key, sizeof key, flow);
  return flow;
}

/* When something without sequence numbers began. */
static int64_t time_of(struct flow_table *table, const struct packet *packet) {
  struct flow_key key;
  struct flow_entry *flow = find_quoted(table, packet);
  if (!flow && make_key(packet, &key) >= 0)
    HASH_FIND(hh, table->flows, &key, sizeof key, flow);
  return flow ? flow->began : 0;
}

bool flow_find(struct flow_table *table, const struct packet *packet, unsigned lan,
               struct flow_bases *bases) {
  int from;
  struct flow_entry *flow = find(table, packet, &from);
  /* A host that has only sent a RST has no sequence numbers of its own yet, but what it
   * acknowledges belongs to the other end. */
  if (!flow || (!flow->started[0] && !flow->started[1])) {
    *bases = (struct flow_bases){.began = flow ? flow->began : time_of(table, packet)};
    return false;
  }
  fill(flow, from, bases);
  bases->track = track_on(flow, lan);
  return true;
}

void flow_cross(const struct flow_bases *bases, const struct packet *packet, unsigned *labels) {
  enum { BEFORE = LABEL_RETRANSMISSION | LABEL_PARTLY | LABEL_KEEPALIVE };
  if (bases->track && flow_track_cross(bases->track, bases->from, packet) && !(*labels & BEFORE))
    *labels |= LABEL_OUT_OF_ORDER;
}

bool flow_is_awaited(struct flow_table *table, const struct packet *packet) {
  int from;
  const struct flow_entry *flow = find(table, packet, &from);
  if (!flow || !(packet->flags & FLAG_ACK))
    return false;
  switch (flow->states[!from]) {
  case STATE_SYN_SENT:
  case STATE_SYN_RECV:
    return true;
  case STATE_FIN_WAIT1:
  case STATE_CLOSING:
  case STATE_LAST_ACK: /* while its buffer drains, most acknowledge only data */
    return packet->acknowledgment == flow->next[!from];
  default:
    return false;
  }
}

bool flow_is_explained(struct flow_table *table, const struct packet *packet) {
  int from;
  const struct flow_entry *flow = find(table, packet, &from);
  enum socket_state state = flow ? flow->states[from] : STATE_UNKNOWN;
  if (packet->flags & FLAG_RST)
    return false;
  if (packet->flags & FLAG_SYN)
    return state == STATE_SYN_RECV || (state == STATE_SYN_SENT && !(packet->flags & FLAG_ACK));
  return packet->flags & FLAG_FIN &&
         (state == STATE_FIN_WAIT1 || state == STATE_CLOSING || state == STATE_LAST_ACK);
}

void flow_set_state(struct flow_table *table, const struct packet *packet,
                    const struct address *local, enum socket_state state) {
  int from;
  struct flow_entry *flow = find(table, packet, &from);
  struct address source = packet_source(packet);
  if (flow)
    flow->states[address_equal(local, &source) ? from : !from] = state;
}

void flow_forget_lan(struct flow_table *table, unsigned lan) {
  struct flow_entry *flow;
  struct flow_entry *next;
  HASH_ITER(hh, table->flows, flow, next)
  if (flow->track.lan == lan) {
    table->seen -= flow->key.ports[0] || flow->key.ports[1];
    forget(table, flow);
  }
}

void flow_free(struct flow_table *table) {
  struct flow_entry *flow;
  struct flow_entry *next;
  HASH_ITER(hh, table->flows, flow, next)
  forget(table, flow);
}
