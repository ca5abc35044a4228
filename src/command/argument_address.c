/* argument_address: words that are addresses, and what they mean on a host of the lab. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command/argument.h"
#include "lab/lab.h"
#include "language/number.h"
#include "socket/look.h"

/* The host's own address in place of the one there is, whose family and port stay. */
static void set_own_address(struct address *address, const struct host *host) {
  int port = address_port(address);
  struct address own = host ? host->address(host, address_family(address)) : (struct address){0};
  if (own.length == 0)
    return;
  *address = own;
  address_set_port(address, port);
}

static int bound_address(struct invocation *invocation, struct argument_value *value,
                         const struct socket *socket) {
  if (socket->descriptor < 0)
    return error_set_errno(invocation->error, EBADF, _("socket %d is closed"),
                           socket->was_descriptor);
  value->address = look_local(socket);
  bool unbound =
      address_port(&value->address) == 0 ||
      (address_family(&value->address) == AF_UNIX && value->address.length <= sizeof(sa_family_t));
  if (value->address.length == 0 || unbound)
    return error_set(invocation->error, ERROR_FAILURE,
                     _("socket %d has no address yet: bind it first"), socket->was_descriptor);
  if (socket->host && address_is_any(&value->address))
    set_own_address(&value->address, socket->host);
  address_any_to_loopback(&value->address);
  return 0;
}

const struct socket *argument_earlier_socket(const struct invocation *invocation) {
  for (size_t i = 0; i < invocation->count; i++)
    if (invocation->values[i].socket)
      return invocation->values[i].socket;
  return NULL;
}

static int look_up(struct invocation *invocation, struct argument_value *value,
                   const struct address_query *query, const struct socket *socket) {
  struct call call;
  call_init(&call, CALL_GETADDRINFO, NULL);
  bool any = strcmp(query->host, "*") == 0;
  call.lookup.text[0] = query->host[0] && !any ? strdup(query->host)
                        : any                  ? NULL
                                               : strdup("localhost");
  call.lookup.text[1] = strdup(query->service);
  call.number[0] = socket && (socket->family == AF_INET || socket->family == AF_INET6)
                       ? socket->family
                       : AF_INET;
  call.number[1] = socket ? socket->type : SOCK_STREAM;
  int status =
      (call.lookup.text[0] || any) && call.lookup.text[1]
          ? runner_call(invocation->runner, invocation->command->name, &call, invocation->error)
          : error_set_memory(invocation->error);
  if (status == 0 && call.lookup.count == 0)
    status = error_set(invocation->error, ERROR_FAILURE, _("%s was looked up, and has no address"),
                       query->host);
  if (status == 0)
    value->address = call.lookup.found[0];
  call_free(&call);
  return status;
}

/* The host that an address is meant on: that of the socket, or of the @ before the command; NULL:
 * the real network. */
static const struct host *host_of(const struct invocation *invocation,
                                  const struct socket *socket) {
  return socket ? socket->host : invocation->runner->host;
}

/* ":80" and "80": on a host of the lab that is its own address, which the others reach. */
static bool leaves_host_open(const struct argument_value *value) {
  const char *text = value->word.data;
  size_t length = value->word.length;
  return length > 0 && (text[0] == ':' || !memchr(text, ':', length));
}

/* A host of the lab by name. What is left to be looked up, a service's name, is. */
static int look_up_in_lab(struct invocation *invocation, struct argument_value *value,
                          struct address_query *query, const struct socket *socket,
                          const struct address *found) {
  long long port;
  if (number_parse(query->service, strlen(query->service), &port) == 0 && port >= 0 &&
      port <= 65535) {
    value->address = *found;
    address_set_port(&value->address, (int)port);
    return 0;
  }
  struct bytes text = {0};
  address_append_host(found, &text);
  strncpy(query->host, bytes_text(&text), sizeof query->host - 1);
  bytes_free(&text);
  return look_up(invocation, value, query, socket);
}

static int look_up_name(struct invocation *invocation, struct argument_value *value,
                        struct address_query *query, const struct socket *socket) {
  const struct host *host = host_of(invocation, socket);
  const struct lab *lab = invocation->runner->session->lab;
  size_t length = strlen(query->host);
  int family = socket && socket->family == AF_INET6 ? AF_INET6 : AF_INET;
  if (!lab_find_host(lab, query->host, length))
    return look_up(invocation, value, query, socket);
  /* On the real network the address may be anybody's. */
  if (!host && socket)
    return error_set(invocation->error, ERROR_FAILURE,
                     _("%s is a host of the lab, and socket %d is on the real network: make it "
                       "with @HOST before the command"),
                     query->host, socket->was_descriptor);
  if (!host && !(value->argument->flags & ON_WIRE))
    return error_set(invocation->error, ERROR_FAILURE,
                     _("%s is a host of the lab: say on which host this is to be done, with @HOST "
                       "before the command"),
                     query->host);
  struct address found = lab_resolve(lab, query->host, length, family);
  if (found.length == 0)
    return error_set(invocation->error, ERROR_FAILURE, _("host %s has no address of that family"),
                     query->host);
  return look_up_in_lab(invocation, value, query, socket, &found);
}

int argument_convert_address(struct invocation *invocation, struct argument_value *value,
                             bool check) {
  const struct value *given = expanded_value(&value->word);
  const struct address *address =
      given && given->kind == VALUE_OBJECT ? address_from_object(given->object) : NULL;
  struct socket *named =
      given && given->kind == VALUE_OBJECT ? socket_from_object(given->object) : NULL;
  bool bare = value->word.bare == value->word.length && value->word.length > 0;
  if (address) {
    value->address = *address;
    return 0;
  }
  if (bare && value->argument->flags & NONE_TOO && argument_is(value, "none")) {
    value->address = (struct address){.length = sizeof(sa_family_t)};
    return 0;
  }
  if (bare && (argument_is(value, ".") || name_valid(value->word.data, value->word.length))) {
    if (check)
      return 0;
    named = argument_is(value, ".")
                ? invocation->runner->last_socket
                : argument_socket_by_name(invocation->runner, value->word.data, value->word.length);
    const struct value *bound =
        names_get(invocation->runner->scope.names, value->word.data, value->word.length);
    const struct address *held =
        bound && bound->kind == VALUE_OBJECT ? address_from_object(bound->object) : NULL;
    if (held) {
      value->address = *held;
      return 0;
    }
    if (!named)
      return argument_no_such_socket(invocation, value);
  }
  if (named)
    return bound_address(invocation, value, named);
  struct address_query query;
  const struct socket *socket = check ? NULL : argument_earlier_socket(invocation);
  switch (address_parse(value->word.data, value->word.length, socket ? socket->family : AF_UNSPEC,
                        &value->address, &query, invocation->error)) {
  case ADDRESS_COMPLETE:
    if (!check && leaves_host_open(value))
      set_own_address(&value->address, host_of(invocation, socket));
    return 0;
  case ADDRESS_LOOK_UP:
    return check ? 0 : look_up_name(invocation, value, &query, socket);
  case ADDRESS_WRONG:
    break;
  }
  return -1;
}
