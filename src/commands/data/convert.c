/* convert: conversion of addresses and numbers to and from their bytes in memory. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command/invocation.h"
#include "language/escape.h"

/* Appends bytes in hexadecimal: "00 50". */
static void append_bytes(struct bytes *text, const void *data, size_t length) {
  const unsigned char *byte = data;
  for (size_t i = 0; i < length; i++)
    bytes_append_format(text, i ? " %02x" : "%02x", byte[i]);
}

/* Adds a row: a number, and its bytes in this machine's memory. */
static void add_row(struct answer *answer, const char *what, const void *data, size_t length) {
  struct bytes text = {0};
  uint32_t number = 0;
  uint16_t half = 0;
  memcpy(length == sizeof half ? (void *)&half : (void *)&number, data, length);
  number |= half; /* one of the two is 0 */
  answer_add_text(answer, what);
  answer_add_number(answer, number);
  bytes_append_format(&text, "0x%0*x", (int)length * 2, number);
  answer_add_text(answer, bytes_text(&text));
  bytes_clear(&text);
  append_bytes(&text, data, length);
  answer_add_text(answer, bytes_text(&text));
  answer->text.failed = answer->text.failed || text.failed;
  bytes_free(&text);
}

/* Shows a number of 2 or 4 bytes in both orders, the given one first. */
static int show_orders(struct invocation *invocation, const char *first, const void *a,
                       const char *second, const void *b, size_t length) {
  static const char *const columns[] = {"ORDER", "NUMBER", "HEX", "IN MEMORY", NULL};
  struct answer answer;
  answer_table(&answer, "byte-order", columns);
  add_row(&answer, first, a, length);
  add_row(&answer, second, b, length);
  return invocation_explain(invocation, &answer);
}

static int check_width(struct invocation *invocation, const struct argument_value *value,
                       int bits) {
  unsigned long most = bits == 16 ? UINT16_MAX : UINT32_MAX;
  if (!value->unknown && (value->number < 0 || value->number > (long long)most))
    return invocation_wrong(
        invocation, value,
        _("%s takes a number of %d bits, from 0 to %lu; C would cut off the rest"),
        invocation->command->name, bits, most);
  return 0;
}

static int check_short(struct invocation *invocation) {
  return check_width(invocation, invocation_value(invocation, "N"), 16);
}

static int check_long(struct invocation *invocation) {
  return check_width(invocation, invocation_value(invocation, "N"), 32);
}

static int check_inet_ntoa(struct invocation *invocation) {
  return check_width(invocation, invocation_value(invocation, "NUMBER"), 32);
}

/* Both directions are the same operation. Only the names of the orders differ. */
static int convert_short(struct invocation *invocation, const char *first, const char *second) {
  uint16_t number = (uint16_t)invocation_number(invocation, "N", 0);
  uint16_t converted = htons(number);
  invocation_give_number(invocation, converted);
  return show_orders(invocation, first, &number, second, &converted, sizeof number);
}

static int convert_long(struct invocation *invocation, const char *first, const char *second) {
  uint32_t number = (uint32_t)invocation_number(invocation, "N", 0);
  uint32_t converted = htonl(number);
  invocation_give_number(invocation, converted);
  return show_orders(invocation, first, &number, second, &converted, sizeof number);
}

static int run_htons(struct invocation *invocation) {
  return convert_short(invocation, "host", "network");
}

static int run_ntohs(struct invocation *invocation) {
  return convert_short(invocation, "network", "host");
}

static int run_htonl(struct invocation *invocation) {
  return convert_long(invocation, "host", "network");
}

static int run_ntohl(struct invocation *invocation) {
  return convert_long(invocation, "network", "host");
}

/* Copies the word into `text`, terminated by zero. False if it does not fit. */
static bool word_text(const struct argument_value *value, char *text, size_t size) {
  if (value->word.length >= size || memchr(value->word.data, '\0', value->word.length))
    return false;
  memcpy(text, value->word.data, value->word.length);
  text[value->word.length] = '\0';
  return true;
}

