#include "call/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "system/descriptor.h"
#include "system/resolver.h"
#include "system/wait.h"

extern char **environ;

enum { FOUND_MOST = 128 }; /* addresses */

/* Query and answer own all that they hold, since they may cross a pipe. */
struct query {
  enum call_name name;
  char host[NI_MAXHOST];
  char service[NI_MAXSERV];
  bool has_host;
  bool has_service;
  int family;
  int type;
  struct address address;
};

struct answer {
  int status; /* 0 or an EAI_ number */
  int error;
  char host[NI_MAXHOST];
  char service[NI_MAXSERV];
  size_t count;
  int types[FOUND_MOST];
  struct address found[FOUND_MOST];
};

struct lookup {
  struct resolver_question question;
  struct query query;
  struct answer answer;
};

static void keep_list(struct answer *answer, const struct addrinfo *list) {
  for (const struct addrinfo *entry = list; entry && answer->count < FOUND_MOST;
       entry = entry->ai_next) {
    struct address *found = &answer->found[answer->count];
    if (entry->ai_addrlen > sizeof found->storage)
      continue;
    memcpy(&found->storage, entry->ai_addr, entry->ai_addrlen);
    found->length = entry->ai_addrlen;
    answer->types[answer->count++] = entry->ai_socktype;
  }
}

static void look_up(const struct query *query, struct answer *answer) {
  if (query->name == CALL_GETADDRINFO) {
    struct addrinfo hints = {.ai_family = query->family, .ai_socktype = query->type};
    struct addrinfo *list = NULL;
    if (!query->has_host)
      hints.ai_flags = AI_PASSIVE;
    answer->status = getaddrinfo(query->has_host ? query->host : NULL,
                                 query->has_service ? query->service : NULL, &hints, &list);
    answer->error = answer->status == EAI_SYSTEM ? errno : 0;
    keep_list(answer, list);
    if (list)
      freeaddrinfo(list);
    return;
  }
  answer->status = getnameinfo(&query->address.any, query->address.length, answer->host,
                               sizeof answer->host, answer->service, sizeof answer->service,
                               query->type == SOCK_DGRAM ? NI_DGRAM : 0);
  answer->error = answer->status == EAI_SYSTEM ? errno : 0;
}

static void lookup_release(struct resolver_question *question) {
  free(question);
}

static void lookup_ask(struct resolver_question *question) {
  struct lookup *lookup = (struct lookup *)question;
  look_up(&lookup->query, &lookup->answer);
}

/* Reads or writes all of it. 0, or an errno; EPIPE at an early end. */
static int move_all(int descriptor, void *data, size_t size, bool writes) {
  for (size_t done = 0; done < size;) {
    ssize_t moved = writes ? write(descriptor, (char *)data + done, size - done)
                           : read(descriptor, (char *)data + done, size - done);
    if (moved < 0 && errno == EINTR && wait_reason_here() == WAIT_NOT_INTERRUPTED)
      continue;
    if (moved <= 0)
      return moved < 0 ? errno : EPIPE;
    done += (size_t)moved;
  }
  return 0;
}

/* The memory of the program that makes one look-up. */
static struct query served_query;
static struct answer served_answer;

int resolve_serve(void) {
  if (move_all(STDIN_FILENO, &served_query, sizeof served_query, false))
    return 1;
  look_up(&served_query, &served_answer);
  return move_all(STDOUT_FILENO, &served_answer, sizeof served_answer, true) ? 1 : 0;
}

/* Runs in the child: only async-signal-safe functions may be called. It is this program again,
 * since the C library's locks may be held by a thread that the child does not have. */
static _Noreturn void become_server(int query, int answer) {
  char *const arguments[] = {(char *)RESOLVE_PROGRAM, NULL};
  sigset_t none;
  sigemptyset(&none);
  setpgid(0, 0);
  int program = open("/proc/self/exe", O_PATH | O_CLOEXEC);
  if (program < 0 || dup2(query, STDIN_FILENO) < 0 || dup2(answer, STDOUT_FILENO) < 0)
    _exit(1);
  close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execveat(program, "", arguments, environ, AT_EMPTY_PATH);
  _exit(1);
}

