/* wire_rules: commands for rules: what happens to chosen packets while the wire lets them flow. */
#include "lab/wire.h"

#include <string.h>

#include "command/invocation.h"
#include "commands/lab/packet_condition.h"
#include "lab/lab.h"
#include "language/number.h"
#include "session/session_lab.h"

static const char *const action_keys[] = {"ACTION", "delay", "move"};

static int check_rule(struct invocation *invocation) {
  struct wire_condition condition = {.flags = 0};
  size_t actions = 0;
  for (size_t i = 0; i < sizeof action_keys / sizeof *action_keys; i++)
    actions += invocation_value(invocation, action_keys[i]) != NULL;
  if (actions != 1)
    return invocation_wrong(invocation, invocation_value(invocation, "NAME"),
                            actions ? _("a rule does one thing")
                                    : _("what shall it do? drop, delay TIME, duplicate, corrupt, "
                                        "move N or hold; or is it to be on, off or removed?"));
  const struct argument_value *burst = invocation_value(invocation, "burst");
  if (burst && !invocation_value(invocation, "SHARE"))
    return invocation_wrong(invocation, burst, _("bursts need a share: drop 5%% burst 4"));
  return packet_condition_read(invocation, NULL, &condition);
}

/* `wire rule lose: drop`, too. */
static size_t name_length(const struct argument_value *name) {
  size_t length = name->word.length;
  return length > 1 && name->word.data[length - 1] == ':' ? length - 1 : length;
}

/* on, off, remove: the words behind those that make a rule. */
enum { SWITCH_ON = 4, SWITCH_OFF, SWITCH_REMOVE };

static int switch_rule(struct invocation *invocation, struct wire *wire, long long how) {
  const struct argument_value *name = invocation_value(invocation, "NAME");
  session_lab_lock_wire_anew(invocation->runner, wire);
  struct wire_rule *rule = wire_rule_find(wire, name->word.data, name_length(name));
  if (rule && how == SWITCH_REMOVE)
    wire_rule_remove(wire, rule);
  else if (rule)
    wire_rule_switch(wire, rule, how == SWITCH_OFF);
  session_lab_unlock_wire(wire);
  lab_follow_wire(invocation->runner->session->lab);
  return rule ? 0
              : error_set(invocation->error, ERROR_FAILURE,
                          _("no rule is called %.*s; `wire rules` lists them"),
                          (int)name_length(name), name->word.data);
}

static int read_action(struct invocation *invocation, struct wire_rule *rule) {
  static const enum wire_rule_action plain[] = {RULE_DROP, RULE_DUPLICATE, RULE_CORRUPT, RULE_HOLD};
  const struct argument_value *action = invocation_value(invocation, "ACTION");
  const struct argument_value *places = invocation_value(invocation, "move");
  rule->action = action ? plain[action->number] : places ? RULE_MOVE : RULE_DELAY;
  rule->delay = invocation_duration(invocation, "delay", 0);
  if (places && (places->number < 1 || places->number > 1000))
    return invocation_wrong(invocation, places, _("from 1 to 1000 packets overtake it"));
  rule->places = places ? (unsigned)places->number : 0;
  return 0;
}

static int read_selection(struct invocation *invocation, struct wire_selection *selection) {
  static const char *const keys[] = {"first", "every", "after", "burst"};
  const struct argument_value *share = invocation_value(invocation, "SHARE");
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    const struct argument_value *value = invocation_value(invocation, keys[i]);
    if (value && value->number < 1)
      return invocation_wrong(invocation, value, _("this is counted from 1"));
  }
  selection->first = (uint64_t)invocation_number(invocation, "first", 0);
  selection->every = (uint64_t)invocation_number(invocation, "every", 0);
  selection->after = (uint64_t)invocation_number(invocation, "after", 0);
  selection->burst = (double)invocation_number(invocation, "burst", 0);
  selection->share = share ? share->fraction : 0;
  return share && share->fraction == 0
             ? invocation_wrong(invocation, share, _("a rule for no packet does nothing"))
             : 0;
}

static int run_rule(struct invocation *invocation) {
  struct session *session = invocation->runner->session;
  const struct argument_value *name = invocation_value(invocation, "NAME");
  const struct argument_value *action = invocation_value(invocation, "ACTION");
  const struct argument_value *seed = invocation_value(invocation, "seed");
  bool switches = action && action->number >= SWITCH_ON;
  struct wire_rule rule = {.name = ""};
  if (!switches && session_lab_start(invocation->runner, invocation->error) < 0)
    return -1;
  struct wire *wire = session_lab_wire(session, invocation->error);
  if (!wire)
    return -1;
  if (switches)
    return switch_rule(invocation, wire, action->number);
  if (!lab_name_valid(name->word.data, name_length(name)))
    return invocation_wrong(invocation, name,
                            _("a rule's name is letters, digits, - and _, at most 15 of them, and "
                              "no number"));
  memcpy(rule.name, name->word.data, name_length(name));
  if (read_action(invocation, &rule) < 0 || read_selection(invocation, &rule.selection) < 0 ||
      packet_condition_read(invocation, session->lab, &rule.condition) < 0)
    return -1;
  session_lab_lock_wire_anew(invocation->runner, wire);
  uint64_t usual = wire->seed[CHANCE_LOSS] + wire->rule_count;
  int status = wire_rule_add(wire, &rule, seed ? (uint64_t)seed->number : usual);
  session_lab_unlock_wire(wire);
  lab_follow_wire(session->lab);
  return status == 0 ? 0
                     : error_set(invocation->error, ERROR_FAILURE, _("a lab has room for %d rules"),
                                 WIRE_RULES);
}

