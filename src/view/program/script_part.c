#include "view/program/script_part.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/time.h>

#include "call/ioctl_request.h"
#include "call/message.h"
#include "option/option_type.h"

/* A part that is being written, and where to. */
struct word_place {
  struct script_call *script;
  const struct call_part *part;
  struct bytes *text;
  bool *nothing;
};

void script_put_word(struct bytes *bytes, const void *data, size_t length) {
  const unsigned char *byte = data;
  bytes_append_char(bytes, '"');
  for (size_t i = 0; i < length; i++) {
    if (byte[i] == '"' || byte[i] == '\\' || byte[i] == '$')
      bytes_append_format(bytes, "\\%c", byte[i]);
    else if (byte[i] == '\n' || byte[i] == '\r' || byte[i] == '\t')
      bytes_append_text(bytes, byte[i] == '\n' ? "\\n" : byte[i] == '\r' ? "\\r" : "\\t");
    else if (byte[i] >= 0x20 && byte[i] < 0x7f)
      bytes_append_char(bytes, (char)byte[i]);
    else
      bytes_append_format(bytes, "\\x%02x", byte[i]);
  }
  bytes_append_char(bytes, '"');
}

static void put_hexadecimal(struct bytes *text, const void *data, size_t length) {
  const unsigned char *byte = data;
  bytes_append_text(text, "hex:");
  for (size_t i = 0; i < length; i++)
    bytes_append_format(text, "%02x", byte[i]);
}

/* A name of a set without its usual prefix, in small letters, as people type it. */
static void put_constant(const struct constant_set *set, long value, struct bytes *text) {
  struct bytes plain = {0};
  constant_append(set, value, &plain);
  const char *word = bytes_text(&plain);
  size_t prefix = strlen(set->prefix);
  for (bool begin = true; *word; word++) {
    if (begin && prefix && strncmp(word, set->prefix, prefix) == 0 &&
        isalpha((unsigned char)word[prefix]))
      word += prefix;
    begin = *word == '|';
    bytes_append_char(text, (char)tolower((unsigned char)*word));
  }
  bytes_free(&plain);
}

static void word_subject(struct word_place *place) {
  bytes_append_text(place->text,
                    program_name_of(place->script->writer, &place->script->call->subject));
}

static void word_object(struct word_place *place) {
  bytes_append_text(place->text,
                    program_name_of(place->script->writer, &place->script->call->object));
}

static void word_number(struct word_place *place) {
  long number = place->script->call->number[place->part->slot];
  const struct constant_set *set = place->part->set;
  *place->nothing = number == 0 && set && set->flags;
  if (set)
    put_constant(set, number, place->text);
  else
    bytes_append_number(place->text, number);
}

static void word_type(struct word_place *place) {
  long type = place->script->call->number[place->part->slot];
  long flags = type & (SOCK_NONBLOCK | SOCK_CLOEXEC);
  put_constant(&constant_types, type & ~flags, place->text);
  if (flags) {
    bytes_append_char(place->text, '|');
    put_constant(&constant_type_flags, flags, place->text);
  }
}

static void word_protocol(struct word_place *place) {
  long protocol = place->script->call->number[place->part->slot];
  *place->nothing = protocol == 0;
  bytes_append_number(place->text, protocol);
}

static void word_pair(struct word_place *place) {
  (void)place;
}

/* An address as it is typed: a socket that is bound to it, a name that holds it, or the text. */
static void put_address(struct script_call *script, const struct address *address,
                        struct bytes *text) {
  struct bytes plain = {0};
  const struct program_address *there =
      program_address_find(script->writer, address, script->thread);
  const struct program_variable *owner =
      there ? NULL : survey_owner(&script->writer->survey, address, script->event->serial);
  if (there) {
    bytes_append_format(text, "$%s", there->name);
    return;
  }
  if (owner && owner->address_name[0] &&
      (owner->local.length == 0 ||
       (address_equal(&owner->local, address) && !address_is_any(address)))) {
    bytes_append_format(text, owner->closed ? "$%s" : "%s",
                        owner->closed ? owner->address_name : owner->name);
    return;
  }
  if (owner && owner->address_name[0]) {
    address_append_host(address, &plain);
    bytes_append_format(
        text, address_family(address) == AF_INET6 ? "[%s]:$%s.local.port" : "%s:$%s.local.port",
        bytes_text(&plain), owner->name);
  } else {
    address_append_raw(address, &plain);
    script_put_word(text, plain.data, plain.length);
  }
  bytes_free(&plain);
}

