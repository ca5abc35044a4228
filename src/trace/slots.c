#include "trace/slots.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "language/loss.h"

enum { SLOT_LIMIT = 1 << 20 }; /* the kernel's own limit, unless it is raised: fs.nr_open */

struct slots *slots_create(void) {
  struct slots *slots = calloc(1, sizeof *slots);
  if (slots)
    slots->references = 1;
  return slots;
}

struct slots *slots_retain(struct slots *slots) {
  slots->references++;
  return slots;
}

struct slot *slots_find(const struct slots *slots, long descriptor) {
  return descriptor >= 0 && (size_t)descriptor < slots->room &&
                 slots->slot[descriptor].kind != SLOT_UNKNOWN
             ? &slots->slot[descriptor]
             : NULL;
}

static int grow(struct slots *slots, size_t needed) {
  size_t room = slots->room ? slots->room : 16;
  while (room < needed)
    room *= 2;
  struct slot *slot = room == slots->room ? slots->slot : realloc(slots->slot, room * sizeof *slot);
  if (!slot)
    return -1;
  memset(slot + slots->room, 0, (room - slots->room) * sizeof *slot);
  slots->slot = slot;
  slots->room = room;
  return 0;
}

static void hold(struct slot *slot) {
  if (!slot->socket)
    return;
  object_retain(&slot->socket->object);
  slot->socket->holders++;
}

int slots_set(struct slots *slots, long descriptor, enum slot_kind kind, struct socket *socket) {
  if (descriptor < 0 || descriptor >= SLOT_LIMIT || grow(slots, (size_t)descriptor + 1) < 0) {
    loss_of_memory();
    return -1;
  }
  struct slot *slot = &slots->slot[descriptor];
  *slot = (struct slot){.kind = kind, .socket = socket};
  hold(slot);
  if (kind == SLOT_EPOLL && (slot->epoll = calloc(1, sizeof *slot->epoll)))
    slot->epoll->references = 1;
  return 0;
}

static void release_epoll(struct slot_epoll *epoll) {
  if (!epoll || --epoll->references > 0)
    return;
  free(epoll->watches);
  free(epoll);
}

static struct socket *clear(struct slot *slot) {
  struct socket *socket = slot->socket;
  release_epoll(slot->epoll);
  *slot = (struct slot){.kind = SLOT_UNKNOWN};
  if (socket && --socket->holders == 0)
    return socket;
  if (socket)
    object_release(&socket->object);
  return NULL;
}

struct socket *slots_clear(struct slots *slots, long descriptor) {
  struct slot *slot = slots_find(slots, descriptor);
  return slot ? clear(slot) : NULL;
}

struct slots *slots_copy(const struct slots *slots) {
  struct slots *copy = slots_create();
  if (!copy || (slots->room && grow(copy, slots->room) < 0)) {
    free(copy);
    loss_of_memory();
    return NULL;
  }
  for (size_t i = 0; i < slots->room; i++) {
    copy->slot[i] = slots->slot[i];
    hold(&copy->slot[i]);
    if (copy->slot[i].epoll)
      copy->slot[i].epoll->references++;
  }
  return copy;
}

void slots_release(struct slots *slots, void (*closed)(struct socket *socket, void *context),
                   void *context) {
  if (!slots || --slots->references > 0)
    return;
  for (size_t i = 0; i < slots->room; i++) {
    struct socket *last = slots->slot[i].kind == SLOT_UNKNOWN ? NULL : clear(&slots->slot[i]);
    if (last)
      closed(last, context);
    if (last)
      object_release(&last->object);
  }
  free(slots->slot);
  free(slots);
}

static void watch(struct slot *slot, long descriptor, uint64_t data) {
  struct slot_epoll *epoll = slot->epoll;
  if (!epoll || descriptor < 0 || descriptor >= SLOT_LIMIT)
    return;
  if ((size_t)descriptor >= epoll->room) {
    size_t room = epoll->room ? epoll->room : 16;
    while (room <= (size_t)descriptor)
      room *= 2;
    struct slot_watch *watches = realloc(epoll->watches, room * sizeof *watches);
    if (!watches) {
      loss_of_memory();
      return;
    }
    memset(watches + epoll->room, 0, (room - epoll->room) * sizeof *watches);
    epoll->watches = watches;
    epoll->room = room;
  }
  epoll->watches[descriptor] = (struct slot_watch){true, data};
}

static void unwatch(struct slot *slot, long descriptor) {
  if (slot->epoll && descriptor >= 0 && (size_t)descriptor < slot->epoll->room)
    slot->epoll->watches[descriptor].there = false;
}

void slots_apply_epoll(struct slots *slots, const struct call *call) {
  struct slot *epoll = slots_find(slots, call->subject.descriptor);
  if (!epoll || epoll->kind != SLOT_EPOLL)
    return;
  if (call->number[0] == EPOLL_CTL_DEL)
    unwatch(epoll, call->object.descriptor);
  else
    watch(epoll, call->object.descriptor, (uint64_t)call->number[2]);
}

static bool is_watched(const struct slot_epoll *epoll, size_t descriptor, uint64_t data) {
  return descriptor < epoll->room && epoll->watches[descriptor].there &&
         epoll->watches[descriptor].data == data;
}

long slots_watched(const struct slot *slot, uint64_t data) {
  const struct slot_epoll *epoll = slot->epoll;
  if (!epoll)
    return -1;
  /* Most programs register the descriptor itself, in the half of 32 bits. */
  if (is_watched(epoll, (uint32_t)data, data))
    return (long)(uint32_t)data;
  for (size_t i = 0; i < epoll->room; i++)
    if (is_watched(epoll, i, data))
      return (long)i;
  return -1;
}
