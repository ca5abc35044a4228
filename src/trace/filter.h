/* filter: which system calls stop a traced program: those that the timeline has rows for, and those
 * that change what its descriptors are. All others run as fast as without a tracer. */
#ifndef SOCKSH_TRACE_FILTER_H
#define SOCKSH_TRACE_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "call/call_row.h"

/* What a system call is for the tracer. */
enum trace_duty {
  DUTY_CALL,    /* it is a call of the timeline's, if one of its descriptors is of interest */
  DUTY_MAKES,   /* the same, and it needs none */
  DUTY_CLOSES,  /* close_range: a range of descriptors */
  DUTY_NAMES,   /* prctl: a thread gives itself a name */
  DUTY_RING,    /* io_uring_setup: what goes through the ring is not seen */
  DUTY_RESUMES, /* restart_syscall: a call that a signal has interrupted goes on */
  DUTY_RETURNS, /* rt_sigreturn: the end of a signal's handler, behind which such a call returns */
};

struct trace_row {
  long number; /* SYS_ ... of this machine */
  enum trace_duty duty;
  enum call_name call;
};

/* The row of a system call, or NULL. */
const struct trace_row *trace_row_find(uint64_t number);

/* For a child between fork and exec: from now on, and after exec, each such call stops it for its
 * tracer; without one it fails with ENOSYS. 0, or -1 with errno set. Async-signal-safe. */
int trace_filter_install(void);

#endif
