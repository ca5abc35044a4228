/* encode: events into bytes. */
#include <string.h>

#include "call/message.h"
#include "timeline/codec.h"
#include "timeline/codec_bits.h"

/* Bytes that are read may be anything, so a difference must be allowed to overflow. */
static int64_t difference(int64_t a, int64_t b) {
  return (int64_t)((uint64_t)a - (uint64_t)b);
}

/* Writing: numbers as zigzag varints, times in 8 bytes, texts with their length before them and a
 * zero behind them.
 *
 * Each function takes where to write, and returns where it ended. There is always room for ROOM
 * bytes of numbers, so that they are written without looking; all that may be longer makes room for
 * itself and for that many numbers again. */
enum { NUMBER_SIZE = 10, ROOM = 40 * NUMBER_SIZE };

struct pen {
  struct bytes *bytes;
  char spare[ROOM]; /* where there is no memory this is written to, and forgotten */
};

static char *grow(struct pen *pen, char *at, size_t more) {
  struct bytes *bytes = pen->bytes;
  if (!bytes->failed)
    bytes->length = (size_t)(at - bytes->data);
  return bytes_reserve(bytes, more + ROOM) < 0 ? pen->spare : bytes->data + bytes->length;
}

static inline char *make_room(struct pen *pen, char *at, size_t more) {
  const struct bytes *bytes = pen->bytes;
  bool fits = !bytes->failed && more + ROOM <= bytes->capacity - (size_t)(at - bytes->data);
  return fits ? at : grow(pen, at, more);
}

static char *put_long(char *at, unsigned long long rest) {
  for (; rest > 0x7f; rest >>= 7)
    *at++ = (char)(rest | 0x80);
  *at++ = (char)rest;
  return at;
}

static inline char *put(char *at, long long number) {
  unsigned long long rest = ((unsigned long long)number << 1) ^ (unsigned long long)(number >> 63);
  if (rest > 0x7f)
    return put_long(at, rest);
  *at++ = (char)rest;
  return at;
}

static inline char *put_time(char *at, int64_t time) {
  memcpy(at, &time, sizeof time);
  return at + sizeof time;
}

/* The serial of an earlier event, by its distance: small numbers take less room. */
static inline char *put_earlier(char *at, const struct event *event, uint64_t serial) {
  return put(at, serial ? (long long)(event->serial - serial) : 0);
}

static inline char *put_bytes(struct pen *pen, char *at, const void *data, size_t length) {
  at = make_room(pen, put(at, (long long)length), length + 1);
  if (!pen->bytes->failed && length > 0) {
    memcpy(at, data, length);
    at += length;
  }
  *at++ = '\0';
  return at;
}

static inline char *put_text(struct pen *pen, char *at, const char *text) {
  at = put(at, text != NULL);
  return text ? put_bytes(pen, at, text, strlen(text)) : at;
}

static char *put_label(struct pen *pen, char *at, const struct socket_label *label) {
  at = put(at, label->descriptor);
  if (label->descriptor < 0)
    return at;
  at = put(at, (long long)label->id);
  at = put(at,
           (long long)label->protocol * 65536 | (label->family & 0xfff) << 4 | (label->role & 3));
  at = put(at, (long long)label->cookie);
  return put_bytes(pen, at, label->name, strlen(label->name));
}

static char *put_address(struct pen *pen, char *at, const struct address *address) {
  return put_bytes(pen, at, &address->storage, address->length);
}

static char *put_snapshot(struct pen *pen, char *at, const struct snapshot *snapshot) {
  at = put(at, snapshot->state);
  at = put_time(at, snapshot->time);
  at = put_address(pen, at, &snapshot->local);
  return put_address(pen, at, &snapshot->peer);
}

static char *put_message(struct pen *pen, char *at, const struct call_message *message) {
  at = put(at, (long long)message->part_count);
  for (size_t i = 0; i < message->part_count; i++)
    at = put(at, (long long)message->part_sizes[i]);
  at = put(at, message->named);
  at = put(at, message->flags);
  return put_bytes(pen, at, message->control.data, message->control_size);
}

static char *put_items(struct pen *pen, char *at, const struct call *call) {
  at = put(at, (long long)call->item_room);
  at = put(at, (long long)call->item_count);
  for (size_t i = 0; i < call->item_count; i++) {
    at = put_label(pen, make_room(pen, at, 0), &call->items[i].label);
    at = put(at, call->items[i].descriptor);
    at = put(at, call->items[i].asked);
    at = put(at, call->items[i].given);
  }
  return make_room(pen, at, 0);
}

