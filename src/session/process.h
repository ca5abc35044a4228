/* process: a program started with spawn, as an object that names can hold. Its output is collected,
 * and its end awaited. */
#ifndef SOCKSH_SESSION_PROCESS_H
#define SOCKSH_SESSION_PROCESS_H

#include <sys/types.h>

#include "session/runner.h"

/* The session's lock guards all members but `changes`. */
struct process {
  struct object object;
  pid_t pid;
  unsigned job;     /* the job that collects its output */
  int ends[3];      /* pipes of standard output and standard error, and the pidfd; -1: closed */
  struct bytes out; /* what it has printed, at most PROCESS_OUTPUT bytes each */
  struct bytes error;
  size_t lost;        /* bytes beyond that limit, which were dropped */
  size_t line;        /* offset in `out` of the line awaited last */
  size_t line_length; /* its length */
  size_t next_line;   /* offset of the next line; 0: no line was awaited yet */
  bool ended;
  int status;               /* exit status, or 128 + the signal that ended it */
  bool done;                /* all output was collected */
  _Atomic unsigned changes; /* incremented whenever something was collected; a futex */
};

enum { PROCESS_OUTPUT = 1 << 20 };

/* Runs a line with /bin/sh and starts a job that collects its output. Returns a reference for the
 * caller, or NULL with an error. The session's lock is held. */
struct process *process_spawn(struct runner *runner, const char *line, size_t length,
                              struct error *error);

/* The process in an object, or NULL if the object is something else. */
struct process *process_from_object(const struct object *object);

/* What to wait for. */
enum process_condition {
  PROCESS_EXIT, /* it has ended, and all its output was collected */
  PROCESS_LINE, /* it has printed another complete line, which becomes its current line */
};

/* Waits for the condition, with the lock given up. `deadline` is in monotonic nanoseconds, 0 for
 * none. 0, or -1 with an error: interrupted, timed out, or ended without another line. */
int process_await(struct runner *runner, struct process *process, enum process_condition condition,
                  int64_t deadline, struct error *error);

#endif
