/* child: programs that the session starts. They have none of its sockets, and a process group of
 * their own. */
#ifndef SOCKSH_SESSION_CHILD_H
#define SOCKSH_SESSION_CHILD_H

#include <sys/types.h>

#include "session/runner.h"

/* Where a child's standard output and error go; -1: where the shell's go. */
struct child_output {
  int out;
  int error;
};

/* Starts /bin/sh with a line of `length` bytes; names that hold text, numbers or addresses are in
 * its environment. With `background` it gets no standard input. The child's process id, or -1 with
 * an error. */
pid_t child_start(struct runner *runner, const char *line, size_t length, bool background,
                  const struct child_output *output, struct error *error);

/* Waits for the end of a child, with the lock given up; when this thread is told to stop, the
 * child's group is ended first. 0 with its status as waitpid(2) has it; -1 where the thread was
 * told to stop. */
int child_wait(struct runner *runner, pid_t child, int *status);

#endif
