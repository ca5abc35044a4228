/* follow: what becomes of traced programs: each stop, each new process and thread, each end. All of
 * it in the tracer's thread. */
#ifndef SOCKSH_TRACE_FOLLOW_H
#define SOCKSH_TRACE_FOLLOW_H

#include "trace/task.h"

/* Takes what waitpid(2) has told of a task. */
void follow_news(struct tracing *tracing, pid_t id, int status);

/* Lets those go on that have stood still for long enough. True: some others do so still. */
bool follow_resume(struct tracing *tracing);

/* Takes the news of one task, if there are any: true. */
bool follow_task(struct tracing *tracing, const struct trace_task *task);

/* Forgets a stop that came before the news of what made the task: true, if there was one. */
bool follow_forget_early(struct tracing *tracing, pid_t id);

/* Begins to trace a process that does not run yet, or a thread that runs. 0, or an errno. */
int follow_seize(pid_t id, bool attached);
/* The same with all threads of a process; some may begin meanwhile. The lock is held. */
int follow_seize_threads(struct tracing *tracing, struct trace_process *process);

/* Leaves a program as it was. */
void follow_leave(struct tracing *tracing, struct trace_program *program);

#endif
