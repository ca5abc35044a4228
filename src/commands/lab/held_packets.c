/* held_packets: commands on single packets on the lab's wire. */
#include "command/invocation.h"
#include "commands/lab/found_packet.h"
#include "session/session_lab.h"

#include <string.h>

#include "lab/lab.h"
#include "lab/wire_reason.h"
#include "packet/packet_field.h"
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

/* Replaces the name of a host by its address: the one on the packet's own wire, if it has one
 * there. */
static void put_address(const struct lab *lab, const struct held *held, int family,
                        struct bytes *text) {
  const struct lab_host *host = lab_find_host(lab, bytes_text(text), text->length);
  if (!host || host->link_count == 0)
    return;
  const struct wire_link *link = host->links[0];
  for (size_t i = 0; i < host->link_count; i++)
    if (host->links[i]->lan == held->lan)
      link = host->links[i];
  struct address address = lab_link_address(link, family);
  if (address.length == 0)
    return;
  bytes_clear(text);
  address_append_host(&address, text);
}

static int edit_field(struct invocation *invocation, const struct held *held, struct bytes *packet,
                      const struct flow_bases *bases) {
  struct bytes name = {0};
  struct bytes text = {0};
  const char *field = argument_value_text(invocation_value(invocation, "FIELD"), &name);
  argument_value_text(invocation_value(invocation, "VALUE"), &text);
  int family = packet_field_family(packet->data, packet->length, field);
  if (family != AF_UNSPEC)
    put_address(invocation->runner->session->lab, held, family, &text);
  int status = packet_edit(packet->data, packet->length, field, bytes_text(&text),
                           &(struct packet_bases){bases->sequence, bases->acknowledgment},
                           invocation->error);
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
  int status = edit_field(invocation, held, &copy, &bases);
  if (status == 0) {
    memcpy(held->bytes, copy.data, copy.length);
    wire_changed(wire, held, WIRE_REASON_EDITED);
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

static int run_packet(struct invocation *invocation) {
  const struct argument_value *interface = invocation_value(invocation, "on");
  struct found_packet found = {0};
  struct answer answer;
  struct bytes name = {0};
  found.interface = interface ? argument_value_text(interface, &name) : NULL;
  bool there = interface || session_lab_wire(invocation->runner->session, invocation->error);
  int sought =
      there ? found_packet_find(invocation, invocation_value(invocation, "N"), &found) : -1;
  bytes_free(&name);
  if (sought < 0)
    return -1;
  const struct settings *settings = &invocation->runner->session->settings;
  bool stable = settings->stable;
  size_t limit = invocation_value(invocation, "--all") ? SIZE_MAX : settings->view.preview;
  packet_full_table(&found.packet, stable, &answer);
  int status = runner_answer(invocation->runner, &answer, invocation->error);
  if (status == 0) {
    packet_full_bytes(&found.packet, stable, limit, &answer);
    status = runner_answer(invocation->runner, &answer, invocation->error);
  }
  found_packet_free(&found);
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
                 "name: syn|ack; addresses as numbers, or as the name of a host. The checksums are "
                 "made right again."),
    .blocks = N_("never"),
    .example =
        "lab\nwire hold\nu = @client socket inet dgram\nsendto u hi server:9\nwire edit 1 ttl 1",
    .pages = "socksh-lab(7), tcp(7), ip(7)",
    .run = run_edit,
};

const struct command command_packet = {
    .name = "packet",
    .group = GROUP_LAB,
    .arguments =
        {{.name = "N", .kind = &argument_number},
         {.name = "INTERFACE", .kind = &argument_text, .flags = OPTIONAL, .keyword = "on"},
         {.name = "--all", .kind = &argument_switch, .flags = OPTIONAL, .keyword = "--all"}},
    .summary = N_("shows one packet in full"),
    .manual =
        N_("Each field of its headers with what it means, then the bytes of the headers and as "
           "many behind them as `set preview` says; with --all, all. N is the number "
           "that the wire has given it, whether it is still held or has crossed long ago. Those "
           "that `capture FILE on lo` has taken have numbers of their own: `packet 3 on lo`."),
    .blocks = N_("never"),
    .example = "lab\nu = @client socket inet dgram\nsendto u hi server:9\npacket 1",
    .pages = "socksh-lab(7)",
    .run = run_packet,
};
