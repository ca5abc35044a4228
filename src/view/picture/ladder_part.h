/* ladder_part: what the files of the ladder share. Only for them. */
#ifndef SOCKSH_VIEW_PICTURE_LADDER_PART_H
#define SOCKSH_VIEW_PICTURE_LADDER_PART_H

#include "view/picture/ladder.h"

/* A call that has begun and not returned, by the row that says so; or the serial of an event that
 * has no row (row 0). */
struct ladder_start {
  uint64_t serial;
  size_t row; /* 1 + its number */
};

/* Fills in what the row of an event says. False if it has none of its own. */
bool ladder_row_fill(struct ladder *ladder, struct ladder_row *row, const struct event *event);

/* Adds the details of a row, for a page. */
void ladder_put_detail(struct ladder *ladder, struct ladder_row *row, const struct event *event);

/* Appends a text as a string of JavaScript, in which nothing ends the script that it is in. */
void ladder_put_script_text(struct bytes *bytes, const char *text, size_t length);

/* Appends a row. NULL when there is no memory. */
struct ladder_row *ladder_add_row(struct ladder *ladder, const struct ladder_row *row);

/* A row was added: it may end a call that had begun, or begin one. */
void ladder_take_start(struct ladder *ladder, struct ladder_row *row, const struct event *event);

/* Brings the rows into an order that does not depend on timing. */
void ladder_order(struct ladder *ladder);

/* Groups rows that repeat under a row that counts them. */
void ladder_fold(struct ladder *ladder);

#endif
