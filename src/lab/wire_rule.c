#include "lab/wire_rule.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/lab.h"
#include "lab/wire_device.h"
#include "lab/wire_link.h"
#include "language/chance.h"

const char *const wire_rule_actions[RULE_ACTIONS] = {
    [RULE_DROP] = "drop",       [RULE_DELAY] = "delay", [RULE_DUPLICATE] = "duplicate",
    [RULE_CORRUPT] = "corrupt", [RULE_MOVE] = "move",   [RULE_HOLD] = "hold"};

/* Rules need packets one by one: those that flow unseen may be many in one. */
static void count_on(struct wire *wire) {
  wire->ruled = false;
  for (size_t i = 0; i < wire->rule_count; i++)
    wire->ruled = wire->ruled || (!wire->rules[i]->off && !wire->rules[i]->removed);
  wire_set_offloads(wire);
}

struct wire_rule *wire_rule_find(const struct wire *wire, const char *name, size_t length) {
  for (size_t i = 0; i < wire->rule_count; i++)
    if (!wire->rules[i]->removed && strlen(wire->rules[i]->name) == length &&
        memcmp(wire->rules[i]->name, name, length) == 0)
      return wire->rules[i];
  return NULL;
}

int wire_rule_add(struct wire *wire, const struct wire_rule *rule, uint64_t seed) {
  struct wire_rule *place = wire_rule_find(wire, rule->name, strlen(rule->name));
  if (!place) {
    if (wire->rule_count == WIRE_RULES || !(place = malloc(sizeof *place)))
      return -1;
    wire->rules[wire->rule_count++] = place;
  }
  *place = *rule;
  snprintf(place->mark, sizeof place->mark, "rule %s", place->name);
  place->random = chance_stream(seed, 0);
  count_on(wire);
  return 0;
}

void wire_rule_keep_to_flow(struct wire *wire, struct wire_rule *rule) {
  rule->kept = true;
  rule->condition = (struct wire_condition){.protocol = rule->condition.protocol};
  rule->off = rule->hit_source_port == 0;
  count_on(wire);
}

void wire_rule_switch(struct wire *wire, struct wire_rule *rule, bool off) {
  rule->off = off;
  count_on(wire);
}

void wire_rule_remove(struct wire *wire, struct wire_rule *rule) {
  rule->removed = true;
  count_on(wire);
}

void wire_rule_free_all(struct wire *wire) {
  for (size_t i = 0; i < wire->rule_count; i++)
    free(wire->rules[i]);
  wire->rule_count = 0;
}

static bool is_host(const struct wire *wire, struct address address, const char *name) {
  const struct wire_link *link = *name && address.length ? wire_link_of(wire, &address) : NULL;
  return !*name || (link && strcmp(link->host->host.name, name) == 0);
}

static bool fits_ports(const struct wire_condition *condition, const struct packet *packet) {
  int source = packet->source_port;
  int target = packet->destination_port;
  bool ported = packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP;
  if (!condition->port && !condition->source_port && !condition->target_port)
    return true;
  return ported && (!condition->port || condition->port == source || condition->port == target) &&
         (!condition->source_port || condition->source_port == source) &&
         (!condition->target_port || condition->target_port == target);
}

static bool is_in(const struct wire_range *range, size_t number) {
  return !range->said || (number >= range->from && number <= range->to);
}

/* A segment takes up as many numbers as it has bytes, and one each for SYN and FIN; without any, it
 * stands where its first number is. */
static bool fits_numbers(const struct wire_condition *condition,
                         const struct wire_subject *subject) {
  const struct wire_range *range = &condition->numbers;
  if (!range->said)
    return true;
  if (!subject->bases->known)
    return false;
  uint32_t first = subject->packet->sequence - subject->bases->sequence;
  uint32_t length = packet_sequence_length(subject->packet);
  return first <= range->to && first + (length ? length - 1 : 0) >= range->from;
}

static bool fits_segment(const struct wire_condition *condition,
                         const struct wire_subject *subject) {
  const struct packet *packet = subject->packet;
  bool asks = condition->flags || condition->without || condition->numbers.said;
  if (!asks)
    return true;
  return packet->has_transport && packet->protocol == IPPROTO_TCP &&
         (packet->flags & condition->flags) == condition->flags &&
         !(packet->flags & condition->without) && fits_numbers(condition, subject);
}

static bool fits_type(const struct wire_condition *condition, const struct packet *packet) {
  bool icmp = packet->protocol == IPPROTO_ICMP || packet->protocol == IPPROTO_ICMPV6;
  return !condition->has_type || (icmp && packet->has_transport && packet->type == condition->type);
}

