/* resolver: name lookups by the C library, which nothing can interrupt.
 *
 * Each runs in a thread with a descriptor table of its own, so that it holds none of the user's
 * sockets open, uses none of their numbers, and can be abandoned when the user gives up. */
#ifndef SOCKSH_SYSTEM_RESOLVER_H
#define SOCKSH_SYSTEM_RESOLVER_H

/* A question for the C library. It is the first member of a larger struct, allocated with
 * calloc. */
struct resolver_question {
  void (*ask)(struct resolver_question *question);     /* asks, in the thread */
  void (*release)(struct resolver_question *question); /* frees the question and its answer */
  _Atomic unsigned references;
  _Atomic unsigned done; /* 0, then 1: the answer is complete */
};

/* Asks, and waits for the answer. 0; EINTR if the wait was given up; EAGAIN if no thread could be
 * started. Read the answer only after 0. The caller must call resolver_release in every case. */
int resolver_run(struct resolver_question *question);
void resolver_release(struct resolver_question *question);

#endif
