#include "commands/packetdrill/pkt_peer.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "commands/packetdrill/pkt_clock.h"
#include "commands/packetdrill/pkt_compare.h"
#include "commands/packetdrill/pkt_option.h"
#include "language/zeros.h"
#include "session/session_lab.h"
#include "socket/look.h"

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

/* Where the peer's connections go: a typed line finds out where the tested host listens. */
static int listening_port(const struct pkt_state *state) {
  const struct socket_table *table = &state->runner->session->sockets;
  int port = LISTENING_PORT;
  for (size_t i = 0; state->typed && i < table->highest; i++) {
    struct socket *socket = table->entries[i];
    struct address local;
    if (socket && socket->host == state->tested && socket_is_tcp(socket) &&
        look_state_now(socket) == STATE_LISTEN && look_read_local(socket, &local) == 0)
      port = address_port(&local);
  }
  return port;
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
  if (status == 0 && !problem && state->typed) { /* what it brings about belongs to the line */
    session_lab_lock_wire(state->runner, wire);
    wire_pump(wire);
    session_lab_unlock_wire(wire);
  } else if (status == 0 && !problem) { /* the kernel has it when the next step begins */
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
  int flags = pkt_compare_flags(segment->flags);
  int bits = segment->bits.length ? pkt_compare_congestion(segment->bits) : 0;
  if (segment->icmp.length > 0)
    return send_icmp(state, segment, error);
  if (flags < 0 || bits < 0)
    return error_set(error, ERROR_FAILURE, _("these flags are not known here"));
  bool crosses = state->flow && state->flow->called && !state->flow->answered; /* SYN with SYN */
  if ((flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN && !crosses)
    state->flow = add_flow(state, listening_port(state), state->next_port++);
  struct pkt_flow *flow = state->flow;
  if (!flow)
    return error_set(error, ERROR_FAILURE, _("there is no connection that it could be of"));
  if (flags & FLAG_SYN) {
    flow->peer_base = segment->sequence;
    flow->answered = true;
  }
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

static bool read_packet(struct pkt_state *state) {
  if (!lab_peer_read(state->peer, &state->got, &state->got_at))
    return false;
  pkt_clock_refine(state);
  return true;
}

/* The next packet, in state->got; false: none has come by then. */
static bool next_packet(struct pkt_state *state, int64_t until) {
  struct runner *runner = state->runner;
  if (state->got_left)
    return true;
  while (!(state->got_left = read_packet(state))) {
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

static struct pkt_flow *flow_of(struct pkt_state *state, const struct packet *packet) {
  struct pkt_flow *flow = find_flow(state, packet->source_port, packet->destination_port);
  bool opens = (packet->flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN;
  if (!flow && opens) {
    flow = add_flow(state, packet->source_port, packet->destination_port);
    flow->called = true;
    state->opens = false;
  }
  if (flow && packet->flags & FLAG_SYN)
    flow->local_base = packet->sequence;
  return flow;
}

/* While a person thinks, the kernel sends again what nobody has acknowledged: a typed line is about
 * something else, unless it names those very numbers. */
static bool comes_again(const struct pkt_state *state, const struct pkt_segment *segment,
                        const struct packet *packet, const struct pkt_flow *flow) {
  uint32_t size = packet_sequence_length(packet);
  bool old = flow->local_began && (int32_t)(packet->sequence + size - flow->local_next) <= 0;
  bool named = segment->sequence == packet->sequence - flow->local_base &&
               (packet->flags & FLAG_SYN) == (pkt_compare_flags(segment->flags) & FLAG_SYN);
  return state->typed && size > 0 && old && !named;
}

static void note_next(struct pkt_flow *flow, const struct packet *packet) {
  uint32_t next = packet->sequence + packet_sequence_length(packet);
  if (!flow->local_began || (int32_t)(next - flow->local_next) > 0)
    flow->local_next = next;
  flow->local_began = true;
}

/* Segments of other connections than the script's present one are not its business: such as those
 * of one that it has closed before. */
static bool is_surplus(const struct pkt_state *state, const struct pkt_segment *segment,
                       const struct packet *packet, const struct pkt_flow *flow) {
  bool opens = pkt_compare_flags(segment->flags) == FLAG_SYN ||
               (pkt_compare_flags(segment->flags) & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN;
  bool is_syn = (packet->flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN;
  if (!flow || (opens && !is_syn))
    return true;
  return is_syn ? state->opens : state->flow && flow != state->flow;
}

static int refuse_surplus(struct pkt_state *state, const struct packet *packet,
                          struct error *error) {
  struct bytes flags = {0};
  packet_flags_append(packet->flags, &flags);
  error_set(error, ERROR_FAILURE,
            _("a segment came that no line expects: %s from port %u, %zu bytes, %.6f s"),
            bytes_text(&flags), packet->source_port, packet->payload_length,
            pkt_state_seconds(state, state->got_at));
  bytes_free(&flags);
  return -1;
}

int pkt_peer_end(struct pkt_state *state, struct error *error) {
  struct packet packet;
  if (!state->options.strict || !next_packet(state, 0))
    return 0;
  packet_read(state->got.data, state->got.length, state->got.length, &packet);
  return refuse_surplus(state, &packet, error);
}

/* A segment of the script may come as several. */
int pkt_peer_expect(struct pkt_state *state, const struct pkt_step *step, struct error *error) {
  const struct pkt_segment *segment = &step->segment;
  int64_t patience =
      step->time.moment == PKT_ANY ? state->runner->session->settings.timeout : GRACE;
  struct pkt_share share = {step, state->due + (step->time.to - step->time.from), 0, false};
  if (pkt_compare_flags(segment->flags) < 0 ||
      (segment->bits.length > 0 && pkt_compare_congestion(segment->bits) < 0))
    return error_set(error, ERROR_FAILURE, _("these flags are not known here"));
  while (!share.last) {
    struct packet packet;
    if (!next_packet(state, share.until + state->tolerance + patience))
      return error_set(error, ERROR_FAILURE,
                       share.done ? _("only %u of its %u bytes have come") : _("nothing has come"),
                       share.done, segment->length);
    packet_read(state->got.data, state->got.length, state->got.length, &packet);
    if (packet.protocol != IPPROTO_TCP || !packet.has_transport)
      return error_set(error, ERROR_FAILURE, _("what came is no segment of TCP"));
    struct pkt_flow *flow = flow_of(state, &packet);
    state->got_left = false;
    if (is_surplus(state, segment, &packet, flow)) {
      if (state->options.strict)
        return refuse_surplus(state, &packet, error);
      continue;
    }
    if (share.done == 0 && comes_again(state, segment, &packet, flow))
      continue;
    note_next(flow, &packet);
    state->flow = flow;
    share.last = share.done + packet.payload_length >= segment->length;
    if (pkt_compare_segment(state, &share, &packet, flow, error) < 0)
      return -1;
    share.done += (uint32_t)packet.payload_length;
  }
  return 0;
}
