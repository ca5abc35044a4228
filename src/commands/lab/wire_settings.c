/* wire_settings: commands that set what the lab's wire does to all packets. */
#include "lab/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "command/invocation.h"
#include "lab/lab.h"
#include "language/number.h"
#include "session/session_lab.h"
#include "view/notation/line.h"

/* Locks the wire for a change. NULL with an error if there is no lab. */
static struct wire *lock_wire(struct invocation *invocation) {
  struct wire *wire = session_lab_wire(invocation->runner->session, invocation->error);
  if (wire)
    session_lab_lock_wire_anew(invocation->runner, wire);
  return wire;
}

static int unlock_wire(struct invocation *invocation, struct wire *wire) {
  session_lab_unlock_wire(wire);
  lab_follow_wire(invocation->runner->session->lab);
  return 0;
}

static const struct lab_host *host_of(const struct invocation *invocation, const char *key) {
  const struct argument_value *value = invocation_value(invocation, key);
  return value ? value->host : NULL;
}

/* Finds the wire that an argument names; NULL if there is none of these words. -1 with an error if
 * no wire is called so. */
static int find_lan(struct invocation *invocation, const struct wire *wire, const char *key,
                    const struct lan **lan) {
  const struct argument_value *name = invocation_value(invocation, key);
  *lan = name ? wire_find_lan(wire, name->word.data, name->word.length) : NULL;
  if (!name || *lan)
    return 0;
  return error_set(invocation->error, ERROR_FAILURE, _("no wire is called %.*s; `lab` lists them"),
                   (int)(name->word.length < 60 ? name->word.length : 60), name->word.data);
}

static bool share_wire(const struct wire_choice *choice) {
  const struct lab_host *a = choice->from;
  const struct lab_host *b = choice->to;
  for (size_t i = 0; i < a->link_count; i++)
    for (size_t j = 0; j < b->link_count; j++)
      if (a->links[i]->lan == b->links[j]->lan && (!choice->lan || a->links[i]->lan == choice->lan))
        return true;
  return false;
}

/* The same for a change of the ways that the command names, if there are any. */
static struct wire *lock_ways(struct invocation *invocation, struct wire_choice *choice) {
  struct wire *wire = session_lab_wire(invocation->runner->session, invocation->error);
  *choice =
      (struct wire_choice){.from = host_of(invocation, "FROM"), .to = host_of(invocation, "TO")};
  if (!wire || find_lan(invocation, wire, "on", &choice->lan) < 0)
    return NULL;
  if (!choice->from || !choice->to || share_wire(choice))
    return lock_wire(invocation);
  error_set(invocation->error, ERROR_FAILURE,
            choice->lan
                ? _("that wire does not join %s and %s; `lab` shows which wires they are on")
                : _("no wire joins %s and %s; `lab` shows which wires they are on"),
            choice->from->host.name, choice->to->host.name);
  error_set_place(invocation->error, invocation_value(invocation, "FROM")->place);
  return NULL;
}

static int set_holds(struct invocation *invocation, bool holds) {
  struct wire *wire = lock_wire(invocation);
  if (!wire)
    return -1;
  wire_set_holds(wire, holds);
  return unlock_wire(invocation, wire);
}

static int run_hold(struct invocation *invocation) {
  return set_holds(invocation, true);
}

static int run_flow(struct invocation *invocation) {
  return set_holds(invocation, false);
}

static bool switched_on(const struct invocation *invocation) {
  return invocation_number(invocation, "on|off", 0) == 0;
}

static int run_show(struct invocation *invocation) {
  struct wire *wire = lock_wire(invocation);
  if (!wire)
    return -1;
  wire_set_shows(wire, switched_on(invocation));
  return unlock_wire(invocation, wire);
}

static int run_counters(struct invocation *invocation) {
  struct wire *wire = lock_wire(invocation);
  if (!wire)
    return -1;
  wire->counts = switched_on(invocation);
  return unlock_wire(invocation, wire);
}

static int run_times(struct invocation *invocation) {
  struct wire *wire = lock_wire(invocation);
  if (!wire)
    return -1;
  wire->times = switched_on(invocation);
  return unlock_wire(invocation, wire);
}

static int run_fold(struct invocation *invocation) {
  struct wire *wire = lock_wire(invocation);
  if (!wire)
    return -1;
  wire->folds = switched_on(invocation);
  return unlock_wire(invocation, wire);
}

