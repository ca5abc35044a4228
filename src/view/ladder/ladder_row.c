#include "view/ladder/ladder_row.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "packet/packet.h"
#include "view/ladder/ladder_detail.h"
#include "view/notation/line.h"
#include "view/notation/packet_label.h"
#include "view/notation/packet_line.h"
#include "view/notation/program_line.h"
#include "view/notation/service_line.h"

/* Appends text of which it is not known what is in it, without what --stable hides. */
static void put_escaped(struct ladder *ladder, const char *text, size_t length) {
  struct bytes aliased = {0};
  if (ladder->settings.stable) {
    alias_append_text(ladder->notation.aliases, text, length, &aliased);
    text = bytes_text(&aliased);
    length = aliased.length;
  }
  escape_append_plain(&ladder->texts, text, length, false, ladder->notation.style);
  bytes_free(&aliased);
}

/* An event as one line, in the notation of the ladder where it matters for --stable. */
static void put_line(struct ladder *ladder, const struct event *event, struct bytes *line) {
  bool stable = ladder->settings.stable;
  if (event->kind == EVENT_PACKET && stable) {
    bytes_append_format(line, "%u ", event->packet.number);
    packet_append_line(&ladder->notation, &event->packet, line);
  } else if (event->kind == EVENT_SERVICE && stable) {
    notation_append_service(&ladder->notation, event->service, line);
  } else if (event->kind == EVENT_PROGRAM && event->program->phase == PROGRAM_STARTED && stable) {
    bytes_append_format(line, _("%s began: %s"), event->program->name, event->program->text);
  } else {
    line_append_event(event, line);
  }
}

/* The whole event as one line, as the log has it. */
static void put_whole(struct ladder *ladder, struct ladder_row *row, const struct event *event) {
  struct bytes line = {0};
  row->whole = ladder->texts.length;
  if (event->kind == EVENT_CALL_FINISH)
    notation_append_call(&ladder->notation, event->call, &line);
  else if (event->kind == EVENT_STATE)
    notation_append_state(&ladder->notation, event->state, &line);
  else
    put_line(ladder, event, &line);
  put_escaped(ladder, bytes_text(&line), line.length);
  row->whole_end = ladder->texts.length;
  bytes_free(&line);
}

/* Which thread of a program it was, where that is not the first. */
static void put_thread(struct ladder *ladder, const struct event *event) {
  if (event->actor && (event->host || strchr(event->actor->name, '.')))
    bytes_append_format(&ladder->texts, "%s: ", event->actor->name);
}

static bool fill_typed(struct ladder *ladder, struct ladder_row *row, const struct event *event) {
  const struct event_statement *line = &event->line;
  row->kind = LADDER_TYPED;
  row->statement = event->serial;
  if (!ladder->source[0] && strcmp(line->source, "-c") == 0)
    snprintf(ladder->source, sizeof ladder->source, "%.*s", (int)line->length, line->text);
  else if (!ladder->source[0])
    snprintf(ladder->source, sizeof ladder->source, "%s", line->source);
  if (ladder->settings.stable)
    alias_keep_ports(ladder->notation.aliases, line->text, line->length);
  escape_append_plain(&ladder->texts, line->text, line->length, false, ladder->notation.style);
  return line->depth == 0 && event->job == 0;
}

/* Rows of the same call on the same lifeline repeat one another. */
static uint64_t alike(const struct ladder_row *row, uint64_t what) {
  uint64_t mixed = (uint64_t)row->kind * 31 + (uint64_t)(unsigned)row->line;
  mixed = mixed * 31 + (uint64_t)(unsigned)row->other;
  return mixed * 1000003 + what + 1;
}