static int no_address(struct invocation *invocation, const struct argument_value *value,
                      const char *format) {
  struct bytes shown = {0};
  escape_append_quoted(&shown, value->word.data, value->word.length, 60, escape_chosen());
  error_set(invocation->error, ERROR_FAILURE, "%s %s", bytes_text(&shown), format);
  error_set_place(invocation->error, value->place);
  bytes_free(&shown);
  return -1;
}

/* Shows the number in a struct in_addr, in both orders. */
static int show_address(struct invocation *invocation, struct in_addr address) {
  uint32_t host = ntohl(address.s_addr);
  return show_orders(invocation, "network", &address.s_addr, "host", &host, sizeof host);
}

static int show_bytes(struct invocation *invocation, const void *data, size_t length) {
  static const char *const columns[] = {"ORDER", "IN MEMORY", NULL};
  struct answer answer;
  struct bytes text = {0};
  append_bytes(&text, data, length);
  answer_table(&answer, "bytes", columns);
  answer_add_text(&answer, "network");
  answer_add_text(&answer, bytes_text(&text));
  answer.text.failed = answer.text.failed || text.failed;
  bytes_free(&text);
  return invocation_explain(invocation, &answer);
}

/* Shows the text that a conversion gave, unless a name receives it. */
static int show_text(struct invocation *invocation, const char *text) {
  struct answer answer;
  if (invocation->runner->binding.names)
    return 0;
  answer_text(&answer, "address");
  bytes_append_format(&answer.text, "%s\n", text);
  return runner_answer(invocation->runner, &answer, invocation->error);
}

static int run_inet_pton(struct invocation *invocation) {
  int family = (int)invocation_number(invocation, "FAMILY", 0);
  const struct argument_value *value = invocation_value(invocation, "TEXT");
  char text[128];
  unsigned char binary[sizeof(struct in6_addr)] = {0};
  bool fits = word_text(value, text, sizeof text);
  int result = inet_pton(family, fits ? text : "", binary);
  if (result < 0)
    return error_set_errno(invocation->error, errno,
                           _("only the families inet and inet6 have such addresses"));
  if (result == 0 || !fits)
    return no_address(invocation, value,
                      family == AF_INET
                          ? _("is no IPv4 address of four decimal numbers: inet_pton returns 0")
                          : _("is no IPv6 address: inet_pton returns 0"));
  size_t length = family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
  struct in_addr address;
  memcpy(&address, binary, sizeof address);
  invocation_give_number(invocation, result);
  if (invocation_give_data(invocation, binary, length) < 0)
    return -1;
  return family == AF_INET ? show_address(invocation, address)
                           : show_bytes(invocation, binary, length);
}

/* Reads hexadecimal digits, with spaces between them, as `length` bytes. */
static bool read_digits(const char *text, size_t text_length, unsigned char *binary,
                        size_t length) {
  size_t digits = 0;
  memset(binary, 0, length);
  for (size_t i = 0; i < text_length; i++) {
    char c = text[i];
    int digit = c >= '0' && c <= '9'                     ? c - '0'
                : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                         : -1;
    if (c == ' ')
      continue;
    if (digit < 0 || digits == 2 * length)
      return false;
    binary[digits / 2] |= (unsigned char)(digits % 2 ? digit : digit << 4);
    digits++;
  }
  return digits == 2 * length;
}

/* Reads an address: the bytes of hex: or of a name as they are, a typed word as digits. */
static int read_address(struct invocation *invocation, int family, unsigned char *binary) {
  const struct argument_value *value = invocation_value(invocation, "HEX");
  size_t length = family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
  bool typed = value->word.bare > 0 && !memchr(value->word.data, ':', value->word.bare);
  const char *text = value->data ? value->data->data : value->word.data;
  size_t text_length = value->data ? value->data->length : value->word.length;
  if (!typed && text_length == length)
    memcpy(binary, text, length);
  else if (!read_digits(text, text_length, binary, length))
    return invocation_wrong(invocation, value,
                            _("an address of this family is %zu bytes: %zu hexadecimal digits"),
                            length, 2 * length);
  return 0;
}

