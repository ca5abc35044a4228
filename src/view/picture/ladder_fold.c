/* ladder_fold: calls that return further down than they began, and rows that repeat. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "view/picture/ladder_part.h"

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
    ladder_add_serial(ladder, row, starts[0].serial);
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
    ladder_add_serial(ladder, row, began->serial);
  }
  drop_start(ladder, start);
}

void ladder_take_start(struct ladder *ladder, struct ladder_row *row, const struct event *event) {
  take_waiting(ladder, row);
  if (event->kind == EVENT_CALL_FINISH)
    take_finish(ladder, row, event->call->start_event ? event->call->start_event : event->cause);
  if (event->kind == EVENT_CALL_BLOCKED) {
    struct ladder_start *start = start_of(ladder, event->call->start_event);
    if (start) { /* it says more than that the call has begun */
      struct ladder_row *began = ladder_row(ladder, start->row - 1);
      began->flags |= LADDER_PART;
      ladder_add_serial(ladder, row, began->serial);
      start->row = number_of(ladder, row) + 1;
    }
  }
  if (event->kind == EVENT_CALL_START) {
    struct ladder_start start = {event->serial, number_of(ladder, row) + 1};
    bytes_append(&ladder->starts, &start, sizeof start);
  }
}

static bool is_shown(const struct ladder_row *row) {
  return !(row->flags & (LADDER_PART | LADDER_GROUPED));
}

/* What has been counted of rows that repeat. */
struct fold {
  size_t packets, calls, rows;
  uint64_t packet_bytes, sent; /* of packets; of calls */
};

static void count_row(struct fold *fold, const struct ladder_row *row) {
  fold->rows++;
  if (row->kind == LADDER_PACKET) {
    fold->packets++;
    fold->packet_bytes += row->bytes;
  } else if (row->kind == LADDER_CALL) {
    fold->calls++;
    fold->sent += row->bytes;
  }
}

static void append_grouped(struct bytes *bytes, uint64_t number) {
  char digits[32];
  int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
  for (int i = 0; i < length; i++) {
    if (i > 0 && (length - i) % 3 == 0)
      bytes_append_char(bytes, ',');
    bytes_append_char(bytes, digits[i]);
  }
}

static void say_fold(struct ladder *ladder, const struct fold *fold) {
  struct bytes *texts = &ladder->texts;
  const char *between = "";
  if (fold->packets > 0) {
    append_grouped(texts, fold->packets);
    bytes_append_text(texts, fold->packets == 1 ? _(" segment, ") : _(" segments, "));
    append_grouped(texts, fold->packet_bytes);
    bytes_append_text(texts, _(" bytes"));
    between = "; ";
  }
  if (fold->calls > 0) {
    bytes_append_text(texts, between);
    append_grouped(texts, fold->calls);
    bytes_append_text(texts, fold->calls == 1 ? _(" call, ") : _(" calls, "));
    append_grouped(texts, fold->sent);
    bytes_append_text(texts, _(" bytes"));
    between = "; ";
  }
  if (fold->rows > fold->packets + fold->calls) {
    bytes_append_text(texts, between);
    append_grouped(texts, fold->rows - fold->packets - fold->calls);
    bytes_append_text(texts, _(" more like those above"));
  }
}

/* Groups the rows from `first` up to `end`: the first of them becomes the one that counts them. */
static void group(struct ladder *ladder, size_t first, size_t end) {
  struct fold fold = {0};
  struct ladder_row folded = *ladder_row(ladder, first);
  folded.kind = LADDER_FOLD;
  folded.flags = 0;
  for (size_t i = first; i < end; i++) {
    struct ladder_row *row = ladder_row(ladder, i);
    if (!is_shown(row))
      continue;
    count_row(&fold, row);
    if (i > first) {
      row->flags |= LADDER_GROUPED;
      ladder_add_serial(ladder, &folded, row->serial);
      for (size_t at = row->more; at > 0;) {
        struct {
          uint64_t serial;
          size_t next;
        } *all = (void *)ladder->serials.data;
        uint64_t serial = all[at - 1].serial;
        at = all[at - 1].next;
        ladder_add_serial(ladder, &folded, serial);
      }
    }
  }
  folded.text = ladder->texts.length;
  say_fold(ladder, &fold);
  folded.text_end = ladder->texts.length;
  folded.whole = folded.text;
  folded.whole_end = folded.text_end;
  folded.number = (unsigned)fold.rows;
  *ladder_row(ladder, first) = folded;
}