static bool fill_call(struct ladder *ladder, struct ladder_row *row, const struct event *event) {
  const struct call *call = event->call;
  bool finished = event->kind == EVENT_CALL_FINISH;
  if (ladder->settings.stable && !finished)
    return false; /* how long it takes depends on timing */
  put_thread(ladder, event);
  row->socket = call->subject.id;
  if (!finished) {
    row->kind = LADDER_START;
    notation_append_started(&ladder->notation, call, &ladder->texts);
    if (event->kind == EVENT_CALL_BLOCKED)
      bytes_append_text(&ladder->texts, _(" blocks"));
    return true;
  }
  row->kind = LADDER_CALL;
  row->flags = call_has_failed(call) ? LADDER_FAILED : 0;
  row->took = call->began && call->ended ? call->ended - call->began : 0;
  row->alike = alike(row, (uint64_t)call->name * 2 + (call->error != 0));
  if (call->result > 0 && call_row(call)->direction != MOVES_NOTHING)
    row->bytes = (uint64_t)call->result;
  notation_append_call(&ladder->notation, call, &ladder->texts);
  return true;
}

/* Whose state it is, where more than one socket stands at the lifeline. */
static void put_whose(struct ladder *ladder, const struct ladder_row *row,
                      const struct socket_label *label) {
  const struct ladder_line *line = row->line >= 0 ? ladder_line(ladder, row->line) : NULL;
  if (line && line->kind == LADDER_SOCKET && line->socket == label->id)
    return;
  if (label->name[0] && !label->of_program)
    bytes_append_format(&ladder->texts, "%s ", label->name);
  else if (label->descriptor >= 0)
    bytes_append_format(&ladder->texts, "%d ", label->descriptor);
}

static void put_standing(struct ladder *ladder, enum socket_role role) {
  static const char *const standings[ROLE_LAST + 1] = {
      [ROLE_QUEUED] = N_(" (queue)"),
      [ROLE_LINGERING] = N_(" (closed)"),
      [ROLE_OF_SERVICE] = N_(" (served)"),
      [ROLE_SUBFLOW] = N_(" (subflow)"),
  };
  const char *standing = (unsigned)role <= ROLE_LAST ? standings[role] : NULL;
  bytes_append_text(&ladder->texts, standing ? _(standing) : "");
}

static bool fill_state(struct ladder *ladder, struct ladder_row *row, const struct event *event) {
  const struct event_state *state = event->state;
  const char *reason = line_reason(state->reason);
  if (state->asked && ladder->settings.stable)
    return false; /* it depends on what was seen before */
  row->kind = LADDER_STATE;
  row->state = state->now.state;
  row->socket = ladder_detail_key(&state->socket);
  row->id = state->socket.id;
  row->alike = alike(row, (uint64_t)state->now.state * 16 + (unsigned)state->socket.role);
  put_whose(ladder, row, &state->socket);
  constant_append(&constant_states, state->now.state, &ladder->texts);
  put_standing(ladder, state->socket.role);
  if (reason[0] && state->reason != REASON_PEER_FIN)
    bytes_append_format(&ladder->texts, ": %s", reason);
  return true;
}

static void put_tcp(struct ladder *ladder, const struct event_packet *event,
                    const struct packet *packet) {
  struct bytes *texts = &ladder->texts;
  uint32_t sequence = packet->sequence - (event->relative ? event->sequence_base : 0);
  uint32_t next = sequence + (uint32_t)packet->payload_length;
  packet_flags_append(packet->flags, texts);
  if (packet->payload_length > 0)
    bytes_append_format(texts, " %u:%u", sequence, next);
  else if (packet->flags & (FLAG_SYN | FLAG_FIN | FLAG_RST))
    bytes_append_format(texts, " seq %u", sequence);
  if (packet->flags & FLAG_ACK)
    bytes_append_format(texts, " ack %u",
                        packet->acknowledgment -
                            (event->relative ? event->acknowledgment_base : 0));
  if (packet->flags & FLAG_SYN) {
    struct bytes options = {0};
    packet_append_options(&ladder->notation, event, &options);
    size_t length = strcspn(bytes_text(&options), ",");
    if (length > 0)
      bytes_append_char(texts, ' ');
    bytes_append(texts, bytes_text(&options), length);
    bytes_free(&options);
  }
}

/* What no TCP segment is: as tcpdump writes it, without its ends. */
static void put_other_packet(struct ladder *ladder, const struct event_packet *event) {
  struct event_packet nameless = *event;
  nameless.source = nameless.target = "";
  nameless.labels = 0;
  packet_append_line(&ladder->notation, &nameless, &ladder->texts);
}

