#include "view/notation/table_layout.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "language/loss.h"

/* The width of text in columns of a terminal: UTF-8 characters, two columns for wide ones. */
static size_t width_of(const char *text, size_t length) {
  size_t width = 0;
  for (size_t at = 0; at < length;) {
    uint32_t point = 0;
    size_t size = utf8_decode(text + at, length - at, &point);
    int columns = size > 1 ? wcwidth((wchar_t)point) : 1;
    width += columns > 0 ? (size_t)columns : 0;
    at += size ? size : 1;
  }
  return width;
}

/* A duration to about three digits: 0.412 ms, 58.2 s, 1 h 59 min. */
static void append_time(long long nanoseconds, struct bytes *bytes) {
  double seconds = (double)nanoseconds / 1e9;
  if (nanoseconds >= 3600000000000)
    bytes_append_format(bytes, "%lld h %lld min", nanoseconds / 3600000000000,
                        nanoseconds / 60000000000 % 60);
  else if (nanoseconds >= 60000000000)
    bytes_append_format(bytes, "%lld min %lld s", nanoseconds / 60000000000,
                        nanoseconds / 1000000000 % 60);
  else if (nanoseconds >= 1000000000)
    bytes_append_format(bytes, "%.1f s", seconds);
  else if (nanoseconds % 1000000 == 0) /* the kernel counts some times in milliseconds alone */
    bytes_append_format(bytes, "%lld ms", nanoseconds / 1000000);
  else
    bytes_append_format(bytes, "%.3f ms", seconds * 1e3);
}

static void append_address(const char *text, size_t length, enum escape_style style,
                           struct aliases *aliases, struct bytes *bytes) {
  struct bytes plain = {0};
  escape_append_plain(&plain, text, length, false, style);
  if (aliases)
    alias_append_text(aliases, bytes_text(&plain), plain.length, bytes);
  else
    bytes_append(bytes, plain.data, plain.length);
  bytes_free(&plain);
}

static void append_cell(const struct answer *answer, const struct cell *cell,
                        enum escape_style style, struct aliases *aliases, struct bytes *bytes) {
  const char *text = answer_cell_text(answer, cell);
  switch (cell->kind) {
  case CELL_EMPTY:
    bytes_append_char(bytes, '-');
    break;
  case CELL_NUMBER:
    bytes_append_number(bytes, cell->number);
    break;
  case CELL_PORT:
    if (aliases)
      alias_append_port(aliases, (int)cell->number, bytes);
    else
      bytes_append_number(bytes, cell->number);
    break;
  case CELL_YES:
    bytes_append_char(bytes, cell->number ? '>' : ' ');
    break;
  case CELL_TIME:
    if (aliases) /* it differs every time */
      bytes_append_char(bytes, 'T');
    else
      append_time(cell->number, bytes);
    break;
  case CELL_DATA:
    escape_append_quoted(bytes, text, cell->length, 64, style);
    break;
  case CELL_ADDRESS:
    append_address(text, cell->length, style, aliases, bytes);
    break;
  case CELL_TEXT:
    escape_append_plain(bytes, text, cell->length, false, style);
    break;
  }
}

struct layout {
  const struct answer *answer;
  size_t columns;
  size_t rows;
  struct bytes text; /* the text of all cells */
  struct bytes ends; /* size_t: where each cell's text ends */
  struct column {
    size_t width;
    bool right; /* numbers only */
  } * shape;
};

/* Renders each cell once, to measure the widths. Row 0 is the header. */
static void measure(struct layout *layout, enum escape_style style, struct aliases *aliases) {
  const struct answer *answer = layout->answer;
  for (size_t row = 0; row < layout->rows + 1; row++)
    for (size_t column = 0; column < layout->columns; column++) {
      size_t start = layout->text.length;
      if (row == 0 && !answer->headless)
        bytes_append_text(&layout->text, answer->columns[column]);
      else if (row > 0)
        append_cell(answer, answer_cell(answer, row - 1, column), style, aliases, &layout->text);
      size_t width =
          width_of(layout->text.data ? layout->text.data + start : "", layout->text.length - start);
      if (width > layout->shape[column].width)
        layout->shape[column].width = width;
      bytes_append(&layout->ends, &layout->text.length, sizeof layout->text.length);
    }
}

static bool right_aligned(const struct layout *layout, size_t column) {
  for (size_t row = 0; row < layout->rows; row++) {
    enum cell_kind kind = answer_cell(layout->answer, row, column)->kind;
    if (kind != CELL_NUMBER && kind != CELL_TIME && kind != CELL_EMPTY)
      return false;
  }
  return layout->rows > 0;
}

static void append_row(const struct layout *layout, size_t row, size_t indent,
                       struct bytes *bytes) {
  const size_t *ends = (const size_t *)layout->ends.data + row * layout->columns;
  const char *text = layout->text.data ? layout->text.data : ""; /* of cells that are all empty */
  size_t start = row || layout->columns == 0 ? ends[-1] : 0;
  size_t pending = indent; /* spaces are held back, so that no line ends with them */
  for (size_t column = 0; column < layout->columns; column++) {
    size_t length = ends[column] - start;
    size_t width = width_of(text + start, length);
    size_t gap = layout->shape[column].width - width;
    bool right = layout->shape[column].right;
    if (right)
      pending += gap;
    if (length > 0 && !(length == 1 && text[start] == ' ')) {
      for (; pending > 0; pending--)
        bytes_append_char(bytes, ' ');
      bytes_append(bytes, text + start, length);
    } else {
      pending += length;
    }
    pending += (right ? 0 : gap) + 2;
    start = ends[column];
  }
  bytes_append_char(bytes, '\n');
}

void table_append(const struct answer *answer, size_t indent, enum escape_style style,
                  struct aliases *aliases, struct bytes *bytes) {
  struct layout layout = {
      .answer = answer, .columns = answer_column_count(answer), .rows = answer_row_count(answer)};
  layout.shape = calloc(layout.columns ? layout.columns : 1, sizeof *layout.shape);
  if (!layout.shape)
    loss_of_memory();
  if (layout.shape && layout.columns > 0) {
    for (size_t column = 0; answer->widths && column + 1 < layout.columns; column++)
      layout.shape[column].width = answer->widths[column];
    measure(&layout, style, aliases);
    for (size_t column = 0; column < layout.columns; column++)
      layout.shape[column].right = right_aligned(&layout, column);
    bool complete = !layout.text.failed && !layout.ends.failed;
    for (size_t row = answer->headless ? 1 : 0; complete && row < layout.rows + 1; row++)
      append_row(&layout, row, indent, bytes);
  }
  free(layout.shape);
  bytes_free(&layout.text);
  bytes_free(&layout.ends);
}
