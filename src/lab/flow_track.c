#include "lab/flow_track.h"

#include <netinet/tcp.h>
#include <string.h>

#include "timeline/event.h"

enum { NO_MERE_ACK = FLAG_SYN | FLAG_FIN | FLAG_RST };

static bool is_before(uint32_t a, uint32_t b) {
  return (int32_t)(a - b) < 0;
}

/* How far its SYN shifts windows; -1: it does not know of that. */
static int shift_of(const struct packet *packet) {
  enum { MOST = 14 };
  struct packet_option option;
  bool bad;
  for (size_t at = 0; packet_next_option(packet, &at, &option, &bad);)
    if (option.kind == TCPOPT_WINDOW && option.length == 1)
      return option.data[0] < MOST ? option.data[0] : MOST;
  return -1;
}

/* A SYN that was not seen before begins a connection, or its other direction. */
static void begin(struct flow_track *track, int from, const struct packet *packet) {
  struct flow_side *side = &track->sides[from];
  if (!(packet->flags & FLAG_SYN) || (side->synchronized && side->initial == packet->sequence))
    return;
  if (!(packet->flags & FLAG_ACK) && side->started)
    memset(track->sides, 0, sizeof track->sides);
  *side = (struct flow_side){.synchronized = true, .initial = packet->sequence};
  side->shift = shift_of(packet);
}

/* What a segment tells. A window is in bytes only if both SYNs were seen. */
static struct flow_told told_by(const struct flow_track *track, int from,
                                const struct packet *packet) {
  const struct flow_side *side = &track->sides[from];
  const struct flow_side *other = &track->sides[!from];
  bool plain = packet->flags & FLAG_SYN;
  bool scaled = side->shift >= 0 && other->shift >= 0;
  struct flow_told told = {.acknowledged = packet->flags & FLAG_ACK,
                           .acknowledgment = packet->acknowledgment};
  told.has_window = plain || packet->window == 0 || (side->synchronized && other->synchronized);
  told.window = (uint64_t)packet->window << (!plain && scaled ? side->shift : 0);
  return told;
}

static void add_gap(struct flow_side *side, uint32_t from, uint32_t to) {
  if (side->gap_count == FLOW_GAPS) {
    side->unknown = true;
    return;
  }
  side->gaps[side->gap_count][0] = from;
  side->gaps[side->gap_count++][1] = to;
}

/* Takes a range out of the gaps. Returns how many bytes of it were in them. */
static uint32_t fill_gaps(struct flow_side *side, uint32_t from, uint32_t to) {
  uint32_t filled = 0;
  for (unsigned i = 0; i < side->gap_count;) {
    uint32_t start = side->gaps[i][0];
    uint32_t end = side->gaps[i][1];
    uint32_t first = is_before(start, from) ? from : start;
    uint32_t last = is_before(to, end) ? to : end;
    if (!is_before(first, last)) {
      i++;
      continue;
    }
    filled += last - first;
    memcpy(side->gaps[i], side->gaps[--side->gap_count], sizeof side->gaps[i]);
    if (start != first)
      add_gap(side, start, first);
    if (last != end)
      add_gap(side, last, end);
  }
  return filled;
}

/* Notes the range of sequence numbers that a segment takes; whether it was on the wire before. */
static unsigned note_range(struct flow_side *side, const struct packet *packet) {
  uint32_t start = packet->sequence;
  uint32_t end = start + packet_sequence_length(packet);
  uint32_t data_to = start + (uint32_t)packet->payload_length;
  bool first = !side->started;
  if (packet->payload_length > 0 && (!side->has_data || is_before(side->data_to, data_to)))
    side->data_to = data_to;
  side->has_data = side->has_data || packet->payload_length > 0;
  uint32_t next = side->next;
  side->started = true;
  if (first || is_before(next, end))
    side->next = end;
  if (first || start == end)
    return 0;
  if (!is_before(start, next)) {
    if (start != next)
      add_gap(side, next, start);
    return 0;
  }
  bool whole = !is_before(next, end);
  uint32_t old = (whole ? end : next) - start;
  uint32_t filled = fill_gaps(side, start, whole ? end : next);
  /* In a simultaneous open, a SYN with ACK is the answer to the other SYN. */
  bool answer = packet->flags & FLAG_SYN && packet->flags & FLAG_ACK && !side->accepted;
  if (side->unknown || answer)
    return 0;
  if (filled == 0)
    return whole ? LABEL_RETRANSMISSION : LABEL_PARTLY;
  return whole && filled == old ? LABEL_OUT_OF_ORDER : LABEL_PARTLY;
}

