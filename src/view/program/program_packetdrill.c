/* program_packetdrill: one host of a lab as a script of packetdrill: its calls, the segments that
 * it sent, and those that came, each with its time. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "packet/packet.h"
#include "view/program/literal.h"
#include "view/program/writer.h"

/* A step: a range of `texts`, without its time. */
struct step {
  int64_t time;
  int64_t end; /* of a call that blocked: when it returned; 0: it did not */
  uint64_t serial;
  size_t text, text_end;
  bool call;
  bool comment;     /* it has no time of its own */
  bool outbound;    /* a segment of the host's */
  uint16_t port;    /* its port, */
  uint32_t next;    /* and the number behind it: with what follows it may be one */
  uint32_t answers; /* what it acknowledges */
  uint32_t first;
  unsigned flags;
};

struct script {
  const struct program_request *request;
  struct bytes steps;
  struct bytes texts;
  struct bytes sent; /* a byte for each packet by its number: it has been taken as sent */
  bool stamps;       /* its segments have timestamps */
  bool failed;
};

static struct step *last_step(struct script *script) {
  size_t count = script->steps.length / sizeof(struct step);
  return count ? (struct step *)script->steps.data + count - 1 : NULL;
}

static void add(struct script *script, struct step *step) {
  step->text_end = script->texts.length;
  bytes_append(&script->steps, step, sizeof *step);
}

/* A part of a call as scripts write it. False: they can't say it. */
static bool put_part(const struct call *call, const struct call_part *part, struct bytes *text) {
  int number;
  switch (part->kind) {
  case PART_SUBJECT:
    bytes_append_number(text, call->subject.descriptor);
    return true;
  case PART_NUMBER:
    if (part->set == &constant_families)
      bytes_append_text(text, "...");
    else if (!part->set)
      bytes_append_number(text, call->number[part->slot]);
    else
      constant_append(part->set, call->number[part->slot], text);
    return true;
  case PART_TYPE:
    constant_append(&constant_types, call->number[part->slot] & ~(SOCK_NONBLOCK | SOCK_CLOEXEC),
                    text);
    if (call->number[part->slot] & SOCK_NONBLOCK)
      bytes_append_text(text, "|SOCK_NONBLOCK");
    return true;
  case PART_PROTOCOL:
    bytes_append_text(text, "IPPROTO_TCP");
    return true;
  case PART_ADDRESS_IN:
  case PART_ADDRESS_OUT:
    bytes_append_text(text, "..., ...");
    return true;
  case PART_DATA_IN:
  case PART_DATA_OUT:
    bytes_append_format(text, "%s, %zu", call->no_data ? "NULL" : "...", call->size);
    return true;
  case PART_OPTION:
    constant_append(&constant_levels, call->number[0], text);
    bytes_append_format(text, ", %s", call->value.option ? call->value.option->name : "?");
    return call->value.option != NULL;
  case PART_VALUE_IN:
  case PART_VALUE_OUT:
    if (call->value.raw || !call->data || call->data->length != sizeof number)
      return false;
    memcpy(&number, call->data->data, sizeof number);
    bytes_append_format(text, part->kind == PART_VALUE_IN ? "[%d], 4" : "[%d], [4]", number);
    return true;
  case PART_FLAGS_WORD:
    constant_append(&constant_file_flags, call->number[1], text);
    return true;
  default:
    return false;
  }
}

static bool put_parts(const struct call *call, struct bytes *text) {
  const struct call_row *row = call_row(call);
  for (int i = 0; i < CALL_PARTS && row->parts[i].kind != PART_END; i++) {
    bytes_append_text(text, i ? ", " : "");
    if (!put_part(call, &row->parts[i], text))
      return false;
  }
  return true;
}

static void put_comment(struct script *script, const struct event *event, const char *why,
                        const struct bytes *what) {
  struct step step = {.time = event->monotonic,
                      .serial = event->serial,
                      .text = script->texts.length,
                      .comment = true};
  bytes_append_format(&script->texts, "// %s: ", why);
  if (what->length > 0)
    literal_append_comment(&script->texts, what->data, what->length);
  add(script, &step);
}

/* A call has waited for something where a segment came meanwhile, or it took long. */
static bool has_waited(const struct script *script, const struct call *call) {
  enum { LONG = 2000000 }; /* nanoseconds */
  const struct step *steps = (const struct step *)script->steps.data;
  if (!call->began || call_row(call)->waits == WAITS_FOR_NOTHING)
    return false;
  if (call->ended - call->began > LONG)
    return true;
  for (size_t i = script->steps.length / sizeof *steps; i-- > 0 && steps[i].time > call->began;)
    if (!steps[i].call && !steps[i].comment && !steps[i].outbound && steps[i].time < call->ended)
      return true;
  return false;
}

