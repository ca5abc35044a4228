/* process: a program that was started with spawn, as an object that names hold: what it prints is
 * collected, and its end awaited. */
#ifndef SOCKSH_SESSION_PROCESS_H
#define SOCKSH_SESSION_PROCESS_H

#include <sys/types.h>

#include "session/runner.h"

/* Guarded by the session's lock, but for `news`. */
struct process {
  struct object object;
  pid_t pid;
  unsigned job; /* the job that collects what it prints */
  int ends[3];  /* its output, its error output, and a descriptor of the process (pidfd); -1: closed
                 */
  struct bytes out; /* what it has printed so far, at most PROCESS_OUTPUT bytes of each */
  struct bytes error;
  size_t lost;        /* bytes that were more than that */
  size_t line;        /* where in `out` the line begins that was awaited last */
  size_t line_length; /* and how long it is */
  size_t behind;      /* where the next one begins; 0: none was awaited yet */
  bool ended;
  int status;            /* its exit status; 128 and the signal where one has ended it */
  bool done;             /* all of it was collected */
  _Atomic unsigned news; /* changes with everything that was collected, and at the end */
};

enum { PROCESS_OUTPUT = 1 << 20 };

/* Starts a program by a line for /bin/sh, with a job that collects what it prints. One reference,
 * the caller's; NULL with an error. The session's lock is held. */
struct process *process_spawn(struct runner *runner, const char *line, size_t length,
                              struct error *error);

/* The process in an object; NULL where the object is something else. */
struct process *process_from_object(const struct object *object);

/* What is waited for. */
enum process_condition {
  PROCESS_EXIT, /* it has ended, and all that it has printed is collected */
  PROCESS_LINE, /* it has printed a whole line, behind the one that was awaited before; this is its
                   line then */
};

/* Waits for it. 0, or -1 with an error: interrupted, too late, or ended without. */
int process_await(struct runner *runner, struct process *process, enum process_condition condition,
                  int64_t deadline, struct error *error);

#endif
