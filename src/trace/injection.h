/* injection: what is done on purpose to the calls of a traced program, by the registers of its
 * thread while it is stopped. The kernel's truth is kept: a call that fails is not made, and of one
 * that is cut short the rest stays where it is. The lock is not held. */
#ifndef SOCKSH_TRACE_INJECTION_H
#define SOCKSH_TRACE_INJECTION_H

#include "trace/task.h"

/* Whether that can be done on this machine. */
bool injection_is_possible(void);

/* A task is in front of a call that was read: one that has just begun, or the same as before, which
 * the kernel makes again. */
void injection_enter(struct tracing *tracing, struct trace_task *task);

/* The task is stopped, `at_end` behind its call, and goes on without the tracer: its registers are
 * its own again. */
void injection_forget(struct trace_task *task, bool at_end);

/* It is behind it: what the program gets in place of the kernel's result. */
int64_t injection_leave(struct trace_task *task, int64_t result);

#endif
