#include "view/program/c_part.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "call/ioctl_request.h"
#include "view/program/c_message.h"
#include "view/program/c_value.h"
#include "view/program/literal.h"

static void put(struct c_call *c, const char *text) {
  bytes_append_text(&c->arguments, text);
}

static void need(struct c_call *c, unsigned needs) {
  c->writer->needs |= needs;
}

static void put_subject(struct c_call *c, const struct call_part *part) {
  (void)part;
  put(c, program_name_of(c->writer, &c->call->subject));
}

static void put_object(struct c_call *c, const struct call_part *part) {
  (void)part;
  put(c, program_name_of(c->writer, &c->call->object));
}

static void put_number(struct c_call *c, const struct call_part *part) {
  long number = c->call->number[part->slot];
  if (part->set == &constant_requests)
    need(c, NEEDS_IOCTL);
  if (part->set == &constant_file_flags || part->set == &constant_descriptor_commands ||
      part->set == &constant_splice_flags)
    need(c, NEEDS_FILES);
  if (part->set)
    c_put_constant(&c->arguments, part->set, number);
  else
    bytes_append_number(&c->arguments, number);
}

static void put_type(struct c_call *c, const struct call_part *part) {
  long type = c->call->number[part->slot];
  long flags = type & (SOCK_NONBLOCK | SOCK_CLOEXEC);
  c_put_constant(&c->arguments, &constant_types, type & ~flags);
  if (flags) {
    put(c, " | ");
    c_put_constant(&c->arguments, &constant_type_flags, flags);
  }
}

static void put_protocol(struct c_call *c, const struct call_part *part) {
  long protocol = c->call->number[part->slot];
  bool named = c->call->number[0] == AF_INET || c->call->number[0] == AF_INET6;
  if (protocol && named && protocol < 256 && constant_name(&constant_protocols, protocol)) {
    need(c, NEEDS_INET);
    put(c, constant_name(&constant_protocols, protocol));
  } else {
    bytes_append_number(&c->arguments, protocol);
  }
}

static void put_pair(struct c_call *c, const struct call_part *part) {
  char name[IDENTIFIER_SIZE];
  (void)part;
  c->base = "both";
  c_name(c, "ends", name);
  c_put_line(&c->before, "int %s[2];", name);
  put(c, name);
  for (int i = 0; i < 2; i++) {
    const struct program_variable *variable =
        survey_variable(&c->writer->survey, &c->call->made_label[i]);
    if (!variable || c->call->made[i] < 0)
      continue;
    struct bytes left = {0};
    c_put_descriptor(c, variable, &left);
    c_put_line(&c->after, "%s = %s[%d];", bytes_text(&left), name, i);
    bytes_free(&left);
  }
}

static void put_address_in(struct c_call *c, const struct call_part *part) {
  struct bytes length = {0};
  (void)part;
  c_put_address(c, &c->call->address, &c->arguments, &length);
  put(c, ", ");
  bytes_append(&c->arguments, length.data, length.length);
  bytes_free(&length);
}

static void put_address_out(struct c_call *c, const struct call_part *part) {
  char name[IDENTIFIER_SIZE], length[IDENTIFIER_SIZE];
  (void)part;
  if (c->call->no_address) {
    put(c, "NULL, NULL");
    return;
  }
  const struct program_variable *made =
      survey_variable(&c->writer->survey, &c->call->made_label[0]);
  const char *base = c->base;
  if (made && c->call->made[0] >= 0)
    c->base = made->name;
  bool receives = call_row(c->call)->direction == RECEIVES;
  c_name(c, c->call->made[0] >= 0 ? "peer" : receives ? "from" : "name", name);
  c->base = name;
  c_name(c, "length", length);
  c->base = base;
  c_put_line(&c->before, "struct sockaddr_storage %s;", name);
  c_put_line(&c->before, "socklen_t %s = sizeof %s;", length, name);
  bytes_append_format(&c->arguments, "(struct sockaddr *)&%s, &%s", name, length);
  if (!call_has_failed(c->call) && c->call->address.length)
    program_address_add(c->writer, name, &c->call->address, c->thread, true);
}

static void put_data_in(struct c_call *c, const struct call_part *part) {
  const struct blob *data = c->call->data;
  size_t whole = c->call->size > data->length ? c->call->size : data->length;
  (void)part;
  if (c->call->no_data)
    put(c, "NULL");
  else
    c_put_data(c, data->data, data->length, whole, &c->arguments);
  bytes_append_format(&c->arguments, ", %zu", whole);
}

