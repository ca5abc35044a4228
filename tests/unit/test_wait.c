/* wait: threads that wait are interrupted once, in the wait that was meant, and never in the next.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "system/wait.h"

enum { ROUNDS = 2000 };

static struct waiter_list waiters;
static atomic_bool watching;

/* What the shell's watcher does: signals each waiter that was told to stop, until it has noticed.
 */
static void *watcher(void *argument) {
  (void)argument;
  while (watching) {
    pthread_mutex_lock(&waiters.lock);
    for (struct waiter *waiter = waiters.first; waiter; waiter = waiter->next)
      if (waiter->reason != WAIT_NOT_INTERRUPTED)
        waiter_signal(waiter);
    pthread_mutex_unlock(&waiters.lock);
    sched_yield();
  }
  return NULL;
}

static pthread_t watcher_thread;

static int start(void **state) {
  (void)state;
  wait_signal_install();
  if (waiter_list_start(&waiters) < 0)
    return -1;
  watching = true;
  return pthread_create(&watcher_thread, NULL, watcher, NULL);
}

static int stop(void **state) {
  (void)state;
  watching = false;
  pthread_join(watcher_thread, NULL);
  waiter_list_stop(&waiters);
  return 0;
}

/* A thread that receives, round after round, each time between waiter_begin and waiter_end. */
struct reader {
  struct waiter waiter;
  int pair[2];
  atomic_int received;    /* waits that ended with data */
  atomic_int interrupted; /* waits that ended with EINTR */
  atomic_int refused;     /* waits that did not begin */
  atomic_int stray;       /* EINTR without a reason */
  atomic_int rounds;      /* waits that are over, of any kind */
  atomic_bool ending;
};

static void *read_on(void *argument) {
  struct reader *reader = argument;
  waiter_register(&reader->waiter);
  while (!reader->ending) {
    char byte;
    if (!waiter_begin(&reader->waiter, NULL, clock_monotonic())) {
      assert_int_not_equal(waiter_take_reason(&reader->waiter), WAIT_NOT_INTERRUPTED);
      reader->refused++;
      reader->rounds++;
      continue;
    }
    ssize_t count = recv(reader->pair[0], &byte, 1, 0);
    int error = errno;
    waiter_end(&reader->waiter);
    enum wait_reason reason = waiter_take_reason(&reader->waiter);
    if (count == 1)
      reader->received++;
    else if (count < 0 && error == EINTR && reason == WAIT_NOT_INTERRUPTED)
      reader->stray++;
    else if (count < 0 && error == EINTR)
      reader->interrupted++;
    reader->rounds++;
  }
  waiter_unregister(&reader->waiter);
  return NULL;
}

static void open_reader(struct reader *reader, pthread_t *thread) {
  *reader = (struct reader){0};
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, reader->pair), 0);
  waiter_create(&reader->waiter, &waiters, 0);
  assert_int_equal(pthread_create(thread, NULL, read_on, reader), 0);
}

static void close_reader(struct reader *reader, pthread_t thread) {
  reader->ending = true;
  shutdown(reader->pair[1], SHUT_RDWR);
  pthread_join(thread, NULL);
  close(reader->pair[0]);
  close(reader->pair[1]);
}

static void wait_for(atomic_int *number, int least) {
  while (*number < least)
    sched_yield();
}

/* Whenever it comes, one interrupt ends one wait. */
static void test_each_ends_one(void **state) {
  struct reader reader;
  pthread_t thread;
  (void)state;
  open_reader(&reader, &thread);
  for (int i = 1; i <= ROUNDS; i++) {
    waiter_interrupt(&reader.waiter, WAIT_USER);
    wait_for(&reader.rounds, i);
    assert_int_equal(reader.rounds, i);
  }
  assert_int_equal(reader.interrupted + reader.refused, ROUNDS);
  assert_int_equal(reader.received, 0);
  assert_int_equal(reader.stray, 0);
  close_reader(&reader, thread);
}

/* While it is in the kernel, or about to be. */
static void test_during(void **state) {
  struct reader reader;
  pthread_t thread;
  (void)state;
  open_reader(&reader, &thread);
  for (int i = 1; i <= ROUNDS; i++) {
    while (reader.waiter.phase == WAIT_IDLE)
      sched_yield();
    waiter_interrupt(&reader.waiter, WAIT_USER);
    wait_for(&reader.rounds, i);
  }
  assert_int_equal(reader.interrupted + reader.refused, ROUNDS);
  assert_int_equal(reader.stray, 0);
  close_reader(&reader, thread);
}

/* Data and an interrupt at once: the signal that comes late must not end the wait behind it. */
static void test_late_signal(void **state) {
  struct reader reader;
  pthread_t thread;
  int sent = 0;
  (void)state;
  open_reader(&reader, &thread);
  for (int i = 0; i < ROUNDS; i++) {
    waiter_interrupt(&reader.waiter, WAIT_USER);
    assert_int_equal(send(reader.pair[1], "x", 1, 0), 1);
    sent++;
    /* Until the data was taken: by the first wait, or by the one behind the interrupted one. */
    wait_for(&reader.received, sent);
  }
  assert_int_equal(reader.received, sent);
  assert_int_equal(reader.stray, 0);
  close_reader(&reader, thread);
}

