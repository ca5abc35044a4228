/* ladder_span: calls that return further down than they began. */
#ifndef SOCKSH_VIEW_LADDER_LADDER_SPAN_H
#define SOCKSH_VIEW_LADDER_LADDER_SPAN_H

#include "view/ladder/ladder_model.h"

/* A row was added: it may end a call that had begun, or begin one. */
void ladder_span_take(struct ladder *ladder, struct ladder_row *row, const struct event *event);

/* An event without a row of its own goes with the last row, or the first. */
void ladder_span_join(struct ladder *ladder, const struct event *event);

/* Calls during which something else has happened are drawn where they began, too. */
void ladder_span_begin(struct ladder *ladder);

#endif
