/* sample: numbers of a socket that are read again and again, so that they can be drawn over time:
 * any of TCP_INFO's, the segments in flight, and the queues. */
#ifndef SOCKSH_SESSION_SAMPLE_H
#define SOCKSH_SESSION_SAMPLE_H

#include "option/tcp_info.h"
#include "socket/socket.h"
#include "timeline/event.h"

enum sample_source { SAMPLE_INFO, SAMPLE_FLIGHT, SAMPLE_RECVQ, SAMPLE_SENDQ };

/* What is sampled. */
struct sample_field {
  enum sample_source source;
  const struct tcp_info_field *info; /* of SAMPLE_INFO */
};

/* The field of this name: that of a row of TCP_INFO which is a number, also without snd_ in front:
 * cwnd; or flight, recvq, sendq. False if there is none. */
bool sample_field_find(const char *text, size_t length, struct sample_field *field);

/* Its name, as in events, and its unit, "" for a plain count. */
const char *sample_field_name(const struct sample_field *field);
const char *sample_field_unit(const struct sample_field *field);
/* A few words about it. */
const char *sample_field_meaning(const struct sample_field *field);

/* The nth name, in the order of the table; NULL: there are no more. */
const char *sample_name(size_t n);

/* Whether such a socket has it. */
bool sample_field_fits(const struct sample_field *field, const struct socket *socket);

/* One number as an event has it; below 0: the kernel has none. */
struct event_sample_value sample_value(enum sample_source source, long long value);

/* Reads `count` fields of an open socket. False if nothing could be read. */
bool sample_read(const struct socket *socket, const struct sample_field *fields, size_t count,
                 struct event_sample *sample);

#endif