static bool has_addresses(int family) {
  return family == AF_INET || family == AF_INET6;
}

static int check_inet_ntop(struct invocation *invocation) {
  const struct argument_value *family = invocation_value(invocation, "FAMILY");
  const struct argument_value *value = invocation_value(invocation, "HEX");
  unsigned char binary[sizeof(struct in6_addr)];
  /* A file is read only when the command runs. */
  bool outside = !value->data && memchr(value->word.data, ':', value->word.length);
  if (invocation->phase == INVOCATION_RUN || family->unknown || value->unknown || outside ||
      !has_addresses((int)family->number))
    return 0;
  return read_address(invocation, (int)family->number, binary);
}

static int run_inet_ntop(struct invocation *invocation) {
  int family = (int)invocation_number(invocation, "FAMILY", 0);
  size_t length = family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
  unsigned char binary[sizeof(struct in6_addr)] = {0};
  char text[INET6_ADDRSTRLEN];
  if (has_addresses(family) && read_address(invocation, family, binary) < 0)
    return -1;
  if (!inet_ntop(family, binary, text, sizeof text))
    return error_set_errno(invocation->error, errno,
                           _("only the families inet and inet6 have such addresses"));
  struct in_addr address;
  memcpy(&address, binary, sizeof address);
  if (invocation_give_text(invocation, text, strlen(text)) < 0)
    return -1;
  int status = family == AF_INET ? show_address(invocation, address)
                                 : show_bytes(invocation, binary, length);
  return status < 0 ? -1 : show_text(invocation, text);
}

static int run_inet_aton(struct invocation *invocation) {
  const struct argument_value *value = invocation_value(invocation, "TEXT");
  char text[128];
  struct in_addr address;
  if (!word_text(value, text, sizeof text) || inet_aton(text, &address) == 0)
    return no_address(invocation, value, _("is no IPv4 address: inet_aton returns 0"));
  invocation_give_number(invocation, 1);
  if (invocation_give_data(invocation, &address, sizeof address) < 0)
    return -1;
  return show_address(invocation, address);
}

static int run_inet_addr(struct invocation *invocation) {
  const struct argument_value *value = invocation_value(invocation, "TEXT");
  char text[128];
  struct in_addr address;
  if (!word_text(value, text, sizeof text) || inet_aton(text, &address) == 0)
    return no_address(invocation, value,
                      _("is no IPv4 address: inet_addr returns INADDR_NONE, which is 4294967295"));
  invocation_give_number(invocation, (long long)address.s_addr);
  if (address.s_addr == INADDR_NONE)
    runner_note(invocation->runner, _("this is INADDR_NONE, too: inet_addr can't tell this address "
                                      "from a wrong one; inet_aton can"));
  return show_address(invocation, address);
}

static int run_inet_ntoa(struct invocation *invocation) {
  struct in_addr address = {.s_addr = (in_addr_t)invocation_number(invocation, "NUMBER", 0)};
  char text[INET_ADDRSTRLEN]; /* inet_ntoa itself has a static buffer, shared by all threads */
  if (!inet_ntop(AF_INET, &address, text, sizeof text))
    return error_set_errno(invocation->error, errno, "inet_ntoa");
  if (invocation_give_text(invocation, text, strlen(text)) < 0)
    return -1;
  int status = show_address(invocation, address);
  return status < 0 ? -1 : show_text(invocation, text);
}

#define FAMILY_ARGUMENT                                                                            \
  { .name = "FAMILY", .kind = &argument_symbol, .set = &constant_families }
#define TEXT_ARGUMENT                                                                              \
  { .name = "TEXT", .kind = &argument_text }
