#include "view/picture/ladder_svg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language/escape.h"
#include "view/ladder/ladder_lines.h"
#include "view/ladder/ladder_row.h"
#include "view/ladder/ladder_rows.h"
#include "view/notation/fold.h"
#include "view/picture/xml.h"

/* In units of the picture: pixels at its own size. */
enum {
  LETTER = 75,      /* tenths of the width of a letter of 12 pixels */
  TIMES = 8,        /* where the times stand */
  FIRST_LINE = 100, /* where the first lifeline is */
  RIGHT = 380,      /* right of the last one */
  LEAST_GAP = 190,  /* between two lifelines */
  MOST_GAP = 420,
  HEADING = 46,     /* height of what stands above the rows */
  TEXT_HEIGHT = 17, /* of a line of text */
  BAR = 7,          /* width of the bar of a state */
  BAR_STEP = 9,     /* from one bar to the next at the same lifeline */
  MOST_BARS = 6,
  INSET = 10, /* between a lifeline and what is written beside it */
};

/* A socket whose state is shown by a bar that goes on. */
struct bar {
  uint64_t socket;
  int line;
  unsigned slot;
  enum socket_state state;
  int top;
  uint64_t serial;
};

struct drawing {
  const struct ladder *ladder;
  int gap;
  int *x;   /* of each lifeline; -1: it is not drawn */
  int last; /* the x of the last one */
  int width;
  int y;               /* the top of the next row */
  struct bytes bars;   /* struct bar */
  struct bytes bands;  /* what is drawn behind all else */
  struct bytes behind; /* what is drawn behind the rows */
  struct bytes rows;
  struct bytes held; /* struct held */
};

/* A packet that was held, and where. */
struct held {
  unsigned number;
  int y;
};

static int text_width(size_t columns) {
  return (int)(columns * LETTER / 10);
}

static int x_of(const struct drawing *drawing, int line) {
  int drawn = line >= 0 ? ladder_line(drawing->ladder, line)->drawn : -1;
  return drawn >= 0 ? drawing->x[drawn] : -1;
}

/* The gap between lifelines that the labels of packets between neighbours need, and most calls. */
static int needed_gap(const struct ladder *ladder) {
  enum { MOST_FOR_CALLS = 330 };
  int gap = LEAST_GAP;
  for (size_t i = 0; i < ladder_row_count(ladder); i++) {
    const struct ladder_row *row = ladder_row(ladder, i);
    int width = text_width(row->text_end - row->text);
    int needed = row->kind == LADDER_PACKET ? width + 70 : width + 2 * INSET;
    int most = row->kind == LADDER_PACKET ? MOST_GAP : MOST_FOR_CALLS;
    if (row->line >= 0 && needed <= most && needed > gap)
      gap = needed;
  }
  return gap;
}

static int begin_drawing(struct drawing *drawing, const struct ladder *ladder) {
  size_t count = ladder_line_count(ladder);
  *drawing = (struct drawing){.ladder = ladder, .gap = needed_gap(ladder), .y = HEADING};
  drawing->x = malloc((count + 1) * sizeof *drawing->x);
  if (!drawing->x)
    return -1;
  drawing->last = FIRST_LINE;
  for (size_t i = 0, at = 0; i < count; i++) {
    drawing->x[i] = -1;
    if (ladder_line(ladder, (int)i)->drawn == (int)i)
      drawing->last = drawing->x[i] = FIRST_LINE + (int)at++ * drawing->gap;
  }
  drawing->width = drawing->last + RIGHT;
  return 0;
}

static void put_serial(uint64_t serial, void *context) {
  struct bytes *bytes = context;
  if (bytes->length > 0 && bytes->data[bytes->length - 1] != '"')
    bytes_append_char(bytes, ' ');
  bytes_append_format(bytes, "%llu", (unsigned long long)serial);
}

static const char *class_of(const struct ladder_row *row) {
  static const char *const classes[LADDER_FOLD + 1] = {
      [LADDER_TYPED] = "typed",   [LADDER_CALL] = "call",   [LADDER_START] = "start",
      [LADDER_PACKET] = "packet", [LADDER_STATE] = "state", [LADDER_REMARK] = "remark",
      [LADDER_TEST] = "test",     [LADDER_ERROR] = "error", [LADDER_FOLD] = "fold",
  };
  return classes[row->kind];
}

