/* ladder_text: the ladder as lines of text. */
#ifndef SOCKSH_VIEW_LADDER_LADDER_TEXT_H
#define SOCKSH_VIEW_LADDER_LADDER_TEXT_H

#include "view/ladder/ladder_model.h"

/* The fewest columns it is drawn in. */
enum { LADDER_LEAST_WIDTH = 60 };

/* A call that takes as long says so, in nanoseconds. */
enum { LADDER_WORTH_TELLING = 100000000 };

/* How many lifelines have room in so many columns. */
size_t ladder_text_lines(size_t width);

/* Appends the whole ladder, no line of it wider than `width` columns (at least LADDER_LEAST_WIDTH).
 */
void ladder_text_append(const struct ladder *ladder, size_t width, struct bytes *bytes);

/* The same in parts, for one that grows: the names of the lifelines, and the rows. */
void ladder_text_append_heading(const struct ladder *ladder, size_t width, struct bytes *bytes);
void ladder_text_append_rows(const struct ladder *ladder, size_t width, struct bytes *bytes);

#endif
