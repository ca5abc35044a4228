#include "view/program/c_message.h"

#include <stdio.h>
#include <string.h>

#include "call/message.h"
#include "view/program/c_value.h"
#include "view/program/literal.h"

/* The data of one control message as a pointer in C: descriptors by their variables, numbers, or
 * bytes. */
static void put_control_data(struct c_call *c, const struct control *control, struct bytes *text) {
  int number;
  if (control_carries_descriptors(control)) {
    bytes_append_text(text, "(int[]){");
    for (size_t i = 0; i + sizeof number <= control->length; i += sizeof number) {
      memcpy(&number, control->data + i, sizeof number);
      const struct program_variable *sent =
          survey_numbered(&c->writer->survey, number, c->event->serial);
      bytes_append_format(text, i ? ", %s" : "%s", sent ? sent->name : "-1");
    }
    bytes_append_char(text, '}');
  } else if (control->level == SOL_SOCKET && control->type == SCM_CREDENTIALS) {
    bytes_append_text(text, "&(struct ucred){.pid = getpid(), .uid = getuid(), .gid = getgid()}");
  } else if (control->length == sizeof number) {
    memcpy(&number, control->data, sizeof number);
    bytes_append_format(text, "&(int){%d}", number);
  } else {
    literal_append_c(text, control->data, control->length, 9);
  }
}

static void put_controls_in(struct c_call *c, const struct call_message *message, const char *name,
                            char *buffer) {
  struct control control;
  struct bytes sizes = {0}, data = {0};
  char header[IDENTIFIER_SIZE];
  size_t at = 0;
  buffer[0] = '\0';
  while (message_next_control(message, &at, &control))
    bytes_append_format(&sizes, "%sCMSG_SPACE(%zu)", sizes.length ? " + " : "", control.length);
  if (sizes.length == 0)
    return;
  c_name(c, "control", buffer);
  c_name(c, "header", header);
  c_put_line(&c->before, "union {");
  c_put_line(&c->before, "  struct cmsghdr aligned;");
  c_put_line(&c->before, "  char bytes[%s];", bytes_text(&sizes));
  c_put_line(&c->before, "} %s;", buffer);
  c_put_line(&c->before, "memset(&%s, 0, sizeof %s);", buffer, buffer);
  c_put_line(&c->before, "%s.msg_control = &%s;", name, buffer);
  c_put_line(&c->before, "%s.msg_controllen = sizeof %s.bytes;", name, buffer);
  at = 0;
  for (bool first = true; message_next_control(message, &at, &control); first = false) {
    const struct control_row *row = control_find(control.level, control.type);
    bytes_clear(&data);
    put_control_data(c, &control, &data);
    if (first)
      c_put_line(&c->before, "struct cmsghdr *%s = CMSG_FIRSTHDR(&%s);", header, name);
    else
      c_put_line(&c->before, "%s = CMSG_NXTHDR(&%s, %s);", header, name, header);
    c_put_line(&c->before, "%s->cmsg_level = %d;%s%s%s", header, control.level, row ? " /* " : "",
               row ? row->level_name : "", row ? " */" : "");
    c_put_line(&c->before, "%s->cmsg_type = %d;%s%s%s", header, control.type, row ? " /* " : "",
               row ? row->name : "", row ? " */" : "");
    c_put_line(&c->before, "%s->cmsg_len = CMSG_LEN(%zu);", header, control.length);
    c_put_line(&c->before, "memcpy(CMSG_DATA(%s), %s, %zu);", header, bytes_text(&data),
               control.length);
  }
  bytes_free(&sizes);
  bytes_free(&data);
}

/* The iovecs of a message to send, or over a range of the buffer. Returns the bytes that they have
 * room for. */
static size_t put_parts(struct c_call *c, const struct call_message *message, bool sends,
                        size_t offset, const char *name) {
  struct bytes list = {0};
  size_t at = 0;
  for (size_t i = 0; i < message->part_count; i++) {
    size_t size = message->part_sizes[i];
    bytes_append_text(&list, i ? ", {.iov_base = " : "{.iov_base = ");
    if (sends) {
      const struct blob *data = c->call->data;
      size_t start = message->start + at;
      size_t kept = data && start < data->length ? data->length - start : 0;
      c_put_data(c, kept ? data->data + start : "", kept < size ? kept : size, size, &list);
    } else {
      bytes_append_format(&list, offset + at ? "buffer + %zu" : "buffer", offset + at);
    }
    bytes_append_format(&list, ", .iov_len = %zu}", size);
    at += size;
  }
  if (message->part_count)
    c_put_line(&c->before, "struct iovec %s[] = {%s};", name, bytes_text(&list));
  bytes_free(&list);
  return at;
}

