#include "language/source.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "language/escape.h"

struct source *source_create(const char *name, const char *text, size_t length,
                             unsigned first_line) {
  struct source *source = length < UINT32_MAX ? calloc(1, sizeof *source) : NULL;
  if (!source)
    return NULL;
  source->name = strdup(name);
  source->text = malloc(length + 1);
  if (!source->name || !source->text) {
    free(source->name);
    free(source->text);
    free(source);
    return NULL;
  }
  if (length > 0)
    memcpy(source->text, text, length);
  source->text[length] = '\0';
  source->length = length;
  source->first_line = first_line;
  source->references = 1;
  return source;
}

struct source *source_retain(struct source *source) {
  source->references++;
  return source;
}

void source_release(struct source *source) {
  if (!source || --source->references > 0)
    return;
  free(source->name);
  free(source->text);
  free(source);
}

unsigned source_newlines(const struct source *source, size_t from, size_t to) {
  unsigned count = 0;
  const char *end = source->text + (to < source->length ? to : source->length);
  for (const char *at = source->text + from;
       at < end && (at = memchr(at, '\n', (size_t)(end - at))); at++)
    count++;
  return count;
}

void source_line(const struct source *source, size_t offset, const char **line, size_t *length) {
  if (offset > source->length)
    offset = source->length;
  size_t start = offset;
  while (start > 0 && source->text[start - 1] != '\n')
    start--;
  const char *end = memchr(source->text + start, '\n', source->length - start);
  *line = source->text + start;
  *length = end ? (size_t)(end - *line) : source->length - start;
  if (*length > 0 && (*line)[*length - 1] == '\r')
    (*length)--;
}

/* How much of a line is shown before and after the place of an error; a little more is kept, so
 * that a cut can be marked. */
enum { SHOWN_BEFORE = 60, SHOWN_AFTER = 40, CARETS = 60, KEPT = 200 };

struct excerpt source_excerpt(const struct source *source, struct place place) {
  const char *line;
  size_t length;
  if (place.length == 0 || place.offset > source->length)
    return (struct excerpt){0};
  source_line(source, place.offset, &line, &length);
  size_t column = place.offset - (size_t)(line - source->text);
  if (column > length)
    column = length;
  size_t marked = place.length < CARETS ? place.length : CARETS;
  size_t first = column > KEPT ? column - KEPT : 0;
  size_t last = length - column > marked + KEPT ? column + marked + KEPT : length;
  return (struct excerpt){.text = line + first,
                          .length = last - first,
                          .at = column - first,
                          .marked = marked,
                          .column = (unsigned)column + 1};
}

/* Appends both lines, with at most so many bytes before and after the place. Returns the length of
 * the longer one. */
static size_t append_window(const struct excerpt *excerpt, size_t most_before, size_t most_after,
                            struct bytes *bytes) {
  const char *line = excerpt->text;
  size_t length = excerpt->length;
  size_t column = excerpt->at;
  size_t start = bytes->length;
  size_t first =
      column > most_before + (most_before == SHOWN_BEFORE ? 10 : 0) ? column - most_before : 0;
  size_t wide = excerpt->marked;
  if (wide > length - column)
    wide = length > column ? length - column : 1;
  size_t last = length - column > wide + most_after ? column + wide + most_after : length;
  struct bytes before = {0};
  struct bytes under = {0};
  escape_append_plain(&before, line + first, column - first, false, escape_chosen());
  escape_append_plain(&under, line + column, wide <= length - column ? wide : 0, false,
                      escape_chosen());
  size_t carets = under.length ? escape_columns(under.data, under.length) : 1;
  bytes_append_text(bytes, first > 0 ? "    ..." : "    ");
  bytes_append(bytes, before.data, before.length);
  bytes_append(bytes, under.data, under.length);
  if (last > column + wide)
    escape_append_plain(bytes, line + column + wide, last - column - wide, false, escape_chosen());
  bytes_append_text(bytes, last < length ? "...\n" : "\n");
  size_t longer = escape_columns(bytes->data + start, bytes->length - start);
  bytes_append_text(bytes, first > 0 ? "       " : "    ");
  size_t spaces = escape_columns(before.data, before.length);
  for (size_t i = 0; i < spaces; i++)
    bytes_append_char(bytes, ' ');
  for (size_t i = 0; i < carets; i++)
    bytes_append_char(bytes, '^');
  bytes_append_char(bytes, '\n');
  size_t under_it = (first > 0 ? 7 : 4) + spaces + carets + 1;
  bytes_free(&before);
  bytes_free(&under);
  return (under_it > longer ? under_it : longer) - 1;
}

void excerpt_append(const struct excerpt *excerpt, size_t width, struct bytes *bytes) {
  size_t before = SHOWN_BEFORE;
  size_t after = SHOWN_AFTER;
  size_t start = bytes->length;
  if (!excerpt->text)
    return;
  while (append_window(excerpt, before, after, bytes) > width && width > 0 && before > 0) {
    bytes->length = start; /* too long for the screen: with less around the place */
    if (after > 0)
      after -= after < 4 ? after : 4;
    else
      before -= before < 4 ? before : 4;
  }
}
