/* tracer: other programs' socket calls, read as they are made, by ptrace(2) and a seccomp filter.
 *
 * One thread traces all programs: the kernel knows a tracer by its thread. It reads each call in
 * front of it and behind it, while the program's thread is stopped, and hands it to the sink. The
 * program notices nothing. */
#ifndef SOCKSH_TRACE_TRACER_H
#define SOCKSH_TRACE_TRACER_H

#include "trace/task.h"

struct tracer;

/* NULL with an error: no memory, no thread, or a kernel that is too old. */
struct tracer *tracer_create(const struct trace_sink *sink, struct error *error);
/* Ends the thread. Programs that it has started are killed, others go on. The lock is not held. */
void tracer_free(struct tracer *tracer);

/* What is traced; to be read with the lock held. */
struct tracing *tracer_tracing(struct tracer *tracer);

/* Begins to trace a process. One that is new must not have run yet, and install the filter
 * (filter.h) when this has returned. The lock is not held. One reference for the caller; NULL with
 * an error: EPERM where it may not be traced, with why. */
struct trace_program *tracer_begin(struct tracer *tracer, const struct trace_plan *plan,
                                   struct error *error);

/* Leaves an attached program as it was. The lock is not held. 0, or -1 with an error. */
int tracer_leave(struct tracer *tracer, struct trace_program *program, struct error *error);

/* Waits until the first process of the program has ended and been reaped: its status. The lock is
 * not held. */
int tracer_wait(struct trace_program *program);

#endif
