#include "commands/kernel/await_interval.h"

#include <poll.h>

enum { LONGEST = 20000000 }; /* nanoseconds */

int await_interval(const struct awaited *awaited, int64_t deadline, int64_t *interval,
                   struct error *error) {
  struct runner *runner = awaited->runner;
  short events = awaited->condition ? awaited->condition->events : 0;
  struct pollfd item = {.fd = events ? awaited->socket->descriptor : -1, .events = events};
  int64_t left = deadline - clock_monotonic();
  if (runner->waiter.reason != WAIT_NOT_INTERRUPTED)
    return runner_interrupted(runner, error);
  if (left <= 0)
    return 1;
  int64_t most = events || left < *interval ? left : *interval;
  struct timespec time = {.tv_sec = most / 1000000000, .tv_nsec = most % 1000000000};
  if (runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED)) {
    ppoll(&item, 1, &time, NULL);
    runner_wait_end(runner);
  }
  *interval = *interval * 2 > LONGEST ? LONGEST : *interval * 2;
  return 0;
}
