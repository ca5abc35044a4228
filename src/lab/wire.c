#include "lab/wire.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "lab/wire_arrival.h"
#include "lab/wire_counters.h"
#include "lab/wire_device.h"
#include "lab/wire_ends.h"
#include "lab/wire_gso.h"
#include "lab/wire_link.h"
#include "lab/wire_record.h"
#include "system/descriptor.h"
#include "system/thread.h"
#include "system/wait.h"

enum {
  BULK = 8,           /* packets in one reading that count as bulk */
  PAUSE = 30000,      /* nanoseconds before the next bulk read */
  GATE_PAUSE = 10000, /* nanoseconds before the call that sent a packet is asked for again */
};

static void deliver(struct wire *wire, struct held *held, const struct packet *packet,
                    unsigned looked) {
  struct wire_target target = {held->to, held->everybody};
  held_remove(&wire->flying, held);
  uint64_t event = wire_record_held(wire, held, PACKET_CROSSED, held->origin);
  struct wire_counters counters;
  if (looked)
    wire_still_begin(target.link);
  wire_counters_begin(wire, &counters, packet, target.link, wire->counts);
  const char *problem = wire_write(wire, held->lan, held->from, target, held->bytes, held->length);
  wire_counters_end(wire, &counters, event);
  if (problem)
    wire_record_held(wire, held, PACKET_LOST, problem);
  else if (looked)
    wire_look_at_receiver(wire, packet, target.link, event, looked);
  if (looked)
    wire_still_end(target.link);
}

/* Delivers what is due, up to a packet that is looked behind if that is not possible now. */
static enum pump_stop deliver_due(struct wire *wire, int64_t now, bool may_look) {
  enum pump_stop stop = PUMP_EMPTY;
  bool any = false;
  while (wire->flying.first && wire->flying.first->due <= now && stop == PUMP_EMPTY) {
    struct held *held = wire->flying.first;
    struct packet packet;
    packet_read(held->bytes, held->length, held->length, &packet);
    unsigned looked = wire_is_looked_behind(wire, &packet);
    if (looked && !may_look) {
      stop = PUMP_AT_LOOK;
      continue;
    }
    deliver(wire, held, &packet, looked);
    held_free(held);
    any = true;
  }
  if (any)
    wire_signal_news(wire);
  return stop;
}

bool wire_busy(struct wire *wire) {
  return wire->flying.count > 0 || wire->count_at;
}

static void pause_for(long nanoseconds) {
  struct timespec time = {.tv_nsec = nanoseconds};
  clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
}

/* Nobody may have asked anything of the helper when it ends, and programs on hosts end with it. */
static void tell_end(struct wire *wire) {
  struct event event = {
      .kind = EVENT_NOTE,
      .note = _("the lab's helper process has ended, and every program on its hosts with it; they "
                "make nothing new any more, and what is open there goes on")};
  wire->helper = -1;
  if (wire->timeline)
    timeline_append(wire->timeline, &event);
}

/* Sleeps until a packet comes, one is due, or something has changed. */
static void rest(struct wire *wire, struct pollfd *items, size_t count, int64_t due) {
  int64_t left = due - clock_monotonic();
  struct timespec time = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
  if (due && left < 0)
    time = (struct timespec){0};
  eventfd_t ignored;
  if (ppoll(items, count, due ? &time : NULL, NULL) <= 0)
    return;
  if (items[0].revents)
    eventfd_read(wire->wake, &ignored);
  if (items[1].revents & POLLHUP)
    tell_end(wire);
}

/* One turn of the wire's thread: what it found, and what it waits for. */
struct turn {
  bool may_look; /* it holds the observer's lock */
  bool stopping;
  bool busy; /* bulk traffic */
  enum pump_stop stop;
  int64_t due; /* see next_due */
  struct pollfd items[2 + WIRE_LINKS];
  size_t count;
};

/* When the thread has something to do next, in monotonic nanoseconds; 0: when a packet comes. */
static int64_t next_due(const struct wire *wire) {
  int64_t due = wire->flying.first ? wire->flying.first->due : 0;
  return wire->count_at && (due == 0 || wire->count_at < due) ? wire->count_at : due;
}

