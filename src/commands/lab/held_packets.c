/* held_packets: commands on single packets on the lab's wire. */
#include "command/invocation.h"
#include "session/session_lab.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "lab/lab.h"
#include "language/number.h"
#include "view/notation/packet_full.h"

/* Finds the held packet N and locks the wire. If there is none, NULL with an error, and the wire is
 * not locked. */
static struct held *take_held(struct invocation *invocation, struct wire **wire) {
  const struct argument_value *number = invocation_value(invocation, "N");
  *wire = session_lab_wire(invocation->runner->session, invocation->error);
  if (!*wire)
    return NULL;
  session_lab_lock_wire(invocation->runner, *wire);
  struct held *held = number->number > 0 && number->number <= UINT32_MAX
                          ? wire_find_held(*wire, (unsigned)number->number)
                          : NULL;
  if (held)
    return held;
  size_t count = (*wire)->held.count;
  session_lab_unlock_wire(*wire);
  error_set(invocation->error, ERROR_FAILURE,
            count ? _("no packet %lld is held; `wire` lists those that are")
                  : _("no packet %lld is held: none is at all"),
            number->number);
  error_set_place(invocation->error, number->place);
  return NULL;
}

static int run_deliver(struct invocation *invocation) {
  struct wire *wire;
  struct held *held = take_held(invocation, &wire);
  if (!held)
    return -1;
  wire_deliver(wire, held);
  session_lab_unlock_wire(wire);
  return 0;
}

static int run_drop(struct invocation *invocation) {
  struct wire *wire;
  struct held *held = take_held(invocation, &wire);
  if (!held)
    return -1;
  wire_drop(wire, held);
  session_lab_unlock_wire(wire);
  return 0;
}

static int run_duplicate(struct invocation *invocation) {
  struct wire *wire;
  struct held *held = take_held(invocation, &wire);
  if (!held)
    return -1;
  int status = wire_duplicate(wire, held);
  unsigned number = wire->numbers;
  session_lab_unlock_wire(wire);
  if (status < 0)
    return error_set(invocation->error, ERROR_FAILURE,
                     _("there is no room for another packet on the wire"));
  invocation_give_number(invocation, number);
  return 0;
}

static int run_move(struct invocation *invocation) {
  struct wire *wire;
  const struct argument_value *place = invocation_value(invocation, "M");
  struct held *held = take_held(invocation, &wire);
  if (!held)
    return -1;
  struct held *other = place->number > 0 && place->number <= UINT32_MAX
                           ? wire_find_held(wire, (unsigned)place->number)
                           : NULL;
  if (other)
    wire_move(wire, held, other);
  session_lab_unlock_wire(wire);
  if (other)
    return 0;
  error_set(invocation->error, ERROR_FAILURE,
            _("no packet %lld is held; `wire` lists those that are"), place->number);
  error_set_place(invocation->error, place->place);
  return -1;
}

static int run_corrupt(struct invocation *invocation) {
  struct wire *wire;
  struct held *held = take_held(invocation, &wire);
  if (!held)
    return -1;
  wire_corrupt(wire, held);
  session_lab_unlock_wire(wire);
  return 0;
}

static int edit_field(struct bytes *packet, const struct argument_value *field,
                      const struct argument_value *value, const struct flow_bases *bases,
                      struct error *error) {
  struct bytes name = {0};
  struct bytes text = {0};
  int status = packet_edit(packet->data, packet->length, argument_value_text(field, &name),
                           argument_value_text(value, &text),
                           &(struct packet_bases){bases->sequence, bases->acknowledgment}, error);
  bytes_free(&name);
  bytes_free(&text);
  return status;
}