static void word_address_in(struct word_place *place) {
  *place->nothing = place->script->call->address.length == 0;
  if (address_family(&place->script->call->address) == AF_UNSPEC)
    bytes_append_text(place->text, "none");
  else
    put_address(place->script, &place->script->call->address, place->text);
}

static void word_address_out(struct word_place *place) {
  *place->nothing = true;
}

/* Data, as text, or as a byte that repeats. */
static void put_data(struct script_call *script, const char *data, size_t kept, size_t whole,
                     struct bytes *text) {
  enum { SHORT = 256, LONGEST = 64 };
  for (size_t period = 1; kept > SHORT && period <= LONGEST; period++)
    if (memcmp(data, data + period, kept - period) == 0) {
      bytes_append_format(text, "fill:%zu,", whole);
      script_put_word(text, data, period);
      return;
    }
  if (kept < whole) {
    script->untold = true; /* only its beginning is known */
    return;
  }
  script_put_word(text, data, kept);
}

static void word_data_in(struct word_place *place) {
  const struct call *call = place->script->call;
  size_t whole = call->size > call->data->length ? call->size : call->data->length;
  put_data(place->script, call->data->data, call->data->length, whole, place->text);
}

static void word_data_out(struct word_place *place) {
  bytes_append_format(place->text, "%zu", place->script->call->size);
}

static void word_option(struct word_place *place) {
  const struct call *call = place->script->call;
  const struct option *option = call->value.option;
  struct bytes level = {0};
  constant_append(&constant_levels, call->number[0], &level);
  bytes_append_format(place->text, "%s ", bytes_text(&level));
  if (option)
    bytes_append_text(place->text, option->name);
  else
    bytes_append_number(place->text, call->number[1]);
  bytes_free(&level);
}

/* A group and where it is joined; whatever has no words of its own is given byte for byte. */
static void put_other_value(struct word_place *place, const struct option_type *type,
                            const char *data, size_t length) {
  static const char no_interface[sizeof(int)];
  char group[INET_ADDRSTRLEN], local[INET_ADDRSTRLEN];
  if (length == sizeof(struct ip_mreqn) && strcmp(type->name, "struct ip_mreqn") == 0 &&
      memcmp(data + 8, no_interface, sizeof no_interface) == 0) {
    inet_ntop(AF_INET, data, group, sizeof group);
    inet_ntop(AF_INET, data + 4, local, sizeof local);
    bytes_append_format(place->text, "%s %s", group, local);
  } else if (length == sizeof(struct in_addr) && strcmp(type->name, "struct in_addr") == 0) {
    inet_ntop(AF_INET, data, local, sizeof local);
    bytes_append_text(place->text, local);
  } else {
    put_hexadecimal(place->text, data, length);
  }
}

static void word_value_in(struct word_place *place) {
  const struct call *call = place->script->call;
  const struct option_type *type = call_value_type(call);
  const char *data = call->data ? call->data->data : "";
  size_t length = call->data ? call->data->length : 0;
  long long number = 0;
  struct linger linger;
  struct timeval time;
  bool plain = length == sizeof(int) && type->number && type->number(data, length, &number) == 0;
  if (plain && type == &option_type_bool && (number == 0 || number == 1))
    bytes_append_text(place->text, number ? "on" : "off");
  else if (plain)
    bytes_append_number(place->text, number);
  else if (type == &option_type_linger && length == sizeof linger) {
    memcpy(&linger, data, sizeof linger);
    bytes_append_format(place->text, linger.l_onoff ? "on %d" : "off", linger.l_linger);
  } else if (type == &option_type_timeval && length == sizeof time) {
    memcpy(&time, data, sizeof time);
    bytes_append_format(place->text, "%lldus", (long long)time.tv_sec * 1000000 + time.tv_usec);
  } else
    put_other_value(place, type, data, length);
}

static void word_value_out(struct word_place *place) {
  *place->nothing = true;
}

