/* table_layout: an answer's rows as aligned columns of text. */
#ifndef SOCKSH_VIEW_NOTATION_TABLE_LAYOUT_H
#define SOCKSH_VIEW_NOTATION_TABLE_LAYOUT_H

#include "language/escape.h"
#include "timeline/answer.h"
#include "view/notation/alias.h"

/* How a table looks. */
struct table_style {
  size_t indent;           /* spaces before each line */
  size_t width;            /* columns of the screen; 0: unlimited */
  enum escape_style style; /* how bytes from outside are escaped */
  struct aliases *aliases; /* NULL: everything is shown unchanged */
  const char *note_on;     /* switches the colour of a note on, and off again; NULL: none */
  const char *note_off;
  struct bytes *left_out; /* the columns that were said to be left out, which need not be said
                             again; NULL: say it in any case */
  struct bytes *rows; /* the rows of the table that this one brings up to date, without their times;
                         replaced by this one's; NULL: it is a new one */
  const char *changed_on; /* with `rows`: switches the colour of a row that has changed on, and off;
                             NULL: none */
  const char *changed_off;
};

/* Appends the table. One that is wider than the screen loses the columns that are empty; then, by
 * what answer.matters says of each, columns that are left out, which is said below, and columns
 * that stand below their row, with their name. The text of the last one is folded. */
void table_append(const struct answer *answer, const struct table_style *look, struct bytes *bytes);

#endif
