#include "commands/packetdrill/pkt_peer.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "commands/packetdrill/pkt_option.h"
#include "language/zeros.h"

enum { LISTENING_PORT = 8080, GRACE = 1000000000 /* how late a segment may be to be shown */ };

static struct pkt_flow *add_flow(struct pkt_state *state, int local_port, int peer_port) {
  struct pkt_flow *flow = &state->flows[state->flow_count % PKT_FLOWS];
  *flow = (struct pkt_flow){.local_port = local_port, .peer_port = peer_port};
  state->flow_count++;
  return flow;
}

static struct pkt_flow *find_flow(struct pkt_state *state, int local_port, int peer_port) {
  size_t count = state->flow_count < PKT_FLOWS ? state->flow_count : PKT_FLOWS;
  for (size_t i = 0; i < count; i++)
    if (state->flows[i].local_port == local_port && state->flows[i].peer_port == peer_port)
      return &state->flows[i];
  return NULL;
}

static int flag_bits(struct pkt_text flags) {
  static const char letters[] = "FSRP.UEW"; /* in the order of the header's bits */
  unsigned bits = 0;
  for (size_t i = 0; i < flags.length; i++) {
    const char *letter = strchr(letters, flags.text[i]);
    if (!letter && flags.text[i] != '-')
      return -1;
    bits |= letter ? 1U << (letter - letters) : 0;
  }
  return (int)bits;
}

static const struct {
  const char *name;
  unsigned bits;
} congestion[] = {{"noecn", 0}, {"ect1", 1}, {"ect0", 2}, {"ce", 3}};

static int congestion_bits(struct pkt_text name) {
  for (size_t i = 0; i < sizeof congestion / sizeof *congestion; i++)
    if (pkt_text_is(name, congestion[i].name))
      return (int)congestion[i].bits;
  return -1;
}

static struct address at_port(const struct address *address, int port) {
  struct address result = *address;
  address_set_port(&result, port);
  return result;
}

/* What the peer sends of a connection. */
static struct packet_plan plan_of(const struct pkt_state *state, const struct pkt_flow *flow) {
  return (struct packet_plan){.protocol = IPPROTO_TCP,
                              .source = at_port(&state->remote, flow->peer_port),
                              .destination = at_port(&state->local, flow->local_port),
                              .hops = 255};
}

static int write_packet(struct pkt_state *state, const struct packet_plan *plan,
                        struct error *error) {
  struct bytes bytes = {0};
  int status = packet_build(plan, &bytes, error);
  struct wire *wire = &state->runner->session->lab->wire;
  int problem = status == 0 ? lab_peer_write(state->peer, bytes.data, bytes.length) : 0;
  if (status == 0 && !problem) { /* the kernel has it when the next step begins */
    wire_lock(wire);
    wire_pump(wire);
    wire_unlock(wire);
  }
  if (problem)
    status = error_set_errno(error, problem, _("the segment could not be sent"));
  bytes_free(&bytes);
  return status;
}

/* The messages of ICMP that scripts name. */
static const struct {
  const char *name;
  const char *code;
  unsigned char type[2]; /* of ICMP and ICMPv6 */
  unsigned char number[2];
} messages[] = {
    {"unreachable", "", {3, 1}, {0, 0}},
    {"unreachable", "net_unreachable", {3, 1}, {0, 0}},
    {"unreachable", "host_unreachable", {3, 1}, {1, 3}},
    {"unreachable", "protocol_unreachable", {3, 1}, {2, 4}},
    {"unreachable", "port_unreachable", {3, 1}, {3, 4}},
    {"unreachable", "frag_needed", {3, 2}, {4, 0}},
    {"packet_too_big", "", {3, 2}, {4, 0}},
    {"time_exceeded", "", {11, 3}, {0, 0}},
};

/* An ICMP error quotes the beginning of a segment that the tested host has sent. */
static int send_icmp(struct pkt_state *state, const struct pkt_segment *segment,
                     struct error *error) {
  enum { QUOTED = 40 }; /* bytes of an IP header without options and of TCP's first */
  const struct pkt_flow *flow = state->flow;
  struct pkt_text code = pkt_state_word(state, segment->code);
  bool six = address_family(&state->remote) == AF_INET6;
  struct packet_plan plan = {.protocol = six ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
                             .source = state->remote,
                             .destination = state->local,
                             .hops = 255,
                             .rest = segment->mtu};
  size_t i = 0;
  while (i < sizeof messages / sizeof *messages &&
         (!pkt_text_is(segment->icmp, messages[i].name) || !pkt_text_is(code, messages[i].code)))
    i++;
  if (i == sizeof messages / sizeof *messages)
    return error_set(error, ERROR_FAILURE, _("icmp %.*s %.*s is not known here"),
                     (int)segment->icmp.length, segment->icmp.text, (int)segment->code.length,
                     segment->code.text);
  if (!flow)
    return error_set(error, ERROR_FAILURE, _("there is no connection that it could be about"));
  plan.type = messages[i].type[six];
  plan.code = messages[i].number[six];
  struct packet_plan about = plan_of(state, flow);
  struct address source = about.source;
  about.source = about.destination;
  about.destination = source;
  about.hops = 64;
  about.flags = FLAG_ACK;
  about.sequence = flow->local_base + segment->sequence;
  about.acknowledgment = flow->peer_base + 1;
  about.data = zeros();
  about.data_length = segment->length < ZEROS ? segment->length : ZEROS;
  struct bytes quoted = {0};
  int status = packet_build(&about, &quoted, error);
  plan.data = quoted.data;
  plan.data_length = six || quoted.length < QUOTED ? quoted.length : QUOTED;
  if (status == 0 && six && plan.data_length > 1232)
    plan.data_length = 1232;
  if (status == 0)
    status = write_packet(state, &plan, error);
  bytes_free(&quoted);
  return status;
}

