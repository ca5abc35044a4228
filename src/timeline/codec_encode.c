/* codec_encode: events into bytes. */
#define CODEC_WRITES true
#include "language/uncleared.h"
#include "timeline/event_codec.inc"

/* Points to the members of the event that are elsewhere. Encoding changes none of them. */
static struct event_parts parts_written(const struct event *event) {
  return (struct event_parts){.event = (struct event *)event,
                              .call = (struct call *)event->call,
                              .state = (struct event_state *)event->state,
                              .service = (struct event_service *)event->service,
                              .program = (struct event_program *)event->program,
                              .sample = (struct event_sample *)event->sample,
                              .answer = (struct answer *)event->answer};
}

struct event_body event_encode(const struct event *event, size_t record, struct bytes *bytes) {
  UNCLEARED struct codec codec;
  struct event_parts parts = parts_written(event);
  codec.wrong = false;
  codec.cut = false;
  codec.body_end = 0;
  codec.bytes = bytes;
  codec.record = record;
  codec.at = bytes_reserve(bytes, CODEC_ROOM) < 0 ? codec.spare : bytes->data + bytes->length;
  code_event(&codec, &parts);
  if (bytes->failed)
    return (struct event_body){.data = NULL};
  bytes->length = (size_t)(codec.at - bytes->data);
  size_t end = codec.body_end ? codec.body_end : bytes->length;
  return (struct event_body){.data = codec.cut ? NULL : bytes->data + codec.body,
                             .length = end - codec.body};
}
