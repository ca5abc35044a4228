/* strace_log: a log of strace(1), line by line, as calls of a program: which thread made each, on
 * which sockets, and when, as far as the log says it.
 *
 * The log may be anything: a line that is not understood is counted, and so are calls that never
 * returned. Memory is bounded, but for the sockets that are open at a time. */
#ifndef SOCKSH_IMPORT_STRACE_LOG_H
#define SOCKSH_IMPORT_STRACE_LOG_H

#include "import/strace_line.h"
#include "timeline/event.h"

struct strace_log;

struct strace_sink {
  /* The session's sockets, to which those of the program are added. */
  struct socket_table *sockets;
  /* A call has ended. `wall` is when, in nanoseconds since 1970, or EVENT_NO_WALL. Returns the
   * serial of its event. */
  uint64_t (*finished)(void *context, const struct call *call, const struct event_actor *actor,
                       int64_t wall);
  /* The last process that had a socket open has ended without having closed it. */
  void (*leaked)(void *context, const struct socket *socket);
  void *context;
};

struct strace_counts {
  uint64_t lines;
  uint64_t calls;         /* that were handed to the sink */
  uint64_t others;        /* calls of other kinds, or on files */
  uint64_t unreturned;    /* calls on sockets that did not return */
  uint64_t unclear;       /* lines that were not understood */
  uint64_t first_unclear; /* the number of the first of them; 0: there is none */
  uint64_t controls;      /* control messages of which strace did not write what was in them */
};

/* The time of lines, whatever clock they have. A zeroed struct is one in front of the first line.
 */
struct strace_timer {
  bool begun;
  enum strace_clock clock;
  int64_t last; /* as it was written */
  int64_t now;  /* the same on a clock that does not go back */
};

/* Reads a line's time, on a clock that begins anywhere: nanoseconds. False: it has none. */
bool strace_timer_read(struct strace_timer *timer, const struct strace_line *line, int64_t *time);

/* How the program is called, and its number among the session's. NULL when there is no memory. */
struct strace_log *strace_log_create(const struct strace_sink *sink, const char *name,
                                     unsigned number);
void strace_log_free(struct strace_log *log);

/* By how much the times of calls are moved, so that they are on the session's clock. */
void strace_log_shift(struct strace_log *log, int64_t nanoseconds);

/* Reads a line without its end. The session's lock is held. */
void strace_log_read(struct strace_log *log, const char *text, size_t length);

/* A line that is too long to be read. */
void strace_log_skip(struct strace_log *log);

/* The end of the log: what is open stays open. */
void strace_log_finish(struct strace_log *log);

const struct strace_counts *strace_log_counts(const struct strace_log *log);

/* The id of the first process; 0: the log does not say it. */
long strace_log_first(const struct strace_log *log);

/* How that process ended: false where the log does not say it. */
bool strace_log_ended(const struct strace_log *log, int *status);

/* The last socket that had this number in a process: 1 for the first that made a call, 0 for any.
 * NULL: none had. */
struct socket *strace_log_find(const struct strace_log *log, unsigned process, long descriptor);

#endif
