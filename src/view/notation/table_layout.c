#include "view/notation/table_layout.h"

#include <stdlib.h>
#include <string.h>

#include "language/loss.h"
#include "view/notation/fold.h"

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
  case CELL_LINE:
    escape_append_plain(bytes, text, cell->length, false, style);
    break;
  }
}

enum { HEADING_INDENT = 2 };

/* What becomes of a column where the table is wider than the screen. */
enum column_place { PLACE_SHOWN, PLACE_FOLDED, PLACE_GONE, PLACE_HEADING };

struct layout {
  const struct answer *answer;
  const struct table_style *look;
  size_t columns;
  size_t rows;
  size_t gap;        /* spaces between columns */
  size_t last;       /* the last column that is shown */
  size_t last_width; /* of that column, if its text is folded within it; 0: it is not */
  struct bytes text; /* the text of all cells */
  struct bytes ends; /* size_t: where each cell's text ends */
  struct column {
    size_t width;
    bool right; /* numbers only */
    bool empty; /* in every row */
    enum column_place place;
  } * shape;
};

struct cell_text {
  const char *text;
  size_t length;
};

static struct cell_text text_of(const struct layout *layout, size_t row, size_t column) {
  const size_t *ends = (const size_t *)layout->ends.data + row * layout->columns + column;
  size_t start = row == 0 && column == 0 ? 0 : ends[-1];
  const char *text = layout->text.data ? layout->text.data : ""; /* of cells that are all empty */
  return (struct cell_text){text + start, ends[0] - start};
}

static bool says_nothing(struct cell_text cell) {
  return cell.length == 0 || (cell.length == 1 && (*cell.text == ' ' || *cell.text == '-'));
}

