/* c_call: a call that is being written in C, and what all its parts use. */
#ifndef SOCKSH_VIEW_PROGRAM_C_CALL_H
#define SOCKSH_VIEW_PROGRAM_C_CALL_H

#include "view/program/writer.h"

/* What a program in C needs: headers, functions of its own. */
enum c_need {
  NEEDS_INET = 1 << 0,
  NEEDS_UNIX = 1 << 1,
  NEEDS_TCP = 1 << 2,
  NEEDS_UDP = 1 << 3,
  NEEDS_INTERFACE = 1 << 4,
  NEEDS_POLL = 1 << 5,
  NEEDS_SELECT = 1 << 6,
  NEEDS_EPOLL = 1 << 7,
  NEEDS_FILES = 1 << 8,
  NEEDS_IOCTL = 1 << 9,
  NEEDS_LOOKUP = 1 << 10,
  NEEDS_THREADS = 1 << 11,
  NEEDS_PROCESSES = 1 << 12,
  NEEDS_ASSERT = 1 << 13,
  NEEDS_SENDFILE = 1 << 14,
  NEEDS_SYSCALL = 1 << 15,
  NEEDS_OFFSET = 1 << 16, /* stddef.h */
  NEEDS_TIME = 1 << 17,
  NEEDS_DIE = 1 << 18,
  NEEDS_UNEXPECTED = 1 << 19,
  NEEDS_INTERRUPT = 1 << 20,
  NEEDS_AWAIT_STATE = 1 << 21,
  NEEDS_AWAIT_READY = 1 << 22,
  NEEDS_PAUSE = 1 << 23,
  NEEDS_FILTER = 1 << 24,
  NEEDS_NO_SIGPIPE = 1 << 25,
  NEEDS_AWAIT_QUEUE = 1 << 26,
};

/* A call that is being written. */
struct c_call {
  struct program_writer *writer;
  const struct event *event;
  const struct call *call;
  unsigned thread;
  const char *base;    /* what its variables begin with: the name of its socket */
  struct bytes before; /* statements in front of it */
  struct bytes arguments;
  struct bytes after; /* statements behind it, where it succeeds */
  bool untold;        /* C cannot say it as one call that works elsewhere */
};

/* Appends a line of code, indented by two spaces. One that is too long is broken behind commas that
 * stand in no string. */
void c_put_code(struct bytes *body, const char *text);
void c_put_line(struct bytes *bytes, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends a constant of a set, or flags with spaces around the |. */
void c_put_constant(struct bytes *bytes, const struct constant_set *set, long value);

/* Makes a name for a variable of the call: "c_address". */
void c_name(struct c_call *c, const char *what, char *name);

/* The declaration of a descriptor's variable: "int c", or "c" where it is declared already. */
void c_put_descriptor(struct c_call *c, const struct program_variable *variable,
                      struct bytes *bytes);

#endif
