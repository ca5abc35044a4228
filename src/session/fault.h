/* fault: which calls of the session and of traced programs fail on purpose, and how. The session's
 * lock is held in all functions. */
#ifndef SOCKSH_SESSION_FAULT_H
#define SOCKSH_SESSION_FAULT_H

#include "call/call.h"
#include "call/call_fault.h"

struct session;

/* Which calls, and what is done to them. */
struct fault {
  struct fault *next;
  unsigned number;                /* 1, 2, 3 ...: by which it is called off */
  char program[SOCKET_NAME_SIZE]; /* whose; ".": the session's own */
  enum call_name call; /* this one, and those that C libraries make of it: recv is recvfrom */
  struct call_fault effect;
  struct address at;       /* on a socket with this address, its own or its peer's; length 0: any */
  enum socket_state state; /* on one in this state; STATE_UNKNOWN: any */
  long descriptor;         /* on this one; -1: any */
  uint64_t nth;            /* the nth of those that fit; 0: any */
  uint64_t every;          /* each so manieth; 0: each */
  bool once;
  int64_t lasts;   /* from the first one that it is applied to on, to all that fit, for so many
                      nanoseconds; 0: not so */
  uint64_t closes; /* where descriptors are short: as many as were closed since are there again */
  int64_t began;   /* then: when that was, by the monotonic clock; 0: not yet */
  double share;    /* by chance, 0 to 1; 0: always */
  uint64_t random; /* the state of its own random generator */
  uint64_t fitted; /* calls that fitted */
  uint64_t hit;    /* and those that it was applied to */
};

/* Adds one, of which a copy is taken, and begins its chance with the seed. Its number; 0 where
 * there is no memory. */
unsigned fault_add(struct session *session, const struct fault *fault, uint64_t seed);
/* Forgets the one with a number, or all with 0. False: there is none. */
bool fault_remove(struct session *session, unsigned number);

/* A call by its name in C. -1: there is none. */
int fault_find_call(const char *text, size_t length);

/* Whether two names are one call for those who write a program: recv and recvfrom. */
bool fault_same_call(enum call_name one, enum call_name other);

/* Whether a limit of bytes means something for the call: it moves those of one message. */
bool fault_may_limit(enum call_name name);

/* What is to be done to a call of a program, ".": of the session, that is about to be made. It is
 * counted. `closes`: how many descriptors its process has closed so far. */
struct call_fault fault_choose(struct session *session, const char *program,
                               const struct call *call, uint64_t closes);

#endif
