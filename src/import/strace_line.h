/* strace_line: what stands in front of a call in a line of strace's log, and what kind of line it
 * is. */
#ifndef SOCKSH_IMPORT_STRACE_LINE_H
#define SOCKSH_IMPORT_STRACE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum strace_line_kind {
  STRACE_LINE_EMPTY,      /* nothing, or news of strace itself */
  STRACE_LINE_CALL,       /* name(arguments) = result */
  STRACE_LINE_UNFINISHED, /* name(arguments <unfinished ...> */
  STRACE_LINE_RESUMED,    /* <... name resumed> arguments) = result */
  STRACE_LINE_SIGNAL,     /* --- SIGCHLD {...} --- */
  STRACE_LINE_EXITED,     /* +++ exited with 0 +++ */
  STRACE_LINE_KILLED,     /* +++ killed by SIGKILL +++ */
  STRACE_LINE_OTHER,      /* something else */
};

/* How the time of a line is written. */
enum strace_clock {
  STRACE_CLOCK_NONE,
  STRACE_CLOCK_DAY,      /* -t, -tt: since midnight */
  STRACE_CLOCK_EPOCH,    /* -ttt: since 1970 */
  STRACE_CLOCK_RELATIVE, /* -r: since the line before */
};

struct strace_line {
  enum strace_line_kind kind;
  long task; /* the id of the thread; 0: it is not said */
  enum strace_clock clock;
  int64_t time;     /* nanoseconds of that clock */
  const char *text; /* the call, as far as it is in this line. Not terminated */
  size_t length;
  const char *name; /* of a call that is resumed. Not terminated */
  size_t name_length;
  int status; /* of the end: the exit status, or 128 + the signal's number */
};

/* Reads a line without its end. */
void strace_line_read(const char *text, size_t length, struct strace_line *line);

#endif
