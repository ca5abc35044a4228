/* python_call: a call that is being written in Python. */
#ifndef SOCKSH_VIEW_PROGRAM_PYTHON_CALL_H
#define SOCKSH_VIEW_PROGRAM_PYTHON_CALL_H

#include "view/program/writer.h"

/* What a program in Python needs: modules, functions of its own. */
enum python_need {
  PYTHON_SELECT = 1 << 0,
  PYTHON_FCNTL = 1 << 1,
  PYTHON_OS = 1 << 2,
  PYTHON_STRUCT = 1 << 3,
  PYTHON_ERRNO = 1 << 4,
  PYTHON_SIGNAL = 1 << 5,
  PYTHON_THREADS = 1 << 6,
  PYTHON_TIME = 1 << 7,
  PYTHON_FAILS = 1 << 8,
  PYTHON_INTERRUPTED = 1 << 9,
  PYTHON_STATE = 1 << 10,
  PYTHON_READY = 1 << 11,
  PYTHON_QUEUE = 1 << 12,
  PYTHON_SOCKET = 1 << 13,
};

/* Whether the variable is a plain number, and no object: that of a pipe, for example. */
static inline bool python_is_number(const struct program_variable *variable) {
  return variable && variable->family == AF_UNSPEC && !variable->epoll;
}

struct python_call {
  struct program_writer *writer;
  const struct event *event;
  const struct call *call;
  unsigned thread;
  const char *base;               /* what its variables begin with */
  struct bytes before;            /* lines in front of it */
  struct bytes parts[CALL_PARTS]; /* each of its arguments */
  bool nothing[CALL_PARTS];       /* it may be left out: no flags */
  struct bytes tail;              /* the address of a message, behind its flags */
  struct bytes after;             /* lines behind it, where it succeeds */
  bool into;                      /* the message is received into several buffers */
  bool untold;                    /* Python cannot say it */
};

static inline void python_need(struct python_call *python, unsigned needs) {
  python->writer->needs |= needs;
}

/* A line of the program. */
void python_put_line(struct bytes *bytes, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A name for a variable of the call: "c_peer". */
void python_name(struct python_call *python, const char *what, char *name);

/* The descriptor's number as an expression: "c.fileno()". */
void python_put_number_of(struct python_call *python, const struct socket_label *label,
                          struct bytes *bytes);

#endif
