/* answer: what a command answers: a table of typed rows, or text. How it looks is a view's
 * business. */
#ifndef SOCKSH_TIMELINE_ANSWER_H
#define SOCKSH_TIMELINE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "language/bytes.h"

enum answer_kind {
  ANSWER_TABLE, /* columns and rows */
  ANSWER_TEXT,  /* paragraphs for a person, from this program */
  ANSWER_DATA,  /* bytes from outside, to be shown escaped, with a newline behind them */
  ANSWER_RAW,   /* bytes to be written exactly as they are */
};

enum cell_kind {
  CELL_EMPTY,
  CELL_TEXT, /* words of this program or of the user */
  CELL_DATA, /* bytes from outside */
  CELL_NUMBER,
  CELL_ADDRESS, /* the text of an address; its port may be the kernel's choice */
  CELL_PORT,    /* in `number`: a port, which may be the kernel's choice */
  CELL_YES,     /* a mark that is there or not */
  CELL_TIME,    /* nanoseconds, in `number`: a duration, which differs each time */
};

struct cell {
  enum cell_kind kind;
  long long number;
  size_t offset; /* where in `text` of the answer */
  size_t length;
};

struct answer {
  enum answer_kind kind;
  const char *name;           /* what a machine calls it: "status" */
  const char *const *columns; /* the names of the columns, ended by NULL; a table's header */
  bool headless;              /* no header is shown: one row, or name and value */
  bool again;                 /* it takes the place of the one before, which it brings up to date */
  struct bytes cells;         /* struct cell, row by row; owned */
  struct bytes text;          /* the bytes of all cells, or the text or the data; owned */
};

void answer_text(struct answer *answer, const char *name);
void answer_table(struct answer *answer, const char *name, const char *const *columns);
void answer_free(struct answer *answer);

/* The next cell of the table, row by row. */
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

/* True when memory ran out on the way. */
bool answer_failed(const struct answer *answer);

#endif
