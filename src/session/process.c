#include "session/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "import/strace_log.h"
#include "language/number.h"
#include "session/child.h"
#include "session/process_console.h"
#include "session/process_silence.h"
#include "session/process_streams.h"
#include "session/traced.h"
#include "system/descriptor.h"

enum { GRACE_PERIOD = 2000 }; /* milliseconds between SIGTERM and SIGKILL */

static void close_input(struct process *process) {
  if (process->input >= 0)
    close(process->input);
  process->input = -1;
}

static void forget(struct session *session, const struct process *process) {
  struct process **link = &session->programs;
  while (*link && *link != process)
    link = &(*link)->next;
  if (*link)
    *link = process->next;
}

static void process_destroy(struct object *object) {
  struct process *process = (struct process *)object;
  if (process->session)
    forget(process->session, process);
  for (unsigned i = 0; i < PROGRAM_STREAMS; i++) {
    if (process->streams[i].end >= 0)
      close(process->streams[i].end);
    bytes_free(&process->streams[i].kept);
  }
  close_input(process);
  if (process->handle >= 0)
    close(process->handle);
  traced_release(process);
  strace_log_free(process->imported);
  bytes_free(&process->line);
  bytes_free(&process->leaks);
  traced_forget_past(process, 0);
  bytes_free(&process->past);
  bytes_free(&process->awaited);
  free(process);
}

static void process_text(const struct object *object, struct bytes *text) {
  bytes_append_number(text, ((const struct process *)object)->pid);
}

/* The last bytes of a stream, as many as are promised. */
static int stream_value(const struct process *process, enum program_stream which,
                        struct value *value, struct error *error) {
  const struct process_stream *stream = &process->streams[which];
  uint64_t from = stream->total > PROCESS_OUTPUT ? stream->total - PROCESS_OUTPUT : 0;
  size_t length;
  if (stream->broken)
    return error_set_errno(error, ENOMEM, _("a part of what the program printed was lost"));
  const char *data = process_stream_from(stream, from, &length);
  *value = value_from_data(blob_copy(data, length));
  return value->kind == VALUE_NOTHING ? error_set_memory(error) : 0;
}

static int line_value(const struct process *process, struct value *value, struct error *error) {
  if (!process->has_line)
    return error_set(error, ERROR_FAILURE,
                     _("no line of the program was awaited yet: `await` its line first"));
  *value = value_from_data(blob_copy(process->line.data, process->line.length));
  return value->kind == VALUE_NOTHING ? error_set_memory(error) : 0;
}

static int status_value(const struct process *process, struct value *value, struct error *error) {
  if (!process->ended)
    return error_set(error, ERROR_FAILURE,
                     _("the program still runs, so it has no .status: await its exit first"));
  if (process->unknown_end)
    return error_set(error, ERROR_FAILURE,
                     _("how the program ended is not in the log that it is from"));
  *value = value_from_number(process->status);
  return 0;
}

