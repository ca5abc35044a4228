#include "socket/look_field.h"

#include <errno.h>
#include <string.h>

#include "option/tcp_info.h"
#include "socket/look.h"

static int set_text(const char *text, struct value *value, struct error *error) {
  *value = value_from_text(text, strlen(text));
  return value->kind == VALUE_NOTHING ? error_set_memory(error) : 0;
}

static int set_constant(const struct constant_set *set, long number, struct value *value,
                        struct error *error) {
  struct bytes text = {0};
  constant_append(set, number, &text);
  int status = set_text(bytes_text(&text), value, error);
  bytes_free(&text);
  return status;
}

static int set_address(const struct address *address, const char *name, struct value *value,
                       struct error *error) {
  if (address->length == 0)
    return error_set(error, ERROR_FAILURE,
                     _("this socket has no .%s address: it is not connected, or closed"), name);
  struct object *object = address_object_create(address);
  if (!object)
    return error_set_memory(error);
  *value = (struct value){.kind = VALUE_OBJECT, .object = object};
  return 0;
}

static int read_info(const struct socket *socket, struct value *value, struct error *error) {
  struct tcp_info_bytes info;
  if (!socket_has_tcp_states(socket) || socket->descriptor < 0)
    return error_set(error, ERROR_FAILURE, _("only an open socket of TCP has .info"));
  if (tcp_info_read(socket->descriptor, &info) < 0)
    return error_set_errno(error, errno, _("TCP_INFO of socket %d"), socket->descriptor);
  struct object *object = tcp_info_object_create(&info);
  if (!object)
    return error_set_memory(error);
  *value = (struct value){.kind = VALUE_OBJECT, .object = object};
  return 0;
}

static int read_descriptor(const struct socket *socket, struct value *value, struct error *error) {
  (void)error;
  *value = value_from_number(socket->descriptor);
  return 0;
}

static int read_host(const struct socket *socket, struct value *value, struct error *error) {
  return set_text(host_name(socket->host), value, error);
}

static int read_family(const struct socket *socket, struct value *value, struct error *error) {
  return set_constant(&constant_families, socket->family, value, error);
}

static int read_type(const struct socket *socket, struct value *value, struct error *error) {
  return set_constant(&constant_types, socket->type, value, error);
}

static int read_state(const struct socket *socket, struct value *value, struct error *error) {
  errno = 0;
  enum socket_state state = look_state_now(socket);
  if (state == STATE_UNKNOWN && socket->descriptor < 0)
    state = STATE_CLOSED;
  if (state == STATE_UNKNOWN && !socket_is_none(socket))
    return error_set_errno(error, errno, _("the state of socket %d can't be asked for"),
                           socket->descriptor);
  return set_constant(&constant_states, state, value, error);
}

static int read_local(const struct socket *socket, struct value *value, struct error *error) {
  struct address address = socket->seen.local;
  int problem = socket->descriptor < 0 ? 0 : look_read_local(socket, &address);
  if (problem)
    return error_set_errno(error, problem, _("getsockname of socket %d"), socket->descriptor);
  return set_address(&address, "local", value, error);
}

static int read_peer(const struct socket *socket, struct value *value, struct error *error) {
  struct address address = socket->seen.peer;
  int problem = socket->descriptor < 0 ? 0 : look_read_peer(socket, &address);
  if (problem)
    return error_set_errno(error, problem, _("getpeername of socket %d"), socket->descriptor);
  return set_address(&address, "peer", value, error);
}

static int read_receive_queue(const struct socket *socket, struct value *value,
                              struct error *error) {
  (void)error;
  struct look_details details;
  look_details(socket, &details);
  *value = value_from_number(details.receive_queue);
  return 0;
}

static int read_send_queue(const struct socket *socket, struct value *value, struct error *error) {
  (void)error;
  struct look_details details;
  look_details(socket, &details);
  *value = value_from_number(details.send_queue);
  return 0;
}

const struct look_field look_fields[] = {
    {"fd", read_descriptor},
    {"local", read_local},
    {"peer", read_peer},
    {"state", read_state},
    {"type", read_type},
    {"family", read_family},
    {"recvq", read_receive_queue},
    {"sendq", read_send_queue},
    {"info", read_info},
    {"host", read_host},
    {NULL, NULL},
};

static int no_field(const char *name, struct error *error) {
  struct bytes names = {0};
  for (const struct look_field *field = look_fields; field->name; field++)
    bytes_append_format(&names, " .%s", field->name);
  error_set(error, ERROR_FAILURE, _("a socket has no field .%s; there are%s"), name,
            bytes_text(&names));
  bytes_free(&names);
  return -1;
}

int look_field(const struct object *object, const char *name, struct value *value,
               struct error *error) {
  const struct socket *socket = (const struct socket *)object;
  for (const struct look_field *field = look_fields; field->name; field++)
    if (strcmp(name, field->name) == 0)
      return field->read(socket, value, error);
  return no_field(name, error);
}
