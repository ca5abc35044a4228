#include "system/resolver.h"

#include <errno.h>
#include <net/if.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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

/* The lookup of an interface. */
struct interface {
  struct resolver_question question;
  char name[IF_NAMESIZE];
  unsigned index;
};

static void interface_release(struct resolver_question *question) {
  free(question);
}

static void interface_ask(struct resolver_question *question) {
  struct interface *interface = (struct interface *)question;
  interface->index = if_nametoindex(interface->name);
}

unsigned resolver_interface(const char *name) {
  struct interface *interface = strlen(name) < IF_NAMESIZE ? calloc(1, sizeof *interface) : NULL;
  if (!interface)
    return 0;
  interface->question.ask = interface_ask;
  interface->question.release = interface_release;
  strncpy(interface->name, name, IF_NAMESIZE - 1);
  unsigned index = resolver_run(&interface->question) == 0 ? interface->index : 0;
  resolver_release(&interface->question);
  return index;
}