static int process_field(const struct object *object, const char *name, struct value *value,
                         struct error *error) {
  const struct process *process = (const struct process *)object;
  if (strcmp(name, "out") == 0)
    return stream_value(process, PROGRAM_OUTPUT, value, error);
  if (strcmp(name, "err") == 0)
    return stream_value(process, PROGRAM_ERRORS, value, error);
  if (strcmp(name, "line") == 0)
    return line_value(process, value, error);
  if (strcmp(name, "status") == 0)
    return status_value(process, value, error);
  if (strcmp(name, "pid") == 0)
    *value = value_from_number(process->pid);
  else if (strcmp(name, "job") == 0)
    *value = value_from_number(process->job);
  else
    return error_set(error, ERROR_FAILURE,
                     _("a process has no field .%s; there are .out .err .line .status .pid .job"),
                     name);
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

struct process *process_of_job(const struct session *session, unsigned job) {
  struct process *process = session->programs;
  while (process && process->job != job)
    process = process->next;
  return process;
}

struct process *process_find(const struct runner *runner, const char *text, size_t length) {
  long long job;
  if (length > 1 && text[0] == '%')
    return number_parse(text + 1, length - 1, &job) == 0 && job > 0
               ? process_of_job(runner->session, (unsigned)job)
               : NULL;
  const struct value *bound = names_get(runner->scope.names, text, length);
  return bound && bound->kind == VALUE_OBJECT ? process_from_object(bound->object) : NULL;
}

static void append_end(struct runner *runner, const struct process *process) {
  struct event_program program = {.phase = PROGRAM_ENDED,
                                  .status = process->status,
                                  .signal = process->signal,
                                  .asked = process->asked,
                                  .dropped = process->dropped};
  process_append(runner, process, &program);
}

static void append_phase(struct runner *runner, const struct process *process,
                         enum program_phase phase) {
  struct event_program program = {.phase = phase};
  process_append(runner, process, &program);
}

int process_explain_done(struct process *process, struct error *error) {
  struct bytes text = {0};
  process_append_end(process, &text);
  error_set(error, ERROR_FAILURE, process->unknown_end ? "%s" : _("%s already"), bytes_text(&text));
  bytes_free(&text);
  return -1;
}

int process_signal(struct process *process, int number, struct error *error) {
  if (process->ended)
    return process_explain_done(process, error);
  if (kill(process->alone ? process->pid : -process->pid, number) == 0)
    return 0;
  return error_set_errno(error, errno, _("the signal could not be sent to %s"), process->name);
}

/* The program by which the tracer learns of the end of this process, and takes it: itself, or one
 * that was attached to a process which the session has started. NULL: the tracer does not. */
static struct process *reaped_by_tracer(struct process *process) {
  struct process *other = process->session ? process->session->programs : NULL;
  if (process->traced)
    return process;
  while (other && !(other->pid == process->pid && other->traced && !other->left))
    other = other->next;
  return other;
}

/* The program has ended: collects the rest of its output, and its status. */
static void collect_end(struct runner *runner, struct process *process) {
  int status = 0;
  guard_leave(&runner->session->guard, process->pid);
  close_input(process); /* the terminal hangs up for who is left of its session */
  if (reaped_by_tracer(process))
    status = traced_wait(runner->session, reaped_by_tracer(process));
  else
    while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
      ;
  process_console_finish(runner, process);
  process->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  process->status = process->signal ? 128 + process->signal : WEXITSTATUS(status);
  process->ended = true;
  if (process->handle >= 0)
    close(process->handle);
  process->handle = -1;
}

int process_leave(struct runner *runner, struct process *process, struct error *error) {
  if (!process->traced)
    return error_set(error, ERROR_FAILURE, _("the calls of %s are not read"), process->name);
  if (traced_leave(runner->session, process, error) < 0)
    return -1;
  process->left = true;
  return 0;
}

/* Ends the program: SIGTERM, then SIGKILL. */
static void stop(struct runner *runner, struct process *process) {
  if (process->attached) {
    struct error ignored; /* it is gone by itself */
    process_leave(runner, process, &ignored);
    return;
  }
  struct pollfd item = {.fd = process->handle, .events = POLLIN};
  process->asked = true;
  session_unlock(runner->session);
  pid_t group = process->alone ? process->pid : -process->pid;
  kill(group, SIGTERM);
  kill(group, SIGCONT); /* one that was stopped would not notice */
  if (poll(&item, 1, GRACE_PERIOD) == 0)
    kill(group, SIGKILL);
  poll(&item, 1, GRACE_PERIOD);
  kill(group, SIGKILL); /* the rest of its group; the id cannot be reused before waitpid */
  session_lock(runner->session);
}

/* How long nothing has to be done, for poll(2). */
static int time_left(struct runner *runner, struct process *process) {
  int64_t partial = process_console_tell_partial(runner, process);
  int64_t silence = process_silence_explain(runner, process);
  int64_t blocked = traced_tell_blocked(runner, process);
  int64_t least = partial < 0 || (silence >= 0 && silence < partial) ? silence : partial;
  least = least < 0 || (blocked >= 0 && blocked < least) ? blocked : least;
  return least < 0 ? -1 : (int)((least + 999999) / 1000000);
}

/* Waits for news of the program. False if the job is to end. */
static bool follow_once(struct runner *runner, struct process *process) {
  enum { HANDLE = PROGRAM_STREAMS, ITEMS };
  struct pollfd items[ITEMS];
  for (unsigned i = 0; i < PROGRAM_STREAMS; i++)
    items[i] = (struct pollfd){.fd = process->streams[i].end, .events = POLLIN};
  items[HANDLE] = (struct pollfd){.fd = process->handle, .events = POLLIN};
  int timeout = time_left(runner, process);
  if (!runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED))
    return false;
  poll(items, ITEMS, timeout);
  runner_wait_end(runner);
  for (unsigned i = 0; i < PROGRAM_STREAMS; i++)
    if (items[i].revents && process->streams[i].end >= 0)
      process_console_read(runner, process, (enum program_stream)i);
  if (items[HANDLE].revents && !process->left)
    collect_end(runner, process);
  runner->session->shell->drain(runner);
  session_yield_lock(runner->session);
  return true;
}

