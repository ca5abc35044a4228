/* learned_packets: each packet that crossed, as a rule of the wire that finds it again. It is known
 * by what does not depend on the moment: its ends, its flags, and its relative sequence number; and
 * where several are alike in that, by how many of them come before it. */
#include <netinet/in.h>
#include <string.h>

#include "commands/survive/learned.h"
#include "lab/lab.h"
#include "packet/packet.h"

enum segment_kind { IS_SYN, IS_SYN_ACK, IS_FIN, IS_RESET, IS_DATA, IS_ACK, IS_NO_SEGMENT };

/* What a rule says of each kind, beside its numbers. */
static const char *const kind_conditions[] = {[IS_SYN] = " flags S without .",
                                              [IS_SYN_ACK] = " flags S.",
                                              [IS_FIN] = " flags F",
                                              [IS_RESET] = " flags R",
                                              [IS_DATA] = " length 1..",
                                              [IS_ACK] = " flags . without SFR length 0",
                                              [IS_NO_SEGMENT] = ""};

struct learned_packet {
  unsigned number;
  char source[HOST_NAME_SIZE];
  char target[HOST_NAME_SIZE];
  int protocol;
  int port; /* the one of the two that is not chosen by a kernel; 0: none */
  unsigned flags;
  enum segment_kind kind;
  bool numbered; /* `first` is known */
  uint32_t first;
  uint32_t last; /* its sequence numbers, relative */
  size_t length; /* of its data */
  unsigned type; /* of ICMP */
};

struct packets {
  struct session *session;
  struct bytes all; /* struct learned_packet */
};

static enum segment_kind kind_of(const struct packet *packet) {
  if (packet->protocol != IPPROTO_TCP)
    return IS_NO_SEGMENT;
  if (packet->flags & FLAG_RST)
    return IS_RESET;
  if (packet->flags & FLAG_SYN)
    return packet->flags & FLAG_ACK ? IS_SYN_ACK : IS_SYN;
  if (packet->flags & FLAG_FIN)
    return IS_FIN;
  return packet->payload_length > 0 ? IS_DATA : IS_ACK;
}

/* Ports from here on are those that kernels choose: ip_local_port_range. */
static int port_of(const struct packet *packet) {
  enum { CHOSEN = 32768 };
  bool ported = packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP;
  if (!ported)
    return 0;
  if (packet->destination_port < CHOSEN)
    return packet->destination_port;
  return packet->source_port < CHOSEN ? packet->source_port : 0;
}

static void copy_name(char to[HOST_NAME_SIZE], const struct lab *lab, const char *name) {
  memset(to, 0, HOST_NAME_SIZE);
  if (lab_find_host(lab, name, strlen(name)))
    memcpy(to, name, strlen(name));
}

static bool take_packet(const struct event *event, void *context) {
  struct packets *packets = context;
  const struct event_packet *seen = &event->packet;
  struct packet packet;
  bool repeats = seen->labels & (LABEL_RETRANSMISSION | LABEL_PARTLY);
  if (seen->fate != PACKET_CROSSED || seen->live || repeats)
    return true;
  packet_read(seen->bytes, seen->length, seen->total, &packet);
  if (packet.family == AF_UNSPEC || !packet.has_transport)
    return true;
  struct learned_packet learned = {.number = seen->number,
                                   .protocol = packet.protocol,
                                   .port = port_of(&packet),
                                   .flags = packet.flags,
                                   .kind = kind_of(&packet),
                                   .length = packet.payload_length,
                                   .type = packet.type};
  uint32_t taken = packet.protocol == IPPROTO_TCP ? packet_sequence_length(&packet) : 0;
  learned.numbered = seen->relative && (learned.kind == IS_DATA || learned.kind == IS_ACK);
  learned.first = packet.sequence - seen->sequence_base;
  learned.last = learned.first + (taken ? taken - 1 : 0);
  copy_name(learned.source, packets->session->lab, seen->source);
  copy_name(learned.target, packets->session->lab, seen->target);
  if (*learned.source && *learned.target)
    bytes_append(&packets->all, &learned, sizeof learned);
  return true;
}

