#include "session/process_await.h"

#include <errno.h>
#include <string.h>

#include "session/process_console.h"
#include "session/program_sockets.h"

/* How far each stream was searched in vain; only what matches is used up. */
struct search {
  uint64_t from[PROGRAM_STREAMS];
};

enum {
  LOOK_EVERY = 20, /* milliseconds between looks for what no event tells of */
  MUTE_LOOKS = 50, /* so many in vain at a program that has closed its output and runs on */
};

/* 1 with the line taken, from its offset on; 0; or -1 with an error. */
static int take_line(struct process *process, struct process_stream *stream, const char *line,
                     size_t length, bool whole, struct error *error) {
  const char *first = process_stream_from(stream, 0, &(size_t){0});
  uint64_t before = stream->total - stream->kept.length + (uint64_t)(line - first);
  stream->awaited = before + length + whole;
  if (length > 0 && line[length - 1] == '\r')
    length--;
  bytes_clear(&process->line);
  bytes_append(&process->line, line, length);
  process->has_line = !process->line.failed;
  return process->line.failed ? error_set_memory(error) : 1;
}

static int lost_lines(const struct process *process, const struct process_stream *stream,
                      struct error *error) {
  if (stream->broken)
    return error_set_errno(error, ENOMEM, _("a part of what %s printed was lost"), process->name);
  return error_set(error, ERROR_FAILURE,
                   _("lines that %s printed and nobody awaited are gone: it has printed more than "
                     "1M since; `log` has them"),
                   process->name);
}

/* 1 if there is another whole line, 0 if not, -1 with an error. */
static int next_line(struct process *process, struct error *error) {
  struct process_stream *stream = &process->streams[PROGRAM_OUTPUT];
  size_t length;
  if (stream->broken || stream->awaited < stream->total - stream->kept.length) {
    stream->awaited = stream->total - stream->kept.length;
    return lost_lines(process, stream, error);
  }
  const char *line = process_stream_from(stream, stream->awaited, &length);
  const char *end = length > 0 ? memchr(line, '\n', length) : NULL;
  return end ? take_line(process, stream, line, (size_t)(end - line), true, error) : 0;
}

/* 1 if a line on the stream matches, 0 if none does yet, -1 with an error. What stands behind the
 * last newline is searched each time: a prompt has none. */
static int next_match(struct runner *runner, const struct process_awaited *awaited,
                      struct process_stream *stream, uint64_t *from, struct error *error) {
  size_t length;
  if (*from < stream->awaited)
    *from = stream->awaited;
  for (;;) {
    const char *line = process_stream_from(stream, *from, &length);
    const char *end = length > 0 ? memchr(line, '\n', length) : NULL;
    size_t size = end ? (size_t)(end - line) : length;
    size_t shown = size > 0 && line[size - 1] == '\r' ? size - 1 : size;
    if (length == 0)
      return 0;
    int found = regex_search(awaited->regex, line, shown, &runner->waiter.reason, error);
    if (found < 0)
      return -1;
    if (found)
      return take_line(awaited->process, stream, line, size, end != NULL, error);
    if (!end)
      return 0;
    *from = stream->total - length + size + 1;
  }
}

/* 1 if the condition holds, 0 if not, -1 with an error. */
static int holds(struct runner *runner, struct process_awaited *awaited, struct search *search,
                 struct error *error) {
  struct process *process = awaited->process;
  switch (awaited->condition) {
  case PROCESS_EXIT:
    return process->done;
  case PROCESS_LINE:
    return next_line(process, error);
  case PROCESS_MATCH:
    for (unsigned which = 0; which < PROGRAM_STREAMS; which++) {
      int found =
          next_match(runner, awaited, &process->streams[which], &search->from[which], error);
      if (found != 0)
        return found;
    }
    return 0;
  case PROCESS_LISTENING:
    return process->ended
               ? 0
               : program_sockets_find_listener(runner, process, &awaited->address, error);
  }
  return 0;
}

/* It runs on, but nothing is read from it any more. */
static bool is_mute(const struct process *process, enum process_condition condition) {
  bool lines = condition == PROCESS_LINE || condition == PROCESS_MATCH;
  bool errors = condition == PROCESS_MATCH && process->streams[PROGRAM_ERRORS].end >= 0;
  return lines && !errors && process->streams[PROGRAM_OUTPUT].end < 0;
}