/* Edits a copy, so that a wrong value leaves the packet unchanged. */
static int edit(struct invocation *invocation, struct wire *wire, struct held *held) {
  struct bytes copy = {0};
  struct packet packet;
  struct flow_bases bases = {0};
  bytes_append(&copy, held->bytes, held->length);
  if (copy.failed)
    return error_set_memory(invocation->error);
  packet_read(held->bytes, held->length, held->length, &packet);
  wire_bases(wire, &packet, &bases);
  int status = edit_field(&copy, invocation_value(invocation, "FIELD"),
                          invocation_value(invocation, "VALUE"), &bases, invocation->error);
  if (status == 0) {
    memcpy(held->bytes, copy.data, copy.length);
    wire_changed(wire, held, "edited");
  } else {
    error_set_place(invocation->error, invocation_value(invocation, "FIELD")->place);
  }
  bytes_free(&copy);
  return status;
}

static int run_edit(struct invocation *invocation) {
  struct wire *wire;
  struct held *held = take_held(invocation, &wire);
  if (!held)
    return -1;
  int status = edit(invocation, wire, held);
  session_lab_unlock_wire(wire);
  return status;
}

/* The last event of a packet, copied from the timeline. */
struct found_packet {
  unsigned number;
  struct event_packet packet;
  struct bytes bytes;
  char texts[4][64];
  bool found;
};

static const char *keep_text(struct found_packet *found, int slot, const char *text) {
  strncpy(found->texts[slot], text, sizeof found->texts[slot] - 1);
  return found->texts[slot];
}

static bool keep_packet(const struct event *event, void *context) {
  struct found_packet *found = context;
  const struct event_packet *packet = &event->packet;
  if (packet->number != found->number)
    return true;
  found->found = true;
  found->packet = *packet;
  found->packet.source = keep_text(found, 0, packet->source);
  found->packet.target = keep_text(found, 1, packet->target);
  found->packet.to = keep_text(found, 2, packet->to);
  found->packet.wire = keep_text(found, 3, packet->wire);
  found->packet.reason = "";
  bytes_clear(&found->bytes);
  bytes_append(&found->bytes, packet->bytes, packet->length);
  found->packet.bytes = found->bytes.data ? found->bytes.data : "";
  return true;
}

static int find_packet(struct invocation *invocation, const struct argument_value *number,
                       struct found_packet *found) {
  *found = (struct found_packet){0};
  if (number->number > 0 && number->number <= UINT32_MAX) {
    found->number = (unsigned)number->number;
    timeline_walk(invocation->runner->session->timeline, 1, EVENT_BIT(EVENT_PACKET), keep_packet,
                  found);
  }
  if (found->bytes.failed) {
    bytes_free(&found->bytes);
    return error_set_memory(invocation->error);
  }
  if (found->found)
    return 0;
  error_set(invocation->error, ERROR_FAILURE,
            _("there was no packet %lld on the wire, or it is too long ago"), number->number);
  error_set_place(invocation->error, number->place);
  return -1;
}

static int run_packet(struct invocation *invocation) {
  struct found_packet found;
  struct answer answer;
  if (!session_lab_wire(invocation->runner->session, invocation->error) ||
      find_packet(invocation, invocation_value(invocation, "N"), &found) < 0)
    return -1;
  bool stable = invocation->runner->session->settings.stable;
  packet_full_table(&found.packet, stable, &answer);
  int status = runner_answer(invocation->runner, &answer, invocation->error);
  if (status == 0) {
    packet_full_bytes(&found.packet, stable, &answer);
    status = runner_answer(invocation->runner, &answer, invocation->error);
  }
  bytes_free(&found.bytes);
  return status;
}

/* Reads "seq 5", relative to the connection's base, or "seq =5", absolute. */
static int read_sequence(struct invocation *invocation, const char *key, uint32_t base,
                         uint32_t *number) {
  const struct argument_value *value = invocation_value(invocation, key);
  long long read;
  if (!value)
    return 0;
  bool absolute = value->word.length > 0 && value->word.data[0] == '=';
  if (number_parse(value->word.data + absolute, value->word.length - absolute, &read) < 0 ||
      read < -(long long)UINT32_MAX || read > UINT32_MAX)
    return invocation_wrong(
        invocation, value,
        _("a sequence number is a number as the wire shows it, or =NUMBER as it is in the header"));
  *number = (uint32_t)read + (absolute ? 0 : base);
  return 0;
}

