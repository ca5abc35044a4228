/* report: puts what happens in a service onto the timeline. */
#ifndef SOCKSH_SERVICE_REPORT_H
#define SOCKSH_SERVICE_REPORT_H

#include "service/loop.h"

/* Reports something about the service. Fills in its number and socket. */
void service_report(struct service *service, struct event_service *about);
void service_report_connection(const struct connection *connection, enum service_phase phase,
                               int error);
/* Reports a failed call that belongs to no connection, and counts it. */
void service_report_failure(struct service *service, const char *call, int error);
/* Reports data that was forwarded for a client, as far as the budget allows. `back`: from the
 * target. */
void service_report_relayed(const struct connection *client, bool back, const char *data,
                            size_t length);

#endif
