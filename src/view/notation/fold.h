/* fold: makes text fit the columns of a terminal. Lines break between words, never inside one. */
#ifndef SOCKSH_VIEW_NOTATION_FOLD_H
#define SOCKSH_VIEW_NOTATION_FOLD_H

#include <stdbool.h>
#include <stddef.h>

#include "language/bytes.h"

/* How many columns text takes: UTF-8 characters, two columns for wide ones, none for the sequences
 * that switch colours. */
size_t fold_width(const char *text, size_t length);

/* Appends lines, each in at most `width` columns where its words allow it. What goes on in the next
 * line is indented: to the column where a list's second column began, or by four. Of a word that
 * is too long alone, a quoted string goes on as a second one, as in C; others break behind one
 * of | , / = or nowhere. `paragraphs`: of a line that is folded, the next ones go on in the same
 * paragraph, as long as they are indented alike. A width of 0 is unlimited. */
void fold_append(const char *text, size_t length, size_t width, bool paragraphs,
                 struct bytes *bytes);

#endif