#define NUMBER_ARGUMENT                                                                            \
  { .name = "N", .kind = &argument_number }

const struct command command_inet_pton = {
    .name = "inet_pton",
    .group = GROUP_CONVERT,
    .arguments = {FAMILY_ARGUMENT, TEXT_ARGUMENT},
    .results = {"data"},
    .summary = N_("turns an address from text into bytes"),
    .manual =
        N_("The bytes are in network order, as struct in_addr (4 bytes, inet) or struct in6_addr "
           "(16 bytes, inet6) hold them. The table shows them as they stand in memory; the number "
           "that this machine reads in the 4 bytes of IPv4 is another one where the machine is "
           "little-endian. An IPv4 address must have four decimal numbers."),
    .prototype = "int inet_pton(int af, const char *src, void *dst);",
    .python = "data = socket.inet_pton(socket.AF_INET6, \"::1\")",
    .blocks = N_("never"),
    .errors = {{EAFNOSUPPORT, N_("there are only the families inet and inet6")}},
    .example =
        "a = inet_pton inet 192.0.2.1\nexpect \"192.0.2.1\" inet_ntop inet $a\ninet_pton inet6 ::1",
    .pages = "inet_pton(3)",
    .run = run_inet_pton,
};

const struct command command_inet_ntop = {
    .name = "inet_ntop",
    .group = GROUP_CONVERT,
    .arguments = {FAMILY_ARGUMENT, {.name = "HEX", .kind = &argument_data}},
    .results = {"text"},
    .summary = N_("turns an address from bytes into text"),
    .manual = N_("HEX is 8 hexadecimal digits for inet and 32 for inet6, in the order of memory, "
                 "or a name that holds the bytes."),
    .prototype = "const char *inet_ntop(int af, const void *src, char *dst, socklen_t size);",
    .python = "text = socket.inet_ntop(socket.AF_INET, b\"\\xc0\\x00\\x02\\x01\")",
    .blocks = N_("never"),
    .errors = {{EAFNOSUPPORT, N_("there are only the families inet and inet6")}},
    .example = "expect \"192.0.2.1\" inet_ntop inet c0000201",
    .pages = "inet_ntop(3)",
    .run = run_inet_ntop,
    .check = check_inet_ntop,
};

const struct command command_inet_aton = {
    .name = "inet_aton",
    .group = GROUP_CONVERT,
    .arguments = {TEXT_ARGUMENT},
    .results = {"data"},
    .summary = N_("turns an IPv4 address from text into bytes, as typed long ago"),
    .manual = N_("Beside four decimal numbers it takes fewer, of which the last fills the rest "
                 "(127.1 is 127.0.0.1), and octal and hexadecimal ones (010 is 8). The result is "
                 "the 4 bytes of a struct in_addr, in network order."),
    .prototype = "int inet_aton(const char *cp, struct in_addr *inp);",
    .python = "data = socket.inet_aton(\"127.1\")",
    .blocks = N_("never"),
    .example = "a = inet_aton 127.1\nexpect \"127.0.0.1\" inet_ntop inet $a",
    .pages = "inet_aton(3)",
    .run = run_inet_aton,
};

const struct command command_inet_addr = {
    .name = "inet_addr",
    .group = GROUP_CONVERT,
    .arguments = {TEXT_ARGUMENT},
    .results = {"number"},
    .summary = N_("turns an IPv4 address from text into a number in network order"),
    .manual = N_("Takes what inet_aton takes. The result is the number that this machine reads in "
                 "the 4 bytes in network order, as sin_addr.s_addr holds it: on a little-endian "
                 "machine 127.0.0.1 is 16777343. A wrong text gives INADDR_NONE in C, which is "
                 "255.255.255.255 at the same time; here it is an error."),
    .prototype = "in_addr_t inet_addr(const char *cp);",
    .python = "number = int.from_bytes(socket.inet_aton(\"127.0.0.1\"), sys.byteorder)",
    .blocks = N_("never"),
    .example = "n = inet_addr 127.0.0.1\nexpect \"127.0.0.1\" inet_ntoa $n",
    .pages = "inet_addr(3)",
    .run = run_inet_addr,
};

