#include "names/address.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netpacket/packet.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language/escape.h"
#include "language/number.h"
#include "names/address_link.h"
#include "names/constant.h"
#include "system/network.h"

static enum address_need wrong(struct error *error, const char *text, size_t length,
                               const char *reason) {
  struct bytes shown = {0};
  escape_append_quoted(&shown, text, length, 60, escape_chosen());
  error_set(error, ERROR_USAGE, _("%s is no address: %s"), bytes_text(&shown), reason);
  bytes_free(&shown);
  return ADDRESS_WRONG;
}

static enum address_need parse_unix(const char *text, size_t length, struct address *address,
                                    struct error *error) {
  const char *path = text + strlen("unix:");
  size_t size = length - strlen("unix:");
  *address = (struct address){0};
  address->local.sun_family = AF_UNIX;
  bool abstract = size > 0 && path[0] == '@';
  size_t room = sizeof address->local.sun_path - (abstract ? 0 : 1);
  if (size > room) {
    char reason[160];
    snprintf(reason, sizeof reason,
             _("the path of a Unix socket has room for %zu bytes, and this one takes %zu; use a "
               "shorter directory"),
             room, size);
    return wrong(error, text, length, reason);
  }
  if (!abstract && memchr(path, '\0', size))
    return wrong(error, text, length, _("a path can't hold a zero byte"));
  memcpy(address->local.sun_path, path, size);
  if (abstract)
    address->local.sun_path[0] = '\0';
  size_t zero = size > 0 && !abstract ? 1 : 0;
  address->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size + zero);
  return ADDRESS_COMPLETE;
}

/* The number of the interface that stands in an address; 0: none. */
static unsigned interface_of(const struct address *address) {
  struct sockaddr_ll link = {0};
  if (address_family(address) == AF_INET6 && address->length >= sizeof address->inet6)
    return address->inet6.sin6_scope_id;
  if (address_family(address) == AF_PACKET && address->length <= sizeof link)
    memcpy(&link, &address->storage, address->length);
  return (unsigned)link.sll_ifindex;
}

void address_name_interface(struct address *address, int network) {
  unsigned number = interface_of(address);
  if (number)
    network_interface_name(network, number, address->interface);
}

/* Reads the interface behind the % of an address. 0, or -1. */
static int read_scope(const char *scope, int network, struct address *address) {
  long long index = 0;
  bool numbered = number_parse(scope, strlen(scope), &index) == 0;
  if (numbered && (index < 1 || index > UINT32_MAX))
    return -1;
  if (!numbered && network == NETWORK_UNKNOWN)
    return *scope && strlen(scope) < IF_NAMESIZE ? 0 : -1;
  if (!numbered)
    index = network_interface_index(network, scope);
  address->inet6.sin6_scope_id = (uint32_t)index;
  if (network != NETWORK_UNKNOWN)
    address_name_interface(address, network);
  return index ? 0 : -1;
}

int address_parse_host(const char *text, size_t length, int family, int network,
                       struct address *address) {
  char host[INET6_ADDRSTRLEN + IF_NAMESIZE + 1];
  if (length >= sizeof host || memchr(text, '\0', length))
    return -1;
  memcpy(host, text, length);
  host[length] = '\0';
  *address = (struct address){0};
  if (family == AF_INET) {
    address->inet.sin_family = AF_INET;
    address->length = sizeof address->inet;
    return inet_pton(AF_INET, host, &address->inet.sin_addr) == 1 ? 0 : -1;
  }
  char *scope = strchr(host, '%');
  address->inet6.sin6_family = AF_INET6;
  address->length = sizeof address->inet6;
  if (scope) {
    *scope++ = '\0';
    if (read_scope(scope, network, address) < 0)
      return -1;
  }
  return inet_pton(AF_INET6, host, &address->inet6.sin6_addr) == 1 ? 0 : -1;
}