static void take_call(struct script *script, const struct event *event) {
  const struct call *call = event->call;
  bool waited = has_waited(script, call);
  struct step step = {.time = waited ? call->began : event->monotonic,
                      .end = waited ? call->ended : 0,
                      .serial = event->serial,
                      .text = script->texts.length,
                      .call = true};
  struct bytes text = {0};
  bytes_append_format(&text, "%s(", call_row(call)->name);
  bool said = put_parts(call, &text);
  bytes_append_format(&text, ") = %ld", call->result);
  if (call->error)
    bytes_append_format(&text, " %s", error_number_name(call->error));
  if (text.failed) {
    script->texts.failed = true;
  } else if (said) {
    bytes_append(&script->texts, text.data, text.length);
    add(script, &step);
  } else {
    put_comment(script, event, _("no script can say this call"), &text);
  }
  bytes_free(&text);
}

static void put_option(const struct packet_option *option, const struct event_packet *packet,
                       struct bytes *text) {
  const unsigned char *data = option->data;
  uint32_t words[8] = {0};
  for (size_t i = 0; i < option->length / 4 && i < 8; i++)
    words[i] = (uint32_t)data[4 * i] << 24 | (uint32_t)data[4 * i + 1] << 16 |
               (uint32_t)data[4 * i + 2] << 8 | data[4 * i + 3];
  if (option->kind == TCPOPT_MAXSEG && option->length == 2)
    bytes_append_format(text, "mss %u", (unsigned)data[0] << 8 | data[1]);
  else if (option->kind == TCPOPT_WINDOW && option->length == 1)
    bytes_append_format(text, "wscale %u", data[0]);
  else if (option->kind == TCPOPT_SACK_PERMITTED)
    bytes_append_text(text, "sackOK");
  else if (option->kind == TCPOPT_NOP)
    bytes_append_text(text, "nop");
  else if (option->kind == TCPOPT_TIMESTAMP && option->length == 8)
    bytes_append_format(text, "TS val %u ecr %u", words[0] - packet->timestamp_base,
                        words[1] ? words[1] - packet->echo_base : 0);
  else if (option->kind == TCPOPT_SACK) {
    bytes_append_text(text, "sack");
    for (size_t i = 0; i + 1 < option->length / 4 && i < 8; i += 2)
      bytes_append_format(text, " %u:%u", words[i] - packet->acknowledgment_base,
                          words[i + 1] - packet->acknowledgment_base);
  } else {
    bytes_append_text(text, "eol");
  }
}

static void put_options(const struct packet *packet, const struct event_packet *event,
                        struct bytes *text) {
  struct packet_option option;
  size_t at = 0;
  bool bad;
  const char *between = " <";
  while (packet_next_option(packet, &at, &option, &bad) && option.kind != TCPOPT_EOL) {
    bytes_append_text(text, between);
    put_option(&option, event, text);
    between = ",";
  }
  bytes_append_text(text, *between == ',' ? ">" : "");
}

/* What the host sends at once, segment by segment, is one in the script: how a burst is cut depends
 * on the device. */
static bool goes_on(const struct step *last, const struct step *step) {
  enum { AT_ONCE = 1000000, ENDS = FLAG_PSH | FLAG_FIN | FLAG_SYN | FLAG_RST };
  return last && last->outbound && step->outbound && last->port == step->port &&
         last->next == step->first && last->answers == step->answers && last->next != last->first &&
         step->next != step->first && !(last->flags & ENDS) && step->time - last->time < AT_ONCE;
}

static void put_segment(struct script *script, const struct packet *packet,
                        const struct event_packet *event, struct step *step) {
  struct bytes flags = {0};
  packet_flags_append(packet->flags, &flags);
  const struct step *last = last_step(script);
  if (goes_on(last, step)) { /* it takes the place of the one before */
    step->first = last->first;
    step->time = last->time;
    step->text = last->text;
    script->texts.length = last->text;
    script->steps.length -= sizeof *step;
  }
  bytes_append_format(&script->texts, "%c %s %u:%u(%u)", step->outbound ? '>' : '<',
                      strcmp(bytes_text(&flags), "none") == 0 ? "-" : bytes_text(&flags),
                      step->first, step->next, step->next - step->first);
  if (packet->flags & FLAG_ACK)
    bytes_append_format(&script->texts, " ack %u", step->answers);
  if (!step->outbound)
    bytes_append_format(&script->texts, " win %u", packet->window);
  put_options(packet, event, &script->texts);
  bytes_free(&flags);
  add(script, step);
}

