#include "socket/thread.h"

#include <signal.h>

int thread_start(pthread_t *thread, size_t stack, int signal, void *(*run)(void *argument),
                 void *argument) {
  pthread_attr_t attributes;
  sigset_t blocked;
  sigset_t before;
  pthread_attr_init(&attributes);
  if (stack)
    pthread_attr_setstacksize(&attributes, stack);
  sigfillset(&blocked);
  if (signal)
    sigdelset(&blocked, signal);
  /* The mask is inherited, so it is set around the creation: a signal that came in between would be the new thread's. */
  pthread_sigmask(SIG_SETMASK, &blocked, &before);
  int problem = pthread_create(thread, &attributes, run, argument);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  return problem;
}
