/* codec: events as bytes, in which the timeline keeps them. */
#ifndef SOCKSH_TIMELINE_CODEC_H
#define SOCKSH_TIMELINE_CODEC_H

#include "timeline/event.h"

/* The number of this form of the bytes, which a saved timeline names: one more whenever an event
 * would be read otherwise than it was written. */
enum { CODEC_VERSION = 1 };

/* Appends an event. At most `record` bytes of a call's data are kept. Returns its body, which is
 * there until something else is appended. */
struct event_body event_encode(const struct event *event, size_t record, struct bytes *bytes);

/* What a decoded event owns. */
struct decoded {
  struct call call;
  struct event_state state;
  struct event_service service;
  struct event_program program;
  struct event_sample sample;
  struct event_actor actor;
  struct answer answer;
  const char **columns;
};

/* Decodes an event from `size` bytes. Its texts point into them; the rest is in `decoded`, to be
 * freed with decoded_free. 0, or -1 if the bytes are not an event, or there is no memory. */
int event_decode(const char *data, size_t size, struct event *event, struct decoded *decoded);
/* Decodes only the kind and the serial of an event. */
enum event_kind event_peek(const char *data, size_t size, uint64_t *serial);

void decoded_free(struct decoded *decoded);

#endif