/* What a segment asks for that has nothing to say, with what its sender knows of the other end. */
static enum flow_asked asked_by(const struct flow_side *side, const struct flow_side *other,
                                const struct packet *packet) {
  const struct flow_told *got = &other->got;
  bool mere = (packet->flags & (NO_MERE_ACK | FLAG_ACK)) == FLAG_ACK;
  if (!mere || !side->started || !got->acknowledged || !got->has_window)
    return FLOW_ASKED_NOTHING;
  bool behind = packet->sequence == got->acknowledgment - 1;
  if (got->window == 0)
    return (packet->payload_length == 0 && behind) ||
                   (packet->payload_length == 1 && packet->sequence == got->acknowledgment)
               ? FLOW_ASKED_WINDOW
               : FLOW_ASKED_NOTHING;
  return packet->payload_length <= 1 && behind && got->acknowledgment == side->next
             ? FLOW_ASKED_ALIVE
             : FLOW_ASKED_NOTHING;
}

/* What an acknowledgment without data is that repeats the last one's number (RFC 5681, section 2).
 */
static unsigned repeated(struct flow_side *side, const struct flow_side *other,
                         const struct packet *packet, const struct flow_told *told) {
  bool mere = (packet->flags & (NO_MERE_ACK | FLAG_ACK)) == FLAG_ACK && packet->payload_length == 0;
  const struct flow_told *last = &side->sent;
  if (!mere || packet->sequence != side->next || !last->acknowledged || !last->has_window ||
      !told->has_window || told->acknowledgment != last->acknowledgment)
    return 0;
  if (told->window != last->window)
    return told->window > 0 ? LABEL_WINDOW_UPDATE : 0;
  if (other->asked == FLOW_ASKED_ALIVE)
    return LABEL_KEEPALIVE_ACK;
  if (other->asked == FLOW_ASKED_WINDOW)
    return LABEL_WINDOW_PROBE_ACK;
  if (!other->has_data || !is_before(told->acknowledgment, other->data_to))
    return 0;
  side->duplicates++;
  return LABEL_DUPLICATE_ACK;
}

static void keep(struct flow_told *kept, const struct flow_told *told) {
  uint32_t highest = kept->acknowledgment;
  bool older =
      kept->acknowledged && (!told->acknowledged || is_before(told->acknowledgment, highest));
  bool acknowledged = kept->acknowledged;
  *kept = *told;
  if (older) {
    kept->acknowledged = acknowledged;
    kept->acknowledgment = highest;
  }
}

unsigned flow_track_note(struct flow_track *track, int from, const struct packet *packet,
                         unsigned *duplicates) {
  struct flow_side *side = &track->sides[from];
  const struct flow_side *other = &track->sides[!from];
  *duplicates = 0;
  if (packet->flags & FLAG_RST)
    return 0;
  begin(track, from, packet);
  struct flow_told told = told_by(track, from, packet);
  enum flow_asked asked = asked_by(side, other, packet);
  unsigned labels = repeated(side, other, packet, &told);
  unsigned range = note_range(side, packet);
  if (asked == FLOW_ASKED_ALIVE)
    labels = LABEL_KEEPALIVE;
  else
    labels |= range | (asked == FLOW_ASKED_WINDOW ? LABEL_WINDOW_PROBE : 0);
  if (packet->window == 0 && !(packet->flags & NO_MERE_ACK))
    labels |= LABEL_ZERO_WINDOW;
  if (packet->flags & FLAG_SYN && packet->flags & FLAG_ACK)
    side->accepted = true;
  if (!side->sent.acknowledged || told.acknowledgment != side->sent.acknowledgment)
    side->duplicates = 0;
  keep(&side->sent, &told);
  side->asked = asked;
  if (labels & LABEL_DUPLICATE_ACK)
    *duplicates = side->duplicates;
  return labels;
}

bool flow_track_cross(struct flow_track *track, int from, const struct packet *packet) {
  struct flow_side *side = &track->sides[from];
  uint32_t length = packet_sequence_length(packet);
  uint32_t end = packet->sequence + length;
  if (packet->flags & FLAG_RST)
    return false;
  struct flow_told told = told_by(track, from, packet);
  keep(&side->got, &told);
  if (length == 0)
    return false;
  bool late = side->crossed && is_before(packet->sequence, side->crossed_to);
  if (!side->crossed || is_before(side->crossed_to, end))
    side->crossed_to = end;
  side->crossed = true;
  return late && !side->unknown && !(packet->flags & FLAG_SYN);
}
