#include "commands/packetdrill/pkt_compare.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "commands/packetdrill/pkt_option.h"

enum { TEXT = 80 };

/* What a packet is compared with, and where the result goes. */
struct comparing {
  struct pkt_state *state;
  const struct pkt_share *share;
  const struct pkt_segment *segment;
  const struct packet *packet;
  struct pkt_flow *flow;
  struct error *error;
};

int pkt_compare_flags(struct pkt_text flags) {
  static const char letters[] = "FSRP.UEWA"; /* in the order of the header's bits */
  unsigned bits = 0;
  for (size_t i = 0; i < flags.length; i++) {
    char c = flags.text[i];
    const char *letter = strchr(letters, c);
    if (c >= '0' && c <= '7') /* AE, CWR and ECE as one number */
      bits |= (unsigned)(c - '0') << 6;
    else if (letter)
      bits |= 1U << (letter - letters);
    else if (c != '-')
      return -1;
  }
  return (int)bits;
}

static const char *const congestion[] = {"noecn", "ect1", "ect0", "ce"}; /* by IP's two bits */

int pkt_compare_congestion(struct pkt_text name) {
  for (int i = 0; i < 4; i++)
    if (pkt_text_is(name, congestion[i]))
      return i;
  return -1;
}

static void add(const struct comparing *with, const char *field, const char *expected,
                const char *came, bool differs) {
  pkt_difference_add(&with->state->difference, field, expected, came, differs, with->error);
}

static void add_number(const struct comparing *with, const char *field, bool said,
                       uint32_t expected, uint32_t came) {
  char one[TEXT] = "";
  char other[TEXT];
  if (said)
    snprintf(one, sizeof one, "%u", expected);
  snprintf(other, sizeof other, "%u", came);
  add(with, field, one, other, said && expected != came);
}

/* FIRST:LAST(LENGTH). Of several packets the first numbers count on. */
static void add_range(const struct comparing *with) {
  const struct pkt_segment *segment = with->segment;
  const struct packet *packet = with->packet;
  char one[TEXT];
  char other[TEXT];
  bool syn = packet->flags & FLAG_SYN;
  uint32_t first = syn ? segment->sequence : packet->sequence - with->flow->local_base;
  uint32_t expected = segment->sequence + with->share->done;
  uint32_t left = segment->length - with->share->done;
  snprintf(one, sizeof one, with->share->done ? _("%u:%u(%u), the rest") : "%u:%u(%u)", expected,
           expected + left, left);
  snprintf(other, sizeof other, "%u:%u(%zu)", first, first + (uint32_t)packet->payload_length,
           packet->payload_length);
  add(with, _("numbers"), one, other, first != expected || packet->payload_length > left);
}

/* With AE, which AccECN has added (RFC 9768). */
static unsigned flags_of(const struct packet *packet) {
  bool ae = packet->bytes[packet->transport + 12] & 1;
  return packet->flags | (ae ? FLAG_AE : 0);
}

static void add_flags(const struct comparing *with) {
  unsigned came_flags = flags_of(with->packet);
  unsigned wanted = (unsigned)pkt_compare_flags(with->segment->flags);
  unsigned ends = FLAG_PSH | FLAG_FIN | FLAG_CWR; /* these are the last packet's */
  unsigned checked = with->share->last ? 0x1ff : 0x1ff & ~ends;
  char expected[TEXT];
  struct bytes came = {0};
  snprintf(expected, sizeof expected, "%.*s", (int)with->segment->flags.length,
           with->segment->flags.text);
  packet_flags_append(with->packet->flags, &came);
  if (came_flags & FLAG_AE)
    bytes_append_char(&came, 'A');
  add(with, _("flags"), expected, bytes_text(&came), (came_flags & checked) != (wanted & checked));
  bytes_free(&came);
}

static void add_congestion(const struct comparing *with) {
  const struct packet *packet = with->packet;
  int wanted = pkt_compare_congestion(with->segment->bits);
  int came = packet->family == AF_INET ? packet->bytes[1] & 3 : packet->bytes[1] >> 4 & 3;
  if (with->segment->bits.length > 0)
    add(with, _("IP's bits"), wanted < 0 ? "" : congestion[wanted], congestion[came],
        wanted != came);
}

static unsigned urgent_of(const struct packet *packet) {
  const unsigned char *header = packet->bytes + packet->transport;
  return packet->flags & FLAG_URG ? (unsigned)(header[18] << 8 | header[19]) : 0;
}

static void add_time(const struct comparing *with) {
  const struct pkt_state *state = with->state;
  const struct pkt_time *time = &with->share->step->time;
  int64_t tolerance = pkt_state_tolerance(state, time->from);
  char one[TEXT] = "*";
  char other[TEXT];
  int64_t off = state->got_at > with->share->until ? state->got_at - with->share->until
                : state->got_at < state->due       ? state->got_at - state->due
                                                   : 0;
  bool any = time->moment == PKT_ANY;
  if (!any)
    snprintf(one, sizeof one, "%.6f", pkt_state_seconds(state, state->due));
  snprintf(other, sizeof other, "%.6f", pkt_state_seconds(state, state->got_at));
  pkt_difference_add_time(&with->state->difference, _("time"), one, other, any ? 0 : off,
                          !any && (off > tolerance || off < -tolerance), with->error);
}

int pkt_compare_segment(struct pkt_state *state, const struct pkt_share *share,
                        const struct packet *packet, struct pkt_flow *flow, struct error *error) {
  const struct pkt_segment *segment = &share->step->segment;
  struct comparing with = {state, share, segment, packet, flow, error};
  bool syn = packet->flags & FLAG_SYN;
  pkt_difference_begin(&state->difference);
  add_congestion(&with);
  add_flags(&with);
  add_range(&with);
  /* With a SYN the script's numbers are the initial ones: those that the peer has sent. */
  if (packet->flags & FLAG_ACK)
    add_number(&with, _("ack"), segment->acknowledges, segment->acknowledgment,
               packet->acknowledgment - (syn ? 0 : flow->peer_base));
  add_number(&with, _("window"), segment->has_window, segment->window, packet->window);
  if (segment->urgent || packet->flags & FLAG_URG)
    add_number(&with, _("urgent"), true, segment->urgent, urgent_of(packet));
  if (!segment->any_options)
    pkt_option_compare(state, segment, packet, flow, error);
  add_time(&with);
  return pkt_difference_status(&state->difference);
}
