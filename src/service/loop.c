#include "service/loop.h"

#include "system/wait.h"

/* The signal of a nudge interrupts only waits, so that none is missed between a check of the flags
 * and the wait. */
const sigset_t *service_waiting_signals(void) {
  static _Thread_local sigset_t set;
  sigfillset(&set);
  sigdelset(&set, wait_signal());
  return &set;
}

void service_nudge(struct service *service) {
  pthread_mutex_lock(&service->lock);
  for (unsigned i = 0; i < service->plan.loops; i++)
    if (service->loops[i].started)
      pthread_kill(service->loops[i].thread, wait_signal());
  pthread_mutex_unlock(&service->lock);
}

void service_finish(struct service *service, enum service_end end) {
  int none = SERVICE_RUNS;
  if (atomic_compare_exchange_strong(&service->end, &none, end))
    service_nudge(service);
}

void service_search(struct service *service, uint32_t *place, const char *data, size_t length) {
  if (until_search(&service->until, place, data, length))
    service_finish(service, SERVICE_UNTIL);
}
