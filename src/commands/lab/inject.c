/* inject: puts packets of the user's own onto the wire. */
#include <netinet/in.h>
#include <stdint.h>

#include "command/invocation.h"
#include "commands/lab/found_packet.h"
#include "lab/lab.h"
#include "packet/packet_field.h"
#include "session/session_lab.h"

static const int protocols[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP};
static const char *const protocol_names[] = {"TCP", "UDP", "ICMP"};

enum { FOR_TCP = 1, FOR_UDP = 2, FOR_ICMP = 4, FOR_ALL = 7 };

/* What may be said of a packet. A number that does not fit its field is no number for it. */
static const struct part {
  const char *key;
  unsigned protocols; /* that have such a field */
  long long least;    /* of a number; neither is checked where both are 0 */
  long long most;
} parts[] = {
    {"flags", FOR_TCP, 0, 0},
    {"seq", FOR_TCP, 0, 0},
    {"ack", FOR_TCP, 0, 0},
    {"win", FOR_TCP, 0, UINT16_MAX},
    {"mss", FOR_TCP, 1, UINT16_MAX},
    {"ttl", FOR_ALL, 0, UINT8_MAX},
    {"type", FOR_ICMP, 0, UINT8_MAX},
    {"code", FOR_ICMP, 0, UINT8_MAX},
    {"rest", FOR_ICMP, 0, UINT32_MAX},
    {"about", FOR_ICMP, 0, 0},
    {"data", FOR_ALL, 0, 0},
    {"count", FOR_ALL, 1, 100000},
};

static int check_part(struct invocation *invocation, const struct part *part, size_t protocol) {
  const struct argument_value *value = invocation_value(invocation, part->key);
  if (!value)
    return 0;
  if (!(part->protocols & 1U << protocol))
    return invocation_wrong(invocation, value, _("%s is no part of a packet of %s"), part->key,
                            protocol_names[protocol]);
  bool checked = part->least != part->most && !value->unknown;
  if (checked && (value->number < part->least || value->number > part->most))
    return invocation_wrong(invocation, value, _("%s takes a number from %lld to %lld"), part->key,
                            part->least, part->most);
  return 0;
}

static int check_inject(struct invocation *invocation) {
  const struct argument_value *protocol = invocation_value(invocation, "PROTOCOL");
  for (size_t i = 0; !protocol->unknown && i < sizeof parts / sizeof *parts; i++)
    if (check_part(invocation, &parts[i], (size_t)protocol->number) < 0)
      return -1;
  return 0;
}

/* Reads "seq 5", relative to the connection's base, or "seq =5", absolute. */
static int read_sequence(struct invocation *invocation, const char *key, uint32_t base,
                         uint32_t *number) {
  const struct argument_value *value = invocation_value(invocation, key);
  struct bytes text = {0};
  int status = 0;
  if (value && packet_sequence_parse(argument_value_text(value, &text), base, number) < 0)
    status = invocation_wrong(invocation, value,
                              _("%s takes a number as the wire shows it, from -4294967295 to "
                                "4294967295, or =NUMBER as it is in the header"),
                              key);
  bytes_free(&text);
  return status;
}

/* An ICMP error contains the beginning of the packet that it is about. */
static int fill_about(struct invocation *invocation, struct packet_plan *plan,
                      struct found_packet *found) {
  enum { LONGEST = 548 };
  const struct argument_value *about = invocation_value(invocation, "about");
  if (!about)
    return 0;
  if (found_packet_find(invocation, about, found) < 0)
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
  const struct argument_value *data = invocation_value(invocation, "data");
  plan->protocol = protocols[invocation_number(invocation, "PROTOCOL", 0)];
  plan->source = invocation_value(invocation, "FROM")->address;
  plan->destination = invocation_value(invocation, "TO")->address;
  if (plan->protocol == IPPROTO_ICMP && address_family(&plan->source) == AF_INET6)
    plan->protocol = IPPROTO_ICMPV6;
  plan->hops = (unsigned)invocation_number(invocation, "ttl", 64);
  plan->window = (unsigned)invocation_number(invocation, "win", 65535);
  plan->maximum_segment = (unsigned)invocation_number(invocation, "mss", 0);
  plan->type = (unsigned)invocation_number(invocation, "type", 0);
  plan->code = (unsigned)invocation_number(invocation, "code", 0);
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
  found_packet_free(&found);
  if (status == 0)
    invocation_give_number(invocation, number);
  return status;
}

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
    .manual =
        N_("FROM need not tell the truth: a forged RST is `wire inject tcp $c.local $s.local "
           "flags R seq 1`. Sequence numbers are relative to the connection, as the wire "
           "shows them, or absolute as =NUMBER; without them they are those of its SYN. With "
           "the wire held it waits like every other packet.\n\n"
           "For ICMP, type, code and rest (the four bytes behind the checksum, such as the "
           "MTU of \"need to frag\") are numbers, and `about N` puts the beginning of packet "
           "N into it: `wire inject icmp server:0 client:0 type 3 code 3 about 1` says that "
           "a port is unreachable. Each number has the range of its field, and each field its "
           "protocol. With a count each comes from the next port: a flood."),
    .blocks = N_("never"),
    .example = "lab\nsrv = @server tcp-listen 80\nwire inject tcp client:1000 server:80 flags S "
               "seq =1000 count 3",
    .pages = "socksh-lab(7)",
    .check = check_inject,
    .run = run_inject,
};
