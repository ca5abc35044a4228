#include "view/program/python_part.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "call/ioctl_request.h"
#include "call/message.h"
#include "view/program/literal.h"
#include "view/program/python_value.h"

/* A part that is being written, and where to. */
struct part_place {
  struct python_call *python;
  const struct call_part *part;
  struct bytes *text;
  bool *nothing;
};

static void part_subject(struct part_place *place) {
  bytes_append_text(place->text,
                    program_name_of(place->python->writer, &place->python->call->subject));
}

static void part_object(struct part_place *place) {
  bytes_append_text(place->text,
                    program_name_of(place->python->writer, &place->python->call->object));
}

static void part_number(struct part_place *place) {
  long number = place->python->call->number[place->part->slot];
  *place->nothing = number == 0 && place->part->set && place->part->set->flags;
  if (place->part->set == &constant_epoll_operations)
    bytes_append_text(place->text, number == EPOLL_CTL_ADD   ? "register"
                                   : number == EPOLL_CTL_MOD ? "modify"
                                                             : "unregister");
  else if (place->part->set && place->part->set != &constant_requests)
    python_put_constant(place->python, place->part->set, number, place->text);
  else
    bytes_append_format(place->text, place->part->set ? "%#lx" : "%ld", number);
}

static void part_type(struct part_place *place) {
  long type = place->python->call->number[place->part->slot];
  long flags = type & (SOCK_NONBLOCK | SOCK_CLOEXEC);
  python_put_constant(place->python, &constant_types, type & ~flags, place->text);
  if (flags) {
    bytes_append_text(place->text, " | ");
    python_put_constant(place->python, &constant_type_flags, flags, place->text);
  }
}

static void part_protocol(struct part_place *place) {
  long protocol = place->python->call->number[place->part->slot];
  long family = place->python->call->number[0];
  *place->nothing = protocol == 0;
  if (protocol && (family == AF_INET || family == AF_INET6) && protocol < 256 &&
      constant_name(&constant_protocols, protocol))
    python_put_constant(place->python, &constant_protocols, protocol, place->text);
  else
    bytes_append_number(place->text, protocol);
}

static void part_pair(struct part_place *place) {
  (void)place; /* it is what the call returns */
}

static void part_address_in(struct part_place *place) {
  const struct call *call = place->python->call;
  struct address wanted = call->address;
  const struct program_variable *variable =
      survey_variable(&place->python->writer->survey, &call->subject);
  bool binds = call_row(call)->changes_address && !call_row(call)->connects &&
               call_row(call)->direction == MOVES_NOTHING;
  *place->nothing = call->address.length == 0;
  if (place->python->writer->request->host && variable && binds && address_port(&wanted) == 0 &&
      address_port(&variable->local) > 0) {
    address_set_port(&wanted, address_port(&variable->local));
    python_put_line(&place->python->before, "# The session said port 0, and was given this one.");
  }
  if (call->address.length)
    python_put_address(place->python, &wanted, place->text);
}

/* The address is a part of what the call returns. */
static void part_address_out(struct part_place *place) {
  (void)place;
}

static void part_data_in(struct part_place *place) {
  const struct call *call = place->python->call;
  size_t whole = call->size > call->data->length ? call->size : call->data->length;
  python_put_data(place->python, call->data->data, call->data->length, whole, place->text);
}

static void part_data_out(struct part_place *place) {
  bytes_append_format(place->text, "%zu", place->python->call->size);
}

static void part_option(struct part_place *place) {
  const struct call *call = place->python->call;
  const char *level = constant_name(&constant_levels, call->number[0]);
  if (level)
    python_put_name(place->python, level, call->number[0], place->text);
  else
    bytes_append_number(place->text, call->number[0]);
  bytes_append_text(place->text, ", ");
  if (call->value.option)
    python_put_name(place->python, call->value.option->name, call->number[1], place->text);
  else
    bytes_append_number(place->text, call->number[1]);
}

static void part_value_in(struct part_place *place) {
  python_put_option_value(place->python, place->text);
}

static void part_value_out(struct part_place *place) {
  const struct call *call = place->python->call;
  *place->nothing = call->size == sizeof(int);
  bytes_append_format(place->text, "%zu", call->size);
}

static void part_flags_word(struct part_place *place) {
  long word = place->python->call->number[1];
  switch (place->python->call->number[0]) {
  case F_SETFL:
    python_put_constant(place->python, &constant_file_flags, word, place->text);
    break;
  case F_SETFD:
    python_put_constant(place->python, &constant_descriptor_flags, word, place->text);
    break;
  case F_SETSIG:
    python_put_constant(place->python, &constant_signals, word, place->text);
    break;
  case F_SETOWN: /* the number is that of the session's process */
    python_need(place->python, PYTHON_OS);
    bytes_append_text(place->text, word < 0 ? "-os.getpgrp()" : word ? "os.getpid()" : "0");
    break;
  case F_DUPFD:
  case F_DUPFD_CLOEXEC:
    bytes_append_number(place->text, word);
    break;
  default:
    *place->nothing = true;
  }
}

