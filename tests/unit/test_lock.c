/* lock: one thread at a time, whoever waits gets it, and nobody sleeps for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>

#include "system/lock.h"

enum { THREADS = 8, ROUNDS = 20000 };

static struct lock lock;
static unsigned long count; /* guarded by the lock, and by nothing else */

static void *add_many(void *argument) {
  (void)argument;
  for (int i = 0; i < ROUNDS; i++) {
    lock_take(&lock);
    unsigned long before = count;
    if (i % 64 == 0)
      sched_yield(); /* others find it held, and go to sleep */
    count = before + 1;
    lock_give(&lock);
  }
  return NULL;
}

static void test_threads(void **state) {
  pthread_t threads[THREADS];
  (void)state;
  for (int i = 0; i < THREADS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, add_many, NULL), 0);
  for (int i = 0; i < THREADS; i++)
    pthread_join(threads[i], NULL);
  assert_int_equal(count, (unsigned long)THREADS * ROUNDS);
  assert_int_equal(lock.state, LOCK_FREE);
}

static void test_try(void **state) {
  static struct lock free_one;
  (void)state;
  assert_true(lock_try(&free_one));
  assert_false(lock_try(&free_one));
  lock_give(&free_one);
  assert_true(lock_try(&free_one));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_threads), cmocka_unit_test(test_try)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
