/* codec: events as bytes, for what is kept of them. */
#ifndef SOCKSH_TIMELINE_CODEC_H
#define SOCKSH_TIMELINE_CODEC_H

#include "timeline/event.h"

/* Adds an event. At most `record` bytes of a call's data are kept. */
void event_encode(const struct event *event, size_t record, struct bytes *bytes);

/* What an event read back owns. */
struct decoded {
  struct call call;
  struct event_state state;
  struct event_service service;
  struct answer answer;
  const char **columns;
};

/* Reads an event from `size` bytes. Texts point into them; the rest is in `decoded`. 0, or -1 where
 * the bytes are no event, or there is no memory. */
int event_decode(const char *data, size_t size, struct event *event, struct decoded *decoded);
/* The kind and the serial of an event alone. */
enum event_kind event_peek(const char *data, size_t size, uint64_t *serial);

void decoded_free(struct decoded *decoded);

#endif