/* A packet may have several events: it is sent at the first, and comes where it crosses. */
static bool is_first(struct script *script, const struct event_packet *packet) {
  if (packet->fate == PACKET_AGAIN)
    return true;
  while (script->sent.length <= packet->number && !script->sent.failed)
    bytes_append_char(&script->sent, 0);
  if (script->sent.failed || script->sent.data[packet->number])
    return false;
  script->sent.data[packet->number] = 1;
  return true;
}

static void take_packet(struct script *script, const struct event *event) {
  const struct event_packet *record = &event->packet;
  const char *host = script->request->host;
  struct packet packet;
  bool ours = strcmp(record->source, host) == 0;
  bool comes = strcmp(record->to, host) == 0 && record->fate == PACKET_CROSSED;
  packet_read(record->bytes, record->length, record->total, &packet);
  if (packet.protocol != IPPROTO_TCP || !packet.has_transport || !record->relative ||
      !(comes || (ours && is_first(script, record))))
    return;
  uint32_t first = packet.sequence - record->sequence_base;
  struct step step = {.time = event->monotonic,
                      .serial = event->serial,
                      .text = script->texts.length,
                      .outbound = !comes,
                      .port = packet.source_port,
                      .first = first,
                      .next = first + (uint32_t)packet.payload_length,
                      .answers = packet.acknowledgment - record->acknowledgment_base,
                      .flags = packet.flags};
  put_segment(script, &packet, record, &step);
}

static bool take(const struct event *event, void *context) {
  struct script *script = context;
  const struct program_request *request = script->request;
  unsigned program = event->actor ? event->actor->program : 0;
  if (event->statement && event->statement == request->leaves_out)
    return true;
  if (event->kind == EVENT_PACKET)
    take_packet(script, event);
  else if (event->host && strcmp(event->host, request->host) == 0 && program == request->program)
    take_call(script, event);
  return true;
}

static int compare(const void *first, const void *second) {
  const struct step *a = first;
  const struct step *b = second;
  if (a->time != b->time)
    return a->time < b->time ? -1 : 1;
  return a->serial < b->serial ? -1 : a->serial > b->serial;
}

/* Seconds without zeros that say nothing. */
static void put_seconds(int64_t nanoseconds, struct bytes *text) {
  size_t start = text->length;
  bytes_append_format(text, "%.6f", (double)(nanoseconds > 0 ? nanoseconds : 0) / 1e9);
  while (text->length > start + 1 && text->data[text->length - 1] == '0')
    text->length--;
  if (text->data[text->length - 1] == '.')
    text->length--;
}

static void put_steps(struct script *script, struct bytes *text) {
  struct step *steps = (struct step *)script->steps.data;
  size_t count = script->steps.length / sizeof *steps;
  int64_t before = 0;
  if (count > 0)
    qsort(steps, count, sizeof *steps, compare);
  for (size_t i = 0; i < count; i++) {
    const struct step *step = &steps[i];
    if (!step->comment) {
      int64_t since = before ? step->time - before : 0;
      bytes_append_text(text, before ? "+" : "");
      put_seconds(since, text);
      if (step->end) {
        bytes_append_text(text, "...");
        put_seconds(since + step->end - step->time, text);
      }
      bytes_append_char(text, ' ');
      before = step->time;
    }
    bytes_append(text, script->texts.data + step->text, step->text_end - step->text);
    bytes_append_char(text, '\n');
  }
}

/* What the hosts of a lab have that others have not, as far as it decides what is sent. */
static const char head[] =
    "// Made by socksh: the calls of %s, what it sent, and what came. All data is zeros here.\n"
    "`sysctl -q net.ipv4.tcp_rmem=\"4096 131072 6291456\" net.ipv4.tcp_wmem=\"4096 16384 "
    "4194304\"\n"
    "sysctl -q net.ipv4.tcp_congestion_control=reno net.ipv4.tcp_min_tso_segs=64`\n\n";

static long long write_script(struct timeline *timeline, const struct program_request *request,
                              struct bytes *text) {
  struct script script = {.request = request};
  if (!request->host) {
    bytes_append_text(text,
                      _("// No connection of TCP was seen on a lab's wire: there is nothing for a "
                        "script.\n"));
    return text->failed ? -1 : 0;
  }
  uint64_t lost = timeline_walk(timeline, 1, EVENT_BIT(EVENT_CALL_FINISH) | EVENT_BIT(EVENT_PACKET),
                                take, &script);
  bool failed = script.steps.failed || script.texts.failed || script.sent.failed;
  bytes_append_format(text, head, request->host);
  if (!failed)
    put_steps(&script, text);
  failed = failed || text->failed;
  bytes_free(&script.steps);
  bytes_free(&script.texts);
  bytes_free(&script.sent);
  return failed ? -1 : (long long)lost;
}

const struct program_language program_packetdrill = {
    .name = "packetdrill",
    .ending = ".pkt",
    .runs = "socksh FILE",
    .write = write_script,
};