static void set_special(struct address *address, int family, bool any) {
  *address = (struct address){0};
  if (family == AF_INET6) {
    address->inet6.sin6_family = AF_INET6;
    address->inet6.sin6_addr = any ? in6addr_any : in6addr_loopback;
    address->length = sizeof address->inet6;
  } else {
    address->inet.sin_family = AF_INET;
    address->inet.sin_addr.s_addr = htonl(any ? INADDR_ANY : INADDR_LOOPBACK);
    address->length = sizeof address->inet;
  }
}

/* The hosts that C has names for, and * and nothing, which stand for the same. */
static const struct special_host {
  const char *name;
  bool any;
  int family; /* AF_UNSPEC: that of the socket, or IPv4 */
} special_hosts[] = {
    {"", false, AF_UNSPEC},          {"*", true, AF_UNSPEC},
    {"INADDR_ANY", true, AF_INET},   {"INADDR_LOOPBACK", false, AF_INET},
    {"in6addr_any", true, AF_INET6}, {"in6addr_loopback", false, AF_INET6},
};

static const struct special_host *find_special(const char *text, size_t length) {
  for (size_t i = 0; i < sizeof special_hosts / sizeof *special_hosts; i++)
    if (bytes_equal(special_hosts[i].name, strlen(special_hosts[i].name), text, length))
      return &special_hosts[i];
  return NULL;
}

static bool all_digits(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (!isdigit((unsigned char)text[i]))
      return false;
  return length > 0;
}

static enum address_need parse_port(const char *text, size_t length, const char *port,
                                    size_t port_length, struct address *address,
                                    struct error *error) {
  long value = 0;
  for (size_t i = 0; i < port_length && value <= 65535; i++)
    value = value * 10 + (port[i] - '0');
  if (value > 65535)
    return wrong(error, text, length, _("a port is a number from 0 to 65535"));
  address_set_port(address, (int)value);
  return ADDRESS_COMPLETE;
}

/* The parts of an address before and after its last colon. */
struct parts {
  const char *host;
  size_t host_length;
  const char *port;
  size_t port_length;
};

/* Keeps a host or service name for the lookup. */
static enum address_need parse_names(const char *text, size_t length, const struct parts *parts,
                                     struct address_query *query, struct error *error) {
  const char *host = parts->host;
  size_t host_length = parts->host_length;
  const char *service = parts->port;
  size_t service_length = parts->port_length;
  if (all_digits(service, service_length)) {
    struct address ignored = {0};
    if (parse_port(text, length, service, service_length, &ignored, error) == ADDRESS_WRONG)
      return ADDRESS_WRONG;
  }
  if (host_length >= sizeof query->host || service_length >= sizeof query->service ||
      memchr(text, '\0', length))
    return wrong(error, text, length, _("the name is too long, or holds a zero byte"));
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f || text[i] == '/')
      return wrong(error, text, length,
                   _("it is written HOST:PORT, as 127.0.0.1:80, [::1]:80 or unix:/path"));
  memcpy(query->host, host, host_length);
  query->host[host_length] = '\0';
  memcpy(query->service, service, service_length);
  query->service[service_length] = '\0';
  return ADDRESS_LOOK_UP;
}