const struct command command_inet_ntoa = {
    .name = "inet_ntoa",
    .group = GROUP_CONVERT,
    .arguments = {{.name = "NUMBER", .kind = &argument_number}},
    .results = {"text"},
    .summary = N_("turns an IPv4 address from a number in network order into text"),
    .manual = N_("NUMBER is what inet_addr gives and s_addr holds. In C the text is in memory that "
                 "the next call overwrites."),
    .prototype = "char *inet_ntoa(struct in_addr in);",
    .python = "text = socket.inet_ntoa(b\"\\x7f\\x00\\x00\\x01\")",
    .blocks = N_("never"),
    .example = "expect \"0.0.0.0\" inet_ntoa 0",
    .pages = "inet_ntoa(3)",
    .run = run_inet_ntoa,
    .check = check_inet_ntoa,
};

const struct command command_htons = {
    .name = "htons",
    .group = GROUP_CONVERT,
    .arguments = {NUMBER_ARGUMENT},
    .results = {"number"},
    .summary = N_("turns a number of 16 bits from the host's into network order"),
    .manual = N_("The table shows the number and the result as they stand in this machine's "
                 "memory. Network order has the most significant byte first; most machines have it "
                 "last, and there the number that results looks strange: what counts is its bytes. "
                 "sin_port wants a port in this form."),
    .prototype = "uint16_t htons(uint16_t hostshort);",
    .python = "number = socket.htons(80)",
    .blocks = N_("never"),
    .example = "n = htons 80\nexpect 80 ntohs $n",
    .pages = "byteorder(3)",
    .run = run_htons,
    .check = check_short,
};

const struct command command_htonl = {
    .name = "htonl",
    .group = GROUP_CONVERT,
    .arguments = {NUMBER_ARGUMENT},
    .results = {"number"},
    .summary = N_("turns a number of 32 bits from the host's into network order"),
    .manual = N_("As htons, for 32 bits: an IPv4 address, as s_addr wants it."),
    .prototype = "uint32_t htonl(uint32_t hostlong);",
    .python = "number = socket.htonl(0x7f000001)",
    .blocks = N_("never"),
    .example = "n = htonl 0x7f000001\nexpect \"127.0.0.1\" inet_ntoa $n",
    .pages = "byteorder(3)",
    .run = run_htonl,
    .check = check_long,
};

const struct command command_ntohs = {
    .name = "ntohs",
    .group = GROUP_CONVERT,
    .arguments = {NUMBER_ARGUMENT},
    .results = {"number"},
    .summary = N_("turns a number of 16 bits from network order into the host's"),
    .manual = N_("The way back from htons: what sin_port holds, as a number that people read."),
    .prototype = "uint16_t ntohs(uint16_t netshort);",
    .python = "number = socket.ntohs(20480)",
    .blocks = N_("never"),
    .example = "n = htons 5000\nexpect 5000 ntohs $n",
    .pages = "byteorder(3)",
    .run = run_ntohs,
    .check = check_short,
};

const struct command command_ntohl = {
    .name = "ntohl",
    .group = GROUP_CONVERT,
    .arguments = {NUMBER_ARGUMENT},
    .results = {"number"},
    .summary = N_("turns a number of 32 bits from network order into the host's"),
    .manual = N_("The way back from htonl."),
    .prototype = "uint32_t ntohl(uint32_t netlong);",
    .python = "number = socket.ntohl(16777343)",
    .blocks = N_("never"),
    .example = "n = htonl 5000\nexpect 5000 ntohl $n",
    .pages = "byteorder(3)",
    .run = run_ntohl,
    .check = check_long,
};
