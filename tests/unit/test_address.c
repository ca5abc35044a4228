/* address: what ADDRESS may be in the language, and how it is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>

#include "names/address.h"
#include "system/network.h"

/* Parses a copy that ends where the text does. */
static enum address_need parse(const char *text, size_t length, int family, struct address *address,
                               struct address_query *query, struct error *error) {
  char *copy = malloc(length ? length : 1);
  memcpy(copy, text, length);
  memset(address, 0xff, sizeof *address);
  memset(query, 0xff, sizeof *query);
  error->message[0] = '\0';
  enum address_need need = address_parse(copy, length, family, NETWORK_OWN, address, query, error);
  free(copy);
  if (need == ADDRESS_WRONG) {
    assert_int_equal(error->kind, ERROR_USAGE);
    assert_true(error->message[0] != '\0');
  }
  return need;
}

/* It is complete, and written as `expected`, which is read as the same again. */
static void is_for(int family, const char *text, const char *expected) {
  struct address address;
  struct address again;
  struct address_query query;
  struct error error;
  struct bytes bytes = {0};
  if (parse(text, strlen(text), family, &address, &query, &error) != ADDRESS_COMPLETE)
    fail_msg("%s: %s", text, error.message);
  address_append(&address, &bytes);
  assert_string_equal(bytes_text(&bytes), expected);
  assert_int_equal(parse(bytes.data, bytes.length, family, &again, &query, &error),
                   ADDRESS_COMPLETE);
  assert_true(address_equal(&address, &again));
  bytes_free(&bytes);
}

static void is(const char *text, const char *expected) {
  is_for(AF_UNSPEC, text, expected);
}

static void looks_up(const char *text, const char *host, const char *service) {
  struct address address;
  struct address_query query;
  struct error error;
  if (parse(text, strlen(text), AF_UNSPEC, &address, &query, &error) != ADDRESS_LOOK_UP)
    fail_msg("%s: %s", text, error.message);
  assert_string_equal(query.host, host);
  assert_string_equal(query.service, service);
}

static void is_wrong(const char *text, size_t length, const char *part) {
  struct address address;
  struct address_query query;
  struct error error;
  if (parse(text, length, AF_UNSPEC, &address, &query, &error) != ADDRESS_WRONG)
    fail_msg("%.*s was read", (int)length, text);
  if (!strstr(error.message, part))
    fail_msg("%s: %s", text, error.message);
}

static void wrong(const char *text, const char *part) {
  is_wrong(text, strlen(text), part);
}

static void test_inet(void **state) {
  (void)state;
  is("127.0.0.1:80", "127.0.0.1:80");
  is("0.0.0.0:0", "0.0.0.0:0");
  is("255.255.255.255:65535", "255.255.255.255:65535");
  is("10.0.0.1:080", "10.0.0.1:80");
  is_for(AF_INET6, "10.0.0.1:80", "10.0.0.1:80"); /* the text says which family it is */
}

static void test_inet6(void **state) {
  (void)state;
  is("[::1]:80", "[::1]:80");
  is("[::]:0", "[::]:0");
  is("[2001:DB8:0:0::1]:80", "[2001:db8::1]:80");
  is("[::ffff:1.2.3.4]:80", "[::ffff:1.2.3.4]:80");
  is("[fe80::1%lo]:80", "[fe80::1%lo]:80");
  is("[fe80::1%1]:80", "[fe80::1%lo]:80"); /* the loopback is number 1 in every namespace */
  is("[fe80::1%4000000000]:80", "[fe80::1%4000000000]:80");
  is_for(AF_INET, "[::1]:80", "[::1]:80");
}

