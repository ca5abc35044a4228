/* decode: bytes into events. They may be anything: nothing is believed before it was looked at. */
#include <stdlib.h>
#include <string.h>

#include "call/message.h"
#include "timeline/codec.h"
#include "timeline/codec_bits.h"

/* Bytes that are read may be anything, so a difference must be allowed to overflow. */
static int64_t difference(int64_t a, int64_t b) {
  return (int64_t)((uint64_t)a - (uint64_t)b);
}

/* Reading: what does not fit sets `wrong`, and is looked at once at the end. */
struct input {
  const char *at;
  const char *end;
  bool wrong;
};

static long long get(struct input *input) {
  unsigned long long number = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (input->at == input->end)
      break;
    unsigned char byte = (unsigned char)*input->at++;
    number |= (unsigned long long)(byte & 0x7f) << shift;
    if (byte < 0x80)
      return (long long)(number >> 1) ^ -(long long)(number & 1);
  }
  input->wrong = true;
  return 0;
}

static int64_t get_time(struct input *input) {
  int64_t time = 0;
  if (input->end - input->at < (ptrdiff_t)sizeof time) {
    input->wrong = true;
    return 0;
  }
  memcpy(&time, input->at, sizeof time);
  input->at += sizeof time;
  return time;
}

static uint64_t get_earlier(struct input *input, const struct event *event) {
  long long distance = get(input);
  return distance ? event->serial - (uint64_t)distance : 0;
}

static const char *get_bytes(struct input *input, size_t *length) {
  long long count = get(input);
  *length = 0;
  if (count < 0 || count >= input->end - input->at || input->at[count] != '\0') {
    input->wrong = true;
    return "";
  }
  const char *data = input->at;
  *length = (size_t)count;
  input->at += count + 1;
  return data;
}

static const char *get_text(struct input *input) {
  size_t length;
  return get(input) ? get_bytes(input, &length) : NULL;
}

static void get_label(struct input *input, struct socket_label *label) {
  *label = (struct socket_label){.descriptor = (int)get(input)};
  if (label->descriptor < 0)
    return;
  label->id = (uint64_t)get(input);
  long long kind = get(input);
  label->role = (enum socket_role)(kind & 15);
  if (label->role > ROLE_LAST)
    input->wrong = true;
  label->family = (int)(kind >> 4 & 0xfff);
  label->protocol = (int)(kind >> 16);
  label->cookie = (uint64_t)get(input);
  size_t length;
  const char *name = get_bytes(input, &length);
  if (length < sizeof label->name)
    memcpy(label->name, name, length);
}

static void get_address(struct input *input, struct address *address) {
  size_t length;
  const char *data = get_bytes(input, &length);
  *address = (struct address){0};
  if (length > sizeof address->storage) {
    input->wrong = true;
    return;
  }
  memcpy(&address->storage, data, length);
  address->length = (socklen_t)length;
}

static void get_snapshot(struct input *input, struct snapshot *snapshot) {
  snapshot->state = (enum socket_state)get(input);
  snapshot->time = get_time(input);
  get_address(input, &snapshot->local);
  get_address(input, &snapshot->peer);
}

/* A count of things that each take a byte at least; 0 where the input can't hold so many. */
static size_t get_count(struct input *input) {
  long long count = get(input);
  if (count < 0 || count > input->end - input->at) {
    input->wrong = true;
    return 0;
  }
  return (size_t)count;
}

static void get_message(struct input *input, struct call *call) {
  struct call_message *message = message_create();
  call->message = message;
  size_t parts = get_count(input);
  if (!message || parts > sizeof message->part_sizes / sizeof *message->part_sizes) {
    input->wrong = true;
    return;
  }
  message->part_count = parts;
  for (size_t i = 0; i < parts; i++)
    message->part_sizes[i] = (size_t)get(input);
  message->named = get(input) != 0;
  message->flags = (int)get(input);
  const char *control = get_bytes(input, &message->control_size);
  bytes_append(&message->control, control, message->control_size);
  input->wrong = input->wrong || message->control.failed;
}

static void get_items(struct input *input, struct call *call) {
  call->item_room = (size_t)get(input);
  size_t count = get_count(input);
  call->items = calloc(count ? count : 1, sizeof *call->items);
  if (!call->items) {
    input->wrong = true;
    return;
  }
  call->item_count = count;
  for (size_t i = 0; i < count; i++) {
    get_label(input, &call->items[i].label);
    call->items[i].descriptor = (int)get(input);
    call->items[i].asked = (uint32_t)get(input);
    call->items[i].given = (uint32_t)get(input);
  }
}

static void get_found(struct input *input, struct call *call) {
  size_t count = get_count(input);
  call->found = calloc(count ? count : 1, sizeof *call->found);
  call->found_types = calloc(count ? count : 1, sizeof *call->found_types);
  if (!call->found || !call->found_types) {
    input->wrong = true;
    return;
  }
  call->found_count = count;
  for (size_t i = 0; i < count; i++) {
    get_address(input, &call->found[i]);
    call->found_types[i] = (int)get(input);
  }
}

