#include "timeline/codec.h"

#include <stdlib.h>
#include <string.h>

#include "socket/message.h"

/* Writing: numbers as zigzag varints, texts with their length before them and a zero behind them. */

static void put(struct bytes *bytes, long long number) {
  unsigned long long rest = ((unsigned long long)number << 1) ^ (unsigned long long)(number >> 63);
  char digits[10];
  size_t count = 0;
  do {
    digits[count++] = (char)((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest);
  bytes_append(bytes, digits, count);
}

static void put_bytes(struct bytes *bytes, const void *data, size_t length) {
  put(bytes, (long long)length);
  bytes_append(bytes, data, length);
  bytes_append_char(bytes, '\0');
}

static void put_text(struct bytes *bytes, const char *text) {
  put(bytes, text != NULL);
  if (text)
    put_bytes(bytes, text, strlen(text));
}

static void put_label(struct bytes *bytes, const struct socket_label *label) {
  put(bytes, label->descriptor);
  if (label->descriptor < 0)
    return;
  put(bytes, (long long)label->id);
  put(bytes, label->family);
  put(bytes, label->protocol);
  put_bytes(bytes, label->name, strlen(label->name));
}

static void put_address(struct bytes *bytes, const struct address *address) {
  put_bytes(bytes, &address->storage, address->length);
}

static void put_snapshot(struct bytes *bytes, const struct snapshot *snapshot) {
  put(bytes, snapshot->state);
  put_address(bytes, &snapshot->local);
  put_address(bytes, &snapshot->peer);
}

static void put_message(struct bytes *bytes, const struct call_message *message) {
  put(bytes, (long long)message->part_count);
  for (size_t i = 0; i < message->part_count; i++)
    put(bytes, (long long)message->part_sizes[i]);
  put(bytes, message->named);
  put(bytes, message->flags);
  put_bytes(bytes, message->control.data, message->control_size);
}

static void put_call(struct bytes *bytes, const struct call *call, bool finished, size_t record) {
  put(bytes, call->name);
  put_label(bytes, &call->subject);
  put_label(bytes, &call->object);
  for (int i = 0; i < 3; i++)
    put(bytes, call->number[i]);
  put_address(bytes, &call->address);
  put(bytes, call->wants_address | call->raw_value << 1 | call->interrupted << 2);
  bool data = call->data && (finished || !call_forms[call->name].receives);
  put(bytes, data);
  if (data)
    put_bytes(bytes, call->data->data, call->data->length < record ? call->data->length : record);
  put(bytes, (long long)call->size);
  put(bytes, call->duration);
  put(bytes, (long long)call->item_room);
  put(bytes, (long long)call->item_count);
  for (size_t i = 0; i < call->item_count; i++) {
    put_label(bytes, &call->items[i].label);
    put(bytes, call->items[i].descriptor);
    put(bytes, call->items[i].asked);
    put(bytes, call->items[i].given);
  }
  put(bytes, call->message != NULL);
  if (call->message)
    put_message(bytes, call->message);
  put_text(bytes, call->text[0]);
  put_text(bytes, call->text[1]);
  put(bytes, (long long)call->found_count);
  for (size_t i = 0; i < call->found_count; i++) {
    put_address(bytes, &call->found[i]);
    put(bytes, call->found_types[i]);
  }
  if (!finished)
    return;
  put(bytes, call->result);
  put(bytes, call->error);
  for (int i = 0; i < 2; i++) {
    put(bytes, call->made[i]);
    if (call->made[i] >= 0)
      put_label(bytes, &call->made_label[i]);
  }
  put(bytes, call->began);
  put(bytes, call->ended - call->began);
  put(bytes, (long long)call->start_event);
}

static void put_answer(struct bytes *bytes, const struct answer *answer) {
  put(bytes, answer->kind);
  put_text(bytes, answer->name);
  put(bytes, answer->headless);
  put(bytes, (long long)answer_column_count(answer));
  for (size_t i = 0; i < answer_column_count(answer); i++)
    put_text(bytes, answer->columns[i]);
  put_bytes(bytes, answer->cells.data, answer->cells.length);
  put_bytes(bytes, answer->text.data, answer->text.length);
}

void event_encode(const struct event *event, size_t record, struct bytes *bytes) {
  put(bytes, event->kind);
  put(bytes, (long long)event->serial);
  put(bytes, (long long)event->cause);
  put(bytes, (long long)event->statement);
  put(bytes, event->monotonic);
  put(bytes, event->wall - event->monotonic);
  put(bytes, event->job);
  put_text(bytes, event->host);
  switch (event->kind) {
  case EVENT_STATEMENT:
    put_text(bytes, event->line.source);
    put(bytes, event->line.line);
    put_bytes(bytes, event->line.text, event->line.length < record ? event->line.length : record);
    put(bytes, event->line.origin);
    put(bytes, event->line.depth);
    break;
  case EVENT_CALL_START:
  case EVENT_CALL_BLOCKED:
  case EVENT_CALL_FINISH:
    put_call(bytes, event->call, event->kind == EVENT_CALL_FINISH, record);
    break;
  case EVENT_STATE:
    put_label(bytes, &event->state.socket);
    put_snapshot(bytes, &event->state.before);
    put_snapshot(bytes, &event->state.now);
    put_text(bytes, event->state.reason);
    break;
  case EVENT_ANSWER:
    put_answer(bytes, event->answer);
    break;
  case EVENT_NOTE:
    put_text(bytes, event->note);
    break;
  case EVENT_ERROR:
    put(bytes, event->error.kind);
    put(bytes, event->error.number);
    put_text(bytes, event->error.where);
    put_text(bytes, event->error.command);
    put_text(bytes, event->error.message);
    put_text(bytes, event->error.excerpt);
    put_text(bytes, event->error.hint);
    put(bytes, event->error.call);
    put(bytes, event->error.warning);
    break;
  case EVENT_JOB:
    put(bytes, event->about_job.number);
    put(bytes, event->about_job.phase);
    put_text(bytes, event->about_job.text);
    break;
  case EVENT_TEST:
    put(bytes, event->test.passed);
    put_text(bytes, event->test.what);
    put_text(bytes, event->test.text);
    put_text(bytes, event->test.expected);
    put_text(bytes, event->test.got);
    break;
  case EVENT_RESULT:
    put(bytes, event->result.failed);
    put(bytes, event->result.number);
    put(bytes, event->result.duration);
    put_text(bytes, event->result.names);
    put(bytes, event->result.depth);
    break;
  }
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

static void get_call(struct input *input, struct call *call, bool finished) {
  long long name = get(input);
  if (name < 0 || name >= CALL_COUNT) {
    input->wrong = true;
    return;
  }
  call_init(call, (enum call_name)name, NULL);
  get_label(input, &call->subject);
  get_label(input, &call->object);
  for (int i = 0; i < 3; i++)
    call->number[i] = (long)get(input);
  if (name == CALL_GETSOCKOPT || name == CALL_SETSOCKOPT)
    call->option = option_by_number((int)call->number[0], (int)call->number[1]);
  get_address(input, &call->address);
  long long bits = get(input);
  call->wants_address = bits & 1;
  call->raw_value = bits & 2;
  call->interrupted = bits & 4;
  size_t length;
  if (get(input)) {
    const char *data = get_bytes(input, &length);
    call->data = blob_copy(data, length);
    input->wrong = input->wrong || !call->data;
  }
  call->size = (size_t)get(input);
  call->duration = get(input);
  get_items(input, call);
  if (get(input))
    get_message(input, call);
  for (int i = 0; i < 2; i++) {
    const char *text = get_text(input);
    call->text[i] = text ? strdup(text) : NULL;
  }
  get_found(input, call);
  if (!finished)
    return;
  call->result = (long)get(input);
  call->error = (int)get(input);
  for (int i = 0; i < 2; i++) {
    call->made[i] = (int)get(input);
    if (call->made[i] >= 0)
      get_label(input, &call->made_label[i]);
  }
  call->began = get(input);
  call->ended = (int64_t)((uint64_t)call->began + (uint64_t)get(input));
  call->start_event = (uint64_t)get(input);
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
    get_call(input, &decoded->call, event->kind == EVENT_CALL_FINISH);
    event->call = &decoded->call;
    break;
  case EVENT_STATE:
    get_label(input, &event->state.socket);
    get_snapshot(input, &event->state.before);
    get_snapshot(input, &event->state.now);
    event->state.reason = get_text(input);
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
  event->cause = (uint64_t)get(&input);
  event->statement = (uint64_t)get(&input);
  event->monotonic = get(&input);
  event->wall = (int64_t)((uint64_t)event->monotonic + (uint64_t)get(&input));
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