/* Told before it begins: it must not wait at all. */
static void test_before(void **state) {
  struct waiter waiter;
  (void)state;
  waiter_create(&waiter, &waiters, 1);
  waiter_interrupt(&waiter, WAIT_ENDED); /* not even registered */
  waiter_register(&waiter);
  assert_false(waiter_begin(&waiter, NULL, clock_monotonic()));
  assert_int_equal(waiter.phase, WAIT_IDLE);
  assert_false(waiter_begin(&waiter, NULL, clock_monotonic())); /* until the reason was taken */
  assert_int_equal(waiter_take_reason(&waiter), WAIT_ENDED);
  assert_true(waiter_begin(&waiter, NULL, clock_monotonic()));
  waiter_end(&waiter);
  assert_int_equal(waiter_take_reason(&waiter), WAIT_NOT_INTERRUPTED);
  waiter_unregister(&waiter);
}

/* The larger reason stands, in whichever order they come. */
static void test_reasons(void **state) {
  struct waiter waiter;
  (void)state;
  waiter_create(&waiter, &waiters, 0);
  waiter_interrupt(&waiter, WAIT_BLOCKS);
  waiter_interrupt(&waiter, WAIT_USER);
  waiter_interrupt(&waiter, WAIT_DEADLINE);
  assert_int_equal(waiter_take_reason(&waiter), WAIT_USER);
  assert_int_equal(waiter_take_reason(&waiter), WAIT_NOT_INTERRUPTED);
}

/* Only the one that was meant. */
static void test_only_one(void **state) {
  struct reader readers[2];
  pthread_t threads[2];
  (void)state;
  for (int i = 0; i < 2; i++)
    open_reader(&readers[i], &threads[i]);
  for (int i = 1; i <= ROUNDS; i++) {
    waiter_interrupt(&readers[0].waiter, WAIT_USER);
    wait_for(&readers[0].rounds, i);
  }
  assert_int_equal(readers[1].rounds, 0);
  assert_int_equal(send(readers[1].pair[1], "x", 1, 0), 1);
  wait_for(&readers[1].received, 1);
  assert_int_equal(readers[1].stray + readers[1].interrupted + readers[1].refused, 0);
  for (int i = 0; i < 2; i++)
    close_reader(&readers[i], threads[i]);
}

/* Attended, its subject may be looked at: the thread does not leave its wait before the lock is
 * given up. */
static void test_attend(void **state) {
  struct reader reader;
  pthread_t thread;
  (void)state;
  open_reader(&reader, &thread);
  for (int i = 1; i <= ROUNDS; i++) {
    while (reader.waiter.phase == WAIT_IDLE)
      sched_yield();
    pthread_mutex_lock(&waiters.lock);
    if (waiter_attend(&reader.waiter)) {
      int before = reader.rounds;
      assert_int_equal(send(reader.pair[1], "x", 1, 0), 1);
      for (int turn = 0; turn < 10; turn++)
        sched_yield();
      assert_int_equal(reader.rounds, before);
      assert_int_equal(reader.waiter.phase, WAIT_ATTENDED);
    } else {
      assert_int_equal(send(reader.pair[1], "x", 1, 0), 1);
    }
    pthread_mutex_unlock(&waiters.lock);
    wait_for(&reader.received, i);
  }
  waiter_interrupt(&reader.waiter, WAIT_USER);
  wait_for(&reader.rounds, ROUNDS + 1);
  assert_int_equal(reader.stray, 0);
  close_reader(&reader, thread);
}

struct sleeper {
  _Atomic unsigned word;
  atomic_int woken;
};

static void *sleep_on(void *argument) {
  struct sleeper *sleeper = argument;
  for (unsigned i = 0; i < ROUNDS; i++) {
    while (futex_wait(&sleeper->word, i, 0) == EINTR)
      ;
    sleeper->woken++;
  }
  return NULL;
}

static void test_futex(void **state) {
  struct sleeper sleeper = {0};
  pthread_t thread;
  (void)state;
  assert_int_equal(futex_wait(&sleeper.word, 1, 0), 0);         /* it is something else already */
  assert_int_equal(futex_wait(&sleeper.word, 0, 1), ETIMEDOUT); /* that time is long over */
  assert_int_equal(pthread_create(&thread, NULL, sleep_on, &sleeper), 0);
  for (int i = 1; i <= ROUNDS; i++) {
    sleeper.word++;
    futex_wake(&sleeper.word);
    wait_for(&sleeper.woken, i);
  }
  pthread_join(thread, NULL);
}

static void test_clocks(void **state) {
  (void)state;
  int64_t first = clock_monotonic();
  assert_true(first > 0);
  assert_true(clock_monotonic() >= first);
  assert_true(clock_wall() > (int64_t)1600000000 * 1000000000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_before),      cmocka_unit_test(test_reasons),
      cmocka_unit_test(test_during),      cmocka_unit_test(test_each_ends_one),
      cmocka_unit_test(test_late_signal), cmocka_unit_test(test_only_one),
      cmocka_unit_test(test_attend),      cmocka_unit_test(test_futex),
      cmocka_unit_test(test_clocks),
  };
  return cmocka_run_group_tests(tests, start, stop);
}
