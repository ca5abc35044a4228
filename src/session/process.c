#include "session/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "session/child.h"
#include "system/descriptor.h"

enum { END_OUT, END_ERROR, END_PROCESS };
enum { GRACE_PERIOD = 2000 }; /* milliseconds between SIGTERM and SIGKILL */

static void close_end(struct process *process, int end) {
  if (process->ends[end] >= 0)
    close(process->ends[end]);
  process->ends[end] = -1;
}

static void process_destroy(struct object *object) {
  struct process *process = (struct process *)object;
  for (int i = 0; i < 3; i++)
    close_end(process, i);
  bytes_free(&process->out);
  bytes_free(&process->error);
  free(process);
}

static void process_text(const struct object *object, struct bytes *text) {
  bytes_append_number(text, ((const struct process *)object)->pid);
}

static int data_value(const struct bytes *bytes, struct value *value, struct error *error) {
  if (bytes->failed)
    return error_set_errno(error, ENOMEM, _("a part of what the program printed was lost"));
  *value = value_from_data(blob_copy(bytes->data, bytes->length));
  return value->kind == VALUE_NOTHING ? error_set_memory(error) : 0;
}

/* Moves to the next complete line and strips its newline. False if there is none yet. */
static bool next_line(struct process *process) {
  const char *start = process->out.data ? process->out.data + process->next_line : NULL;
  size_t left = process->out.length - process->next_line;
  const char *end = start && left > 0 ? memchr(start, '\n', left) : NULL;
  if (!end)
    return false;
  process->line = process->next_line;
  process->line_length = (size_t)(end - start);
  process->next_line += process->line_length + 1;
  if (process->line_length > 0 && end[-1] == '\r')
    process->line_length--;
  return true;
}

static int process_field(const struct object *object, const char *name, struct value *value,
                         struct error *error) {
  const struct process *process = (const struct process *)object;
  if (strcmp(name, "out") == 0)
    return data_value(&process->out, value, error);
  if (strcmp(name, "err") == 0)
    return data_value(&process->error, value, error);
  if (strcmp(name, "pid") == 0) {
    *value = value_from_number(process->pid);
    return 0;
  }
  if (strcmp(name, "job") == 0) {
    *value = value_from_number(process->job);
    return 0;
  }
  if (strcmp(name, "line") == 0) {
    if (process->next_line == 0)
      return error_set(error, ERROR_FAILURE,
                       _("no line of the program was awaited yet: `await` its line first"));
    *value = value_from_data(blob_copy(process->out.data + process->line, process->line_length));
    return value->kind == VALUE_NOTHING ? error_set_memory(error) : 0;
  }
  if (strcmp(name, "status") != 0)
    return error_set(error, ERROR_FAILURE,
                     _("a process has no field .%s; there are .out .err .line .status .pid .job"),
                     name);
  if (!process->ended)
    return error_set(error, ERROR_FAILURE,
                     _("the program still runs, so it has no .status: await its exit first"));
  *value = value_from_number(process->status);
  return 0;
}

static const struct object_class process_class = {
    .title = N_("process"),
    .text = process_text,
    .field = process_field,
    .destroy = process_destroy,
};

struct process *process_from_object(const struct object *object) {
  return object && object->class == &process_class ? (struct process *)object : NULL;
}

static void signal_change(struct process *process) {
  process->changes++;
  futex_wake(&process->changes);
}

/* Reads what is available at one end. */
static void collect(struct process *process, int end) {
  char buffer[16384];
  struct bytes *bytes = end == END_OUT ? &process->out : &process->error;
  for (;;) {
    ssize_t got = read(process->ends[end], buffer, sizeof buffer);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    if (got <= 0) {
      close_end(process, end);
      return;
    }
    size_t room = bytes->length < PROCESS_OUTPUT ? PROCESS_OUTPUT - bytes->length : 0;
    size_t kept = (size_t)got < room ? (size_t)got : room;
    bytes_append(bytes, buffer, kept);
    process->lost += (size_t)got - (bytes->failed ? 0 : kept);
    signal_change(process);
  }
}

/* The program has ended: collects the rest of its output, and its status. */
static void collect_end(struct runner *runner, struct process *process) {
  int status = 0;
  guard_leave(&runner->session->guard, process->pid);
  for (int end = END_OUT; end <= END_ERROR; end++)
    if (process->ends[end] >= 0)
      collect(process, end);
  while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
    ;
  process->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  process->ended = true;
  for (int end = END_OUT; end <= END_PROCESS; end++)
    close_end(process, end);
}

/* Ends the program: SIGTERM, then SIGKILL. */
static void stop(struct process *process) {
  struct pollfd item = {.fd = process->ends[END_PROCESS], .events = POLLIN};
  kill(-process->pid, SIGTERM);
  if (poll(&item, 1, GRACE_PERIOD) == 0)
    kill(-process->pid, SIGKILL);
}

