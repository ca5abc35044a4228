/* report: what a service says of itself. */
#ifndef SOCKSH_SERVICE_REPORT_H
#define SOCKSH_SERVICE_REPORT_H

#include "service/loop.h"

/* Tells something about the service. Number and socket are filled in. */
void service_report(struct service *service, struct event_service *about);
void service_report_connection(const struct connection *connection, enum service_phase phase,
                               int error);
/* A call has failed that is about no connection. */
void service_report_failure(struct service *service, const char *call, int error);
/* Data was passed on for a client. */
void service_report_relayed(const struct connection *client, bool back, const char *data,
                            size_t length);

#endif