enum address_need address_parse(const char *text, size_t length, int family, int network,
                                struct address *address, struct address_query *query,
                                struct error *error) {
  if (length >= 5 && memcmp(text, "unix:", 5) == 0)
    return parse_unix(text, length, address, error);
  if (address_link_begins(text, length)) {
    const char *reason;
    if (address_link_parse(text, length, network, address, &reason) < 0)
      return wrong(error, text, length, reason);
    if (network != NETWORK_UNKNOWN)
      address_name_interface(address, network);
    return ADDRESS_COMPLETE;
  }
  if (all_digits(text, length)) {
    set_special(address, family, false);
    return parse_port(text, length, text, length, address, error);
  }
  const char *colon = memrchr(text, ':', length);
  const char *bracket = length > 0 && text[0] == '[' ? memchr(text, ']', length) : NULL;
  if (length > 0 && text[0] == '[' && (!bracket || bracket + 1 != colon))
    return wrong(error, text, length, _("an IPv6 address with its port is written [::1]:80"));
  if (!colon)
    return wrong(error, text, length,
                 _("it is written HOST:PORT, *:PORT, :PORT, PORT, unix:/path, or the name of an "
                   "open socket"));
  const char *host = bracket ? text + 1 : text;
  size_t host_length = (size_t)((bracket ? bracket : colon) - host);
  const char *port = colon + 1;
  size_t port_length = length - (size_t)(port - text);
  const struct parts parts = {host, host_length, port, port_length};
  if (port_length == 0)
    return wrong(error, text, length, _("the port is missing; 0 lets the kernel choose one"));
  if (!bracket && memchr(host, ':', host_length))
    return wrong(error, text, length, _("an IPv6 address with its port is written [::1]:80"));
  const struct special_host *special = bracket ? NULL : find_special(host, host_length);
  if (special) {
    set_special(address, special->family ? special->family : family, special->any);
  } else if (address_parse_host(host, host_length, bracket ? AF_INET6 : AF_INET, network, address) <
             0) {
    if (bracket)
      return wrong(error, text, length,
                   _("what stands in [ ] is no IPv6 address, or its interface is unknown"));
    return parse_names(text, length, &parts, query, error);
  }
  if (all_digits(port, port_length))
    return parse_port(text, length, port, port_length, address, error);
  return parse_names(text, length, &parts, query, error);
}

static size_t path_length(const struct address *address) {
  size_t length = address->length - offsetof(struct sockaddr_un, sun_path);
  if (length > sizeof address->local.sun_path)
    length = sizeof address->local.sun_path;
  return address->local.sun_path[0] == '\0' ? length : strnlen(address->local.sun_path, length);
}

static void append_unix(const struct address *address, bool raw, struct bytes *bytes) {
  bytes_append_text(bytes, "unix:");
  if (address->length <= offsetof(struct sockaddr_un, sun_path))
    return;
  const char *path = address->local.sun_path;
  size_t length = path_length(address);
  if (path[0] == '\0') {
    bytes_append_char(bytes, '@');
    path++;
    length--;
  }
  if (raw)
    bytes_append(bytes, path, length);
  else
    escape_append(bytes, path, length, ESCAPE_ASCII);
}

void address_append_host(const struct address *address, struct bytes *bytes) {
  char text[INET6_ADDRSTRLEN];
  if (address_family(address) == AF_INET) {
    bytes_append_text(bytes, inet_ntop(AF_INET, &address->inet.sin_addr, text, sizeof text));
  } else if (address_family(address) == AF_INET6) {
    bytes_append_text(bytes, inet_ntop(AF_INET6, &address->inet6.sin6_addr, text, sizeof text));
    uint32_t scope = address->inet6.sin6_scope_id;
    /* Of an address from a log, only the interface's name is known. */
    if (scope || address->interface[0])
      bytes_append_char(bytes, '%');
    if (address->interface[0])
      address_link_append_interface(address, bytes);
    else if (scope)
      bytes_append_number(bytes, scope);
  }
}

static void append(const struct address *address, bool raw, struct bytes *bytes) {
  switch (address_family(address)) {
  case AF_INET:
    address_append_host(address, bytes);
    bytes_append_char(bytes, ':');
    bytes_append_number(bytes, address_port(address));
    break;
  case AF_INET6:
    bytes_append_char(bytes, '[');
    address_append_host(address, bytes);
    bytes_append_text(bytes, "]:");
    bytes_append_number(bytes, address_port(address));
    break;
  case AF_UNIX:
    append_unix(address, raw, bytes);
    break;
  case AF_UNSPEC:
    bytes_append_text(bytes, "none");
    break;
  default:
    if (address_link_append(address, false, bytes))
      break;
    for (size_t i = offsetof(struct sockaddr, sa_data); i < address->length; i++)
      bytes_append_format(bytes, "%02x", ((const unsigned char *)&address->storage)[i]);
    break;
  }
}

void address_append(const struct address *address, struct bytes *bytes) {
  append(address, false, bytes);
}

void address_append_raw(const struct address *address, struct bytes *bytes) {
  append(address, true, bytes);
}

