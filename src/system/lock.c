#include "system/lock.h"

#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Tells the processor that this is a loop that waits for another one. */
static inline void pause_briefly(void) {
#if defined __x86_64__ || defined __i386__
  __builtin_ia32_pause();
#elif defined __aarch64__
  __asm__ volatile("yield");
#endif
}

static bool spin(struct lock *lock) {
  enum { ROUNDS = 100 }; /* some microseconds */
  for (int i = 0; i < ROUNDS; i++) {
    if (atomic_load_explicit(&lock->state, memory_order_relaxed) == LOCK_FREE && lock_try(lock))
      return true;
    pause_briefly();
  }
  return false;
}

void lock_wait(struct lock *lock) {
  if (spin(lock))
    return;
  /* Whoever slept must leave LOCK_WANTED behind, since others may still be asleep. */
  while (atomic_exchange_explicit(&lock->state, LOCK_WANTED, memory_order_acquire) != LOCK_FREE)
    syscall(SYS_futex, &lock->state, FUTEX_WAIT_PRIVATE, LOCK_WANTED, NULL, NULL, 0);
}

void lock_wake(struct lock *lock) {
  syscall(SYS_futex, &lock->state, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}