/* Whether the rule for one packet fits another one that came before it. */
static bool fits(const struct learned_packet *rule, const struct learned_packet *packet) {
  bool same = strcmp(rule->source, packet->source) == 0 &&
              strcmp(rule->target, packet->target) == 0 && rule->protocol == packet->protocol &&
              (rule->port == 0 || rule->port == packet->port);
  if (!same)
    return false;
  if (rule->numbered && (packet->first > rule->first || packet->last < rule->first))
    return false;
  switch (rule->kind) {
  case IS_DATA:
    return packet->length > 0;
  case IS_FIN:
    return packet->flags & FLAG_FIN;
  case IS_RESET:
    return packet->flags & FLAG_RST;
  case IS_NO_SEGMENT:
    return rule->protocol == IPPROTO_UDP ? rule->length == packet->length
                                         : rule->type == packet->type;
  default:
    return rule->kind == packet->kind;
  }
}

static void append_condition(const struct learned_packet *packet, struct bytes *text) {
  static const struct {
    int number;
    const char *name;
  } protocols[] = {{IPPROTO_TCP, "tcp"},
                   {IPPROTO_UDP, "udp"},
                   {IPPROTO_ICMP, "icmp"},
                   {IPPROTO_ICMPV6, "icmp6"}};
  bytes_append_format(text, " when from %s to %s", packet->source, packet->target);
  for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
    if (protocols[i].number == packet->protocol)
      bytes_append_format(text, " proto %s", protocols[i].name);
  if (packet->port)
    bytes_append_format(text, " port %d", packet->port);
  bytes_append_text(text, kind_conditions[packet->kind]);
  if (packet->numbered)
    bytes_append_format(text, " seq %u", packet->first);
  if (packet->protocol == IPPROTO_UDP)
    bytes_append_format(text, " length %zu", packet->length);
  if (packet->protocol == IPPROTO_ICMP || packet->protocol == IPPROTO_ICMPV6)
    bytes_append_format(text, " icmp %u", packet->type);
}

static void append_what(const struct learned_packet *packet, const char *what, struct bytes *text) {
  bytes_append_format(text, _("packet %u, %s > %s"), packet->number, packet->source,
                      packet->target);
  if (packet->kind != IS_NO_SEGMENT) {
    bytes_append_text(text, " [");
    packet_flags_append(packet->flags, text);
    bytes_append_char(text, ']');
  }
  if (packet->numbered && packet->length > 0)
    bytes_append_format(text, " seq %u:%u", packet->first, packet->last + 1);
  else if (packet->numbered)
    bytes_append_format(text, " seq %u", packet->first);
  if (packet->kind == IS_NO_SEGMENT)
    bytes_append_format(text, _(", %zu bytes"), packet->length);
  bytes_append_format(text, ": %s\n", what);
}

static void add_fault(const struct learned_packet *packet, size_t before, const char *action,
                      const char *which, const char *what, struct learned *learned) {
  bytes_append_format(&learned->lines, "wire rule fault: %s", action);
  if (before > 0)
    bytes_append_format(&learned->lines, " after %zu", before);
  bytes_append_text(&learned->lines, which);
  append_condition(packet, &learned->lines);
  bytes_append_text(&learned->lines, LEARNED_BETWEEN);
  append_what(packet, what, &learned->lines);
  learned->faults++;
}

static void add_faults(const struct learned_packet *packet, size_t before, bool forever,
                       struct learned *learned) {
  bool repeated = packet->protocol == IPPROTO_TCP && packet->kind != IS_ACK;
  bool handshake = packet->kind == IS_SYN || packet->kind == IS_SYN_ACK;
  add_fault(packet, before, "drop", " first 1", _("lost"), learned);
  add_fault(packet, before, "duplicate", " first 1", _("comes twice"), learned);
  add_fault(packet, before, "move 1", " first 1", _("comes behind the next one"), learned);
  if (repeated && (forever || (handshake && before == 0)))
    add_fault(packet, before, "drop", "", _("lost, and whatever repeats it"), learned);
}

void learned_add_packets(struct session *session, const struct learned_choice *choice,
                         struct learned *learned) {
  struct packets packets = {.session = session};
  if (session->lab)
    timeline_walk(session->timeline, learned->from, EVENT_BIT(EVENT_PACKET), take_packet, &packets);
  const struct learned_packet *all = (const struct learned_packet *)packets.all.data;
  learned->packets = packets.all.length / sizeof *all;
  for (size_t i = 0; i < learned->packets && choice->packets; i++) {
    size_t before = 0;
    for (size_t j = 0; j < i; j++)
      before += fits(&all[i], &all[j]);
    add_faults(&all[i], before, choice->forever, learned);
  }
  learned->lines.failed |= packets.all.failed;
  bytes_free(&packets.all);
}
