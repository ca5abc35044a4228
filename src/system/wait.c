#include "system/wait.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "system/descriptor.h"

/* The waiter of this thread; NULL: it has none. */
static _Thread_local struct waiter *own;

int wait_signal(void) {
  return SIGVTALRM;
}

static void interrupted(int number) {
  (void)number;
}

void wait_signal_install(void) {
  struct sigaction action = {.sa_handler = interrupted};
  sigemptyset(&action.sa_mask);
  sigaction(wait_signal(), &action, NULL);
}

int waiter_list_start(struct waiter_list *waiters) {
  pthread_mutex_init(&waiters->lock, NULL);
  waiters->first = NULL;
  waiters->asleep = false;
  waiters->wake = descriptor_move_up(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  return waiters->wake < 0 ? -1 : 0;
}

void waiter_list_stop(struct waiter_list *waiters) {
  close(waiters->wake);
  pthread_mutex_destroy(&waiters->lock);
}

void waiter_list_wake(struct waiter_list *waiters) {
  uint64_t one = 1;
  ssize_t written = write(waiters->wake, &one, sizeof one);
  (void)written; /* a full counter means that the watcher is already being woken */
}

void waiter_create(struct waiter *waiter, struct waiter_list *waiters, unsigned job) {
  *waiter = (struct waiter){.list = waiters, .job = job};
}

void waiter_register(struct waiter *waiter) {
  struct waiter_list *waiters = waiter->list;
  waiter->thread = pthread_self();
  waiter->task = gettid();
  own = waiter;
  pthread_mutex_lock(&waiters->lock);
  waiter->next = waiters->first;
  waiters->first = waiter;
  pthread_mutex_unlock(&waiters->lock);
}

void waiter_unregister(struct waiter *waiter) {
  own = NULL;
  pthread_mutex_lock(&waiter->list->lock);
  for (struct waiter **link = &waiter->list->first; *link; link = &(*link)->next)
    if (*link == waiter) {
      *link = waiter->next;
      break;
    }
  pthread_mutex_unlock(&waiter->list->lock);
}

bool waiter_begin(struct waiter *waiter, const void *subject, int64_t now) {
  waiter->subject = subject;
  atomic_store_explicit(&waiter->began, now, memory_order_relaxed); /* the next line publishes it */
  waiter->phase = WAIT_WAITING;
  if (waiter->reason != WAIT_NOT_INTERRUPTED) {
    waiter_end(waiter);
    return false;
  }
  if (waiter->list->asleep)
    waiter_list_wake(waiter->list);
  return true;
}

void waiter_end(struct waiter *waiter) {
  int expected = WAIT_WAITING;
  if (atomic_compare_exchange_strong(&waiter->phase, &expected, WAIT_IDLE))
    return;
  /* The watcher may be working on this waiter: wait until it is done. A signal that it has sent by
   * then is taken here, not by the next system call. */
  pthread_mutex_lock(&waiter->list->lock);
  waiter->phase = WAIT_IDLE;
  pthread_mutex_unlock(&waiter->list->lock);
  sched_yield();
}

void waiter_interrupt(struct waiter *waiter, enum wait_reason reason) {
  int current = waiter->reason;
  while (current < (int)reason &&
         !atomic_compare_exchange_weak(&waiter->reason, &current, (int)reason))
    ;
  waiter_list_wake(waiter->list);
}

void waiter_forget_deadline(struct waiter *waiter) {
  int reason = waiter->reason;
  if (reason == WAIT_BLOCKS || reason == WAIT_DEADLINE)
    atomic_compare_exchange_strong(&waiter->reason, &reason, WAIT_NOT_INTERRUPTED);
}

enum wait_reason waiter_take_reason(struct waiter *waiter) {
  return atomic_exchange(&waiter->reason, WAIT_NOT_INTERRUPTED);
}

enum wait_reason wait_reason_here(void) {
  return own ? (enum wait_reason)own->reason : WAIT_NOT_INTERRUPTED;
}

bool wait_begin_here(void) {
  return own && waiter_begin(own, NULL, clock_monotonic());
}

void wait_end_here(void) {
  waiter_end(own);
}

bool waiter_attend(struct waiter *waiter) {
  int expected = WAIT_WAITING;
  atomic_compare_exchange_strong(&waiter->phase, &expected, WAIT_ATTENDED);
  return waiter->phase == WAIT_ATTENDED;
}

void waiter_signal(struct waiter *waiter) {
  /* Read the reason only while the wait is held: an earlier one may have ended the previous
   * wait. */
  if (waiter_attend(waiter) && waiter->reason != WAIT_NOT_INTERRUPTED)
    pthread_kill(waiter->thread, wait_signal());
}

int futex_wait(_Atomic unsigned *word, unsigned expected, int64_t deadline) {
  struct timespec until = {.tv_sec = deadline / 1000000000, .tv_nsec = deadline % 1000000000};
  while (*word == expected) {
    /* FUTEX_WAIT_BITSET takes an absolute time of the monotonic clock. */
    long status = syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, expected,
                          deadline ? &until : NULL, NULL, FUTEX_BITSET_MATCH_ANY);
    if (status < 0 && (errno == EINTR || errno == ETIMEDOUT))
      return errno;
  }
  return 0;
}

void futex_wake(_Atomic unsigned *word) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 0x7fffffff, NULL, NULL, 0);
}

static int64_t clock_read(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_monotonic(void) {
  return clock_read(CLOCK_MONOTONIC);
}

int64_t clock_wall(void) {
  return clock_read(CLOCK_REALTIME);
}

bool waiter_sleeps(const struct waiter *waiter) {
  char path[48];
  char text[256];
  snprintf(path, sizeof path, "/proc/self/task/%ld/stat", (long)waiter->task);
  int file = descriptor_open(path, O_RDONLY, 0);
  ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
  if (file >= 0)
    close(file);
  if (length <= 0)
    return true;
  text[length] = '\0';
  const char *behind = strrchr(text, ')'); /* the name may hold anything: proc(5) */
  return !behind || strncmp(behind, ") S", 3) == 0;
}
