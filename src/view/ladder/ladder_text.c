#include "view/ladder/ladder_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language/escape.h"
#include "view/ladder/ladder_lines.h"
#include "view/ladder/ladder_row.h"
#include "view/notation/fold.h"

enum {
  FIRST_COLUMN = 3, /* where the first lifeline is */
  LEAST_GAP = 13,   /* columns between two lifelines */
  INSET = 3,        /* columns between a lifeline and what is written beside it */
};

/* How wide everything is. */
struct frame {
  const struct ladder *ladder;
  size_t width;
  size_t *column; /* of each lifeline; of one that is not drawn, SIZE_MAX */
  size_t last;    /* the last column with a lifeline */
  bool lines;     /* there are lifelines */
  struct bytes *bytes;
};

/* What is written to the right of the last lifeline needs room. */
static size_t right_room(size_t width) {
  size_t room = width * 45 / 100;
  return room < 24 ? 24 : room > 36 ? 36 : room;
}

size_t ladder_text_lines(size_t width) {
  if (width < LADDER_LEAST_WIDTH)
    width = LADDER_LEAST_WIDTH;
  return (width - right_room(width) - FIRST_COLUMN) / LEAST_GAP + 1;
}

static int begin_frame(struct frame *frame, const struct ladder *ladder, size_t width,
                       struct bytes *bytes) {
  size_t count = ladder_line_count(ladder);
  size_t shown = 0;
  *frame = (struct frame){.ladder = ladder, .width = width, .bytes = bytes};
  if (frame->width < LADDER_LEAST_WIDTH)
    frame->width = LADDER_LEAST_WIDTH;
  frame->column = malloc((count + 1) * sizeof *frame->column);
  if (!frame->column)
    return -1;
  for (size_t i = 0; i < count; i++)
    shown += ladder_line(ladder, (int)i)->drawn == (int)i;
  size_t span = frame->width - right_room(frame->width) - FIRST_COLUMN;
  if (shown < 2)
    span = 0;
  else if (span / (shown - 1) > 60)
    span = 60 * (shown - 1);
  for (size_t i = 0, at = 0; i < count; i++) {
    frame->column[i] = SIZE_MAX;
    if (ladder_line(ladder, (int)i)->drawn != (int)i)
      continue;
    frame->column[i] = FIRST_COLUMN + (shown > 1 ? span * at++ / (shown - 1) : 0);
    frame->last = frame->column[i];
  }
  frame->lines = shown > 0;
  return 0;
}

/* A line of the drawing: a cell for each column, each a character of at most four bytes. */
struct canvas {
  char (*cell)[5];
  size_t width;
  size_t used;
};

static void put_cell(struct canvas *canvas, size_t column, const char *character, size_t length) {
  if (column >= canvas->width || length > 4)
    return;
  memcpy(canvas->cell[column], character, length);
  canvas->cell[column][length] = '\0';
  if (column >= canvas->used)
    canvas->used = column + 1;
}

/* Characters of a text, from a column on. Returns the column behind it. */
static size_t put_text(struct canvas *canvas, size_t column, const char *text, size_t length) {
  for (size_t at = 0; at < length;) {
    uint32_t point;
    if ((unsigned char)text[at] < 0x80) { /* most are */
      put_cell(canvas, column++, text + at++, 1);
      continue;
    }
    size_t size = utf8_decode(text + at, length - at, &point);
    size_t columns = size ? fold_width(text + at, size) : 1;
    if (size == 0)
      size = 1;
    if (columns > 0)
      put_cell(canvas, column, text + at, size);
    for (size_t i = 1; i < columns; i++)
      put_cell(canvas, column + i, "", 0);
    column += columns;
    at += size;
  }
  return column;
}

static void begin_line(struct canvas *canvas) {
  for (size_t i = 0; i < canvas->used; i++)
    memcpy(canvas->cell[i], " ", 2);
  canvas->used = 0;
}

static void end_line(struct canvas *canvas, struct bytes *bytes) {
  size_t end = canvas->used;
  while (end > 0 && canvas->cell[end - 1][0] == ' ')
    end--;
  for (size_t i = 0; i < end; i++)
    if (canvas->cell[i][0] && !canvas->cell[i][1])
      bytes_append_char(bytes, canvas->cell[i][0]);
    else
      bytes_append_text(bytes, canvas->cell[i]);
  bytes_append_char(bytes, '\n');
  begin_line(canvas);
}

