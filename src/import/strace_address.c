#include "import/strace_address.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>

#include "language/number.h"

/* Only whole names: /etc/protocols and the like say nothing about another machine's log. */
static int read_name(const struct constant_set *set, const char *text, size_t length, long *value) {
  long long number;
  if (number_parse(text, length, &number) == 0) {
    *value = (long)number;
    return 0;
  }
  for (const struct constant *row = set ? set->constants : NULL; row && row->name; row++)
    if (bytes_equal(text, length, row->name, strlen(row->name))) {
      *value = row->value;
      return 0;
    }
  return -1;
}

static int read_names(const struct constant_set *const *sets, const struct strace_node *node,
                      long *value) {
  long total = 0;
  if (!node || !node->text || node->kind != STRACE_WORD || node->child)
    return -1;
  for (const char *at = node->text, *end = at + node->length; at <= end;) {
    const char *bar = memchr(at, '|', (size_t)(end - at));
    size_t length = (size_t)((bar ? bar : end) - at);
    long part;
    int status = -1;
    for (size_t i = 0; status < 0 && sets[i]; i++)
      status = read_name(sets[i], at, length, &part);
    if (status < 0)
      return -1;
    total |= part;
    at += length + 1;
  }
  *value = total;
  return 0;
}

int strace_read_symbol(const struct strace_node *node, const struct constant_set *set,
                       long *value) {
  const struct constant_set *const sets[] = {set, NULL};
  long long number;
  if (set)
    return read_names(sets, node, value);
  if (strace_node_number(node, &number) < 0)
    return -1;
  *value = (long)number;
  return 0;
}

int strace_read_type(const struct strace_node *node, long *value) {
  const struct constant_set *const sets[] = {&constant_types, &constant_type_flags, NULL};
  return read_names(sets, node, value);
}

int strace_read_network(const struct strace_node *node, const struct constant_set *set,
                        long long *number) {
  long value;
  if (node && node->kind == STRACE_WORD && node->child)
    node = node->child;
  if (strace_node_number(node, number) == 0)
    return 0;
  if (!set || strace_read_symbol(node, set, &value) < 0)
    return -1;
  *number = value;
  return 0;
}

/* The text within inet_addr("127.0.0.1"), or inet_pton(AF_INET6, "::1", &...). */
static int read_inner(const struct strace_node *node, char *text, size_t size) {
  const struct strace_node *child = node ? node->child : NULL;
  while (child && child->kind != STRACE_STRING)
    child = child->next;
  if (!child || child->cut || child->length >= size)
    return -1;
  memcpy(text, child->text, child->length);
  text[child->length] = '\0';
  return 0;
}

int strace_read_inet(const struct strace_node *node, struct in_addr *address) {
  char text[INET6_ADDRSTRLEN];
  if (strace_node_is(node, "INADDR_ANY")) {
    address->s_addr = htonl(INADDR_ANY);
    return 0;
  }
  return read_inner(node, text, sizeof text) == 0 && inet_pton(AF_INET, text, address) == 1 ? 0
                                                                                            : -1;
}

int strace_read_inet6(const struct strace_node *node, struct in6_addr *address) {
  char text[INET6_ADDRSTRLEN];
  return read_inner(node, text, sizeof text) == 0 && inet_pton(AF_INET6, text, address) == 1 ? 0
                                                                                             : -1;
}

/* The number is another machine's: only its name is known. */
int strace_read_interface(const struct strace_node *node, unsigned *number, char *name) {
  long long value;
  if (strace_node_number(node, &value) == 0) {
    *number = (unsigned)value;
    return 0;
  }
  *number = 0;
  return name ? read_inner(node, name, IF_NAMESIZE) : -1;
}

static int read_port(const struct strace_node *node, in_port_t *port) {
  long long number;
  if (strace_read_network(node, NULL, &number) < 0 || number < 0 || number > UINT16_MAX)
    return -1;
  *port = htons((uint16_t)number);
  return 0;
}

static int read_sockaddr_in(const struct strace_node *node, struct address *address) {
  struct sockaddr_in *inet = &address->inet;
  address->length = sizeof *inet;
  return read_port(strace_node_member(node, "sin_port"), &inet->sin_port) == 0
             ? strace_read_inet(strace_node_member(node, "sin_addr"), &inet->sin_addr)
             : -1;
}

/* Its address has no key: inet_pton(AF_INET6, "::1", &sin6_addr). */
static int read_sockaddr_in6(const struct strace_node *node, struct address *address) {
  struct sockaddr_in6 *inet6 = &address->inet6;
  const struct strace_node *flow = strace_node_member(node, "sin6_flowinfo");
  const struct strace_node *scope = strace_node_member(node, "sin6_scope_id");
  const struct strace_node *host = node->child;
  long long number = 0;
  while (host && (host->key || !host->child))
    host = host->next;
  address->length = sizeof *inet6;
  if (flow && strace_read_network(flow, NULL, &number) < 0)
    return -1;
  inet6->sin6_flowinfo = htonl((uint32_t)number);
  if (scope && strace_read_interface(scope, &inet6->sin6_scope_id, address->interface) < 0)
    return -1;
  return read_port(strace_node_member(node, "sin6_port"), &inet6->sin6_port) == 0
             ? strace_read_inet6(host, &inet6->sin6_addr)
             : -1;
}

