/* ladder_row: what each kind of event says in its row. */
#ifndef SOCKSH_VIEW_LADDER_LADDER_ROW_H
#define SOCKSH_VIEW_LADDER_LADDER_ROW_H

#include "view/ladder/ladder_model.h"

/* Fills in what the row of an event says. False if it has none of its own. */
bool ladder_row_fill(struct ladder *ladder, struct ladder_row *row, const struct event *event);

/* What became of a packet, where it has not just crossed; else "". */
const char *ladder_row_fate(const struct ladder_row *row);

#endif
