/* strace_log_process: a process of a log: its number, and which socket each of its numbers was. */
#ifndef SOCKSH_IMPORT_STRACE_LOG_PROCESS_H
#define SOCKSH_IMPORT_STRACE_LOG_PROCESS_H

#include "import/strace_log_part.h"

/* Gives a thread its number, and its process one, when it is the first: in the order in which they
 * were seen to make a call. */
void log_process_number(struct strace_log *log, struct log_task *task);

/* Notes which socket has a number now. */
void log_process_was(struct log_process *process, long descriptor, struct socket *socket);
/* Forgets all of that. */
void log_process_forget(struct log_process *process);

/* The last descriptor of a socket is closed. */
void log_process_closed(struct socket *socket, void *context);

#endif