static void begin_row(struct drawing *drawing, const struct ladder_row *row, size_t number) {
  struct bytes *rows = &drawing->rows;
  bytes_append_format(rows, "<g class=\"row %s%s%s\" id=\"row%zu\" data-serial=\"", class_of(row),
                      row->flags & LADDER_FAILED ? " failed" : "",
                      row->flags & LADDER_MARKED ? " marked" : "", number);
  ladder_rows_each_serial(drawing->ladder, row, put_serial, rows);
  if (row->statement && row->kind != LADDER_TYPED)
    bytes_append_format(rows, "\" data-statement=\"%llu", (unsigned long long)row->statement);
  bytes_append_text(rows, "\"><title>");
  xml_append(rows, ladder_text(drawing->ladder, row->whole), row->whole_end - row->whole);
  bytes_append_text(rows, "</title><desc>");
  bytes_append_format(rows, _("event %llu, a %s"), (unsigned long long)row->serial, class_of(row));
  if (row->cause)
    bytes_append_format(rows, _(", caused by event %llu"), (unsigned long long)row->cause);
  bytes_append_text(rows, "</desc>");
}

static void end_row(struct drawing *drawing, int height) {
  bytes_append_text(&drawing->rows, "</g>\n");
  drawing->y += height;
}

static void put_text(struct bytes *bytes, int x, int y, const char *class, const char *text,
                     size_t length) {
  bytes_append_format(bytes, "<text x=\"%d\" y=\"%d\"%s%s%s>", x, y, class[0] ? " class=\"" : "",
                      class, class[0] ? "\"" : "");
  xml_append(bytes, text, length);
  bytes_append_text(bytes, "</text>");
}

static void put_time(struct drawing *drawing, const struct ladder_row *row) {
  char text[32];
  if (drawing->ladder->settings.stable || row->time <= 0)
    return;
  snprintf(text, sizeof text, "+%.*f", ladder_time_digits(drawing->ladder),
           (double)(row->time - drawing->ladder->began) / 1e9);
  put_text(&drawing->rows, TIMES, drawing->y + 12, "time", text, strlen(text));
}

/* Writes a text at x, folded to the picture's width. Returns its height. */
static int put_folded(struct drawing *drawing, int x, const char *class, const char *text,
                      size_t length) {
  struct bytes folded = {0};
  int height = 0;
  size_t room = (size_t)(drawing->width - x - 8) * 10 / LETTER;
  fold_append(text, length, room, false, &folded);
  const char *at = bytes_text(&folded);
  const char *end = at + folded.length;
  while (at < end) {
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    size_t size = newline ? (size_t)(newline - at) : (size_t)(end - at);
    size_t indent = strspn(at, " ");
    indent = indent < size ? indent : size;
    put_text(&drawing->rows, x + text_width(indent), drawing->y + 12 + height, class, at + indent,
             size - indent);
    height += TEXT_HEIGHT;
    at += size + (newline ? 1 : 0);
  }
  bytes_free(&folded);
  return height ? height : TEXT_HEIGHT;
}

static const char *text_of(const struct drawing *drawing, const struct ladder_row *row,
                           size_t *length) {
  *length = row->text_end - row->text;
  return ladder_text(drawing->ladder, row->text);
}

/* How many bars stand at a lifeline: what is written beside it stands right of them. */
static unsigned bars_at(const struct drawing *drawing, int line) {
  const struct bar *bars = (const struct bar *)drawing->bars.data;
  unsigned most = 0;
  int drawn = line >= 0 ? ladder_line(drawing->ladder, line)->drawn : -1;
  for (size_t i = 0; i < drawing->bars.length / sizeof *bars; i++)
    if (bars[i].line == drawn && bars[i].slot + 1 > most)
      most = bars[i].slot + 1;
  return most;
}

static int beside(const struct drawing *drawing, int line) {
  int x = x_of(drawing, line);
  unsigned bars = bars_at(drawing, line);
  return x < 0 ? TIMES : x + INSET + (bars > 1 ? (int)(bars - 1) * BAR_STEP : 0);
}

static const char *state_name(enum socket_state state) {
  const char *name = constant_name(&constant_states, (long)state);
  return name ? name : "UNKNOWN";
}