static bool fill_packet(struct ladder *ladder, struct ladder_row *row, const struct event *event) {
  const struct event_packet *shown = &event->packet;
  struct packet packet;
  if (ladder->settings.stable && (shown->unseen || shown->fate == PACKET_AGAIN))
    return false; /* how many there are depends on timing */
  packet_read(shown->bytes, shown->length, shown->total, &packet);
  bool tcp = packet.has_transport && packet.protocol == IPPROTO_TCP;
  row->kind = LADDER_PACKET;
  row->fate = shown->fate;
  row->number = shown->number;
  row->took = shown->since;
  row->bytes = packet.payload_length;
  row->flags = shown->labels ? LADDER_MARKED : 0;
  bool plain = tcp && !(packet.flags & (FLAG_SYN | FLAG_FIN | FLAG_RST | FLAG_URG));
  if (plain && shown->fate == PACKET_CROSSED && !shown->labels && !shown->reason[0])
    row->flags |= LADDER_BULK;
  row->alike = alike(row, (uint64_t)packet.flags * 64 + (unsigned)shown->fate);
  bytes_append_format(&ladder->texts, "%u ", shown->number);
  if (tcp)
    put_tcp(ladder, shown, &packet);
  else
    put_other_packet(ladder, shown);
  packet_append_labels(shown, &ladder->texts);
  if (shown->reason[0]) {
    bytes_append_text(&ladder->texts, " (");
    put_escaped(ladder, shown->reason, strlen(shown->reason));
    bytes_append_text(&ladder->texts, ")");
  }
  return true;
}

static uint64_t hash_of(const char *text) {
  uint64_t hash = 14695981039346656037ULL; /* FNV-1a */
  for (; *text; text++)
    hash = (hash ^ (unsigned char)*text) * 1099511628211ULL;
  return hash;
}

static void hold_service(struct ladder_row *row, const struct event_service *service) {
  uint64_t connection = service->phase >= SERVICE_ENDED ? UINT32_MAX : service->connection;
  row->id = (uint64_t)service->number << 40 | (connection & UINT32_MAX) << 8 | service->phase;
  if (service->phase != SERVICE_STARTED)
    row->held = ladder_held_for(HELD_SERVICE, service->number);
  row->collects = service->phase == SERVICE_COLLECTED;
}

static void hold_program(struct ladder_row *row, const struct event_program *program) {
  static const enum ladder_holder streams[] = {HELD_OUTPUT, HELD_ERRORS};
  enum program_phase phase = program->phase;
  bool of_stream = phase == PROGRAM_PRINTED || phase == PROGRAM_AWAITED;
  row->id = 1ULL << 62 | (uint64_t)program->number << 8 | phase;
  row->offset = program->offset;
  if (of_stream)
    row->held = ladder_held_for(streams[program->stream], program->number);
  else if (phase == PROGRAM_ENDED || phase == PROGRAM_COLLECTED)
    row->held = ladder_held_for(HELD_END, program->number);
  row->collects = phase == PROGRAM_AWAITED || phase == PROGRAM_COLLECTED;
}

static bool fill_remark(struct ladder *ladder, struct ladder_row *row, const struct event *event) {
  struct bytes line = {0};
  if (event->kind == EVENT_SERVICE)
    hold_service(row, event->service);
  else if (event->kind == EVENT_PROGRAM)
    hold_program(row, event->program);
  put_line(ladder, event, &line);
  row->kind = LADDER_REMARK;
  if (event->kind == EVENT_NOTE)
    bytes_append_text(&ladder->texts, "# ");
  put_escaped(ladder, bytes_text(&line), line.length);
  /* What a program prints is shown to its last line, however alike. */
  row->alike = event->kind == EVENT_PROGRAM ? 0 : alike(row, hash_of(bytes_text(&line)));
  bytes_free(&line);
  return true;
}