/* Addresses of packets, virtual machines and netlink. */
static void test_link(void **state) {
  (void)state;
  is("packet:lo", "packet:lo");
  is("packet:", "packet:*");
  is("packet:*,all", "packet:*,ETH_P_ALL");
  is("packet:1,ETH_P_ARP", "packet:lo,ETH_P_ARP");
  is("packet:4000000,0x1234", "packet:4000000,0x1234");
  is("packet:lo,ip,2:0:0:0:0:FF", "packet:lo,ETH_P_IP,PACKET_HOST,ARPHRD_0,02:00:00:00:00:ff");
  is("packet:lo,ip,PACKET_OUTGOING,ARPHRD_LOOPBACK",
     "packet:lo,ETH_P_IP,PACKET_OUTGOING,ARPHRD_LOOPBACK");
  is("packet:lo,0,PACKET_77,ARPHRD_12345", "packet:lo,0x0000,PACKET_77,ARPHRD_12345");
  is("vsock:host:1024", "vsock:VMADDR_CID_HOST:1024");
  is("vsock:3:4294967294", "vsock:3:4294967294");
  is("vsock:*:*", "vsock:*:*");
  is("netlink:0", "netlink:0");
  is("netlink:4711,0x11", "netlink:4711,0x11");
  is("netlink:4294967295,rtmgrp_link|ipv4_ifaddr", "netlink:4294967295,0x11");
  wrong("packet:nope", "interface is unknown");
  /* None is given twice. */
  wrong("packet:lo,ip,2:0:0:0:0:1:2,2:0:1", "behind the interface");
  wrong("packet:lo,ip,PACKET_HOST,PACKET_OUTGOING", "behind the interface");
  wrong("packet:lo,ip,ARPHRD_ETHER,ARPHRD_LOOPBACK", "behind the interface");
  wrong("packet:lo,zip", "stand a protocol");
  wrong("packet:lo,ip,1:2:3:4:5:6:7:8:9", "stand a protocol");
  wrong("packet:lo,65536", "stand a protocol");
  wrong("vsock:1", "vsock:CID:PORT");
  wrong("vsock:nobody:1", "vsock:CID:PORT");
  wrong("vsock:1:4294967296", "vsock:CID:PORT");
  wrong("netlink:", "netlink:PORT");
  wrong("netlink:-1", "netlink:PORT");
  wrong("netlink:1,RTMGRP_NOPE", "netlink:PORT");
}

/* A bare number is always a port; any address and the loopback are the socket's family's, or
 * IPv4's. */
static void test_short_forms(void **state) {
  (void)state;
  is("80", "127.0.0.1:80");
  is(":80", "127.0.0.1:80");
  is("*:80", "0.0.0.0:80");
  is("0", "127.0.0.1:0");
  is("65535", "127.0.0.1:65535");
  is_for(AF_INET, "*:80", "0.0.0.0:80");
  is_for(AF_INET6, "80", "[::1]:80");
  is_for(AF_INET6, ":80", "[::1]:80");
  is_for(AF_INET6, "*:80", "[::]:80");
}

static void test_unix(void **state) {
  (void)state;
  is("unix:/tmp/x", "unix:/tmp/x");
  is("unix:relative", "unix:relative");
  is("unix:@abstract", "unix:@abstract");
  is("unix:@", "unix:@");
  is("unix:", "unix:");
  is("unix:/a:80", "unix:/a:80");
  is("unix:/a b", "unix:/a b");
  is_for(AF_INET6, "unix:/x", "unix:/x");
}

static void test_unix_lengths(void **state) {
  char text[200];
  struct address address;
  struct address_query query;
  struct error error;
  (void)state;
  memset(text, 'a', sizeof text);
  memcpy(text, "unix:", 5);
  assert_int_equal(parse(text, 5 + 107, AF_UNIX, &address, &query, &error), ADDRESS_COMPLETE);
  assert_int_equal(address.length, offsetof(struct sockaddr_un, sun_path) + 108);
  is_wrong(text, 5 + 108, "room for 107 bytes, and this one takes 108");
  text[5] = '@';
  assert_int_equal(parse(text, 5 + 108, AF_UNIX, &address, &query, &error), ADDRESS_COMPLETE);
  assert_int_equal(address.length, sizeof(struct sockaddr_un)); /* no zero behind it */
  is_wrong(text, 5 + 109, "room for 108 bytes");
  assert_int_equal(parse("unix:@a\0b", 9, AF_UNIX, &address, &query, &error), ADDRESS_COMPLETE);
  assert_int_equal(address.length, offsetof(struct sockaddr_un, sun_path) + 4);
  is_wrong("unix:a\0b", 8, "zero byte");
  assert_int_equal(parse("unix:", 5, AF_UNIX, &address, &query, &error), ADDRESS_COMPLETE);
  assert_int_equal(address.length, sizeof(sa_family_t)); /* the kernel chooses a name */
}

