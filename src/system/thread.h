/* thread: how every thread of the program is started: with the signals blocked, since they are the
 * watcher's to take. */
#ifndef SOCKSH_SYSTEM_THREAD_H
#define SOCKSH_SYSTEM_THREAD_H

#include <pthread.h>
#include <stddef.h>

/* Starts a thread that runs run(argument). All signals are blocked in it from its first instruction
 * on, but for `signal` (0: none); the caller's mask stays as it is. `stack` is the size of its
 * stack in bytes (0: the default). It shares the caller's table of descriptors, and counts as apart
 * where the caller does. 0, or an errno; to be joined or detached. */
int thread_start(pthread_t *thread, size_t stack, int signal, void *(*run)(void *argument),
                 void *argument);

#endif
