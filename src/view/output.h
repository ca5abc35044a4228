/* output: what waits to be written to standard output and standard error, in one order. */
#ifndef SOCKSH_VIEW_OUTPUT_H
#define SOCKSH_VIEW_OUTPUT_H

#include <pthread.h>
#include <stdbool.h>

#include "language/bytes.h"
#include "system/lock.h"

/* A run of the waiting bytes for one descriptor. */
struct output_segment {
  int descriptor; /* 1 or 2 */
  size_t length;
};

struct output {
  struct lock lock;      /* guards the whole struct */
  struct bytes bytes;    /* what waits */
  struct bytes segments; /* struct output_segment, in order */
  int paged;             /* a file for the pager, which is the output's; 0: none */
  _Atomic bool broken;   /* standard output is gone: EPIPE, or another error, in `error` */
  _Atomic int error;
  _Atomic size_t waiting; /* bytes.length, for a check without the lock */
  pthread_mutex_t
      writing; /* held by the one thread that writes, to keep the order; taken before `lock` */
};

void output_start(struct output *output);
void output_stop(struct output *output);

/* Adds text for a descriptor, 1 or 2. */
void output_add(struct output *output, int descriptor, const void *data, size_t length);

/* Leaves a file for the pager, whose descriptor is the output's from now on. */
void output_add_paged(struct output *output, int file);
/* Takes that file. -1 if there is none. */
int output_take_paged(struct output *output);

/* Writes everything that waits. An error on standard output sets `broken`, and everything after it
 * is dropped; one on standard error can be reported to nobody. */
void output_flush(struct output *output);

/* Takes everything that waits, to be written another way (above the prompt): swaps it into the two
 * buffers. */
void output_take(struct output *output, struct bytes *bytes, struct bytes *segments);
/* Writes what output_take took. */
void output_write(struct output *output, const struct bytes *bytes, const struct bytes *segments);

#endif
