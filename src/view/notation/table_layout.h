/* table_layout: an answer's rows as aligned columns of text. */
#ifndef SOCKSH_VIEW_NOTATION_TABLE_LAYOUT_H
#define SOCKSH_VIEW_NOTATION_TABLE_LAYOUT_H

#include "language/escape.h"
#include "timeline/answer.h"
#include "view/notation/alias.h"

/* Appends the table, each line indented by `indent` spaces. `aliases` may be NULL. Bytes from
 * outside are escaped. */
void table_append(const struct answer *answer, size_t indent, enum escape_style style,
                  struct aliases *aliases, struct bytes *bytes);

#endif