static void put_lifelines(const struct frame *frame, struct canvas *canvas) {
  const char *bar = frame->ladder->settings.utf8 ? "\xe2\x94\x82" : "|";
  for (size_t i = 0; i < ladder_line_count(frame->ladder); i++)
    if (frame->column[i] != SIZE_MAX)
      put_cell(canvas, frame->column[i], bar, strlen(bar));
}

/* "+0.012" seconds since the first row. */
static void put_time(const struct frame *frame, struct canvas *canvas,
                     const struct ladder_row *row) {
  char text[32];
  if (frame->ladder->settings.stable || row->time <= 0)
    return;
  snprintf(text, sizeof text, "+%.*f", ladder_time_digits(frame->ladder),
           (double)(row->time - frame->ladder->began) / 1e9);
  size_t length = strlen(text);
  size_t column = frame->last + INSET;
  if (column + length <= frame->width && canvas->used <= frame->last + 1)
    put_text(canvas, column, text, length);
}

/* Writes a text from a column on, in as many lines as it needs, the lifelines behind it. */
static void write_beside(const struct frame *frame, struct canvas *canvas, size_t column,
                         const char *text, size_t length) {
  struct bytes folded = {0};
  size_t room = frame->width - column;
  fold_append(text, length, room, false, &folded);
  const char *at = bytes_text(&folded);
  const char *end = at + folded.length;
  while (at < end) {
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    size_t size = newline ? (size_t)(newline - at) : (size_t)(end - at);
    begin_line(canvas);
    put_lifelines(frame, canvas);
    size_t indent = strspn(at, " ");
    put_text(canvas, column + (indent < size ? indent : 0), at + (indent < size ? indent : 0),
             indent < size ? size - indent : 0);
    end_line(canvas, frame->bytes);
    at += size + (newline ? 1 : 0);
  }
  if (folded.length == 0) {
    put_lifelines(frame, canvas);
    end_line(canvas, frame->bytes);
  }
  bytes_free(&folded);
}

/* The column of a lifeline by its number; SIZE_MAX: it has none. */
static size_t column_of(const struct frame *frame, int line) {
  int drawn = line >= 0 ? ladder_line(frame->ladder, line)->drawn : -1;
  return drawn >= 0 ? frame->column[drawn] : SIZE_MAX;
}

static const char *text_of(const struct frame *frame, const struct ladder_row *row,
                           size_t *length) {
  *length = row->text_end - row->text;
  return ladder_text(frame->ladder, row->text);
}

/* What belongs to no lifeline, or is longer than there is room: at the left, between the lines. */
static void draw_remark(const struct frame *frame, struct canvas *canvas,
                        const struct ladder_row *row) {
  enum { AT_NONE = 1 }; /* left of all lifelines */
  size_t length;
  const char *text = text_of(frame, row, &length);
  size_t column = column_of(frame, row->line);
  column = column == SIZE_MAX ? AT_NONE : column + INSET;
  if (frame->width - column < 24)
    column = FIRST_COLUMN + INSET;
  write_beside(frame, canvas, column, text, length);
}

static void draw_typed(const struct frame *frame, struct canvas *canvas,
                       const struct ladder_row *row) {
  struct bytes line = {0};
  size_t length;
  const char *text = text_of(frame, row, &length);
  (void)canvas;
  bytes_append(&line, text, length);
  fold_append(bytes_text(&line), line.length, frame->width, false, frame->bytes);
  if (frame->bytes->length == 0 || frame->bytes->data[frame->bytes->length - 1] != '\n')
    bytes_append_char(frame->bytes, '\n');
  bytes_free(&line);
}

/* "  waited 1.203 s", where it did. */
static void draw_call(const struct frame *frame, struct canvas *canvas,
                      const struct ladder_row *row) {
  struct bytes text = {0};
  size_t length;
  const char *said = text_of(frame, row, &length);
  bytes_append(&text, said, length);
  if (row->kind == LADDER_CALL && row->took >= LADDER_WORTH_TELLING &&
      !frame->ladder->settings.stable)
    bytes_append_format(&text, _("  after %.3f s"), (double)row->took / 1e9);
  size_t column = column_of(frame, row->line);
  column = (column == SIZE_MAX ? FIRST_COLUMN : column) + INSET;
  write_beside(frame, canvas, column, bytes_text(&text), text.length);
  bytes_free(&text);
}

