/* thread: starts every thread of the program, with signals blocked, since the watcher takes
 * them. */
#ifndef SOCKSH_SYSTEM_THREAD_H
#define SOCKSH_SYSTEM_THREAD_H

#include <pthread.h>
#include <stddef.h>

/* Starts a thread that runs run(argument). All signals except `signal` (0: none) are blocked in it
 * from its first instruction on; the caller's mask is unchanged. `stack` is the size of its stack
 * in bytes (0: the default). It shares the caller's descriptor table, and counts as apart if the
 * caller does. 0, or an errno. The caller joins or detaches it. */
int thread_start(pthread_t *thread, size_t stack, int signal, void *(*run)(void *argument),
                 void *argument);

#endif
