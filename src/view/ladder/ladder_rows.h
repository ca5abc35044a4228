/* ladder_rows: the rows of a ladder, and the serials of their events. */
#ifndef SOCKSH_VIEW_LADDER_LADDER_ROWS_H
#define SOCKSH_VIEW_LADDER_LADDER_ROWS_H

#include "view/ladder/ladder_model.h"

/* Appends a row. NULL when there is no memory. */
struct ladder_row *ladder_rows_add(struct ladder *ladder, const struct ladder_row *row);

/* Adds a serial to a row's. */
void ladder_rows_add_serial(struct ladder *ladder, struct ladder_row *row, uint64_t serial);

/* Calls `each` for every serial of a row, the first one of its own. */
void ladder_rows_each_serial(const struct ladder *ladder, const struct ladder_row *row,
                             void (*each)(uint64_t serial, void *context), void *context);

/* Adds all serials of another row, which `row` then stands for. */
void ladder_rows_join(struct ladder *ladder, struct ladder_row *row,
                      const struct ladder_row *other);

#endif
