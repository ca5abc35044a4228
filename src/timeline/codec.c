#include "timeline/codec.h"

#include <stdlib.h>
#include <string.h>

#include "socket/message.h"

/* Bytes that are read may be anything, so a difference must be allowed to overflow. */
static int64_t difference(int64_t a, int64_t b) {
  return (int64_t)((uint64_t)a - (uint64_t)b);
}

/* Writing: numbers as zigzag varints, times in 8 bytes, texts with their length before them and a zero behind them.
 *
 * Each function takes where to write, and returns where it ended. There is always room for ROOM bytes of numbers, so that
 * they are written without looking; all that may be longer makes room for itself and for that many numbers again. */
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
  at = put(at, label->family);
  at = put(at, label->protocol);
  return put_bytes(pen, at, label->name, strlen(label->name));
}

static char *put_address(struct pen *pen, char *at, const struct address *address) {
  return put_bytes(pen, at, &address->storage, address->length);
}

static char *put_snapshot(struct pen *pen, char *at, const struct snapshot *snapshot) {
  at = put(at, snapshot->state);
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

/* Which parts of a call follow: most calls have few of them. */
enum call_bit {
  WANTS_ADDRESS = 1 << 0,
  RAW_VALUE = 1 << 1,
  INTERRUPTED = 1 << 2,
  HAS_DATA = 1 << 3,
  HAS_OBJECT = 1 << 4,
  HAS_ADDRESS = 1 << 5,
  HAS_ITEMS = 1 << 6,
  HAS_MESSAGE = 1 << 7,
  HAS_TEXT = 1 << 8,
  HAS_FOUND = 1 << 9,
  HAS_MADE = 1 << 10,
};

static unsigned call_bits(const struct call *call, bool finished) {
  bool data = call->data && (finished || !call_forms[call->name].receives);
  return (call->wants_address ? WANTS_ADDRESS : 0) | (call->raw_value ? RAW_VALUE : 0) |
         (call->interrupted ? INTERRUPTED : 0) | (data ? HAS_DATA : 0) |
         (call->object.descriptor >= 0 ? HAS_OBJECT : 0) | (call->address.length ? HAS_ADDRESS : 0) |
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
    at = put_bytes(pen, at, call->data->data, call->data->length < record ? call->data->length : record);
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
  at = put(at, (long long)answer_column_count(answer));
  for (size_t i = 0; i < answer_column_count(answer); i++)
    at = put_text(pen, at, answer->columns[i]);
  at = put_bytes(pen, at, answer->cells.data, answer->cells.length);
  return put_bytes(pen, at, answer->text.data, answer->text.length);
}

static char *put_line(struct pen *pen, char *at, const struct event_statement *line, size_t record) {
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
  return put_text(pen, at, state->reason);
}

static char *put_error(struct pen *pen, char *at, const struct event_error *error) {
  at = put(at, error->kind);
  at = put(at, error->number);
  at = put_text(pen, at, error->where);
  at = put_text(pen, at, error->command);
  at = put_text(pen, at, error->message);
  at = put_text(pen, at, error->excerpt);
  at = put_text(pen, at, error->hint);
  at = put(at, error->call);
  return put(at, error->warning);
}

static char *put_test(struct pen *pen, char *at, const struct event_test *test) {
  at = put(at, test->passed);
  at = put_text(pen, at, test->what);
  at = put_text(pen, at, test->text);
  at = put_text(pen, at, test->expected);
  return put_text(pen, at, test->got);
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
  label->family = (int)get(input);
  label->protocol = (int)get(input);
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

static void get_error(struct input *input, struct event *event) {
  event->error.kind = (enum error_kind)get(input);
  event->error.number = (int)get(input);
  event->error.where = get_text(input);
  event->error.command = get_text(input);
  event->error.message = get_text(input);
  event->error.excerpt = get_text(input);
  event->error.hint = get_text(input);
  event->error.call = get(input) != 0;
  event->error.warning = get(input) != 0;
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
    decoded->state.reason = get_text(input);
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

void decoded_free(struct decoded *decoded) {
  call_free(&decoded->call);
  answer_free(&decoded->answer);
  free(decoded->columns);
  decoded->columns = NULL;
}
