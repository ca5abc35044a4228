/* codec_decode: bytes into events. The bytes may be anything: nothing is trusted before it was
 * checked. */
#define CODEC_WRITES false
#include "timeline/event_codec.inc"

static void point_to_parts(struct event *event, struct decoded *decoded) {
  switch (event->kind) {
  case EVENT_CALL_START:
  case EVENT_CALL_BLOCKED:
  case EVENT_CALL_FINISH:
    event->call = &decoded->call;
    break;
  case EVENT_STATE:
    event->state = &decoded->state;
    break;
  case EVENT_ANSWER:
    event->answer = &decoded->answer;
    break;
  case EVENT_SERVICE:
    event->service = &decoded->service;
    break;
  case EVENT_PROGRAM:
    event->program = &decoded->program;
    break;
  case EVENT_SAMPLE:
    event->sample = &decoded->sample;
    break;
  default: /* everything is in the event itself */
    break;
  }
}

int event_decode(const char *data, size_t size, struct event *event, struct decoded *decoded) {
  struct codec codec;
  struct event_parts parts = {event,
                              &decoded->call,
                              &decoded->state,
                              &decoded->service,
                              &decoded->program,
                              &decoded->sample,
                              &decoded->answer,
                              decoded};
  codec.wrong = false;
  codec.input = data;
  codec.end = data + size;
  *event = (struct event){0};
  *decoded = (struct decoded){0};
  call_init(&decoded->call, CALL_SOCKET, NULL);
  code_event(&codec, &parts);
  if (codec.wrong) {
    decoded_free(decoded);
    return -1;
  }
  point_to_parts(event, decoded);
  return 0;
}

enum event_kind event_peek(const char *data, size_t size, uint64_t *serial) {
  struct codec codec;
  codec.input = data;
  codec.end = data + size;
  enum event_kind kind = (enum event_kind)(codec_get(&codec) & 31);
  *serial = (uint64_t)codec_get(&codec);
  return kind;
}

void decoded_free(struct decoded *decoded) {
  call_free(&decoded->call);
  answer_free(&decoded->answer);
  free(decoded->columns);
  decoded->columns = NULL;
}