static const char *what_is_missing(enum process_condition condition, bool ended) {
  switch (condition) {
  case PROCESS_EXIT:
    return _(" still runs");
  case PROCESS_LINE:
    return ended ? _(", and printed no further line") : _(" has printed no further line yet");
  case PROCESS_MATCH:
    return ended ? _(", and printed nothing that matches") : _(" has printed nothing that matches");
  case PROCESS_LISTENING:
    return ended ? _(", and listened nowhere") : _(" listens nowhere yet");
  }
  return "";
}

void process_notice_end(struct runner *runner, struct process *process) {
  struct event_program program = {.phase = PROGRAM_COLLECTED};
  if (process->noticed)
    return;
  process->noticed = true;
  process_append(runner, process, &program);
}

/* It has ended, or the time is over. */
static int fails(struct runner *runner, struct process_awaited *awaited, struct error *error) {
  struct process *process = awaited->process;
  struct bytes text = {0};
  bool mute = !process->done && is_mute(process, awaited->condition);
  if (process->done) {
    process_append_end(process, &text);
    process_notice_end(runner, process);
  } else {
    bytes_append_text(&text, process->name);
  }
  if (mute)
    bytes_append_text(&text, _(" runs on, but has closed its output"));
  if (mute && process->streams[PROGRAM_OUTPUT].problem)
    bytes_append_format(&text, " (%s)",
                        error_number_name(process->streams[PROGRAM_OUTPUT].problem));
  bytes_append_text(&text, what_is_missing(awaited->condition, process->done || mute));
  if (!process->done && !mute)
    bytes_append_format(&text, ": %s (ETIMEDOUT)", strerrordesc_np(ETIMEDOUT));
  process_append_last_words(process, &text);
  error_set(error, ERROR_FAILURE, "%s", bytes_text(&text));
  error->number = process->done || mute ? 0 : ETIMEDOUT;
  bytes_free(&text);
  return -1;
}

/* The views may show what is certain to have come. */
static void tell_awaited(struct runner *runner, const struct process_awaited *awaited) {
  struct process *process = awaited->process;
  struct event_program program = {.phase = PROGRAM_AWAITED};
  if (awaited->condition == PROCESS_EXIT) {
    process_notice_end(runner, process);
  } else if (awaited->condition == PROCESS_LINE || awaited->condition == PROCESS_MATCH) {
    for (unsigned which = 0; which < PROGRAM_STREAMS; which++) {
      program.stream = (enum program_stream)which;
      program.offset = process->streams[which].awaited;
      if (program.offset > 0)
        process_append(runner, process, &program);
    }
  }
}

/* Until when to wait for the next change: what no event tells of is looked at again and again; and
 * a program that has closed its output has usually ended, and a moment later its end is known. */
static int64_t wait_until(const struct process_awaited *awaited, int64_t deadline) {
  int64_t until = deadline;
  int64_t soon = clock_monotonic() + (int64_t)LOOK_EVERY * 1000000;
  bool looks = awaited->condition == PROCESS_LISTENING;
  if (looks || is_mute(awaited->process, awaited->condition))
    until = deadline && deadline < soon ? deadline : soon;
  return until;
}

int process_await(struct runner *runner, struct process_awaited *awaited, int64_t deadline,
                  struct error *error) {
  struct process *process = awaited->process;
  struct search search = {{0}};
  unsigned mute = 0; /* how often it was found so */
  int problem = 0;
  for (;;) {
    unsigned changes = process->changes;
    bool done = process->done;
    int now = holds(runner, awaited, &search, error);
    mute += is_mute(process, awaited->condition);
    if (now > 0)
      tell_awaited(runner, awaited);
    if (now != 0)
      return now < 0 ? -1 : 0;
    if (done || mute > MUTE_LOOKS || problem == ETIMEDOUT)
      return fails(runner, awaited, error);
    if (!runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED))
      return runner_interrupted(runner, error);
    int64_t until = wait_until(awaited, deadline);
    problem = futex_wait(&process->changes, changes, until);
    runner_wait_end(runner);
    if (problem == ETIMEDOUT && until != deadline)
      problem = 0;
    if (problem == EINTR && runner_is_stopped(runner))
      return runner_interrupted(runner, error);
  }
}

struct process *process_failed_last(const struct session *session, const struct host *host) {
  struct process *failed = NULL;
  for (struct process *process = session->programs; process; process = process->next) {
    if (process->host != host)
      continue;
    if (!process->done)
      return NULL;
    if (!failed && process->status != 0 && !process->noticed && !process->asked)
      failed = process;
  }
  return failed;
}