static void put_data_out(struct c_call *c, const struct call_part *part) {
  const struct program_thread *thread = survey_nth_thread(&c->writer->survey, c->thread);
  (void)part;
  if (c->call->no_data)
    bytes_append_format(&c->arguments, "NULL, %zu", c->call->size);
  else if (c->call->size == thread->buffer)
    put(c, "buffer, sizeof buffer");
  else
    bytes_append_format(&c->arguments, "buffer, %zu", c->call->size);
}

/* Options that the C library's headers do not have yet. */
static bool is_newer(const char *name) {
  static const char *const newer[] = {
      "IPV6_FLOWINFO",       "IPV6_FLOWINFO_SEND", "IPV6_FLOWLABEL_MGR",
      "IP_LOCAL_PORT_RANGE", "IP_PROTOCOL",        "SO_INQ",
      "SO_PASSPIDFD",        "SO_PASSRIGHTS",      "SO_PEERPIDFD",
      "SO_RCVMARK",          "SO_RCVPRIORITY",     "SO_TXREHASH",
      "TCP_DELACK_MAX_US",   "TCP_IS_MPTCP",       "TCP_RTO_MAX_MS",
      "TCP_RTO_MIN_US",      "IP_XFRM_POLICY",     "TCP_AO_ADD_KEY",
      "TCP_AO_DEL_KEY",      "TCP_AO_INFO",        "TCP_AO_GET_KEYS",
      "TCP_AO_REPAIR"};
  for (size_t i = 0; i < sizeof newer / sizeof *newer; i++)
    if (strcmp(newer[i], name) == 0)
      return true;
  return false;
}

/* The name of an option; its number where headers may not have it. */
static void put_option(struct c_call *c, const struct call_part *part) {
  long level = c->call->number[0];
  const struct option *option = c->call->value.option;
  (void)part;
  if (level == IPPROTO_TCP)
    need(c, NEEDS_TCP);
  if (level == IPPROTO_UDP)
    need(c, NEEDS_UDP);
  if (level == IPPROTO_IP || level == IPPROTO_IPV6)
    need(c, NEEDS_INET);
  if (constant_name(&constant_levels, level) && (level < 256 || level == SOL_SOCKET))
    c_put_constant(&c->arguments, &constant_levels, level);
  else
    bytes_append_number(&c->arguments, level);
  put(c, ", ");
  if (!option)
    bytes_append_number(&c->arguments, c->call->number[1]);
  else if (level <= IPPROTO_UDP && !is_newer(option->name))
    put(c, option->name);
  else
    bytes_append_format(&c->arguments, "%ld /* %s */", c->call->number[1], option->name);
}

static void put_value_in(struct c_call *c, const struct call_part *part) {
  (void)part;
  c_put_option_value(c);
}

static void put_value_out(struct c_call *c, const struct call_part *part) {
  char name[IDENTIFIER_SIZE], length[IDENTIFIER_SIZE];
  const struct option_type *type = call_value_type(c->call);
  (void)part;
  c_name(c, "value", name);
  c_name(c, "value_length", length);
  if (c->call->size == sizeof(int) && strcmp(type->name, "int") == 0)
    c_put_line(&c->before, "int %s;", name);
  else
    c_put_line(&c->before, "unsigned char %s[%zu] = {0};", name, c->call->size ? c->call->size : 1);
  c_put_line(&c->before, "socklen_t %s = %zu;", length, c->call->size);
  const struct program_variable *made =
      survey_variable(&c->writer->survey, &c->call->made_label[0]);
  if (made && c->call->made[0] >= 0) { /* the value is a descriptor */
    struct bytes left = {0};
    c_put_descriptor(c, made, &left);
    c_put_line(&c->after, "%s = %s;", bytes_text(&left), name);
    bytes_free(&left);
  }
  bytes_append_format(&c->arguments, "&%s, &%s", name, length);
}

static void put_flags_word(struct c_call *c, const struct call_part *part) {
  long word = c->call->number[1];
  (void)part;
  switch (c->call->number[0]) {
  case F_SETFL:
    c_put_constant(&c->arguments, &constant_file_flags, word);
    break;
  case F_SETFD:
    c_put_constant(&c->arguments, &constant_descriptor_flags, word);
    break;
  case F_SETSIG:
    need(c, NEEDS_INTERRUPT);
    c_put_constant(&c->arguments, &constant_signals, word);
    break;
  case F_SETOWN: /* the number is that of the session's process */
    put(c, word < 0 ? "-getpgrp()" : word ? "getpid()" : "0");
    break;
  case F_DUPFD:
  case F_DUPFD_CLOEXEC:
    bytes_append_number(&c->arguments, word);
    break;
  }
}