static char *put_found(struct pen *pen, char *at, const struct call *call) {
  at = put(at, (long long)call->found_count);
  for (size_t i = 0; i < call->found_count; i++) {
    at = put_address(pen, at, &call->found[i]);
    at = put(at, call->found_types[i]);
  }
  return at;
}

static unsigned call_bits(const struct call *call, bool finished) {
  bool data = call->data && (finished || !call_forms[call->name].receives);
  return (call->wants_address ? WANTS_ADDRESS : 0) | (call->raw_value ? RAW_VALUE : 0) |
         (call->interrupted ? INTERRUPTED : 0) | (data ? HAS_DATA : 0) |
         (call->object.descriptor >= 0 ? HAS_OBJECT : 0) |
         (call->address.length ? HAS_ADDRESS : 0) |
         (call->item_room || call->item_count ? HAS_ITEMS : 0) | (call->message ? HAS_MESSAGE : 0) |
         (call->text[0] || call->text[1] ? HAS_TEXT : 0) | (call->found_count ? HAS_FOUND : 0) |
         (finished && (call->made[0] >= 0 || call->made[1] >= 0) ? HAS_MADE : 0);
}

static char *put_made(struct pen *pen, char *at, const struct call *call) {
  for (int i = 0; i < 2; i++) {
    at = put(at, call->made[i]);
    if (call->made[i] >= 0)
      at = put_label(pen, at, &call->made_label[i]);
  }
  return at;
}

static char *put_call(struct pen *pen, char *at, const struct event *event, size_t record) {
  const struct call *call = event->call;
  bool finished = event->kind == EVENT_CALL_FINISH;
  unsigned bits = call_bits(call, finished);
  at = put(at, call->name);
  at = put(at, bits);
  at = put_label(pen, at, &call->subject);
  if (bits & HAS_OBJECT)
    at = put_label(pen, at, &call->object);
  for (int i = 0; i < 3; i++)
    at = put(at, call->number[i]);
  if (bits & HAS_ADDRESS)
    at = put_address(pen, at, &call->address);
  if (bits & HAS_DATA)
    at = put_bytes(pen, at, call->data->data,
                   call->data->length < record ? call->data->length : record);
  at = put(at, (long long)call->size);
  at = put(at, call->duration);
  if (bits & HAS_ITEMS)
    at = put_items(pen, at, call);
  if (bits & HAS_MESSAGE)
    at = put_message(pen, at, call->message);
  if (bits & HAS_TEXT)
    at = put_text(pen, put_text(pen, at, call->text[0]), call->text[1]);
  if (bits & HAS_FOUND)
    at = put_found(pen, at, call);
  if (!finished)
    return at;
  at = put(at, call->result);
  at = put(at, call->error);
  if (bits & HAS_MADE)
    at = put_made(pen, at, call);
  at = put(at, difference(event->monotonic, call->ended));
  at = put(at, difference(call->ended, call->began));
  return put_earlier(at, event, call->start_event);
}

static char *put_answer(struct pen *pen, char *at, const struct answer *answer) {
  at = put(at, answer->kind);
  at = put_text(pen, at, answer->name);
  at = put(at, answer->headless);
  at = put(at, answer->again);
  at = put(at, (long long)answer_column_count(answer));
  for (size_t i = 0; i < answer_column_count(answer); i++)
    at = put_text(pen, at, answer->columns[i]);
  at = put_bytes(pen, at, answer->cells.data, answer->cells.length);
  return put_bytes(pen, at, answer->text.data, answer->text.length);
}

static char *put_line(struct pen *pen, char *at, const struct event_statement *line,
                      size_t record) {
  at = put_text(pen, at, line->source);
  at = put(at, line->line);
  at = put_bytes(pen, at, line->text, line->length < record ? line->length : record);
  at = put(at, line->origin);
  return put(at, line->depth);
}

static char *put_state(struct pen *pen, char *at, const struct event_state *state) {
  at = put_label(pen, at, &state->socket);
  at = put_snapshot(pen, at, &state->before);
  at = put_snapshot(pen, at, &state->now);
  at = put(at, state->reason);
  return put(at, state->asked);
}

static char *put_error(struct pen *pen, char *at, const struct event_error *error) {
  at = put(at, error->kind);
  at = put(at, error->number);
  at = put_text(pen, at, error->source);
  at = put(at, error->line);
  at = put(at, error->excerpt.text != NULL);
  at = put_bytes(pen, at, error->excerpt.text, error->excerpt.length);
  at = put(at, (long long)error->excerpt.at);
  at = put(at, (long long)error->excerpt.marked);
  at = put(at, error->excerpt.column);
  at = put_text(pen, at, error->command);
  at = put_text(pen, at, error->message);
  at = put_text(pen, at, error->hint);
  return put(at, error->call);
}

