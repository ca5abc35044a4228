#include "names/address_link.h"

#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "language/escape.h"
#include "language/number.h"
#include "language/word.h"
#include "names/constant.h"
#include "system/network.h"

/* A part of the text, up to a separator. */
struct part {
  const char *text;
  size_t length;
};

static struct part take_part(struct part *rest, char separator) {
  const char *end = rest->length ? memchr(rest->text, separator, rest->length) : NULL;
  struct part part = {rest->text, end ? (size_t)(end - rest->text) : rest->length};
  size_t used = part.length + (end != NULL);
  rest->text += used;
  rest->length -= used;
  return part;
}

static bool is(struct part part, const char *text) {
  return part.length == strlen(text) && memcmp(part.text, text, part.length) == 0;
}

/* Reads a name of the set, or a number, which may stand behind the set's prefix: PACKET_7. */
static int read_number(struct part part, const struct constant_set *set, long long most,
                       long long *number) {
  long value;
  struct error ignored;
  size_t prefix = strlen(set->prefix);
  if (part.length > 0 && constant_parse(set, part.text, part.length, &value, &ignored) == 0) {
    *number = value;
  } else {
    if (word_begins(part.text, part.length, set->prefix)) {
      part.text += prefix;
      part.length -= prefix;
    }
    if (number_parse(part.text, part.length, number) < 0)
      return -1;
  }
  return *number >= 0 && *number <= most ? 0 : -1;
}

static void append_number(const struct constant_set *set, long value, struct bytes *bytes) {
  const char *name = constant_name(set, value);
  if (name)
    bytes_append_text(bytes, name);
  else
    bytes_append_format(bytes, "%s%ld", set->prefix, value);
}

/* Reads an interface of a network; while that is unknown, any name will do. */
static int read_interface(struct part part, int network, int *index) {
  char name[IF_NAMESIZE];
  long long number = 0;
  *index = 0;
  if (part.length == 0 || is(part, "*"))
    return 0;
  bool named = word_copy(part.text, part.length, name, sizeof name) == 0;
  if (named && network != NETWORK_UNKNOWN)
    number = network_interface_index(network, name);
  if (number == 0 && (number_parse(part.text, part.length, &number) < 0 || number < 0))
    return named && network == NETWORK_UNKNOWN ? 0 : -1;
  *index = (int)number;
  return number > INT32_MAX ? -1 : 0;
}

static int read_hardware_address(struct part part, struct sockaddr_ll *link) {
  size_t count = 0;
  /* A single byte would look like a number. */
  if (part.length == 0 || !memchr(part.text, ':', part.length) || part.text[part.length - 1] == ':')
    return -1;
  while (part.length > 0) {
    struct part byte = take_part(&part, ':');
    char digits[3];
    unsigned value;
    int used = 0;
    if (count == sizeof link->sll_addr || word_copy(byte.text, byte.length, digits, 3) < 0 ||
        sscanf(digits, "%2x%n", &value, &used) != 1 || (size_t)used != byte.length)
      return -1;
    link->sll_addr[count++] = (unsigned char)value;
  }
  link->sll_halen = (unsigned char)count;
  return 0;
}

static int parse_packet(struct part rest, int network, struct address *address,
                        const char **reason) {
  struct sockaddr_ll link = {.sll_family = AF_PACKET};
  long long number;
  *reason = _("its interface is unknown: it is written packet:lo, packet:lo,ip or packet:*,all");
  if (read_interface(take_part(&rest, ','), network, &link.sll_ifindex) < 0)
    return -1;
  *reason = _("behind the interface stand a protocol (ip, arp, all, 0x88cc), a hardware address "
              "(02:00:00:00:00:01), and as it came a direction (PACKET_HOST) and a kind of "
              "hardware (ARPHRD_ETHER)");
  bool direction = false;
  bool hardware = false;
  for (bool first = true; rest.length > 0; first = false) {
    struct part part = take_part(&rest, ',');
    if (link.sll_halen == 0 && read_hardware_address(part, &link) == 0)
      continue;
    if (!direction && word_begins(part.text, part.length, "PACKET_") &&
        read_number(part, &constant_packet_types, 255, &number) == 0) {
      link.sll_pkttype = (unsigned char)number;
      direction = true;
    } else if (!hardware && word_begins(part.text, part.length, "ARPHRD_") &&
               read_number(part, &constant_hardware_types, 65535, &number) == 0) {
      link.sll_hatype = (unsigned short)number;
      hardware = true;
    } else if (first && read_number(part, &constant_ether_types, 65535, &number) == 0) {
      link.sll_protocol = htons((uint16_t)number);
    } else {
      return -1;
    }
  }
  memcpy(&address->storage, &link, sizeof link);
  address->length = sizeof link;
  return 0;
}

