/* line_reader: a file that is read line by line, in memory that is as large as its longest line. */
#ifndef SOCKSH_SYSTEM_LINE_READER_H
#define SOCKSH_SYSTEM_LINE_READER_H

#include <stdint.h>

#include "language/bytes.h"

/* Zeroed but for `descriptor` and `limit`, it is at the file's beginning. */
struct line_reader {
  int descriptor;     /* the caller's, who also closes it */
  size_t limit;       /* lines of more bytes are passed over */
  struct bytes bytes; /* what was read, from the line on that was given out last */
  size_t from;        /* what was not given out yet */
  bool over;          /* nothing more is in the file */
  bool within;        /* the rest of a line that was too long comes next */
  uint64_t lines;     /* given out so far */
};

/* A line without its newline; it is there until the next one is read. */
struct line_read {
  const char *text; /* NULL: it was too long */
  size_t length;
  bool ended; /* there was a newline */
};

/* Reads the next line. 1, 0 at the end of the file, or -1 with errno set. */
int line_reader_next(struct line_reader *reader, struct line_read *line);

/* Back to the beginning. 0, or -1 with errno set. */
int line_reader_rewind(struct line_reader *reader);

void line_reader_free(struct line_reader *reader);

#endif
