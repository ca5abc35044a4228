#include "view/ladder/ladder_span.h"

#include <stdlib.h>
#include <string.h>

#include "view/ladder/ladder_rows.h"

/* A call that has begun and not returned, by the row that says so; or the serial of an event that
 * has no row (row 0). */
struct ladder_start {
  uint64_t serial;
  size_t row; /* 1 + its number */
};

static size_t number_of(const struct ladder *ladder, const struct ladder_row *row) {
  return (size_t)(row - ladder_row(ladder, 0));
}

static struct ladder_start *start_of(const struct ladder *ladder, uint64_t serial) {
  struct ladder_start *starts = (struct ladder_start *)ladder->starts.data;
  for (size_t i = ladder->starts.length / sizeof *starts; i-- > 0;)
    if (starts[i].serial == serial && starts[i].row > 0)
      return &starts[i];
  return NULL;
}

static void drop_start(struct ladder *ladder, struct ladder_start *start) {
  struct ladder_start *starts = (struct ladder_start *)ladder->starts.data;
  size_t count = ladder->starts.length / sizeof *starts;
  size_t at = (size_t)(start - starts);
  memmove(start, start + 1, (count - at - 1) * sizeof *starts);
  ladder->starts.length -= sizeof *starts;
}

/* Serials that came before the first row. */
static void take_waiting(struct ladder *ladder, struct ladder_row *row) {
  struct ladder_start *starts = (struct ladder_start *)ladder->starts.data;
  while (ladder->starts.length > 0 && starts[0].row == 0) {
    ladder_rows_add_serial(ladder, row, starts[0].serial);
    drop_start(ladder, starts);
  }
}

/* The row that says that a call has begun goes on until it has returned. One that nothing came
 * behind says nothing: it goes into the row of the return. */
static void take_finish(struct ladder *ladder, struct ladder_row *row, uint64_t start_event) {
  struct ladder_start *start = start_event ? start_of(ladder, start_event) : NULL;
  if (!start)
    return;
  struct ladder_row *began = ladder_row(ladder, start->row - 1);
  bool behind = number_of(ladder, row) == start->row;
  if (behind && row->took < 200000000) {
    began->flags |= LADDER_PART;
    ladder_rows_join(ladder, row, began);
  }
  drop_start(ladder, start);
}

void ladder_span_take(struct ladder *ladder, struct ladder_row *row, const struct event *event) {
  take_waiting(ladder, row);
  if (event->kind == EVENT_CALL_FINISH)
    take_finish(ladder, row, event->call->start_event ? event->call->start_event : event->cause);
  if (event->kind == EVENT_CALL_BLOCKED) {
    struct ladder_start *start = start_of(ladder, event->call->start_event);
    if (start) { /* it says more than that the call has begun */
      struct ladder_row *began = ladder_row(ladder, start->row - 1);
      began->flags |= LADDER_PART;
      ladder_rows_join(ladder, row, began);
      start->row = number_of(ladder, row) + 1;
    }
  }
  if (event->kind == EVENT_CALL_START) {
    struct ladder_start start = {event->serial, number_of(ladder, row) + 1};
    bytes_append(&ladder->starts, &start, sizeof start);
  }
}

void ladder_span_join(struct ladder *ladder, const struct event *event) {
  size_t count = ladder_row_count(ladder);
  if (count > 0)
    ladder_rows_add_serial(ladder, ladder_row(ladder, count - 1), event->serial);
  else
    bytes_append(&ladder->starts, &(struct ladder_start){.serial = event->serial},
                 sizeof(struct ladder_start));
}

static bool is_shown(const struct ladder_row *row) {
  return !(row->flags & (LADDER_PART | LADDER_GROUPED));
}

/* Where a call that ended in this row began: the row in front of which nothing had happened since.
 * That of the row itself where nothing came between. */
static size_t began_at(const struct ladder *ladder, size_t number) {
  const struct ladder_row *row = ladder_row(ladder, number);
  int64_t began = row->time - row->took;
  size_t at = number;
  bool between = false;
  for (size_t i = number; i-- > 0;) {
    const struct ladder_row *other = ladder_row(ladder, i);
    if (other->time <= began || (other->serial == row->statement && row->statement))
      break;
    if (!is_shown(other))
      continue;
    if (other->kind == LADDER_START && other->socket == row->socket && other->line == row->line)
      return number; /* it was said that it blocks */
    at = i;
    between = between || other->kind == LADDER_PACKET || other->line != row->line;
  }
  return between ? at : number;
}

/* A row that says that the call has begun: "connect(3, ...)". */
static struct ladder_row began_row(struct ladder *ladder, const struct ladder_row *row) {
  struct ladder_row began = *row;
  const char *text = ladder_text(ladder, row->text);
  size_t length = row->text_end - row->text;
  const char *comma = memchr(text, ',', length);
  const char *end = memchr(text, ')', length);
  size_t kept = comma && (!end || comma < end) ? (size_t)(comma - text) : 0;
  struct bytes said = {0};
  began.kind = LADDER_START;
  began.more = 0;
  began.time = row->time - row->took;
  began.flags = 0;
  began.alike = row->alike ? row->alike + 1 : 0;
  bytes_append(&said, text, kept > 0 ? kept : end ? (size_t)(end - text) : length);
  bytes_append_text(&said, kept > 0 ? ", ...)" : ")");
  began.text = ladder->texts.length;
  bytes_append(&ladder->texts, said.data, said.length);
  began.text_end = ladder->texts.length;
  bytes_free(&said);
  return began;
}

struct insertion {
  size_t before; /* the row in front of which it goes */
  struct ladder_row row;
};

static int compare_insertions(const void *first, const void *second) {
  const struct insertion *a = first;
  const struct insertion *b = second;
  if (a->before != b->before)
    return a->before < b->before ? -1 : 1;
  return a->row.time < b->row.time ? -1 : a->row.time > b->row.time;
}

static void insert(struct ladder *ladder, struct bytes *insertions) {
  struct insertion *list = (struct insertion *)insertions->data;
  size_t count = insertions->length / sizeof *list;
  size_t next = 0;
  struct bytes rows = {0};
  if (count == 0)
    return;
  qsort(list, count, sizeof *list, compare_insertions);
  for (size_t i = 0; i < ladder_row_count(ladder); i++) {
    for (; next < count && list[next].before == i; next++)
      bytes_append(&rows, &list[next].row, sizeof list[next].row);
    bytes_append(&rows, ladder_row(ladder, i), sizeof(struct ladder_row));
  }
  bytes_free(&ladder->rows);
  ladder->rows = rows;
}

void ladder_span_begin(struct ladder *ladder) {
  struct bytes insertions = {0};
  for (size_t i = 0; i < ladder_row_count(ladder); i++) {
    const struct ladder_row *row = ladder_row(ladder, i);
    if (row->kind != LADDER_CALL || row->took <= 0 || !is_shown(row))
      continue;
    struct insertion insertion = {.before = began_at(ladder, i)};
    if (insertion.before == i)
      continue;
    insertion.row = began_row(ladder, row);
    bytes_append(&insertions, &insertion, sizeof insertion);
  }
  insert(ladder, &insertions);
  bytes_free(&insertions);
}
