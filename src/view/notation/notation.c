#include "view/notation/notation.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

#include "call/message.h"
#include "view/notation/notation_part.h"

void notation_append_address(const struct notation *notation, const struct address *address,
                             struct bytes *bytes) {
  if (notation->aliases)
    alias_append_address(notation->aliases, address, bytes);
  else
    address_append(address, bytes);
}

static void put_address(struct writer *writer) {
  const struct address *address = &writer->call->address;
  if (address->length == 0) {
    put(writer, "NULL");
    return;
  }
  put(writer, "{");
  constant_append(&constant_families, address_family(address), writer->bytes);
  if (address_family(address) != AF_UNSPEC) {
    put(writer, ", ");
    notation_append_address(writer->notation, address, writer->bytes);
  }
  put(writer, "}");
}

static void put_address_in(struct writer *writer) {
  put_address(writer);
  put(writer, ", ");
  bytes_append_number(writer->bytes, writer->call->address.length);
}

static void put_address_out(struct writer *writer) {
  if (writer->failed) {
    put(writer, "...");
    return;
  }
  put_address(writer);
  put(writer, ", [");
  bytes_append_number(writer->bytes, writer->call->address.length);
  put(writer, "]");
}

static void put_data(struct writer *writer, const char *data, size_t length) {
  escape_append_quoted(writer->bytes, data, length, writer->notation->preview,
                       writer->notation->style);
}

static void put_data_in(struct writer *writer) {
  const struct blob *data = writer->call->data;
  put_data(writer, data->data, data->length);
  put(writer, ", ");
  bytes_append_number(writer->bytes, (long long)data->length);
}

static void put_data_out(struct writer *writer) {
  if (writer->failed)
    put(writer, "...");
  else
    put_data(writer, writer->call->data->data, writer->call->data->length);
  put(writer, ", ");
  bytes_append_number(writer->bytes, (long long)writer->call->size);
}

static void put_type(struct writer *writer, long type) {
  long flags = type & (SOCK_NONBLOCK | SOCK_CLOEXEC);
  constant_append(&constant_types, type & ~flags, writer->bytes);
  if (flags) {
    put(writer, "|");
    constant_append(&constant_type_flags, flags, writer->bytes);
  }
}

static void put_protocol(struct writer *writer, long protocol) {
  bool internet = writer->call->number[0] == AF_INET || writer->call->number[0] == AF_INET6;
  if (protocol == 0 || !internet)
    bytes_append_number(writer->bytes, protocol);
  else
    constant_append(&constant_protocols, protocol, writer->bytes);
}

static void put_option(struct writer *writer) {
  const struct call *call = writer->call;
  constant_append(&constant_levels, call->number[0], writer->bytes);
  put(writer, ", ");
  if (call->option)
    put(writer, call->option->name);
  else
    bytes_append_number(writer->bytes, call->number[1]);
}

static void put_value(struct writer *writer, bool out) {
  const struct call *call = writer->call;
  if (out && writer->failed) {
    bytes_append_format(writer->bytes, "..., [%zu]", call->size);
    return;
  }
  const struct option_type *type =
      call->option && !call->raw_value ? call->option->type : &option_type_raw;
  struct bytes text = {0};
  type->format(call->data->data, call->data->length, &text);
  uint64_t cookie = 0;
  bool is_cookie = call->number[0] == SOL_SOCKET && call->number[1] == SO_COOKIE &&
                   call->data->length == sizeof cookie;
  if (writer->notation->aliases && is_cookie) {
    memcpy(&cookie, call->data->data, sizeof cookie);
    put(writer, "[");
    alias_append(writer->notation->aliases, 'C', (long long)cookie, writer->bytes);
    put(writer, "]");
  } else if (writer->notation->aliases) {
    alias_append_text(writer->notation->aliases, text.data ? text.data : "", text.length,
                      writer->bytes);
  } else {
    bytes_append(writer->bytes, text.data, text.length);
  }
  bytes_free(&text);
  bytes_append_format(writer->bytes, out ? ", [%zu]" : ", %zu", call->data->length);
}

static void put_flags_word(struct writer *writer) {
  const struct call *call = writer->call;
  if (call->number[0] == F_SETFL) {
    put(writer, ", ");
    constant_append(&constant_file_flags, call->number[1], writer->bytes);
  } else if (call->number[0] == F_SETFD) {
    put(writer, ", ");
    constant_append(&constant_descriptor_flags, call->number[1], writer->bytes);
  }
}

