#include "lab/held.h"

#include <stdlib.h>
#include <string.h>

#include "language/loss.h"

struct held *held_create(const void *bytes, size_t length) {
  struct held *held = calloc(1, sizeof *held);
  if (held)
    held->bytes = malloc(length ? length : 1);
  if (!held || !held->bytes) {
    loss_of_memory(); /* the packet is lost */
    free(held);
    return NULL;
  }
  memcpy(held->bytes, bytes, length);
  held->length = length;
  held->origin = "";
  held->copies = 1;
  return held;
}

void held_free(struct held *held) {
  free(held->bytes);
  free(held);
}

void held_insert_after(struct held_queue *queue, struct held *place, struct held *held) {
  held->before = place;
  held->next = place ? place->next : queue->first;
  if (held->next)
    held->next->before = held;
  else
    queue->last = held;
  if (place)
    place->next = held;
  else
    queue->first = held;
  queue->count++;
  queue->bytes += held->length;
}

void held_append(struct held_queue *queue, struct held *held) {
  held_insert_after(queue, queue->last, held);
}

void held_insert_before(struct held_queue *queue, struct held *place, struct held *held) {
  held_insert_after(queue, place->before, held);
}

void held_insert_due(struct held_queue *queue, struct held *held) {
  struct held *place = queue->last;
  while (place && place->due > held->due)
    place = place->before;
  held_insert_after(queue, place, held);
}

void held_remove(struct held_queue *queue, struct held *held) {
  if (held->next)
    held->next->before = held->before;
  else
    queue->last = held->before;
  if (held->before)
    held->before->next = held->next;
  else
    queue->first = held->next;
  queue->count--;
  queue->bytes -= held->length;
}

void held_clear(struct held_queue *queue) {
  while (queue->first) {
    struct held *held = queue->first;
    held_remove(queue, held);
    held_free(held);
  }
}

static bool same_connection(const struct packet *a, const struct packet *b) {
  struct address a_source = packet_source(a);
  struct address b_source = packet_source(b);
  struct address a_target = packet_destination(a);
  struct address b_target = packet_destination(b);
  return address_equal(&a_source, &b_source) && address_equal(&a_target, &b_target);
}

/* The end of the packet's range of sequence numbers, if the range contains `start`; otherwise
 * `start`. */
static uint32_t covered_to(const struct packet *packet, uint32_t start) {
  uint32_t end = packet->sequence + packet_sequence_length(packet);
  bool within = (int32_t)(start - packet->sequence) >= 0 && (int32_t)(end - start) > 0;
  return within ? end : start;
}

bool held_is_answer(const struct packet *answer, const struct packet *packet) {
  struct address a_source = packet_source(answer);
  struct address b_source = packet_source(packet);
  struct address a_target = packet_destination(answer);
  struct address b_target = packet_destination(packet);
  return address_equal(&a_source, &b_target) && address_equal(&a_target, &b_source);
}

/* The receiver already has that segment, and only the held acknowledgment keeps the sender from
 * knowing it: once that is delivered, the segment is not sent again. */
struct held *held_find_answer(const struct held_queue *queue, const struct packet *packet,
                              const struct flow_bases *bases) {
  uint32_t end = packet->sequence + packet_sequence_length(packet);
  uint32_t last = end == packet->sequence ? end + 1 : end; /* for a probe: the byte after it */
  bool again =
      end == packet->sequence ? packet->sequence != bases->next : (int32_t)(bases->next - end) >= 0;
  if (!again || packet->flags & FLAG_RST)
    return NULL;
  for (struct held *held = queue->first; held; held = held->next) {
    struct packet other;
    packet_read(held->bytes, held->length, held->length, &other);
    if (!other.has_transport || other.protocol != IPPROTO_TCP)
      continue;
    /* A host that knows no such connection answers with a RST, whose sequence number is the
     * acknowledgment number of what it answers. */
    bool acknowledges = other.flags & FLAG_ACK
                            ? (int32_t)(other.acknowledgment - last) >= 0
                            : other.flags & FLAG_RST && other.sequence == packet->acknowledgment;
    if (acknowledges && !held->origin[0] && held_is_answer(&other, packet))
      return held;
  }
  return NULL;
}

/* A probe of a silent or closed peer, unlike an acknowledgment, has a sequence number that was
 * already sent. */
static bool is_same_probe(const struct packet *a, const struct packet *b,
                          const struct flow_bases *bases) {
  return packet_sequence_length(b) == 0 && a->sequence == b->sequence && a->flags == b->flags &&
         a->acknowledgment == b->acknowledgment && a->window == b->window &&
         b->sequence != bases->next;
}

/* It may repeat one held segment, or combine several: what counts is that its every byte, SYN and
 * FIN is held. */
struct held *held_find_again(const struct held_queue *queue, const struct wire_link *from,
                             const struct packet *packet, const struct flow_bases *bases) {
  struct held *first = NULL;
  uint32_t length = packet_sequence_length(packet);
  uint32_t start = packet->sequence;
  uint32_t end = start + length;
  if (packet->flags & FLAG_RST)
    return NULL;
  for (bool more = true; more;) {
    more = false;
    for (struct held *held = queue->first; held; held = held->next) {
      struct packet other;
      if (held->from != from || held->origin[0])
        continue;
      packet_read(held->bytes, held->length, held->length, &other);
      if (!other.has_transport || other.protocol != IPPROTO_TCP || other.flags & FLAG_RST ||
          !same_connection(&other, packet))
        continue;
      if (length == 0 && packet_sequence_length(packet) == 0 &&
          is_same_probe(&other, packet, bases))
        return held;
      /* Unlike a SYN, a SYN with ACK answers one: in a simultaneous open, one host sends both. */
      if ((other.flags ^ packet->flags) & (FLAG_SYN | FLAG_ACK))
        continue;
      uint32_t to = covered_to(&other, start);
      if (to == start || length == 0)
        continue;
      first = first ? first : held;
      start = to;
      more = true;
      if ((int32_t)(end - start) <= 0)
        return first;
    }
  }
  return NULL;
}
