/* wire_settings: commands that say what the wire of the lab does with all packets. */
#include "lab/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "command/invocation.h"
#include "lab/lab.h"
#include "session/session_lab.h"
#include "view/notation/line.h"

extern const struct command command_wire_cut, command_wire_delay, command_wire_hold,
    command_wire_loss, command_wire_rate, command_wire_show;

static void append_seconds(struct bytes *text, int64_t nanoseconds) {
  bytes_append_format(text, "%.3g", (double)nanoseconds / 1e9);
}

/* "sent 3 times, at 0, 1 and 2 s" */
static void append_copies(const struct held *held, struct bytes *text) {
  if (held->repeats > 0)
    bytes_append_format(text,
                        held->repeats == 1 ? _("what it acknowledges was sent again")
                                           : _("what it acknowledges was sent again, %u times"),
                        held->repeats);
  if (held->copies < 2)
    return;
  bytes_append_format(text, _("%ssent %u times, at 0"), text->length ? ", " : "", held->copies);
  unsigned known = held->copies < HELD_TIMES ? held->copies : HELD_TIMES;
  for (unsigned i = 1; i < known; i++) {
    bytes_append_text(text, i + 1 == held->copies ? _(" and ") : ", ");
    append_seconds(text, held->times[i] - held->times[0]);
  }
  bytes_append_text(text, held->copies > HELD_TIMES ? _(" ... s") : " s");
}

static void add_held_row(struct wire *wire, const struct held *held, struct answer *answer) {
  struct bytes text = {0};
  struct event_packet event;
  char rooms[2][64];
  wire_describe(wire, held, &event, rooms);
  answer_add_number(answer, held->number);
  bytes_append_format(&text, event.wire[0] ? "%s  " : "%s", event.wire);
  line_append_packet(&event, &text);
  answer_add_text(answer, bytes_text(&text));
  bytes_clear(&text);
  append_copies(held, &text);
  if (held->origin[0])
    bytes_append_format(&text, text.length ? ", %s" : "%s", held->origin);
  answer_add_text(answer, bytes_text(&text));
  bytes_free(&text);
}

static void append_shape(const struct wire_shape *shape, struct bytes *text) {
  size_t start = text->length;
  if (shape->cut)
    bytes_append_text(text, _(", cut"));
  if (shape->delay > 0)
    bytes_append_format(text, _(", delay %g ms"), (double)shape->delay / 1e6);
  if (shape->jitter > 0)
    bytes_append_format(text, _(" jitter %g ms"), (double)shape->jitter / 1e6);
  if (shape->loss > 0)
    bytes_append_format(text, _(", loss %g%%"), shape->loss * 100);
  if (shape->rate > 0)
    bytes_append_format(text, _(", rate %" PRIu64 " bits a second"), shape->rate);
  if (text->length == start)
    bytes_append_text(text, _(", undisturbed"));
}

/* The ways that something is done to. */
static void append_ways(const struct wire *wire, struct bytes *text) {
  for (size_t i = 0; i < wire->link_count; i++)
    for (size_t j = 0; j < wire->link_count; j++) {
      const struct wire_link *from = wire->links[i];
      const struct wire_link *to = wire->links[j];
      const struct wire_shape *shape = &from->ways[j].shape;
      if (i == j || from->lan != to->lan || !wire_is_shaped(shape))
        continue;
      bytes_append_format(text, "  %s > %s", from->host->host.name, to->host->host.name);
      append_shape(shape, text);
      bytes_append_char(text, '\n');
    }
}

static int run_wire(struct invocation *invocation) {
  static const char *const columns[] = {N_("N"), N_("PACKET"), "", NULL};
  struct wire *wire = session_wire(invocation->runner->session, invocation->error);
  struct answer answer;
  struct answer words;
  if (!wire)
    return -1;
  wire_lock(wire);
  size_t count = wire->held.count;
  answer_table(&answer, "held", columns);
  for (const struct held *held = wire->held.first; held; held = held->next)
    add_held_row(wire, held, &answer);
  answer_text(&words, "wire");
  if (wire->holds && count == 0)
    bytes_append_text(&words.text, _("  the wire holds its packets, and none waits\n"));
  else if (!wire->holds)
    bytes_append_text(&words.text, _("  the wire lets its packets flow; `wire hold` stops them\n"));
  append_ways(wire, &words.text);
  wire_unlock(wire);
  invocation_give_number(invocation, (long long)count);
  if (count == 0)
    answer_free(&answer);
  else if (runner_answer(invocation->runner, &answer, invocation->error) < 0) {
    answer_free(&words);
    return -1;
  }
  if (words.text.length > 0)
    return runner_answer(invocation->runner, &words, invocation->error);
  answer_free(&words);
  return 0;
}

static int run_hold(struct invocation *invocation) {
  struct wire *wire = session_wire(invocation->runner->session, invocation->error);
  if (!wire)
    return -1;
  runner_lock_wire(invocation->runner, wire);
  wire_set_holds(wire, invocation->command == &command_wire_hold);
  runner_unlock_wire(wire);
  lab_follow_wire(invocation->runner->session->lab);
  return 0;
}

