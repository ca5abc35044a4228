/* wait: how a thread that waits in the kernel is watched and interrupted.
 *
 * Every thread that runs commands has a struct waiter. It says when a wait begins and ends; one
 * watcher looks at all waiters, and interrupts the one that is to stop with a signal that has no
 * SA_RESTART, so that the system call fails with EINTR.
 *
 * What is shared: `phase`, `began`, `deadline` and `reason` are atomic. `subject` and `thread` are
 * read by the watcher only while it holds the watch's lock and has set phase to WAIT_ATTENDED; the
 * waiting thread then takes that lock before it goes on. */
#ifndef SOCKSH_SYSTEM_WAIT_H
#define SOCKSH_SYSTEM_WAIT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum wait_phase {
  WAIT_IDLE,     /* not waiting */
  WAIT_WAITING,  /* in the kernel, or about to be */
  WAIT_ATTENDED, /* the watcher has done something about it, and may do more */
};

/* Why a wait was interrupted. The larger reason stands. */
enum wait_reason {
  WAIT_NOT_INTERRUPTED,
  WAIT_BLOCKS,   /* `expect blocks`: it has not returned in time, as expected */
  WAIT_DEADLINE, /* the command's own time is over */
  WAIT_USER,     /* Ctrl-C */
  WAIT_ENDED,    /* `kill %N`, or the session ends */
};

struct waiter_list;

struct waiter {
  struct waiter_list *list;
  pthread_t thread;
  _Atomic int phase;        /* enum wait_phase */
  _Atomic int reason;       /* enum wait_reason, until the thread clears it */
  _Atomic int64_t began;    /* when the wait began, monotonic nanoseconds */
  _Atomic int64_t deadline; /* when the watcher interrupts it, monotonic nanoseconds; 0: never */
  _Atomic int deadline_reason;
  const void *subject;  /* what it waits for: the struct call, or NULL for another wait */
  _Atomic unsigned job; /* the job this thread runs, 0: the foreground */
  int64_t flushed;      /* the watcher's own: `began` of the wait in which it flushed the output */
  int64_t announced;    /* the watcher's own: `began` of the call that it called blocked */
  int64_t seen;         /* the watcher's own: `began` when it last looked */
  struct waiter *next;  /* the watch's list, guarded by its lock */
};

/* All waiters of a session, and their watcher. */
struct waiter_list {
  pthread_mutex_t lock; /* guards the list, and what the watcher does to a waiter */
  struct waiter *first;
  _Atomic bool asleep; /* the watcher sleeps until it is woken */
  int wake;            /* an eventfd that wakes it */
};

/* The signal that interrupts, and its handler, which does nothing. */
int wait_signal(void);
void wait_signal_install(void);

/* 0, or -1 with errno set. The eventfd is moved out of the way of the user's numbers. */
int waiter_list_start(struct waiter_list *waiters);
void waiter_list_stop(struct waiter_list *waiters);
void waiter_list_wake(struct waiter_list *waiters);

/* A waiter can be told to stop from here on, before its thread has begun. */
void waiter_create(struct waiter *waiter, struct waiter_list *waiters, unsigned job);

/* The calling thread is the one that waits. */
void waiter_register(struct waiter *waiter);
void waiter_unregister(struct waiter *waiter);

/* Around everything that may block. `now` is the time it begins. False from waiter_begin: the
 * thread was told to stop before it began, so it must not wait; waiter_end must then not be called.
 */
bool waiter_begin(struct waiter *waiter, const void *subject, int64_t now);
void waiter_end(struct waiter *waiter);

/* Tells a thread to stop, from any thread. */
void waiter_interrupt(struct waiter *waiter, enum wait_reason reason);

/* Forgets a deadline that came when the wait was over by itself: it is not for what comes next. */
void waiter_forget_deadline(struct waiter *waiter);

/* The reason the thread was told to stop, and forgets it. */
enum wait_reason waiter_take_reason(struct waiter *waiter);

/* Holds a waiter in its wait while the watch's lock is held, so that its subject may be looked at.
 * False where it is not waiting any more. */
bool waiter_attend(struct waiter *waiter);

/* Sends the signal to a waiter that was told to stop and is still in the kernel. The watch's lock
 * is held. */
void waiter_signal(struct waiter *waiter);

/* Waits until *word is no longer `expected`, at most until `deadline` (0: without end). 0, or an
 * errno: EINTR, ETIMEDOUT. futex_wake wakes all who wait on it. */
int futex_wait(_Atomic unsigned *word, unsigned expected, int64_t deadline);
void futex_wake(_Atomic unsigned *word);

/* Clocks, in nanoseconds. */
int64_t clock_monotonic(void);
int64_t clock_wall(void);

#endif
