/* wait: how a thread that waits in the kernel is watched and interrupted.
 *
 * Every thread that runs commands has a struct waiter, which it marks when a wait begins and ends.
 * One watcher looks at all waiters, and interrupts the one that is to stop with a signal that has
 * no SA_RESTART, so that the system call fails with EINTR.
 *
 * Shared between them: `phase`, `began`, `deadline` and `reason` are atomic. The watcher reads
 * `subject` and `thread` only while it holds the list's lock and has set phase to WAIT_ATTENDED;
 * the waiting thread then takes that lock before it goes on. */
#ifndef SOCKSH_SYSTEM_WAIT_H
#define SOCKSH_SYSTEM_WAIT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum wait_phase {
  WAIT_IDLE,     /* not waiting */
  WAIT_WAITING,  /* in the kernel, or about to be */
  WAIT_ATTENDED, /* the watcher has acted on it, and may do so again */
};

/* Why a wait was interrupted. The larger reason wins. */
enum wait_reason {
  WAIT_NOT_INTERRUPTED,
  WAIT_BLOCKS,   /* `expect blocks`: it has not returned in time, as expected */
  WAIT_DEADLINE, /* the command's own deadline has passed */
  WAIT_USER,     /* Ctrl-C */
  WAIT_ENDED,    /* `kill %N`, or the end of the session */
};

struct waiter_list;

struct waiter {
  struct waiter_list *list;
  pthread_t thread;
  pid_t task;               /* the same for the kernel */
  _Atomic int phase;        /* enum wait_phase */
  _Atomic int reason;       /* enum wait_reason, until the thread clears it */
  _Atomic int64_t began;    /* when the wait began, monotonic nanoseconds */
  _Atomic int64_t deadline; /* when the watcher interrupts it, monotonic nanoseconds; 0: never */
  _Atomic int deadline_reason;
  const void *subject;  /* what it waits for: the struct call, or NULL for any other wait */
  _Atomic unsigned job; /* the job that this thread runs, 0: the foreground */
  int64_t flushed;      /* the watcher's: `began` of the wait for which it flushed the output */
  int64_t announced;    /* the watcher's: `began` of the call that it announced as blocked */
  int64_t seen;         /* the watcher's: `began` at its last look */
  struct waiter *next;  /* the list of waiters, guarded by its lock */
};

/* Whether its thread sleeps in the kernel; one that is about to, waits for a processor. True where
 * that is not known. */
bool waiter_sleeps(const struct waiter *waiter);

/* All waiters of a session, for their watcher. */
struct waiter_list {
  pthread_mutex_t lock; /* guards the list, and what the watcher does to a waiter */
  struct waiter *first;
  _Atomic bool asleep; /* the watcher sleeps until it is woken */
  int wake;            /* an eventfd that wakes it */
};

/* The signal that interrupts, and its handler, which does nothing. It is one of the old signals,
 * which are not queued: a real-time signal is refused with EAGAIN where the user's queue of signals
 * is full
 * (`ulimit -i`). Nothing else in the program uses it. */
int wait_signal(void);
void wait_signal_install(void);

/* 0, or -1 with errno set. The eventfd is moved out of the range of the user's numbers. */
int waiter_list_start(struct waiter_list *waiters);
void waiter_list_stop(struct waiter_list *waiters);
void waiter_list_wake(struct waiter_list *waiters);

/* From here on the waiter can be told to stop, even before its thread has begun. */
void waiter_create(struct waiter *waiter, struct waiter_list *waiters, unsigned job);

/* Makes the calling thread the one that waits. */
void waiter_register(struct waiter *waiter);
void waiter_unregister(struct waiter *waiter);

/* Call these around everything that may block. `now` is the time at which the wait begins.
 * waiter_begin returns false if the thread was told to stop before: then it must not wait, and not
 * call waiter_end. */
bool waiter_begin(struct waiter *waiter, const void *subject, int64_t now);
void waiter_end(struct waiter *waiter);

/* Tells a thread to stop. Any thread may call it. */
void waiter_interrupt(struct waiter *waiter, enum wait_reason reason);

/* Drops a deadline that passed after the wait had ended by itself, so that it does not interrupt
 * the next one. */
void waiter_forget_deadline(struct waiter *waiter);

/* Returns the reason for which the thread was told to stop, and clears it. */
enum wait_reason waiter_take_reason(struct waiter *waiter);

/* Why the thread that calls it has been told to stop, if it is a waiter's: for a wait that no
 * signal ends, and to tell a signal that means something from one that does not. */
enum wait_reason wait_reason_here(void);
/* waiter_begin and waiter_end for that waiter, so that the watcher sees the wait: it writes what
 * waits to be written, and interrupts. False: there is none, or it has been told to stop. */
bool wait_begin_here(void);
void wait_end_here(void);

/* Keeps a waiter in its wait while the list's lock is held, so that its subject may be read. False
 * if it no longer waits. */
bool waiter_attend(struct waiter *waiter);

/* Sends the signal to a waiter that was told to stop and is still in the kernel. Call it with the
 * list's lock held. */
void waiter_signal(struct waiter *waiter);

/* Waits until *word is no longer `expected`, or until `deadline`, in monotonic nanoseconds (0: no
 * deadline). 0, or an errno: EINTR, ETIMEDOUT. futex_wake wakes all who wait on the word. */
int futex_wait(_Atomic unsigned *word, unsigned expected, int64_t deadline);
void futex_wake(_Atomic unsigned *word);

/* Clocks, in nanoseconds. */
int64_t clock_monotonic(void);
int64_t clock_wall(void);

#endif