static void take_turn(struct wire *wire, struct turn *turn) {
  wire_lock(wire);
  turn->stopping = wire->stopping;
  unsigned before = wire->numbers;
  if (!turn->stopping)
    turn->stop = wire_read_all(wire, turn->may_look);
  turn->busy = wire->numbers - before >= BULK && !wire->flying.first;
  if (!turn->stopping && turn->stop == PUMP_EMPTY)
    turn->stop = deliver_due(wire, clock_monotonic(), turn->may_look);
  if (!turn->stopping && turn->stop == PUMP_EMPTY)
    wire_count_lost_in_time(wire, clock_monotonic());
  turn->due = next_due(wire);
  turn->items[1] = (struct pollfd){.fd = wire->helper};
  turn->count = 2;
  for (size_t i = 0; i < wire->link_count; i++)
    if (!wire->links[i]->ended)
      turn->items[turn->count++] = (struct pollfd){.fd = wire->links[i]->device, .events = POLLIN};
  wire_unlock(wire);
}

static void *carry(void *context) {
  struct wire *wire = context;
  struct turn turn = {.items = {{.fd = wire->wake, .events = POLLIN}}};
  prctl(PR_SET_TIMERSLACK, 1000, 0, 0, 0);
  while (!turn.stopping) {
    /* What it is was set before the first packet came. */
    const struct wire_observer *observer = turn.stop == PUMP_AT_LOOK ? &wire->observer : NULL;
    turn.may_look = observer != NULL;
    if (observer)
      observer->enter(observer->context);
    take_turn(wire, &turn);
    if (observer)
      observer->leave(observer->context);
    if (turn.stopping || turn.stop == PUMP_AT_LOOK)
      continue;
    if (turn.stop == PUMP_AT_CALL)
      pause_for(GATE_PAUSE);
    else if (turn.busy) /* waking this thread for each packet would slow the sender down */
      pause_for(PAUSE);
    else
      rest(wire, turn.items, turn.count, turn.due);
  }
  return NULL;
}

int wire_start(struct wire *wire, struct timeline *timeline, bool repeatable, int helper) {
  *wire = (struct wire){.timeline = timeline, .helper = helper, .shows = true, .folds = true};
  pthread_mutex_init(&wire->lock, NULL);
  wire_gate_start(&wire->gate);
  wire_seed(wire, repeatable ? 1 : (uint64_t)clock_monotonic());
  wire->buffer = malloc(WIRE_BUFFER_SIZE);
  wire->gso = wire_gso_create();
  wire->wake =
      wire->buffer && wire->gso ? descriptor_move_up(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) : -1;
  if (wire->wake < 0)
    return wire->buffer && wire->gso ? errno : ENOMEM;
  int error = thread_start(&wire->thread, 0, 0, carry, wire);
  wire->running = error == 0;
  return error;
}

void wire_halt(struct wire *wire) {
  if (!wire->running)
    return;
  wire_lock(wire);
  wire->stopping = true;
  wire_count_lost(wire);
  wire_unlock(wire);
  wire_wake(wire);
  pthread_join(wire->thread, NULL);
  wire->running = false;
}

void wire_stop(struct wire *wire) {
  wire_halt(wire);
  held_clear(&wire->held);
  held_clear(&wire->flying);
  held_clear(&wire->recent);
  wire_rule_free_all(wire);
  flow_free(&wire->flows);
  wire_free_links(wire);
  if (wire->wake >= 0)
    close(wire->wake);
  free(wire->buffer);
  wire_gso_free(wire->gso);
  free(wire->counter_map);
  wire_gate_stop(&wire->gate);
  pthread_mutex_destroy(&wire->lock);
}

void wire_set_observer(struct wire *wire, const struct wire_observer *observer) {
  wire_lock(wire);
  wire->observer = *observer;
  wire_unlock(wire);
}

void wire_set_looks(struct wire *wire, bool looks) {
  wire_lock(wire);
  wire->looks = looks;
  wire_unlock(wire);
}

void wire_set_samples(struct wire *wire, bool samples) {
  wire_lock(wire);
  wire->samples = samples;
  wire_unlock(wire);
}

/* What the kernel has sent so far is still carried in the old mode. */
static void change_mode(struct wire *wire, bool *mode, bool value) {
  wire_pump(wire);
  *mode = value;
  wire_set_offloads(wire);
}

void wire_set_shows(struct wire *wire, bool shows) {
  change_mode(wire, &wire->shows, shows);
}

void wire_set_captures(struct wire *wire, bool captures) {
  change_mode(wire, &wire->captures, captures);
}

/* Packets under way stop where they are, and are held. */
static void stop_flying(struct wire *wire) {
  while (wire->flying.first) {
    struct held *held = wire->flying.first;
    held_remove(&wire->flying, held);
    held_append(&wire->held, held);
    wire_record_held(wire, held, PACKET_HELD, held->origin);
  }
}

void wire_set_holds(struct wire *wire, bool holds) {
  change_mode(wire, &wire->holds, holds);
  if (holds)
    stop_flying(wire);
  if (!holds)
    wire_deliver_all(wire);
  wire_wake(wire);
}