/* Draws a bar down to here. */
static void draw_bar(struct drawing *drawing, const struct bar *bar) {
  int x = drawing->x[bar->line] - BAR / 2 + (int)bar->slot * BAR_STEP;
  bytes_append_format(&drawing->behind,
                      "<rect class=\"bar %s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
                      "data-serial=\"%llu\"><title>%s</title><desc>%s %llu</desc></rect>\n",
                      state_name(bar->state), x, bar->top, BAR,
                      drawing->y - bar->top > 0 ? drawing->y - bar->top : 1,
                      (unsigned long long)bar->serial, state_name(bar->state), _("since event"),
                      (unsigned long long)bar->serial);
}

static struct bar *bar_of(const struct drawing *drawing, uint64_t socket) {
  struct bar *bars = (struct bar *)drawing->bars.data;
  for (size_t i = drawing->bars.length / sizeof *bars; i-- > 0;)
    if (bars[i].socket == socket)
      return &bars[i];
  return NULL;
}

static unsigned free_slot(const struct drawing *drawing, int line) {
  const struct bar *bars = (const struct bar *)drawing->bars.data;
  unsigned taken = 0;
  for (size_t i = 0; i < drawing->bars.length / sizeof *bars; i++)
    if (bars[i].line == line)
      taken |= 1U << bars[i].slot;
  unsigned slot = 0;
  while (slot < MOST_BARS && taken >> slot & 1)
    slot++;
  return slot;
}

static void end_bar(struct drawing *drawing, struct bar *bar) {
  struct bar *bars = (struct bar *)drawing->bars.data;
  size_t count = drawing->bars.length / sizeof *bars;
  draw_bar(drawing, bar);
  *bar = bars[count - 1];
  drawing->bars.length -= sizeof *bars;
}

static void change_bar(struct drawing *drawing, const struct ladder_row *row) {
  int line = row->line >= 0 ? ladder_line(drawing->ladder, row->line)->drawn : -1;
  struct bar *bar = bar_of(drawing, row->socket);
  unsigned slot = bar && bar->line == line ? bar->slot : MOST_BARS;
  if (bar)
    end_bar(drawing, bar);
  if (line < 0 || drawing->x[line] < 0)
    return;
  if (slot == MOST_BARS)
    slot = free_slot(drawing, line);
  struct bar next = {row->socket, line, slot, row->state, drawing->y + 4, row->serial};
  if (slot < MOST_BARS && row->state != STATE_CLOSED)
    bytes_append(&drawing->bars, &next, sizeof next);
}

static int draw_typed(struct drawing *drawing, const struct ladder_row *row) {
  size_t length;
  const char *text = text_of(drawing, row, &length);
  drawing->y += 6;
  int height = put_folded(drawing, TIMES, "", text, length);
  bytes_append_format(&drawing->bands,
                      "<rect class=\"band\" x=\"0\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n",
                      drawing->y - 3, drawing->width, height + 4);
  return height + 5;
}

static int draw_beside(struct drawing *drawing, const struct ladder_row *row) {
  struct bytes text = {0};
  size_t length;
  const char *said = text_of(drawing, row, &length);
  bytes_append(&text, said, length);
  if (row->kind == LADDER_CALL && row->took >= 100000000 && !drawing->ladder->settings.stable)
    bytes_append_format(&text, _("  after %.3f s"), (double)row->took / 1e9);
  int x = row->kind == LADDER_FOLD ? FIRST_LINE + INSET : beside(drawing, row->line);
  if (x > TIMES)
    put_time(drawing, row);
  int height = put_folded(drawing, x, "", bytes_text(&text), text.length);
  bytes_free(&text);
  return height + 2;
}

static int draw_state(struct drawing *drawing, const struct ladder_row *row) {
  char class[64];
  struct bytes text = {0};
  ladder_lines_append_text(drawing->ladder, row, &text);
  change_bar(drawing, row);
  put_time(drawing, row);
  snprintf(class, sizeof class, "name %s", state_name(row->state));
  int height =
      put_folded(drawing, beside(drawing, row->line), class, bytes_text(&text), text.length) + 3;
  bytes_free(&text);
  return height;
}

/* Where a packet was held, and forgets it when it crosses; -1: it was not. */
static int held_at(struct drawing *drawing, const struct ladder_row *row) {
  struct held *held = (struct held *)drawing->held.data;
  size_t count = drawing->held.length / sizeof *held;
  for (size_t i = 0; i < count; i++)
    if (held[i].number == row->number) {
      int y = held[i].y;
      held[i] = held[count - 1];
      drawing->held.length -= sizeof *held;
      return y;
    }
  return -1;
}

