#include "call/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "system/resolver.h"

/* A look-up of a call. */
struct look_up {
  struct resolver_question question;
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

static void look_up_release(struct resolver_question *question) {
  struct look_up *look_up = (struct look_up *)question;
  if (look_up->list)
    freeaddrinfo(look_up->list);
  free(look_up);
}

static void look_up_ask(struct resolver_question *question) {
  struct look_up *look_up = (struct look_up *)question;
  if (look_up->name == CALL_GETADDRINFO) {
    struct addrinfo hints = {.ai_family = look_up->family, .ai_socktype = look_up->type};
    if (!look_up->has_host)
      hints.ai_flags = AI_PASSIVE;
    look_up->status =
        getaddrinfo(look_up->has_host ? look_up->host : NULL,
                    look_up->has_service ? look_up->service : NULL, &hints, &look_up->list);
  } else {
    look_up->status = getnameinfo(&look_up->address.any, look_up->address.length, look_up->host,
                                  sizeof look_up->host, look_up->service, sizeof look_up->service,
                                  look_up->type == SOCK_DGRAM ? NI_DGRAM : 0);
  }
  look_up->error = look_up->status == EAI_SYSTEM ? errno : 0;
}

static int take_list(struct call *call, const struct addrinfo *list) {
  size_t count = 0;
  for (const struct addrinfo *entry = list; entry; entry = entry->ai_next)
    count++;
  call->lookup.found = calloc(count ? count : 1, sizeof *call->lookup.found);
  call->lookup.types = calloc(count ? count : 1, sizeof *call->lookup.types);
  if (!call->lookup.found || !call->lookup.types)
    return -1;
  for (const struct addrinfo *entry = list; entry; entry = entry->ai_next) {
    if (entry->ai_addrlen > sizeof call->lookup.found->storage)
      continue;
    memcpy(&call->lookup.found[call->lookup.count].storage, entry->ai_addr, entry->ai_addrlen);
    call->lookup.found[call->lookup.count].length = entry->ai_addrlen;
    call->lookup.types[call->lookup.count++] = entry->ai_socktype;
  }
  return 0;
}

/* The status of the answer, and errno. */
static long take_result(struct call *call, const struct look_up *look_up) {
  bool taken = true;
  if (look_up->status == 0 && look_up->name == CALL_GETADDRINFO) {
    taken = take_list(call, look_up->list) == 0;
  } else if (look_up->status == 0) {
    call->lookup.text[0] = strdup(look_up->host);
    call->lookup.text[1] = strdup(look_up->service);
    taken = call->lookup.text[0] && call->lookup.text[1];
  }
  errno = look_up->error;
  return taken ? look_up->status : EAI_MEMORY;
}

static void fill_in(struct look_up *look_up, const struct call *call) {
  look_up->question.ask = look_up_ask;
  look_up->question.release = look_up_release;
  look_up->name = call->name;
  look_up->family = (int)call->number[0];
  look_up->type = (int)call->number[1];
  look_up->address = call->address;
  look_up->has_host = call->lookup.text[0] != NULL;
  look_up->has_service = call->lookup.text[1] != NULL;
  if (look_up->has_host)
    strncpy(look_up->host, call->lookup.text[0], sizeof look_up->host - 1);
  if (look_up->has_service)
    strncpy(look_up->service, call->lookup.text[1], sizeof look_up->service - 1);
}

long resolve_perform(struct call *call) {
  struct look_up *look_up = calloc(1, sizeof *look_up);
  long result = EAI_AGAIN;
  errno = 0;
  if (!look_up)
    return EAI_MEMORY;
  fill_in(look_up, call);
  int problem = resolver_run(&look_up->question);
  if (problem == 0)
    result = take_result(call, look_up);
  else if (problem == EINTR)
    result = EAI_SYSTEM;
  int error = problem == 0 ? errno : problem == EINTR ? EINTR : 0;
  resolver_release(&look_up->question);
  errno = error;
  return result;
}
