#include "view/ladder/ladder.h"

#include "view/ladder/ladder_detail.h"
#include "view/ladder/ladder_fold.h"
#include "view/ladder/ladder_lines.h"
#include "view/ladder/ladder_row.h"
#include "view/ladder/ladder_rows.h"
#include "view/ladder/ladder_span.h"
#include "view/ladder/ladder_stable.h"

void ladder_begin(struct ladder *ladder, const struct ladder_settings *settings) {
  *ladder = (struct ladder){.lines = {0}};
  ladder_set(ladder, settings);
}

void ladder_set(struct ladder *ladder, const struct ladder_settings *settings) {
  ladder->settings = *settings;
  ladder->notation = (struct notation){.preview = settings->preview,
                                       .style = settings->utf8 ? ESCAPE_UTF8 : ESCAPE_ASCII,
                                       .names = true,
                                       .arrow = "->"};
}

void ladder_free(struct ladder *ladder) {
  bytes_free(&ladder->lines);
  bytes_free(&ladder->rows);
  bytes_free(&ladder->texts);
  bytes_free(&ladder->serials);
  bytes_free(&ladder->wanted);
  bytes_free(&ladder->starts);
  bytes_free(&ladder->places);
  bytes_free(&ladder->details);
  bytes_free(&ladder->codes);
  bytes_free(&ladder->samples);
  strings_free(&ladder->strings);
  aliases_free(&ladder->aliases);
}

static bool is_in_range(const struct ladder *ladder, const struct event *event) {
  return event->serial >= ladder->settings.from &&
         (ladder->settings.to == 0 || event->serial <= ladder->settings.to);
}

/* What explains a call, or tests it, stands where the call does. */
static void remember_speaker(struct ladder *ladder, struct ladder_row *row) {
  if (row->line >= 0 && (row->kind == LADDER_CALL || row->kind == LADDER_START)) {
    ladder->speaker = row->line;
    ladder->spoken = row->statement;
    ladder->spoken_job = row->job;
  } else if (row->line < 0 && row->kind != LADDER_TYPED && row->statement > 0 &&
             row->statement == ladder->spoken && row->job == ladder->spoken_job) {
    row->line = ladder->speaker;
  }
}

void ladder_take(struct ladder *ladder, const struct event *event) {
  struct ladder_row row = {.line = -1,
                           .other = -1,
                           .serial = event->serial,
                           .event = event->serial,
                           .cause = event->cause,
                           .statement = event->statement,
                           .job = event->job,
                           .held = ladder_held_for(HELD_JOB, event->job),
                           .time = event->monotonic};
  if (ladder->settings.stable)
    ladder->notation.aliases = ladder->shared ? ladder->shared : &ladder->aliases;
  row.line = ladder_lines_of_event(ladder, event);
  if (event->kind == EVENT_PACKET) {
    const struct event_packet *packet = &event->packet;
    row.line = ladder_lines_of_end(ladder, packet->source, event->serial);
    row.other =
        ladder_lines_of_end(ladder, packet->to[0] ? packet->to : packet->target, event->serial);
  }
  if (event->kind == EVENT_ANSWER)
    ladder_lines_take_hosts(ladder, event);
  if (event->kind == EVENT_SAMPLE && ladder->settings.detailed && !ladder->settings.stable)
    ladder_detail_add_sample(ladder, event);
  if (!is_in_range(ladder, event))
    return;
  if (!ladder_row_fill(ladder, &row, event)) {
    if (!ladder->settings.live)
      ladder_span_join(ladder, event);
    return;
  }
  if (ladder->began == 0 && row.time > 0)
    ladder->began = row.time;
  if (row.time > ladder->ended)
    ladder->ended = row.time;
  remember_speaker(ladder, &row);
  struct ladder_row *added = ladder_rows_add(ladder, &row);
  if (added && !ladder->settings.live)
    ladder_span_take(ladder, added, event);
}

/* Of two, the one that sends the first packet stands at the left, as in every textbook. */
static void order_lines(struct ladder *ladder) {
  if (ladder_line_count(ladder) != 2 || ladder->ordered)
    return;
  size_t first = 0;
  while (first < ladder_row_count(ladder) && ladder_row(ladder, first)->kind != LADDER_PACKET)
    first++;
  if (first == ladder_row_count(ladder) || ladder_row(ladder, first)->line != 1)
    return;
  struct ladder_line line = *ladder_line(ladder, 0);
  *ladder_line(ladder, 0) = *ladder_line(ladder, 1);
  *ladder_line(ladder, 1) = line;
  for (size_t i = 0; i < ladder_row_count(ladder); i++) {
    struct ladder_row *row = ladder_row(ladder, i);
    row->line = row->line >= 0 ? 1 - row->line : -1;
    row->other = row->other >= 0 ? 1 - row->other : -1;
  }
}

/* Rows of those for whom nobody has asked are not shown. */
static void hide(struct ladder *ladder) {
  for (size_t i = 0; i < ladder_row_count(ladder); i++) {
    struct ladder_row *row = ladder_row(ladder, i);
    bool here = row->line >= 0 && ladder_line(ladder, row->line)->drawn >= 0;
    bool there = row->other >= 0 && ladder_line(ladder, row->other)->drawn >= 0;
    if (row->line >= 0 && !here && !there)
      row->flags |= LADDER_PART;
  }
}

void ladder_end(struct ladder *ladder) {
  if (ladder->settings.stable)
    ladder_stable_order(ladder);
  order_lines(ladder);
  ladder_lines_assign(ladder);
  hide(ladder);
  if (!ladder->settings.stable)
    ladder_span_begin(ladder);
  if (!ladder->settings.unfolded)
    ladder_fold(ladder);
  ladder->failed = ladder->failed || ladder->rows.failed || ladder->texts.failed ||
                   ladder->lines.failed || ladder->serials.failed;
}
