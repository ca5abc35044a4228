/* plot_svg: a plot as a file: a panel for each unit, one below the other, over the same time. */
#include <string.h>

#include "view/picture/plot.h"
#include "view/picture/xml.h"

/* In units of the picture, which are pixels where it is not scaled. */
enum {
  WIDTH = 800,
  LEFT = 72, /* room for the numbers of the axis */
  RIGHT = 24,
  ACROSS = WIDTH - LEFT - RIGHT,
  TOP = 40, /* below the picture's title */
  LINE = 18,
  HEIGHT = 160, /* of a panel */
  BELOW = 40,   /* for the axis of time */
  GAP = 16,
  AIR = 10, /* between the legend and the panel */
  MARKS = 5,
  TIMES = 8,
};

/* Where a panel is, and what its numbers are. */
struct panel {
  const char *unit;
  int64_t most;
  size_t series; /* how many */
  double top;    /* of the drawing, below the legend */
};

struct drawing {
  const struct plot *plot;
  struct bytes *bytes;
  int64_t from;
  int64_t to;
  struct panel panels[PLOT_SERIES];
  size_t count;
  double height;
};

static bool is_in(const struct plot_series *series, const struct panel *panel) {
  return plot_length(series) > 0 && strcmp(series->unit, panel->unit) == 0;
}

/* One panel for each unit, in the order in which they come. */
static void arrange(struct drawing *drawing) {
  double at = TOP;
  for (size_t i = 0; i < drawing->plot->count; i++) {
    const struct plot_series *series = &drawing->plot->series[i];
    size_t place = 0;
    while (place < drawing->count && !is_in(series, &drawing->panels[place]))
      place++;
    if (plot_length(series) == 0)
      continue;
    struct panel *panel = &drawing->panels[place];
    if (place == drawing->count) {
      *panel = (struct panel){.unit = series->unit, .most = 1};
      drawing->count++;
    }
    panel->series++;
    panel->most = series->most > panel->most ? series->most : panel->most;
  }
  for (size_t i = 0; i < drawing->count; i++) {
    drawing->panels[i].top = at + (double)(LINE * (drawing->panels[i].series + 1)) + AIR;
    at = drawing->panels[i].top + HEIGHT + GAP;
  }
  drawing->height = at - GAP + BELOW;
}

static double x_of(const struct drawing *drawing, int64_t time) {
  double span = drawing->to > drawing->from ? (double)(drawing->to - drawing->from) : 1;
  return LEFT + (double)(time - drawing->from) / span * ACROSS;
}

static double y_of(const struct panel *panel, double value) {
  return panel->top + HEIGHT * (1 - value / (double)panel->most);
}

static void put_head(struct drawing *drawing) {
  static const char style[] =
      "<style>"
      "svg{--ink:#1b1b1b;--paper:#fff;--grid:#d9d9d9;--s0:#0060a8;--s1:#c04a00;--s2:#007a55;"
      "--s3:#a3347f;--s4:#6b5d00;--s5:#4b4bb5;--s6:#a01c2c;--s7:#555}"
      "@media screen and (prefers-color-scheme:dark){svg{--ink:#e8e8e8;--paper:#16181c;"
      "--grid:#3a3d44;--s0:#6cb6ff;--s1:#ffa057;--s2:#4fd1a5;--s3:#f08fcf;--s4:#d9c84a;"
      "--s5:#a9a9ff;--s6:#ff8f96;--s7:#bbb}}"
      "text{fill:var(--ink);font:12px sans-serif}.name{font-weight:bold;font-size:14px}"
      ".paper{fill:var(--paper)}.grid{stroke:var(--grid)}.axis{stroke:var(--ink)}"
      ".step{fill:none;stroke-opacity:.45}";
  struct bytes *bytes = drawing->bytes;
  bytes_append_format(bytes,
                      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%.0f\" "
                      "viewBox=\"0 0 %d %.0f\" role=\"img\" aria-labelledby=\"title desc\">\n",
                      WIDTH, drawing->height, WIDTH, drawing->height);
  bytes_append_text(bytes, "<title id=\"title\">");
  bytes_append_text(bytes, _("Numbers of sockets over time"));
  bytes_append_text(bytes, "</title>\n<desc id=\"desc\">");
  for (size_t i = 0; i < drawing->plot->count; i++) {
    const struct plot_series *series = &drawing->plot->series[i];
    if (plot_length(series) == 0)
      continue;
    xml_append_text(bytes, series->name);
    bytes_append_char(bytes, ' ');
    xml_append_text(bytes, series->field);
    bytes_append_format(bytes, _(": %zu samples. "), plot_length(series));
  }
  bytes_append_text(bytes, "</desc>\n");
  bytes_append_text(bytes, style);
  for (int i = 0; i < PLOT_SERIES; i++)
    bytes_append_format(bytes, ".s%d{stroke:var(--s%d)}.p%d{fill:var(--s%d)}", i, i, i, i);
  bytes_append_text(bytes, "</style>\n");
  bytes_append_format(bytes, "<rect class=\"paper\" width=\"%d\" height=\"%.0f\"/>\n", WIDTH,
                      drawing->height);
}