/* A host may only come with a second one: the way from the first to the second. */
static int check_hosts(struct invocation *invocation) {
  const struct argument_value *from = invocation_value(invocation, "FROM");
  const struct argument_value *to = invocation_value(invocation, "TO");
  bool known = from && to && !from->unknown && !to->unknown;
  if (known && bytes_equal(from->word.data, from->word.length, to->word.data, to->word.length))
    return invocation_wrong(invocation, to,
                            _("no wire leads from a host to itself: a second host must follow"));
  if (from && !to)
    return invocation_wrong(invocation, from,
                            _("a second host must follow: the way from one to the other"));
  return 0;
}

/* Changes the ways that the command names, with `change` called for each. The wire is locked, and
 * unlocked here. */
static int change_ways(struct invocation *invocation, struct wire *wire, struct wire_choice choice,
                       void (*change)(struct wire_shape *shape, void *invocation)) {
  wire_shape_ways(wire, choice, change, invocation);
  return unlock_wire(invocation, wire);
}

static int shape_ways(struct invocation *invocation,
                      void (*change)(struct wire_shape *shape, void *invocation)) {
  struct wire_choice choice;
  struct wire *wire = lock_ways(invocation, &choice);
  return wire ? change_ways(invocation, wire, choice, change) : -1;
}

static void set_delay(struct wire_shape *shape, void *invocation) {
  int64_t delay = invocation_duration(invocation, "TIME", 0);
  shape->delay = delay < 0 ? 0 : delay;
  shape->jitter = invocation_duration(invocation, "jitter", 0);
}

/* Begins a chance anew if a seed is given. */
static void seed_ways(const struct invocation *invocation, struct wire *wire,
                      struct wire_choice choice, enum wire_chance chance) {
  const struct argument_value *seed = invocation_value(invocation, "seed");
  if (seed)
    wire_seed_ways(wire, choice, chance, (uint64_t)seed->number);
}

static int run_delay(struct invocation *invocation) {
  struct wire_choice choice;
  struct wire *wire = lock_ways(invocation, &choice);
  if (!wire)
    return -1;
  seed_ways(invocation, wire, choice, CHANCE_JITTER);
  return change_ways(invocation, wire, choice, set_delay);
}

static void set_loss(struct wire_shape *shape, void *invocation) {
  shape->loss = invocation_value(invocation, "SHARE")->fraction;
}

static int run_loss(struct invocation *invocation) {
  struct wire_choice choice;
  struct wire *wire = lock_ways(invocation, &choice);
  if (!wire)
    return -1;
  seed_ways(invocation, wire, choice, CHANCE_LOSS);
  return change_ways(invocation, wire, choice, set_loss);
}

static void set_rate(struct wire_shape *shape, void *invocation) {
  shape->rate = (uint64_t)invocation_number(invocation, "RATE", 0);
}

static int run_rate(struct invocation *invocation) {
  return shape_ways(invocation, set_rate);
}

static void set_queue(struct wire_shape *shape, void *invocation) {
  shape->queue = (unsigned)invocation_number(invocation, "N", 0);
}

/* A queue grows where packets come faster than they are sent. */
static bool waits_nowhere(const struct wire *wire) {
  bool queued = wire->base.queue > 0;
  for (size_t i = 0; i < wire->link_count; i++)
    for (size_t j = 0; j < wire->link_count; j++) {
      const struct wire_shape *shape = &wire->links[i]->ways[j].shape;
      queued |= shape->queue > 0;
      if (shape->queue > 0 && shape->rate > 0)
        return false;
    }
  return queued;
}

static int run_queue(struct invocation *invocation) {
  const struct argument_value *count = invocation_value(invocation, "N");
  struct wire_choice choice;
  if (count->number > WIRE_QUEUE_MOST)
    return invocation_wrong(invocation, count, _("a queue holds from 1 to %d packets"),
                            WIRE_QUEUE_MOST);
  struct wire *wire = lock_ways(invocation, &choice);
  if (!wire)
    return -1;
  wire_shape_ways(wire, choice, set_queue, invocation);
  bool nowhere = waits_nowhere(wire);
  unlock_wire(invocation, wire);
  if (nowhere)
    runner_note(invocation->runner,
                _("nothing waits in it yet: `wire rate` makes the way a bottleneck"));
  return 0;
}

static void set_cut(struct wire_shape *shape, void *invocation) {
  (void)invocation;
  shape->cut = true;
}

static int run_cut(struct invocation *invocation) {
  return shape_ways(invocation, set_cut);
}

static void set_joined(struct wire_shape *shape, void *invocation) {
  (void)invocation;
  shape->cut = false;
}

static int run_join(struct invocation *invocation) {
  return shape_ways(invocation, set_joined);
}