static void get_made(struct input *input, struct call *call) {
  for (int i = 0; i < 2; i++) {
    call->made[i] = (int)get(input);
    if (call->made[i] >= 0)
      get_label(input, &call->made_label[i]);
  }
}

static void get_data(struct input *input, struct call *call) {
  size_t length;
  const char *data = get_bytes(input, &length);
  call->data = blob_copy(data, length);
  input->wrong = input->wrong || !call->data;
}

static void get_texts(struct input *input, struct call *call) {
  for (int i = 0; i < 2; i++) {
    const char *text = get_text(input);
    call->text[i] = text ? strdup(text) : NULL;
  }
}

static void get_call(struct input *input, struct call *call, const struct event *event) {
  long long name = get(input);
  if (name < 0 || name >= CALL_COUNT) {
    input->wrong = true;
    return;
  }
  call_init(call, (enum call_name)name, NULL);
  long long bits = get(input);
  call->wants_address = bits & WANTS_ADDRESS;
  call->raw_value = bits & RAW_VALUE;
  call->interrupted = bits & INTERRUPTED;
  get_label(input, &call->subject);
  if (bits & HAS_OBJECT)
    get_label(input, &call->object);
  for (int i = 0; i < 3; i++)
    call->number[i] = (long)get(input);
  if (name == CALL_GETSOCKOPT || name == CALL_SETSOCKOPT)
    call->option = option_by_number((int)call->number[0], (int)call->number[1]);
  if (bits & HAS_ADDRESS)
    get_address(input, &call->address);
  if (bits & HAS_DATA)
    get_data(input, call);
  call->size = (size_t)get(input);
  call->duration = get(input);
  if (bits & HAS_ITEMS)
    get_items(input, call);
  if (bits & HAS_MESSAGE)
    get_message(input, call);
  if (bits & HAS_TEXT)
    get_texts(input, call);
  if (bits & HAS_FOUND)
    get_found(input, call);
  if (event->kind != EVENT_CALL_FINISH)
    return;
  call->result = (long)get(input);
  call->error = (int)get(input);
  if (bits & HAS_MADE)
    get_made(input, call);
  call->ended = difference(event->monotonic, get(input));
  call->began = difference(call->ended, get(input));
  call->start_event = get_earlier(input, event);
}

static void get_answer(struct input *input, struct decoded *decoded) {
  struct answer *answer = &decoded->answer;
  answer->kind = (enum answer_kind)get(input);
  answer->name = get_text(input);
  answer->headless = get(input) != 0;
  answer->again = get(input) != 0;
  size_t count = get_count(input);
  decoded->columns = calloc(count + 1, sizeof(char *));
  if (!decoded->columns) {
    input->wrong = true;
    return;
  }
  for (size_t i = 0; i < count; i++)
    decoded->columns[i] = get_text(input);
  answer->columns = decoded->columns;
  size_t length;
  const char *data = get_bytes(input, &length);
  bytes_append(&answer->cells, data, length);
  data = get_bytes(input, &length);
  bytes_append(&answer->text, data, length);
  input->wrong = input->wrong || answer_failed(answer);
}

static void get_line(struct input *input, struct event *event) {
  event->line.source = get_text(input);
  event->line.line = (unsigned)get(input);
  event->line.text = get_bytes(input, &event->line.length);
  event->line.origin = (enum event_origin)get(input);
  event->line.depth = (unsigned)get(input);
}

static void get_excerpt(struct input *input, struct excerpt *excerpt) {
  bool there = get(input) != 0;
  const char *text = get_bytes(input, &excerpt->length);
  excerpt->text = there ? text : NULL;
  excerpt->at = (size_t)get(input);
  excerpt->marked = (size_t)get(input);
  excerpt->column = (unsigned)get(input);
  if (excerpt->at > excerpt->length)
    input->wrong = true;
}

static void get_error(struct input *input, struct event *event) {
  event->error.kind = (enum error_kind)get(input);
  event->error.number = (int)get(input);
  event->error.source = get_text(input);
  event->error.line = (unsigned)get(input);
  get_excerpt(input, &event->error.excerpt);
  event->error.command = get_text(input);
  event->error.message = get_text(input);
  event->error.hint = get_text(input);
  event->error.call = get(input) != 0;
}

static const char *get_any_text(struct input *input) {
  const char *text = get_text(input);
  return text ? text : "";
}

