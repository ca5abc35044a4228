#include "commands/lab/packet_condition.h"

#include <ctype.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "language/number.h"
#include "view/notation/packet_label.h"

/* A word of a condition, and what stands behind it. */
struct term {
  const char *word;
  const char *value; /* as the manual has it */
  int (*read)(const struct lab *lab, const char *text, size_t length,
              struct wire_condition *condition);
  const char *meaning;
};

static int read_flags(const struct lab *lab, const char *text, size_t length,
                      struct wire_condition *condition) {
  int flags = packet_flags_parse(text, length);
  (void)lab;
  condition->flags = (unsigned)flags;
  return flags;
}

static int read_without(const struct lab *lab, const char *text, size_t length,
                        struct wire_condition *condition) {
  int flags = packet_flags_parse(text, length);
  (void)lab;
  condition->without = (unsigned)flags;
  return flags;
}

/* A lab that has no hosts yet will get them. */
static int read_host(const struct lab *lab, const char *text, size_t length,
                     char name[HOST_NAME_SIZE]) {
  if (!lab_name_valid(text, length) || (lab->host_count > 0 && !lab_find_host(lab, text, length)))
    return -1;
  memset(name, 0, HOST_NAME_SIZE);
  memcpy(name, text, length);
  return 0;
}

static int read_from(const struct lab *lab, const char *text, size_t length,
                     struct wire_condition *condition) {
  return read_host(lab, text, length, condition->from);
}

static int read_to(const struct lab *lab, const char *text, size_t length,
                   struct wire_condition *condition) {
  return read_host(lab, text, length, condition->to);
}

static int read_number(const char *text, size_t length, long long most, long long *number) {
  return number_parse(text, length, number) < 0 || *number < 0 || *number > most ? -1 : 0;
}

static int read_port(const char *text, size_t length, int *port) {
  long long number;
  if (read_number(text, length, 65535, &number) < 0 || number == 0)
    return -1;
  *port = (int)number;
  return 0;
}

static int read_either_port(const struct lab *lab, const char *text, size_t length,
                            struct wire_condition *condition) {
  (void)lab;
  return read_port(text, length, &condition->port);
}

static int read_source_port(const struct lab *lab, const char *text, size_t length,
                            struct wire_condition *condition) {
  (void)lab;
  return read_port(text, length, &condition->source_port);
}

static int read_target_port(const struct lab *lab, const char *text, size_t length,
                            struct wire_condition *condition) {
  (void)lab;
  return read_port(text, length, &condition->target_port);
}

static int read_protocol(const struct lab *lab, const char *text, size_t length,
                         struct wire_condition *condition) {
  static const struct {
    const char *name;
    int number;
  } protocols[] = {{"tcp", IPPROTO_TCP},
                   {"udp", IPPROTO_UDP},
                   {"icmp", IPPROTO_ICMP},
                   {"icmp6", IPPROTO_ICMPV6}};
  (void)lab;
  for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
    if (bytes_equal(text, length, protocols[i].name, strlen(protocols[i].name))) {
      condition->protocol = protocols[i].number;
      return 0;
    }
  return -1;
}

/* 100, 100..200, 100.. or ..200. */
static int read_range(const char *text, size_t length, struct wire_range *range) {
  const char *dots = memmem(text, length, "..", 2);
  long long from = 0;
  long long to = UINT32_MAX;
  size_t first = dots ? (size_t)(dots - text) : length;
  range->said = true;
  if (first > 0 && read_number(text, first, UINT32_MAX, &from) < 0)
    return -1;
  if (!dots)
    to = from;
  else if (first + 2 < length && read_number(dots + 2, length - first - 2, UINT32_MAX, &to) < 0)
    return -1;
  range->from = (uint32_t)from;
  range->to = (uint32_t)to;
  return from <= to && length > 0 && !(dots && length == 2) ? 0 : -1;
}

static int read_length(const struct lab *lab, const char *text, size_t length,
                       struct wire_condition *condition) {
  (void)lab;
  return read_range(text, length, &condition->length);
}

static int read_numbers(const struct lab *lab, const char *text, size_t length,
                        struct wire_condition *condition) {
  (void)lab;
  return read_range(text, length, &condition->numbers);
}

/* As the wire shows it beside a packet, with - for spaces: duplicate-ack. */
static bool is_label(const char *text, size_t length, const char *name) {
  if (strlen(name) != length)
    return false;
  for (size_t i = 0; i < length; i++)
    if (tolower((unsigned char)text[i]) != (name[i] == ' ' ? '-' : tolower((unsigned char)name[i])))
      return false;
  return true;
}

static int read_kind(const struct lab *lab, const char *text, size_t length,
                     struct wire_condition *condition) {
  (void)lab;
  for (const struct packet_label_row *row = packet_labels; row->name; row++)
    if (is_label(text, length, row->name)) {
      condition->labels |= row->label;
      return 0;
    }
  return -1;
}

static int read_type(const struct lab *lab, const char *text, size_t length,
                     struct wire_condition *condition) {
  long long number;
  (void)lab;
  if (read_number(text, length, 255, &number) < 0)
    return -1;
  condition->has_type = true;
  condition->type = (unsigned)number;
  return 0;
}

static int read_state(const char *text, size_t length, enum socket_state *state) {
  for (const struct constant *row = constant_states.constants; row->name; row++)
    if (strlen(row->name) == length && strncasecmp(text, row->name, length) == 0) {
      *state = (enum socket_state)row->value;
      return *state == STATE_UNKNOWN ? -1 : 0;
    }
  return -1;
}