/* An ICMP error contains the beginning of the packet that it is about. */
static int fill_about(struct invocation *invocation, struct packet_plan *plan,
                      struct found_packet *found) {
  enum { LONGEST = 548 };
  const struct argument_value *about = invocation_value(invocation, "about");
  if (!about)
    return 0;
  if (find_packet(invocation, about, found) < 0)
    return -1;
  plan->data = found->bytes.data;
  plan->data_length = found->bytes.length < LONGEST ? found->bytes.length : LONGEST;
  return 0;
}

static int fill_tcp(struct invocation *invocation, struct wire *wire, struct packet_plan *plan) {
  const struct argument_value *flags = invocation_value(invocation, "flags");
  struct flow_bases bases = {0};
  struct bytes probe = {0};
  struct packet packet;
  if (flags) {
    int bits = packet_flags_parse(flags->word.data, flags->word.length);
    if (bits < 0)
      return invocation_wrong(
          invocation, flags,
          _("flags are written as the wire shows them, S, S., F., R, or by name: syn|ack"));
    plan->flags = (unsigned)bits;
  }
  /* Build a packet of the connection to find the bases of its sequence numbers. */
  if (packet_build(plan, &probe, invocation->error) < 0) {
    bytes_free(&probe);
    return -1;
  }
  packet_read(probe.data, probe.length, probe.length, &packet);
  wire_lock(wire);
  wire_bases(wire, &packet, &bases);
  wire_unlock(wire);
  bytes_free(&probe);
  plan->sequence = bases.sequence;
  plan->acknowledgment = plan->flags & FLAG_ACK ? bases.acknowledgment : 0;
  if (read_sequence(invocation, "seq", bases.sequence, &plan->sequence) < 0)
    return -1;
  return read_sequence(invocation, "ack", bases.acknowledgment, &plan->acknowledgment);
}

static int fill_plan(struct invocation *invocation, struct wire *wire, struct packet_plan *plan,
                     struct found_packet *found) {
  static const int protocols[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP};
  const struct argument_value *data = invocation_value(invocation, "data");
  plan->protocol = protocols[invocation_number(invocation, "PROTOCOL", 0)];
  plan->source = invocation_value(invocation, "FROM")->address;
  plan->destination = invocation_value(invocation, "TO")->address;
  if (plan->protocol == IPPROTO_ICMP && address_family(&plan->source) == AF_INET6)
    plan->protocol = IPPROTO_ICMPV6;
  plan->hops = (unsigned)invocation_number(invocation, "ttl", 0) & 0xff;
  plan->window = (unsigned)invocation_number(invocation, "win", 65535) & 0xffff;
  plan->maximum_segment = (unsigned)invocation_number(invocation, "mss", 0) & 0xffff;
  plan->type = (unsigned)invocation_number(invocation, "type", 0) & 0xff;
  plan->code = (unsigned)invocation_number(invocation, "code", 0) & 0xff;
  plan->rest = (uint32_t)invocation_number(invocation, "rest", 0);
  if (data) {
    plan->data = data->data->data;
    plan->data_length = data->data->length;
  }
  if (fill_about(invocation, plan, found) < 0)
    return -1;
  return plan->protocol == IPPROTO_TCP ? fill_tcp(invocation, wire, plan) : 0;
}

/* Each packet of a flood has the next port as its source. */
static void next_source(struct packet_plan *plan) {
  int port = address_port(&plan->source);
  address_set_port(&plan->source, port < 65535 ? port + 1 : 1024);
  plan->sequence += 64000;
}

