/* answer: what a command answers: a table of typed rows, or text. How it looks is up to the
 * view. */
#ifndef SOCKSH_TIMELINE_ANSWER_H
#define SOCKSH_TIMELINE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "language/bytes.h"

enum answer_kind {
  ANSWER_TABLE, /* columns and rows */
  ANSWER_TEXT,  /* paragraphs for a person, from this program */
  ANSWER_DATA,  /* bytes from outside, shown escaped, with a newline after them */
  ANSWER_RAW,   /* bytes written exactly as they are */
};

enum cell_kind {
  CELL_EMPTY,
  CELL_TEXT, /* words from this program or the user */
  CELL_DATA, /* bytes from outside */
  CELL_NUMBER,
  CELL_ADDRESS, /* the text of an address; the kernel may have chosen its port */
  CELL_PORT,    /* a port, in `number`; the kernel may have chosen it */
  CELL_YES,     /* a mark that is either set or not */
  CELL_TIME,    /* a duration in nanoseconds, in `number`; it differs each time */
  CELL_LINE,    /* a line to be typed: it is not broken, however narrow the screen */
  /* Saved timelines have these numbers. */
};

struct cell {
  enum cell_kind kind;
  long long number;
  size_t offset; /* in the `text` of the answer */
  size_t length;
};

struct answer {
  enum answer_kind kind;
  const char *name;            /* its name for a machine: "status" */
  const char *const *columns;  /* the names of the columns, ended by NULL; a table's header */
  const char *matters;         /* where a table is too wide, a character for each column: 'a' to
                                  'c' may be left out, a first; '1' to '9' go below their row, 1
                                  first; '^', of the first column, becomes a heading; '.' stays;
                                  NULL: all stay */
  bool headless;               /* no header is shown: one row, or name and value */
  bool again;                  /* it replaces the previous answer, which it brings up to date */
  bool continues;              /* it goes on where the previous answer, a part, has stopped */
  bool unbroken;               /* of text: its lines are never broken, however narrow the screen;
                                  not kept */
  bool more;                   /* it is a part: another follows */
  const unsigned char *widths; /* the least widths of all columns but the last, so that those of
                                  several parts are the same; NULL: none */
  size_t left_out;    /* as it was kept: how many of its rows, or bytes of text, are not there */
  struct bytes cells; /* struct cell, row by row; owned */
  struct bytes text;  /* the bytes of all cells, or the text or the data; owned */
};

void answer_text(struct answer *answer, const char *name);
void answer_table(struct answer *answer, const char *name, const char *const *columns);
void answer_free(struct answer *answer);

/* Appends the next cell of the table, row by row. */
void answer_add_text(struct answer *answer, const char *text);
void answer_add_bytes(struct answer *answer, enum cell_kind kind, const void *data, size_t length);
void answer_add_number(struct answer *answer, long long number);
void answer_add_port(struct answer *answer, int port);
void answer_add_yes(struct answer *answer, bool yes);
void answer_add_time(struct answer *answer, int64_t nanoseconds);
void answer_add_empty(struct answer *answer);

size_t answer_column_count(const struct answer *answer);
size_t answer_row_count(const struct answer *answer);
const struct cell *answer_cell(const struct answer *answer, size_t row, size_t column);
const char *answer_cell_text(const struct answer *answer, const struct cell *cell);

/* True if memory ran out while it was built. */
bool answer_failed(const struct answer *answer);

#endif
