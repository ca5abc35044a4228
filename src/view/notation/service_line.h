/* service_line: reports of services, and the progress of a transfer, as lines. */
#ifndef SOCKSH_VIEW_NOTATION_SERVICE_LINE_H
#define SOCKSH_VIEW_NOTATION_SERVICE_LINE_H

#include "view/notation/notation.h"

/* Appends one event of a service: [service 1] #1 127.0.0.1:40112 connected. */
void notation_append_service(const struct notation *notation, const struct event_service *service,
                             struct bytes *bytes);

/* Appends the progress of a transfer at a moment, in at most `width` columns: a bar, bytes, rate,
 * time left. */
void notation_append_progress(const struct event_progress *progress, int64_t now, size_t width,
                              struct bytes *bytes);

/* Events of services that --stable holds back until their service has ended. A zeroed struct is
 * empty. */
struct service_lines {
  struct bytes kept; /* struct kept_service */
};

void service_lines_keep(struct service_lines *lines, const struct event *event);

/* Appends the lines of one service, and drops them: connection by connection, each in order, so
 * that they are the same however the connections were interleaved. */
void service_lines_release(struct service_lines *lines, unsigned number,
                           const struct notation *notation, struct bytes *bytes);
/* The number of a service that has some; 0: none has. */
unsigned service_lines_first(const struct service_lines *lines);
void service_lines_free(struct service_lines *lines);

#endif