static int parse_vsock(struct part rest, int network, struct address *address,
                       const char **reason) {
  (void)network;
  struct sockaddr_vm machine = {.svm_family = AF_VSOCK, .svm_port = VMADDR_PORT_ANY};
  struct part cid = take_part(&rest, ':');
  long long number = (long long)VMADDR_CID_ANY;
  *reason = _("it is written vsock:CID:PORT, as vsock:host:1024, vsock:3:1024 or vsock:*:*");
  if (!is(cid, "*") && read_number(cid, &constant_vsock_machines, UINT32_MAX, &number) < 0)
    return -1;
  machine.svm_cid = (unsigned)number;
  if (!is(rest, "*") &&
      (number_parse(rest.text, rest.length, &number) < 0 || number < 0 || number > UINT32_MAX))
    return -1;
  if (!is(rest, "*"))
    machine.svm_port = (unsigned)number;
  memcpy(&address->storage, &machine, sizeof machine);
  address->length = sizeof machine;
  return 0;
}

static int parse_netlink(struct part rest, int network, struct address *address,
                         const char **reason) {
  (void)network;
  struct sockaddr_nl port = {.nl_family = AF_NETLINK};
  struct part pid = take_part(&rest, ',');
  long long number;
  *reason = _("it is written netlink:PORT or netlink:PORT,GROUPS, as netlink:0 for the kernel, or "
              "netlink:0,RTMGRP_LINK|RTMGRP_IPV4_ROUTE");
  if (number_parse(pid.text, pid.length, &number) < 0 || number < 0 || number > UINT32_MAX)
    return -1;
  port.nl_pid = (unsigned)number;
  if (rest.length > 0 && read_number(rest, &constant_route_groups, UINT32_MAX, &number) < 0)
    return -1;
  if (rest.length > 0)
    port.nl_groups = (unsigned)number;
  memcpy(&address->storage, &port, sizeof port);
  address->length = sizeof port;
  return 0;
}

static void append_hardware_address(const struct sockaddr_ll *link, struct bytes *bytes) {
  for (int i = 0; i < link->sll_halen && i < (int)sizeof link->sll_addr; i++)
    bytes_append_format(bytes, i ? ":%02x" : "%02x", link->sll_addr[i]);
}

static void append_protocol(const struct sockaddr_ll *link, struct bytes *bytes) {
  const char *name = constant_name(&constant_ether_types, ntohs(link->sll_protocol));
  if (name)
    bytes_append_text(bytes, name);
  else
    bytes_append_format(bytes, "0x%04x", ntohs(link->sll_protocol));
}

void address_link_append_interface(const struct address *address, struct bytes *bytes) {
  const char *name = address->interface;
  escape_append(bytes, name, strnlen(name, IF_NAMESIZE - 1), ESCAPE_ASCII);
}

/* Its name, or its number if it has none now; `*` for all. */
static void append_interface(const struct address *address, const struct sockaddr_ll *link,
                             struct bytes *bytes) {
  if (link->sll_ifindex == 0)
    bytes_append_char(bytes, '*');
  else if (address->interface[0])
    address_link_append_interface(address, bytes);
  else
    bytes_append_number(bytes, link->sll_ifindex);
}

static void append_packet(const struct address *address, const struct sockaddr_ll *link,
                          struct bytes *bytes) {
  bool came = link->sll_hatype || link->sll_pkttype || link->sll_halen;
  bytes_append_text(bytes, "packet:");
  append_interface(address, link, bytes);
  if (link->sll_protocol || came) {
    bytes_append_char(bytes, ',');
    append_protocol(link, bytes);
  }
  if (!came)
    return;
  bytes_append_char(bytes, ',');
  append_number(&constant_packet_types, link->sll_pkttype, bytes);
  bytes_append_char(bytes, ',');
  append_number(&constant_hardware_types, link->sll_hatype, bytes);
  if (link->sll_halen)
    bytes_append_char(bytes, ',');
  append_hardware_address(link, bytes);
}

static void append_machine(const struct sockaddr_vm *machine, struct bytes *bytes) {
  const char *name = constant_name(&constant_vsock_machines, machine->svm_cid);
  if (machine->svm_cid == VMADDR_CID_ANY)
    bytes_append_char(bytes, '*');
  else if (name)
    bytes_append_text(bytes, name);
  else
    bytes_append_number(bytes, machine->svm_cid);
}

static void append_machine_port(const struct sockaddr_vm *machine, struct bytes *bytes) {
  if (machine->svm_port == VMADDR_PORT_ANY)
    bytes_append_char(bytes, '*');
  else
    bytes_append_number(bytes, machine->svm_port);
}

