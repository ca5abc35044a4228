#include "session/sample.h"

#include "language/bytes.h"
#include "socket/look.h"

/* Those that are no row of TCP_INFO. */
static const struct {
  const char *name;
  const char *unit;
  const char *meaning;
  enum sample_source source;
} others[] = {
    {"flight", "segments", N_("on the way: unacked - sacked - lost + retrans"), SAMPLE_FLIGHT},
    {"recvq", "bytes", N_("arrived and not received yet"), SAMPLE_RECVQ},
    {"sendq", "bytes", N_("in the send buffer, not acknowledged"), SAMPLE_SENDQ},
};
enum { OTHERS = sizeof others / sizeof *others };

enum { PREFIX = 4 }; /* "snd_", in front of names that everybody calls without it */

/* The name as it is called here. */
static const char *short_name(const struct tcp_info_field *info) {
  bool sent = strcmp(info->name, "snd_cwnd") == 0 || strcmp(info->name, "snd_ssthresh") == 0;
  return sent ? info->name + PREFIX : info->name;
}

bool sample_field_find(const char *text, size_t length, struct sample_field *field) {
  *field = (struct sample_field){.source = SAMPLE_INFO};
  for (size_t i = 0; i < OTHERS; i++)
    if (bytes_equal(text, length, others[i].name, strlen(others[i].name))) {
      field->source = others[i].source;
      return true;
    }
  for (const struct tcp_info_field *info = tcp_info_fields; info->name; info++) {
    const char *called = short_name(info);
    bool same = bytes_equal(text, length, info->name, strlen(info->name)) ||
                bytes_equal(text, length, called, strlen(called));
    if (same && !info->append) {
      field->info = info;
      return true;
    }
  }
  return false;
}

const char *sample_field_name(const struct sample_field *field) {
  return field->info ? short_name(field->info) : others[field->source - SAMPLE_FLIGHT].name;
}

const char *sample_field_unit(const struct sample_field *field) {
  return field->info ? field->info->unit : others[field->source - SAMPLE_FLIGHT].unit;
}

const char *sample_field_meaning(const struct sample_field *field) {
  return field->info ? _(field->info->meaning) : _(others[field->source - SAMPLE_FLIGHT].meaning);
}

const char *sample_name(size_t n) {
  if (n < OTHERS)
    return others[n].name;
  n -= OTHERS;
  for (const struct tcp_info_field *info = tcp_info_fields; info->name; info++)
    if (!info->append && n-- == 0)
      return short_name(info);
  return NULL;
}

bool sample_field_fits(const struct sample_field *field, const struct socket *socket) {
  bool of_tcp = field->source == SAMPLE_INFO || field->source == SAMPLE_FLIGHT;
  return of_tcp ? socket_is_tcp(socket) : !socket_is_none(socket);
}

/* A number of TCP_INFO; -1: the kernel does not tell it, or has none yet. */
static long long number_of(const struct tcp_info_field *field, const struct tcp_info_bytes *info) {
  unsigned long long number;
  bool unlimited;
  if (!tcp_info_number(field, info->data, info->length, &number, &unlimited) || unlimited ||
      tcp_info_is_unknown(field, number))
    return -1;
  return (long long)number;
}

static long long named(const char *name, const struct tcp_info_bytes *info) {
  struct sample_field field;
  return sample_field_find(name, strlen(name), &field) ? number_of(field.info, info) : -1;
}

/* RFC 6675's pipe, as Linux counts it: tcp_packets_in_flight. */
static long long in_flight(const struct tcp_info_bytes *info) {
  return named("unacked", info) - named("sacked", info) - named("lost", info) +
         named("retrans", info);
}

static struct event_sample_value value_of(const struct sample_field *field, long long value) {
  return (struct event_sample_value){.field = sample_field_name(field),
                                     .unit = sample_field_unit(field),
                                     .known = value >= 0,
                                     .value = value >= 0 ? value : 0};
}

struct event_sample_value sample_value(enum sample_source source, long long value) {
  struct sample_field field = {.source = source};
  return value_of(&field, value);
}

/* Of a listener the connections that wait, and how many may. */
static void read_queues(const struct socket *socket, long long *receive, long long *send) {
  struct look_details details;
  if (socket->seen.state == STATE_LISTEN) {
    look_details(socket, &details);
    *receive = details.receive_queue;
    *send = details.send_queue;
  } else {
    *receive = look_pending(socket);
    *send = look_outstanding(socket);
  }
}

bool sample_read(const struct socket *socket, const struct sample_field *fields, size_t count,
                 struct event_sample *sample) {
  struct tcp_info_bytes info = {.length = 0};
  long long receive = -1;
  long long send = -1;
  bool read = socket_is_tcp(socket) && look_tcp_info(socket, &info) == 0;
  bool queues = false;
  for (size_t i = 0; i < count; i++)
    queues |= fields[i].source == SAMPLE_RECVQ || fields[i].source == SAMPLE_SENDQ;
  if (queues)
    read_queues(socket, &receive, &send);
  sample->socket = socket_label(socket);
  sample->looked = false;
  sample->count = count;
  for (size_t i = 0; i < count; i++)
    sample->values[i] = value_of(&fields[i], fields[i].source == SAMPLE_RECVQ   ? receive
                                             : fields[i].source == SAMPLE_SENDQ ? send
                                             : !read                            ? -1
                                             : fields[i].info ? number_of(fields[i].info, &info)
                                                              : in_flight(&info));
  return read || queues;
}
