#include "view/ladder/ladder_stable.h"

#include <stdlib.h>
#include <string.h>

/* If there is no memory, the ladder has failed; the program goes on. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

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

/* The rows that are held back for somebody. */
struct holder {
  uint64_t whom; /* of ladder_held_for() */
  struct bytes rows;
  UT_hash_handle hh;
};

struct order {
  struct ladder *ladder;
  struct holder *holders;
  struct bytes rows; /* the rows in their new order */
  uint64_t service;  /* what is held back for it is shown with the next line; 0: none */
};

/* Appends rows in their order to the new ones: those of the numbers in `held`. */
static void put_in_order(struct order *order, const struct bytes *held) {
  size_t count = held->length / sizeof(size_t);
  struct placed *list = malloc((count + 1) * sizeof *list);
  if (!list) {
    order->ladder->failed = true;
    return;
  }
  for (size_t i = 0; i < count; i++)
    list[i] = place(order->ladder, held, ((const size_t *)held->data)[i]);
  qsort(list, count, sizeof *list, compare);
  for (size_t i = 0; i < count; i++)
    bytes_append(&order->rows, ladder_row(order->ladder, list[i].row), sizeof(struct ladder_row));
  free(list);
}

static struct holder *find(const struct order *order, uint64_t whom) {
  struct holder *holder;
  HASH_FIND(hh, order->holders, &whom, sizeof whom, holder);
  return holder;
}

static void release(struct order *order, uint64_t whom) {
  struct holder *holder = find(order, whom);
  if (!holder)
    return;
  put_in_order(order, &holder->rows);
  bytes_clear(&holder->rows);
}

/* Of a program's stream, the lines that begin before the offset up to which somebody has waited. */
static void release_before(struct order *order, uint64_t whom, uint64_t offset) {
  struct holder *holder = find(order, whom);
  struct bytes shown = {0};
  struct bytes left = {0};
  if (!holder)
    return;
  const size_t *rows = (const size_t *)holder->rows.data;
  for (size_t i = 0; i < holder->rows.length / sizeof *rows; i++)
    bytes_append(ladder_row(order->ladder, rows[i])->offset < offset ? &shown : &left, &rows[i],
                 sizeof *rows);
  order->ladder->failed = order->ladder->failed || shown.failed || left.failed;
  put_in_order(order, &shown);
  bytes_free(&shown);
  bytes_free(&holder->rows);
  holder->rows = left;
}

/* What a row that collects has waited for. */
static void collect(struct order *order, const struct ladder_row *row) {
  unsigned number = (unsigned)(row->held >> 3);
  switch ((enum ladder_holder)(row->held & 7)) {
  case HELD_OUTPUT:
  case HELD_ERRORS:
    release_before(order, row->held, row->offset);
    break;
  case HELD_END:
    release(order, ladder_held_for(HELD_OUTPUT, number));
    release(order, ladder_held_for(HELD_ERRORS, number));
    release(order, row->held);
    break;
  default:
    release(order, row->held);
  }
}

/* The end of a service and the news that it was noticed come in any order. */
static void collect_service(struct order *order) {
  if (order->service)
    release(order, order->service);
  order->service = 0;
}

static void hold(struct order *order, uint64_t whom, size_t row) {
  struct holder *holder = find(order, whom);
  if (!holder && (holder = calloc(1, sizeof *holder))) {
    holder->whom = whom;
    HASH_ADD(hh, order->holders, whom, sizeof whom, holder);
    if (!holder->hh.tbl) {
      free(holder);
      holder = NULL;
    }
  }
  if (holder)
    bytes_append(&holder->rows, &row, sizeof row);
  order->ladder->failed = order->ladder->failed || !holder || holder->rows.failed;
}

static int by_whom(const struct holder *a, const struct holder *b) {
  return a->whom < b->whom ? -1 : a->whom > b->whom;
}

static void release_rest(struct order *order) {
  struct holder *holder;
  struct holder *next;
  HASH_SORT(order->holders, by_whom);
  HASH_ITER(hh, order->holders, holder, next) {
    put_in_order(order, &holder->rows);
    HASH_DEL(order->holders, holder);
    bytes_free(&holder->rows);
    free(holder);
  }
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
  struct order order = {.ladder = ladder};
  for (size_t i = 0; i < ladder_row_count(ladder); i++) {
    const struct ladder_row *row = ladder_row(ladder, i);
    bool typed = row->kind == LADDER_TYPED;
    bool of_service = (row->held & 7) == HELD_SERVICE;
    if (typed)
      release(&order, HELD_NOT);
    if (typed || (row->collects && order.service != row->held))
      collect_service(&order);
    if (row->collects && of_service)
      order.service = row->held;
    else if (row->collects)
      collect(&order, row);
    if (typed || (row->collects && !of_service && !(row->flags & LADDER_PART)))
      bytes_append(&order.rows, row, sizeof *row);
    else if (!(row->flags & LADDER_PART))
      hold(&order, row->held, i);
  }
  release_rest(&order);
  ladder->failed = ladder->failed || order.rows.failed;
  bytes_free(&ladder->rows);
  ladder->rows = order.rows;
  number_rows(ladder);
  if (!ladder->ordered)
    order_lifelines(ladder);
}