/* The descriptors that have come, as variables. */
static void take_rights(struct c_call *c, const struct call_message *message, const char *name) {
  size_t at = 0;
  int descriptor;
  for (size_t n = 0; (descriptor = survey_next_right(message, &at)) >= 0; n++) {
    const struct program_variable *variable =
        survey_numbered(&c->writer->survey, descriptor, c->event->serial);
    struct bytes left = {0};
    if (!variable)
      continue;
    c_put_descriptor(c, variable, &left);
    if (strncmp(bytes_text(&left), "int ", 4) == 0)
      c_put_line(&c->after, "%s;", bytes_text(&left));
    c_put_line(&c->after, "memcpy(&%s, CMSG_DATA(CMSG_FIRSTHDR(&%s)) + %zu, sizeof(int));",
               variable->name, name, n * sizeof(int));
    bytes_free(&left);
  }
}

/* One struct msghdr, in a variable of this name; `offset` is where its data begins in the
 * buffer. Returns where that of the next one does. */
static size_t put_header(struct c_call *c, const struct call_message *message, bool sends,
                         size_t offset, const char *name) {
  char parts[IDENTIFIER_SIZE], control[IDENTIFIER_SIZE], peer[IDENTIFIER_SIZE];
  c_name(c, "parts", parts);
  offset += put_parts(c, message, sends, offset, parts);
  c_put_line(&c->before, "memset(&%s, 0, sizeof %s);", name, name);
  if (message->part_count) {
    c_put_line(&c->before, "%s.msg_iov = %s;", name, parts);
    c_put_line(&c->before, "%s.msg_iovlen = %zu;", name, message->part_count);
  }
  if (sends) {
    struct bytes pointer = {0}, length = {0};
    if (message->address.length) {
      c_put_address(c, &message->address, &pointer, &length);
      const char *place = strchr(bytes_text(&pointer), '&');
      c_put_line(&c->before, "%s.msg_name = %s;", name, place ? place : "NULL");
      c_put_line(&c->before, "%s.msg_namelen = %s;", name, bytes_text(&length));
    }
    put_controls_in(c, message, name, control);
    bytes_free(&pointer);
    bytes_free(&length);
    return offset;
  }
  if (message->named) {
    c_name(c, "from", peer);
    c_put_line(&c->before, "struct sockaddr_storage %s;", peer);
    c_put_line(&c->before, "%s.msg_name = &%s;", name, peer);
    c_put_line(&c->before, "%s.msg_namelen = sizeof %s;", name, peer);
    if (message->address.length && !call_has_failed(c->call))
      program_address_add(c->writer, peer, &message->address, c->thread, true);
  }
  size_t room = message->flags & MSG_CTRUNC ? message->control.length : 1024;
  if (room > 0) {
    c_name(c, "control", control);
    c_put_line(&c->before, "union {");
    c_put_line(&c->before, "  struct cmsghdr aligned;");
    c_put_line(&c->before, "  char bytes[%zu];", room);
    c_put_line(&c->before, "} %s;", control);
    c_put_line(&c->before, "%s.msg_control = &%s;", name, control);
    c_put_line(&c->before, "%s.msg_controllen = sizeof %s.bytes;", name, control);
    take_rights(c, message, name);
  }
  return offset;
}

static void put_message(struct c_call *c, bool sends) {
  char name[IDENTIFIER_SIZE];
  c_name(c, "message", name);
  c_put_line(&c->before, "struct msghdr %s;", name);
  if (c->call->messages.count)
    put_header(c, c->call->messages.message, sends, 0, name);
  bytes_append_format(&c->arguments, "&%s", name);
}

static void put_messages(struct c_call *c, bool sends) {
  char name[IDENTIFIER_SIZE];
  size_t offset = 0, count = c->call->messages.count;
  c_name(c, "messages", name);
  c_put_line(&c->before, "struct mmsghdr %s[%zu];", name, count ? count : 1);
  for (size_t i = 0; i < count; i++) {
    char one[IDENTIFIER_SIZE * 2];
    snprintf(one, sizeof one, "%s[%zu].msg_hdr", name, i);
    offset = put_header(c, &c->call->messages.message[i], sends, offset, one);
  }
  bytes_append_format(&c->arguments, "%s, %zu", name, count);
}

static void put_vector(struct c_call *c, bool sends) {
  char name[IDENTIFIER_SIZE];
  const struct call_message *message = c->call->messages.message;
  c_name(c, "parts", name);
  if (c->call->messages.count)
    put_parts(c, message, sends, 0, name);
  bytes_append_format(&c->arguments, "%s, %zu", name, message ? message->part_count : 0);
}

void c_put_message_in(struct c_call *c, const struct call_part *part) {
  (void)part;
  put_message(c, true);
}

void c_put_message_out(struct c_call *c, const struct call_part *part) {
  (void)part;
  put_message(c, false);
}

void c_put_messages_in(struct c_call *c, const struct call_part *part) {
  (void)part;
  put_messages(c, true);
}

void c_put_messages_out(struct c_call *c, const struct call_part *part) {
  (void)part;
  put_messages(c, false);
}

void c_put_vector_in(struct c_call *c, const struct call_part *part) {
  (void)part;
  put_vector(c, true);
}

void c_put_vector_out(struct c_call *c, const struct call_part *part) {
  (void)part;
  put_vector(c, false);
}
