/* plot_csv: a plot as values with commas between them. */
#include "view/picture/plot.h"

/* What stands between quotation marks. */
static void append_inside(const char *text, struct bytes *bytes) {
  for (; *text; text++) {
    if (*text == '"')
      bytes_append_char(bytes, '"');
    bytes_append_char(bytes, *text);
  }
}

static void append_title(const struct plot_series *series, struct bytes *bytes) {
  bytes_append_text(bytes, ",\"");
  append_inside(series->name, bytes);
  bytes_append_char(bytes, ' ');
  append_inside(series->field, bytes);
  if (series->unit[0]) {
    bytes_append_text(bytes, " (");
    append_inside(series->unit, bytes);
    bytes_append_char(bytes, ')');
  }
  bytes_append_char(bytes, '"');
}

/* The next event of which there is a point; false: there are no more. */
static bool next_point(const struct plot *plot, const size_t *at, struct plot_point *point) {
  bool any = false;
  for (size_t i = 0; i < plot->count; i++) {
    const struct plot_point *points = plot_points(&plot->series[i]);
    if (at[i] == plot_length(&plot->series[i]) || (any && points[at[i]].serial >= point->serial))
      continue;
    *point = points[at[i]];
    any = true;
  }
  return any;
}

void plot_append_csv(const struct plot *plot, struct bytes *bytes) {
  size_t at[PLOT_SERIES] = {0};
  struct plot_point point = {0};
  bytes_append_text(bytes, "serial,seconds");
  for (size_t i = 0; i < plot->count; i++)
    if (plot_length(&plot->series[i]) > 0)
      append_title(&plot->series[i], bytes);
  bytes_append_text(bytes, "\r\n");
  while (next_point(plot, at, &point)) {
    bytes_append_format(bytes, "%llu,%.9f", (unsigned long long)point.serial,
                        (double)point.time / 1e9);
    for (size_t i = 0; i < plot->count; i++) {
      const struct plot_series *series = &plot->series[i];
      if (plot_length(series) == 0)
        continue;
      bytes_append_char(bytes, ',');
      if (at[i] < plot_length(series) && plot_points(series)[at[i]].serial == point.serial)
        bytes_append_number(bytes, (long long)plot_points(series)[at[i]++].value);
    }
    bytes_append_text(bytes, "\r\n");
  }
}
