#include "view/ladder/ladder_fold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "view/ladder/ladder_rows.h"

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
    if (i == first)
      continue;
    row->flags |= LADDER_GROUPED;
    ladder_rows_join(ladder, &folded, row);
  }
  folded.text = folded.whole = ladder->texts.length;
  say_fold(ladder, &fold);
  folded.text_end = folded.whole_end = ladder->texts.length;
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
