#include "commands/kernel/states_count.h"

#include <string.h>

#include "language/error.h"

/* Where the columns are that are looked at; SIZE_MAX: there is none. */
struct places {
  size_t host;
  size_t kind;
  size_t state;
  size_t receive_queue;
  size_t send_queue;
};

/* Rows that are alike, and their sums. */
struct sum {
  size_t row; /* the first of them */
  long long count;
  long long receive_queue;
  long long send_queue;
};

static size_t place_of(const struct answer *states, const char *name) {
  for (size_t i = 0; states->columns[i]; i++)
    if (strcmp(states->columns[i], name) == 0)
      return i;
  return SIZE_MAX;
}

static bool same_cell(const struct answer *states, size_t column, size_t one, size_t other) {
  if (column == SIZE_MAX)
    return true;
  const struct cell *a = answer_cell(states, one, column);
  const struct cell *b = answer_cell(states, other, column);
  return a->kind == b->kind && bytes_equal(answer_cell_text(states, a), a->length,
                                           answer_cell_text(states, b), b->length);
}

static bool alike(const struct answer *states, const struct places *places, size_t one,
                  size_t other) {
  return same_cell(states, places->host, one, other) &&
         same_cell(states, places->kind, one, other) &&
         same_cell(states, places->state, one, other);
}

/* The limit of a listener's queue stands in its SENDQ, and is no number of bytes. */
static long long queue_of(const struct answer *states, size_t row, size_t column,
                          const struct places *places) {
  const struct cell *cell = answer_cell(states, row, column);
  const struct cell *state = answer_cell(states, row, places->state);
  bool listens =
      bytes_equal(answer_cell_text(states, state), state->length, "LISTEN", strlen("LISTEN"));
  return cell->kind == CELL_NUMBER && !listens ? cell->number : 0;
}

static void add(const struct answer *states, const struct places *places, size_t row,
                struct bytes *sums) {
  struct sum *sum = (struct sum *)sums->data;
  size_t count = sums->length / sizeof *sum;
  struct sum fresh = {.row = row};
  while (count > 0 && !alike(states, places, sum->row, row))
    sum++, count--;
  if (count == 0) {
    bytes_append(sums, &fresh, sizeof fresh);
    if (sums->failed)
      return;
    sum = (struct sum *)(sums->data + sums->length) - 1;
  }
  sum->count++;
  sum->receive_queue += queue_of(states, row, places->receive_queue, places);
  sum->send_queue += queue_of(states, row, places->send_queue, places);
}

static void copy_cell(const struct answer *states, size_t row, size_t column,
                      struct answer *answer) {
  const struct cell *cell = answer_cell(states, row, column);
  if (cell->kind == CELL_EMPTY)
    answer_add_empty(answer);
  else
    answer_add_bytes(answer, cell->kind, answer_cell_text(states, cell), cell->length);
}

void states_count(const struct answer *states, struct answer *answer) {
  static const char *const columns[] = {N_("HOST"),  N_("KIND"),  N_("STATE"), N_("SOCKETS"),
                                        N_("RECVQ"), N_("SENDQ"), NULL};
  struct places places = {place_of(states, "HOST"), place_of(states, "KIND"),
                          place_of(states, "STATE"), place_of(states, "RECVQ"),
                          place_of(states, "SENDQ")};
  struct bytes sums = {0};
  for (size_t row = 0; row < answer_row_count(states); row++)
    add(states, &places, row, &sums);
  answer_table(answer, "states-count", columns + (places.host == SIZE_MAX));
  const struct sum *sum = (const struct sum *)sums.data;
  for (size_t i = 0; i < sums.length / sizeof *sum; i++) {
    if (places.host != SIZE_MAX)
      copy_cell(states, sum[i].row, places.host, answer);
    copy_cell(states, sum[i].row, places.kind, answer);
    copy_cell(states, sum[i].row, places.state, answer);
    answer_add_number(answer, sum[i].count);
    answer_add_number(answer, sum[i].receive_queue);
    answer_add_number(answer, sum[i].send_queue);
  }
  answer->cells.failed |= sums.failed;
  bytes_free(&sums);
}
