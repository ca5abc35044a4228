#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/lab.h"
#include "session/child.h"
#include "system/descriptor.h"
#include "trace/filter.h"

extern char **environ;

/* NAME=value strings for the child: names that hold text, numbers or addresses, followed by the
 * shell's own environment. */
struct environment {
  char **entries; /* ends with NULL */
  size_t own;     /* the first `own` entries are freed with it */
  size_t count;
  size_t room;
};

static int environment_add(struct environment *environment, char *entry) {
  if (environment->count + 1 >= environment->room) {
    size_t room = environment->room ? 2 * environment->room : 64;
    char **entries = realloc(environment->entries, room * sizeof(char *));
    if (!entries)
      return -1;
    environment->entries = entries;
    environment->room = room;
  }
  environment->entries[environment->count++] = entry;
  environment->entries[environment->count] = NULL;
  return 0;
}

static int add_name(const char *name, const struct value *value, void *context) {
  struct environment *environment = context;
  bool socket = value->kind == VALUE_OBJECT && socket_from_object(value->object);
  struct bytes text = {0};
  if (socket || value->kind == VALUE_DATA || value->kind == VALUE_NOTHING)
    return 0; /* keep bytes from the network out of other programs' environments */
  bytes_append_format(&text, "%s=", name);
  value_append(value, &text);
  bytes_append_char(&text, '\0');
  if (text.failed || memchr(text.data, '\0', text.length - 1)) {
    bytes_free(&text);
    return 0;
  }
  if (environment_add(environment, text.data) < 0) {
    bytes_free(&text);
    return -1;
  }
  environment->own++;
  return 0;
}

static bool shadowed(const struct environment *environment, const char *entry) {
  size_t length = strcspn(entry, "=") + 1;
  for (size_t i = 0; i < environment->own; i++)
    if (strncmp(environment->entries[i], entry, length) == 0)
      return true;
  return false;
}

/* In a program's own terminal escapes for colours and the like help nobody: each would be shown as
 * one. */
static int add_terminal(struct environment *environment) {
  char *entry = strdup("TERM=dumb");
  if (!entry || environment_add(environment, entry) < 0) {
    free(entry);
    return -1;
  }
  environment->own++;
  return 0;
}

static int environment_build(struct environment *environment, const struct names *names,
                             bool terminal) {
  *environment = (struct environment){0};
  if (terminal && add_terminal(environment) < 0)
    return -1;
  if (names_walk(names, add_name, environment) < 0)
    return -1;
  for (char **entry = environ; *entry; entry++)
    if (!shadowed(environment, *entry) && environment_add(environment, *entry) < 0)
      return -1;
  return environment->entries ? 0 : environment_add(environment, NULL);
}

static void environment_free(struct environment *environment) {
  for (size_t i = 0; i < environment->own; i++)
    free(environment->entries[i]);
  free(environment->entries);
}

/* What the child tells when it can't become the program. The end of the pipe without it tells that
 * it could: exec closes its end. */
struct failure {
  const char *call; /* a constant, at the same address here and there */
  int error;
};

static _Noreturn void child_fails(int report, const char *call) {
  struct failure failure = {call, errno};
  while (write(report, &failure, sizeof failure) < 0 && errno == EINTR)
    ;
  _exit(127);
}

static void child_place(int descriptor, int at, int report) {
  while (dup2(descriptor, at) < 0)
    if (errno != EINTR && errno != EBUSY)
      child_fails(report, "dup2");
}

/* With a terminal the child is the first of a session of its own, and the terminal is that one's.
 */
static void child_place_streams(const struct child_streams *streams, int report) {
  child_place(streams->input, STDIN_FILENO, report);
  child_place(streams->output, STDOUT_FILENO, report);
  child_place(streams->errors, STDERR_FILENO, report);
  if (streams->terminal && ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0)
    child_fails(report, "ioctl");
}

