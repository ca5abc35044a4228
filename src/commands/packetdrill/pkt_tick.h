/* pkt_tick: the kernel's ticks, in which the timers of TCP are counted: a script begins at the same
 * place among them each time. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_TICK_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_TICK_H

#include <stdbool.h>
#include <stdint.h>

/* Waits until just behind a tick. With `same` it is the same one of 8 each time, where the kernel's
 * count of ticks is known: timers of more than 63 ticks go off at every 8th only. Returns the time
 * then, in monotonic nanoseconds. */
int64_t pkt_tick_wait(bool same);

#endif
