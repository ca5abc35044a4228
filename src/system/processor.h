/* processor: keeps the program on one processor while time counts. */
#ifndef SOCKSH_SYSTEM_PROCESSOR_H
#define SOCKSH_SYSTEM_PROCESSOR_H

#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

/* Where the program may run when it is not kept on one processor. */
struct processor_place {
  cpu_set_t before;
  bool stays;
};

/* Keeps all threads of the program, and of a child (0: none), on the processor that the caller runs
 * on now, and those that are started meanwhile, until processor_leave. Where the kernel refuses it,
 * nothing changes. sched_setaffinity(2) */
void processor_stay(struct processor_place *place, pid_t child);
/* All may run where the caller could before. Nothing if they do not stay. */
void processor_leave(struct processor_place *place, pid_t child);

#endif
