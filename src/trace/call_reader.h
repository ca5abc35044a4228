/* call_reader: a stop in front of a system call and the one behind it, as one call of the timeline,
 * and what it means for the program's descriptors. The lock is not held. */
#ifndef SOCKSH_TRACE_CALL_READER_H
#define SOCKSH_TRACE_CALL_READER_H

#include "trace/task.h"

/* A task is in front of a call: reads it. False if it is of no interest, and neither is its end. */
bool call_reader_enter(struct tracing *tracing, struct trace_task *task, const struct stop *stop);
/* It is behind it. */
void call_reader_leave(struct tracing *tracing, struct trace_task *task, int64_t result);
/* The call that was to be made again was not: a handler of a signal has ended it. */
void call_reader_abandon(struct tracing *tracing, struct trace_task *task);
/* Its program is another one now: descriptors are closed, and others stay. */
void call_reader_executed(struct tracing *tracing, struct trace_task *task);

#endif