static void put_request_word(struct writer *writer) {
  const struct call *call = writer->call;
  switch (call->number[0]) {
  case FIOCLEX:
  case FIONCLEX: /* take nothing */
    break;
  case SIOCGSTAMP:
  case SIOCGSTAMPNS:
    if (writer->failed)
      put(writer, ", ...");
    else
      bytes_append_format(writer->bytes, ", {tv_sec=%ld, tv_%csec=%ld}", call->number[1],
                          call->number[0] == SIOCGSTAMP ? 'u' : 'n', call->number[2]);
    break;
  default:
    bytes_append_format(writer->bytes, ", [%ld]", call->number[1]);
    break;
  }
}

static void put_duration(struct writer *writer, bool milliseconds) {
  int64_t duration = writer->call->duration;
  if (milliseconds)
    bytes_append_number(writer->bytes, duration < 0 ? -1 : (duration + 999999) / 1000000);
  else if (duration < 0)
    put(writer, "NULL");
  else
    bytes_append_format(writer->bytes, "{tv_sec=%lld, tv_nsec=%lld}",
                        (long long)(duration / 1000000000), (long long)(duration % 1000000000));
}

static void put_control(struct writer *writer) {
  struct control control;
  size_t at = 0;
  struct bytes text = {0};
  while (message_next_control(writer->call->message, &at, &control)) {
    if (text.length)
      bytes_append_text(&text, ", ");
    control_append(&control, &text);
  }
  put(writer, ", msg_control=[");
  if (writer->notation->aliases)
    alias_append_text(writer->notation->aliases, text.data ? text.data : "", text.length,
                      writer->bytes);
  else
    bytes_append(writer->bytes, text.data, text.length);
  put(writer, "]");
  bytes_free(&text);
}

static void put_message(struct writer *writer) {
  const struct call *call = writer->call;
  bool receives = call->name == CALL_RECVMSG;
  if (receives && writer->failed) {
    put(writer, "...");
    return;
  }
  put(writer, "{msg_name=");
  put_address(writer);
  put(writer, ", msg_iov=[");
  size_t offset = 0;
  for (size_t i = 0; i < call->message->part_count; i++) {
    size_t size = call->message->part_sizes[i];
    size_t rest = call->data->length > offset ? call->data->length - offset : 0;
    put(writer, i ? ", {" : "{");
    put_data(writer, call->data->data + offset, rest < size ? rest : size);
    bytes_append_format(writer->bytes, ", %zu}", size);
    offset += size;
  }
  put(writer, "]");
  if (call->message->control_size > 0)
    put_control(writer);
  if (receives) {
    put(writer, ", msg_flags=");
    constant_append(&constant_message_flags, call->message->flags, writer->bytes);
  }
  put(writer, "}");
}

static void put_text(struct writer *writer, int slot) {
  const char *text = writer->call->text[slot];
  if (text)
    put_data(writer, text, strlen(text));
  else
    put(writer, writer->call->name == CALL_GETNAMEINFO ? "..." : "NULL");
}

static void put_hints(struct writer *writer) {
  put(writer, "{ai_family=");
  constant_append(&constant_families, writer->call->number[0], writer->bytes);
  put(writer, ", ai_socktype=");
  if (writer->call->number[1])
    constant_append(&constant_types, writer->call->number[1], writer->bytes);
  else
    put(writer, "0");
  put(writer, "}");
}

static void put_found(struct writer *writer) {
  const struct call *call = writer->call;
  put(writer, "[");
  for (size_t i = 0; i < call->found_count && i < 4; i++) {
    put(writer, i ? ", " : "");
    if (writer->notation->aliases) /* the port of a service is nobody's choice */
      alias_keep_port(writer->notation->aliases, address_port(&call->found[i]));
    notation_append_address(writer->notation, &call->found[i], writer->bytes);
  }
  put(writer, call->found_count > 4 ? ", ...]" : "]");
}

/* A descriptor of the program's own, by what it is, since its number says nothing. */
static void put_place(struct writer *writer, int slot) {
  const char *text = writer->call->text[slot] ? writer->call->text[slot] : "";
  put(writer, "<");
  escape_append_plain(writer->bytes, text, strlen(text), false, writer->notation->style);
  put(writer, ">");
}