static void put_line(struct drawing *drawing, const char *class, int x1, int y1, int x2, int y2) {
  bytes_append_format(&drawing->rows,
                      "<line class=\"%s\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>", class, x1, y1,
                      x2, y2);
}

/* The point of an arrow that comes from x1, y1. */
static void put_head(struct drawing *drawing, int x1, int y1, int x2, int y2) {
  int back = x2 > x1 ? -9 : 9;
  int slope = x2 == x1 ? 0 : (y2 - y1) * back / (x2 - x1);
  bytes_append_format(&drawing->rows, "<path class=\"head\" d=\"M%d %dL%d %dL%d %dz\"/>", x2, y2,
                      x2 + back, y2 + slope - 4, x2 + back, y2 + slope + 4);
}

static void put_cross(struct drawing *drawing, int x, int y) {
  bytes_append_format(&drawing->rows, "<path class=\"cross\" d=\"M%d %dL%d %dM%d %dL%d %d\"/>",
                      x - 5, y - 5, x + 5, y + 5, x + 5, y - 5, x - 5, y + 5);
}

/* Slanted by the time that it was under way, as far as there is room. */
static int slant(const struct ladder_row *row) {
  int64_t milliseconds = row->took / 1000000;
  return milliseconds > 9 ? 10 : 1 + (int)milliseconds;
}

static void draw_arrow(struct drawing *drawing, const struct ladder_row *row, int from, int to) {
  int y = drawing->y + 20;
  int stop = from + (to - from) * 7 / 10;
  bool lost = row->fate == PACKET_DROPPED || row->fate == PACKET_LOST;
  int before = row->fate == PACKET_HELD || row->fate == PACKET_AGAIN ? -1 : held_at(drawing, row);
  const char *way = from < to ? "way right" : "way left";
  if (row->fate == PACKET_CROSSED) {
    int y1 = before >= 0 ? before : y - 4;
    int y2 = before >= 0 ? y : y - 4 + slant(row);
    put_line(drawing, before >= 0 ? (from < to ? "way right late" : "way left late") : way, from,
             y1, to, y2);
    put_head(drawing, from, before >= 0 ? y2 : y1, to, y2);
    return;
  }
  put_line(drawing, from < to ? "way right stopped" : "way left stopped", from, y, stop, y);
  if (lost)
    put_cross(drawing, stop, y);
  const char *word = ladder_row_fate(row);
  int x = from < to ? stop + 10 : stop - 10 - text_width(strlen(word));
  put_text(&drawing->rows, x, y + 4, lost ? "fate bad" : "fate", word, strlen(word));
  struct held held = {row->number, y};
  if (row->fate == PACKET_HELD)
    bytes_append(&drawing->held, &held, sizeof held);
}

static int draw_packet(struct drawing *drawing, const struct ladder_row *row) {
  size_t length;
  const char *text = text_of(drawing, row, &length);
  int from = x_of(drawing, row->line);
  int to = x_of(drawing, row->other);
  if (from < 0 || to < 0 || from == to)
    return draw_beside(drawing, row);
  int left = from < to ? from : to;
  int right = from < to ? to : from;
  put_time(drawing, row);
  draw_arrow(drawing, row, from, to);
  size_t room = (size_t)(right - left - 40) * 10 / LETTER;
  bool fits = fold_width(text, length) <= room;
  int x = fits && from > to ? right - 24 - text_width(fold_width(text, length)) : left + 24;
  put_text(&drawing->rows, x, drawing->y + 11, "", text, length);
  return 31;
}

static int (*const drawers[LADDER_FOLD + 1])(struct drawing *drawing,
                                             const struct ladder_row *row) = {
    [LADDER_TYPED] = draw_typed,   [LADDER_CALL] = draw_beside,  [LADDER_START] = draw_beside,
    [LADDER_PACKET] = draw_packet, [LADDER_STATE] = draw_state,  [LADDER_REMARK] = draw_beside,
    [LADDER_TEST] = draw_beside,   [LADDER_ERROR] = draw_beside, [LADDER_FOLD] = draw_beside,
};

