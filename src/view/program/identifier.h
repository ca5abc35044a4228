/* identifier: names of variables, each given once, and none that the language has already. */
#ifndef SOCKSH_VIEW_PROGRAM_IDENTIFIER_H
#define SOCKSH_VIEW_PROGRAM_IDENTIFIER_H

#include <stdbool.h>
#include <stddef.h>

#include "language/bytes.h"

enum { IDENTIFIER_SIZE = 64 };

struct identifiers {
  struct bytes slots; /* struct identifier_slot, a hash table of the names given */
  size_t count;
  bool failed; /* out of memory */
};

/* Makes a new name of a wish: the wish itself, or with a number behind it. `name` has
 * IDENTIFIER_SIZE bytes. */
void identifier_make(struct identifiers *identifiers, const char *wish, char *name);
void identifiers_free(struct identifiers *identifiers);

#endif
