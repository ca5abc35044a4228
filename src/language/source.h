/* source: a text being run, with its name, so that an error can show the line it is about. */
#ifndef SOCKSH_LANGUAGE_SOURCE_H
#define SOCKSH_LANGUAGE_SOURCE_H

#include <stddef.h>

#include "language/bytes.h"
#include "language/error.h"

struct source {
  char *name;          /* what errors call it: the path, "-c", "stdin"; owned */
  char *text;          /* the whole text, owned; may hold any byte */
  size_t length;       /* bytes of text */
  unsigned first_line; /* the number of its first line, from 1 */
  _Atomic unsigned references;
};

/* Takes a copy of the name and the text. NULL when there is no memory. One reference is the
 * caller's. */
struct source *source_create(const char *name, const char *text, size_t length,
                             unsigned first_line);
struct source *source_retain(struct source *source);
void source_release(struct source *source);

/* The number of the line that holds this offset. */
unsigned source_line_number(const struct source *source, size_t offset);

/* The line that holds this offset, without its end. */
void source_line(const struct source *source, size_t offset, const char **line, size_t *length);

/* The line that a place is in, as far as a person needs to see it: of a long one the part around
 * the place. */
struct excerpt {
  const char *text; /* NULL: none */
  size_t length;
  size_t at;       /* where in it the place begins */
  size_t marked;   /* how long the place is */
  unsigned column; /* where it begins in the whole line, in bytes, from 1; 0: the error is about no
                      word */
};

/* Nothing where the place is empty. The text is the source's. */
struct excerpt source_excerpt(const struct source *source, struct place place);

/* Adds the excerpt, indented, and a second line with carets under the place. Bytes that are not
 * printable ASCII are escaped. */
void excerpt_append(const struct excerpt *excerpt, struct bytes *bytes);

#endif