/* Runs as the process's job: collects until the program ends, or the job is interrupted. */
static int follow(struct runner *runner, void *context, struct result *result,
                  struct error *error) {
  struct process *process = context;
  (void)error;
  while (!process->ended) {
    struct pollfd items[3];
    for (int i = 0; i < 3; i++)
      items[i] = (struct pollfd){.fd = process->ends[i], .events = POLLIN};
    if (!runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED)) {
      session_unlock(runner->session);
      stop(process);
      kill(-process->pid,
           SIGKILL); /* the rest of its group; the id cannot be reused before waitpid */
      session_lock(runner->session);
      collect_end(runner, process);
      break;
    }
    poll(items, 3, -1);
    runner_wait_end(runner);
    for (int end = END_OUT; end <= END_ERROR; end++)
      if (items[end].revents && process->ends[end] >= 0)
        collect(process, end);
    if (items[END_PROCESS].revents)
      collect_end(runner, process);
  }
  if (runner->session->interactive)
    runner_note(runner, _("the program has ended with status %d"), process->status);
  if (process->lost > 0)
    runner_note(runner,
                process->out.failed || process->error.failed
                    ? _("there was no memory for %zu bytes that the program printed (ENOMEM)")
                    : _("%zu bytes that the program printed beyond the first 1M were dropped"),
                process->lost);
  result->numbered = true;
  result->number = process->status;
  process->done = true;
  signal_change(process);
  object_release(&process->object);
  return 0;
}

static bool holds(struct process *process, enum process_condition condition) {
  return condition == PROCESS_EXIT ? process->done : next_line(process);
}

int process_await(struct runner *runner, struct process *process, enum process_condition condition,
                  int64_t deadline, struct error *error) {
  int problem = 0;
  while (!holds(process, condition)) {
    unsigned changes = process->changes;
    if (condition != PROCESS_EXIT && process->out.failed)
      return error_set_errno(error, ENOMEM, _("a part of what the program printed was lost"));
    if (process->done)
      return error_set(error, ERROR_FAILURE,
                       _("the program has ended with status %d, and printed no further line"),
                       process->status);
    if (problem == ETIMEDOUT)
      return error_set_errno(error, ETIMEDOUT,
                             condition == PROCESS_EXIT
                                 ? _("process %d still runs")
                                 : _("process %d has printed no further line yet"),
                             (int)process->pid);
    if (!runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED))
      return runner_interrupted(runner, error);
    problem = futex_wait(&process->changes, changes, deadline);
    runner_wait_end(runner);
    if (problem == EINTR && runner->waiter.reason != WAIT_NOT_INTERRUPTED)
      return runner_interrupted(runner, error);
  }
  return 0;
}

/* Makes a pipe above the descriptors that the user sees. Its read end does not block. */
static int make_pipe(int ends[2]) {
  if (descriptor_pipe(ends) < 0)
    return -1;
  return fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

static struct process *process_create(void) {
  struct process *process = calloc(1, sizeof *process);
  if (!process)
    return NULL;
  process->object = (struct object){.class = &process_class, .references = 1};
  process->ends[0] = process->ends[1] = process->ends[2] = -1;
  return process;
}

/* Starts the program with its output going to the process. 0, or -1 with an error. */
static int start(struct runner *runner, const char *line, size_t length, struct process *process,
                 struct error *error) {
  int out[2] = {-1, -1};
  int problems[2] = {-1, -1};
  int status = -1;
  if (make_pipe(out) < 0 || make_pipe(problems) < 0) {
    error_set_errno(error, errno, _("no pipe could be made for what the program prints"));
  } else {
    struct child_output output = {-1, out[1], problems[1]};
    process->pid = child_start(runner, line, length, true, &output, error);
    status = process->pid < 0 ? -1 : 0;
  }
  if (status == 0)
    process->ends[END_PROCESS] = descriptor_move_up((int)syscall(SYS_pidfd_open, process->pid, 0));
  for (int i = 0; i < 2; i++) {
    int *pipe = i == 0 ? out : problems;
    if (pipe[1] >= 0)
      close(pipe[1]);
    process->ends[i] = pipe[0];
  }
  if (status == 0 && process->ends[END_PROCESS] < 0) {
    error_set_errno(error, errno, _("the program could not be followed"));
    kill(-process->pid, SIGKILL);
    collect_end(runner, process);
    status = -1;
  }
  return status;
}

struct process *process_spawn(struct runner *runner, const char *line, size_t length,
                              struct error *error) {
  struct process *process = process_create();
  if (!process) {
    error_set_memory(error);
    return NULL;
  }
  if (start(runner, line, length, process, error) < 0) {
    object_release(&process->object);
    return NULL;
  }
  object_retain(&process->object); /* for the job */
  process->job = runner->session->shell->start_job(runner, line, length, follow, process, error);
  if (process->job > 0)
    return process;
  kill(-process->pid, SIGKILL);
  collect_end(runner, process);
  object_release(&process->object);
  object_release(&process->object);
  return NULL;
}
