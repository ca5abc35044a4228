/* plot_text: a plot in characters: braille has eight dots in each, ASCII one. */
#include <stdlib.h>
#include <string.h>

#include "view/picture/plot.h"

enum { LEAST_WIDTH = 30, LEAST_HEIGHT = 3, DOTS_ACROSS = 2, DOTS_DOWN = 4, MARKS = 4 };

/* The dots of one number. */
struct canvas {
  unsigned char *cells; /* braille's bits, row by row */
  size_t width;         /* in characters */
  size_t height;
};

/* What all panels share. */
struct layout {
  size_t width; /* of the canvas */
  size_t height;
  size_t margin; /* characters of the numbers at the left */
  int64_t from;
  int64_t to;
  bool utf8;
};

/* Marks a dot; 0, 0 is at the bottom left. */
static void set_dot(struct canvas *canvas, size_t x, size_t y) {
  static const unsigned char bits[DOTS_DOWN][DOTS_ACROSS] = {
      {0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
  size_t down = canvas->height * DOTS_DOWN - 1 - y;
  canvas->cells[down / DOTS_DOWN * canvas->width + x / DOTS_ACROSS] |=
      bits[down % DOTS_DOWN][x % DOTS_ACROSS];
}

static void draw(struct canvas *canvas, const struct plot_series *series, double most,
                 const struct layout *layout) {
  double across = (double)(canvas->width * DOTS_ACROSS - 1);
  double up = (double)(canvas->height * DOTS_DOWN - 1);
  double span = layout->to > layout->from ? (double)(layout->to - layout->from) : 1;
  for (size_t i = 0; i < plot_length(series); i++) {
    const struct plot_point *point = &plot_points(series)[i];
    size_t x = (size_t)((double)(point->time - layout->from) / span * across + 0.5);
    size_t y = (size_t)((double)point->value / most * up + 0.5);
    set_dot(canvas, x, y);
  }
}

static void append_cell(unsigned char cell, bool utf8, struct bytes *bytes) {
  if (!utf8)
    bytes_append_char(bytes, cell ? '*' : ' ');
  else if (cell) /* U+2800 and the bits */
    bytes_append_format(bytes, "\xe2%c%c", 0xa0 | cell >> 6, 0x80 | (cell & 0x3f));
  else
    bytes_append_char(bytes, ' ');
}

/* The number at the left of a row, if a mark of the axis is in it. */
static void append_mark(const struct canvas *canvas, size_t row, double most, double step,
                        const struct layout *layout, struct bytes *bytes) {
  struct bytes number = {0};
  double each = most / (double)canvas->height;
  double least = most - each * (double)(row + 1);
  for (double mark = 0; mark <= most * 1.0001; mark += step) {
    bool last = row == 0 && mark >= most * 0.9999;
    if ((mark >= least - each * 1e-6 && mark < least + each * 0.999) || last) {
      bytes_clear(&number);
      plot_append_number(mark, step, &number);
    }
  }
  bytes_append_format(bytes, "  %*s %s", (int)layout->margin, bytes_text(&number),
                      layout->utf8 ? (number.length ? "┤" : "│") : (number.length ? "+" : "|"));
  bytes_free(&number);
}

static void append_rows(const struct canvas *canvas, double most, double step,
                        const struct layout *layout, struct bytes *bytes) {
  for (size_t row = 0; row < canvas->height; row++) {
    append_mark(canvas, row, most, step, layout, bytes);
    size_t end = canvas->width;
    while (end > 0 && !canvas->cells[row * canvas->width + end - 1])
      end--;
    for (size_t i = 0; i < end; i++)
      append_cell(canvas->cells[row * canvas->width + i], layout->utf8, bytes);
    bytes_append_char(bytes, '\n');
  }
}

/* The axis of time, with the first moment and the last below it. */
static void append_time(const struct layout *layout, struct bytes *bytes) {
  struct plot_scale scale = plot_scale_of_time(layout->to);
  struct bytes from = {0};
  struct bytes to = {0};
  double span = (double)(layout->to - layout->from) / scale.divisor;
  double step = plot_step(span, 100);
  plot_append_number((double)layout->from / scale.divisor, step, &from);
  bytes_append_format(&from, " %s", scale.unit);
  plot_append_number((double)layout->to / scale.divisor, step, &to);
  bytes_append_format(&to, " %s", scale.unit);
  bytes_append_format(bytes, "  %*s %s", (int)layout->margin, "", layout->utf8 ? "└" : "+");
  for (size_t i = 0; i < layout->width; i++)
    bytes_append_text(bytes, layout->utf8 ? "─" : "-");
  size_t used = from.length + to.length;
  bytes_append_format(bytes, "\n  %*s  %s", (int)layout->margin, "", bytes_text(&from));
  if (used + 2 <= layout->width)
    bytes_append_format(bytes, "%*s%s", (int)(layout->width - used), "", bytes_text(&to));
  bytes_append_char(bytes, '\n');
  bytes_free(&from);
  bytes_free(&to);
}

/* The largest of all numbers that are as this one, so that they can be compared. */
static int64_t most_of(const struct plot *plot, const struct plot_series *series) {
  int64_t most = series->most;
  for (size_t i = 0; i < plot->count; i++)
    if (strcmp(plot->series[i].field, series->field) == 0 && plot->series[i].most > most)
      most = plot->series[i].most;
  return most > 0 ? most : 1;
}

static void append_panel(const struct plot *plot, const struct plot_series *series,
                         const struct layout *layout, struct bytes *bytes) {
  int64_t most = most_of(plot, series);
  struct plot_scale scale = plot_scale_of(series->unit, most);
  double top = (double)most / scale.divisor;
  double step = plot_step(top, MARKS);
  struct canvas canvas = {calloc(layout->width, layout->height), layout->width, layout->height};
  if (!canvas.cells) {
    bytes->failed = true;
    return;
  }
  draw(&canvas, series, (double)most, layout);
  bytes_append_format(bytes, "  %s %s", series->name, series->field);
  if (scale.unit[0])
    bytes_append_format(bytes, _(" in %s"), scale.unit);
  bytes_append_format(bytes, plot_length(series) == 1 ? _(", %zu sample\n") : _(", %zu samples\n"),
                      plot_length(series));
  append_rows(&canvas, top, step, layout, bytes);
  free(canvas.cells);
}

static size_t margin_of(const struct plot *plot) {
  size_t margin = 1;
  for (size_t i = 0; i < plot->count; i++) {
    const struct plot_series *series = &plot->series[i];
    int64_t most = most_of(plot, series);
    double top = (double)most / plot_scale_of(series->unit, most).divisor;
    double step = plot_step(top, MARKS);
    struct bytes number = {0};
    plot_append_number(step * MARKS, step, &number);
    if (number.length > margin)
      margin = number.length;
    bytes_free(&number);
  }
  return margin;
}

static void append_fairness(const struct plot *plot, struct bytes *bytes) {
  for (size_t i = 0; i < plot->count; i++) {
    const char *field = plot->series[i].field;
    double index;
    bool told = false;
    for (size_t before = 0; before < i; before++)
      told |= strcmp(plot->series[before].field, field) == 0;
    if (!told && plot_fairness(plot, field, &index))
      bytes_append_format(bytes, _("  Jain's index of %s: %.3f (1: all have the same)\n"), field,
                          index);
  }
}

void plot_append_text(const struct plot *plot, size_t width, size_t height, bool utf8,
                      struct bytes *bytes) {
  struct layout layout = {.margin = margin_of(plot), .utf8 = utf8};
  if (!plot_range(plot, &layout.from, &layout.to))
    return;
  size_t frame = layout.margin + 4; /* two spaces, the number, a space, the line */
  width = width < LEAST_WIDTH ? LEAST_WIDTH : width;
  layout.width = width - frame;
  layout.height = height < LEAST_HEIGHT ? LEAST_HEIGHT : height;
  for (size_t i = 0; i < plot->count; i++)
    if (plot_length(&plot->series[i]) > 0)
      append_panel(plot, &plot->series[i], &layout, bytes);
  append_time(&layout, bytes);
  append_fairness(plot, bytes);
}
