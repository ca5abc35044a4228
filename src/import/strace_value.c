#include "import/strace_value.h"

#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <sys/socket.h>

#include "call/control.h"
#include "import/strace_address.h"
#include "language/number.h"
#include "option/option_type.h"

/* How a structure's members lie in memory, one behind the other: i an int, l a long, a an IPv4
 * address, A an IPv6 one, n an interface's number. strace writes them in that order. */
static int put_member(const struct strace_node *node, char kind, struct bytes *bytes) {
  long long number;
  unsigned index;
  struct in_addr inet;
  struct in6_addr inet6;
  switch (kind) {
  case 'a':
    if (strace_read_inet(node, &inet) < 0)
      return -1;
    bytes_append(bytes, &inet, sizeof inet);
    return 0;
  case 'A':
    if (strace_read_inet6(node, &inet6) < 0)
      return -1;
    bytes_append(bytes, &inet6, sizeof inet6);
    return 0;
  case 'n':
    if (strace_read_interface(node, &index, NULL) < 0)
      return -1;
    bytes_append(bytes, &index, sizeof index);
    return 0;
  default:
    if (strace_read_network(node, NULL, &number) < 0)
      return -1;
    int narrow = (int)number;
    if (kind == 'i')
      bytes_append(bytes, &narrow, sizeof narrow);
    else
      bytes_append(bytes, &number, sizeof number);
    return 0;
  }
}

/* Whatever members are written, in this layout. */
static int put_members(const struct strace_node *node, const char *layout, struct bytes *bytes) {
  const struct strace_node *member = node->child;
  if (node->kind != STRACE_STRUCT)
    return -1;
  for (; *layout && member; layout++, member = member->next)
    if (put_member(member, *layout, bytes) < 0)
      return -1;
  return member ? -1 : 0;
}

static const struct {
  const struct option_type *type;
  const char *layout;
} layouts[] = {
    {&option_type_linger, "ii"},
    {&option_type_timeval, "ll"},
    {&option_type_credentials, "iii"},
    {&option_type_membership, "aan"},
    {&option_type_packet_info6, "An"},
    {&option_type_membership6, "An"},
    {&option_type_source_membership, "aaa"},
};

static const char *layout_of(const struct option_type *type) {
  size_t place = 0;
  while (place < sizeof layouts / sizeof *layouts && layouts[place].type != type)
    place++;
  return place < sizeof layouts / sizeof *layouts ? layouts[place].layout : NULL;
}

/* Numbers in brackets, of four bytes each, or of eight. */
static int put_list(const struct strace_node *node, const struct option_type *type,
                    struct bytes *bytes) {
  bool wide = strcmp(type->name, "uint64_t") == 0;
  for (const struct strace_node *item = node->child; item; item = item->next) {
    long number;
    if (item->kind != STRACE_WORD || strace_read_symbol(item, type->symbols, &number) < 0)
      return -1;
    int narrow = (int)number;
    bytes_append(bytes, wide ? (void *)&number : (void *)&narrow, wide ? 8 : 4);
  }
  return node->count > 0 ? 0 : -1;
}

static const struct {
  const char *name;
  unsigned type;
} icmp_types[] = {
    {"ICMP_ECHOREPLY", ICMP_ECHOREPLY},
    {"ICMP_DEST_UNREACH", ICMP_DEST_UNREACH},
    {"ICMP_SOURCE_QUENCH", ICMP_SOURCE_QUENCH},
    {"ICMP_REDIRECT", ICMP_REDIRECT},
    {"ICMP_ECHO", ICMP_ECHO},
    {"ICMP_TIME_EXCEEDED", ICMP_TIME_EXCEEDED},
    {"ICMP_PARAMETERPROB", ICMP_PARAMETERPROB},
    {"ICMP_TIMESTAMP", ICMP_TIMESTAMP},
    {"ICMP_TIMESTAMPREPLY", ICMP_TIMESTAMPREPLY},
    {"ICMP_INFO_REQUEST", ICMP_INFO_REQUEST},
    {"ICMP_INFO_REPLY", ICMP_INFO_REPLY},
    {"ICMP_ADDRESS", ICMP_ADDRESS},
    {"ICMP_ADDRESSREPLY", ICMP_ADDRESSREPLY},
};

/* A set of ICMP's types, by name: a bit for each. */
static int put_icmp_filter(const struct strace_node *node, struct bytes *bytes) {
  uint32_t filter = 0;
  for (const struct strace_node *item = node->child; item; item = item->next) {
    size_t place = 0;
    while (place < sizeof icmp_types / sizeof *icmp_types &&
           !strace_node_is(item, icmp_types[place].name))
      place++;
    if (place == sizeof icmp_types / sizeof *icmp_types)
      return -1;
    filter |= 1u << icmp_types[place].type;
  }
  if (node->all_but)
    filter = ~filter;
  bytes_append(bytes, &filter, sizeof filter);
  return 0;
}

static bool is_icmp_filter(const struct option *option) {
  return option && option->level == SOL_RAW && strcmp(option->name, "ICMP_FILTER") == 0;
}

int strace_read_value(const struct strace_node *node, const struct option *option, size_t length,
                      struct bytes *bytes) {
  const struct option_type *type = option ? option->type : &option_type_raw;
  const char *layout = layout_of(type);
  size_t start = bytes->length;
  int status = -1;
  if (!node)
    return -1;
  if (node->kind == STRACE_STRING) {
    bytes_append(bytes, node->text, node->length);
    status = 0;
  } else if (node->kind == STRACE_LIST && is_icmp_filter(option)) {
    status = put_icmp_filter(node, bytes);
  } else if (node->kind == STRACE_LIST) {
    status = put_list(node, type, bytes);
  } else if (layout && !type->pointer) {
    status = put_members(node, layout, bytes);
  } else if (strace_node_is(node, "NULL")) {
    status = 0;
  }
  if (status < 0)
    return -1;
  size_t written = bytes->length - start;
  if (node->kind == STRACE_STRING && !node->cut && written + 1 == length) {
    bytes_append_char(bytes, '\0'); /* a text is written without the zero byte behind it */
    return 0;
  }
  if (written > length)
    bytes->length = start + length;
  return written < length ? 1 : 0;
}

static const struct {
  int level;
  int type;
  const char *layout;
} controls[] = {
    {SOL_SOCKET, SCM_CREDENTIALS, "iii"}, {SOL_SOCKET, SO_TIMESTAMP, "ll"},
    {SOL_SOCKET, SO_TIMESTAMPNS, "ll"},   {IPPROTO_IP, IP_PKTINFO, "naa"},
    {IPPROTO_IPV6, IPV6_PKTINFO, "An"},
};

int strace_read_control(const struct strace_node *node, int level, int type, struct bytes *bytes) {
  if (!node)
    return -1;
  if (node->kind == STRACE_STRING) {
    bytes_append(bytes, node->text, node->length);
    return node->cut ? -1 : 0;
  }
  for (size_t i = 0; i < sizeof controls / sizeof *controls; i++)
    if (controls[i].level == level && controls[i].type == type)
      return put_members(node, controls[i].layout, bytes);
  if (node->kind != STRACE_LIST)
    return -1;
  for (const struct strace_node *item = node->child; item; item = item->next)
    if (item->kind != STRACE_WORD || put_member(item, 'i', bytes) < 0)
      return -1;
  return 0;
}
