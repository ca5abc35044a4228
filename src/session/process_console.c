#include "session/process_console.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "view/notation/program_line.h"

enum {
  READ_AT_ONCE = 16 * 1024, /* so much is read before others may have the session's lock */
  READ_AT_END = 1 << 20,    /* what a program leaves in its pipes is less; more is another's */
  LINE_MOST = 4096,         /* longer lines are told in parts */
  LAST_WORDS = 3,           /* lines of standard error in an error */
  LAST_WORDS_MOST = 300,    /* bytes */
};
static const int64_t moment = 200000000; /* nanoseconds that a line may take until its newline */

void process_signal_change(struct process *process) {
  process->changes++;
  futex_wake(&process->changes);
}

void process_append(struct runner *runner, const struct process *process,
                    struct event_program *program) {
  struct event event = {.kind = EVENT_PROGRAM, .program = program};
  program->number = process->job;
  program->name = process->name;
  program->process = process->pid;
  event.host = process->host ? process->host->name : NULL;
  runner_append(runner, &event);
}

const char *process_stream_from(const struct process_stream *stream, uint64_t offset,
                                size_t *length) {
  uint64_t first = stream->total - stream->kept.length;
  size_t skipped = offset > first ? (size_t)(offset - first) : 0;
  *length = stream->kept.length - skipped;
  return stream->kept.data ? stream->kept.data + skipped : "";
}

static void tell(struct runner *runner, struct process *process, enum program_stream which,
                 const char *data, size_t length, bool whole) {
  struct process_stream *stream = &process->streams[which];
  struct event_program program = {.phase = PROGRAM_PRINTED,
                                  .stream = which,
                                  .offset = stream->told,
                                  .data = data,
                                  .kept = length,
                                  .length = length,
                                  .partial = !whole,
                                  .continues = stream->partial};
  process_append(runner, process, &program);
  stream->told += length + whole;
  stream->partial = !whole;
  stream->came = clock_monotonic();
}

/* Tells of every whole line; with `all` of what stands behind the last one, too. */
static void tell_lines(struct runner *runner, struct process *process, enum program_stream which,
                       bool all) {
  struct process_stream *stream = &process->streams[which];
  for (;;) {
    size_t left;
    const char *data = process_stream_from(stream, stream->told, &left);
    const char *end = memchr(data, '\n', left < LINE_MOST ? left : LINE_MOST);
    if (end)
      tell(runner, process, which, data, (size_t)(end - data), true);
    else if (left >= LINE_MOST)
      tell(runner, process, which, data, LINE_MOST, false);
    else if (left > 0 && all)
      tell(runner, process, which, data, left, false);
    else
      return;
  }
}

/* Keeps the last bytes: twice as many as promised are the most, so that they seldom move. */
static void keep(struct process *process, struct process_stream *stream, const char *data,
                 size_t length) {
  struct bytes *kept = &stream->kept;
  if (kept->length + length > 2 * PROCESS_OUTPUT) {
    size_t gone = kept->length - PROCESS_OUTPUT;
    memmove(kept->data, kept->data + gone, PROCESS_OUTPUT);
    kept->length = PROCESS_OUTPUT;
  }
  if (stream->total == stream->told)
    stream->came = clock_monotonic();
  bytes_append(kept, data, length);
  stream->total += length;
  if (!kept->failed)
    return;
  process->dropped += kept->length + length;
  bytes_free(kept);
  stream->broken = true;
  stream->told = stream->total;
}

static void close_end(struct process_stream *stream) {
  if (stream->end >= 0)
    close(stream->end);
  stream->end = -1;
}

/* Reads so many bytes at most. A terminal whose programs have all gone says EIO. */
static void read_end(struct runner *runner, struct process *process, enum program_stream which,
                     size_t most) {
  struct process_stream *stream = &process->streams[which];
  char buffer[4096];
  for (size_t taken = 0; taken < most && stream->end >= 0;) {
    ssize_t got = read(stream->end, buffer, sizeof buffer);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    if (got <= 0) {
      stream->problem = got < 0 ? errno : 0;
      close_end(stream);
      process_signal_change(process);
      return;
    }
    keep(process, stream, buffer, (size_t)got);
    tell_lines(runner, process, which, false);
    process_signal_change(process);
    taken += (size_t)got;
  }
}

/* What the views have made of it is written soon, and above the line that is being typed. */
static void show(struct session *session) {
  if (session->output.waiting == 0)
    return;
  session->flush_wanted = true;
  waiter_list_wake(&session->waiters);
}

void process_console_read(struct runner *runner, struct process *process,
                          enum program_stream stream) {
  read_end(runner, process, stream, READ_AT_ONCE);
  show(runner->session);
}

void process_console_finish(struct runner *runner, struct process *process) {
  for (unsigned which = 0; which < PROGRAM_STREAMS; which++) {
    read_end(runner, process, (enum program_stream)which, READ_AT_END);
    tell_lines(runner, process, (enum program_stream)which, true);
    close_end(&process->streams[which]);
  }
}

int64_t process_console_tell_partial(struct runner *runner, struct process *process) {
  int64_t next = -1;
  if (runner->session->settings.stable) /* it would depend on time */
    return -1;
  for (unsigned which = 0; which < PROGRAM_STREAMS; which++) {
    const struct process_stream *stream = &process->streams[which];
    if (stream->told == stream->total)
      continue;
    int64_t left = stream->came + moment - clock_monotonic();
    if (left <= 0) {
      tell_lines(runner, process, (enum program_stream)which, true);
      show(runner->session);
    } else if (next < 0 || left < next) {
      next = left;
    }
  }
  return next;
}

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The last lines of what it wrote, and where they begin. */
static const char *last_lines(const struct process_stream *stream, size_t *length) {
  const char *data = process_stream_from(stream, 0, length);
  while (*length > 0 && is_space(data[*length - 1]))
    --*length;
  size_t at = *length;
  size_t most = *length > LAST_WORDS_MOST ? *length - LAST_WORDS_MOST : 0;
  for (unsigned lines = 0; at > most; at--)
    if (data[at - 1] == '\n' && ++lines == LAST_WORDS)
      break;
  *length -= at;
  return data + at;
}

/* Without the spaces around it. */
static void append_trimmed(const char *line, size_t length, struct bytes *text) {
  while (length > 0 && is_space(line[length - 1]))
    length--;
  while (length > 0 && is_space(*line)) {
    line++;
    length--;
  }
  bytes_append(text, line, length);
}

void process_append_last_words(const struct process *process, struct bytes *text) {
  size_t length;
  const struct process_stream *stream = &process->streams[PROGRAM_ERRORS];
  if (process->terminal)
    stream = &process->streams[PROGRAM_OUTPUT];
  const char *data = last_lines(stream, &length);
  if (length == 0)
    return;
  bytes_append_text(text, _("; it said: "));
  while (length > 0) {
    const char *end = memchr(data, '\n', length);
    size_t line = end ? (size_t)(end - data) : length;
    append_trimmed(data, line, text);
    bytes_append_text(text, end ? " | " : "");
    data += line + (end != NULL);
    length -= line + (end != NULL);
  }
}

void process_append_end(const struct process *process, struct bytes *text) {
  struct event_program program = {.status = process->status, .signal = process->signal};
  bytes_append_text(text, process->name);
  if (process->unknown_end) {
    bytes_append_text(text, _(" is from a log, which does not say how it has ended"));
    return;
  }
  bytes_append_text(text, process->signal ? " " : _(" has "));
  program_append_end(&program, text);
}
