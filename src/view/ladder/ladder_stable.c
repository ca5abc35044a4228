#include "view/ladder/ladder_stable.h"

#include <stdlib.h>
#include <string.h>

enum rank { RANK_CALL, RANK_PACKET, RANK_STATE, RANK_SERVICE };

struct placed {
  enum rank rank;
  uint64_t packet; /* the row that it stands behind, or is: its place among the packets; 0 */
  bool behind;     /* it is a state that the packet has brought */
  uint64_t socket;
  size_t row;
};

static int compare(const void *first, const void *second) {
  const struct placed *a = first;
  const struct placed *b = second;
  if (a->rank != b->rank)
    return a->rank < b->rank ? -1 : 1;
  if (a->packet != b->packet)
    return a->packet < b->packet ? -1 : 1;
  if (a->behind != b->behind)
    return b->behind ? -1 : 1;
  if (a->socket != b->socket)
    return a->socket < b->socket ? -1 : 1;
  return a->row < b->row ? -1 : a->row > b->row;
}

/* The packet of these rows with this serial; 0: none is. */
static uint64_t packet_of(const struct ladder *ladder, const struct bytes *held, uint64_t serial) {
  const size_t *rows = (const size_t *)held->data;
  for (size_t i = 0; serial && i < held->length / sizeof *rows; i++)
    if (ladder_row(ladder, rows[i])->serial == serial &&
        ladder_row(ladder, rows[i])->kind == LADDER_PACKET)
      return rows[i] + 1;
  return 0;
}

static struct placed place(const struct ladder *ladder, const struct bytes *held, size_t number) {
  const struct ladder_row *row = ladder_row(ladder, number);
  struct placed placed = {.rank = RANK_CALL, .row = number};
  if (row->kind == LADDER_PACKET) {
    placed.rank = RANK_PACKET;
    placed.packet = number + 1;
  } else if (row->kind == LADDER_STATE) {
    placed.packet = packet_of(ladder, held, row->cause);
    placed.rank = placed.packet ? RANK_PACKET : RANK_STATE;
    placed.behind = placed.packet != 0;
    placed.socket = row->id;
  } else if (row->id > 0) {
    placed.rank = RANK_SERVICE;
    placed.socket = row->id;
  }
  return placed;
}

/* Appends the held rows in their order to the new ones. */
static void release(struct ladder *ladder, struct bytes *held, struct bytes *rows) {
  size_t count = held->length / sizeof(size_t);
  struct placed *list = malloc((count + 1) * sizeof *list);
  if (!list) {
    ladder->failed = true;
    return;
  }
  for (size_t i = 0; i < count; i++)
    list[i] = place(ladder, held, ((const size_t *)held->data)[i]);
  qsort(list, count, sizeof *list, compare);
  for (size_t i = 0; i < count; i++)
    bytes_append(rows, ladder_row(ladder, list[i].row), sizeof(struct ladder_row));
  held->length = 0;
  free(list);
}

/* The rows that are held for a job, 0 for the foreground. */
static struct bytes *held_for(struct bytes *jobs, unsigned job) {
  static const struct bytes none = {0};
  while (jobs->length / sizeof none <= job && !jobs->failed)
    bytes_append(jobs, &none, sizeof none);
  return jobs->failed ? NULL : (struct bytes *)jobs->data + job;
}

/* The serial of a row is its number now: that of an event depends on timing, too. */
static void number_rows(struct ladder *ladder) {
  uint64_t typed = 0;
  for (size_t i = 0; i < ladder_row_count(ladder); i++) {
    struct ladder_row *row = ladder_row(ladder, i);
    if (row->kind == LADDER_TYPED)
      typed = i + 1;
    row->serial = i + 1;
    row->statement = typed;
    row->cause = 0;
    row->more = 0;
  }
}

/* The lifelines stand in the order of their first rows: which event came first depends on timing,
 * too. */
static void order_lifelines(struct ladder *ladder) {
  size_t count = ladder_line_count(ladder);
  struct bytes lines = {0};
  int *moved = malloc((count + 1) * sizeof *moved);
  if (!moved) {
    ladder->failed = true;
    return;
  }
  memset(moved, -1, (count + 1) * sizeof *moved);
  for (size_t i = 0; i < ladder_row_count(ladder); i++) {
    struct ladder_row *row = ladder_row(ladder, i);
    int *ends[] = {&row->line, &row->other};
    for (int end = 0; end < 2; end++) {
      if (*ends[end] < 0)
        continue;
      int *place = &moved[*ends[end]];
      if (*place < 0) {
        *place = (int)(lines.length / sizeof(struct ladder_line));
        bytes_append(&lines, ladder_line(ladder, *ends[end]), sizeof(struct ladder_line));
      }
      *ends[end] = *place;
    }
  }
  free(moved);
  ladder->failed = ladder->failed || lines.failed;
  bytes_free(&ladder->lines);
  ladder->lines = lines;
}

void ladder_stable_order(struct ladder *ladder) {
  enum { MOST_JOBS = 100000 };
  struct bytes jobs = {0};
  struct bytes rows = {0};
  for (size_t i = 0; i < ladder_row_count(ladder); i++) {
    const struct ladder_row *row = ladder_row(ladder, i);
    bool typed = row->kind == LADDER_TYPED;
    struct bytes *held = held_for(&jobs, row->job < MOST_JOBS && !typed ? row->job : 0);
    if (!held)
      break;
    if (typed || row->collects)
      release(ladder, held, &rows);
    if (typed)
      bytes_append(&rows, row, sizeof *row);
    else if (!row->collects && !(row->flags & LADDER_PART))
      bytes_append(held, &i, sizeof i);
  }
  for (unsigned job = 0; job < jobs.length / sizeof(struct bytes); job++) {
    struct bytes *held = (struct bytes *)jobs.data + job;
    release(ladder, held, &rows);
    bytes_free(held);
  }
  ladder->failed = ladder->failed || jobs.failed || rows.failed;
  bytes_free(&jobs);
  bytes_free(&ladder->rows);
  ladder->rows = rows;
  number_rows(ladder);
  order_lifelines(ladder);
}
