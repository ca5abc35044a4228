#include "view/ladder/ladder_rows.h"

/* One serial more of a row, and where the next of the same row is. */
struct ladder_serial {
  uint64_t serial;
  size_t next; /* 1 + its number; 0: the last */
};

void ladder_rows_add_serial(struct ladder *ladder, struct ladder_row *row, uint64_t serial) {
  struct ladder_serial added = {serial, row->more};
  if (serial == row->serial || serial == 0)
    return;
  bytes_append(&ladder->serials, &added, sizeof added);
  row->more = ladder->serials.length / sizeof added;
}

void ladder_rows_each_serial(const struct ladder *ladder, const struct ladder_row *row,
                             void (*each)(uint64_t serial, void *context), void *context) {
  each(row->serial, context);
  for (size_t at = row->more; at > 0;) {
    /* `each` may add some, which moves them. */
    struct ladder_serial one = ((const struct ladder_serial *)ladder->serials.data)[at - 1];
    each(one.serial, context);
    at = one.next;
  }
}

struct joining {
  struct ladder *ladder;
  struct ladder_row *row;
};

static void join_serial(uint64_t serial, void *context) {
  const struct joining *joining = context;
  ladder_rows_add_serial(joining->ladder, joining->row, serial);
}

void ladder_rows_join(struct ladder *ladder, struct ladder_row *row,
                      const struct ladder_row *other) {
  struct joining joining = {ladder, row};
  ladder_rows_each_serial(ladder, other, join_serial, &joining);
}

struct ladder_row *ladder_rows_add(struct ladder *ladder, const struct ladder_row *row) {
  size_t length = ladder->rows.length;
  bytes_append(&ladder->rows, row, sizeof *row);
  if (ladder->rows.length == length) {
    ladder->failed = true;
    return NULL;
  }
  return (struct ladder_row *)(ladder->rows.data + length);
}
