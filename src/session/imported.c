#include "session/imported.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "language/escape.h"
#include "session/traced.h"
#include "system/descriptor.h"
#include "system/line_reader.h"
#include "system/wait.h"

enum {
  LINE_LIMIT = 1 << 20, /* bytes of a line: longer ones are not understood */
  PACE = 256,           /* so many lines are read before others get the lock */
};

/* A log that is read line by line. */
struct log_file {
  const char *path; /* as shown */
  struct line_reader reader;
};

/* The next line. 1, 0 at the end of the file, or -1 with an error. */
static int next_line(struct log_file *file, struct line_read *line, struct error *error) {
  int status = line_reader_next(&file->reader, line);
  return status < 0 ? error_set_errno(error, errno, _("%s can't be read"), file->path) : status;
}

static int rewind_file(struct log_file *file, struct error *error) {
  return line_reader_rewind(&file->reader) < 0
             ? error_set_errno(error, errno, _("%s can't be read again"), file->path)
             : 0;
}

static void close_file(struct log_file *file) {
  if (file->reader.descriptor >= 0)
    close(file->reader.descriptor);
  line_reader_free(&file->reader);
}

static int open_file(struct log_file *file, const char *path, struct error *error) {
  struct stat status;
  int descriptor = descriptor_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
  file->reader = (struct line_reader){.descriptor = descriptor, .limit = LINE_LIMIT};
  if (descriptor < 0 || fstat(descriptor, &status) < 0)
    return error_set_errno(error, errno, _("%s can't be opened"), file->path);
  if (S_ISDIR(status.st_mode))
    return error_set_errno(error, EISDIR, _("%s can't be read"), file->path);
  if (!S_ISREG(status.st_mode))
    return error_set(error, ERROR_FAILURE,
                     _("%s is no file: a log is read twice, so write it to a file first "
                       "(strace -o FILE)"),
                     file->path);
  return 0;
}

/* How long the log took, by its own clock: it is put in front of now. */
static int measure(struct runner *runner, struct log_file *file, int64_t *span,
                   struct error *error) {
  struct strace_timer timer = {0};
  struct line_read text;
  int status;
  *span = 0;
  session_unlock(runner->session);
  while ((status = next_line(file, &text, error)) > 0 && !runner_is_stopped(runner)) {
    struct strace_line line;
    if (!text.text)
      continue;
    strace_line_read(text.text, text.length, &line);
    strace_timer_read(&timer, &line, span);
  }
  session_lock(runner->session);
  if (status < 0)
    return -1;
  return status > 0 ? runner_interrupted(runner, error) : rewind_file(file, error);
}

/* What the sink works for. */
struct import {
  struct runner *runner;
  struct process *process;
};

static uint64_t append_call(void *context, const struct call *call, const struct event_actor *actor,
                            int64_t wall) {
  const struct import *import = context;
  struct runner *runner = import->runner;
  struct event event;
  event_begin(&event, EVENT_CALL_FINISH);
  event.job = runner->job;
  event.statement = runner->statement;
  event.actor = actor;
  event.wall = wall;
  event.monotonic = call->ended ? call->ended : call->began ? call->began : EVENT_AT_ONCE;
  event.call = call;
  return timeline_append(runner->session->timeline, &event);
}

static void add_leak(void *context, const struct socket *socket) {
  struct process *process = ((const struct import *)context)->process;
  struct traced_leak leak = {socket_label(socket), socket->type, socket->seen, socket->made_by};
  bytes_append(&process->leaks, &leak, sizeof leak);
}

static int read_lines(struct runner *runner, struct log_file *file, struct strace_log *log,
                      struct error *error) {
  struct line_read line;
  int status;
  while ((status = next_line(file, &line, error)) > 0) {
    if (line.text)
      strace_log_read(log, line.text, line.length);
    else
      strace_log_skip(log);
    if (file->reader.lines % PACE != 0)
      continue;
    runner->session->shell->drain(runner);
    session_yield_lock(runner->session);
    if (runner_is_stopped(runner))
      return runner_interrupted(runner, error);
  }
  strace_log_finish(log);
  return status;
}

static void tell_left_out(struct runner *runner, const struct log_file *file,
                          const struct strace_counts *counts) {
  if (counts->unclear > 0)
    runner_note(runner,
                counts->unclear == 1
                    ? _("%s: %llu line was not understood, and is left out: line %llu")
                    : _("%s: %llu lines were not understood, and are left out; the first is line "
                        "%llu"),
                file->path, (unsigned long long)counts->unclear,
                (unsigned long long)counts->first_unclear);
  if (counts->unreturned > 0)
    runner_note(runner,
                counts->unreturned == 1
                    ? _("%s: %llu call on a socket has not returned, and is left out")
                    : _("%s: %llu calls on sockets have not returned, and are left out"),
                file->path, (unsigned long long)counts->unreturned);
}

/* The process of a log that was read: it has ended as the log says, or nobody knows how. */
static void end_process(struct process *process) {
  int status;
  process->pid = (pid_t)strace_log_first(process->imported);
  process->unknown_end = !strace_log_ended(process->imported, &status);
  process->status = status;
  process->signal = status > 128 ? status - 128 : 0;
}

static int read_log(struct runner *runner, struct process *process, struct log_file *file,
                    struct error *error) {
  struct import import = {runner, process};
  struct strace_sink sink = {.sockets = &runner->session->sockets,
                             .finished = append_call,
                             .leaked = add_leak,
                             .context = &import};
  int64_t span;
  process->imported = strace_log_create(&sink, process->name, process->job);
  if (!process->imported)
    return error_set_memory(error);
  if (measure(runner, file, &span, error) < 0)
    return -1;
  /* A log that took longer than the machine is up ends later than now. */
  int64_t shift = clock_monotonic() - span;
  strace_log_shift(process->imported, shift > 0 ? shift : 1);
  if (read_lines(runner, file, process->imported, error) < 0)
    return -1;
  const struct strace_counts *counts = strace_log_counts(process->imported);
  tell_left_out(runner, file, counts);
  if (counts->calls > 0)
    return 0;
  return error_set(error, ERROR_FAILURE,
                   _("no line of %s is a call on a socket: is it a log of `strace -f -yy -xx -o "
                     "FILE COMMAND`?"),
                   file->path);
}

struct process *imported_read(struct runner *runner, const char *path, struct error *error) {
  struct bytes shown = {0};
  struct log_file file = {.reader = {.descriptor = -1}};
  struct process *process = process_create();
  escape_append(&shown, path, strlen(path), ESCAPE_ASCII);
  file.path = bytes_text(&shown);
  if (!process)
    error_set_memory(error);
  else if (open_file(&file, path, error) == 0) {
    process->ended = process->done = process->noticed = true;
    process_enroll(runner, process);
    if (read_log(runner, process, &file, error) == 0)
      end_process(process);
    else {
      object_release(&process->object);
      process = NULL;
    }
  } else {
    object_release(&process->object);
    process = NULL;
  }
  close_file(&file);
  bytes_free(&shown);
  return process;
}

struct socket *imported_find(const struct process *process, unsigned number, long descriptor) {
  return strace_log_find(process->imported, number, descriptor);
}
