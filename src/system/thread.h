/* thread: starts every thread of the program, with signals blocked, since the watcher takes
 * them. */
#ifndef SOCKSH_SYSTEM_THREAD_H
#define SOCKSH_SYSTEM_THREAD_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/* Starts a thread that runs run(argument). All signals except `signal` (0: none) are blocked in it
 * from its first instruction on; the caller's mask is unchanged. `stack` is the size of its stack
 * in bytes (0: the default). It shares the caller's descriptor table, and counts as apart if the
 * caller does. 0, or an errno. The caller joins or detaches it. */
int thread_start(pthread_t *thread, size_t stack, int signal, void *(*run)(void *argument),
                 void *argument);

/* How long the calling thread may run before another gets its processor: of two that want it, the
 * one with the shorter turn goes first, and when it wakes, at once. Nanoseconds from 100,000 to
 * 100,000,000; 0: as usual, some milliseconds. Kernels before 6.12 ignore it, and let in whoever
 * wakes. sched_setattr(2) */
void thread_set_turn(int64_t turn);

#endif
