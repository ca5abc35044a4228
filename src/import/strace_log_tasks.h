/* strace_log_tasks: the threads and processes of a log. */
#ifndef SOCKSH_IMPORT_STRACE_LOG_TASKS_H
#define SOCKSH_IMPORT_STRACE_LOG_TASKS_H

#include "import/strace_log_part.h"

/* The thread that a line is of, a new one where it is the first. NULL: there are too many, or no
 * memory. */
struct log_task *log_task_of(struct strace_log *log, const struct strace_line *line);

/* The thread has made another, or a process: its id, and the text of the call. */
void log_task_cloned(struct strace_log *log, struct log_task *task, long id, const char *text,
                     size_t length);

/* It has ended; with the last of its process, what that has open is closed. */
void log_task_ended(struct strace_log *log, struct log_task *task);

void log_tasks_free(struct strace_log *log);

#endif
