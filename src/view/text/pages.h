/* pages: an answer for the pager. It is held until it is whole, and is then shown at once if it
 * fits the screen. */
#ifndef SOCKSH_VIEW_TEXT_PAGES_H
#define SOCKSH_VIEW_TEXT_PAGES_H

#include "view/output.h"

/* A zeroed struct holds nothing. */
struct pages {
  struct bytes text; /* its end; the beginning of a very long one is in `file` */
  size_t lines;
  int file; /* a descriptor of an unlinked file; 0: none */
};

/* Adds the next part of the answer. */
void pages_add(struct pages *pages, const struct bytes *part);

/* True while an answer is held of which more is to come. */
bool pages_hold(const struct pages *pages);

/* Hands the answer to the output: to the pager if it has more than `rows` lines, or else as it
 * is. */
void pages_end(struct pages *pages, size_t rows, struct output *output);

void pages_free(struct pages *pages);

#endif
