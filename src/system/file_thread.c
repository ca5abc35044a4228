#include "system/file_thread.h"

#include <errno.h>

#include "system/descriptor.h"
#include "system/thread.h"

struct aside {
  void (*work)(void *argument);
  void *argument;
};

static void *run(void *argument) {
  struct aside *aside = argument;
  descriptor_unshare_standard();
  aside->work(aside->argument);
  return NULL;
}

int file_thread_run(void (*work)(void *argument), void *argument) {
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
