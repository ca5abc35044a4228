#include "system/resolver.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

#include "system/descriptor.h"
#include "system/thread.h"
#include "system/wait.h"

/* The asking thread and the waiting one share the question; the last of them to let go frees it. */
void resolver_release(struct resolver_question *question) {
  if (--question->references == 0)
    question->release(question);
}

static void *run(void *argument) {
  struct resolver_question *question = argument;
  descriptor_unshare_standard();
  question->ask(question);
  question->done = 1;
  futex_wake(&question->done);
  resolver_release(question);
  return NULL;
}

static bool start(struct resolver_question *question) {
  pthread_t thread;
  question->references++;
  if (thread_start(&thread, 0, 0, run, question) == 0) {
    pthread_detach(thread);
    return true;
  }
  question->references--;
  return false;
}

int resolver_run(struct resolver_question *question) {
  question->references = 1;
  if (!start(question))
    return EAGAIN;
  return futex_wait(&question->done, 0, 0);
}
