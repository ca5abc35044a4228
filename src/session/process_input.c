#include "session/process_input.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "session/process_console.h"

/* What the end of the input is to a terminal: Ctrl-D, at the beginning of a line. */
static const char end_of_file = 4;

static int fails(const struct process *process, size_t written, size_t length, int number,
                 struct error *error) {
  struct bytes text = {0};
  if (process->ended)
    process_append_end(process, &text);
  else if (number == 0 || number == EPIPE)
    bytes_append_format(&text, _("the standard input of %s is closed"), process->name);
  else
    bytes_append_format(&text, _("%s does not read its standard input"), process->name);
  if (length > 0)
    bytes_append_format(&text, _(": %zu bytes of %zu were written"), written, length);
  if (process->ended)
    process_append_last_words(process, &text);
  if (number)
    error_set_errno(error, number, "%s", bytes_text(&text));
  else
    error_set(error, ERROR_FAILURE, "%s", bytes_text(&text));
  bytes_free(&text);
  return -1;
}

/* Waits until it reads, or has ended. 0, an errno, or -1 if interrupted. */
static int wait_writable(struct runner *runner, struct process *process, int64_t deadline) {
  int64_t left = deadline - clock_monotonic();
  struct pollfd items[2] = {{.fd = process->input, .events = POLLOUT},
                            {.fd = process->handle, .events = POLLIN}};
  if (left <= 0)
    return ETIMEDOUT;
  if (!runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED))
    return -1;
  poll(items, 2, (int)((left + 999999) / 1000000));
  runner_wait_end(runner);
  return runner_is_stopped(runner) ? -1 : 0;
}

static void append(struct runner *runner, const struct process *process, enum program_phase phase,
                   const char *data, size_t length) {
  struct event_program program = {
      .phase = phase, .offset = process->typed, .data = data, .kept = length, .length = length};
  process_append(runner, process, &program);
}

int process_input_write(struct runner *runner, struct process *process, const char *data,
                        size_t length, int64_t deadline, struct error *error) {
  size_t written = 0;
  int problem = 0;
  while (written < length && problem == 0) {
    if (process->input < 0 || process->ended)
      break;
    ssize_t put = write(process->input, data + written, length - written);
    if (put >= 0)
      written += (size_t)put;
    else if (errno == EAGAIN)
      problem = wait_writable(runner, process, deadline);
    else if (errno != EINTR)
      problem = errno;
  }
  if (written > 0)
    append(runner, process, PROGRAM_TYPED, data, written);
  process->typed += written;
  if (written == length)
    return 0;
  return problem < 0 ? runner_interrupted(runner, error)
                     : fails(process, written, length, problem, error);
}

int process_input_close(struct runner *runner, struct process *process, struct error *error) {
  if (process->input < 0 || process->ended)
    return fails(process, 0, 0, 0, error);
  if (process->terminal && write(process->input, &end_of_file, 1) != 1)
    return fails(process, 0, 0, errno, error);
  append(runner, process, PROGRAM_INPUT_CLOSED, "", 0);
  if (process->terminal)
    return 0;
  close(process->input);
  process->input = -1;
  return 0;
}
