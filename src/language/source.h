/* source: a text to run, with its name, so that an error can show the line it is about. */
#ifndef SOCKSH_LANGUAGE_SOURCE_H
#define SOCKSH_LANGUAGE_SOURCE_H

#include <stddef.h>

#include "language/bytes.h"
#include "language/error.h"

struct source {
  char *name;          /* its name in errors: the path, "-c", "stdin"; owned */
  char *text;          /* the whole text, owned; may hold any byte */
  size_t length;       /* bytes of text */
  unsigned first_line; /* the number of its first line, counted from 1 */
  _Atomic unsigned references;
};

/* Copies the name and the text. One reference, the caller's; NULL when there is no memory. */
struct source *source_create(const char *name, const char *text, size_t length,
                             unsigned first_line);
struct source *source_retain(struct source *source);
void source_release(struct source *source);

/* How many lines end between two offsets, the first not behind the second. */
unsigned source_newlines(const struct source *source, size_t from, size_t to);

/* The line at this offset, without its line ending. */
void source_line(const struct source *source, size_t offset, const char **line, size_t *length);

/* The line that a place is in, as much as a person needs to see: for a long line, the part around
 * the place. */
struct excerpt {
  const char *text; /* NULL: none */
  size_t length;
  size_t at;       /* where the place begins in `text` */
  size_t marked;   /* length of the place, in bytes */
  unsigned column; /* where it begins in the whole line, in bytes, from 1; 0: the error is about no
                      particular word */
};

/* Empty if the place is empty. The text belongs to the source. */
struct excerpt source_excerpt(const struct source *source, struct place place);

/* Appends the excerpt, indented, and a second line with carets under the place. Bytes that are not
 * printable ASCII are escaped. `width`: columns of the screen; 0: unlimited. */
void excerpt_append(const struct excerpt *excerpt, size_t width, struct bytes *bytes);

#endif
