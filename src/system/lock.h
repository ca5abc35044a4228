/* lock: a mutex that costs two instructions on memory where nobody else wants it, which is nearly
 * always: the locks that each command takes. It spins for a moment before it sleeps, since they
 * are held for microseconds, so that many busy threads do not put each other to sleep.
 *
 * A zeroed struct is a free lock, and nothing need be destroyed. */
#ifndef SOCKSH_SYSTEM_LOCK_H
#define SOCKSH_SYSTEM_LOCK_H

#include <stdatomic.h>
#include <stdbool.h>

enum lock_state {
  LOCK_FREE,
  LOCK_HELD,
  LOCK_WANTED, /* it is held, and a thread may be asleep until it is given up */
};

struct lock {
  _Atomic unsigned state; /* enum lock_state */
};

/* The slow paths of lock_take and lock_give. */
void lock_wait(struct lock *lock);
void lock_wake(struct lock *lock);

/* Takes the lock if it is free. */
static inline bool lock_try(struct lock *lock) {
  unsigned expected = LOCK_FREE;
  return atomic_compare_exchange_strong_explicit(&lock->state, &expected, LOCK_HELD,
                                                 memory_order_acquire, memory_order_relaxed);
}

/* Takes the lock. The thread must not hold it. */
static inline void lock_take(struct lock *lock) {
  if (!lock_try(lock))
    lock_wait(lock);
}

/* Gives up the lock, which the thread must hold. */
static inline void lock_give(struct lock *lock) {
  if (atomic_exchange_explicit(&lock->state, LOCK_FREE, memory_order_release) == LOCK_WANTED)
    lock_wake(lock);
}

#endif