/* The shell's own streams, but for those that the session needs itself. */
static void child_share_streams(const struct session *session, int report) {
  if (session->reads_input) {
    int null = open("/dev/null", O_RDONLY);
    if (null < 0)
      child_fails(report, "open");
    child_place(null, STDIN_FILENO, report);
  }
  if (session->formatted)
    child_place(STDERR_FILENO, STDOUT_FILENO, report);
}

/* Two pipes between the child and the session: what it tells, and the word to go on. */
struct link {
  int report[2];
  int go[2];
};

/* Its calls stop it from here on, so the tracer must be there. */
static void child_await_tracer(const struct link *link) {
  char word;
  ssize_t got;
  close(link->go[1]);
  while ((got = read(link->go[0], &word, 1)) < 0 && errno == EINTR)
    ;
  if (got != 1)
    _exit(127);
  if (trace_filter_install() < 0)
    child_fails(link->report[1], "seccomp");
}

/* What the child becomes. */
struct program {
  const char *path;
  char *const *arguments;
  char *const *environment;
};

/* Runs in the child. Between fork and exec only async-signal-safe functions may be called. */
static _Noreturn void become_child(const struct runner *runner, const struct program *program,
                                   const struct child_streams *streams, const struct link *link,
                                   int place) {
  int report = link->report[1];
  const struct session *session = runner->session;
  struct rlimit limit = descriptor_original_limit();
  if (streams && streams->words)
    ; /* it stays in the group of the session, and of its terminal */
  else if (!streams || !streams->terminal)
    setpgid(0, 0);
  else if (setsid() < 0)
    child_fails(report, "setsid");
  /* Before it begins: whoever has not got the terminal yet, and sets its modes, is stopped. */
  if (session->interactive && (streams ? streams->foreground : runner->job == 0))
    tcsetpgrp(STDIN_FILENO, getpgrp());
  if (!runner->host && !(streams && streams->words)) /* there it has another number */
    guard_enter(&session->guard, place);
  if (streams)
    child_place_streams(streams, report);
  else
    child_share_streams(session, report);
  if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
    child_fails(report, "close_range");
  setrlimit(RLIMIT_NOFILE, &limit);
  session->shell->reset_child();
  if (streams && streams->trace)
    child_await_tracer(link);
  execvpe(program->path, program->arguments, program->environment);
  child_fails(report, "execve");
}

/* Waits until the child is the program. 0; or -1 with an error, when the child is gone. */
static int await_program(int report, pid_t child, struct error *error) {
  struct failure failure;
  ssize_t got;
  while ((got = read(report, &failure, sizeof failure)) < 0 && errno == EINTR)
    ;
  if (got != sizeof failure)
    return 0;
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
    ;
  return error_set_errno(error, failure.error, _("the program can't be started: %s"), failure.call);
}

int child_wait(struct runner *runner, pid_t child, int *status) {
  bool terminated = false;
  for (;;) {
    bool waits = !terminated && runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED);
    if (!terminated && !waits) {
      kill(-child, SIGTERM);
      terminated = true;
      continue;
    }
    if (terminated)
      session_unlock(runner->session);
    pid_t ended = waitpid(child, status, WUNTRACED);
    int problem = errno;
    if (terminated)
      session_lock(runner->session);
    else
      runner_wait_end(runner);
    if (ended == child && WIFSTOPPED(*status)) {
      /* The shell keeps no stopped programs: nothing could continue this one. */
      kill(-child, SIGCONT);
      kill(-child, SIGTERM);
      continue;
    }
    if (ended == child || problem != EINTR) {
      guard_leave(&runner->session->guard, child);
      return ended == child && terminated ? -1 : 0;
    }
  }
}

/* Takes a place for the child in the list of the guard. Programs on a host end with the helper, the
 * first process of their namespace, which may be stopped: so it is in the list itself. The place,
 * or -1 with an error. */