static int read_sockaddr_un(const struct strace_node *node, struct address *address) {
  const struct strace_node *path = strace_node_member(node, "sun_path");
  size_t from = path && path->abstract ? 1 : 0;
  address->length = offsetof(struct sockaddr_un, sun_path);
  if (!path)
    return 0;
  if (path->kind != STRACE_STRING || path->cut ||
      path->length + from > sizeof address->local.sun_path)
    return -1;
  memcpy(address->local.sun_path + from, path->text, path->length);
  address->length += (socklen_t)(path->length + from);
  if (from == 0 && path->length < sizeof address->local.sun_path)
    address->length++; /* the zero byte behind it */
  return 0;
}

static int read_sockaddr_nl(const struct strace_node *node, struct address *address) {
  struct sockaddr_nl *netlink = (struct sockaddr_nl *)&address->storage;
  long long process;
  long long groups;
  const struct strace_node *text = strace_node_member(node, "nl_groups");
  address->length = sizeof *netlink;
  /* Groups are written as eight hexadecimal digits, without 0x. */
  groups = 0;
  for (size_t i = 0; text && i < text->length && text->kind == STRACE_WORD; i++) {
    const char *digits = "0123456789abcdef";
    const char *digit = text->text[i] ? strchr(digits, text->text[i]) : NULL;
    if (text->text[i] == 'x')
      continue;
    if (!digit || i > 9)
      return -1;
    groups = groups << 4 | (digit - digits);
  }
  if (!text || strace_node_number(strace_node_member(node, "nl_pid"), &process) < 0)
    return -1;
  netlink->nl_pid = (uint32_t)process;
  netlink->nl_groups = (uint32_t)groups;
  return 0;
}

static int read_sockaddr_ll(const struct strace_node *node, struct address *address) {
  struct sockaddr_ll *link = (struct sockaddr_ll *)&address->storage;
  const struct strace_node *hardware = strace_node_member(node, "sll_addr");
  long long protocol;
  long long length;
  long kind = 0;
  long packet = 0;
  unsigned index;
  address->length = sizeof *link;
  if (strace_read_network(strace_node_member(node, "sll_protocol"), &constant_ether_types,
                          &protocol) < 0 ||
      strace_read_interface(strace_node_member(node, "sll_ifindex"), &index, address->interface) <
          0 ||
      strace_read_symbol(strace_node_member(node, "sll_hatype"), &constant_hardware_types, &kind) <
          0 ||
      strace_read_symbol(strace_node_member(node, "sll_pkttype"), &constant_packet_types, &packet) <
          0 ||
      strace_node_number(strace_node_member(node, "sll_halen"), &length) < 0)
    return -1;
  link->sll_protocol = htons((uint16_t)protocol);
  link->sll_ifindex = (int)index;
  link->sll_hatype = (unsigned short)kind;
  link->sll_pkttype = (unsigned char)packet;
  link->sll_halen = (unsigned char)length;
  size_t place = 0;
  for (const struct strace_node *byte = hardware ? hardware->child : NULL;
       byte && place < sizeof link->sll_addr; byte = byte->next) {
    long long number;
    if (strace_node_number(byte, &number) < 0)
      return -1;
    link->sll_addr[place++] = (unsigned char)number;
  }
  return 0;
}

static int read_sockaddr_vm(const struct strace_node *node, struct address *address) {
  struct sockaddr_vm *machine = (struct sockaddr_vm *)&address->storage;
  long long port;
  long id;
  address->length = sizeof *machine;
  if (strace_read_symbol(strace_node_member(node, "svm_cid"), &constant_vsock_machines, &id) < 0 ||
      strace_node_number(strace_node_member(node, "svm_port"), &port) < 0)
    return -1;
  machine->svm_cid = (unsigned)id;
  machine->svm_port = (unsigned)port;
  return 0;
}

/* AF_UNSPEC, and families without a form of their own. */
static int read_sockaddr(const struct strace_node *node, struct address *address) {
  const struct strace_node *data = strace_node_member(node, "sa_data");
  address->length = offsetof(struct sockaddr, sa_data);
  if (!data)
    return 0;
  if (data->kind != STRACE_STRING || data->cut || data->length > sizeof address->any.sa_data)
    return -1;
  memcpy(address->any.sa_data, data->text, data->length);
  address->length += (socklen_t)data->length;
  return 0;
}

static const struct {
  int family;
  int (*read)(const struct strace_node *node, struct address *address);
} forms[] = {
    {AF_INET, read_sockaddr_in},    {AF_INET6, read_sockaddr_in6}, {AF_UNIX, read_sockaddr_un},
    {AF_NETLINK, read_sockaddr_nl}, {AF_PACKET, read_sockaddr_ll}, {AF_VSOCK, read_sockaddr_vm},
};

int strace_read_address(const struct strace_node *node, struct address *address) {
  long family;
  *address = (struct address){0};
  if (strace_node_is(node, "NULL") || strace_node_is_pointer(node))
    return 0;
  if (!node || node->kind != STRACE_STRUCT ||
      strace_read_symbol(strace_node_member(node, "sa_family"), &constant_families, &family) < 0)
    return -1;
  int status = -1;
  size_t place = 0;
  while (place < sizeof forms / sizeof *forms && forms[place].family != family)
    place++;
  status = place < sizeof forms / sizeof *forms ? forms[place].read(node, address)
                                                : read_sockaddr(node, address);
  address->any.sa_family = (sa_family_t)family;
  return status;
}
