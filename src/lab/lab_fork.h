/* lab_fork: starts processes on the hosts. */
#ifndef SOCKSH_LAB_LAB_FORK_H
#define SOCKSH_LAB_LAB_FORK_H

#include <sys/types.h>

struct host;

/* As fork(2), with the child on a host of the lab. It is a child of this process like any other,
 * known by the number that this process sees; its own namespace has another one. */
pid_t lab_fork(const struct host *host);

#endif
