/* wire_list: the command that lists what the wire holds, and what it does to packets. */
#include "lab/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "command/invocation.h"
#include "lab/lab.h"
#include "language/number.h"
#include "session/session_lab.h"
#include "view/notation/line.h"

static void append_seconds(struct bytes *text, int64_t nanoseconds) {
  double seconds = (double)nanoseconds / 1e9;
  bytes_append_format(text, seconds < 1000 ? "%.3g" : "%.0f", seconds);
}

/* Appends "sent 3 times, at 0, 1 and 2 s". */
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
  char rooms[WIRE_ROOMS][64];
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

static void append_duration(const char *what, int64_t duration, struct bytes *text) {
  bytes_append_text(text, what);
  duration_append(text, duration);
}

static void append_shape(struct wire_way *way, struct bytes *text) {
  const struct wire_shape *shape = &way->shape;
  size_t start = text->length;
  if (shape->cut)
    bytes_append_text(text, _(", cut"));
  if (shape->delay > 0)
    append_duration(_(", delay "), shape->delay, text);
  if (shape->jitter > 0)
    append_duration(shape->delay > 0 ? _(" jitter ") : _(", jitter "), shape->jitter, text);
  if (shape->loss > 0)
    bytes_append_format(text, _(", loss %g%%"), shape->loss * 100);
  if (shape->rate > 0)
    bytes_append_format(text, _(", rate %" PRIu64 " bits a second"), shape->rate);
  if (shape->rate > 0 && shape->queue > 0)
    bytes_append_format(text, _(", %zu of %u in its queue"),
                        wire_queue_length(&way->queue, clock_monotonic()), shape->queue);
  if (text->length == start)
    bytes_append_text(text, _(", undisturbed"));
}

/* Lists the ways between hosts that are delayed, lossy, limited or cut. */
static void append_ways(const struct wire *wire, struct bytes *text) {
  for (size_t i = 0; i < wire->link_count; i++)
    for (size_t j = 0; j < wire->link_count; j++) {
      const struct wire_link *from = wire->links[i];
      const struct wire_link *to = wire->links[j];
      struct wire_way *way = &from->ways[j];
      if (i == j || from->lan != to->lan || !wire_is_shaped(&way->shape))
        continue;
      bytes_append_format(text, "  %s > %s", from->host->host.name, to->host->host.name);
      if (wire->lan_count > 1)
        bytes_append_format(text, _(" on %s"), from->lan->name);
      append_shape(way, text);
      bytes_append_char(text, '\n');
    }
}

static int run_wire(struct invocation *invocation) {
  static const char *const columns[] = {N_("N"), N_("PACKET"), "", NULL};
  struct wire *wire = session_lab_wire(invocation->runner->session, invocation->error);
  struct answer answer;
  struct answer words;
  if (!wire)
    return -1;
  wire_lock(wire);
  wire_count_lost(wire);
  size_t count = wire->held.count;
  answer_table(&answer, "held", columns);
  answer.matters = "..1";
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

const struct command command_wire = {
    .name = "wire",
    .group = GROUP_LAB,
    .parts = true,
    .results = {"number of packets held"},
    .summary = N_("lists the packets that the wire holds"),
    .manual = N_(
        "Each has the number by which the commands below know it, and stands in the order in which "
        "`step` lets them across. What the kernel sent again while it was held is told beside it: "
        "it is one packet here. What `wire delay`, loss, rate, queue and cut do is listed, too."),
    .blocks = N_("never"),
    .example = "lab\nwire hold\nc = @client socket inet dgram\nsendto c hi server:9\nwire",
    .pages = "socksh-lab(7)",
    .run = run_wire,
};