int address_family(const struct address *address) {
  return address->length < sizeof address->any.sa_family ? AF_UNSPEC : address->any.sa_family;
}

int address_port(const struct address *address) {
  if (address_family(address) == AF_INET)
    return ntohs(address->inet.sin_port);
  if (address_family(address) == AF_INET6)
    return ntohs(address->inet6.sin6_port);
  return -1;
}

void address_set_port(struct address *address, int port) {
  if (address_family(address) == AF_INET6)
    address->inet6.sin6_port = htons((uint16_t)port);
  else
    address->inet.sin_port = htons((uint16_t)port);
}

bool address_is_any(const struct address *address) {
  if (address_family(address) == AF_INET)
    return address->inet.sin_addr.s_addr == htonl(INADDR_ANY);
  return address_family(address) == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&address->inet6.sin6_addr);
}

bool address_is_loopback(const struct address *address) {
  struct address plain = *address;
  address_unmap(&plain);
  if (address_family(&plain) == AF_INET)
    return ntohl(plain.inet.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
  return address_family(&plain) == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&plain.inet6.sin6_addr);
}

void address_any_to_loopback(struct address *address) {
  if (!address_is_any(address))
    return;
  int port = address_port(address);
  set_special(address, address_family(address), false);
  address_set_port(address, port);
}

void address_unmap(struct address *address) {
  if (address_family(address) != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&address->inet6.sin6_addr))
    return;
  struct address inet = {.length = sizeof inet.inet};
  inet.inet.sin_family = AF_INET;
  inet.inet.sin_port = address->inet6.sin6_port;
  memcpy(&inet.inet.sin_addr, &address->inet6.sin6_addr.s6_addr[12], sizeof inet.inet.sin_addr);
  *address = inet;
}

bool address_equal(const struct address *a, const struct address *b) {
  return a->length == b->length && memcmp(&a->storage, &b->storage, a->length) == 0;
}

/* An address as an object that a name can hold. */
struct address_object {
  struct object object;
  struct address address;
};

static void object_text(const struct object *object, struct bytes *text) {
  address_append_raw(address_from_object(object), text);
}

static void object_destroy(struct object *object) {
  free(object);
}

static int object_field(const struct object *object, const char *name, struct value *value,
                        struct error *error) {
  const struct address *address = address_from_object(object);
  struct bytes text = {0};
  const char *fields = NULL;
  if (strcmp(name, "port") == 0 && address_port(address) >= 0) {
    *value = value_from_number(address_port(address));
    return 0;
  }
  if (strcmp(name, "host") == 0 && address_port(address) >= 0) {
    address_append_host(address, &text);
  } else if (strcmp(name, "family") == 0) {
    constant_append(&constant_families, address_family(address), &text);
  } else if (strcmp(name, "path") == 0 && address_family(address) == AF_UNIX) {
    append_unix(address, true, &text);
    memmove(text.data, text.data + strlen("unix:"), text.length - strlen("unix:"));
    text.length -= strlen("unix:");
  } else if (address_link_field(address, name, &text, &fields) < 0) {
    return error_set(error, ERROR_FAILURE, _("this address has no field .%s; there are %s"), name,
                     fields                               ? fields
                     : address_family(address) == AF_UNIX ? ".path and .family"
                                                          : ".host, .port and .family");
  }
  *value = value_from_text(text.data ? text.data : "", text.length);
  bytes_free(&text);
  return value->kind == VALUE_NOTHING ? error_set_memory(error) : 0;
}

static const struct object_class address_class = {
    .title = N_("address"),
    .text = object_text,
    .field = object_field,
    .destroy = object_destroy,
};

struct object *address_object_create(const struct address *address) {
  struct address_object *object = calloc(1, sizeof *object);
  if (!object)
    return NULL;
  object->object = (struct object){.class = &address_class, .references = 1};
  object->address = *address;
  return &object->object;
}

const struct address *address_from_object(const struct object *object) {
  return object->class == &address_class ? &((const struct address_object *)object)->address : NULL;
}