static void close_pipe(const int ends[2]) {
  for (int i = 0; i < 2; i++)
    if (ends[i] >= 0)
      close(ends[i]);
}

/* Makes the look-up in a process on the host. 0; EINTR if the wait was given up; another errno if
 * there is no such process. */
static int look_up_on(const struct host *host, struct lookup *lookup) {
  int query[2] = {-1, -1};
  int answer[2] = {-1, -1};
  pid_t child = -1;
  int problem = 0;
  /* The query fits into the pipe's buffer, so it can be written before there is a reader. */
  if (descriptor_pipe(query) < 0 || descriptor_pipe(answer) < 0)
    problem = errno;
  if (problem == 0)
    problem = move_all(query[1], &lookup->query, sizeof lookup->query, true);
  if (problem == 0) {
    child = host->fork(host);
    if (child == 0)
      become_server(query[0], answer[1]);
    problem = child < 0 ? errno : 0;
  }
  close_pipe(query);
  if (answer[1] >= 0)
    close(answer[1]);
  answer[1] = -1;
  if (problem == 0)
    problem = move_all(answer[0], &lookup->answer, sizeof lookup->answer, false);
  close_pipe(answer);
  if (child > 0) {
    kill(child, SIGKILL); /* it has answered, or nobody waits for it any more */
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
      ;
  }
  return problem;
}

static int take_list(struct call *call, const struct answer *answer) {
  size_t room = answer->count ? answer->count : 1;
  call->lookup.found = calloc(room, sizeof *call->lookup.found);
  call->lookup.types = calloc(room, sizeof *call->lookup.types);
  if (!call->lookup.found || !call->lookup.types)
    return -1;
  memcpy(call->lookup.found, answer->found, answer->count * sizeof *answer->found);
  memcpy(call->lookup.types, answer->types, answer->count * sizeof *answer->types);
  call->lookup.count = answer->count;
  return 0;
}

/* Moves the answer into the call. Returns the status and sets errno. */
static long take_result(struct call *call, const struct lookup *lookup) {
  const struct answer *answer = &lookup->answer;
  bool taken = true;
  if (answer->status == 0 && lookup->query.name == CALL_GETADDRINFO) {
    taken = take_list(call, answer) == 0;
  } else if (answer->status == 0) {
    call->lookup.text[0] = strdup(answer->host);
    call->lookup.text[1] = strdup(answer->service);
    taken = call->lookup.text[0] && call->lookup.text[1];
  }
  errno = answer->error;
  return taken ? answer->status : EAI_MEMORY;
}

static void fill_in(struct query *query, const struct call *call) {
  query->name = call->name;
  query->family = (int)call->number[0];
  query->type = (int)call->number[1];
  query->address = call->address;
  query->has_host = call->lookup.text[0] != NULL;
  query->has_service = call->lookup.text[1] != NULL;
  if (query->has_host)
    strncpy(query->host, call->lookup.text[0], sizeof query->host - 1);
  if (query->has_service)
    strncpy(query->service, call->lookup.text[1], sizeof query->service - 1);
}

long resolve_perform(struct call *call) {
  struct lookup *lookup = calloc(1, sizeof *lookup);
  long result;
  errno = 0;
  if (!lookup)
    return EAI_MEMORY;
  lookup->question.ask = lookup_ask;
  lookup->question.release = lookup_release;
  lookup->question.references = 1;
  fill_in(&lookup->query, call);
  int problem = call->host ? look_up_on(call->host, lookup) : resolver_run(&lookup->question);
  if (problem == 0)
    result = take_result(call, lookup);
  else
    result = EAI_SYSTEM; /* it was interrupted, or no thread or process could be had for it */
  int error = problem == 0 ? errno : problem;
  if (call->host && problem == ENOTCONN)
    call->unasked = problem; /* the host is gone */
  resolver_release(&lookup->question);
  errno = error;
  return result;
}