static int run_switch(struct invocation *invocation) {
  struct wire *wire = session_wire(invocation->runner->session, invocation->error);
  bool on = invocation_number(invocation, 0, 0) == 0;
  if (!wire)
    return -1;
  runner_lock_wire(invocation->runner, wire);
  if (invocation->command == &command_wire_show)
    wire_set_shows(wire, on);
  else
    wire->folds = on;
  runner_unlock_wire(wire);
  lab_follow_wire(invocation->runner->session->lab);
  return 0;
}

/* What a command changes of a way: the values of its words. */
struct change {
  const struct command *command;
  int64_t delay;
  int64_t jitter;
  double loss;
  uint64_t rate;
};

static void change_shape(struct wire_shape *shape, void *context) {
  const struct change *change = context;
  if (change->command == &command_wire_delay) {
    shape->delay = change->delay;
    shape->jitter = change->jitter;
  } else if (change->command == &command_wire_loss) {
    shape->loss = change->loss;
  } else if (change->command == &command_wire_rate) {
    shape->rate = change->rate;
  } else {
    shape->cut = change->command == &command_wire_cut;
  }
}

/* The two hosts stand last: the way from the first to the second. */
static int check_hosts(struct invocation *invocation) {
  const struct argument_value *from = NULL;
  const struct argument_value *to = NULL;
  for (size_t i = 0; i < invocation->count; i++) {
    if (strcmp(invocation->values[i].argument->name, "FROM") == 0)
      from = &invocation->values[i];
    else if (strcmp(invocation->values[i].argument->name, "TO") == 0)
      to = &invocation->values[i];
  }
  if (from && !to)
    return invocation_wrong(invocation, from,
                            _("a second host must follow: the way from one to the other"));
  return 0;
}

static const struct lab_host *host_called(const struct invocation *invocation, const char *name) {
  for (size_t i = 0; i < invocation->count; i++)
    if (strcmp(invocation->values[i].argument->name, name) == 0)
      return invocation->values[i].host;
  return NULL;
}

static int run_shape(struct invocation *invocation) {
  struct wire *wire = session_wire(invocation->runner->session, invocation->error);
  if (!wire)
    return -1;
  struct change change = {.command = invocation->command};
  if (invocation->command == &command_wire_delay) {
    change.delay = invocation_duration(invocation, 0, 0);
    change.delay = change.delay < 0 ? 0 : change.delay;
    change.jitter = invocation_duration(invocation, 1, 0);
  } else if (invocation->command == &command_wire_loss) {
    change.loss = invocation_value(invocation, 0)->fraction;
  } else if (invocation->command == &command_wire_rate) {
    change.rate = (uint64_t)invocation_number(invocation, 0, 0);
  }
  runner_lock_wire(invocation->runner, wire);
  if (invocation->command == &command_wire_loss && invocation_value(invocation, 1))
    wire_seed(wire, (uint64_t)invocation_number(invocation, 1, 0));
  wire_shape_ways(wire, host_called(invocation, "FROM"), host_called(invocation, "TO"),
                  change_shape, &change);
  runner_unlock_wire(wire);
  lab_follow_wire(invocation->runner->session->lab);
  return 0;
}

static int run_mtu(struct invocation *invocation) {
  enum { LEAST = 68, MOST = 65535, INET6_LEAST = 1280 };
  const struct argument_value *bytes = invocation_value(invocation, 0);
  const struct argument_value *name = invocation_value(invocation, 1);
  struct wire *wire = session_wire(invocation->runner->session, invocation->error);
  const struct lan *lan = NULL;
  if (!wire)
    return -1;
  if (bytes->size < LEAST || bytes->size > MOST)
    return invocation_wrong(invocation, bytes, _("an IPv4 packet holds from %d to %d bytes"), LEAST,
                            MOST);
  if (name && !(lan = wire_find_lan(wire, name->word.data, name->word.length)))
    return error_set(invocation->error, ERROR_FAILURE,
                     _("no wire is called %.*s; `lab` lists them"),
                     (int)(name->word.length < 60 ? name->word.length : 60), name->word.data);
  if (lab_set_mtu(invocation->runner->session->lab, lan, (unsigned)bytes->size, invocation->error) <
      0)
    return -1;
  if (bytes->size < INET6_LEAST)
    runner_note(invocation->runner, _("IPv6 needs %d bytes: there is none on this wire now"),
                INET6_LEAST);
  return 0;
}

#define WAY                                                                                        \
  {.name = "FROM", .kind = ARGUMENT_HOST, .flags = OPTIONAL}, {                                    \
    .name = "TO", .kind = ARGUMENT_HOST, .flags = OPTIONAL                                         \
  }