static void put_request_word(struct c_call *c, const struct call_part *part) {
  char name[IDENTIFIER_SIZE];
  (void)part;
  switch (request_form(c->call->number[0])) {
  case REQUEST_BARE:
  case REQUEST_OPENS:
    put(c, "NULL");
    return;
  case REQUEST_TIME:
    need(c, NEEDS_TIME);
    c_name(c, "time", name);
    c_put_line(&c->before, "struct timespec %s;", name);
    break;
  case REQUEST_GETS:
    c_name(c, "value", name);
    c_put_line(&c->before, "int %s;", name);
    break;
  case REQUEST_SETS:
  case REQUEST_UNKNOWN:
    c_name(c, "value", name);
    c_put_line(&c->before, "int %s = %ld;", name, c->call->number[1]);
    break;
  }
  bytes_append_format(&c->arguments, "&%s", name);
}

static void put_poll(struct c_call *c, const struct call_part *part) {
  const struct call_items *items = &c->call->items;
  char name[IDENTIFIER_SIZE];
  struct bytes list = {0};
  (void)part;
  need(c, NEEDS_POLL);
  c_name(c, "polled", name);
  for (size_t i = 0; i < items->count; i++) {
    bytes_append_format(&list, "%s{.fd = %s, .events = ", i ? ", " : "",
                        program_name_of(c->writer, &items->item[i].label));
    c_put_constant(&list, &constant_poll_events, items->item[i].asked);
    bytes_append_char(&list, '}');
  }
  if (items->count)
    c_put_line(&c->before, "struct pollfd %s[] = {%s};", name, bytes_text(&list));
  bytes_append_format(&c->arguments, "%s, %zu", items->count ? name : "NULL", items->count);
  bytes_free(&list);
}

/* One of select's three sets: declared and filled, or NULL. */
static void put_set(struct c_call *c, uint32_t set, const char *what, const char *count) {
  const struct call_items *items = &c->call->items;
  char name[IDENTIFIER_SIZE] = "";
  for (size_t i = 0; i < items->count; i++) {
    if (!(items->item[i].asked & set))
      continue;
    const char *variable = program_name_of(c->writer, &items->item[i].label);
    if (!name[0]) {
      c_name(c, what, name);
      c_put_line(&c->before, "fd_set %s;", name);
      c_put_line(&c->before, "FD_ZERO(&%s);", name);
    }
    c_put_line(&c->before, "FD_SET(%s, &%s);", variable, name);
    c_put_line(&c->before, "if (%s >= %s)", variable, count);
    c_put_line(&c->before, "  %s = %s + 1;", count, variable);
  }
  bytes_append_format(&c->arguments, name[0] ? ", &%s" : ", %s", name[0] ? name : "NULL");
}

static void put_sets(struct c_call *c, const struct call_part *part) {
  char count[IDENTIFIER_SIZE];
  (void)part;
  need(c, NEEDS_SELECT);
  c_name(c, "count", count);
  c_put_line(&c->before, "int %s = 0;", count);
  put(c, count);
  put_set(c, SET_READ, "readable", count);
  put_set(c, SET_WRITE, "writable", count);
  put_set(c, SET_EXCEPT, "exceptional", count);
}

static void put_event(struct c_call *c, const struct call_part *part) {
  char name[IDENTIFIER_SIZE];
  struct bytes events = {0};
  (void)part;
  need(c, NEEDS_EPOLL);
  if (c->call->number[0] == EPOLL_CTL_DEL) {
    put(c, "NULL");
    return;
  }
  const char *object = program_name_of(c->writer, &c->call->object);
  c->base = object;
  c_name(c, "event", name);
  c_put_constant(&events, &constant_epoll_events, c->call->number[1]);
  c_put_line(&c->before, "struct epoll_event %s = {.events = %s, .data.fd = %s};", name,
             bytes_text(&events), object);
  bytes_append_format(&c->arguments, "&%s", name);
  bytes_free(&events);
}

static void put_events(struct c_call *c, const struct call_part *part) {
  char name[IDENTIFIER_SIZE];
  (void)part;
  need(c, NEEDS_EPOLL);
  c_name(c, "events", name);
  c_put_line(&c->before, "struct epoll_event %s[%zu];", name, c->call->items.room);
  bytes_append_format(&c->arguments, "%s, %zu", name, c->call->items.room);
}

static void put_milliseconds(struct c_call *c, const struct call_part *part) {
  int64_t duration = c->call->duration;
  (void)part;
  bytes_append_number(&c->arguments, duration < 0 ? -1 : (duration + 999999) / 1000000);
}