/* A state stands on its lifeline, so that this looks like a bar; of the last one, beside it. */
static void draw_state(const struct frame *frame, struct canvas *canvas,
                       const struct ladder_row *row) {
  struct bytes text = {0};
  size_t column = column_of(frame, row->line);
  if (column == SIZE_MAX) {
    draw_remark(frame, canvas, row);
    return;
  }
  ladder_lines_append_text(frame->ladder, row, &text);
  column -= column >= 2 ? 2 : column;
  if (column + fold_width(bytes_text(&text), text.length) > frame->width) {
    write_beside(frame, canvas, column + 2 + INSET, bytes_text(&text), text.length);
  } else {
    put_lifelines(frame, canvas);
    put_text(canvas, column, bytes_text(&text), text.length);
    put_time(frame, canvas, row);
    end_line(canvas, frame->bytes);
  }
  bytes_free(&text);
}

/* The shaft of an arrow with its head, from column to column, both without the lifelines. */
static void put_arrow(const struct frame *frame, struct canvas *canvas, size_t from, size_t to,
                      const struct ladder_row *row) {
  bool utf8 = frame->ladder->settings.utf8;
  bool right = to > from;
  bool whole = row->fate == PACKET_CROSSED;
  const char *shaft = utf8 ? "\xe2\x94\x80" : "-";
  const char *head = !whole  ? (row->fate == PACKET_DROPPED || row->fate == PACKET_LOST)
                                   ? (utf8 ? "\xe2\x9c\x95" : "x")
                                   : shaft
                     : right ? (utf8 ? "\xe2\x96\xb6" : ">")
                             : (utf8 ? "\xe2\x97\x80" : "<");
  const char *word = ladder_row_fate(row);
  size_t left = right ? from + 1 : to + 1;
  size_t end = right ? to : from; /* behind the last */
  size_t short_by = whole ? 0 : strlen(word) + 2;
  if (short_by + 4 > end - left)
    short_by = 0;
  size_t first = right ? left : left + short_by;
  size_t last = right ? end - 1 - short_by : end - 1;
  for (size_t column = first; column <= last; column++)
    put_cell(canvas, column, shaft, strlen(shaft));
  put_cell(canvas, right ? last : first, head, strlen(head));
  if (short_by > 0)
    put_text(canvas, right ? last + 1 : first - strlen(word), word, strlen(word));
}

static void draw_packet(const struct frame *frame, struct canvas *canvas,
                        const struct ladder_row *row) {
  size_t length;
  const char *text = text_of(frame, row, &length);
  size_t from = column_of(frame, row->line);
  size_t to = column_of(frame, row->other);
  if (from == SIZE_MAX || to == SIZE_MAX || from == to) {
    draw_remark(frame, canvas, row);
    return;
  }
  size_t left = from < to ? from : to;
  size_t span = (from < to ? to - from : from - to) - 1;
  size_t word = row->fate == PACKET_CROSSED ? 0 : strlen(ladder_row_fate(row)) + 2;
  bool inside = fold_width(text, length) + 7 + word <= span;
  if (!inside)
    write_beside(frame, canvas, left + INSET, text, length);
  put_lifelines(frame, canvas);
  put_arrow(frame, canvas, from, to, row);
  if (inside)
    put_text(canvas, left + 4 + (from < to ? 0 : word), text, length);
  put_time(frame, canvas, row);
  end_line(canvas, frame->bytes);
}

static void draw_fold(const struct frame *frame, struct canvas *canvas,
                      const struct ladder_row *row) {
  struct bytes text = {0};
  size_t length;
  const char *said = text_of(frame, row, &length);
  bytes_append_text(&text, frame->ladder->settings.utf8 ? "\xe2\x8b\xae " : ": ");
  bytes_append(&text, said, length);
  write_beside(frame, canvas, FIRST_COLUMN + INSET, bytes_text(&text), text.length);
  bytes_free(&text);
}

