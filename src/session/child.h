/* child: programs that the session starts. They inherit none of its sockets, and each has its own
 * process group. */
#ifndef SOCKSH_SESSION_CHILD_H
#define SOCKSH_SESSION_CHILD_H

#include <sys/types.h>

#include "session/runner.h"

struct process;

/* Descriptors for a child's standard input, output and error. */
struct child_streams {
  int input;
  int output;
  int errors;
  bool foreground;          /* it gets the shell's terminal before it begins */
  bool terminal;            /* they are a terminal, which becomes that of a session of its own */
  const char *const *words; /* a program and its words, without a shell, in the session's own
                               process group; NULL: the line */
  /* Its calls are to be read: begins that, before it runs. 0, or -1 with an error. NULL: not. */
  int (*trace)(struct runner *runner, struct process *process, pid_t child, struct error *error);
  struct process *process; /* for the former */
};

/* Runs `length` bytes of a line with /bin/sh. The environment includes names that hold text,
 * numbers or addresses. Without `streams` the child has the shell's own. Returns the child's
 * process id, or -1 with an error. */
pid_t child_start(struct runner *runner, const char *line, size_t length,
                  const struct child_streams *streams, struct error *error);

/* Runs this program once more, on the shell's terminal and with the shell's own environment, as a
 * session of its own. `arguments` are argv, ended by NULL. As child_start. */
pid_t child_start_session(struct runner *runner, const char *const *arguments, struct error *error);

/* Waits for a child to end, with the lock given up. If this thread is interrupted, it sends SIGTERM
 * to the child's group and goes on waiting. 0 with the status of waitpid(2), or -1 if it was
 * interrupted. */
int child_wait(struct runner *runner, pid_t child, int *status);

#endif
