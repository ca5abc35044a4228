#include "socket/resolve.h"

#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "socket/descriptor.h"
#include "socket/thread.h"
#include "socket/wait.h"

/* A look-up of a call. */
struct look_up {
  struct resolve_question question;
  enum call_name name;
  char host[NI_MAXHOST]; /* asked for, or found */
  char service[NI_MAXSERV];
  bool has_host;
  bool has_service;
  int family;
  int type;
  struct address address;
  struct addrinfo *list;
  int status;
  int error;
};

/* The thread that asks and the one that waits share the question; the last one to let go frees it. */
void resolve_release(struct resolve_question *question) {
  if (--question->references == 0)
    question->release(question);
}

static void *run(void *argument) {
  struct resolve_question *question = argument;
  descriptor_unshare_standard();
  question->ask(question);
  question->done = 1;
  futex_wake(&question->done);
  resolve_release(question);
  return NULL;
}

static bool start(struct resolve_question *question) {
  pthread_t thread;
  question->references++;
  if (thread_start(&thread, 0, 0, run, question) == 0) {
    pthread_detach(thread);
    return true;
  }
  question->references--;
  return false;
}

int resolve_run(struct resolve_question *question) {
  question->references = 1;
  if (!start(question))
    return EAGAIN;
  return futex_wait(&question->done, 0, 0);
}

/* A look-up of an interface. */
struct interface {
  struct resolve_question question;
  char name[IF_NAMESIZE];
  unsigned index;
};

static void interface_release(struct resolve_question *question) {
  free(question);
}

static void interface_ask(struct resolve_question *question) {
  struct interface *interface = (struct interface *)question;
  interface->index = if_nametoindex(interface->name);
}

unsigned resolve_interface(const char *name) {
  struct interface *interface = strlen(name) < IF_NAMESIZE ? calloc(1, sizeof *interface) : NULL;
  if (!interface)
    return 0;
  interface->question.ask = interface_ask;
  interface->question.release = interface_release;
  strncpy(interface->name, name, IF_NAMESIZE - 1);
  unsigned index = resolve_run(&interface->question) == 0 ? interface->index : 0;
  resolve_release(&interface->question);
  return index;
}

static void look_up_release(struct resolve_question *question) {
  struct look_up *look_up = (struct look_up *)question;
  if (look_up->list)
    freeaddrinfo(look_up->list);
  free(look_up);
}

static void look_up_ask(struct resolve_question *question) {
  struct look_up *look_up = (struct look_up *)question;
  if (look_up->name == CALL_GETADDRINFO) {
    struct addrinfo hints = {.ai_family = look_up->family, .ai_socktype = look_up->type};
    if (!look_up->has_host)
      hints.ai_flags = AI_PASSIVE;
    look_up->status = getaddrinfo(look_up->has_host ? look_up->host : NULL,
                                  look_up->has_service ? look_up->service : NULL, &hints, &look_up->list);
  } else {
    look_up->status =
        getnameinfo(&look_up->address.any, look_up->address.length, look_up->host, sizeof look_up->host,
                    look_up->service, sizeof look_up->service, look_up->type == SOCK_DGRAM ? NI_DGRAM : 0);
  }
  look_up->error = look_up->status == EAI_SYSTEM ? errno : 0;
}

static int take_list(struct call *call, const struct addrinfo *list) {
  size_t count = 0;
  for (const struct addrinfo *entry = list; entry; entry = entry->ai_next)
    count++;
  call->found = calloc(count ? count : 1, sizeof *call->found);
  call->found_types = calloc(count ? count : 1, sizeof *call->found_types);
  if (!call->found || !call->found_types)
    return -1;
  for (const struct addrinfo *entry = list; entry; entry = entry->ai_next) {
    if (entry->ai_addrlen > sizeof call->found->storage)
      continue;
    memcpy(&call->found[call->found_count].storage, entry->ai_addr, entry->ai_addrlen);
    call->found[call->found_count].length = entry->ai_addrlen;
    call->found_types[call->found_count++] = entry->ai_socktype;
  }
  return 0;
}

static void take_result(struct call *call, const struct look_up *look_up) {
  call->result = look_up->status;
  call->error = look_up->error;
  bool taken = true;
  if (look_up->status == 0 && call->name == CALL_GETADDRINFO) {
    taken = take_list(call, look_up->list) == 0;
  } else if (look_up->status == 0) {
    call->text[0] = strdup(look_up->host);
    call->text[1] = strdup(look_up->service);
    taken = call->text[0] && call->text[1];
  }
  if (!taken)
    call->result = EAI_MEMORY;
}

static void fill_in(struct look_up *look_up, const struct call *call) {
  look_up->question.ask = look_up_ask;
  look_up->question.release = look_up_release;
  look_up->name = call->name;
  look_up->family = (int)call->number[0];
  look_up->type = (int)call->number[1];
  look_up->address = call->address;
  look_up->has_host = call->text[0] != NULL;
  look_up->has_service = call->text[1] != NULL;
  if (look_up->has_host)
    strncpy(look_up->host, call->text[0], sizeof look_up->host - 1);
  if (look_up->has_service)
    strncpy(look_up->service, call->text[1], sizeof look_up->service - 1);
}

void resolve_perform(struct call *call) {
  struct look_up *look_up = calloc(1, sizeof *look_up);
  if (!look_up) {
    call->result = EAI_MEMORY;
    return;
  }
  fill_in(look_up, call);
  switch (resolve_run(&look_up->question)) {
  case 0:
    take_result(call, look_up);
    break;
  case EINTR:
    call->result = EAI_SYSTEM;
    call->error = EINTR;
    break;
  default:
    call->result = EAI_AGAIN;
    break;
  }
  resolve_release(&look_up->question);
}