static void put_offset(struct writer *writer, int slot) {
  const struct call *call = writer->call;
  bytes_append_format(writer->bytes, "[%ld]", call->number[slot]);
  if (!writer->failed)
    bytes_append_format(writer->bytes, " => [%ld]", call->number[slot + 1]);
}

/* Writes one argument, with a comma before it unless it is the first. */
static void put_argument(struct writer *writer, const struct call_argument *argument, bool first) {
  const struct call *call = writer->call;
  /* These bring their own comma, when they are there at all. */
  bool appends = argument->part == PART_FLAGS_WORD || argument->part == PART_REQUEST_WORD;
  if (!first && !appends)
    put(writer, ", ");
  switch (argument->part) {
  case PART_SUBJECT:
    put_label(writer, &call->subject);
    break;
  case PART_OBJECT:
    put_label(writer, &call->object);
    break;
  case PART_NUMBER:
    if (argument->set)
      constant_append(argument->set, call->number[argument->slot], writer->bytes);
    else
      bytes_append_number(writer->bytes, call->number[argument->slot]);
    break;
  case PART_TYPE:
    put_type(writer, call->number[argument->slot]);
    break;
  case PART_PROTOCOL:
    put_protocol(writer, call->number[argument->slot]);
    break;
  case PART_PAIR:
    if (writer->failed)
      put(writer, "...");
    else
      bytes_append_format(writer->bytes, "[%d, %d]", call->made[0], call->made[1]);
    break;
  case PART_ADDRESS_IN:
    put_address_in(writer);
    break;
  case PART_ADDRESS_OUT:
    put_address_out(writer);
    break;
  case PART_DATA_IN:
    put_data_in(writer);
    break;
  case PART_DATA_OUT:
    put_data_out(writer);
    break;
  case PART_OPTION:
    put_option(writer);
    break;
  case PART_VALUE_IN:
    put_value(writer, false);
    break;
  case PART_VALUE_OUT:
    put_value(writer, true);
    break;
  case PART_FLAGS_WORD:
    put_flags_word(writer);
    break;
  case PART_REQUEST_WORD:
    put_request_word(writer);
    break;
  case PART_POLL:
    put_poll(writer);
    break;
  case PART_SETS:
    put_sets(writer);
    break;
  case PART_EVENT:
    put_event(writer);
    break;
  case PART_EVENTS:
    put_events(writer);
    break;
  case PART_MILLISECONDS:
    put_duration(writer, true);
    break;
  case PART_TIMESPEC:
    put_duration(writer, false);
    break;
  case PART_MESSAGE:
    put_message(writer);
    break;
  case PART_TEXT:
    put_text(writer, argument->slot);
    break;
  case PART_HINTS:
    put_hints(writer);
    break;
  case PART_RESULT:
    put_found(writer);
    break;
  case PART_FILE:
    put_place(writer, argument->slot);
    break;
  case PART_OFFSET:
    put_offset(writer, argument->slot);
    break;
  case PART_COUNT:
    bytes_append_format(writer->bytes, "%zu", call->size);
    break;
  case PART_NULL:
    put(writer, "NULL");
    break;
  case PART_OTHER_END:
    if (call->text[argument->slot])
      put_place(writer, argument->slot);
    else
      put_label(writer, &call->object);
    break;
  case PART_END:
    break;
  }
}

static void put_lookup_result(struct writer *writer) {
  const struct call *call = writer->call;
  bytes_append_number(writer->bytes, call->result);
  if (call->result == 0)
    return;
  const char *name = constant_name(&constant_lookup_errors, call->result);
  bytes_append_format(writer->bytes, " %s (%s)", name ? name : "EAI_?",
                      call->result == EAI_SYSTEM ? strerror(call->error)
                                                 : gai_strerror((int)call->result));
}