static int run_inject(struct invocation *invocation) {
  struct wire *wire = session_lab_wire(invocation->runner->session, invocation->error);
  struct packet_plan plan = {0};
  struct found_packet found = {0};
  struct bytes packet = {0};
  long long count = invocation_number(invocation, "count", 1);
  if (!wire)
    return -1;
  if (count < 1 || count > 100000)
    return invocation_wrong(invocation, invocation_value(invocation, "count"),
                            _("from 1 to 100000 packets can be injected"));
  int status = fill_plan(invocation, wire, &plan, &found);
  session_lab_lock_wire(invocation->runner, wire);
  for (long long i = 0; i < count && status == 0; i++) {
    status = packet_build(&plan, &packet, invocation->error);
    if (status == 0)
      status = wire_inject(wire, packet.data, packet.length, invocation->error);
    next_source(&plan);
  }
  unsigned number = wire->numbers;
  session_lab_unlock_wire(wire);
  bytes_free(&packet);
  bytes_free(&found.bytes);
  if (status == 0)
    invocation_give_number(invocation, number);
  return status;
}

const struct command command_wire_deliver = {
    .name = "wire deliver",
    .group = GROUP_LAB,
    .arguments = {{.name = "N", .kind = &argument_number}},
    .summary = N_("lets one held packet cross, whatever its place"),
    .manual = N_("What the receiver answers at once is held, in its turn."),
    .blocks = N_("never"),
    .example =
        "lab\nwire hold\nu = @client socket inet dgram\nsendto u hi server:9\nwire deliver 1",
    .pages = "socksh-lab(7)",
    .run = run_deliver,
};

const struct command command_wire_drop = {
    .name = "wire drop",
    .group = GROUP_LAB,
    .arguments = {{.name = "N", .kind = &argument_number}},
    .summary = N_("loses one held packet"),
    .manual = N_("Its sender is not told; TCP sends again what is not acknowledged, and that is a "
                 "new packet."),
    .blocks = N_("never"),
    .example = "lab\nwire hold\nu = @client socket inet dgram\nsendto u hi server:9\nwire drop 1",
    .pages = "socksh-lab(7)",
    .run = run_drop,
};

const struct command command_wire_duplicate = {
    .name = "wire duplicate",
    .group = GROUP_LAB,
    .arguments = {{.name = "N", .kind = &argument_number}},
    .results = {"number of the second one"},
    .summary = N_("puts a second one behind a held packet"),
    .manual = N_("It has a number of its own."),
    .blocks = N_("never"),
    .example =
        "lab\nwire hold\nu = @client socket inet dgram\nsendto u hi server:9\nwire duplicate 1",
    .pages = "socksh-lab(7)",
    .run = run_duplicate,
};

const struct command command_wire_move = {
    .name = "wire move",
    .group = GROUP_LAB,
    .arguments = {{.name = "N", .kind = &argument_number}, {.name = "M", .kind = &argument_number}},
    .summary = N_("gives a held packet the place of another"),
    .manual = N_("The other one, and those between, move by one: `wire move 3 1` lets packet 3 "
                 "cross before packet 1."),
    .blocks = N_("never"),
    .example = "lab\nwire hold\nu = @client socket inet dgram\nsendto u one server:9\nsendto u two "
               "server:9\nwire move 2 1",
    .pages = "socksh-lab(7)",
    .run = run_move,
};

const struct command command_wire_corrupt = {
    .name = "wire corrupt",
    .group = GROUP_LAB,
    .arguments = {{.name = "N", .kind = &argument_number}},
    .summary = N_("flips a bit in a held packet"),
    .manual = N_("The last one of its last byte. The checksum stays as it was, so the receiver "
                 "drops the packet."),
    .blocks = N_("never"),
    .example =
        "lab\nwire hold\nu = @client socket inet dgram\nsendto u hi server:9\nwire corrupt 1",
    .pages = "socksh-lab(7)",
    .run = run_corrupt,
};