static int run_mtu(struct invocation *invocation) {
  enum { LEAST = 68, MOST = 65535, INET6_LEAST = 1280 };
  const struct argument_value *bytes = invocation_value(invocation, "BYTES");
  struct wire *wire = session_lab_wire(invocation->runner->session, invocation->error);
  const struct lan *lan = NULL;
  if (!wire)
    return -1;
  if (bytes->size < LEAST || bytes->size > MOST)
    return invocation_wrong(invocation, bytes, _("an IPv4 packet holds from %d to %d bytes"), LEAST,
                            MOST);
  if (find_lan(invocation, wire, "WIRE", &lan) < 0)
    return -1;
  if (lab_set_mtu(invocation->runner->session->lab, lan, (unsigned)bytes->size, invocation->error) <
      0)
    return -1;
  if (bytes->size < INET6_LEAST)
    runner_note(invocation->runner, _("IPv6 needs %d bytes: there is none on this wire now"),
                INET6_LEAST);
  return 0;
}

#define WAY                                                                                        \
  {.name = "FROM", .kind = &argument_host, .flags = OPTIONAL},                                     \
      {.name = "TO", .kind = &argument_host, .flags = OPTIONAL}, {                                 \
    .name = "WIRE", .kind = &argument_text, .flags = OPTIONAL, .keyword = "on"                     \
  }

const struct command command_wire_hold = {
    .name = "wire hold",
    .group = GROUP_LAB,
    .summary = N_("holds every packet until it is let across"),
    .manual = N_("`step` lets the next one across, `wire deliver` any. The kernels on both sides "
                 "go on: what is not answered they send again."),
    .blocks = N_("never"),
    .example = "lab\nwire hold",
    .pages = "socksh-lab(7)",
    .run = run_hold,
};

const struct command command_wire_flow = {
    .name = "wire flow",
    .group = GROUP_LAB,
    .summary = N_("lets all held packets cross, and every other from then on"),
    .manual = N_("So a lab begins."),
    .blocks = N_("never"),
    .example = "lab\nwire hold\nwire flow",
    .pages = "socksh-lab(7)",
    .run = run_flow,
};

const struct command command_wire_show = {
    .name = "wire show",
    .group = GROUP_LAB,
    .arguments = {{.name = "on|off", .kind = &argument_keyword, .words = "on|off"}},
    .summary = N_("says whether packets that flow are shown"),
    .manual = N_(
        "Unshown they are on the timeline all the same (`log`), by their headers, and cross much "
        "faster: the kernels then hand over many segments in one, and the wire many datagrams. A "
        "host with a packet or a raw socket gets each datagram by itself; a socket with UDP_GRO "
        "may get many in one. Held packets are always shown."),
    .blocks = N_("never"),
    .example = "lab\nwire show off",
    .pages = "socksh-lab(7)",
    .run = run_show,
};

const struct command command_wire_times = {
    .name = "wire times",
    .group = GROUP_LAB,
    .arguments = {{.name = "on|off", .kind = &argument_keyword, .words = "on|off"}},
    .summary = N_("says whether packets have the time since their connection began"),
    .manual = N_("In seconds, in front of the packet: since the first SYN of a TCP connection, or "
                 "since the first packet between these addresses and ports. An ICMP error counts "
                 "with what it is about. A lab begins without."),
    .blocks = N_("never"),
    .example = "lab\nwire times on\nu = @client udp-connect server:9\n@client send u hi",
    .pages = "socksh-lab(7)",
    .run = run_times,
};

const struct command command_wire_counters = {
    .name = "wire counters",
    .group = GROUP_LAB,
    .arguments = {{.name = "on|off", .kind = &argument_keyword, .words = "on|off"}},
    .summary = N_("says whether counters are read behind each packet that flows"),
    .manual = N_("Behind a packet that `step` or `wire deliver` lets across, the counters of its "
                 "receiver tell if the kernel has thrown it away, as nstat(8) would show them: "
                 "TcpExtListenOverflows +1. Reading them takes longer than many packets, so for "
                 "packets that flow it must be asked for. What an interface drops is always told."),
    .blocks = N_("never"),
    .example = "lab\nwire counters on\nu = @client udp-connect server:9\n@client send u hi",
    .pages = "socksh-lab(7), nstat(8)",
    .run = run_counters,
};

const struct command command_wire_fold = {
    .name = "wire fold",
    .group = GROUP_LAB,
    .arguments = {{.name = "on|off", .kind = &argument_keyword, .words = "on|off"}},
    .summary = N_("says whether what is sent again while it is held is one packet"),
    .manual = N_("It is unless this says off: then each retransmission is held as a packet of its "
                 "own. TCP's retransmissions are known by their connection and sequence numbers."),
    .blocks = N_("never"),
    .example = "lab\nwire fold off",
    .pages = "socksh-lab(7)",
    .run = run_fold,
};