static void word_flags_word(struct word_place *place) {
  long word = place->script->call->number[1];
  switch (place->script->call->number[0]) {
  case F_SETFL:
    put_constant(&constant_file_flags, word, place->text);
    break;
  case F_SETFD:
    put_constant(&constant_descriptor_flags, word, place->text);
    break;
  case F_SETSIG:
    put_constant(&constant_signals, word, place->text);
    break;
  case F_DUPFD:
  case F_DUPFD_CLOEXEC:
    place->script->untold = true;
    break;
  case F_SETOWN:
    bytes_append_number(place->text, word);
    break;
  default:
    *place->nothing = true;
  }
}

static void word_request_word(struct word_place *place) {
  enum request_form form = request_form(place->script->call->number[0]);
  *place->nothing = form != REQUEST_SETS && form != REQUEST_UNKNOWN;
  bytes_append_number(place->text, place->script->call->number[1]);
}

static void word_poll(struct word_place *place) {
  const struct call_items *items = &place->script->call->items;
  for (size_t i = 0; i < items->count; i++) {
    bytes_append_format(place->text, "%s%s:", i ? " " : "",
                        program_name_of(place->script->writer, &items->item[i].label));
    put_constant(&constant_poll_events, items->item[i].asked, place->text);
  }
  if (items->count == 0)
    place->script->untold = true;
}

static void word_sets(struct word_place *place) {
  static const char *const names[] = {"read", "write", "except"};
  const struct call_items *items = &place->script->call->items;
  for (uint32_t set = 0; set < 3; set++) {
    bool any = false;
    for (size_t i = 0; i < items->count; i++)
      if (items->item[i].asked & (1U << set)) {
        if (!any)
          bytes_append_format(place->text, place->text->length ? " %s" : "%s", names[set]);
        bytes_append_format(place->text, " %s",
                            program_name_of(place->script->writer, &items->item[i].label));
        any = true;
      }
  }
}

static void word_event(struct word_place *place) {
  *place->nothing = place->script->call->number[0] == EPOLL_CTL_DEL;
  put_constant(&constant_epoll_events, place->script->call->number[1], place->text);
}

static void word_events(struct word_place *place) {
  bytes_append_format(place->text, "%zu", place->script->call->items.room);
}

static void word_milliseconds(struct word_place *place) {
  int64_t duration = place->script->call->duration;
  *place->nothing = duration < 0;
  bytes_append_format(place->text, "%lldms", (long long)(duration + 999999) / 1000000);
}

static void word_timespec(struct word_place *place) {
  word_milliseconds(place);
}

static void word_timeval(struct word_place *place) {
  word_milliseconds(place);
}

/* The data of a message's parts, its address and its control messages. */
static void put_message(struct script_call *script, const struct call_message *message,
                        struct bytes *text) {
  struct control control;
  size_t at = message->start, place = 0;
  for (size_t i = 0; i < message->part_count; i++) {
    size_t size = message->part_sizes[i];
    const struct blob *data = script->call->data;
    size_t kept = data && at < data->length ? data->length - at : 0;
    bytes_append_text(text, i ? " " : "");
    put_data(script, kept ? data->data + at : "", kept < size ? kept : size, size, text);
    at += size;
  }
  if (message->part_count == 0)
    bytes_append_text(text, "\"\"");
  if (message->address.length) {
    bytes_append_text(text, " --to ");
    put_address(script, &message->address, text);
  }
  while (message_next_control(message, &place, &control)) {
    if (control_carries_descriptors(&control)) {
      for (size_t i = 0; i + sizeof(int) <= control.length; i += sizeof(int)) {
        int number;
        memcpy(&number, control.data + i, sizeof number);
        const struct program_variable *sent =
            survey_numbered(&script->writer->survey, number, script->event->serial);
        bytes_append_format(text, " --fd %s", sent ? sent->name : ".");
      }
    } else {
      bytes_append_format(text, " --control %d %d ", control.level, control.type);
      put_hexadecimal(text, control.data, control.length);
    }
  }
}

static void put_flags(const struct call *call, struct bytes *text) {
  long flags = call_message_flags(call);
  if (flags == 0)
    return;
  bytes_append_text(text, " --flags ");
  put_constant(&constant_message_flags, flags, text);
}

