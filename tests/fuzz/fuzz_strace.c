/* A log of strace: any lines, as calls of a program. What is made of them goes the way of all
 * events, through the codec. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "import/strace_log.h"
#include "timeline/timeline.h"
#include "view/notation/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where the events go. */
struct fuzz_sink {
  struct timeline *timeline;
};

static uint64_t finished(void *context, const struct call *call, const struct event_actor *actor,
                         int64_t wall) {
  struct fuzz_sink *sink = context;
  struct event event;
  event_begin(&event, EVENT_CALL_FINISH);
  event.actor = actor;
  event.wall = wall;
  event.monotonic = call->ended ? call->ended : call->began ? call->began : 1;
  event.call = call;
  return timeline_append(sink->timeline, &event);
}

static void leaked(void *context, const struct socket *socket) {
  (void)context;
  if (socket->holders > 0)
    abort();
}

static void heard(const struct event *event, void *context) {
  (void)event;
  (void)context;
}

/* Whatever was kept can be shown. */
static bool show(const struct event *event, void *context) {
  struct bytes text = {0};
  uint64_t *seen = context;
  line_append_event(event, &text);
  for (size_t i = 0; i < text.length; i++)
    if ((unsigned char)text.data[i] < ' ')
      abort();
  bytes_free(&text);
  (*seen)++;
  return true;
}

static void read_lines(struct strace_log *log, const char *text, size_t size) {
  while (size > 0) {
    const char *end = memchr(text, '\n', size);
    size_t length = end ? (size_t)(end - text) : size;
    /* In memory of its own, so that a byte behind it is found. */
    char *line = malloc(length ? length : 1);
    memcpy(line, text, length);
    strace_log_read(log, line, length);
    free(line);
    size_t used = length + (end != NULL);
    text += used;
    size -= used;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct socket_table table;
  uint64_t seen = 0;
  socket_table_start(&table);
  struct fuzz_sink target = {timeline_create(heard, NULL)};
  struct strace_sink sink = {
      .sockets = &table, .finished = finished, .leaked = leaked, .context = &target};
  struct strace_log *log = strace_log_create(&sink, "p", 1);
  if (!log || !target.timeline)
    abort();
  strace_log_shift(log, 1);
  read_lines(log, (const char *)data, size);
  strace_log_finish(log);
  const struct strace_counts *counts = strace_log_counts(log);
  if ((counts->unclear > 0) != (counts->first_unclear > 0))
    abort();
  timeline_walk(target.timeline, 1, EVENT_ANY, show, &seen);
  if (seen != counts->calls)
    abort();
  strace_log_free(log);
  timeline_free(target.timeline);
  socket_table_clear(&table);
  return 0;
}
