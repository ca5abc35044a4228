/* inside: what the two sides of a torture run share. `inside.c` is linked into the program that is
 * tortured, `fault.c` is the one that starts it and watches it. */
#ifndef SOCKSH_TORTURE_INSIDE_H
#define SOCKSH_TORTURE_INSIDE_H

#include <stdatomic.h>
#include <stdint.h>

/* The numbers under which the program inherits the shared page and the socket over which it hands
 * the listener of its filter back; both are closed before main begins. They are beyond what a
 * session's sockets reach, and below the program's own. */
enum { TORTURE_PAGE = 900, TORTURE_SOCKET = 901 };

/* Environment variable that says that the two are there; it is removed before main begins. */
#define TORTURE_VARIABLE "SOCKSH_TORTURE"

enum { TORTURE_CALLS = 512, TORTURE_FRAMES = 24 };

/* The page: shared by the watcher, the program, and whatever the program forks. */
struct torture {
  /* Allocations. */
  uint64_t fail_at;          /* 1, 2 ...: this one fails; 0: none does */
  uint64_t fail_later;       /* not 0: all behind it fail, too */
  atomic_ullong allocations; /* made so far, in all processes */
  atomic_uint failed;        /* how many were made to fail */
  uint32_t frames;           /* where the first one that failed was: offsets in the program, ... */
  uint64_t frame[TORTURE_FRAMES]; /* ... 0 for a frame in a library; the innermost first */
  /* System calls. */
  uint32_t filter;                /* 0: none is watched; 1: those of `watched`; 2: all */
  uint8_t watched[TORTURE_CALLS]; /* by number */
  atomic_uint ending;             /* main is over: what follows is the sanitizers' */
};

#endif