static int read_sender(const struct lab *lab, const char *text, size_t length,
                       struct wire_condition *condition) {
  (void)lab;
  return read_state(text, length, &condition->sender);
}

static int read_receiver(const struct lab *lab, const char *text, size_t length,
                         struct wire_condition *condition) {
  (void)lab;
  return read_state(text, length, &condition->receiver);
}

static const struct term terms[] = {
    {"flags", "F", read_flags, N_("all of these TCP flags, as the wire shows them: S, S., P., R")},
    {"without", "F", read_without, N_("none of these flags")},
    {"from", "HOST", read_from, N_("this host has the address that it comes from")},
    {"to", "HOST", read_to, N_("this host has the address that it goes to")},
    {"port", "N", read_either_port, N_("the port of either end")},
    {"sport", "N", read_source_port, N_("the port that it comes from")},
    {"dport", "N", read_target_port, N_("the port that it goes to")},
    {"proto", "P", read_protocol, N_("tcp, udp, icmp or icmp6")},
    {"length", "RANGE", read_length, N_("bytes of data: 0, 1.., 100..200")},
    {"seq", "RANGE", read_numbers, N_("some of its relative sequence numbers are among these")},
    {"kind", "K", read_kind,
     N_("what the wire calls it: retransmission, duplicate-ack, keepalive, window-probe ...; "
        "several: one of them")},
    {"icmp", "N", read_type, N_("the type of a message of ICMP")},
    {"sender", "STATE", read_sender, N_("the state of the connection where it comes from")},
    {"receiver", "STATE", read_receiver, N_("the same where it goes to")},
    {NULL, NULL, NULL, NULL},
};

static const struct term *find_term(const struct expanded *word) {
  for (const struct term *term = terms; term->word; term++)
    if (bytes_equal(word->data, word->length, term->word, strlen(term->word)))
      return term;
  return NULL;
}

static int unknown_term(struct invocation *invocation, const struct argument_value *value) {
  struct bytes known = {0};
  for (const struct term *term = terms; term->word; term++)
    bytes_append_format(&known, known.length ? ", %s" : "%s", term->word);
  invocation_wrong(invocation, value, _("a condition is made of %s, each with its value"),
                   bytes_text(&known));
  bytes_free(&known);
  return -1;
}

int packet_condition_read(struct invocation *invocation, const struct lab *lab,
                          struct wire_condition *condition) {
  const struct argument_value *word;
  for (size_t i = 0; (word = invocation_nth(invocation, KEYWORD_CONDITION, i)); i += 2) {
    const struct argument_value *value = invocation_nth(invocation, KEYWORD_CONDITION, i + 1);
    const struct term *term = word->unknown ? NULL : find_term(&word->word);
    if (!word->unknown && !term)
      return unknown_term(invocation, word);
    if (!value)
      return invocation_wrong(invocation, word, _("a value must follow: %s"),
                              term ? term->value : "");
    bool host = term && (term->read == read_from || term->read == read_to);
    if (!term || value->unknown || (host && !lab))
      continue;
    if (term->read(lab, value->word.data, value->word.length, condition) < 0)
      return invocation_wrong(invocation, value,
                              host ? _("no host is called so; `lab` lists them")
                                   : _("this is no %s: %s"),
                              term->value, _(term->meaning));
  }
  return 0;
}

static void append_flags(const char *word, unsigned flags, struct bytes *text) {
  if (!flags)
    return;
  bytes_append_format(text, " %s ", word);
  packet_flags_append(flags, text);
}

static void append_range(const char *word, const struct wire_range *range, struct bytes *text) {
  if (!range->said)
    return;
  bytes_append_format(text, " %s ", word);
  if (range->from == range->to)
    bytes_append_number(text, range->from);
  else if (range->to == UINT32_MAX)
    bytes_append_format(text, "%u..", range->from);
  else
    bytes_append_format(text, "%u..%u", range->from, range->to);
}

static void append_port(const char *word, int port, struct bytes *text) {
  if (port)
    bytes_append_format(text, " %s %d", word, port);
}

static void append_kinds(unsigned labels, struct bytes *text) {
  for (const struct packet_label_row *row = packet_labels; row->name; row++)
    if (labels & (unsigned)row->label) {
      bytes_append_text(text, " kind ");
      for (const char *at = row->name; *at; at++)
        bytes_append_char(text, *at == ' ' ? '-' : *at);
    }
}

void packet_condition_append(const struct wire_condition *condition, struct bytes *text) {
  static const char *const names[] = {[IPPROTO_TCP] = "tcp",
                                      [IPPROTO_UDP] = "udp",
                                      [IPPROTO_ICMP] = "icmp",
                                      [IPPROTO_ICMPV6] = "icmp6"};
  append_flags("flags", condition->flags, text);
  append_flags("without", condition->without, text);
  if (*condition->from)
    bytes_append_format(text, " from %s", condition->from);
  if (*condition->to)
    bytes_append_format(text, " to %s", condition->to);
  append_port("port", condition->port, text);
  append_port("sport", condition->source_port, text);
  append_port("dport", condition->target_port, text);
  if (condition->protocol)
    bytes_append_format(text, " proto %s", names[condition->protocol]);
  append_range("length", &condition->length, text);
  append_range("seq", &condition->numbers, text);
  append_kinds(condition->labels, text);
  if (condition->has_type)
    bytes_append_format(text, " icmp %u", condition->type);
  if (condition->sender != STATE_UNKNOWN)
    bytes_append_format(text, " sender %s", constant_name(&constant_states, condition->sender));
  if (condition->receiver != STATE_UNKNOWN)
    bytes_append_format(text, " receiver %s", constant_name(&constant_states, condition->receiver));
}
