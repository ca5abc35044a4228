/* look_field: the fields of a socket, $name.field, as the kernel gives them at that moment. */
#include <errno.h>
#include <string.h>

#include "option/tcp_info.h"
#include "socket/look.h"

const char *const look_field_names[] = {"fd",    "local", "peer", "state", "type", "family",
                                        "recvq", "sendq", "info", "host",  NULL};

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

static int set_info(const struct socket *socket, struct value *value, struct error *error) {
  struct tcp_info_bytes info;
  if (!socket_is_tcp(socket) || socket->descriptor < 0)
    return error_set(error, ERROR_FAILURE, _("only an open socket of TCP has .info"));
  if (tcp_info_read(socket->descriptor, &info) < 0)
    return error_set_errno(error, errno, _("TCP_INFO of socket %d"), socket->descriptor);
  struct object *object = tcp_info_object_create(&info);
  if (!object)
    return error_set_memory(error);
  *value = (struct value){.kind = VALUE_OBJECT, .object = object};
  return 0;
}

int look_field(const struct object *object, const char *name, struct value *value,
               struct error *error) {
  const struct socket *socket = (const struct socket *)object;
  struct look_details details;
  if (strcmp(name, "fd") == 0) {
    *value = value_from_number(socket->descriptor);
    return 0;
  }
  if (strcmp(name, "host") == 0) {
    *value = value_from_text(host_name(socket->host), strlen(host_name(socket->host)));
    return value->kind == VALUE_NOTHING ? error_set_memory(error) : 0;
  }
  if (strcmp(name, "family") == 0)
    return set_constant(&constant_families, socket->family, value, error);
  if (strcmp(name, "type") == 0)
    return set_constant(&constant_types, socket->type, value, error);
  if (strcmp(name, "state") == 0) {
    enum socket_state state = look_state_now(socket);
    if (state == STATE_UNKNOWN && socket->descriptor < 0)
      state = STATE_CLOSED;
    return set_constant(&constant_states, state, value, error);
  }
  if (strcmp(name, "local") == 0 || strcmp(name, "peer") == 0) {
    bool local = name[0] == 'l';
    struct address address = local ? look_local(socket) : look_peer(socket);
    if (socket->descriptor < 0)
      address = local ? socket->seen.local : socket->seen.peer;
    return set_address(&address, name, value, error);
  }
  if (strcmp(name, "recvq") == 0 || strcmp(name, "sendq") == 0) {
    look_details(socket, &details);
    *value = value_from_number(name[0] == 'r' ? details.receive_queue : details.send_queue);
    return 0;
  }
  if (strcmp(name, "info") == 0)
    return set_info(socket, value, error);
  return error_set(error, ERROR_FAILURE,
                   _("a socket has no field .%s; there are .fd .local .peer .state .type .family "
                     ".recvq .sendq .info"),
                   name);
}