static void test_names(void **state) {
  (void)state;
  looks_up("localhost:80", "localhost", "80");
  looks_up("example.org:http", "example.org", "http");
  looks_up("127.0.0.1:http", "127.0.0.1", "http");
  looks_up("[::1]:http", "::1", "http");
  looks_up("256.0.0.1:80", "256.0.0.1", "80");
}

static void test_wrong(void **state) {
  char text[600];
  (void)state;
  wrong("", "HOST:PORT");
  wrong("127.0.0.1", "HOST:PORT");
  wrong("localhost", "the name of an open socket");
  wrong("127.0.0.1:", "the port is missing");
  wrong(":", "the port is missing");
  wrong("*:", "the port is missing");
  wrong("127.0.0.1:65536", "from 0 to 65535");
  wrong("65536", "from 0 to 65535");
  wrong("99999999999999999999999999", "from 0 to 65535");
  wrong("[::1]:99999999999999999999", "from 0 to 65535");
  wrong("::1", "written [::1]:80");
  wrong("::1:80", "written [::1]:80");
  wrong("[::1]", "written [::1]:80");
  wrong("[::1", "written [::1]:80");
  wrong("[", "written [::1]:80");
  wrong("[]", "written [::1]:80");
  wrong("[::1]80", "written [::1]:80");
  wrong("[]:80", "no IPv6 address");
  wrong("[*]:80", "no IPv6 address");
  wrong("[1.2.3.4]:80", "no IPv6 address");
  wrong("[::1%nothing]:80", "interface is unknown");
  wrong("[::1%]:80", "no IPv6 address");
  wrong("a/b:80", "HOST:PORT");
  wrong("a b:80", "HOST:PORT");
  is_wrong("local\0host:80", 13, "zero byte");
  is_wrong("127.0.0.1\0:80", 13, "");
  wrong("\x1b[31m:80", "\\x1b[31m");
  memset(text, 'a', sizeof text);
  memcpy(text + sizeof text - 3, ":80", 3);
  is_wrong(text, sizeof text, "too long");
  text[0] = '[';
  text[sizeof text - 4] = ']';
  is_wrong(text, sizeof text, "no IPv6 address");
  memset(text, '9', sizeof text);
  is_wrong(text, sizeof text, "from 0 to 65535");
}

/* No interface has a number that does not fit, and 0 is no scope. */
static void test_scope_numbers(void **state) {
  (void)state;
  wrong("[fe80::1%-1]:80", "interface is unknown");
  wrong("[fe80::1%4294967296]:80", "interface is unknown");
  wrong("[fe80::1%0x100000001]:80", "interface is unknown");
}

static void test_any(void **state) {
  struct address address;
  struct address_query query;
  struct error error;
  struct bytes bytes = {0};
  (void)state;
  parse("*:80", 4, AF_INET6, &address, &query, &error);
  assert_true(address_is_any(&address));
  address_any_to_loopback(&address);
  assert_false(address_is_any(&address));
  address_append(&address, &bytes);
  assert_string_equal(bytes_text(&bytes), "[::1]:80");
  bytes_clear(&bytes);
  parse("*:80", 4, AF_INET, &address, &query, &error);
  address_any_to_loopback(&address);
  address_append_host(&address, &bytes);
  assert_string_equal(bytes_text(&bytes), "127.0.0.1");
  assert_int_equal(address_port(&address), 80);
  address_set_port(&address, 81);
  assert_int_equal(address_port(&address), 81);
  parse("unix:/x", 7, AF_UNIX, &address, &query, &error);
  assert_false(address_is_any(&address));
  assert_int_equal(address_port(&address), -1);
  bytes_free(&bytes);
}

/* What the kernel gives: none at all, cut short, or of a family that is not known here. */
static void test_from_kernel(void **state) {
  struct address address = {0};
  struct bytes bytes = {0};
  (void)state;
  assert_int_equal(address_family(&address), AF_UNSPEC);
  address_append(&address, &bytes);
  assert_string_equal(bytes_text(&bytes), "none");
  for (int family = 0; family < 50; family++)
    for (socklen_t length = 0; length <= sizeof address.storage; length++) {
      memset(&address, 0x41, sizeof address);
      address.any.sa_family = (sa_family_t)family;
      address.length = length;
      bytes_clear(&bytes);
      address_append(&address, &bytes);
      address_append_raw(&address, &bytes);
      assert_true(bytes.length < 1200);
    }
  bytes_free(&bytes);
}