/* Runs as the program's job: collects until it ends, or the job is interrupted. */
static int follow(struct runner *runner, void *context, struct result *result,
                  struct error *error) {
  struct process *process = context;
  (void)error;
  while (!process->ended && !process->left)
    if (!follow_once(runner, process)) {
      stop(runner, process);
      if (!process->left)
        collect_end(runner, process);
    }
  if (process->left)
    append_phase(runner, process, PROGRAM_LEFT);
  else
    append_end(runner, process);
  if (process->dropped > 0)
    runner_note(runner, _("there was no memory for %llu bytes that %s printed (ENOMEM)"),
                (unsigned long long)process->dropped, process->name);
  result->numbered = true;
  result->number = process->status;
  process->done = true;
  process_signal_change(process);
  object_release(&process->object);
  return 0;
}

struct process *process_create(void) {
  struct process *process = calloc(1, sizeof *process);
  if (!process)
    return NULL;
  process->object = (struct object){.class = &process_class, .references = 1};
  process->input = process->handle = -1;
  for (unsigned i = 0; i < PROGRAM_STREAMS; i++)
    process->streams[i].end = -1;
  return process;
}

/* Starts the program with its streams led here. 0, or -1 with an error. */
static int start(struct runner *runner, const struct process_plan *plan, struct process *process,
                 struct error *error) {
  struct child_streams streams;
  int opened = plan->words ? process_streams_share(&streams, plan->output, error)
                           : process_streams_open(process, plan->terminal, &streams, error);
  if (opened < 0)
    return -1;
  streams.words = plan->words;
  streams.trace = plan->traced ? traced_begin : NULL;
  streams.process = process;
  process->pid = child_start(runner, plan->line, plan->length, &streams, error);
  process_streams_give(&streams);
  if (process->pid < 0)
    return -1;
  process->began = clock_monotonic();
  process->handle = descriptor_move_up((int)syscall(SYS_pidfd_open, process->pid, 0));
  if (process->handle >= 0)
    return 0;
  error_set_errno(error, errno, _("the program could not be followed"));
  kill(process->alone ? process->pid : -process->pid, SIGKILL);
  collect_end(runner, process);
  return -1;
}

/* It is called by the name that it is bound to. A name is one program's: an older one that still
 * runs is known by its job alone from now on. */
static void take_name(struct runner *runner, struct process *process) {
  const char *name = runner->binding.names ? runner->binding.names[0] : NULL;
  if (!name || strlen(name) >= sizeof process->name)
    name = "";
  for (struct process *other = runner->session->programs; *name && other; other = other->next)
    if (strcmp(other->name, name) == 0) {
      snprintf(other->name, sizeof other->name, "%%%u", other->job);
      if (!other->ended)
        runner_note(
            runner,
            _("%s was the name of job %%%u, which still runs, and is called %%%u now: `kill "
              "%%%u` ends it"),
            name, other->job, other->job, other->job);
    }
  if (*name)
    snprintf(process->name, sizeof process->name, "%s", name);
  else
    snprintf(process->name, sizeof process->name, "%%%u", process->job);
}

static void append_start(struct runner *runner, const struct process *process, const char *line,
                         size_t length) {
  struct bytes text = {0};
  bytes_append(&text, line, length);
  struct event_program program = {.phase = process->attached ? PROGRAM_ATTACHED : PROGRAM_STARTED,
                                  .text = bytes_text(&text)};
  process_append(runner, process, &program);
  bytes_free(&text);
}

void process_enroll(struct runner *runner, struct process *process) {
  struct session *session = runner->session;
  process->job = session->shell->next_job(session);
  take_name(runner, process);
  process->session = session;
  process->next = session->programs;
  session->programs = process;
}

int process_follow(struct runner *runner, struct process *process, const char *line, size_t length,
                   struct error *error) {
  struct session *session = runner->session;
  object_retain(&process->object); /* for the job */
  process->job = session->shell->start_job(runner, line, length, follow, process, error);
  if (process->job == 0) {
    object_release(&process->object);
    return -1;
  }
  take_name(runner, process);
  traced_name(session, process);
  append_start(runner, process, line, length);
  process->session = session;
  process->next = session->programs;
  session->programs = process;
  return 0;
}

struct process *process_spawn(struct runner *runner, const struct process_plan *plan,
                              struct error *error) {
  struct process *process = process_create();
  if (!process) {
    error_set_memory(error);
    return NULL;
  }
  process->terminal = plan->terminal;
  process->alone = plan->words != NULL;
  if (runner->binding.names)
    snprintf(process->name, sizeof process->name, "%s", runner->binding.names[0]);
  process->host = runner->host;
  if (start(runner, plan, process, error) < 0) {
    object_release(&process->object);
    return NULL;
  }
  if (process_follow(runner, process, plan->line, plan->length, error) == 0)
    return process;
  kill(process->alone ? process->pid : -process->pid, SIGKILL);
  collect_end(runner, process);
  object_release(&process->object);
  return NULL;
}
