/* resolve: name look-ups, which the C library makes and nobody can interrupt.
 *
 * Each runs in a thread of its own with a descriptor table of its own, so that it holds none of the user's sockets
 * open, takes none of the numbers they would get, and is left to itself when the user gives up. */
#ifndef SOCKSH_CALL_RESOLVE_H
#define SOCKSH_CALL_RESOLVE_H

#include "call/call.h"

/* What is asked of the C library in such a thread. It begins a larger struct, made with calloc. */
struct resolve_question {
  void (*ask)(struct resolve_question *question);     /* asks, in the thread */
  void (*release)(struct resolve_question *question); /* frees the question and its answer */
  _Atomic unsigned references;
  _Atomic unsigned done; /* 0, then 1: the answer is written and stays */
};

/* Asks, and waits for the answer. 0, EINTR where the wait was given up, or EAGAIN where there is no
 * thread for it: then the answer must not be read. In every case the caller ends with resolve_release. */
int resolve_run(struct resolve_question *question);
void resolve_release(struct resolve_question *question);

/* The index of a network interface, as if_nametoindex(3), which makes a socket to ask with; 0 where there is none. */
unsigned resolve_interface(const char *name);

/* getaddrinfo(text[0], text[1]) with number[0] as family and number[1] as type of the hints, into
 * call->found; or getnameinfo(address) into text[0] and text[1]. The result is 0 or an EAI_ number;
 * `error` is the errno of EAI_SYSTEM, EINTR where it was given up. */
void resolve_perform(struct call *call);

#endif
