/* strace_log_sockets: which socket a number of the log stands for, as far as the calls, and what
 * strace writes in <> behind it, tell. */
#ifndef SOCKSH_IMPORT_STRACE_LOG_SOCKETS_H
#define SOCKSH_IMPORT_STRACE_LOG_SOCKETS_H

#include "import/strace_log_part.h"

/* Finds out what the argument of a call refers to: a socket, an epoll instance, or something else
 * (NULL). `sockets_only`: the call is none of files. */
struct slot *log_slot_of(struct strace_log *log, struct log_task *task,
                         const struct strace_node *node, bool sockets_only);

/* Brings the descriptors up to date with what the call has done. True if it was one on sockets. */
bool log_apply(struct strace_log *log, struct log_task *task, struct call *call,
               const struct strace_tree *tree);

/* The process runs another program now. */
void log_executed(struct log_process *process);

/* Forgets which sockets are known. */
void log_known_free(struct strace_log *log);

#endif