const struct command command_wire = {
    .name = "wire",
    .group = GROUP_LAB,
    .parts = true,
    .result = "number of packets held",
    .summary = N_("lists the packets that the wire holds"),
    .manual = N_(
        "Each has the number by which the commands below know it, and stands in the order in which "
        "`step` lets them across. What the kernel sent again while it was held is told beside it: "
        "it is one packet here. What `wire delay`, loss, rate and cut do is listed, too."),
    .blocks = N_("never"),
    .example = "lab\nwire hold\nc = @client socket inet dgram\nsendto c hi server:9\nwire",
    .pages = "socksh-lab(7)",
    .run = run_wire,
};

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
    .run = run_hold,
};

const struct command command_wire_show = {
    .name = "wire show",
    .group = GROUP_LAB,
    .arguments = {{.name = "on|off", .kind = ARGUMENT_KEYWORD, .words = "on|off"}},
    .summary = N_("says whether packets that flow are shown"),
    .manual = N_(
        "Unshown they are on the timeline all the same (`log`), by their headers, and cross much "
        "faster: the kernels then hand over many segments in one. Held packets are always shown."),
    .blocks = N_("never"),
    .example = "lab\nwire show off",
    .pages = "socksh-lab(7)",
    .run = run_switch,
};

const struct command command_wire_fold = {
    .name = "wire fold",
    .group = GROUP_LAB,
    .arguments = {{.name = "on|off", .kind = ARGUMENT_KEYWORD, .words = "on|off"}},
    .summary = N_("says whether what is sent again while it is held is one packet"),
    .manual = N_("It is unless this says off: then each retransmission is held as a packet of its "
                 "own. TCP's retransmissions are known by their connection and sequence numbers."),
    .blocks = N_("never"),
    .example = "lab\nwire fold off",
    .pages = "socksh-lab(7)",
    .run = run_switch,
};

const struct command command_wire_delay = {
    .name = "wire delay",
    .group = GROUP_LAB,
    .arguments =
        {{.name = "TIME", .kind = ARGUMENT_TIMEOUT},
         {.name = "TIME", .kind = ARGUMENT_DURATION, .flags = OPTIONAL, .keyword = "jitter"},
         WAY},
    .summary = N_("lets packets take their time"),
    .manual = N_("With a jitter each takes so much less or more, and may overtake another. Without "
                 "hosts it is so for all, with two from the first to the second; `off` ends it. "
                 "What is held by hand does not wait besides."),
    .blocks = N_("never"),
    .example = "lab\nwire delay 50ms jitter 5ms\nwire delay 200ms client server\nwire delay off",
    .pages = "socksh-lab(7)",
    .check = check_hosts,
    .run = run_shape,
};

const struct command command_wire_loss = {
    .name = "wire loss",
    .group = GROUP_LAB,
    .arguments = {{.name = "SHARE", .kind = ARGUMENT_PERCENT},
                  {.name = "N", .kind = ARGUMENT_NUMBER, .flags = OPTIONAL, .keyword = "seed"},
                  WAY},
    .summary = N_("loses packets by chance"),
    .manual = N_("A seed makes the chance the same every time, as --stable does. Without hosts it "
                 "is so for all, with two from the first to the second; `off` ends it."),
    .blocks = N_("never"),
    .example = "lab\nwire loss 10% seed 7\nwire loss off",
    .pages = "socksh-lab(7)",
    .check = check_hosts,
    .run = run_shape,
};

const struct command command_wire_rate = {
    .name = "wire rate",
    .group = GROUP_LAB,
    .arguments = {{.name = "RATE", .kind = ARGUMENT_RATE}, WAY},
    .summary = N_("limits how much crosses in a second"),
    .manual = N_("In bits a second: 1M is 1,000,000. What comes faster waits. Without hosts it is "
                 "so for all, with two from the first to the second; `off` ends it."),
    .blocks = N_("never"),
    .example = "lab\nwire rate 1M client server\nwire rate off",
    .pages = "socksh-lab(7)",
    .check = check_hosts,
    .run = run_shape,
};

const struct command command_wire_mtu = {
    .name = "wire mtu",
    .group = GROUP_LAB,
    .arguments = {{.name = "BYTES", .kind = ARGUMENT_SIZE},
                  {.name = "WIRE", .kind = ARGUMENT_TEXT, .flags = OPTIONAL}},
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
    .manual = N_("Without hosts in both directions, with two from the first to the second. `wire "
                 "join` ends it."),
    .blocks = N_("never"),
    .example = "lab\nwire cut client server\nwire join",
    .pages = "socksh-lab(7)",
    .check = check_hosts,
    .run = run_shape,
};

const struct command command_wire_join = {
    .name = "wire join",
    .group = GROUP_LAB,
    .arguments = {WAY},
    .summary = N_("ends what `wire cut` does"),
    .manual = N_("Without hosts in both directions, with two from the first to the second."),
    .blocks = N_("never"),
    .example = "lab\nwire cut\nwire join",
    .pages = "socksh-lab(7)",
    .check = check_hosts,
    .run = run_shape,
};