static void get_packet(struct input *input, struct event_packet *packet) {
  packet->number = (unsigned)get(input);
  packet->fate = (enum packet_fate)(get(input) & 7);
  packet->source = get_any_text(input);
  packet->target = get_any_text(input);
  packet->to = get_any_text(input);
  packet->wire = get_any_text(input);
  packet->reason = get_any_text(input);
  packet->bytes = get_bytes(input, &packet->length);
  packet->total = (size_t)get(input);
  packet->unseen = get(input) != 0;
  packet->ports = get(input) != 0;
  packet->relative = get(input) != 0;
  packet->sequence_base = (uint32_t)get(input);
  packet->acknowledgment_base = (uint32_t)get(input);
  packet->timestamp_base = (uint32_t)get(input);
  packet->echo_base = (uint32_t)get(input);
  packet->copies = (unsigned)get(input);
  packet->since = get(input);
}

static void get_service(struct input *input, struct event_service *service) {
  service->number = (unsigned)get(input);
  service->phase = (enum service_phase)get(input);
  if ((unsigned)service->phase > SERVICE_COLLECTED)
    input->wrong = true;
  get_label(input, &service->socket);
  service->connection = (uint64_t)get(input);
  get_address(input, &service->peer);
  get_address(input, &service->target);
  service->back = get(input) != 0;
  service->data = get_bytes(input, &service->kept);
  service->length = (size_t)get(input);
  service->received = (uint64_t)get(input);
  service->sent = (uint64_t)get(input);
  service->count = (uint64_t)get(input);
  service->left_out = (uint64_t)get(input);
  service->error = (int)get(input);
  service->end = (enum service_end)get(input);
  if ((unsigned)service->end > SERVICE_LOST)
    input->wrong = true;
  const char *text = get_text(input);
  service->text = text ? text : "";
}

static void get_body(struct input *input, struct event *event, struct decoded *decoded) {
  switch (event->kind) {
  case EVENT_STATEMENT:
    get_line(input, event);
    break;
  case EVENT_CALL_START:
  case EVENT_CALL_BLOCKED:
  case EVENT_CALL_FINISH:
    get_call(input, &decoded->call, event);
    event->call = &decoded->call;
    break;
  case EVENT_STATE:
    get_label(input, &decoded->state.socket);
    get_snapshot(input, &decoded->state.before);
    get_snapshot(input, &decoded->state.now);
    decoded->state.reason = (enum state_reason)get(input);
    decoded->state.asked = get(input) != 0;
    event->state = &decoded->state;
    break;
  case EVENT_ANSWER:
    get_answer(input, decoded);
    event->answer = &decoded->answer;
    break;
  case EVENT_NOTE:
    event->note = get_text(input);
    break;
  case EVENT_ERROR:
    get_error(input, event);
    break;
  case EVENT_JOB:
    event->about_job.number = (unsigned)get(input);
    event->about_job.phase = (enum event_job_phase)get(input);
    event->about_job.text = get_text(input);
    break;
  case EVENT_TEST:
    event->test.passed = get(input) != 0;
    event->test.what = get_text(input);
    event->test.text = get_text(input);
    event->test.expected = get_text(input);
    event->test.got = get_text(input);
    break;
  case EVENT_PACKET:
    get_packet(input, &event->packet);
    break;
  case EVENT_FILE:
    event->file.path = get_text(input);
    event->file.ended = get(input) != 0;
    event->file.failed = get(input) != 0;
    break;
  case EVENT_SERVICE:
    get_service(input, &decoded->service);
    event->service = &decoded->service;
    break;
  case EVENT_PROGRESS:
    event->progress.what = get_text(input);
    event->progress.moved = (uint64_t)get(input);
    event->progress.whole = (uint64_t)get(input);
    event->progress.began = get_time(input);
    event->progress.done = get(input) != 0;
    break;
  case EVENT_RESULT:
    event->result.failed = get(input) != 0;
    event->result.number = (int)get(input);
    event->result.duration = get(input);
    event->result.names = get_text(input);
    event->result.depth = (unsigned)get(input);
    break;
  default:
    input->wrong = true;
  }
}

int event_decode(const char *data, size_t size, struct event *event, struct decoded *decoded) {
  struct input input = {.at = data, .end = data + size};
  *event = (struct event){.kind = (enum event_kind)get(&input)};
  *decoded = (struct decoded){0};
  call_init(&decoded->call, CALL_SOCKET, NULL);
  event->serial = (uint64_t)get(&input);
  event->cause = get_earlier(&input, event);
  event->statement = get_earlier(&input, event);
  event->monotonic = get_time(&input);
  event->wall = get_time(&input);
  event->job = (unsigned)get(&input);
  event->host = get_text(&input);
  get_body(&input, event, decoded);
  if (!input.wrong)
    return 0;
  decoded_free(decoded);
  return -1;
}

enum event_kind event_peek(const char *data, size_t size, uint64_t *serial) {
  struct input input = {.at = data, .end = data + size};
  enum event_kind kind = (enum event_kind)(get(&input) & 31);
  *serial = (uint64_t)get(&input);
  return kind;
}

void decoded_free(struct decoded *decoded) {
  call_free(&decoded->call);
  answer_free(&decoded->answer);
  free(decoded->columns);
  decoded->columns = NULL;
}