static void put_result(struct writer *writer) {
  const struct call *call = writer->call;
  if (call->name == CALL_GETADDRINFO || call->name == CALL_GETNAMEINFO) {
    put_lookup_result(writer);
    return;
  }
  if (writer->failed) {
    const char *meaning = strerrordesc_np(call->error);
    bytes_append_format(writer->bytes, "-1 %s (%s)", error_number_name(call->error),
                        meaning ? meaning : "?");
    return;
  }
  if (call->name == CALL_FCNTL && call->number[0] == F_GETFL) {
    bytes_append_format(writer->bytes, "0x%lx (flags ", call->result);
    constant_append(&constant_file_flags, call->result, writer->bytes);
    put(writer, ")");
    return;
  }
  if (call->name == CALL_FCNTL && call->number[0] == F_GETFD && call->result) {
    bytes_append_format(writer->bytes, "0x%lx (flags FD_CLOEXEC)", call->result);
    return;
  }
  bytes_append_number(writer->bytes, call->result);
  if (call->name == CALL_POLL || call->name == CALL_SELECT)
    put_ready(writer);
}

static struct writer writer_for(const struct notation *notation, const struct call *call,
                                struct bytes *bytes) {
  return (struct writer){
      .notation = notation, .call = call, .bytes = bytes, .failed = call->result < 0};
}

void notation_append_call(const struct notation *notation, const struct call *call,
                          struct bytes *bytes) {
  struct writer writer = writer_for(notation, call, bytes);
  const struct call_form *form = &call_forms[call->name];
  put(&writer, form->name);
  put(&writer, "(");
  for (int i = 0; i < 8 && form->arguments[i].part != PART_END; i++)
    put_argument(&writer, &form->arguments[i], i == 0);
  put(&writer, ") = ");
  put_result(&writer);
}

void notation_append_started(const struct notation *notation, const struct call *call,
                             struct bytes *bytes) {
  struct writer writer = writer_for(notation, call, bytes);
  bytes_append_format(bytes, "%s(", call_forms[call->name].name);
  if (call->subject.descriptor >= 0) {
    put_label(&writer, &call->subject);
    put(&writer, ", ");
  }
  put(&writer, "...)");
}

void notation_append_result(const struct notation *notation, const struct call *call,
                            struct bytes *bytes) {
  struct writer writer = writer_for(notation, call, bytes);
  put_result(&writer);
}

void notation_append_label(const struct notation *notation, const struct socket_label *label,
                           struct bytes *bytes) {
  bool brackets = label->role == ROLE_LINGERING || label->role == ROLE_GONE;
  bytes_append_format(bytes, brackets ? "(%d" : "%d", label->descriptor);
  if (notation->names && label->name[0])
    bytes_append_format(bytes, " %s", label->name);
  if (brackets)
    bytes_append_char(bytes, ')');
  else if (label->role == ROLE_QUEUED)
    bytes_append_text(bytes, " queue:");
  else if (label->role == ROLE_OF_SERVICE)
    bytes_append_text(bytes, " served:");
}

const char *notation_reason(enum state_reason reason) {
  switch (reason) {
  case REASON_PEER_FIN:
    return _("the peer has closed its side: what it sent can still be received, then comes the end "
             "of the stream");
  case REASON_PEER_GONE:
    return _("the peer has closed");
  case REASON_RESET:
    return _("the peer has reset the connection");
  case REASON_REFUSED:
    return _("the peer has refused the connection");
  case REASON_TIMED_OUT:
    return _("the peer has not answered in time");
  case REASON_LOST:
    return _("the connection is gone: reset by the peer, or timed out");
  case REASON_NONE:
    break;
  }
  return "";
}

void notation_append_state(const struct notation *notation, const struct event_state *state,
                           struct bytes *bytes) {
  notation_append_label(notation, &state->socket, bytes);
  bytes_append_char(bytes, ' ');
  if (state->before.state != STATE_UNKNOWN && state->before.state != state->now.state) {
    constant_append(&constant_states, state->before.state, bytes);
    bytes_append_format(bytes, " %s ", notation->arrow);
  }
  constant_append(&constant_states, state->now.state, bytes);
  const struct address *local = &state->now.local;
  const struct address *peer = &state->now.peer;
  bool unbound =
      address_port(local) == 0 || (address_family(local) == AF_UNIX && local->length <= 2);
  bool nameless = address_family(peer) == AF_UNIX && peer->length <= 2;
  if (local->length > 0 && !unbound) {
    bytes_append_char(bytes, ' ');
    notation_append_address(notation, local, bytes);
  }
  if (peer->length > 0 && !nameless) {
    bytes_append_format(bytes, " %s ", notation->arrow);
    notation_append_address(notation, peer, bytes);
  }
}
