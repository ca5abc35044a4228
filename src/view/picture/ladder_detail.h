/* ladder_detail: what a page tells of a row beside its text, as JSON for its script. */
#ifndef SOCKSH_VIEW_PICTURE_LADDER_DETAIL_H
#define SOCKSH_VIEW_PICTURE_LADDER_DETAIL_H

#include "view/picture/ladder_model.h"

/* Adds the details of a row. */
void ladder_detail_put(struct ladder *ladder, struct ladder_row *row, const struct event *event);

/* Appends a text as a string of JavaScript, in which nothing ends the script that it is in. */
void ladder_detail_put_text(struct bytes *bytes, const char *text, size_t length);

#endif