/* Renders each cell once, to measure the widths. Row 0 is the header. */
static void measure(struct layout *layout) {
  const struct answer *answer = layout->answer;
  for (size_t column = 0; column < layout->columns; column++)
    layout->shape[column].empty = layout->rows > 0;
  for (size_t row = 0; row < layout->rows + 1; row++)
    for (size_t column = 0; column < layout->columns; column++) {
      size_t start = layout->text.length;
      if (row == 0 && !answer->headless)
        bytes_append_text(&layout->text, answer->columns[column]);
      else if (row > 0)
        append_cell(answer, answer_cell(answer, row - 1, column), layout->look->style,
                    layout->look->aliases, &layout->text);
      struct cell_text cell = {layout->text.data ? layout->text.data + start : "",
                               layout->text.length - start};
      size_t width = fold_width(cell.text, cell.length);
      if (width > layout->shape[column].width)
        layout->shape[column].width = width;
      if (row > 0 && !says_nothing(cell))
        layout->shape[column].empty = false;
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

/* The width of a row; `last`: with the last column as wide as that. */
static size_t row_width(const struct layout *layout, size_t last) {
  size_t width = layout->look->indent;
  bool first = true;
  if (layout->shape[0].place == PLACE_HEADING)
    width += HEADING_INDENT;
  for (size_t column = 0; column < layout->columns; column++) {
    if (layout->shape[column].place != PLACE_SHOWN)
      continue;
    width += (first ? 0 : layout->gap) +
             (last && column == layout->last ? last : layout->shape[column].width);
    first = false;
  }
  return width;
}

/* Whether a row fits now: as it is, or with the text of the last column folded within it. */
static bool fits(struct layout *layout) {
  enum { LEAST = 24 };
  size_t width = layout->look->width;
  layout->last_width = 0;
  for (size_t column = 0; column < layout->columns; column++)
    if (layout->shape[column].place == PLACE_SHOWN)
      layout->last = column;
  if (row_width(layout, 0) <= width)
    return true;
  if (layout->shape[layout->last].right || row_width(layout, LEAST) > width)
    return false;
  layout->last_width = width - row_width(layout, LEAST) + LEAST;
  return true;
}

/* Fits, if need be with one space between the columns. */
static bool fits_closely(struct layout *layout) {
  for (layout->gap = 2; layout->gap > 0; layout->gap--)
    if (fits(layout))
      return true;
  return false;
}

/* Takes the columns out that matter as little as `matter` says. */
static void take_out(struct layout *layout, char matter) {
  const char *matters = layout->answer->matters;
  for (size_t column = 0; column < layout->columns; column++)
    if (matters[column] == matter && layout->shape[column].place == PLACE_SHOWN)
      layout->shape[column].place = matter == '^'   ? PLACE_HEADING
                                    : matter >= 'a' ? PLACE_GONE
                                                    : PLACE_FOLDED;
}

/* Makes rows fit the screen: first without the columns that are empty, then without those that
 * matter least. */
static void squeeze(struct layout *layout) {
  static const char order[] = "^abc123456789";
  layout->gap = 2;
  if (layout->look->width == 0 || fits(layout))
    return;
  /* The parts of one table lose none, since others may have something there. */
  bool whole = !layout->answer->headless && !layout->answer->widths;
  for (size_t column = 0; whole && column < layout->columns; column++)
    if (layout->shape[column].empty)
      layout->shape[column].place = PLACE_GONE;
  if (fits_closely(layout))
    return;
  for (const char *matter = order; layout->answer->matters && *matter; matter++) {
    take_out(layout, *matter);
    if (fits_closely(layout))
      return;
  }
  layout->gap = 2;
  layout->last_width = 0;
  if (layout->columns > 1 && !layout->shape[layout->columns - 1].right)
    layout->shape[layout->columns - 1].place = PLACE_FOLDED;
}

/* Appends a cell of the last column, folded within it. */
static void append_last(const struct layout *layout, struct cell_text cell, size_t indent,
                        struct bytes *bytes) {
  struct bytes folded = {0};
  fold_append(cell.text, cell.length, layout->last_width, true, &folded);
  for (size_t at = 0; at < folded.length;) {
    const char *end = memchr(folded.data + at, '\n', folded.length - at);
    size_t length = end ? (size_t)(end - folded.data) - at : folded.length - at;
    if (at > 0) {
      bytes_append_char(bytes, '\n');
      bytes_pad(bytes, bytes->length, indent);
    }
    bytes_append(bytes, folded.data + at, length);
    at += length + 1;
  }
  bytes_free(&folded);
}

/* Appends the cells that are folded, below their row: each behind its column's name. */
static void append_folded(const struct layout *layout, size_t row, struct bytes *bytes) {
  size_t indent = layout->look->indent + 4;
  size_t used = 0;
  for (size_t column = 0; column < layout->columns; column++) {
    struct cell_text cell = text_of(layout, row, column);
    const char *name = layout->answer->columns[column];
    struct bytes item = {0};
    if (layout->shape[column].place != PLACE_FOLDED || says_nothing(cell))
      continue;
    for (const char *at = layout->answer->headless ? "" : name; *at; at++)
      bytes_append_char(&item, *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at);
    if (item.length > 0)
      bytes_append_char(&item, ' ');
    bytes_append(&item, cell.text, cell.length);
    size_t width = fold_width(bytes_text(&item), item.length);
    if (used > 0 && used + 2 + width <= layout->look->width) {
      bytes_append_text(bytes, "  ");
      bytes_append(bytes, item.data, item.length);
      used += 2 + width;
    } else {
      struct bytes line = {0};
      if (used > 0)
        bytes_append_char(bytes, '\n');
      bytes_pad(&line, 0, indent);
      bytes_append(&line, item.data, item.length);
      bool whole = answer_cell(layout->answer, row - 1, column)->kind == CELL_LINE;
      fold_append(bytes_text(&line), line.length, whole ? 0 : layout->look->width, false, bytes);
      used = indent + width;
      bytes_free(&line);
    }
    bytes_free(&item);
  }
  if (used > 0)
    bytes_append_char(bytes, '\n');
}

/* A column that is a heading now stands above the row, where it says something new. */
static size_t append_heading(const struct layout *layout, size_t row, struct bytes *bytes) {
  struct cell_text cell = text_of(layout, row, 0);
  if (layout->shape[0].place != PLACE_HEADING)
    return layout->look->indent;
  if (row > 0 && !says_nothing(cell)) {
    bytes_pad(bytes, bytes->length, layout->look->indent);
    bytes_append(bytes, cell.text, cell.length);
    bytes_append_char(bytes, '\n');
  }
  return layout->look->indent + HEADING_INDENT;
}

static void append_row(const struct layout *layout, size_t row, struct bytes *bytes) {
  /* Spaces are held back: no line ends with them. */
  size_t pending = append_heading(layout, row, bytes);
  size_t used = 0;
  for (size_t column = 0; column < layout->columns; column++) {
    const struct column *shape = &layout->shape[column];
    struct cell_text cell = text_of(layout, row, column);
    bool last = layout->last_width > 0 && column == layout->last;
    size_t width = fold_width(cell.text, cell.length);
    size_t free = last || width > shape->width ? 0 : shape->width - width;
    if (shape->place != PLACE_SHOWN)
      continue;
    if (shape->right)
      pending += free;
    if (cell.length > 0 && !(cell.length == 1 && *cell.text == ' ')) {
      bytes_pad(bytes, bytes->length, pending);
      used += pending + width;
      pending = 0;
      if (last)
        append_last(layout, cell, used - width, bytes);
      else
        bytes_append(bytes, cell.text, cell.length);
    } else {
      pending += cell.length;
    }
    pending += (shape->right ? 0 : free) + layout->gap;
  }
  bytes_append_char(bytes, '\n');
  if (row > 0)
    append_folded(layout, row, bytes);
}

/* Says which columns are not there for want of room. */
static void append_left_out(const struct layout *layout, struct bytes *bytes) {
  size_t count = 0;
  struct bytes line = {0};
  bytes_pad(&line, 0, layout->look->indent);
  bytes_append_text(&line, _("# no room for"));
  for (size_t column = 0; column < layout->columns; column++)
    if (layout->shape[column].place == PLACE_GONE && !layout->shape[column].empty)
      bytes_append_format(&line, "%s %s", count++ ? "," : "", layout->answer->columns[column]);
  struct bytes *said = layout->look->left_out;
  bool known = said && bytes_equal(said->data, said->length, line.data, line.length);
  if (said && count > 0 && !known) {
    bytes_clear(said);
    bytes_append(said, line.data, line.length);
  }
  if (count > 0 && !known) {
    bytes_append_text(bytes, layout->look->note_on ? layout->look->note_on : "");
    fold_append(bytes_text(&line), line.length, layout->look->width, false, bytes);
    bytes_append_text(bytes, layout->look->note_off ? layout->look->note_off : "");
    bytes_append_char(bytes, '\n');
  }
  bytes_free(&line);
}

/* Appends what a row says, without the times, which change in any case. */
static void append_key(const struct layout *layout, size_t row, struct bytes *key) {
  for (size_t column = 0; column < layout->columns; column++) {
    struct cell_text cell = text_of(layout, row, column);
    if (answer_cell(layout->answer, row - 1, column)->kind != CELL_TIME)
      bytes_append(key, cell.text, cell.length);
    bytes_append_char(key, '\n');
  }
  bytes_append_char(key, '\0');
}

static bool holds_key(const struct bytes *rows, const char *key) {
  for (size_t at = 0; at < rows->length; at += strlen(rows->data + at) + 1)
    if (strcmp(rows->data + at, key) == 0)
      return true;
  return false;
}

/* Appends the rows; those that say something new have a colour. */
static void append_rows(const struct layout *layout, struct bytes *bytes) {
  const struct table_style *look = layout->look;
  struct bytes rows = {0};
  for (size_t row = layout->answer->headless ? 1 : 0; row < layout->rows + 1; row++) {
    bool changed = false;
    if (look->rows && row > 0) {
      size_t start = rows.length;
      append_key(layout, row, &rows);
      changed = look->changed_on && !rows.failed && look->rows->length > 0 &&
                !holds_key(look->rows, rows.data + start);
    }
    bytes_append_text(bytes, changed ? look->changed_on : "");
    append_row(layout, row, bytes);
    bytes_append_text(bytes, changed ? look->changed_off : "");
  }
  if (look->rows) {
    bytes_free(look->rows);
    if (rows.failed)
      bytes_free(&rows);
    *look->rows = rows;
  }
}

void table_append(const struct answer *answer, const struct table_style *look,
                  struct bytes *bytes) {
  struct layout layout = {.answer = answer,
                          .look = look,
                          .columns = answer_column_count(answer),
                          .rows = answer_row_count(answer)};
  layout.shape = calloc(layout.columns ? layout.columns : 1, sizeof *layout.shape);
  if (!layout.shape)
    loss_of_memory();
  if (layout.shape && layout.columns > 0) {
    for (size_t column = 0; answer->widths && column + 1 < layout.columns; column++)
      layout.shape[column].width = answer->widths[column];
    measure(&layout);
    for (size_t column = 0; column < layout.columns; column++)
      layout.shape[column].right = right_aligned(&layout, column);
    bool complete = !layout.text.failed && !layout.ends.failed;
    squeeze(&layout);
    if (complete) {
      append_rows(&layout, bytes);
      append_left_out(&layout, bytes);
    }
  }
  free(layout.shape);
  bytes_free(&layout.text);
  bytes_free(&layout.ends);
}