static void test_escaped_path(void **state) {
  struct address address;
  struct address_query query;
  struct error error;
  struct bytes bytes = {0};
  (void)state;
  parse("unix:@a\0\x1b", 9, AF_UNIX, &address, &query, &error);
  address_append(&address, &bytes);
  assert_string_equal(bytes_text(&bytes), "unix:@a\\0\\x1b");
  bytes_clear(&bytes);
  address_append_raw(&address, &bytes);
  assert_int_equal(bytes.length, 9);
  assert_memory_equal(bytes.data, "unix:@a\0\x1b", 9);
  bytes_free(&bytes);
}

static void field_is(const char *text, const char *field, const char *expected) {
  struct address address;
  struct address_query query;
  struct error error;
  struct bytes bytes = {0};
  struct value value = {0};
  parse(text, strlen(text), AF_UNSPEC, &address, &query, &error);
  struct object *object = address_object_create(&address);
  assert_true(address_equal(address_from_object(object), &address));
  if (object->class->field(object, field, &value, &error) < 0)
    assert_non_null(strstr(error.message, expected));
  else {
    value_append(&value, &bytes);
    assert_string_equal(bytes_text(&bytes), expected);
  }
  value_clear(&value);
  bytes_free(&bytes);
  object_release(object);
}

/* The kernel takes almost any byte in the name of an interface. */
static void test_escaped_interface(void **state) {
  struct address address = {.length = sizeof address.inet6, .interface = "\x1b[5m"};
  struct bytes bytes = {0};
  (void)state;
  address.inet6.sin6_family = AF_INET6;
  address.inet6.sin6_addr.s6_addr[15] = 1;
  address.inet6.sin6_scope_id = 7;
  address_append_host(&address, &bytes);
  assert_string_equal(bytes_text(&bytes), "::1%\\x1b[5m");
  bytes_clear(&bytes);
  address = (struct address){.length = sizeof(struct sockaddr_ll), .interface = "\x1b[5m"};
  struct sockaddr_ll link = {.sll_family = AF_PACKET, .sll_ifindex = 7};
  memcpy(&address.storage, &link, sizeof link);
  address_append(&address, &bytes);
  assert_null(strchr(bytes_text(&bytes), 0x1b));
  assert_non_null(strstr(bytes_text(&bytes), "\\x1b[5m"));
  bytes_free(&bytes);
}

static void test_fields(void **state) {
  (void)state;
  field_is("127.0.0.1:80", "port", "80");
  field_is("127.0.0.1:80", "host", "127.0.0.1");
  field_is("127.0.0.1:80", "family", "AF_INET");
  field_is("[::1]:80", "host", "::1");
  field_is("[::1]:80", "family", "AF_INET6");
  field_is("unix:/x", "path", "/x");
  field_is("unix:@x", "path", "@x");
  field_is("unix:", "path", "");
  field_is("unix:/x", "port", "there are .path and .family");
  field_is("127.0.0.1:80", "path", "there are .host, .port and .family");
}

/* Any text of a few letters that mean something here, to any length: no crash, and an answer. */
static void test_all_short_texts(void **state) {
  static const char letters[] = "[]:*%.1a/@";
  char text[5];
  struct address address;
  struct address_query query;
  struct error error;
  (void)state;
  for (int number = 0; number < 100000; number++) {
    int rest = number;
    for (size_t i = 0; i < 5; i++, rest /= 10)
      text[i] = letters[rest % 10];
    for (size_t length = 1; length <= 5; length++)
      parse(text, length, number % 2 ? AF_INET6 : AF_UNSPEC, &address, &query, &error);
  }
}

int main(void) {
  network_start();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_inet),
      cmocka_unit_test(test_inet6),
      cmocka_unit_test(test_link),
      cmocka_unit_test(test_short_forms),
      cmocka_unit_test(test_unix),
      cmocka_unit_test(test_unix_lengths),
      cmocka_unit_test(test_names),
      cmocka_unit_test(test_wrong),
      cmocka_unit_test(test_scope_numbers),
      cmocka_unit_test(test_any),
      cmocka_unit_test(test_from_kernel),
      cmocka_unit_test(test_escaped_path),
      cmocka_unit_test(test_escaped_interface),
      cmocka_unit_test(test_fields),
      cmocka_unit_test(test_all_short_texts),
  };
  return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