static char *put_test(struct pen *pen, char *at, const struct event_test *test) {
  at = put(at, test->passed);
  at = put_text(pen, at, test->what);
  at = put_text(pen, at, test->text);
  at = put_text(pen, at, test->expected);
  return put_text(pen, at, test->got);
}

static char *put_packet(struct pen *pen, char *at, const struct event_packet *packet) {
  at = put(at, packet->number);
  at = put(at, packet->fate);
  at = put_text(pen, at, packet->source);
  at = put_text(pen, at, packet->target);
  at = put_text(pen, at, packet->to);
  at = put_text(pen, at, packet->wire);
  at = put_text(pen, at, packet->reason);
  at = put_bytes(pen, at, packet->bytes, packet->length);
  at = put(at, (long long)packet->total);
  at = put(at, packet->unseen);
  at = put(at, packet->ports);
  at = put(at, packet->relative);
  at = put(at, packet->sequence_base);
  at = put(at, packet->acknowledgment_base);
  at = put(at, packet->timestamp_base);
  at = put(at, packet->echo_base);
  at = put(at, packet->copies);
  return put(at, packet->since);
}

static char *put_service(struct pen *pen, char *at, const struct event_service *service,
                         size_t record) {
  at = put(at, service->number);
  at = put(at, service->phase);
  at = put_label(pen, at, &service->socket);
  at = put(at, (long long)service->connection);
  at = put_address(pen, at, &service->peer);
  at = put_address(pen, at, &service->target);
  at = put(at, service->back);
  at = put_bytes(pen, at, service->data, service->kept < record ? service->kept : record);
  at = put(at, (long long)service->length);
  at = put(at, (long long)service->received);
  at = put(at, (long long)service->sent);
  at = put(at, (long long)service->count);
  at = put(at, (long long)service->left_out);
  at = put(at, service->error);
  at = put(at, service->end);
  return put_text(pen, at, service->text);
}

static char *put_body(struct pen *pen, char *at, const struct event *event, size_t record) {
  switch (event->kind) {
  case EVENT_STATEMENT:
    return put_line(pen, at, &event->line, record);
  case EVENT_CALL_START:
  case EVENT_CALL_BLOCKED:
  case EVENT_CALL_FINISH:
    return put_call(pen, at, event, record);
  case EVENT_STATE:
    return put_state(pen, at, event->state);
  case EVENT_ANSWER:
    return put_answer(pen, at, event->answer);
  case EVENT_NOTE:
    return put_text(pen, at, event->note);
  case EVENT_ERROR:
    return put_error(pen, at, &event->error);
  case EVENT_JOB:
    at = put(at, event->about_job.number);
    at = put(at, event->about_job.phase);
    return put_text(pen, at, event->about_job.text);
  case EVENT_TEST:
    return put_test(pen, at, &event->test);
  case EVENT_PACKET:
    return put_packet(pen, at, &event->packet);
  case EVENT_FILE:
    at = put_text(pen, at, event->file.path);
    at = put(at, event->file.ended);
    return put(at, event->file.failed);
  case EVENT_SERVICE:
    return put_service(pen, at, event->service, record);
  case EVENT_PROGRESS:
    at = put_text(pen, at, event->progress.what);
    at = put(at, (long long)event->progress.moved);
    at = put(at, (long long)event->progress.whole);
    at = put_time(at, event->progress.began);
    return put(at, event->progress.done);
  case EVENT_RESULT:
    at = put(at, event->result.failed);
    at = put(at, event->result.number);
    at = put(at, event->result.duration);
    at = put_text(pen, at, event->result.names);
    return put(at, event->result.depth);
  }
  return at;
}

void event_encode(const struct event *event, size_t record, struct bytes *bytes) {
  struct pen pen;
  pen.bytes = bytes;
  char *at = bytes_reserve(bytes, ROOM) < 0 ? pen.spare : bytes->data + bytes->length;
  at = put(at, event->kind);
  at = put(at, (long long)event->serial);
  at = put_earlier(at, event, event->cause);
  at = put_earlier(at, event, event->statement);
  at = put_time(at, event->monotonic);
  at = put_time(at, event->wall);
  at = put(at, event->job);
  at = put_text(&pen, at, event->host);
  at = put_body(&pen, at, event, record);
  if (!bytes->failed)
    bytes->length = (size_t)(at - bytes->data);
}
