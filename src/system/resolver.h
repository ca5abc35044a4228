/* resolver: questions to the C library about names, which nobody can interrupt.
 *
 * Each is asked in a thread of its own with a descriptor table of its own, so that it holds none of
 * the user's sockets open, takes none of the numbers they would get, and is left to itself when the
 * user gives up. */
#ifndef SOCKSH_SYSTEM_RESOLVER_H
#define SOCKSH_SYSTEM_RESOLVER_H

/* What is asked of the C library in such a thread. It begins a larger struct, made with calloc. */
struct resolver_question {
  void (*ask)(struct resolver_question *question);     /* asks, in the thread */
  void (*release)(struct resolver_question *question); /* frees the question and its answer */
  _Atomic unsigned references;
  _Atomic unsigned done; /* 0, then 1: the answer is written and stays */
};

/* Asks, and waits for the answer. 0, EINTR where the wait was given up, or EAGAIN where there is no
 * thread for it: then the answer must not be read. In every case the caller ends with
 * resolver_release. */
int resolver_run(struct resolver_question *question);
void resolver_release(struct resolver_question *question);

/* The index of a network interface, as if_nametoindex(3), which makes a socket to ask with; 0 where
 * there is none. */
unsigned resolver_interface(const char *name);

#endif
