#include "commands/packetdrill/pkt_tick.h"

#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include "system/wait.h"

enum { GRID = 8, PLACE = 4, PATIENCE = 100000000 /* nanoseconds */ };

/* The clock that goes by ticks, in nanoseconds. */
static int64_t coarse_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void pause_shortly(void) {
  const struct timespec pause = {.tv_nsec = 100000};
  nanosleep(&pause, NULL);
}

/* Waits until just behind a tick at which times(2) goes on, and so tells how many ticks the kernel
 * has counted, or until just behind any tick. 0: it does not tell. */
static uint64_t count_ticks(int64_t length) {
  int64_t end = coarse_clock() + PATIENCE;
  clock_t before = times(NULL);
  clock_t now = before;
  while (now == before && coarse_clock() < end) {
    pause_shortly();
    now = times(NULL);
  }
  long clock = sysconf(_SC_CLK_TCK);
  if (now == before || clock <= 0)
    return 0;
  /* the least count of ticks that is as much */
  int64_t unit = 1000000000 / clock;
  return ((uint64_t)now * (uint64_t)unit + (uint64_t)length - 1) / (uint64_t)length;
}

int64_t pkt_tick_wait(bool same) {
  struct timespec length = {0};
  clock_getres(CLOCK_MONOTONIC_COARSE, &length);
  uint64_t ticks = same && length.tv_nsec > 0 ? count_ticks(length.tv_nsec) : 0;
  int64_t now = coarse_clock();
  int64_t missing = ticks > 0 ? (int64_t)((GRID + PLACE - ticks % GRID) % GRID) : 1;
  int64_t until = now + missing * length.tv_nsec - length.tv_nsec / 2;
  while (coarse_clock() < until)
    pause_shortly();
  return clock_monotonic();
}
