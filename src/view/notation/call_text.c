/* call_text: a call as strace(1) writes it, with the arguments that its row lists. */
#include <fcntl.h>
#include <inttypes.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

#include "call/ioctl_request.h"
#include "call/message.h"
#include "view/notation/call_text_message.h"

void call_text_put_label(struct call_writer *writer, const struct socket_label *label) {
  put_integer(writer, label->descriptor);
  if (writer->notation->names && label->name[0] && !label->of_program) {
    bytes_append_char(writer->bytes, ' ');
    put(writer, label->name);
  }
}

/* What --stable shows for values that differ from run to run. */
void call_text_put_aliased(struct call_writer *writer, const struct bytes *text) {
  if (writer->notation->aliases)
    alias_append_text(writer->notation->aliases, text->data ? text->data : "", text->length,
                      writer->bytes);
  else
    bytes_append(writer->bytes, text->data, text->length);
}

void call_text_put_data(struct call_writer *writer, const char *data, size_t length) {
  escape_append_quoted(writer->bytes, data, length, writer->notation->preview,
                       writer->notation->style);
}

void call_text_put_address(struct call_writer *writer, const struct address *address) {
  if (address->length == 0) {
    put(writer, "NULL");
    return;
  }
  put(writer, "{");
  constant_append(&constant_families, address_family(address), writer->bytes);
  if (address_family(address) != AF_UNSPEC) {
    put(writer, ", ");
    notation_append_address_of(writer->notation, &writer->call->subject, address, writer->bytes);
  }
  put(writer, "}");
}

static void put_subject(struct call_writer *writer, const struct call_part *part) {
  (void)part;
  call_text_put_label(writer, &writer->call->subject);
}

static void put_object(struct call_writer *writer, const struct call_part *part) {
  (void)part;
  call_text_put_label(writer, &writer->call->object);
}

static void put_number(struct call_writer *writer, const struct call_part *part) {
  long number = writer->call->number[part->slot];
  if (part->set)
    constant_append(part->set, number, writer->bytes);
  else
    put_integer(writer, number);
}

static void put_type(struct call_writer *writer, const struct call_part *part) {
  long type = writer->call->number[part->slot];
  long flags = type & (SOCK_NONBLOCK | SOCK_CLOEXEC);
  constant_append(&constant_types, type & ~flags, writer->bytes);
  if (flags) {
    put(writer, "|");
    constant_append(&constant_type_flags, flags, writer->bytes);
  }
}

static void put_protocol(struct call_writer *writer, const struct call_part *part) {
  long protocol = writer->call->number[part->slot];
  long family = writer->call->number[0];
  const struct constant_set *names = constant_protocols_of((int)family);
  if (!names || (protocol == 0 && family != AF_NETLINK)) {
    put_integer(writer, protocol);
  } else if (family == AF_PACKET) {
    put(writer, "htons(");
    constant_append(names, ntohs((uint16_t)protocol), writer->bytes);
    put(writer, ")");
  } else {
    constant_append(names, protocol, writer->bytes);
  }
}

static void put_pair(struct call_writer *writer, const struct call_part *part) {
  (void)part;
  if (writer->failed)
    put(writer, "...");
  else
    bytes_append_format(writer->bytes, "[%d, %d]", writer->call->made[0], writer->call->made[1]);
}

static void put_address_in(struct call_writer *writer, const struct call_part *part) {
  (void)part;
  call_text_put_address(writer, &writer->call->address);
  put(writer, ", ");
  put_integer(writer, writer->call->address.length);
}

static void put_address_out(struct call_writer *writer, const struct call_part *part) {
  (void)part;
  if (writer->failed || writer->call->no_address) {
    put(writer, writer->call->no_address ? "NULL, NULL" : "...");
    return;
  }
  call_text_put_address(writer, &writer->call->address);
  put(writer, ", [");
  put_integer(writer, writer->call->address.length);
  put(writer, "]");
}

void call_text_put_cut(struct call_writer *writer, const char *data, size_t length, size_t whole) {
  call_text_put_data(writer, data, length);
  if (length < whole && length <= writer->notation->preview)
    put(writer, "...");
}

