#include "socket/aside.h"

#include <errno.h>
#include <linux/close_range.h>
#include <unistd.h>

#include "socket/thread.h"

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

int aside_run(void (*work)(void *argument), void *argument) {
  struct aside aside = {work, argument};
  pthread_t thread;
  int problem = thread_start(&thread, 0, 0, run, &aside);
  if (problem) {
    errno = problem;
    return -1;
  }
  pthread_join(thread, NULL);
  return 0;
}
