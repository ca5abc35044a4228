/* wire_gate: the session's calls that are in progress on the lab's hosts.
 *
 * What a call sends is on the wire before the call has returned, and the wire's thread may be the
 * faster one. So that a cause is on the timeline before its effect, the wire takes no packet from a
 * host while a call runs there. A call that the kernel has put to sleep holds up nothing: what it
 * waits for may be just that packet. */
#ifndef SOCKSH_LAB_WIRE_GATE_H
#define SOCKSH_LAB_WIRE_GATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct host;

/* Where a thread is with its call. */
enum wire_call_phase { CALL_BEGINS, CALL_INSIDE, CALL_RETURNED };

/* A call in progress: a member of the list from wire_gate_begin to wire_gate_end. */
struct wire_call {
  struct wire_call *next;
  const struct host *host;
  int stat;          /* /proc/thread-self/stat of its thread, open, or -1; the caller's */
  _Atomic int phase; /* enum wire_call_phase; set by the thread itself, read without the lock */
  uint64_t serial;   /* 1, 2, 3 ... */
  bool blocked;      /* it was found asleep in the kernel */
};

struct wire_gate {
  pthread_mutex_t lock; /* guards all of this, and `blocked`; nothing is locked under it */
  struct wire_call *calls;
  uint64_t serial;     /* of the last call */
  int64_t window;      /* when the count below began, monotonic nanoseconds */
  unsigned begun;      /* calls in the window of a millisecond that goes on */
  unsigned begun_last; /* and in the one before */
};

void wire_gate_start(struct wire_gate *gate);
void wire_gate_stop(struct wire_gate *gate);

/* Opens what `stat` above needs, for the calling thread. -1: the kernel does not say. */
int wire_gate_open_stat(void);

/* Enclose a call that the calling thread makes on a host, from before it is made, at `now` in
 * monotonic nanoseconds, until its end is on the timeline. The caller keeps `call` in between, and
 * sets its phase. */
void wire_gate_begin(struct wire_gate *gate, struct wire_call *call, const struct host *host,
                     int stat, int64_t now);
void wire_gate_end(struct wire_gate *gate, struct wire_call *call);

/* False while a call runs on that host that began no later than the one with this serial, or that
 * has returned and is not on the timeline yet. Always true in a storm of calls, which the wire must
 * not slow down. */
bool wire_gate_is_open(struct wire_gate *gate, const struct host *host, uint64_t last);

/* The serial of the last call that has begun: what comes from a host now was sent by it, or by an
 * earlier one. */
uint64_t wire_gate_last(struct wire_gate *gate);

#endif