static void draw_gap(struct drawing *drawing, int64_t before, const struct ladder_row *row) {
  char text[64];
  if (drawing->ladder->settings.stable || before <= 0 || row->time - before < 1000000000)
    return;
  snprintf(text, sizeof text, _("%.1f s later"), (double)(row->time - before) / 1e9);
  bytes_append_format(&drawing->rows,
                      "<line class=\"silence\" x1=\"%d\" y1=\"%d\" x2=\"%d\" "
                      "y2=\"%d\"/>",
                      FIRST_LINE, drawing->y + 9, drawing->last + 200, drawing->y + 9);
  put_text(&drawing->rows, TIMES, drawing->y + 12, "time", text, strlen(text));
  drawing->y += 20;
}

static void draw_rows(struct drawing *drawing) {
  int64_t before = 0;
  for (size_t i = 0; i < ladder_row_count(drawing->ladder); i++) {
    const struct ladder_row *row = ladder_row(drawing->ladder, i);
    if (row->flags & (LADDER_PART | LADDER_GROUPED))
      continue;
    draw_gap(drawing, before, row);
    begin_row(drawing, row, i);
    end_row(drawing, drawers[row->kind](drawing, row));
    before = row->time > 0 ? row->time : before;
  }
  drawing->y += 8;
  while (drawing->bars.length > 0)
    end_bar(drawing, (struct bar *)drawing->bars.data);
}

static const char *kind_name(enum ladder_line_kind kind) {
  static const char *const names[] = {
      [LADDER_HOST] = N_("a host"),
      [LADDER_PROGRAM] = N_("a traced program"),
      [LADDER_SOCKET] = N_("a socket"),
      [LADDER_ADDRESS] = N_("an address"),
      [LADDER_OTHERS] = N_("several of them"),
  };
  return _(names[kind]);
}

static void put_lifelines(const struct drawing *drawing, struct bytes *bytes) {
  for (size_t i = 0; i < ladder_line_count(drawing->ladder); i++) {
    const struct ladder_line *line = ladder_line(drawing->ladder, (int)i);
    char title[sizeof line->title + 24];
    if (drawing->x[i] < 0)
      continue;
    snprintf(title, sizeof title, line->kind == LADDER_OTHERS ? "%s (%u)" : "%s", line->title,
             line->sockets);
    size_t length = strlen(title);
    size_t room = (size_t)(LEAST_GAP - 24) * 10 / LETTER;
    if (length > room)
      length = room;
    int width = text_width(length) + 16;
    bytes_append_format(bytes, "<g class=\"lifeline\"><title>");
    xml_append(bytes, title, strlen(title));
    bytes_append_format(bytes,
                        "</title><desc>%s</desc><line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>",
                        kind_name(line->kind), drawing->x[i], 34, drawing->x[i], drawing->y);
    bytes_append_format(bytes, "<rect x=\"%d\" y=\"10\" width=\"%d\" height=\"24\" rx=\"4\"/>",
                        drawing->x[i] - 16, width);
    put_text(bytes, drawing->x[i] - 8, 26, "", title, length);
    bytes_append_text(bytes, "</g>\n");
  }
}

void ladder_svg_append(const struct ladder *ladder, bool inlined, struct bytes *bytes) {
  struct drawing drawing;
  if (begin_drawing(&drawing, ladder) < 0) {
    bytes->failed = true;
    return;
  }
  draw_rows(&drawing);
  if (!inlined)
    bytes_append_text(bytes, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
  bytes_append_format(bytes,
                      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"ladder\" width=\"%d\" "
                      "height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n<title>%s</title>\n"
                      "<desc>%s</desc>\n",
                      drawing.width, drawing.y, drawing.width, drawing.y,
                      _("A session of socksh as a sequence diagram"),
                      _("A line for each who takes part, time downwards."));
  if (!inlined) {
    bytes_append_text(bytes, "<style>\n");
    ladder_svg_append_style(bytes);
    bytes_append_text(bytes, "</style>\n");
  }
  bytes_append_format(bytes, "<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n", drawing.width,
                      drawing.y);
  bytes_append(bytes, bytes_text(&drawing.bands), drawing.bands.length);
  put_lifelines(&drawing, bytes);
  bytes_append(bytes, bytes_text(&drawing.behind), drawing.behind.length);
  bytes_append(bytes, bytes_text(&drawing.rows), drawing.rows.length);
  bytes_append_text(bytes, "</svg>\n");
  bytes->failed = bytes->failed || drawing.rows.failed || drawing.behind.failed;
  bytes_free(&drawing.bars);
  bytes_free(&drawing.bands);
  bytes_free(&drawing.behind);
  bytes_free(&drawing.rows);
  bytes_free(&drawing.held);
  free(drawing.x);
}