/* In either direction. */
static bool fits_kept(const struct wire_rule *rule, const struct packet *packet) {
  int one = rule->hit_source_port;
  int other = rule->hit_target_port;
  return !rule->kept || (packet->source_port == one && packet->destination_port == other) ||
         (packet->source_port == other && packet->destination_port == one);
}

/* All but the states of its ends, for which somebody else must be asked. */
static bool fits(const struct wire *wire, const struct wire_condition *condition,
                 const struct wire_subject *subject) {
  const struct packet *packet = subject->packet;
  return (!condition->protocol || condition->protocol == packet->protocol) &&
         fits_segment(condition, subject) && fits_ports(condition, packet) &&
         is_in(&condition->length, packet->payload_length) && fits_type(condition, packet) &&
         (!condition->labels || condition->labels & subject->bases->labels) &&
         is_host(wire, packet_source(packet), condition->from) &&
         is_host(wire, packet_destination(packet), condition->to);
}

static bool asks_state(const struct wire_rule *rule) {
  return rule->condition.sender != STATE_UNKNOWN || rule->condition.receiver != STATE_UNKNOWN;
}

static bool is_on(const struct wire_rule *rule) {
  return !rule->off && !rule->removed;
}

/* What its numbers and labels are is known only when it has come onto the wire. */
bool wire_rule_asks_state(const struct wire *wire, const struct packet *packet) {
  bool asks = false;
  for (size_t i = 0; i < wire->rule_count; i++)
    asks = asks || (is_on(wire->rules[i]) && asks_state(wire->rules[i]));
  return asks && packet->protocol == IPPROTO_TCP && packet->has_transport;
}

static bool is_in_state(struct wire *wire, const struct wire_link *link, bool sends,
                        const struct packet *packet, enum socket_state state) {
  if (state == STATE_UNKNOWN)
    return true;
  if (!link || !wire->observer.look || packet->protocol != IPPROTO_TCP)
    return false;
  struct wire_end end = {.host = &link->host->host,
                         .local = sends ? packet_source(packet) : packet_destination(packet),
                         .peer = sends ? packet_destination(packet) : packet_source(packet),
                         .sent = sends,
                         .statement = wire->statement,
                         .job = wire->job};
  return wire->observer.look(wire->observer.context, &end) == state;
}

/* Both ends are looked at only where all else fits. */
static bool fits_states(struct wire *wire, const struct wire_condition *condition,
                        const struct wire_subject *subject) {
  return is_in_state(wire, subject->from, true, subject->packet, condition->sender) &&
         is_in_state(wire, subject->to, false, subject->packet, condition->receiver);
}

/* A channel is good or bad; where it is bad, all are lost. How long it stays so is `burst` packets
 * on average, and how often it becomes so follows from the share: E. N. Gilbert, 1960. */
static bool falls_in_burst(struct wire_rule *rule) {
  const struct wire_selection *selection = &rule->selection;
  double leaves = 1 / selection->burst;
  double enters = selection->share < 1 ? selection->share * leaves / (1 - selection->share) : 1;
  double drawn = chance_draw(&rule->random);
  rule->bursting = rule->bursting ? drawn >= leaves : drawn < enters;
  return rule->bursting;
}

static bool is_selected(struct wire_rule *rule) {
  const struct wire_selection *selection = &rule->selection;
  uint64_t number = rule->matched;
  if (number <= selection->after)
    return false;
  number -= selection->after;
  if (selection->every > 0 && number % selection->every != 0)
    return false;
  if (selection->first > 0 && rule->hit >= selection->first)
    return false;
  if (selection->share > 0 && selection->burst > 0)
    return falls_in_burst(rule);
  return selection->share == 0 || chance_draw(&rule->random) < selection->share;
}

struct wire_rule *wire_rule_choose(struct wire *wire, const struct wire_subject *subject) {
  struct wire_rule *chosen = NULL;
  for (size_t i = 0; i < wire->rule_count; i++) {
    struct wire_rule *rule = wire->rules[i];
    if (!is_on(rule) || !fits_kept(rule, subject->packet) ||
        !fits(wire, &rule->condition, subject) ||
        (asks_state(rule) && !fits_states(wire, &rule->condition, subject)))
      continue;
    rule->matched++;
    if (chosen || !is_selected(rule))
      continue;
    rule->hit++;
    rule->hit_source_port = subject->packet->source_port;
    rule->hit_target_port = subject->packet->destination_port;
    chosen = rule;
  }
  return chosen;
}
