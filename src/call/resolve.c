#include "call/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "system/resolver.h"

/* A lookup: the query, and room for the answer. */
struct lookup {
  struct resolver_question question;
  enum call_name name;
  char host[NI_MAXHOST]; /* the query, or the answer */
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

static void lookup_release(struct resolver_question *question) {
  struct lookup *lookup = (struct lookup *)question;
  if (lookup->list)
    freeaddrinfo(lookup->list);
  free(lookup);
}

static void lookup_ask(struct resolver_question *question) {
  struct lookup *lookup = (struct lookup *)question;
  if (lookup->name == CALL_GETADDRINFO) {
    struct addrinfo hints = {.ai_family = lookup->family, .ai_socktype = lookup->type};
    if (!lookup->has_host)
      hints.ai_flags = AI_PASSIVE;
    lookup->status =
        getaddrinfo(lookup->has_host ? lookup->host : NULL,
                    lookup->has_service ? lookup->service : NULL, &hints, &lookup->list);
  } else {
    lookup->status = getnameinfo(&lookup->address.any, lookup->address.length, lookup->host,
                                 sizeof lookup->host, lookup->service, sizeof lookup->service,
                                 lookup->type == SOCK_DGRAM ? NI_DGRAM : 0);
  }
  lookup->error = lookup->status == EAI_SYSTEM ? errno : 0;
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

/* Moves the answer into the call. Returns the status and sets errno. */
static long take_result(struct call *call, const struct lookup *lookup) {
  bool taken = true;
  if (lookup->status == 0 && lookup->name == CALL_GETADDRINFO) {
    taken = take_list(call, lookup->list) == 0;
  } else if (lookup->status == 0) {
    call->lookup.text[0] = strdup(lookup->host);
    call->lookup.text[1] = strdup(lookup->service);
    taken = call->lookup.text[0] && call->lookup.text[1];
  }
  errno = lookup->error;
  return taken ? lookup->status : EAI_MEMORY;
}

static void fill_in(struct lookup *lookup, const struct call *call) {
  lookup->question.ask = lookup_ask;
  lookup->question.release = lookup_release;
  lookup->name = call->name;
  lookup->family = (int)call->number[0];
  lookup->type = (int)call->number[1];
  lookup->address = call->address;
  lookup->has_host = call->lookup.text[0] != NULL;
  lookup->has_service = call->lookup.text[1] != NULL;
  if (lookup->has_host)
    strncpy(lookup->host, call->lookup.text[0], sizeof lookup->host - 1);
  if (lookup->has_service)
    strncpy(lookup->service, call->lookup.text[1], sizeof lookup->service - 1);
}

long resolve_perform(struct call *call) {
  struct lookup *lookup = calloc(1, sizeof *lookup);
  long result = EAI_AGAIN;
  errno = 0;
  if (!lookup)
    return EAI_MEMORY;
  fill_in(lookup, call);
  int problem = resolver_run(&lookup->question);
  if (problem == 0)
    result = take_result(call, lookup);
  else if (problem == EINTR)
    result = EAI_SYSTEM;
  int error = problem == 0 ? errno : problem == EINTR ? EINTR : 0;
  resolver_release(&lookup->question);
  errno = error;
  return result;
}