static void word_message_in(struct word_place *place) {
  put_message(place->script, place->script->call->messages.message, place->text);
  put_flags(place->script->call, place->text);
}

static void word_message_out(struct word_place *place) {
  const struct call_message *message = place->script->call->messages.message;
  for (size_t i = 0; i < message->part_count; i++)
    bytes_append_format(place->text, i ? " %zu" : "%zu", message->part_sizes[i]);
  if (message->flags & MSG_CTRUNC)
    bytes_append_format(place->text, " --control %zu", message->control.length);
  put_flags(place->script->call, place->text);
}

/* Whether one command can send both: to the same address, with the same control messages. */
static bool like_next(const struct call_message *message, const struct call_message *next) {
  return address_equal(&message->address, &next->address) &&
         message->control.length == next->control.length &&
         (message->control.length == 0 ||
          memcmp(message->control.data, next->control.data, message->control.length) == 0);
}

/* sendmmsg takes one address and one set of control messages for all, and one part for each. */
static void word_messages_in(struct word_place *place) {
  const struct call_messages *messages = &place->script->call->messages;
  for (size_t i = 0; i < messages->count; i++) {
    const struct call_message *message = &messages->message[i];
    struct call_message part = *message;
    bool last = i + 1 == messages->count;
    if (message->part_count != 1 || (!last && !like_next(message, message + 1)))
      place->script->untold = true;
    if (!last) {
      part.address.length = 0;
      part.control.length = part.control_size = 0;
    }
    bytes_append_text(place->text, i ? " " : "");
    put_message(place->script, &part, place->text);
  }
  put_flags(place->script->call, place->text);
}

static void word_messages_out(struct word_place *place) {
  const struct call_messages *messages = &place->script->call->messages;
  bytes_append_format(place->text, "%zu %zu", messages->count,
                      messages->count ? message_room(messages->message) : 0);
  put_flags(place->script->call, place->text);
}

static void word_vector_in(struct word_place *place) {
  put_message(place->script, place->script->call->messages.message, place->text);
}

static void word_vector_out(struct word_place *place) {
  word_message_out(place);
}

static void word_text_in(struct word_place *place) {
  const char *text = place->script->call->lookup.text[place->part->slot];
  *place->nothing = !text;
  if (text)
    script_put_word(place->text, text, strlen(text));
}

static void word_text_out(struct word_place *place) {
  *place->nothing = true;
}

static void word_hints(struct word_place *place) {
  const long *number = place->script->call->number;
  *place->nothing = number[0] == AF_UNSPEC && number[1] == 0;
  put_constant(&constant_families, number[0], place->text);
  if (number[1]) {
    bytes_append_char(place->text, ' ');
    put_constant(&constant_types, number[1], place->text);
  }
}

static void word_found(struct word_place *place) {
  *place->nothing = true;
}

static void word_file(struct word_place *place) {
  const struct call *call = place->script->call;
  const char *name = call->file.name ? call->file.name : "";
  if (call_row(call)->makes != MAKES_NOTHING || call_row(call)->waits == WAITS_FOR_BOTH)
    place->script->untold = true;
  script_put_word(place->text, name, strlen(name));
}

static void word_other_end(struct word_place *place) {
  if (place->script->call->file.name)
    word_file(place);
  else
    word_object(place);
}

static void word_offset(struct word_place *place) {
  long offset = place->script->call->number[place->part->slot];
  bytes_append_number(place->text, offset < 0 ? 0 : offset);
}

static void word_size(struct word_place *place) {
  bytes_append_format(place->text, "%zu", place->script->call->size);
}

static void word_null(struct word_place *place) {
  *place->nothing = true;
}

#define WRITER(kind, name) [PART_##kind] = word_##name,
static void (*const part_writers[PART_COUNT_OF_KINDS])(struct word_place *place) = {
    EVERY_CALL_PART(WRITER)};

void script_put_parts(struct script_call *script) {
  const struct call_row *row = call_row(script->call);
  for (int i = 0; i < CALL_PARTS && row->parts[i].kind != PART_END; i++) {
    struct word_place place = {script, &row->parts[i], &script->parts[i], &script->nothing[i]};
    part_writers[row->parts[i].kind](&place);
  }
}