/* A job's line has said that it began, and what it did is there: only a bad end is news. */
static bool fill_job(struct ladder *ladder, struct ladder_row *row, const struct event *event) {
  enum event_job_phase phase = event->about_job.phase;
  if (phase == JOB_COLLECTED && ladder->settings.stable) {
    row->kind = LADDER_REMARK;
    row->flags = LADDER_PART;
    row->held = ladder_held_for(HELD_JOB, event->about_job.number);
    row->collects = true;
    return true;
  }
  return (phase == JOB_FAILED || phase == JOB_KILLED) && fill_remark(ladder, row, event);
}

static bool fill_test(struct ladder *ladder, struct ladder_row *row, const struct event *event) {
  const struct event_test *test = &event->test;
  row->kind = LADDER_TEST;
  row->flags = test->passed ? 0 : LADDER_FAILED;
  bytes_append_text(&ladder->texts, test->skipped  ? _("skipped: ")
                                    : test->passed ? _("passed: ")
                                                   : _("FAILED: "));
  /* What was compared is measured, and differs each time: its names stand in the line above. */
  bool measured = ladder->settings.stable && test->passed && strcmp(test->what, "assert") == 0;
  const char *text = measured ? test->what : test->text;
  put_escaped(ladder, text, strlen(text));
  if (test->passed)
    return true;
  bytes_append_text(&ladder->texts, _("  got "));
  put_escaped(ladder, test->got, strlen(test->got));
  return true;
}

static bool fill_error(struct ladder *ladder, struct ladder_row *row, const struct event *event) {
  fill_remark(ladder, row, event);
  row->kind = LADDER_ERROR;
  row->flags = LADDER_FAILED;
  return true;
}

/* What ends a statement, or shows how far something is, is told by others. */
static bool fill_nothing(struct ladder *ladder, struct ladder_row *row, const struct event *event) {
  (void)ladder;
  (void)row;
  (void)event;
  return false;
}

static bool (*const fillers[EVENT_LAST + 1])(struct ladder *ladder, struct ladder_row *row,
                                             const struct event *event) = {
    [EVENT_STATEMENT] = fill_typed,   [EVENT_CALL_START] = fill_call,
    [EVENT_CALL_BLOCKED] = fill_call, [EVENT_CALL_FINISH] = fill_call,
    [EVENT_STATE] = fill_state,       [EVENT_ANSWER] = fill_nothing,
    [EVENT_NOTE] = fill_remark,       [EVENT_ERROR] = fill_error,
    [EVENT_JOB] = fill_job,           [EVENT_TEST] = fill_test,
    [EVENT_RESULT] = fill_nothing,    [EVENT_FILE] = fill_nothing,
    [EVENT_PACKET] = fill_packet,     [EVENT_SERVICE] = fill_remark,
    [EVENT_PROGRESS] = fill_nothing,  [EVENT_COUNTER] = fill_remark,
    [EVENT_PROGRAM] = fill_remark,    [EVENT_SETTINGS] = fill_nothing,
    [EVENT_SAMPLE] = fill_nothing,
};

bool ladder_row_fill(struct ladder *ladder, struct ladder_row *row, const struct event *event) {
  bool (*fill)(struct ladder *, struct ladder_row *, const struct event *) =
      (unsigned)event->kind <= EVENT_LAST ? fillers[event->kind] : NULL;
  row->text = ladder->texts.length;
  if (!fill || !fill(ladder, row, event)) {
    ladder->texts.length = row->text;
    return false;
  }
  row->text_end = ladder->texts.length;
  if (!ladder->settings.live)
    put_whole(ladder, row, event);
  if (ladder->settings.detailed)
    ladder_detail_put(ladder, row, event);
  return true;
}

const char *ladder_row_fate(const struct ladder_row *row) {
  switch (row->fate) {
  case PACKET_HELD:
    return _("held");
  case PACKET_DROPPED:
    return _("dropped");
  case PACKET_LOST:
    return _("lost");
  case PACKET_AGAIN:
    return _("sent again, held");
  case PACKET_CHANGED:
    return _("changed, held");
  case PACKET_CROSSED:
    break;
  }
  return "";
}