static void part_request_word(struct part_place *place) {
  switch (request_form(place->python->call->number[0])) {
  case REQUEST_BARE:
  case REQUEST_OPENS:
    bytes_append_text(place->text, "0");
    break;
  case REQUEST_TIME:
    bytes_append_text(place->text, "bytes(16)");
    break;
  case REQUEST_GETS:
    bytes_append_text(place->text, "bytes(4)");
    break;
  case REQUEST_SETS:
  case REQUEST_UNKNOWN:
    python_need(place->python, PYTHON_STRUCT);
    bytes_append_format(place->text, "struct.pack(\"i\", %ld)", place->python->call->number[1]);
    break;
  }
}

/* poll takes an object, in which the sockets are registered first. */
static void part_poll(struct part_place *place) {
  const struct call_items *items = &place->python->call->items;
  char name[IDENTIFIER_SIZE];
  python_need(place->python, PYTHON_SELECT);
  place->python->base = "the";
  python_name(place->python, "poll", name);
  python_put_line(&place->python->before, "%s = select.poll()", name);
  for (size_t i = 0; i < items->count; i++) {
    struct bytes events = {0};
    python_put_constant(place->python, &constant_poll_events, items->item[i].asked, &events);
    python_put_line(&place->python->before, "%s.register(%s, %s)", name,
                    program_name_of(place->python->writer, &items->item[i].label),
                    bytes_text(&events));
    bytes_free(&events);
  }
  bytes_append_text(place->text, name);
}

static void part_sets(struct part_place *place) {
  const struct call_items *items = &place->python->call->items;
  python_need(place->python, PYTHON_SELECT);
  for (uint32_t set = SET_READ; set <= SET_EXCEPT; set <<= 1) {
    bool first = true;
    bytes_append_text(place->text, set == SET_READ ? "[" : ", [");
    for (size_t i = 0; i < items->count; i++)
      if (items->item[i].asked & set) {
        bytes_append_format(place->text, first ? "%s" : ", %s",
                            program_name_of(place->python->writer, &items->item[i].label));
        first = false;
      }
    bytes_append_char(place->text, ']');
  }
}

static void part_event(struct part_place *place) {
  *place->nothing = place->python->call->number[0] == EPOLL_CTL_DEL;
  python_put_constant(place->python, &constant_epoll_events, place->python->call->number[1],
                      place->text);
}

static void part_events(struct part_place *place) {
  bytes_append_format(place->text, "%zu", place->python->call->items.room);
}

static void part_milliseconds(struct part_place *place) {
  int64_t duration = place->python->call->duration;
  if (duration < 0)
    bytes_append_text(place->text, "None");
  else
    bytes_append_format(place->text, "%lld", (long long)(duration + 999999) / 1000000);
}

static void part_timespec(struct part_place *place) {
  int64_t duration = place->python->call->duration;
  if (duration < 0)
    bytes_append_text(place->text, "None");
  else
    bytes_append_format(place->text, "%g", (double)duration / 1e9);
}

static void part_timeval(struct part_place *place) {
  part_timespec(place);
}

static void put_ancillary(struct python_call *python, const struct call_message *message,
                          struct bytes *text) {
  struct control control;
  size_t at = 0;
  bool first = true;
  bytes_append_char(text, '[');
  for (; message_next_control(message, &at, &control); first = false) {
    const struct control_row *row = control_find(control.level, control.type);
    bytes_append_text(text, first ? "(" : ", (");
    if (row) {
      python_put_name(python, row->level_name, control.level, text);
      bytes_append_text(text, ", ");
      python_put_name(python, row->name, control.type, text);
    } else {
      bytes_append_format(text, "%d, %d", control.level, control.type);
    }
    bytes_append_text(text, ", ");
    if (control_carries_descriptors(&control)) {
      python_need(python, PYTHON_STRUCT);
      bytes_append_format(text, "struct.pack(\"%zui\"", control.length / sizeof(int));
      for (size_t i = 0; i + sizeof(int) <= control.length; i += sizeof(int)) {
        int number;
        memcpy(&number, control.data + i, sizeof number);
        const struct program_variable *sent =
            survey_numbered(&python->writer->survey, number, python->event->serial);
        bytes_append_format(text, ", %s%s", sent ? sent->name : "-1",
                            sent && (sent->family || sent->epoll) ? ".fileno()" : "");
      }
      bytes_append_char(text, ')');
    } else if (control.level == SOL_SOCKET && control.type == SCM_CREDENTIALS) {
      python_need(python, PYTHON_STRUCT | PYTHON_OS);
      bytes_append_text(text, "struct.pack(\"3i\", os.getpid(), os.getuid(), os.getgid())");
    } else {
      literal_append_python(text, control.data, control.length, 4);
    }
    bytes_append_char(text, ')');
  }
  bytes_append_char(text, ']');
}

