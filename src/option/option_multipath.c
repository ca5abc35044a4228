/* The values of multipath TCP's options (RFC 8684). See option_type.h. Their structures stand here
 * as tables of offsets, which never change, since many headers have them only in part. */
#include "option/option_type.h"

#include <string.h>
#include <sys/socket.h>

#include "names/address.h"
#include "option/tcp_info.h"

/* A number in struct mptcp_info. */
struct field {
  const char *name;
  unsigned char offset;
  unsigned char size;
};

static const struct field info_fields[] = {
    {"subflows", 0, 1},
    {"add_addr_signal", 1, 1},
    {"add_addr_accepted", 2, 1},
    {"subflows_max", 3, 1},
    {"add_addr_signal_max", 4, 1},
    {"add_addr_accepted_max", 5, 1},
    {"flags", 8, 4},
    {"token", 12, 4},
    {"write_seq", 16, 8},
    {"snd_una", 24, 8},
    {"rcv_nxt", 32, 8},
    {"local_addr_used", 40, 1},
    {"local_addr_max", 41, 1},
    {"csum_enabled", 42, 1},
    {"retransmits", 44, 4},
    {"bytes_retrans", 48, 8},
    {"bytes_sent", 56, 8},
    {"bytes_received", 64, 8},
    {"bytes_acked", 72, 8},
    {"subflows_total", 80, 1},
    {"endp_laminar_max", 81, 1},
    {"endp_fullmesh_max", 82, 1},
    {"last_data_sent", 84, 4},
    {"last_data_recv", 88, 4},
    {"last_ack_recv", 92, 4},
};

static unsigned long long number_at(const unsigned char *value, const struct field *field) {
  uint64_t large = 0;
  uint32_t small = 0;
  if (field->size == sizeof large)
    memcpy(&large, value + field->offset, sizeof large);
  else if (field->size == sizeof small)
    memcpy(&small, value + field->offset, sizeof small);
  return field->size == sizeof large   ? large
         : field->size == sizeof small ? small
                                       : value[field->offset];
}

static void append_flags(unsigned long long flags, struct bytes *text) {
  static const char *const names[] = {"fallback", "remote_key_received"};
  const char *between = "";
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (flags & 1U << i) {
      bytes_append_format(text, "%s%s", between, names[i]);
      between = "|";
    }
  if (flags >> 2 || !flags)
    bytes_append_format(text, "%s%#llx", between, flags >> 2 << 2);
}

static void format_info(const void *value, size_t length, struct bytes *text) {
  const char *between = "{";
  for (size_t i = 0; i < sizeof info_fields / sizeof *info_fields; i++) {
    const struct field *field = &info_fields[i];
    if ((size_t)field->offset + field->size > length)
      continue;
    unsigned long long number = number_at(value, field);
    bytes_append_format(text, "%s%s=", between, field->name);
    if (strcmp(field->name, "flags") == 0)
      append_flags(number, text);
    else if (strcmp(field->name, "token") == 0)
      bytes_append_format(text, "%#llx", number);
    else
      bytes_append_format(text, "%llu", number);
    between = ", ";
  }
  bytes_append_text(text, *between == '{' ? "{}" : "}");
}

const struct option_type option_type_multipath_info = {
    .name = "struct mptcp_info", .values = "hex:BYTES", .size = 256, .format = format_info};

/* What stands before the subflows, each of `size_user` bytes: struct mptcp_subflow_data. In the
 * request only its own size and that of a subflow's part are set. */
struct subflow_head {
  uint32_t size;
  uint32_t count;
  uint32_t size_kernel;
  uint32_t size_user;
};

enum { SUBFLOWS = 8, ADDRESS_SIZE = sizeof(struct sockaddr_storage), INFO_SIZE = 512 };

/* Calls `each` for each subflow whose part has come. */
static void format_subflows(const void *value, size_t length, struct bytes *text,
                            void (*each)(const unsigned char *part, size_t size,
                                         struct bytes *text)) {
  struct subflow_head head;
  if (option_take(value, length, &head, sizeof head) < 0 || head.size < sizeof head) {
    option_format_raw(value, length, text);
    return;
  }
  size_t size = head.size_kernel < head.size_user ? head.size_kernel : head.size_user;
  bytes_append_format(text, "{num_subflows=%u", head.count);
  for (size_t i = 0; i < head.count; i++) {
    size_t at = head.size + i * head.size_user;
    if (at + size > length)
      break;
    bytes_append_text(text, ", ");
    each((const unsigned char *)value + at, size, text);
  }
  bytes_append_char(text, '}');
}

static void append_address(const unsigned char *bytes, struct bytes *text) {
  struct address address = {.length = sizeof address.inet6};
  memcpy(&address.storage, bytes, sizeof address.inet6);
  if (address_family(&address) == AF_INET)
    address.length = sizeof address.inet;
  address_append(&address, text);
}

static void append_addresses(const unsigned char *part, size_t size, struct bytes *text) {
  if (size < 2 * ADDRESS_SIZE)
    return;
  bytes_append_char(text, '{');
  append_address(part, text);
  bytes_append_text(text, " -> ");
  append_address(part + ADDRESS_SIZE, text);
  bytes_append_char(text, '}');
}

static void format_addresses(const void *value, size_t length, struct bytes *text) {
  format_subflows(value, length, text, append_addresses);
}

static const struct subflow_head addresses_request = {.size = sizeof addresses_request,
                                                      .size_user = 2 * ADDRESS_SIZE};

const struct option_type option_type_multipath_addresses = {
    .name = "struct mptcp_subflow_addrs[]",
    .values = "hex:BYTES",
    .size = sizeof(struct subflow_head) + SUBFLOWS * 2 * ADDRESS_SIZE,
    .format = format_addresses,
    .request = &addresses_request,
    .request_size = sizeof addresses_request};

static void append_tcp_info(const unsigned char *part, size_t size, struct bytes *text) {
  option_type_tcp_info.format(part, size, text);
}

static void format_tcp_infos(const void *value, size_t length, struct bytes *text) {
  format_subflows(value, length, text, append_tcp_info);
}

static const struct subflow_head infos_request = {.size = sizeof infos_request,
                                                  .size_user = INFO_SIZE};

const struct option_type option_type_multipath_tcp_info = {.name = "struct tcp_info[]",
                                                           .values = "hex:BYTES",
                                                           .size = sizeof(struct subflow_head) +
                                                                   SUBFLOWS * INFO_SIZE,
                                                           .format = format_tcp_infos,
                                                           .request = &infos_request,
                                                           .request_size = sizeof infos_request};
