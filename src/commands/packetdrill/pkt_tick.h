/* pkt_tick: the kernel's ticks, in which the timers of TCP are counted: a script begins at the same
 * place among them each time. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_TICK_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_TICK_H

#include <stdbool.h>
#include <stdint.h>

/* How many ticks the kernel has counted, as far as looks have told: times(2) tells it in hundredths
 * of a second only, so it takes some looks at different times. All zero before the first. */
struct pkt_ticks {
  int64_t first;  /* when the first look was, by the clock that goes by ticks, nanoseconds */
  int64_t length; /* of a tick, nanoseconds; 0: no look yet */
  uint64_t least; /* the count at the first look is between these */
  uint64_t most;
};

/* Looks once, which takes no time: what is known before pkt_tick_wait need not be waited for. */
void pkt_tick_look(struct pkt_ticks *ticks);

/* The longest time of a script, in nanoseconds, in which it does not matter at which tick it began:
 * the timers that go off within it go off at each tick. */
int64_t pkt_tick_fine(void);

/* Waits until just behind a tick. With `ticks` it is the same one of 8 each time, where the
 * kernel's count comes to be known: timers of more than 63 ticks go off at every 8th only. NULL:
 * any tick. Returns the time then, in monotonic nanoseconds. */
int64_t pkt_tick_wait(struct pkt_ticks *ticks);

#endif
