#include "language/loss.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

static _Thread_local unsigned long memory_here;
static atomic_bool memory_anywhere;

void loss_of_memory(void) {
  memory_here++;
  atomic_store_explicit(&memory_anywhere, true, memory_order_release);
}

unsigned long loss_memory_here(void) {
  return memory_here;
}

bool loss_take_memory(void) {
  return atomic_load_explicit(&memory_anywhere, memory_order_relaxed) &&
         atomic_exchange(&memory_anywhere, false);
}

static atomic_int record_error;
static atomic_bool record_told;

void loss_of_record(int error) {
  record_error = error;
}

int loss_take_record(void) {
  return record_error && !atomic_exchange(&record_told, true) ? record_error : 0;
}

/* The looks that have failed, told ones first. There are few calls and few errnos; beyond the room,
 * what is new is no news. */
enum { LOOKS = 64 };
static struct loss_look looks[LOOKS];
static size_t look_count;
static size_t looks_told;
static atomic_bool looks_wait;
static pthread_mutex_t looks_lock = PTHREAD_MUTEX_INITIALIZER;

void loss_of_look(const char *call, int error) {
  pthread_mutex_lock(&looks_lock);
  size_t at = 0;
  while (at < look_count && (looks[at].error != error || strcmp(looks[at].call, call) != 0))
    at++;
  if (at == look_count && look_count < LOOKS) {
    looks[look_count++] = (struct loss_look){call, error};
    atomic_store(&looks_wait, true);
  }
  pthread_mutex_unlock(&looks_lock);
}

bool loss_take_look(struct loss_look *look) {
  if (!atomic_load_explicit(&looks_wait, memory_order_relaxed))
    return false;
  pthread_mutex_lock(&looks_lock);
  bool any = looks_told < look_count;
  if (any)
    *look = looks[looks_told++];
  atomic_store(&looks_wait, looks_told < look_count);
  pthread_mutex_unlock(&looks_lock);
  return any;
}
