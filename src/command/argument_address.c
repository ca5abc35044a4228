/* argument_address: words that are addresses, and what they mean on a lab's host. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/invocation.h"
#include "command/kinds.h"
#include "command/offer.h"
#include "lab/lab.h"
#include "language/number.h"
#include "language/word.h"
#include "socket/look.h"

/* Replaces the address by the host's own one of its family, and keeps the port. */
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
  int problem = look_read_local(socket, &value->address);
  if (problem)
    return error_set_errno(invocation->error, problem,
                           _("the address of socket %d can't be asked for: getsockname"),
                           socket->was_descriptor);
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

/* The host on which an address is meant: the socket's, or that of @HOST; NULL: the real network. */
static struct host *host_of(const struct invocation *invocation, const struct socket *socket) {
  return socket ? socket->host : invocation->runner->host;
}

static int look_up(struct invocation *invocation, struct argument_value *value,
                   const struct address_query *query, const struct socket *socket) {
  struct call call;
  call_init(&call, CALL_GETADDRINFO, NULL);
  call.host = host_of(invocation, socket);
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

/* True for ":80" and "80". On a lab's host these mean its own address, which the others can reach.
 */
static bool leaves_host_open(const struct argument_value *value) {
  const char *text = value->word.data;
  size_t length = value->word.length;
  return length > 0 && (text[0] == ':' || !memchr(text, ':', length));
}

/* Uses the address of a lab's host. Only the service's name may still need a lookup. */
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
  /* On the real network this address may belong to anyone. */
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

static bool is_name_or_last(const struct argument_value *value) {
  bool bare = value->word.bare == value->word.length && value->word.length > 0;
  return bare && (argument_is(value, ".") || name_valid(value->word.data, value->word.length));
}

static bool is_none(const struct argument_value *value) {
  bool bare = value->word.bare == value->word.length;
  return bare && value->argument->flags & ALLOWS_NONE && argument_is(value, "none");
}

static int read_address(struct invocation *invocation, struct argument_value *value) {
  const struct value *given = expanded_value(&value->word);
  struct address_query query;
  /* Only the machine, or a host of the lab, knows the interface of an address of packets. */
  bool packet = word_begins(value->word.data, value->word.length, "packet:");
  if (packet || (given && given->kind == VALUE_OBJECT) || is_none(value) || is_name_or_last(value))
    return 0;
  return address_parse(value->word.data, value->word.length, AF_UNSPEC, NETWORK_UNKNOWN,
                       &value->address, &query, invocation->error) == ADDRESS_WRONG
             ? -1
             : 0;
}

/* The address that a name is bound to, or that of the socket it names, or of the last socket. */
static int named_address(struct invocation *invocation, struct argument_value *value) {
  struct runner *runner = invocation->runner;
  const char *text = value->word.data;
  size_t length = value->word.length;
  const struct value *bound = names_get(runner->scope.names, text, length);
  const struct address *held =
      bound && bound->kind == VALUE_OBJECT ? address_from_object(bound->object) : NULL;
  if (held) {
    value->address = *held;
    return 0;
  }
  struct socket *named =
      argument_is(value, ".") ? runner->last_socket : argument_socket_by_name(runner, text, length);
  return named ? bound_address(invocation, value, named)
               : argument_no_such_socket(invocation, value);
}

static int written_address(struct invocation *invocation, struct argument_value *value) {
  struct address_query query;
  const struct socket *socket = argument_earlier_socket(invocation);
  switch (address_parse(value->word.data, value->word.length, socket ? socket->family : AF_UNSPEC,
                        host_network(host_of(invocation, socket)), &value->address, &query,
                        invocation->error)) {
  case ADDRESS_COMPLETE:
    if (leaves_host_open(value))
      set_own_address(&value->address, host_of(invocation, socket));
    return 0;
  case ADDRESS_LOOK_UP:
    return look_up_name(invocation, value, &query, socket);
  case ADDRESS_WRONG:
    break;
  }
  return -1;
}

static int find_address(struct invocation *invocation, struct argument_value *value) {
  const struct value *given = expanded_value(&value->word);
  bool object = given && given->kind == VALUE_OBJECT;
  const struct address *address = object ? address_from_object(given->object) : NULL;
  const struct socket *socket = object ? socket_from_object(given->object) : NULL;
  if (address) {
    value->address = *address;
    return 0;
  }
  if (is_none(value)) {
    value->address = (struct address){.length = sizeof(sa_family_t)};
    return 0;
  }
  if (is_name_or_last(value))
    return named_address(invocation, value);
  return socket ? bound_address(invocation, value, socket) : written_address(invocation, value);
}

static void complete_address(const struct argument *argument, struct offer *offer) {
  (void)argument;
  static const char *const beginnings[] = {
      "127.0.0.1:", "[::1]:", "*:", "unix:", "localhost:", "packet:", "vsock:", "netlink:", NULL};
  const struct socket_table *table = &offer->session->sockets;
  offer_sockets(offer);
  for (struct socket *socket = socket_table_next(table, 0); socket;
       socket = socket_table_next(table, socket->descriptor + 1)) {
    struct bytes text = {0};
    if (address_port(&socket->seen.local) > 0) {
      address_append(&socket->seen.local, &text);
      offer_text(offer, bytes_text(&text), socket->name);
    }
    bytes_free(&text);
  }
  size_t before = offer->candidates->count;
  const struct lab *lab = offer->session->lab;
  for (size_t i = 0; lab && i < lab->host_count; i++) {
    char name[HOST_NAME_SIZE + 1];
    snprintf(name, sizeof name, "%s:", lab->hosts[i]->host.name);
    offer_text(offer, name, NULL);
  }
  for (const char *const *text = beginnings; *text; text++)
    offer_text(offer, *text, NULL);
  offer->candidates->no_space = before == 0 && offer->candidates->count == 1;
}

static void describe_address(const struct argument *argument, struct bytes *text) {
  bytes_append_format(text, argument->flags & ALLOWS_NONE ? "%s|none" : "%s", argument->name);
}

const struct argument_kind argument_address = {
    .name = "address",
    .read = read_address,
    .find = find_address,
    .complete = complete_address,
    .describe = describe_address,
};
