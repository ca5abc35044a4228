/* plot: numbers that were sampled, over time. It shows the samples and nothing between them but
 * that a number was last seen as it was. plot_text, plot_svg and plot_csv write it. */
#ifndef SOCKSH_VIEW_PICTURE_PLOT_H
#define SOCKSH_VIEW_PICTURE_PLOT_H

#include "timeline/event.h"

enum { PLOT_SERIES = 8 };

struct plot_point {
  int64_t time; /* nanoseconds since the session began */
  int64_t value;
  uint64_t serial; /* of its event */
};

/* A number of a socket. */
struct plot_series {
  uint64_t socket;             /* its id */
  char name[SOCKET_NAME_SIZE]; /* what it is called */
  char field[32];
  char unit[16];       /* "": not known before the first sample */
  struct bytes points; /* struct plot_point, in order; owned */
  int64_t most;
};

/* Zeroed but for `began`, it is empty. */
struct plot {
  int64_t began; /* of the session, monotonic nanoseconds */
  struct plot_series series[PLOT_SERIES];
  size_t count;
  bool all;  /* every number of the sockets that are wanted already, as it is met */
  bool more; /* there were more of them than have room */
};

/* Wants a number of a socket; `field` NULL: all of its numbers. -1: there is no more room. */
int plot_want(struct plot *plot, const struct socket_label *socket, const char *field);

/* Takes what is wanted of a sample. */
void plot_take(struct plot *plot, const struct event *event);

void plot_free(struct plot *plot);

/* Series without any sample are left out by those who draw. */
static inline size_t plot_length(const struct plot_series *series) {
  return series->points.length / sizeof(struct plot_point);
}

static inline const struct plot_point *plot_points(const struct plot_series *series) {
  return (const struct plot_point *)series->points.data;
}

/* The first moment and the last. False if there is no sample. */
bool plot_range(const struct plot *plot, int64_t *from, int64_t *to);

/* How numbers of a unit are written where the largest is `most`: divided by `divisor`, with so many
 * decimals where they are marks that are `step` apart. */
struct plot_scale {
  double divisor;
  const char *unit;
};
struct plot_scale plot_scale_of(const char *unit, int64_t most);
struct plot_scale plot_scale_of_time(int64_t span);

/* The distance between marks of an axis from 0 on, of which at most `marks` are wanted: 1, 2 or 5
 * with zeros. */
double plot_step(double most, unsigned marks);

/* Appends a number of an axis whose marks are so far apart. */
void plot_append_number(double number, double step, struct bytes *bytes);

/* Jain's index of a field that several sockets have: of how much a counter has grown, of any other
 * the mean over time. 1: all have the same; 1/n: one has all. False if fewer than two have it, or
 * it is a time, which nobody shares. */
bool plot_fairness(const struct plot *plot, const char *field, double *index);

/* Appends it as lines: panels for each number, `width` columns wide and `height` lines high. */
void plot_append_text(const struct plot *plot, size_t width, size_t height, bool utf8,
                      struct bytes *bytes);

/* Appends it as a file of its own: SVG 1.1. */
void plot_append_svg(const struct plot *plot, struct bytes *bytes);

/* Appends it as lines of values with commas between them (RFC 4180), a line for each moment. */
void plot_append_csv(const struct plot *plot, struct bytes *bytes);

#endif