static void put_data_in(struct call_writer *writer, const struct call_part *part) {
  const struct blob *data = writer->call->data;
  (void)part;
  if (writer->call->no_data)
    put(writer, "NULL");
  else
    call_text_put_cut(writer, data->data, data->length, writer->call->size);
  put(writer, ", ");
  put_integer(writer,
              (long long)(data->length < writer->call->size ? writer->call->size : data->length));
}

/* How many bytes have come into the buffer: with MSG_TRUNC the result does not say it. */
static size_t came_of(const struct call *call) {
  size_t came = call->result > 0 ? (size_t)call->result : 0;
  if (call_message_flags(call) & MSG_TRUNC)
    return call->data->length;
  return came < call->size ? came : call->size;
}

static void put_data_out(struct call_writer *writer, const struct call_part *part) {
  const struct call *call = writer->call;
  (void)part;
  if (call->no_data)
    put(writer, "NULL");
  else if (writer->failed)
    put(writer, "...");
  else
    call_text_put_cut(writer, call->data->data, call->data->length, came_of(call));
  put(writer, ", ");
  put_integer(writer, (long long)writer->call->size);
}

static void put_option(struct call_writer *writer, const struct call_part *part) {
  const struct call *call = writer->call;
  (void)part;
  constant_append(&constant_levels, call->number[0], writer->bytes);
  put(writer, ", ");
  if (call->value.option)
    put(writer, call->value.option->name);
  else
    put_integer(writer, call->number[1]);
}

static void put_value(struct call_writer *writer, const char *length_form) {
  const struct call *call = writer->call;
  const struct option_type *type = call_value_type(call);
  uint64_t cookie = 0;
  bool is_cookie = call->number[0] == SOL_SOCKET && call->number[1] == SO_COOKIE &&
                   call->data->length == sizeof cookie;
  if (writer->notation->aliases && is_cookie) {
    memcpy(&cookie, call->data->data, sizeof cookie);
    put(writer, "[");
    alias_append(writer->notation->aliases, 'C', (long long)cookie, writer->bytes);
    put(writer, "]");
  } else {
    struct bytes text = {0};
    type->format(call->data->data, call->data->length, &text);
    call_text_put_aliased(writer, &text);
    bytes_free(&text);
  }
  bytes_append_format(writer->bytes, length_form,
                      call->value.whole ? call->value.whole : call->data->length);
}

static void put_value_in(struct call_writer *writer, const struct call_part *part) {
  (void)part;
  put_value(writer, ", %zu");
}

static void put_value_out(struct call_writer *writer, const struct call_part *part) {
  (void)part;
  if (writer->failed)
    bytes_append_format(writer->bytes, "..., [%zu]", writer->call->size);
  else
    put_value(writer, ", [%zu]");
}

/* Only some of fcntl's commands take one. */
static void put_flags_word(struct call_writer *writer, const struct call_part *part) {
  const struct call *call = writer->call;
  (void)part;
  if (call->number[0] == F_SETFL)
    constant_append(&constant_file_flags, call->number[1], writer->bytes);
  else if (call->number[0] == F_SETFD)
    constant_append(&constant_descriptor_flags, call->number[1], writer->bytes);
  else if (call->number[0] == F_SETSIG)
    call_text_put_signal(writer, call->number[1]);
  else if (call->number[0] == F_SETOWN)
    call_text_put_process(writer, call->number[1]);
}

static void put_request_word(struct call_writer *writer, const struct call_part *part) {
  const struct call *call = writer->call;
  (void)part;
  switch (request_form(call->number[0])) {
  case REQUEST_BARE:
  case REQUEST_OPENS:
    break;
  case REQUEST_TIME:
    if (writer->failed)
      put(writer, "...");
    else
      bytes_append_format(writer->bytes, "{tv_sec=%ld, tv_%csec=%ld}", call->number[1],
                          call->number[0] == SIOCGSTAMP ? 'u' : 'n', call->number[2]);
    break;
  case REQUEST_GETS:
    if (writer->failed)
      put(writer, "...");
    else
      bytes_append_format(writer->bytes, "[%ld]", call->number[1]);
    break;
  case REQUEST_SETS:
  case REQUEST_UNKNOWN:
    bytes_append_format(writer->bytes, "[%ld]", call->number[1]);
    break;
  }
}

