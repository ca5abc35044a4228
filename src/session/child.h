/* child: programs that the session starts. They have none of its sockets, and a process group of their own. */
#ifndef SOCKSH_SESSION_CHILD_H
#define SOCKSH_SESSION_CHILD_H

#include <sys/types.h>

#include "session/session.h"

/* Where a child's standard output and error go; -1: where the shell's go. */
struct child_output {
  int out;
  int error;
};

/* Starts /bin/sh with a line of `length` bytes; names that hold text, numbers or addresses are in its environment. With
 * `background` it gets no standard input. The child's process id, or -1 with an error. */
pid_t child_start(struct runner *runner, const char *line, size_t length, bool background,
                  const struct child_output *output, struct error *error);

#endif