const struct command command_wire_edit = {
    .name = "wire edit",
    .group = GROUP_LAB,
    .arguments = {{.name = "N", .kind = &argument_number},
                  {.name = "FIELD", .kind = &argument_text},
                  {.name = "VALUE", .kind = &argument_text}},
    .summary = N_("changes a field of a held packet"),
    .manual = N_("FIELD is flags, seq, ack, win, urg, mss, sport or dport of TCP; ttl, id, df, src "
                 "or dst of IP; type or code of ICMP. Sequence numbers are as the wire shows them, "
                 "relative to the connection, or absolute as =NUMBER; flags as S, S. or F., or by "
                 "name: syn|ack. The checksums are made right again."),
    .blocks = N_("never"),
    .example =
        "lab\nwire hold\nu = @client socket inet dgram\nsendto u hi server:9\nwire edit 1 ttl 1",
    .pages = "socksh-lab(7), tcp(7), ip(7)",
    .run = run_edit,
};

const struct command command_wire_inject = {
    .name = "wire inject",
    .group = GROUP_LAB,
    .arguments =
        {{.name = "PROTOCOL", .kind = &argument_keyword, .words = "tcp|udp|icmp"},
         {.name = "FROM", .kind = &argument_address, .flags = ON_WIRE},
         {.name = "TO", .kind = &argument_address, .flags = ON_WIRE},
         {.name = "FLAGS", .kind = &argument_text, .flags = OPTIONAL, .keyword = "flags"},
         {.name = "SEQ", .kind = &argument_text, .flags = OPTIONAL, .keyword = "seq"},
         {.name = "ACK", .kind = &argument_text, .flags = OPTIONAL, .keyword = "ack"},
         {.name = "WINDOW", .kind = &argument_number, .flags = OPTIONAL, .keyword = "win"},
         {.name = "TTL", .kind = &argument_number, .flags = OPTIONAL, .keyword = "ttl"},
         {.name = "MSS", .kind = &argument_number, .flags = OPTIONAL, .keyword = "mss"},
         {.name = "TYPE", .kind = &argument_number, .flags = OPTIONAL, .keyword = "type"},
         {.name = "CODE", .kind = &argument_number, .flags = OPTIONAL, .keyword = "code"},
         {.name = "REST", .kind = &argument_number, .flags = OPTIONAL, .keyword = "rest"},
         {.name = "DATA", .kind = &argument_data, .flags = OPTIONAL, .keyword = "data"},
         {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "about"},
         {.name = "COUNT", .kind = &argument_number, .flags = OPTIONAL, .keyword = "count"}},
    .results = {"number of the packet"},
    .summary = N_("puts a packet of your own onto the wire"),
    .manual = N_("FROM need not tell the truth: a forged RST is `wire inject tcp $c.local $s.local "
                 "flags R seq 1`. Sequence numbers are relative to the connection, as the wire "
                 "shows them, or absolute as =NUMBER; without them they are those of its SYN. With "
                 "the wire held it waits like every other packet.\n\n"
                 "For ICMP, type, code and rest (the four bytes behind the checksum, such as the "
                 "MTU of \"need to frag\") are numbers, and `about N` puts the beginning of packet "
                 "N into it: `wire inject icmp server:0 client:0 type 3 code 3 about 1` says that "
                 "a port is unreachable. With a count each comes from the next port: a flood."),
    .blocks = N_("never"),
    .example = "lab\nsrv = @server tcp-listen 80\nwire inject tcp client:1000 server:80 flags S "
               "seq =1000 count 3",
    .pages = "socksh-lab(7)",
    .run = run_inject,
};

const struct command command_packet = {
    .name = "packet",
    .group = GROUP_LAB,
    .arguments = {{.name = "N", .kind = &argument_number}},
    .summary = N_("shows one packet in full"),
    .manual = N_("Each field of its headers with what it means, then its bytes. N is the number "
                 "that the wire has given it, whether it is still held or has crossed long ago."),
    .blocks = N_("never"),
    .example = "lab\nu = @client socket inet dgram\nsendto u hi server:9\npacket 1",
    .pages = "socksh-lab(7)",
    .run = run_packet,
};
