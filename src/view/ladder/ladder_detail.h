/* ladder_detail: what a page tells of a row beside its text, as JSON for its script. */
#ifndef SOCKSH_VIEW_LADDER_LADDER_DETAIL_H
#define SOCKSH_VIEW_LADDER_LADDER_DETAIL_H

#include "view/ladder/ladder_model.h"

/* Adds the details of a row. */
void ladder_detail_put(struct ladder *ladder, struct ladder_row *row, const struct event *event);

/* Adds the numbers of a socket that was watched: [serial, socket, {field: value}]. */
void ladder_detail_add_sample(struct ladder *ladder, const struct event *event);

/* What tells a socket from others: a connection has the same cookie in its listener's queue and
 * when it is accepted. */
uint64_t ladder_detail_key(const struct socket_label *label);

/* Says what the call of an event is in a language. */
void ladder_detail_add_code(struct ladder *ladder, uint64_t serial, enum ladder_code language,
                            const char *text, size_t length);

/* The number of that text; -1: there is none. */
long ladder_detail_code(const struct ladder *ladder, uint64_t serial, enum ladder_code language);

/* Appends a text as a string of JavaScript, in which nothing ends the script that it is in. */
void ladder_detail_put_text(struct bytes *bytes, const char *text, size_t length);

#endif