static void put_time(struct c_call *c, const char *type, const char *member, int64_t unit) {
  char name[IDENTIFIER_SIZE];
  int64_t duration = c->call->duration;
  if (duration < 0) {
    put(c, "NULL");
    return;
  }
  need(c, NEEDS_TIME);
  c_name(c, "timeout", name);
  c_put_line(&c->before, "struct %s %s = {.tv_sec = %lld, .%s = %lld};", type, name,
             (long long)(duration / 1000000000), member, (long long)(duration % 1000000000 / unit));
  bytes_append_format(&c->arguments, "&%s", name);
}

static void put_timespec(struct c_call *c, const struct call_part *part) {
  (void)part;
  put_time(c, "timespec", "tv_nsec", 1);
}

static void put_timeval(struct c_call *c, const struct call_part *part) {
  (void)part;
  put_time(c, "timeval", "tv_usec", 1000);
}

static void put_text_in(struct c_call *c, const struct call_part *part) {
  const char *text = c->call->lookup.text[part->slot];
  if (text)
    literal_append_c(&c->arguments, text, strlen(text), 6);
  else
    put(c, "NULL");
}

static void put_text_out(struct c_call *c, const struct call_part *part) {
  char name[IDENTIFIER_SIZE];
  c->base = part->name;
  c_name(c, "text", name);
  need(c, NEEDS_LOOKUP);
  c_put_line(&c->before, "char %s[%s];", name, part->slot ? "NI_MAXSERV" : "NI_MAXHOST");
  bytes_append_format(&c->arguments, "%s, sizeof %s%s", name, name, part->slot ? ", 0" : "");
}

static void put_hints(struct c_call *c, const struct call_part *part) {
  char name[IDENTIFIER_SIZE];
  struct bytes value = {0};
  (void)part;
  need(c, NEEDS_LOOKUP);
  c->base = "lookup";
  c_name(c, "hints", name);
  bytes_append_text(&value, ".ai_family = ");
  c_put_constant(&value, &constant_families, c->call->number[0]);
  if (c->call->number[1]) {
    bytes_append_text(&value, ", .ai_socktype = ");
    c_put_constant(&value, &constant_types, c->call->number[1]);
  }
  c_put_line(&c->before, "struct addrinfo %s = {%s};", name, bytes_text(&value));
  bytes_append_format(&c->arguments, "&%s", name);
  bytes_free(&value);
}

static void put_found(struct c_call *c, const struct call_part *part) {
  char name[IDENTIFIER_SIZE];
  (void)part;
  c->base = "lookup";
  c_name(c, "found", name);
  c_put_line(&c->before, "struct addrinfo *%s;", name);
  c_put_line(&c->after, "freeaddrinfo(%s);", name);
  bytes_append_format(&c->arguments, "&%s", name);
}

static void put_file(struct c_call *c, const struct call_part *part) {
  (void)part;
  c_put_file(c, c->call->file.name ? c->call->file.name : "");
}

static void put_other_end(struct c_call *c, const struct call_part *part) {
  if (c->call->file.name)
    put_file(c, part);
  else
    put_object(c, part);
}

static void put_offset(struct c_call *c, const struct call_part *part) {
  long offset = c->call->number[part->slot];
  char name[IDENTIFIER_SIZE];
  if (offset < 0) {
    put(c, "NULL");
    return;
  }
  c_name(c, "offset", name);
  c_put_line(&c->before, "off_t %s = %ld;", name, offset);
  bytes_append_format(&c->arguments, "&%s", name);
}

static void put_size(struct c_call *c, const struct call_part *part) {
  (void)part;
  bytes_append_format(&c->arguments, "%zu", c->call->size);
}

static void put_null(struct c_call *c, const struct call_part *part) {
  (void)part;
  put(c, "NULL");
}

#define put_message_in c_put_message_in
#define put_message_out c_put_message_out
#define put_messages_in c_put_messages_in
#define put_messages_out c_put_messages_out
#define put_vector_in c_put_vector_in
#define put_vector_out c_put_vector_out
#define WRITER(kind, name) [PART_##kind] = put_##name,
static void (*const part_writers[PART_COUNT_OF_KINDS])(struct c_call *c,
                                                       const struct call_part *part) = {
    EVERY_CALL_PART(WRITER)};

void c_put_arguments(struct c_call *c) {
  const struct call_row *row = call_row(c->call);
  for (int i = 0; i < CALL_PARTS && row->parts[i].kind != PART_END; i++) {
    size_t before = c->arguments.length;
    if (i > 0)
      put(c, ", ");
    size_t start = c->arguments.length;
    part_writers[row->parts[i].kind](c, &row->parts[i]);
    if (c->arguments.length == start)
      c->arguments.length = before;
  }
}