int pkt_peer_send(struct pkt_state *state, const struct pkt_step *step, struct error *error) {
  const struct pkt_segment *segment = &step->segment;
  struct bytes options = {0};
  int flags = flag_bits(segment->flags);
  int bits = segment->bits.length ? congestion_bits(segment->bits) : 0;
  if (segment->icmp.length > 0)
    return send_icmp(state, segment, error);
  if (flags < 0 || bits < 0)
    return error_set(error, ERROR_FAILURE, _("these flags are not known here"));
  if ((flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN)
    state->flow = add_flow(state, LISTENING_PORT, state->next_port++);
  struct pkt_flow *flow = state->flow;
  if (!flow)
    return error_set(error, ERROR_FAILURE, _("there is no connection that it could be of"));
  if (flags & FLAG_SYN)
    flow->peer_base = segment->sequence;
  struct packet_plan plan = plan_of(state, flow);
  plan.flags = (unsigned)flags;
  plan.sequence = flags & FLAG_SYN ? segment->sequence : flow->peer_base + segment->sequence;
  plan.acknowledgment = segment->acknowledges ? flow->local_base + segment->acknowledgment : 0;
  plan.window = segment->window;
  plan.urgent = segment->urgent;
  plan.congestion = (unsigned)bits;
  plan.data = zeros();
  plan.data_length = segment->length;
  int status = segment->length > ZEROS
                   ? error_set(error, ERROR_FAILURE, _("a segment has 64 KiB at most"))
                   : pkt_option_build(state, segment, flow, &options, error);
  plan.options = options.data;
  plan.options_length = options.length;
  if (status == 0)
    status = write_packet(state, &plan, error);
  bytes_free(&options);
  return status;
}

/* The next packet, in state->got; false: none has come by then. */
static bool next_packet(struct pkt_state *state, int64_t until) {
  struct runner *runner = state->runner;
  if (state->got_left)
    return true;
  while (!(state->got_left = lab_peer_read(state->peer, &state->got, &state->got_at))) {
    int64_t left = until - clock_monotonic();
    struct timespec time = {left / 1000000000, left % 1000000000};
    struct pollfd item = {.fd = state->peer, .events = POLLIN};
    if (left <= 0 || !runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED))
      return false;
    ppoll(&item, 1, &time, NULL);
    runner_wait_end(runner);
  }
  return true;
}

/* As the script would write it. */
static void append_packet(const struct packet *packet, const struct pkt_flow *flow,
                          struct bytes *text) {
  struct bytes flags = {0};
  bool syn = packet->flags & FLAG_SYN;
  uint32_t first = packet->sequence - (flow && !syn ? flow->local_base : packet->sequence);
  packet_flags_append(packet->flags, &flags);
  bytes_append_format(text, "> %s %u:%u(%zu)", bytes_text(&flags), first,
                      first + (uint32_t)packet->payload_length, packet->payload_length);
  if (packet->flags & FLAG_ACK)
    bytes_append_format(text, " ack %u", packet->acknowledgment - (flow ? flow->peer_base : 0));
  bytes_append_format(text, " win %u", packet->window);
  pkt_option_append(packet, text);
  bytes_free(&flags);
}

static int differs(struct pkt_state *state, const struct packet *packet,
                   const struct pkt_flow *flow, struct error *error, const char *difference) {
  bytes_clear(&state->came);
  bytes_append_format(&state->came, "%+.6f ", pkt_state_seconds(state, state->got_at));
  if (packet->has_transport && packet->protocol == IPPROTO_TCP)
    append_packet(packet, flow, &state->came);
  else
    bytes_append_text(&state->came, _("> a packet that is not of TCP"));
  return error_set(error, ERROR_FAILURE, "%s", difference);
}

