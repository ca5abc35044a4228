/* packet, the view: what IGMP, DNS and the option of Multipath TCP say, as tcpdump(1) writes it.
 * The packets are of the kernel and of a DNS server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "view/notation/packet_line.h"

static const struct notation plain = {.preview = 64, .style = ESCAPE_ASCII, .arrow = "->"};

/* Shows the first bytes of a packet, from memory that ends with them. */
static void show(const unsigned char *packet, size_t kept, size_t total, struct bytes *line) {
  unsigned char *bytes = malloc(kept ? kept : 1);
  memcpy(bytes, packet, kept);
  const struct event_packet event = {.number = 1,
                                     .fate = PACKET_CROSSED,
                                     .source = "a",
                                     .target = "b",
                                     .to = "b",
                                     .wire = "",
                                     .reason = "",
                                     .about_source = "",
                                     .about_target = "",
                                     .bytes = bytes,
                                     .length = kept,
                                     .total = total};
  packet_append_line(&plain, &event, line);
  packet_append_message(&plain, &event, line);
  free(bytes);
}

static size_t read_hex(const char *hex, unsigned char *packet) {
  size_t length = strlen(hex) / 2;
  for (size_t i = 0; i < length; i++) {
    unsigned value;
    assert_int_equal(sscanf(hex + 2 * i, "%2x", &value), 1);
    packet[i] = (unsigned char)value;
  }
  return length;
}

/* The line has these words; and whatever is missing or wrong, nothing is read that is not there. */
static void has(const char *hex, const char *words) {
  unsigned char packet[256] = {0};
  size_t length = read_hex(hex, packet);
  struct bytes line = {0};
  show(packet, length, length, &line);
  if (!strstr(bytes_text(&line), words))
    fail_msg("%s: %s", words, bytes_text(&line));
  for (size_t kept = 0; kept < length; kept++) {
    bytes_clear(&line);
    show(packet, kept, length, &line);
  }
  for (size_t at = 20; at < length; at++)
    for (unsigned bit = 0; bit < 8; bit++) {
      packet[at] ^= (unsigned char)(1U << bit);
      bytes_clear(&line);
      show(packet, length, length, &line);
      for (size_t i = 0; i < line.length; i++)
        assert_true(line.data[i] >= ' ' && line.data[i] <= '~');
      packet[at] ^= (unsigned char)(1U << bit);
    }
  bytes_free(&line);
}

static void test_igmp(void **state) {
  (void)state;
  has("46c00028000040000102f9f80a000001e0000016940400002200e9f90000000103000000ef010203",
      "a > b: igmp v3 report, 1 group record(s) [gaddr 239.1.2.3 to_in {}]");
  has("46c0002c000040000102f9f40a000001e0000016940400002200dbf80000000101000001ef0102030a000002",
      "igmp v3 report, 1 group record(s) [gaddr 239.1.2.3 is_in {10.0.0.2}]");
  has("4500001c000000000102cefa0a000001e00000011164ee9b00000000",
      "igmp query v2 [max resp time 10.0s]");
  has("45000020000000000102cef60a000001e00000011185ed75ef01020300000000",
      "igmp query v3 [max resp time 16.8s] [gaddr 239.1.2.3]");
  has("4500001c000000000102deda0a000001ef0102031600f8fbef010203", "igmp v2 report 239.1.2.3");
  has("4500001c000000000102cefa0a000001e00000021700f7fbef010203", "igmp leave 239.1.2.3");
}

static void test_dns(void **state) {
  (void)state;
  has("45000039401140004011e6a00a0000010a0000029b4b003500256661123401000001000000000000037777770765"
      "78"
      "616d706c650000010001",
      "a > b: UDP, length 29, DNS 4660+ A? www.example.");
  has("4500005cbdb74000401168d70a0000020a00000100359b4b0048258f123485800001000200000000037777770765"
      "78"
      "616d706c650000010001c00c000500010000003c000704686f7374c010c00c000100010000003c00040a000002",
      "DNS 4660* A? www.example. 2/0/0 CNAME host.example., A 10.0.0.2");
  /* No such name; and a name that points to itself. */
  has("45000039401140004011e6a00a0000010a0000020035003500256661123481830001000000000000037777770765"
      "78616d706c650000010001",
      "DNS 4660 NXDomain A? www.example. 0/0/0");
  has("4500002e401140004011e6ab0a0000010a0000020035003500196661123401000001000000000000c00c0001000"
      "1",
      "DNS 4660+");
}

static void test_multipath(void **state) {
  (void)state;
  has("4500004006b24000400620040a0000010a000002c6860050ff4fbb3600000000b002faf089df0000020405b40402"
      "080a"
      "17eee6d800000000010303071e040101",
      "wscale 7,mptcp capable v1>");
  has("4500004800004000400626ae0a0000020a0000010050c6864bd97913ff4fbb37d012fe8825900000020405b40402"
      "080a"
      "aa6b764417eee6d8010303071e0c01015a336696735226dd",
      "mptcp capable v1 {0x5a336696735226dd}>");
  has("4500005106b4400040061ff10a0000010a000002c6860050ff4fbb374bd97914e01801f6a40700000101080a17ee"
      "e6d8"
      "aa6b76441e160101e111f2636dcdf6a85a336696735226dd0005010168656c6c6f",
      "mptcp capable v1 {0xe111f2636dcdf6a8,0x5a336696735226dd} len 5,nop,nop>, length 5");
  has("4500004c06b5400040061ff50a0000010a000002c6860050ff4fbb3c4bd97914e01001f5884400000101080a17ee"
      "e6d9"
      "aa6b76441e16201d1966a3ba0a8e3e934d0680220000000000010101",
      "mptcp dss fin ack 426156986 seq 760614189445578786 subseq 0 len 1,nop,nop>");
  has("4500003406b54000400620000a0000010a000002c6860050000000010000000080020064000000001e0c1002aabb"
      "ccdd"
      "00000007",
      "mptcp join id 2 token 0xaabbccdd nonce 0x00000007>");
  has("4500003806b54000400620000a0000010a000002c68600500000000100000000901000640000000"
      "01e1030050a0001020102030405060708",
      "mptcp add-addr id 5 10.0.1.2 hmac 0x0102030405060708>");
  has("4500002c06b54000400620000a0000010a000002c68600500000000100000000601400640000000"
      "01e048001",
      "mptcp tcprst, mptcp specific error>");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_igmp),
      cmocka_unit_test(test_dns),
      cmocka_unit_test(test_multipath),
  };
  return cmocka_run_group_tests_name("packet_message", tests, NULL, NULL);
}