static void (*const drawers[LADDER_FOLD + 1])(const struct frame *frame, struct canvas *canvas,
                                              const struct ladder_row *row) = {
    [LADDER_TYPED] = draw_typed,   [LADDER_CALL] = draw_call,    [LADDER_START] = draw_call,
    [LADDER_PACKET] = draw_packet, [LADDER_STATE] = draw_state,  [LADDER_REMARK] = draw_remark,
    [LADDER_TEST] = draw_remark,   [LADDER_ERROR] = draw_remark, [LADDER_FOLD] = draw_fold,
};

/* The names, each over its lifeline; those that have no room there are cut. */
static void put_heading(const struct frame *frame, struct canvas *canvas) {
  size_t count = ladder_line_count(frame->ladder);
  size_t free_from = 0;
  for (size_t i = 0; i < count; i++) {
    const struct ladder_line *line = ladder_line(frame->ladder, (int)i);
    if (frame->column[i] == SIZE_MAX)
      continue;
    size_t next = frame->width;
    for (size_t j = i + 1; j < count && next == frame->width; j++)
      if (frame->column[j] != SIZE_MAX)
        next = frame->column[j] > 3 ? frame->column[j] - 3 : 0;
    char title[sizeof line->title + 24];
    snprintf(title, sizeof title, line->kind == LADDER_OTHERS ? "%s (%u)" : "%s", line->title,
             line->sockets);
    size_t length = strlen(title);
    size_t column = frame->column[i] > 2 ? frame->column[i] - 2 : 0;
    if (column < free_from)
      column = free_from;
    size_t room = next > column + 1 ? next - column - 1 : 1;
    if (length > room)
      length = room;
    put_text(canvas, column, title, length);
    free_from = column + length + 1;
  }
  end_line(canvas, frame->bytes);
}

/* A long silence is marked. */
static void draw_gap(const struct frame *frame, struct canvas *canvas, int64_t before,
                     const struct ladder_row *row) {
  enum { LONG = 1000000000 };
  char text[64];
  if (frame->ladder->settings.stable || before <= 0 || row->time - before < LONG)
    return;
  snprintf(text, sizeof text, _("~ %.1f s later"), (double)(row->time - before) / 1e9);
  write_beside(frame, canvas, FIRST_COLUMN + INSET, text, strlen(text));
}

static int begin_canvas(struct canvas *canvas, const struct frame *frame) {
  *canvas = (struct canvas){.width = frame->width};
  canvas->cell = calloc(frame->width + 1, sizeof *canvas->cell);
  for (size_t i = 0; canvas->cell && i < frame->width; i++)
    strcpy(canvas->cell[i], " ");
  return canvas->cell ? 0 : -1;
}

static void draw_rows(const struct frame *frame, struct canvas *canvas) {
  int64_t before = 0;
  for (size_t i = 0; i < ladder_row_count(frame->ladder); i++) {
    const struct ladder_row *row = ladder_row(frame->ladder, i);
    if (row->flags & (LADDER_PART | LADDER_GROUPED))
      continue;
    draw_gap(frame, canvas, before, row);
    drawers[row->kind](frame, canvas, row);
    before = row->time > 0 ? row->time : before;
  }
}

static void append_parts(const struct ladder *ladder, size_t width, bool heading, bool rows,
                         struct bytes *bytes) {
  struct frame frame;
  struct canvas canvas = {0};
  if (begin_frame(&frame, ladder, width, bytes) < 0 || begin_canvas(&canvas, &frame) < 0) {
    bytes->failed = true;
  } else {
    if (heading && frame.lines)
      put_heading(&frame, &canvas);
    if (rows)
      draw_rows(&frame, &canvas);
  }
  free(canvas.cell);
  free(frame.column);
}

void ladder_text_append(const struct ladder *ladder, size_t width, struct bytes *bytes) {
  append_parts(ladder, width, true, true, bytes);
}

void ladder_text_append_heading(const struct ladder *ladder, size_t width, struct bytes *bytes) {
  append_parts(ladder, width, true, false, bytes);
}

void ladder_text_append_rows(const struct ladder *ladder, size_t width, struct bytes *bytes) {
  append_parts(ladder, width, false, true, bytes);
}
