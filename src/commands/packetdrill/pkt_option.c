#include "commands/packetdrill/pkt_option.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "packet/packet_bits.h"

enum { KIND_ACCECN_0 = 172, KIND_ACCECN_1 = 174 /* RFC 9768 */ };
enum { KIND_MD5 = 19, KIND_FAST_OPEN = 34, KIND_EXPERIMENT = 254, MAGIC = 0xF989 };

bool pkt_option_is_known(struct pkt_text name) {
  static const char *const names[] = {"nop",  "eol", "mss", "wscale", "sackOK", "TS",
                                      "sack", "ECN", "FO",  "FOEXP",  "md5"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (pkt_text_is(name, names[i]))
      return true;
  return false;
}

static int hex_digit(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

static int put_hex(struct pkt_text word, struct bytes *bytes) {
  for (size_t i = 0; i + 1 < word.length; i += 2) {
    int high = hex_digit(word.text[i]);
    int low = hex_digit(word.text[i + 1]);
    if (high < 0 || low < 0)
      return -1;
    bytes_append_char(bytes, (char)(high << 4 | low));
  }
  return word.length % 2 ? -1 : 0;
}

static void put_number(struct bytes *bytes, uint32_t number, size_t size) {
  for (size_t i = size; i-- > 0;)
    bytes_append_char(bytes, (char)(number >> (8 * i)));
}

static uint32_t live_echo(const struct pkt_flow *flow, uint32_t script) {
  for (size_t i = flow ? flow->stamp_count : 0; i-- > 0;)
    if (flow->stamps[i].script == script)
      return flow->stamps[i].live;
  return script;
}

/* Kind, length, and what follows. */
static int put_data(const struct pkt_option *option, const struct pkt_flow *flow,
                    struct bytes *data, unsigned char *kind) {
  if (pkt_text_is(option->name, "mss") && option->count == 1) {
    *kind = TCPOPT_MAXSEG;
    put_number(data, option->number[0], 2);
  } else if (pkt_text_is(option->name, "wscale") && option->count == 1) {
    *kind = TCPOPT_WINDOW;
    put_number(data, option->number[0], 1);
  } else if (pkt_text_is(option->name, "sackOK")) {
    *kind = TCPOPT_SACK_PERMITTED;
  } else if (pkt_text_is(option->name, "TS") && option->count == 2) {
    *kind = TCPOPT_TIMESTAMP;
    put_number(data, option->number[0], 4);
    put_number(data, live_echo(flow, option->number[1]), 4);
  } else if (pkt_text_is(option->name, "sack") && option->count > 0 && option->count % 2 == 0) {
    *kind = TCPOPT_SACK;
    for (size_t i = 0; i < option->count; i++)
      put_number(data, option->number[i] + (flow ? flow->local_base : 0), 4);
  } else if (pkt_text_is(option->name, "ECN") && option->count <= 3) {
    *kind = pkt_text_is(option->word, "e0b") ? KIND_ACCECN_0 : KIND_ACCECN_1;
    for (size_t i = 0; i < option->count; i++)
      put_number(data, option->number[i], 3);
  } else if (pkt_text_is(option->name, "FO")) {
    *kind = KIND_FAST_OPEN;
    return put_hex(option->word, data);
  } else if (pkt_text_is(option->name, "FOEXP")) {
    *kind = KIND_EXPERIMENT;
    put_number(data, MAGIC, 2);
    return put_hex(option->word, data);
  } else if (pkt_text_is(option->name, "md5")) {
    *kind = KIND_MD5;
    return put_hex(option->word, data);
  } else {
    return -1;
  }
  return 0;
}

static int put_option(const struct pkt_option *option, const struct pkt_flow *flow,
                      struct bytes *bytes) {
  struct bytes data = {0};
  unsigned char kind = TCPOPT_EOL;
  int status = 0;
  if (pkt_text_is(option->name, "nop") || pkt_text_is(option->name, "eol")) {
    bytes_append_char(bytes, pkt_text_is(option->name, "nop") ? TCPOPT_NOP : TCPOPT_EOL);
    return 0;
  }
  status = put_data(option, flow, &data, &kind);
  if (status == 0) {
    bytes_append_char(bytes, (char)kind);
    bytes_append_char(bytes, (char)(data.length + 2));
    bytes_append(bytes, data.data, data.length);
  }
  bytes_free(&data);
  return status;
}

int pkt_option_build(const struct pkt_state *state, const struct pkt_segment *segment,
                     const struct pkt_flow *flow, struct bytes *bytes, struct error *error) {
  enum { ROOM = 40 };
  for (size_t i = 0; i < segment->option_count; i++) {
    struct pkt_option option = segment->option[i];
    option.word = pkt_state_word(state, option.word);
    if (put_option(&option, flow, bytes) < 0)
      return error_set(error, ERROR_FAILURE, _("%.*s is no option of TCP that can be sent"),
                       (int)option.name.length, option.name.text);
  }
  while (bytes->length % 4)
    bytes_append_char(bytes, TCPOPT_EOL);
  return bytes->length <= ROOM ? 0
                               : error_set(error, ERROR_FAILURE,
                                           _("these options need %zu bytes, and a segment has room "
                                             "for %d"),
                                           bytes->length, ROOM);
}

static uint32_t number_at(const unsigned char *at, size_t size) {
  uint32_t number = 0;
  for (size_t i = 0; i < size; i++)
    number = number << 8 | at[i];
  return number;
}

static void append_hex(const unsigned char *data, size_t length, struct bytes *text) {
  for (size_t i = 0; i < length; i++)
    bytes_append_format(text, "%02x", data[i]);
}

/* The counters of AccECN come in either order: e0b ceb e1b, or e1b ceb e0b. */
static void append_counter(bool zero_first, size_t place, uint32_t number, struct bytes *text) {
  static const char *const names[] = {"e0b", "ceb", "e1b"};
  bytes_append_format(text, " %s %u", names[zero_first || place > 2 ? place % 3 : 2 - place],
                      number);
}

/* An option that came; `base` is what its blocks count from. */
static void append_option(const struct packet_option *option, uint32_t base, struct bytes *text) {
  const unsigned char *data = option->data;
  switch (option->kind) {
  case TCPOPT_MAXSEG:
    bytes_append_format(text, "mss %u", option->length >= 2 ? number_at(data, 2) : 0);
    break;
  case TCPOPT_WINDOW:
    bytes_append_format(text, "wscale %u", option->length >= 1 ? data[0] : 0U);
    break;
  case TCPOPT_SACK_PERMITTED:
    bytes_append_text(text, "sackOK");
    break;
  case TCPOPT_TIMESTAMP:
    if (option->length >= 8)
      bytes_append_format(text, "TS val %u ecr %u", number_at(data, 4), number_at(data + 4, 4));
    break;
  case TCPOPT_SACK:
    bytes_append_text(text, "sack");
    for (size_t i = 0; i + 8 <= option->length; i += 8)
      bytes_append_format(text, " %u:%u", number_at(data + i, 4) - base,
                          number_at(data + i + 4, 4) - base);
    break;
  case TCPOPT_NOP:
    bytes_append_text(text, "nop");
    break;
  case KIND_ACCECN_0:
  case KIND_ACCECN_1:
    bytes_append_text(text, "ECN");
    for (size_t i = 0; i + 3 <= option->length; i += 3)
      append_counter(option->kind == KIND_ACCECN_0, i / 3, number_at(data + i, 3), text);
    break;
  case KIND_FAST_OPEN:
    bytes_append_text(text, option->length ? "FO " : "FO");
    append_hex(data, option->length, text);
    break;
  case KIND_EXPERIMENT:
    bytes_append_text(text, option->length > 2 ? "FOEXP " : "FOEXP");
    append_hex(data + 2, option->length > 2 ? option->length - 2 : 0, text);
    break;
  default:
    bytes_append_format(text, "option-%u ", option->kind);
    append_hex(data, option->length, text);
  }
}

/* The same of the script, as it is written when it comes: the echo of the peer's numbers. */
static void append_expected(const struct pkt_option *option, struct bytes *text) {
  bytes_append(text, option->name.text, option->name.length);
  if (pkt_text_is(option->name, "TS") && option->count == 2)
    bytes_append_format(text, " val %u ecr %u", option->number[0], option->number[1]);
  else if (pkt_text_is(option->name, "sack"))
    for (size_t i = 0; i + 1 < option->count; i += 2)
      bytes_append_format(text, " %u:%u", option->number[i], option->number[i + 1]);
  else if (pkt_text_is(option->name, "ECN"))
    for (size_t i = 0; i < option->count; i++)
      append_counter(pkt_text_is(option->word, "e0b"), i, option->number[i], text);
  else if (option->word.length > 0)
    bytes_append_format(text, " %.*s", (int)option->word.length, option->word.text);
  else if (option->count > 0)
    bytes_append_format(text, " %u", option->number[0]);
}

/* The kernel's own value of a timestamp is whatever it is: the script's name for it is learned. */
static void learn_stamp(struct pkt_flow *flow, uint32_t script, uint32_t live) {
  if (flow->stamp_count < PKT_STAMPS)
    flow->stamps[flow->stamp_count++] = (struct pkt_stamp){script, live};
}

/* Where the script says how long the kernel's ticks are, the numbers have to go on as time does. */
static bool stamp_is_due(const struct pkt_state *state, const struct pkt_flow *flow,
                         uint32_t script, uint32_t live) {
  if (state->stamp_tick == 0 || flow->stamp_count == 0)
    return true;
  const struct pkt_stamp *first = &flow->stamps[0];
  int32_t off = (int32_t)((live - first->live) - (script - first->script));
  return (off < 0 ? -(int64_t)off : off) * state->stamp_tick <=
         state->tolerance + state->stamp_tick;
}

static void append_came(const struct pkt_state *state, const struct pkt_option *expected,
                        const struct packet_option *came, struct pkt_flow *flow,
                        struct bytes *text) {
  bool stamps = came->kind == TCPOPT_TIMESTAMP && came->length >= 8 &&
                pkt_text_is(expected->name, "TS") && expected->count == 2;
  uint32_t live = stamps ? number_at(came->data, 4) : 0;
  if (!stamps) {
    append_option(came, flow->peer_base, text);
  } else if (stamp_is_due(state, flow, expected->number[0], live)) {
    learn_stamp(flow, expected->number[0], live);
    bytes_append_format(text, "TS val %u ecr %u", expected->number[0],
                        number_at(came->data + 4, 4));
  } else {
    const struct pkt_stamp *first = &flow->stamps[0];
    bytes_append_format(text, "TS val %u ecr %u", first->script + (live - first->live),
                        number_at(came->data + 4, 4));
  }
}

void pkt_option_compare(struct pkt_state *state, const struct pkt_segment *segment,
                        const struct packet *packet, struct pkt_flow *flow, struct error *error) {
  struct packet_option option;
  size_t at = 0;
  bool bad = false;
  bool more = true;
  for (size_t i = 0; more || i < segment->option_count; i++) {
    struct bytes one = {0};
    struct bytes other = {0};
    char field[40];
    struct pkt_option expected = {.count = 0};
    more = more && packet_next_option(packet, &at, &option, &bad) && option.kind != TCPOPT_EOL;
    if (i < segment->option_count) {
      expected = segment->option[i];
      expected.word = pkt_state_word(state, expected.word);
      append_expected(&expected, &one);
    }
    if (more)
      append_came(state, &expected, &option, flow, &other);
    bool same =
        one.length == other.length && memcmp(bytes_text(&one), bytes_text(&other), one.length) == 0;
    snprintf(field, sizeof field, _("option %zu"), i + 1);
    if (more || one.length > 0)
      pkt_difference_add(&state->difference, field, bytes_text(&one), bytes_text(&other), !same,
                         error);
    bytes_free(&one);
    bytes_free(&other);
  }
}