static void append_groups(const struct sockaddr_nl *port, bool route, struct bytes *bytes) {
  if (route)
    constant_append(&constant_route_groups, port->nl_groups, bytes);
  else
    bytes_append_format(bytes, "0x%x", port->nl_groups);
}

static const struct family {
  int family;
  const char *prefix;
  socklen_t size;
  int (*parse)(struct part rest, int network, struct address *address, const char **reason);
  const char *fields;
} families[] = {
    {AF_PACKET, "packet:", sizeof(struct sockaddr_ll), parse_packet,
     ".interface, .protocol, .direction, .hardware, .mac and .family"},
    {AF_VSOCK, "vsock:", sizeof(struct sockaddr_vm), parse_vsock, ".cid, .port and .family"},
    {AF_NETLINK, "netlink:", sizeof(struct sockaddr_nl), parse_netlink,
     ".pid, .groups and .family"},
};
enum { FAMILIES = sizeof families / sizeof *families };

static const struct family *family_of(const struct address *address) {
  int family = address->length < sizeof address->any.sa_family ? AF_UNSPEC : address->any.sa_family;
  for (size_t i = 0; i < FAMILIES; i++)
    if (families[i].family == family)
      /* What came may have a shorter hardware address than there is room for. */
      return address->length >= families[i].size ||
                     (family == AF_PACKET &&
                      address->length >= offsetof(struct sockaddr_ll, sll_addr))
                 ? &families[i]
                 : NULL;
  return NULL;
}

static const struct family *family_at(const char *text, size_t length) {
  for (size_t i = 0; i < FAMILIES; i++)
    if (length >= strlen(families[i].prefix) &&
        memcmp(text, families[i].prefix, strlen(families[i].prefix)) == 0)
      return &families[i];
  return NULL;
}

bool address_link_begins(const char *text, size_t length) {
  return family_at(text, length) != NULL;
}

int address_link_parse(const char *text, size_t length, int network, struct address *address,
                       const char **reason) {
  const struct family *family = family_at(text, length);
  size_t prefix = strlen(family->prefix);
  *address = (struct address){0};
  return family->parse((struct part){text + prefix, length - prefix}, network, address, reason);
}

/* Each family's own structure. */
union link {
  struct sockaddr_ll packet;
  struct sockaddr_vm machine;
  struct sockaddr_nl netlink;
};

static union link link_of(const struct address *address) {
  union link link = {0};
  memcpy(&link, &address->storage, address->length < sizeof link ? address->length : sizeof link);
  return link;
}

bool address_link_append(const struct address *address, bool route, struct bytes *bytes) {
  const struct family *family = family_of(address);
  union link link = link_of(address);
  if (!family)
    return false;
  if (family->family == AF_PACKET) {
    append_packet(address, &link.packet, bytes);
  } else if (family->family == AF_VSOCK) {
    bytes_append_text(bytes, family->prefix);
    append_machine(&link.machine, bytes);
    bytes_append_char(bytes, ':');
    append_machine_port(&link.machine, bytes);
  } else {
    bytes_append_format(bytes, "%s%u", family->prefix, link.netlink.nl_pid);
    if (link.netlink.nl_groups) {
      bytes_append_char(bytes, ',');
      append_groups(&link.netlink, route, bytes);
    }
  }
  return true;
}

int address_link_field(const struct address *address, const char *name, struct bytes *text,
                       const char **fields) {
  const struct family *family = family_of(address);
  union link link = link_of(address);
  *fields = family ? family->fields : NULL;
  int of = family ? family->family : AF_UNSPEC;
  if (of == AF_PACKET && strcmp(name, "interface") == 0)
    append_interface(address, &link.packet, text);
  else if (of == AF_PACKET && strcmp(name, "protocol") == 0)
    append_protocol(&link.packet, text);
  else if (of == AF_PACKET && strcmp(name, "direction") == 0)
    append_number(&constant_packet_types, link.packet.sll_pkttype, text);
  else if (of == AF_PACKET && strcmp(name, "hardware") == 0)
    append_number(&constant_hardware_types, link.packet.sll_hatype, text);
  else if (of == AF_PACKET && strcmp(name, "mac") == 0)
    append_hardware_address(&link.packet, text);
  else if (of == AF_VSOCK && strcmp(name, "cid") == 0)
    append_machine(&link.machine, text);
  else if (of == AF_VSOCK && strcmp(name, "port") == 0)
    append_machine_port(&link.machine, text);
  else if (of == AF_NETLINK && strcmp(name, "pid") == 0)
    bytes_append_number(text, link.netlink.nl_pid);
  else if (of == AF_NETLINK && strcmp(name, "groups") == 0)
    append_groups(&link.netlink, false, text);
  else
    return -1;
  return 0;
}
