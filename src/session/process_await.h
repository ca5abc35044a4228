/* process_await: waiting for anything of a program: its end, a line, a text, a socket. Whatever is
 * awaited, the end of the program ends the wait. */
#ifndef SOCKSH_SESSION_PROCESS_AWAIT_H
#define SOCKSH_SESSION_PROCESS_AWAIT_H

#include "language/regex.h"
#include "session/process.h"

/* What to wait for. */
enum process_condition {
  PROCESS_EXIT,  /* it has ended, and all its output was collected */
  PROCESS_LINE,  /* another whole line on its standard output */
  PROCESS_MATCH, /* a line, or the beginning of one, on either stream that an expression matches */
  PROCESS_LISTENING, /* it listens at an address, or is bound to one of UDP */
};

struct process_awaited {
  struct process *process; /* not a reference */
  enum process_condition condition;
  struct regex *regex;    /* PROCESS_MATCH */
  struct address address; /* PROCESS_LISTENING: filled in */
};

/* Waits for the condition, with the lock given up. A line that was awaited becomes the program's
 * line. `deadline` is in monotonic nanoseconds, 0 for none. 0; or -1 with an error: interrupted,
 * timed out, or the program has ended. */
int process_await(struct runner *runner, struct process_awaited *awaited, int64_t deadline,
                  struct error *error);

/* Notes that somebody was told of the program's end: once, the views may show all that it said. */
void process_notice_end(struct runner *runner, struct process *process);

/* A program of the session on that host (NULL: the real network) that has failed, and nobody was
 * told yet, while no other one runs there: whoever waits for what programs do waits in vain. NULL:
 * there is none. */
struct process *process_failed_last(const struct session *session, const struct host *host);

#endif