static struct pkt_flow *flow_of(struct pkt_state *state, const struct packet *packet) {
  struct pkt_flow *flow = find_flow(state, packet->source_port, packet->destination_port);
  bool opens = (packet->flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN;
  if (!flow && opens)
    flow = add_flow(state, packet->source_port, packet->destination_port);
  if (flow && packet->flags & FLAG_SYN)
    flow->local_base = packet->sequence;
  return flow;
}

/* What the first of its packets must be. */
static int compare_head(struct pkt_state *state, const struct pkt_segment *segment,
                        const struct packet *packet, struct pkt_flow *flow, uint32_t done,
                        struct error *error) {
  struct bytes text = {0};
  bool syn = packet->flags & FLAG_SYN;
  uint32_t sequence = syn ? segment->sequence : packet->sequence - flow->local_base;
  /* With a SYN the script's numbers are the initial ones: those that the peer has sent. */
  uint32_t acknowledgment = packet->acknowledgment - (syn ? 0 : flow->peer_base);
  if (sequence != segment->sequence + done)
    bytes_append_format(&text, _("its first number is %u, not %u"), sequence,
                        segment->sequence + done);
  else if (packet->payload_length > segment->length - done)
    bytes_append_format(&text, _("it has %zu bytes, not %u"), packet->payload_length,
                        segment->length - done);
  else if (segment->acknowledges && acknowledgment != segment->acknowledgment)
    bytes_append_format(&text, _("it acknowledges %u, not %u"), acknowledgment,
                        segment->acknowledgment);
  else if (segment->has_window && packet->window != segment->window)
    bytes_append_format(&text, _("its window is %u, not %u"), packet->window, segment->window);
  else if (!segment->any_options)
    pkt_option_agree(state, segment, packet, flow, &text);
  int status = text.length ? differs(state, packet, flow, error, bytes_text(&text)) : 0;
  bytes_free(&text);
  return status;
}

static int compare_flags(struct pkt_state *state, const struct pkt_segment *segment,
                         const struct packet *packet, struct pkt_flow *flow, bool last,
                         struct error *error) {
  unsigned wanted = (unsigned)flag_bits(segment->flags);
  struct bytes one = {0};
  struct bytes text = {0};
  unsigned ends = FLAG_PSH | FLAG_FIN | FLAG_CWR;
  unsigned checked = last ? 0xff : 0xff & ~ends;
  packet_flags_append(packet->flags, &one);
  int bits = segment->bits.length ? congestion_bits(segment->bits) : -1;
  unsigned came = packet->family == AF_INET ? packet->bytes[1] & 3U : packet->bytes[1] >> 4 & 3U;
  if ((packet->flags & checked) != (wanted & checked))
    bytes_append_format(&text, _("its flags are %s, not %.*s"), bytes_text(&one),
                        (int)segment->flags.length, segment->flags.text);
  else if (bits >= 0 && (unsigned)bits != came)
    bytes_append_format(&text, _("IP's bits for congestion are %u, not %d"), came, bits);
  int status = text.length ? differs(state, packet, flow, error, bytes_text(&text)) : 0;
  bytes_free(&one);
  bytes_free(&text);
  return status;
}

static int compare_time(struct pkt_state *state, const struct pkt_step *step, int64_t until,
                        const struct packet *packet, const struct pkt_flow *flow,
                        struct error *error) {
  char text[160];
  int64_t tolerance = pkt_state_tolerance(state, step->time.from);
  if (step->time.moment == PKT_ANY ||
      (state->got_at >= state->due - tolerance && state->got_at <= until + tolerance))
    return 0;
  bool late = state->got_at > until;
  snprintf(text, sizeof text, late ? _("it is %.3f ms late") : _("it is %.3f ms early"),
           (double)(late ? state->got_at - until : state->due - state->got_at) / 1e6);
  return differs(state, packet, flow, error, text);
}

/* Segments of other connections than the script's present one are not its business: such as those
 * of one that it has closed before. */
static bool is_surplus(const struct pkt_state *state, const struct pkt_segment *segment,
                       const struct packet *packet, const struct pkt_flow *flow) {
  bool opens = flag_bits(segment->flags) == FLAG_SYN ||
               (flag_bits(segment->flags) & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN;
  bool is_syn = (packet->flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN;
  return !flow || (opens ? !is_syn : state->flow && flow != state->flow && !is_syn);
}

/* A segment of the script may come as several. */
int pkt_peer_expect(struct pkt_state *state, const struct pkt_step *step, struct error *error) {
  const struct pkt_segment *segment = &step->segment;
  int64_t until = state->due + (step->time.to - step->time.from);
  int64_t patience = step->time.moment == PKT_ANY ? 10 * (int64_t)GRACE : GRACE;
  uint32_t done = 0;
  do {
    struct packet packet;
    if (!next_packet(state, until + state->tolerance + patience))
      return error_set(error, ERROR_FAILURE,
                       done ? _("only %u of its %u bytes have come") : _("nothing has come"), done,
                       segment->length);
    packet_read(state->got.data, state->got.length, state->got.length, &packet);
    if (packet.protocol != IPPROTO_TCP || !packet.has_transport)
      return differs(state, &packet, NULL, error, _("it is no segment of TCP"));
    struct pkt_flow *flow = flow_of(state, &packet);
    if (is_surplus(state, segment, &packet, flow)) {
      state->got_left = false;
      continue;
    }
    state->flow = flow;
    bool last = done + packet.payload_length >= segment->length;
    if (compare_head(state, segment, &packet, flow, done, error) < 0 ||
        compare_flags(state, segment, &packet, flow, last, error) < 0 ||
        compare_time(state, step, until, &packet, flow, error) < 0)
      return -1;
    done += (uint32_t)packet.payload_length;
    state->got_left = false;
    if (last)
      return 0;
  } while (true);
}