static void put_poll(struct call_writer *writer, const struct call_part *part) {
  const struct call_items *items = &writer->call->items;
  (void)part;
  put(writer, "[");
  for (size_t i = 0; i < items->count; i++) {
    put(writer, i ? ", {fd=" : "{fd=");
    call_text_put_label(writer, &items->item[i].label);
    put(writer, ", events=");
    constant_append(&constant_poll_events, items->item[i].asked, writer->bytes);
    put(writer, "}");
  }
  bytes_append_format(writer->bytes, "], %zu", items->count);
}

static void put_sets(struct call_writer *writer, const struct call_part *part) {
  const struct call_items *items = &writer->call->items;
  int highest = -1;
  (void)part;
  for (size_t i = 0; i < items->count; i++)
    if (items->item[i].descriptor > highest)
      highest = items->item[i].descriptor;
  put_integer(writer, highest + 1);
  for (uint32_t set = SET_READ; set <= SET_EXCEPT; set <<= 1) {
    put(writer, ", ");
    call_text_put_set(writer, set, false);
  }
}

/* What an event of epoll carries. Most programs register the descriptor itself, in the half of 32
 * bits, and leave what happens to be in the other. The descriptor behind any other data, often a
 * pointer, is known by what was registered with it. */
static void put_event_data(struct call_writer *writer, uint64_t data,
                           const struct socket_label *label, bool named) {
  if (label->descriptor >= 0 && (uint32_t)data == (uint32_t)label->descriptor) {
    if (named)
      call_text_put_label(writer, label);
    else
      put_integer(writer, label->descriptor);
    return;
  }
  if (writer->notation->aliases)
    alias_append(writer->notation->aliases, 'D', (long long)data, writer->bytes);
  else
    bytes_append_format(writer->bytes, "%#" PRIx64, data);
  if (!named || label->descriptor < 0)
    return;
  put(writer, "<");
  call_text_put_label(writer, label);
  put(writer, ">");
}

static void put_event(struct call_writer *writer, const struct call_part *part) {
  (void)part;
  if (writer->call->number[0] == EPOLL_CTL_DEL) {
    put(writer, "NULL");
    return;
  }
  put(writer, "{events=");
  constant_append(&constant_epoll_events, writer->call->number[1], writer->bytes);
  put(writer, ", data=");
  put_event_data(writer, (uint64_t)writer->call->number[2], &writer->call->object, false);
  put(writer, "}");
}

static void put_events(struct call_writer *writer, const struct call_part *part) {
  const struct call_items *items = &writer->call->items;
  (void)part;
  put(writer, writer->failed ? "..." : "[");
  for (size_t i = 0; !writer->failed && i < items->count; i++) {
    put(writer, i ? ", {events=" : "{events=");
    constant_append(&constant_epoll_events, items->item[i].given, writer->bytes);
    put(writer, ", data=");
    put_event_data(writer, items->item[i].data, &items->item[i].label, true);
    put(writer, "}");
  }
  bytes_append_format(writer->bytes, writer->failed ? ", %zu" : "], %zu", items->room);
}

static void put_milliseconds(struct call_writer *writer, const struct call_part *part) {
  int64_t duration = writer->call->duration;
  (void)part;
  put_integer(writer, duration < 0 ? -1 : (duration + 999999) / 1000000);
}

static void put_time(struct call_writer *writer, const char *unit, int64_t nanoseconds) {
  int64_t duration = writer->call->duration;
  if (duration < 0)
    put(writer, "NULL");
  else
    bytes_append_format(writer->bytes, "{tv_sec=%lld, %s=%lld}", (long long)(duration / 1000000000),
                        unit, (long long)(duration % 1000000000 / nanoseconds));
}

static void put_timespec(struct call_writer *writer, const struct call_part *part) {
  (void)part;
  put_time(writer, "tv_nsec", 1);
}

static void put_timeval(struct call_writer *writer, const struct call_part *part) {
  (void)part;
  put_time(writer, "tv_usec", 1000);
}

static void put_lookup_text(struct call_writer *writer, int slot, const char *otherwise) {
  const char *text = writer->call->lookup.text[slot];
  if (text)
    call_text_put_data(writer, text, strlen(text));
  else
    put(writer, otherwise);
}

static void put_text_in(struct call_writer *writer, const struct call_part *part) {
  put_lookup_text(writer, part->slot, "NULL");
}

static void put_text_out(struct call_writer *writer, const struct call_part *part) {
  put_lookup_text(writer, part->slot, "...");
}