static int take_place(const struct runner *runner, struct error *error) {
  struct guard *guard = &runner->session->guard;
  int place = guard_reserve(guard);
  if (place < 0 && errno == EINTR)
    return error_set(error, ERROR_INTERRUPTED, _("interrupted"));
  if (place < 0)
    return error_set_errno(
        error, errno,
        _("the process that would end it with a session that is killed can't be started"));
  if (runner->host)
    guard_hold(guard, place, runner->session->lab->helper.pid);
  return place;
}

/* What came of the new child. 0, or -1 with an error. */
static int child_begun(struct runner *runner, pid_t child, int problem, int report,
                       struct error *error) {
  if (child > 0)
    return await_program(report, child, error);
  if (runner->host && problem == ENOTCONN)
    return lab_explain(STAGE_CONTROL, problem, error);
  if (runner->host)
    return error_set_errno(error, problem, _("no process could be started on host %s"),
                           runner->host->name);
  return error_set_errno(error, problem, _("no process could be started"));
}

static void close_end(int end) {
  if (end >= 0)
    close(end);
}

/* The child waits for the tracer, and for a byte. 0, or -1 with an error: then it ends. */
static int begin_trace(struct runner *runner, const struct child_streams *streams, pid_t child,
                       int go, struct error *error) {
  if (streams->trace(runner, streams->process, child, error) < 0)
    return -1;
  while (write(go, "", 1) < 0 && errno == EINTR)
    ;
  return 0;
}

/* Starts the process. Its number, or -1 with an error. */
static pid_t start(struct runner *runner, const struct program *program,
                   const struct child_streams *streams, struct error *error) {
  struct guard *guard = &runner->session->guard;
  struct link link = {{-1, -1}, {-1, -1}};
  pid_t child = -1;
  int place = take_place(runner, error);
  if (place < 0)
    return -1;
  output_flush(&runner->session->output);
  if (descriptor_pipe(link.report) == 0 && descriptor_pipe(link.go) == 0)
    child = runner->host ? runner->host->fork(runner->host) : fork();
  if (child == 0)
    become_child(runner, program, streams, &link, place);
  int problem = errno;
  close_end(link.report[1]);
  close_end(link.go[0]);
  int traced = child > 0 && streams && streams->trace
                   ? begin_trace(runner, streams, child, link.go[1], error)
                   : 0;
  close_end(link.go[1]);
  struct error ignored;
  bool apart = child > 0 && streams && streams->trace;
  if (apart) /* what the child says is a call of its own, which the tracer takes with the lock */
    session_unlock(runner->session);
  int status = child_begun(runner, child, problem, link.report[0], traced < 0 ? &ignored : error);
  if (apart)
    session_lock(runner->session);
  if (traced < 0) {
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
      ;
    status = -1;
  }
  close_end(link.report[0]);
  if (status < 0 && !runner->host)
    guard_unreserve(guard, place);
  if (status < 0)
    return -1;
  if (streams && streams->words)
    guard_unreserve(guard, place); /* the kernel ends it with its tracer */
  else
    setpgid(child, child);
  return child;
}

pid_t child_start(struct runner *runner, const char *line, size_t length,
                  const struct child_streams *streams, struct error *error) {
  struct environment environment;
  struct bytes copy = {0};
  pid_t child = -1;
  bytes_append(&copy, line, length);
  if (environment_build(&environment, runner->scope.names, streams && streams->terminal) < 0 ||
      copy.failed)
    error_set_memory(error);
  else if (streams && streams->words)
    child = start(
        runner,
        &(struct program){streams->words[0], (char *const *)streams->words, environment.entries},
        streams, error);
  else
    child = start(runner,
                  &(struct program){
                      "/bin/sh",
                      (char *const[]){(char *)"sh", (char *)"-c", (char *)bytes_text(&copy), NULL},
                      environment.entries},
                  streams, error);
  environment_free(&environment);
  bytes_free(&copy);
  return child;
}

pid_t child_start_session(struct runner *runner, const char *const *arguments,
                          struct error *error) {
  const struct program program = {"/proc/self/exe", (char *const *)arguments, environ};
  return start(runner, &program, NULL, error);
}