static void put_text(struct bytes *bytes, double x, double y, const char *anchor,
                     const char *text) {
  bytes_append_format(bytes, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
  xml_append_text(bytes, text);
  bytes_append_text(bytes, "</text>\n");
}

static void put_line(struct bytes *bytes, const char *class, double x1, double y1, double x2,
                     double y2) {
  bytes_append_format(bytes,
                      "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
                      class, x1, y1, x2, y2);
}

/* The axis of the numbers, with a line for each mark. */
static void put_numbers(struct drawing *drawing, const struct panel *panel) {
  struct plot_scale scale = plot_scale_of(panel->unit, panel->most);
  double top = (double)panel->most / scale.divisor;
  double step = plot_step(top, MARKS);
  for (double mark = 0; mark <= top * 1.0001; mark += step) {
    double y = y_of(panel, mark * scale.divisor);
    struct bytes number = {0};
    plot_append_number(mark, step, &number);
    put_line(drawing->bytes, "grid", LEFT, y, LEFT + ACROSS, y);
    put_text(drawing->bytes, LEFT - 6, y + 4, "end", bytes_text(&number));
    bytes_free(&number);
  }
  put_line(drawing->bytes, "axis", LEFT, panel->top, LEFT, panel->top + HEIGHT);
}

/* The axis of time, below the last panel. */
static void put_times(struct drawing *drawing) {
  struct plot_scale scale = plot_scale_of_time(drawing->to);
  double from = (double)drawing->from / scale.divisor;
  double to = (double)drawing->to / scale.divisor;
  double step = plot_step(to - from, TIMES);
  double bottom = drawing->panels[drawing->count - 1].top + HEIGHT;
  double first = (double)(long long)(from / step);
  put_line(drawing->bytes, "axis", LEFT, bottom, LEFT + ACROSS, bottom);
  for (int i = 0; i <= 2 * TIMES; i++) { /* a moment may be so late that a step is nothing to it */
    struct bytes number = {0};
    double mark = (first + i) * step;
    double x = x_of(drawing, (int64_t)(mark * scale.divisor));
    if (x < LEFT - 0.01 || x > LEFT + ACROSS + 0.01)
      continue;
    plot_append_number(mark, step, &number);
    put_line(drawing->bytes, "axis", x, bottom, x, bottom + 5);
    put_text(drawing->bytes, x, bottom + 18, "middle", bytes_text(&number));
    bytes_free(&number);
  }
  struct bytes title = {0};
  bytes_append_format(&title, _("time since the session began, in %s"), scale.unit);
  put_text(drawing->bytes, LEFT + ACROSS / 2.0, bottom + 34, "middle", bytes_text(&title));
  bytes_free(&title);
}

static void put_legend(struct drawing *drawing, const struct panel *panel) {
  struct bytes *bytes = drawing->bytes;
  struct plot_scale scale = plot_scale_of(panel->unit, panel->most);
  double y = panel->top - (double)(LINE * panel->series) - AIR - 4;
  bytes_append_format(bytes, "<text class=\"name\" x=\"%d\" y=\"%.1f\">", LEFT, y);
  xml_append_text(bytes, scale.unit[0] ? scale.unit : _("count"));
  bytes_append_text(bytes, "</text>\n");
  for (size_t i = 0; i < drawing->plot->count; i++) {
    const struct plot_series *series = &drawing->plot->series[i];
    double index;
    if (!is_in(series, panel))
      continue;
    y += LINE;
    bytes_append_format(bytes, "<circle class=\"p%zu\" cx=\"%d\" cy=\"%.1f\" r=\"4\"/>\n", i,
                        LEFT + 6, y - 4);
    bytes_append_format(bytes, "<text x=\"%d\" y=\"%.1f\">", LEFT + 16, y);
    xml_append_text(bytes, series->name);
    bytes_append_char(bytes, ' ');
    xml_append_text(bytes, series->field);
    if (plot_fairness(drawing->plot, series->field, &index))
      bytes_append_format(bytes, _(" (Jain's index %.3f)"), index);
    bytes_append_text(bytes, "</text>\n");
  }
}

/* Of the points that fall on one column of the picture, those that are drawn: the first and the
 * last of them, the lowest and the highest, in their order. */
struct column {
  size_t points[4];
  size_t count;
  size_t end; /* where the next column begins */
};

static void add_point(struct column *column, size_t point) {
  size_t at = column->count;
  for (size_t i = 0; i < column->count; i++)
    if (column->points[i] == point)
      return;
  for (; at > 0 && column->points[at - 1] > point; at--)
    column->points[at] = column->points[at - 1];
  column->points[at] = point;
  column->count++;
}

static struct column column_at(const struct drawing *drawing, const struct plot_series *series,
                               size_t first) {
  const struct plot_point *points = plot_points(series);
  struct column column = {.count = 0};
  size_t lowest = first;
  size_t highest = first;
  size_t end = first;
  long place = (long)x_of(drawing, points[first].time);
  for (; end < plot_length(series) && (long)x_of(drawing, points[end].time) == place; end++) {
    lowest = points[end].value < points[lowest].value ? end : lowest;
    highest = points[end].value > points[highest].value ? end : highest;
  }
  column.end = end;
  add_point(&column, first);
  add_point(&column, lowest);
  add_point(&column, highest);
  add_point(&column, end - 1);
  return column;
}

/* A value holds until the next one is seen, so there are steps between them. */
static void put_steps(struct drawing *drawing, const struct panel *panel, size_t number) {
  const struct plot_series *series = &drawing->plot->series[number];
  struct column column = {.count = 0};
  bytes_append_format(drawing->bytes, "<path class=\"step s%zu\" d=\"", number);
  for (size_t at = 0; at < plot_length(series); at = column.end) {
    column = column_at(drawing, series, at);
    for (size_t i = 0; i < column.count; i++) {
      const struct plot_point *point = &plot_points(series)[column.points[i]];
      bytes_append_format(drawing->bytes, at + i == 0 ? "M%.1f %.1f" : "H%.1fV%.1f",
                          x_of(drawing, point->time), y_of(panel, (double)point->value));
    }
  }
  bytes_append_text(drawing->bytes, "\"/>\n");
}

static void put_point(struct drawing *drawing, const struct panel *panel,
                      const struct plot_series *series, const struct plot_point *point) {
  struct bytes *bytes = drawing->bytes;
  bytes_append_format(bytes,
                      "<circle data-serial=\"%llu\" cx=\"%.1f\" cy=\"%.1f\" r=\"1.8\"><title>",
                      (unsigned long long)point->serial, x_of(drawing, point->time),
                      y_of(panel, (double)point->value));
  xml_append_text(bytes, series->name);
  bytes_append_char(bytes, ' ');
  xml_append_text(bytes, series->field);
  bytes_append_format(bytes, " %lld ", (long long)point->value);
  xml_append_text(bytes, series->unit);
  bytes_append_format(bytes, _(" at %.6f s"), (double)point->time / 1e9);
  bytes_append_text(bytes, "</title></circle>\n");
}

static void put_points(struct drawing *drawing, const struct panel *panel, size_t number) {
  const struct plot_series *series = &drawing->plot->series[number];
  struct column column = {.count = 0};
  bytes_append_format(drawing->bytes, "<g class=\"p%zu\">\n", number);
  for (size_t at = 0; at < plot_length(series); at = column.end) {
    column = column_at(drawing, series, at);
    for (size_t i = 0; i < column.count; i++)
      put_point(drawing, panel, series, &plot_points(series)[column.points[i]]);
  }
  bytes_append_text(drawing->bytes, "</g>\n");
}

void plot_append_svg(const struct plot *plot, struct bytes *bytes) {
  struct drawing drawing = {.plot = plot, .bytes = bytes};
  if (!plot_range(plot, &drawing.from, &drawing.to))
    return;
  arrange(&drawing);
  put_head(&drawing);
  for (size_t i = 0; i < drawing.count; i++) {
    const struct panel *panel = &drawing.panels[i];
    put_legend(&drawing, panel);
    put_numbers(&drawing, panel);
    /* The first one that was named is drawn over all others. */
    for (size_t number = plot->count; number-- > 0;)
      if (is_in(&plot->series[number], panel)) {
        put_steps(&drawing, panel, number);
        put_points(&drawing, panel, number);
      }
  }
  put_times(&drawing);
  bytes_append_text(bytes, "</svg>\n");
}