static void put_hints(struct call_writer *writer, const struct call_part *part) {
  (void)part;
  put(writer, "{ai_family=");
  constant_append(&constant_families, writer->call->number[0], writer->bytes);
  put(writer, ", ai_socktype=");
  if (writer->call->number[1])
    constant_append(&constant_types, writer->call->number[1], writer->bytes);
  else
    put(writer, "0");
  put(writer, "}");
}

static void put_found(struct call_writer *writer, const struct call_part *part) {
  const struct call_lookup *lookup = &writer->call->lookup;
  (void)part;
  put(writer, "[");
  for (size_t i = 0; i < lookup->count && i < 4; i++) {
    put(writer, i ? ", " : "");
    if (writer->notation->aliases) /* the port of a named service was not chosen by the kernel */
      alias_keep_port(writer->notation->aliases, address_port(&lookup->found[i]));
    notation_append_address(writer->notation, &lookup->found[i], writer->bytes);
  }
  put(writer, lookup->count > 4 ? ", ...]" : "]");
}

/* One of the program's own descriptors is shown by what it is, since its number says nothing. */
static void put_file(struct call_writer *writer, const struct call_part *part) {
  const char *name = writer->call->file.name ? writer->call->file.name : "";
  (void)part;
  put(writer, "<");
  escape_append_plain(writer->bytes, name, strlen(name), false, writer->notation->style);
  put(writer, ">");
}

static void put_other_end(struct call_writer *writer, const struct call_part *part) {
  if (writer->call->file.name)
    put_file(writer, part);
  else
    call_text_put_label(writer, &writer->call->object);
}

static void put_offset(struct call_writer *writer, const struct call_part *part) {
  const struct call *call = writer->call;
  if (call->number[part->slot] < 0) {
    put(writer, "NULL");
    return;
  }
  bytes_append_format(writer->bytes, "[%ld]", call->number[part->slot]);
  if (!writer->failed)
    bytes_append_format(writer->bytes, " => [%ld]", call->number[part->slot + 1]);
}

static void put_size(struct call_writer *writer, const struct call_part *part) {
  (void)part;
  put_integer(writer, (long long)writer->call->size);
}

static void put_null(struct call_writer *writer, const struct call_part *part) {
  (void)part;
  put(writer, "NULL");
}

#define put_message_in call_text_put_message_in
#define put_message_out call_text_put_message_out
#define put_vector_in call_text_put_vector_in
#define put_vector_out call_text_put_vector_out
#define put_messages_in call_text_put_messages_in
#define put_messages_out call_text_put_messages_out
#define WRITER(kind, name) [PART_##kind] = put_##name,
static void (*const part_writers[PART_COUNT_OF_KINDS])(struct call_writer *writer,
                                                       const struct call_part *part) = {
    EVERY_CALL_PART(WRITER)};

/* Writes a part, after a comma unless it is the first; nothing if the part turns out to be
 * empty. */
static void put_part(struct call_writer *writer, const struct call_part *part, bool first) {
  size_t before = writer->bytes->length;
  if (!first)
    put(writer, ", ");
  size_t begin = writer->bytes->length;
  part_writers[part->kind](writer, part);
  if (writer->bytes->length == begin)
    writer->bytes->length = before;
}

static struct call_writer writer_for(const struct notation *notation, const struct call *call,
                                     struct bytes *bytes) {
  return (struct call_writer){
      .notation = notation, .call = call, .bytes = bytes, .failed = call->result < 0};
}

void notation_append_call(const struct notation *notation, const struct call *call,
                          struct bytes *bytes) {
  struct call_writer writer = writer_for(notation, call, bytes);
  const struct call_row *row = call_row(call);
  put(&writer, row->name);
  put(&writer, "(");
  for (int i = 0; i < CALL_PARTS && row->parts[i].kind != PART_END; i++)
    put_part(&writer, &row->parts[i], i == 0);
  put(&writer, ") = ");
  call_text_put_result(&writer);
}

void notation_append_started(const struct notation *notation, const struct call *call,
                             struct bytes *bytes) {
  struct call_writer writer = writer_for(notation, call, bytes);
  bytes_append_format(bytes, "%s(", call_row(call)->name);
  if (call->subject.descriptor >= 0) {
    call_text_put_label(&writer, &call->subject);
    put(&writer, ", ");
  }
  put(&writer, "...)");
}
