#include "system/thread.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "system/descriptor.h"

/* What a new thread is given; the thread frees it. */
struct start {
  void *(*run)(void *argument);
  void *argument;
  bool apart;
};

static void *begin(void *argument) {
  struct start start = *(struct start *)argument;
  free(argument);
  if (start.apart)
    descriptor_set_apart();
  return start.run(start.argument);
}

/* The new thread inherits the mask, so it is set around the creation: a signal that arrived in
 * between would be this thread's. */
static int create(pthread_t *thread, const pthread_attr_t *attributes, int signal,
                  struct start *start) {
  sigset_t blocked;
  sigset_t before;
  sigfillset(&blocked);
  if (signal)
    sigdelset(&blocked, signal);
  pthread_sigmask(SIG_SETMASK, &blocked, &before);
  int problem = pthread_create(thread, attributes, begin, start);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return problem;
}

int thread_start(pthread_t *thread, size_t stack, int signal, void *(*run)(void *argument),
                 void *argument) {
  struct start *start = malloc(sizeof *start);
  if (!start)
    return ENOMEM;
  *start = (struct start){run, argument, descriptor_is_apart()};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  if (stack)
    pthread_attr_setstacksize(&attributes, stack);
  int problem = create(thread, &attributes, signal, start);
  pthread_attr_destroy(&attributes);
  if (problem)
    free(start);
  return problem;
}

void thread_set_turn(int64_t turn) {
  enum { KEEP_POLICY = 8 };
  /* struct sched_attr, which the library and the kernel do not both declare */
  struct {
    uint32_t size;
    uint32_t policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime;
    uint64_t deadline;
    uint64_t period;
  } attributes = {.size = sizeof attributes,
                  .flags = KEEP_POLICY,
                  .nice = getpriority(PRIO_PROCESS, 0), /* or it would be 0 */
                  .runtime = (uint64_t)turn};
  syscall(SYS_sched_setattr, 0, &attributes, 0); /* where it can't be said, nothing is lost */
}
