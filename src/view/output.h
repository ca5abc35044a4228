/* output: what is waiting to be written to standard output and standard error, in one order. */
#ifndef SOCKSH_VIEW_OUTPUT_H
#define SOCKSH_VIEW_OUTPUT_H

#include <pthread.h>
#include <stdbool.h>

#include "language/bytes.h"

/* A stretch of the waiting bytes that goes to one descriptor. */
struct output_segment {
  int descriptor; /* 1 or 2 */
  size_t length;
};

struct output {
  pthread_mutex_t lock;  /* guards all of the struct */
  struct bytes bytes;    /* what waits */
  struct bytes segments; /* struct output_segment, in order */
  _Atomic bool broken;   /* standard output is gone: EPIPE, or another error, below */
  _Atomic int error;
  _Atomic size_t waiting; /* bytes.length, to be looked at without the lock */
  pthread_mutex_t
      writing; /* held by the one thread that writes, so that order is kept; taken before `lock` */
};

void output_start(struct output *output);
void output_stop(struct output *output);

/* Adds text for a descriptor, 1 or 2. */
void output_add(struct output *output, int descriptor, const void *data, size_t length);

/* Writes all that waits. An error of standard output sets `broken`, and all that follows is
 * dropped; one of standard error is nobody's to hear. */
void output_flush(struct output *output);

/* Takes all that waits for another way of writing it (above the prompt): swaps it into the two
 * buffers. */
void output_take(struct output *output, struct bytes *bytes, struct bytes *segments);
/* Writes what was taken. */
void output_write(struct output *output, const struct bytes *bytes, const struct bytes *segments);

#endif