/* The list of what a message has in its parts: data to send, or buffers. */
static void put_list(struct python_call *python, const struct call_message *message, bool sends,
                     struct bytes *text) {
  size_t at = message->start;
  bytes_append_char(text, '[');
  for (size_t i = 0; i < message->part_count; i++) {
    size_t size = message->part_sizes[i];
    const struct blob *data = python->call->data;
    size_t kept = data && at < data->length ? data->length - at : 0;
    bytes_append_text(text, i ? ", " : "");
    if (sends)
      python_put_data(python, kept ? data->data + at : "", kept < size ? kept : size, size, text);
    else
      bytes_append_format(text, "bytearray(%zu)", size);
    at += size;
  }
  bytes_append_char(text, ']');
}

static void part_message_in(struct part_place *place) {
  const struct call_message *message = place->python->call->messages.message;
  put_list(place->python, message, true, place->text);
  bytes_append_text(place->text, ", ");
  put_ancillary(place->python, message, place->text);
  if (message->address.length) {
    bytes_append_text(&place->python->tail, ", ");
    python_put_address(place->python, &message->address, &place->python->tail);
  }
}

static void part_message_out(struct part_place *place) {
  const struct call_message *message = place->python->call->messages.message;
  size_t room = message->flags & MSG_CTRUNC ? message->control.length : 1024;
  place->python->into = message->part_count != 1;
  if (place->python->into)
    put_list(place->python, message, false, place->text);
  else
    bytes_append_format(place->text, "%zu", message_room(message));
  bytes_append_format(place->text, ", %zu", room);
}

static void part_messages_in(struct part_place *place) {
  place->python->untold = true;
}

static void part_messages_out(struct part_place *place) {
  place->python->untold = true;
}

static void part_vector_in(struct part_place *place) {
  put_list(place->python, place->python->call->messages.message, true, place->text);
}

static void part_vector_out(struct part_place *place) {
  put_list(place->python, place->python->call->messages.message, false, place->text);
}

static void part_text_in(struct part_place *place) {
  const char *text = place->python->call->lookup.text[place->part->slot];
  if (text)
    literal_append_python_text(place->text, text);
  else
    bytes_append_text(place->text, "None");
}

static void part_text_out(struct part_place *place) {
  (void)place;
}

static void part_hints(struct part_place *place) {
  const long *number = place->python->call->number;
  python_put_constant(place->python, &constant_families, number[0], place->text);
  if (number[1]) {
    bytes_append_text(place->text, ", ");
    python_put_constant(place->python, &constant_types, number[1], place->text);
  }
}

static void part_found(struct part_place *place) {
  (void)place;
}

static void part_file(struct part_place *place) {
  struct program_text *text = &place->python->writer->texts[place->python->thread];
  const char *name = place->python->call->file.name ? place->python->call->file.name : "";
  char variable[IDENTIFIER_SIZE];
  struct bytes path = {0};
  if (call_row(place->python->call)->makes != MAKES_NOTHING ||
      call_row(place->python->call)->waits == WAITS_FOR_BOTH) {
    place->python->untold = true; /* it is no file */
    return;
  }
  for (size_t at = 0; at < text->files.length;) {
    const char *known = text->files.data + at;
    const char *file = known + strlen(known) + 1;
    if (strcmp(file, name) == 0) {
      bytes_append_format(place->text, "%s.fileno()", known);
      return;
    }
    at = (size_t)(file + strlen(file) + 1 - text->files.data);
  }
  identifier_make(&place->python->writer->survey.identifiers, "source_file", variable);
  literal_append_python(&path, name, strlen(name), 4);
  python_put_line(&place->python->before, "%s = open(%s, \"rb\", buffering=0)", variable,
                  bytes_text(&path));
  bytes_append(&text->files, variable, strlen(variable) + 1);
  bytes_append(&text->files, name, strlen(name) + 1);
  bytes_append_format(place->text, "%s.fileno()", variable);
  bytes_free(&path);
}

static void part_other_end(struct part_place *place) {
  if (place->python->call->file.name)
    part_file(place);
  else
    python_put_number_of(place->python, &place->python->call->object, place->text);
}

static void part_offset(struct part_place *place) {
  long offset = place->python->call->number[place->part->slot];
  if (offset < 0)
    bytes_append_text(place->text, "None");
  else
    bytes_append_number(place->text, offset);
}

static void part_size(struct part_place *place) {
  bytes_append_format(place->text, "%zu", place->python->call->size);
}

static void part_null(struct part_place *place) {
  bytes_append_text(place->text, "None");
}

#define WRITER(kind, name) [PART_##kind] = part_##name,
static void (*const part_writers[PART_COUNT_OF_KINDS])(struct part_place *place) = {
    EVERY_CALL_PART(WRITER)};

void python_put_parts(struct python_call *python) {
  const struct call_row *row = call_row(python->call);
  for (int i = 0; i < CALL_PARTS && row->parts[i].kind != PART_END; i++) {
    struct part_place place = {python, &row->parts[i], &python->parts[i], &python->nothing[i]};
    part_writers[row->parts[i].kind](&place);
  }
}