static void append_selection(const struct wire_selection *selection, struct bytes *text) {
  if (selection->after)
    bytes_append_format(text, " after %llu", (unsigned long long)selection->after);
  if (selection->every)
    bytes_append_format(text, " every %llu", (unsigned long long)selection->every);
  if (selection->first)
    bytes_append_format(text, " first %llu", (unsigned long long)selection->first);
  if (selection->share > 0)
    bytes_append_format(text, " %g%%", selection->share * 100);
  if (selection->burst > 0)
    bytes_append_format(text, " burst %g", selection->burst);
}

static void add_row(struct answer *answer, const struct wire_rule *rule) {
  struct bytes text = {0};
  answer_add_text(answer, rule->name);
  bytes_append_text(&text, wire_rule_actions[rule->action]);
  if (rule->action == RULE_DELAY) {
    bytes_append_char(&text, ' ');
    duration_append(&text, rule->delay);
  } else if (rule->action == RULE_MOVE) {
    bytes_append_format(&text, " %u", rule->places);
  }
  append_selection(&rule->selection, &text);
  answer_add_text(answer, bytes_text(&text));
  bytes_clear(&text);
  packet_condition_append(&rule->condition, &text);
  answer_add_text(answer, text.length ? bytes_text(&text) + 1 : _("any packet"));
  answer_add_number(answer, (long long)rule->matched);
  answer_add_number(answer, (long long)rule->hit);
  answer_add_text(answer, rule->off ? _("no") : _("yes"));
  bytes_free(&text);
}

static int run_rules(struct invocation *invocation) {
  static const char *const columns[] = {N_("RULE"), N_("DOES"), N_("WHEN"), N_("FITTED"),
                                        N_("HIT"),  N_("ON"),   NULL};
  struct wire *wire = session_lab_wire(invocation->runner->session, invocation->error);
  struct answer answer;
  long long hit = 0;
  if (!wire)
    return -1;
  answer_table(&answer, "rules", columns);
  answer.matters = "..2..1";
  wire_lock(wire);
  for (size_t i = 0; i < wire->rule_count; i++)
    if (!wire->rules[i]->removed) {
      add_row(&answer, wire->rules[i]);
      hit += (long long)wire->rules[i]->hit;
    }
  wire_unlock(wire);
  invocation_give_number(invocation, hit);
  return runner_answer(invocation->runner, &answer, invocation->error);
}

const struct command command_wire_rule = {
    .name = "wire rule",
    .group = GROUP_LAB,
    .arguments =
        {{.name = "NAME", .kind = &argument_text},
         {.name = "ACTION",
          .kind = &argument_keyword,
          .words = "drop|duplicate|corrupt|hold|on|off|remove",
          .flags = OPTIONAL},
         {.name = "TIME", .kind = &argument_duration, .flags = OPTIONAL, .keyword = "delay"},
         {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "move"},
         {.name = "SHARE", .kind = &argument_percent, .flags = OPTIONAL},
         {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "first"},
         {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "every"},
         {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "after"},
         {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "burst"},
         {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "seed"},
         {.name = "CONDITION",
          .kind = &argument_text,
          .flags = OPTIONAL | REPEATED,
          .keyword = KEYWORD_CONDITION}},
    .summary = N_("says what happens to chosen packets while the wire lets them flow"),
    .manual = N_(
        "A packet that CONDITION fits is lost (drop), comes later (delay), crosses twice "
        "(duplicate), with one bit flipped (corrupt), behind N that follow it (move), or waits "
        "until it is let across by hand (hold), while all others flow. The first rule that "
        "applies to a packet decides, and its event names the rule.\n\n"
        "CONDITION is made of these, and all must be so: flags F, all of these TCP flags, and "
        "without F, none of them; from HOST, to HOST; port N, sport N, dport N; proto "
        "tcp|udp|icmp|icmp6; length RANGE, bytes of data, as 0, 1.., 100..200; seq RANGE, relative "
        "sequence numbers; kind K, what the wire shows beside it: retransmission, duplicate-ack, "
        "keepalive, window-probe, zero-window ...; icmp TYPE; sender STATE and receiver STATE, of "
        "the connection at that end when it comes. Without a condition any packet fits.\n\n"
        "Of those that fit, it passes over the first N with after N, takes each Nth with every N, "
        "ends behind N with first N, and with a SHARE, as 5%, takes them by chance, in bursts of N "
        "on average with burst N (a Gilbert-Elliott channel). A seed makes that the same each "
        "time, as --stable does. `wire rules` counts, off and on switch a rule, remove forgets it. "
        "While a rule is on, the kernels hand over segments one by one, as with `wire show on`. A "
        "rule "
        "may be made before the hosts are, which it names."),
    .blocks = N_("never"),
    .example = "lab\nwire rule lose-syn: drop when flags S without . first 1\n"
               "wire rule late: delay 50ms 10% seed 3 when proto tcp length 1..\n"
               "wire rules\nwire rule late off",
    .pages = "socksh-lab(7)",
    .check = check_rule,
    .run = run_rule,
};

const struct command command_wire_rules = {
    .name = "wire rules",
    .group = GROUP_LAB,
    .results = {"number of packets hit"},
    .summary = N_("lists the rules of the wire, and counts what they did"),
    .manual = N_("FITTED are the packets that a rule's condition fitted, and HIT those of them "
                 "that it was applied to."),
    .blocks = N_("never"),
    .example = "lab\nwire rule twice: duplicate when proto udp\nwire rules",
    .pages = "socksh-lab(7)",
    .run = run_rules,
};
