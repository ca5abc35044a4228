#include "session/fault.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "language/chance.h"
#include "session/session.h"
#include "socket/look.h"
#include "system/wait.h"

/* What C libraries, and Python, make of a call. */
static const enum call_name families[][3] = {
    {CALL_RECV, CALL_RECVFROM, CALL_RECVFROM},
    {CALL_SEND, CALL_SENDTO, CALL_SENDTO},
    {CALL_ACCEPT, CALL_ACCEPT4, CALL_ACCEPT4},
    {CALL_POLL, CALL_PPOLL, CALL_PPOLL},
    {CALL_SELECT, CALL_OLD_SELECT, CALL_OLD_SELECT},
    {CALL_EPOLL_WAIT, CALL_EPOLL_PWAIT, CALL_EPOLL_PWAIT2},
};

int fault_find_call(const char *text, size_t length) {
  for (int of_programs = 0; of_programs < 2; of_programs++)
    for (unsigned i = 0; i < CALL_COUNT; i++)
      if (call_rows[i].of_programs == of_programs &&
          bytes_equal(text, length, call_rows[i].name, strlen(call_rows[i].name)))
        return (int)i;
  return -1;
}

static bool is_of(const enum call_name *family, enum call_name name) {
  return family[0] == name || family[1] == name || family[2] == name;
}

bool fault_same_call(enum call_name one, enum call_name other) {
  for (size_t i = 0; i < sizeof families / sizeof *families; i++)
    if (is_of(families[i], one) && is_of(families[i], other))
      return true;
  return one == other;
}

bool fault_may_limit(enum call_name name) {
  static const enum call_part_kind kinds[] = {PART_DATA_IN,    PART_DATA_OUT,   PART_VECTOR_IN,
                                              PART_VECTOR_OUT, PART_MESSAGE_IN, PART_MESSAGE_OUT};
  for (int i = 0; i < CALL_PARTS && call_rows[name].parts[i].kind != PART_END; i++)
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++)
      if (call_rows[name].parts[i].kind == kinds[kind])
        return true;
  return false;
}

unsigned fault_add(struct session *session, const struct fault *fault, uint64_t seed) {
  struct fault **last = &session->faults;
  struct fault *added = malloc(sizeof *added);
  if (!added)
    return 0;
  while (*last)
    last = &(*last)->next;
  *added = *fault;
  added->next = NULL;
  added->number = ++session->fault_count;
  added->random = chance_stream(seed, added->number);
  *last = added;
  return added->number;
}

bool fault_remove(struct session *session, unsigned number) {
  bool found = false;
  for (struct fault **at = &session->faults; *at;) {
    struct fault *fault = *at;
    if (number != 0 && fault->number != number) {
      at = &fault->next;
      continue;
    }
    *at = fault->next;
    free(fault);
    found = true;
  }
  return found;
}

static bool same_address(const struct address *one, const struct address *other) {
  return one->length > 0 && address_equal(one, other);
}

/* The socket is asked now, where it is the session's; a program's is known as it was seen last. */
static bool fits_socket(const struct fault *fault, const struct call *call) {
  struct socket *socket = call->entry;
  bool asks = fault->at.length > 0 || fault->state != STATE_UNKNOWN;
  if (fault->descriptor >= 0 && call->subject.descriptor != fault->descriptor)
    return false;
  if (!asks)
    return true;
  if (!socket)
    return false;
  bool own = !socket->of_program && socket->descriptor >= 0;
  struct address local = own ? look_local(socket) : socket->seen.local;
  struct address peer = own ? look_peer(socket) : socket->seen.peer;
  enum socket_state state = own ? look_state_now(socket) : socket->seen.state;
  return (fault->at.length == 0 || same_address(&fault->at, &local) ||
          same_address(&fault->at, &peer)) &&
         (fault->state == STATE_UNKNOWN || fault->state == state);
}

/* Who is short of descriptors, and closes one, gets the next. */
static bool has_room(struct fault *fault, uint64_t closes) {
  bool room = fault->effect.error == EMFILE && closes > fault->closes;
  fault->closes += room;
  return room;
}

static bool is_selected(struct fault *fault, uint64_t closes) {
  uint64_t number = fault->fitted;
  if (fault->began)
    return clock_monotonic() - fault->began < fault->lasts && !has_room(fault, closes);
  if ((fault->once && fault->hit > 0) || (fault->nth > 0 && number != fault->nth) ||
      (fault->every > 0 && number % fault->every != 0))
    return false;
  return fault->share == 0 || chance_draw(&fault->random) < fault->share;
}

struct call_fault fault_choose(struct session *session, const char *program,
                               const struct call *call, uint64_t closes) {
  struct call_fault effect = {.error = 0};
  bool chosen = false;
  for (struct fault *fault = session->faults; fault; fault = fault->next) {
    if (strcmp(fault->program, program) != 0 || !fault_same_call(fault->call, call->name) ||
        (fault->effect.limit > 0 && !fault_may_limit(call->name)) || !fits_socket(fault, call))
      continue;
    fault->fitted++; /* also where another one has it: the nth is the nth that the program makes */
    if (chosen || !is_selected(fault, closes))
      continue;
    fault->hit++;
    if (fault->lasts && !fault->began) {
      fault->began = clock_monotonic();
      fault->closes = closes;
    }
    effect = fault->effect;
    chosen = true;
  }
  return effect;
}
