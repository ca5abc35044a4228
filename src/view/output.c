#include "view/output.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

void output_start(struct output *output) {
  memset(output, 0, sizeof *output);
  pthread_mutex_init(&output->writing, NULL);
}

void output_stop(struct output *output) {
  bytes_free(&output->bytes);
  bytes_free(&output->segments);
  if (output->paged > 0)
    close(output->paged);
  pthread_mutex_destroy(&output->writing);
}

void output_add(struct output *output, int descriptor, const void *data, size_t length) {
  if (length == 0 || output->broken)
    return;
  lock_take(&output->lock);
  size_t count = output->segments.length / sizeof(struct output_segment);
  struct output_segment *last =
      count ? (struct output_segment *)output->segments.data + count - 1 : NULL;
  if (bytes_reserve(&output->bytes, length) == 0) {
    if (last && last->descriptor == descriptor) {
      last->length += length;
      bytes_append(&output->bytes, data, length);
    } else {
      struct output_segment segment = {descriptor, length};
      bytes_append(&output->segments, &segment, sizeof segment);
      if (!output->segments.failed)
        bytes_append(&output->bytes, data, length);
    }
  }
  output->bytes.failed = false; /* what did not fit is not shown; the timeline still has it */
  output->segments.failed = false;
  /* Only a hint for when to flush, so it needs no ordering. */
  atomic_store_explicit(&output->waiting, output->bytes.length, memory_order_relaxed);
  lock_give(&output->lock);
}

void output_add_paged(struct output *output, int file) {
  lock_take(&output->lock);
  if (output->paged > 0)
    close(output->paged); /* nobody has shown it */
  output->paged = file;
  lock_give(&output->lock);
}

int output_take_paged(struct output *output) {
  lock_take(&output->lock);
  int file = output->paged > 0 ? output->paged : -1;
  output->paged = 0;
  lock_give(&output->lock);
  return file;
}

/* Writes everything, waiting even if the descriptor is non-blocking. 0 or an errno. */
static int write_all(int descriptor, const char *data, size_t length) {
  while (length > 0) {
    ssize_t written = write(descriptor, data, length);
    if (written > 0) {
      data += written;
      length -= (size_t)written;
    } else if (written < 0 && errno == EAGAIN) {
      struct pollfd item = {.fd = descriptor, .events = POLLOUT};
      poll(&item, 1, 1000);
    } else if (written < 0 && errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

void output_write(struct output *output, const struct bytes *bytes, const struct bytes *segments) {
  const struct output_segment *segment = (const struct output_segment *)segments->data;
  size_t count = segments->length / sizeof *segment;
  size_t at = 0;
  for (size_t i = 0; i < count; i++) {
    bool standard = segment[i].descriptor == STDOUT_FILENO;
    int error = standard && output->broken
                    ? 0
                    : write_all(segment[i].descriptor, bytes->data + at, segment[i].length);
    if (error && standard) {
      output->error = error;
      output->broken = true;
    }
    at += segment[i].length;
  }
}

void output_take(struct output *output, struct bytes *bytes, struct bytes *segments) {
  lock_take(&output->lock);
  struct bytes taken = output->bytes;
  output->bytes = *bytes;
  *bytes = taken;
  taken = output->segments;
  output->segments = *segments;
  *segments = taken;
  bytes_clear(&output->bytes);
  bytes_clear(&output->segments);
  output->waiting = 0;
  lock_give(&output->lock);
}

void output_flush(struct output *output) {
  struct bytes bytes = {0};
  struct bytes segments = {0};
  pthread_mutex_lock(&output->writing);
  output_take(output, &bytes, &segments);
  output_write(output, &bytes, &segments);
  pthread_mutex_unlock(&output->writing);
  bytes_free(&bytes);
  bytes_free(&segments);
}
