#include "system/file_thread.h"

#include <errno.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

struct aside {
  void (*work)(void *argument);
  void *argument;
};

static void *run(void *argument) {
  struct aside *aside = argument;
  close_range(3, ~0U, CLOSE_RANGE_UNSHARE);
  aside->work(aside->argument);
  return NULL;
}

int file_thread_run(void (*work)(void *argument), void *argument) {
  struct aside aside = {work, argument};
  pthread_t thread;
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int problem = pthread_create(&thread, NULL, run, &aside);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (problem) {
    errno = problem;
    return -1;
  }
  pthread_join(thread, NULL);
  return 0;
}
