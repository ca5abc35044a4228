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

/* The least count of ticks that is as much as this time of times(2). */
static uint64_t least_ticks(clock_t time, int64_t length) {
  uint64_t unit = 1000000000U / (uint64_t)sysconf(_SC_CLK_TCK);
  return ((uint64_t)time * unit + (uint64_t)length - 1) / (uint64_t)length;
}

/* The ticks between the first look and a time, which the clock grows by but for what adjusts it. */
static uint64_t ticks_since(const struct pkt_ticks *ticks, int64_t now) {
  return (uint64_t)((now - ticks->first + ticks->length / 2) / ticks->length);
}

void pkt_tick_look(struct pkt_ticks *ticks) {
  enum { STEADY = 1000000000 /* as long as adjustments stay far below a tick */ };
  struct timespec length = {0};
  clock_getres(CLOCK_MONOTONIC_COARSE, &length);
  int64_t now = coarse_clock();
  clock_t time = times(NULL);
  if (length.tv_nsec <= 0 || now != coarse_clock())
    return; /* a tick came between */
  uint64_t least = least_ticks(time, length.tv_nsec);
  uint64_t most = least_ticks(time + 1, length.tv_nsec) - 1;
  if (ticks->length == 0 || ticks->least > ticks->most || now - ticks->first > STEADY)
    *ticks = (struct pkt_ticks){now, length.tv_nsec, least, most};
  uint64_t since = ticks_since(ticks, now);
  if (least - since > ticks->least)
    ticks->least = least - since;
  if (most - since < ticks->most)
    ticks->most = most - since;
}

/* Looks until the count is known. Whether it is. */
static bool count_ticks(struct pkt_ticks *ticks) {
  int64_t end = coarse_clock() + PATIENCE;
  for (pkt_tick_look(ticks); ticks->least != ticks->most && coarse_clock() < end;
       pkt_tick_look(ticks))
    pause_shortly();
  return ticks->length > 0 && ticks->least == ticks->most;
}

int64_t pkt_tick_fine(void) {
  enum { FINE = 56 /* of 63, as a step may be late */ };
  struct timespec length = {0};
  clock_getres(CLOCK_MONOTONIC_COARSE, &length);
  return FINE * (int64_t)length.tv_nsec;
}

int64_t pkt_tick_wait(struct pkt_ticks *ticks) {
  struct timespec length = {0};
  clock_getres(CLOCK_MONOTONIC_COARSE, &length);
  bool known = ticks && count_ticks(ticks);
  int64_t now = coarse_clock();
  uint64_t place = known ? (ticks->least + ticks_since(ticks, now)) % GRID : PLACE - 1;
  int64_t missing =
      (int64_t)((GRID + PLACE - 1 - place) % GRID) + 1; /* never in the midst of one */
  int64_t until = now + missing * length.tv_nsec - length.tv_nsec / 2;
  while (coarse_clock() < until)
    pause_shortly();
  return clock_monotonic();
}
