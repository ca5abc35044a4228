#include "view/picture/plot.h"

#include <stdio.h>
#include <string.h>

static struct plot_series *find(struct plot *plot, uint64_t socket, const char *field) {
  for (size_t i = 0; i < plot->count; i++)
    if (plot->series[i].socket == socket &&
        (!plot->series[i].field[0] || strcmp(plot->series[i].field, field) == 0))
      return &plot->series[i];
  return NULL;
}

static void call_it(struct plot_series *series, const struct socket_label *socket) {
  if (socket->name[0])
    snprintf(series->name, sizeof series->name, "%s", socket->name);
  else
    snprintf(series->name, sizeof series->name, "%d", socket->descriptor);
}

int plot_want(struct plot *plot, const struct socket_label *socket, const char *field) {
  if (field && find(plot, socket->id, field))
    return 0;
  if (plot->count == PLOT_SERIES)
    return -1;
  struct plot_series *series = &plot->series[plot->count++];
  series->socket = socket->id;
  call_it(series, socket);
  snprintf(series->field, sizeof series->field, "%s", field ? field : "");
  plot->all |= !field;
  return 0;
}

static bool wants_all(const struct plot *plot, uint64_t socket) {
  for (size_t i = 0; plot->all && i < plot->count; i++)
    if (plot->series[i].socket == socket)
      return true;
  return false;
}

static void add(struct plot_series *series, const struct plot_point *point, const char *unit) {
  snprintf(series->unit, sizeof series->unit, "%s", unit);
  bytes_append(&series->points, point, sizeof *point);
  if (point->value > series->most)
    series->most = point->value;
}

void plot_take(struct plot *plot, const struct event *event) {
  const struct event_sample *sample = event->sample;
  for (size_t i = 0; i < sample->count; i++) {
    const struct event_sample_value *value = &sample->values[i];
    struct plot_series *series = find(plot, sample->socket.id, value->field);
    if (!series && !sample->looked && wants_all(plot, sample->socket.id)) {
      plot->more |= plot_want(plot, &sample->socket, value->field) < 0;
      series = find(plot, sample->socket.id, value->field);
    }
    if (!series || !value->known || value->value < 0)
      continue;
    if (!series->field[0])
      snprintf(series->field, sizeof series->field, "%s", value->field);
    struct plot_point point = {event->monotonic - plot->began, value->value, event->serial};
    add(series, &point, value->unit);
  }
}

void plot_free(struct plot *plot) {
  for (size_t i = 0; i < plot->count; i++)
    bytes_free(&plot->series[i].points);
  *plot = (struct plot){0};
}

/* A file that is replayed may have any order. */
bool plot_range(const struct plot *plot, int64_t *from, int64_t *to) {
  bool any = false;
  for (size_t i = 0; i < plot->count; i++) {
    const struct plot_point *points = plot_points(&plot->series[i]);
    for (size_t at = 0; at < plot_length(&plot->series[i]); at++) {
      *from = any && *from < points[at].time ? *from : points[at].time;
      *to = any && *to > points[at].time ? *to : points[at].time;
      any = true;
    }
  }
  return any;
}

struct plot_scale plot_scale_of(const char *unit, int64_t most) {
  static const struct {
    const char *unit;
    int64_t from;
    struct plot_scale scale;
  } scales[] = {
      {"us", 1000000, {1e6, "s"}},   {"us", 1000, {1e3, "ms"}},
      {"ms", 10000, {1e3, "s"}},     {"bytes", 10000000, {1e6, "MB"}},
      {"bytes", 10000, {1e3, "kB"}}, {"B/s", 10000000, {1e6, "MB/s"}},
      {"B/s", 10000, {1e3, "kB/s"}},
  };
  for (size_t i = 0; i < sizeof scales / sizeof *scales; i++)
    if (strcmp(unit, scales[i].unit) == 0 && most >= scales[i].from)
      return scales[i].scale;
  return (struct plot_scale){1, unit};
}

struct plot_scale plot_scale_of_time(int64_t span) {
  return span >= 1000000000 ? (struct plot_scale){1e9, "s"} : (struct plot_scale){1e6, "ms"};
}

double plot_step(double most, unsigned marks) {
  static const double steps[] = {1, 2, 5, 10};
  double least = most / marks;
  double power = 1;
  if (least <= 0)
    return 1;
  while (power > least)
    power /= 10;
  while (power * 10 <= least)
    power *= 10;
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
    if (steps[i] * power >= least * 0.999)
      return steps[i] * power;
  return 10 * power;
}

void plot_append_number(double number, double step, struct bytes *bytes) {
  int decimals = 0;
  for (; step < 0.999 && decimals < 9; step *= 10)
    decimals++;
  bytes_append_format(bytes, "%.*f", decimals, number);
}

/* How much a counter has grown, or the mean of what goes up and down, each value holding until the
 * next sample. */
static double amount(const struct plot_series *series) {
  const struct plot_point *points = plot_points(series);
  size_t length = plot_length(series);
  double sum = 0;
  bool grows = true;
  for (size_t i = 1; i < length; i++) {
    sum += (double)points[i - 1].value * (double)(points[i].time - points[i - 1].time);
    grows = grows && points[i].value >= points[i - 1].value;
  }
  int64_t span = points[length - 1].time - points[0].time;
  bool counts = grows && (strncmp(series->field, "bytes_", 6) == 0 ||
                          strncmp(series->field, "delivered", 9) == 0);
  if (counts)
    return (double)(points[length - 1].value - points[0].value);
  return span > 0 ? sum / (double)span : (double)points[0].value;
}

bool plot_fairness(const struct plot *plot, const char *field, double *index) {
  double sum = 0;
  double squares = 0;
  unsigned count = 0;
  for (size_t i = 0; i < plot->count; i++) {
    const char *unit = plot->series[i].unit;
    bool shared = strcmp(unit, "us") != 0 && strcmp(unit, "ms") != 0;
    if (!shared || strcmp(plot->series[i].field, field) != 0 || plot_length(&plot->series[i]) < 2)
      continue;
    double value = amount(&plot->series[i]);
    sum += value;
    squares += value * value;
    count++;
  }
  *index = squares > 0 ? sum * sum / (count * squares) : 1;
  return count > 1;
}
