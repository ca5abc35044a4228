/* await_interval: what is looked at again and again, since no call can wait for it. */
#ifndef SOCKSH_COMMANDS_KERNEL_AWAIT_INTERVAL_H
#define SOCKSH_COMMANDS_KERNEL_AWAIT_INTERVAL_H

#include "commands/kernel/condition.h"

enum { AWAIT_SHORTEST = 1000000 }; /* nanoseconds: the first interval */

/* Waits until the kernel reports an event, if the condition has any, else for the interval, which
 * then doubles up to LONGEST. 0 to check again, 1 after the deadline, -1 if interrupted. */
int await_interval(const struct awaited *awaited, int64_t deadline, int64_t *interval,
                   struct error *error);

#endif
