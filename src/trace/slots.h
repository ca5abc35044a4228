/* slots: what the descriptors of a traced process refer to, as far as its calls have told: a
 * socket, an epoll instance, or something that is of no interest here. Threads share one table, a
 * child of fork gets a copy, as with the kernel's.
 *
 * The tracer's thread alone changes it, under the session's lock. Others read it under that lock;
 * the tracer's thread without. */
#ifndef SOCKSH_TRACE_SLOTS_H
#define SOCKSH_TRACE_SLOTS_H

#include "call/call.h"
#include "socket/socket.h"

enum slot_kind {
  SLOT_UNKNOWN, /* never seen, or closed */
  SLOT_OTHER,   /* a file, a pipe, a terminal */
  SLOT_SOCKET,
  SLOT_EPOLL,
};

/* What is registered with an epoll instance for one descriptor. */
struct slot_watch {
  bool there;
  uint64_t data;
};

struct slot_epoll {
  unsigned references;
  struct slot_watch *watches; /* by descriptor */
  size_t room;
};

struct slot {
  enum slot_kind kind;
  struct socket *socket;    /* SLOT_SOCKET, SLOT_EPOLL: a reference */
  struct slot_epoll *epoll; /* SLOT_EPOLL: what is registered there */
  bool close_on_exec;       /* of a log: for a program that runs, the kernel is asked */
};

struct slots {
  unsigned references;
  struct slot *slot; /* by descriptor */
  size_t room;
};

/* An empty table with one reference; NULL when there is no memory. */
struct slots *slots_create(void);
struct slots *slots_retain(struct slots *slots);
/* A copy for a child; NULL when there is no memory. */
struct slots *slots_copy(const struct slots *slots);
/* Gives up a reference; the last one closes all, and `closed` is called for each socket of which
 * that was the last descriptor that is known. */
void slots_release(struct slots *slots, void (*closed)(struct socket *socket, void *context),
                   void *context);

/* The slot of a descriptor, or NULL: it is of kind SLOT_UNKNOWN. */
struct slot *slots_find(const struct slots *slots, long descriptor);

/* What a descriptor refers to from now on. Takes a reference of its own to `socket`, which may be
 * NULL. 0, or -1 when there is no memory: then it is unknown. Whatever was there must have been
 * cleared. */
int slots_set(struct slots *slots, long descriptor, enum slot_kind kind, struct socket *socket);

/* Clears a slot. Returns the socket whose last known descriptor it was, a reference for the caller;
 * or NULL. */
struct socket *slots_clear(struct slots *slots, long descriptor);

/* Registers a descriptor with an epoll instance's slot, or takes it out, as an epoll_ctl that
 * succeeded did. */
void slots_apply_epoll(struct slots *slots, const struct call *call);
/* Which descriptor was registered with this data; -1: it is not known. */
long slots_watched(const struct slot *epoll, uint64_t data);

#endif