const struct command command_wire_delay = {
    .name = "wire delay",
    .group = GROUP_LAB,
    .arguments =
        {{.name = "TIME", .kind = &argument_timeout},
         {.name = "TIME", .kind = &argument_duration, .flags = OPTIONAL, .keyword = "jitter"},
         {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "seed"},
         WAY},
    .summary = N_("lets packets take their time"),
    .manual = N_("With a jitter each takes so much less or more, and may overtake another; a seed "
                 "makes that the same every time, as --stable does. Without "
                 "hosts it is so for all, with two from the first to the second; `off` ends it. "
                 "What is held by hand does not wait besides."),
    .blocks = N_("never"),
    .example =
        "lab\nwire delay 50ms jitter 5ms seed 7\nwire delay 200ms client server\nwire delay off",
    .pages = "socksh-lab(7)",
    .check = check_hosts,
    .run = run_delay,
};

const struct command command_wire_loss = {
    .name = "wire loss",
    .group = GROUP_LAB,
    .arguments = {{.name = "SHARE", .kind = &argument_percent},
                  {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "seed"},
                  WAY},
    .summary = N_("loses packets by chance"),
    .manual = N_("A seed makes the chance the same every time, as --stable does; each way has a "
                 "sequence of its own, and so has the jitter of wire delay. Without hosts it "
                 "is so for all, with two from the first to the second; `off` ends it."),
    .blocks = N_("never"),
    .example = "lab\nwire loss 10% seed 7\nwire loss off",
    .pages = "socksh-lab(7)",
    .check = check_hosts,
    .run = run_loss,
};

const struct command command_wire_rate = {
    .name = "wire rate",
    .group = GROUP_LAB,
    .arguments = {{.name = "RATE", .kind = &argument_rate}, WAY},
    .summary = N_("limits how much crosses in a second"),
    .manual = N_("In bits a second: 1M is 1,000,000. What comes faster waits. Without hosts it is "
                 "so for all, with two from the first to the second; `off` ends it."),
    .blocks = N_("never"),
    .example = "lab\nwire rate 1M client server\nwire rate off",
    .pages = "socksh-lab(7)",
    .check = check_hosts,
    .run = run_rate,
};

const struct command command_wire_queue = {
    .name = "wire queue",
    .group = GROUP_LAB,
    .arguments = {{.name = "N", .kind = &argument_limit}, WAY},
    .summary = N_("limits how many packets wait at a bottleneck"),
    .manual = N_("Where `wire rate` lets packets cross more slowly than they come, they wait in a "
                 "queue: of N packets with this, the one that is being sent included. What comes "
                 "when it is full is dropped, as by a router, and its event says so: dropped "
                 "(queue). `wire` shows how many wait. A full queue delays what comes through it "
                 "by N times the size of a packet through the rate. Without hosts it is so for all "
                 "ways, each with a queue of its own, with two from the first to the second; "
                 "`off` ends it: then any number waits."),
    .blocks = N_("never"),
    .example = "lab\nwire rate 2M client server\nwire queue 20 client server\nwire",
    .pages = "socksh-lab(7)",
    .check = check_hosts,
    .run = run_queue,
};

const struct command command_wire_mtu = {
    .name = "wire mtu",
    .group = GROUP_LAB,
    .arguments = {{.name = "BYTES", .kind = &argument_size},
                  {.name = "WIRE", .kind = &argument_text, .flags = OPTIONAL}},
    .summary = N_("sets how large a packet may be"),
    .manual = N_("It is set on the interfaces of a wire, or of all, so the kernels know it: a "
                 "router answers what is larger with \"need to frag\". A wire begins with 1500."),
    .blocks = N_("never"),
    .example = "lab\nwire mtu 576",
    .pages = "socksh-lab(7), ip(7)",
    .run = run_mtu,
};

const struct command command_wire_cut = {
    .name = "wire cut",
    .group = GROUP_LAB,
    .arguments = {WAY},
    .summary = N_("loses every packet"),
    .manual =
        N_("Without hosts in both directions, with two from the first to the second; on one WIRE, "
           "where several join them. `wire "
           "join` ends it."),
    .blocks = N_("never"),
    .example = "lab\nwire cut client server\nwire join",
    .pages = "socksh-lab(7)",
    .check = check_hosts,
    .run = run_cut,
};

const struct command command_wire_join = {
    .name = "wire join",
    .group = GROUP_LAB,
    .arguments = {WAY},
    .summary = N_("ends what `wire cut` does"),
    .manual =
        N_("Without hosts in both directions, with two from the first to the second; on one WIRE, "
           "where several join them."),
    .blocks = N_("never"),
    .example = "lab\nwire cut\nwire join",
    .pages = "socksh-lab(7)",
    .check = check_hosts,
    .run = run_join,
};
