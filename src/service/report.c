#include "service/report.h"

#include <string.h>

#include "system/wait.h"

/* How much relayed data is reported: REPORT_MOST bytes at once, and as many more each second.
 * Interactive use is reported in full, and bulk data does not fill the timeline. */
enum { REPORT_MOST = 1 << 20, REPORT_EVENT = 256 };

void service_report(struct service *service, struct event_service *about) {
  const struct service_plan *plan = &service->plan;
  about->number = plan->number;
  about->socket = plan->socket;
  if (!about->text)
    about->text = "";
  event_queue_append(plan->event_queue, about, plan->host, service->started);
}

static struct address address_of(const struct peer *peer) {
  struct address address = {.length = peer->length};
  memcpy(&address.storage, &peer->any, peer->length);
  return address;
}

void service_report_connection(const struct connection *connection, enum service_phase phase,
                               int error) {
  struct service *service = connection->loop->service;
  struct event_service about = {.phase = phase,
                                .connection = connection->number,
                                .peer = address_of(&connection->peer),
                                .received = connection->received,
                                .sent = connection->sent,
                                .error = error};
  if (service->plan.handler->relays)
    about.target = service->plan.target;
  about.back = connection->target_failed;
  service_report(service, &about);
}

void service_report_failure(struct service *service, const char *call, int error) {
  struct event_service about = {.phase = SERVICE_FAILED, .error = error, .text = call};
  count(&service->errors, 1);
  service->last_error = error;
  service_report(service, &about);
}

/* How many bytes may be reported now; -1: the piece is left out. `unreported` is the number of
 * pieces left out before it. */
static int64_t take_budget(struct service *service, size_t length, uint64_t *unreported) {
  int64_t now = clock_monotonic();
  pthread_mutex_lock(&service->lock);
  int64_t grown = (now - service->report_since) / 1000 * REPORT_MOST / 1000000;
  int64_t budget = service->report_budget + (grown < REPORT_MOST ? grown : REPORT_MOST);
  budget = budget < REPORT_MOST ? budget : REPORT_MOST;
  int64_t kept = budget < REPORT_EVENT                     ? -1
                 : budget - REPORT_EVENT < (int64_t)length ? budget - REPORT_EVENT
                                                           : (int64_t)length;
  service->report_since = now;
  service->report_budget = kept < 0 ? budget : budget - REPORT_EVENT - kept;
  *unreported = service->unreported;
  service->unreported = kept < 0 ? service->unreported + 1 : 0;
  pthread_mutex_unlock(&service->lock);
  return kept;
}

void service_report_relayed(const struct connection *client, bool back, const char *data,
                            size_t length) {
  struct service *service = client->loop->service;
  struct event_service about = {
      .phase = SERVICE_RELAYED, .connection = client->number, .back = back};
  int64_t kept = take_budget(service, length, &about.left_out);
  if (kept < 0)
    return;
  about.peer = address_of(&client->peer);
  about.target = service->plan.target;
  about.data = data;
  about.kept = (size_t)kept;
  about.length = length;
  service_report(service, &about);
}
