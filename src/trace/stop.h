/* stop: what the kernel tells of a thread that is stopped at a system call, whatever machine it is:
 * PTRACE_GET_SYSCALL_INFO, Linux 5.3. */
#ifndef SOCKSH_TRACE_STOP_H
#define SOCKSH_TRACE_STOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { STOP_WORDS = 6 };

enum stop_kind {
  STOP_OTHER,   /* at no system call */
  STOP_ENTRY,   /* in front of it: number and words are known */
  STOP_EXIT,    /* behind it: the result is */
  STOP_FOREIGN, /* at one of another kind of machine code, as of a 32-bit program */
};

struct stop {
  enum stop_kind kind;
  uint64_t number;
  uint64_t words[STOP_WORDS];
  int64_t result; /* what it returned, or minus an errno */
};

/* Reads it. 0, or -1 with errno set: ESRCH when the thread is gone. */
int stop_read(pid_t thread, struct stop *stop);

/* Whether the result says that the kernel will make the call again, unless a handler of a signal
 * ends it: ERESTARTSYS and its like, which no program ever sees. */
bool stop_restarts(int64_t result);

/* 0 if this kernel can be asked; or ENOSYS where it is older than 5.3. */
int stop_check(void);

#endif
