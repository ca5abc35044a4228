#include "lab/wire_gate.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "system/descriptor.h"

void wire_gate_start(struct wire_gate *gate) {
  *gate = (struct wire_gate){.calls = NULL};
  pthread_mutex_init(&gate->lock, NULL);
}

void wire_gate_stop(struct wire_gate *gate) {
  pthread_mutex_destroy(&gate->lock);
}

void wire_gate_begin(struct wire_gate *gate, struct wire_call *call, const struct host *host,
                     int stat, int64_t now) {
  enum { WINDOW = 1000000 }; /* nanoseconds */
  call->host = host;
  call->stat = stat;
  call->phase = CALL_BEGINS;
  call->blocked = false;
  pthread_mutex_lock(&gate->lock);
  if (now - gate->window >= WINDOW) {
    gate->begun_last = now - gate->window < 2 * WINDOW ? gate->begun : 0;
    gate->begun = 0;
    gate->window = now;
  }
  gate->begun++;
  call->serial = ++gate->serial;
  call->next = gate->calls;
  gate->calls = call;
  pthread_mutex_unlock(&gate->lock);
}

void wire_gate_end(struct wire_gate *gate, struct wire_call *call) {
  pthread_mutex_lock(&gate->lock);
  struct wire_call **place = &gate->calls;
  while (*place && *place != call)
    place = &(*place)->next;
  if (*place)
    *place = call->next;
  pthread_mutex_unlock(&gate->lock);
}

int wire_gate_open_stat(void) {
  return descriptor_open("/proc/thread-self/stat", O_RDONLY, 0);
}

/* Whether the kernel has put the thread to sleep; also if it does not say, so that nothing waits
 * for ever. */
static bool is_asleep(int stat) {
  char text[256];
  ssize_t got = stat < 0 ? -1 : pread(stat, text, sizeof text - 1, 0);
  if (got <= 0)
    return true;
  text[got] = '\0';
  const char *state = strrchr(text, ')'); /* its name, in parentheses, may contain any others */
  return !state || state[1] != ' ' || state[2] == 'S' || state[2] == 'D';
}

/* A thread also sleeps for a lock before its call and after it, so it must be inside before and
 * after it was seen asleep. */
static bool is_blocked(struct wire_call *call) {
  if (!call->blocked && call->phase == CALL_INSIDE)
    call->blocked = is_asleep(call->stat) && call->phase == CALL_INSIDE;
  return call->blocked && call->phase == CALL_INSIDE;
}

bool wire_gate_is_open(struct wire_gate *gate, const struct host *host, uint64_t last) {
  enum { STORM = 32 }; /* calls in a millisecond: more than lines of a script, fewer than a loop */
  pthread_mutex_lock(&gate->lock);
  bool open = gate->begun >= STORM || gate->begun_last >= STORM;
  bool closed = false;
  for (struct wire_call *call = gate->calls; call && !open && !closed; call = call->next)
    closed = call->host == host && call->serial <= last && !is_blocked(call);
  pthread_mutex_unlock(&gate->lock);
  return !closed;
}

uint64_t wire_gate_last(struct wire_gate *gate) {
  pthread_mutex_lock(&gate->lock);
  uint64_t last = gate->serial;
  pthread_mutex_unlock(&gate->lock);
  return last;
}