/* The next row from here that is shown; the number of rows: none. */
static size_t next_shown(const struct ladder *ladder, size_t at) {
  while (at < ladder_row_count(ladder) && !is_shown(ladder_row(ladder, at)))
    at++;
  return at;
}

/* The end of a run of data and ACKs that crossed, from here on; *count how many they are. */
static size_t bulk_end(const struct ladder *ladder, size_t at, size_t *count) {
  size_t end = at;
  *count = 0;
  while (at < ladder_row_count(ladder) && ladder_row(ladder, at)->kind == LADDER_PACKET &&
         ladder_row(ladder, at)->flags & LADDER_BULK) {
    ++*count;
    end = at + 1;
    at = next_shown(ladder, at + 1);
  }
  return end;
}

static void fold_bulk(struct ladder *ladder) {
  enum { LEAST = 8, KEPT = 2 };
  for (size_t at = next_shown(ladder, 0); at < ladder_row_count(ladder);) {
    size_t count;
    size_t end = bulk_end(ladder, at, &count);
    if (count >= LEAST) { /* the first and the last are worth to be seen */
      size_t first = at;
      for (int i = 0; i < KEPT; i++)
        first = next_shown(ladder, first + 1);
      size_t last = end;
      for (int left = KEPT; left > 0 && last > first; left -= is_shown(ladder_row(ladder, last)))
        last--;
      group(ladder, first, last);
    }
    at = next_shown(ladder, end > at ? end : at + 1);
  }
}

/* How many of the rows, whose numbers are in `shown`, repeat with this period from `at` on. */
static size_t repeated(const struct ladder *ladder, const size_t *shown, size_t count, size_t at,
                       size_t period) {
  size_t end = at + period;
  while (end < count) {
    const struct ladder_row *row = ladder_row(ladder, shown[end]);
    if (row->alike == 0 || row->alike != ladder_row(ladder, shown[end - period])->alike)
      break;
    end++;
  }
  return (end - at) / period * period;
}

/* The shown rows as a list of numbers. NULL when there is no memory. */
static size_t *list_shown(struct ladder *ladder, size_t *count) {
  size_t *shown = malloc((ladder_row_count(ladder) + 1) * sizeof *shown);
  *count = 0;
  for (size_t i = 0; shown && i < ladder_row_count(ladder); i++)
    if (is_shown(ladder_row(ladder, i)))
      shown[(*count)++] = i;
  return shown;
}

static void fold_rounds(struct ladder *ladder) {
  enum { LONGEST = 12, LEAST = 4 };
  size_t count;
  size_t *shown = list_shown(ladder, &count);
  for (size_t at = 0; shown && at < count;) {
    size_t step = 1;
    for (size_t period = 1; period <= LONGEST && ladder_row(ladder, shown[at])->alike; period++) {
      size_t covered = repeated(ladder, shown, count, at, period);
      if (covered / period < LEAST)
        continue;
      group(ladder, shown[at + period], shown[at + covered - 1] + 1);
      step = covered;
      break;
    }
    at += step;
  }
  free(shown);
}

void ladder_fold(struct ladder *ladder) {
  fold_bulk(ladder);
  fold_rounds(ladder);
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
    if (other->time <= began || (other->serial == row->statement && row->statement) ||
        (other->kind == LADDER_START && other->socket == row->socket && other->line == row->line))
      break;
    if (!is_shown(other))
      continue;
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

/* Calls during which something else has happened are drawn where they began, too. */
static void put_beginnings(struct ladder *ladder) {
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

/* Of two, the one that sends the first packet stands at the left, as in every textbook. */
static void order_lines(struct ladder *ladder) {
  if (ladder_line_count(ladder) != 2)
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

void ladder_end(struct ladder *ladder) {
  if (ladder->settings.stable)
    ladder_order(ladder);
  order_lines(ladder);
  ladder_assign(ladder);
  hide(ladder);
  if (!ladder->settings.stable)
    put_beginnings(ladder);
  if (!ladder->settings.unfolded)
    ladder_fold(ladder);
  ladder->failed = ladder->failed || ladder->rows.failed || ladder->texts.failed ||
                   ladder->lines.failed || ladder->serials.failed;
}
