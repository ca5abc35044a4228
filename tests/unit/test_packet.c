/* packet: what is read of bytes, of any bytes; fields that are edited; packets that are made. The
 * packets below were made, and their checksums reckoned, by a program that shares nothing with this
 * one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "packet/packet.h"
#include "packet/packet_bits.h"
#include "packet/packet_field.h"
#include "system/network.h"

static const char syn[] = "4500003c12344000400614860a0000010a0000029cb00050000003e800000000a002faf0"
                          "943b0000020405b40402080a000003e90000000001030307";
static const char data[] =
    "4500002d12344000400614950a0000010a0000029cb00050000003e900001389501801f6a18a000068656c6c6f";
static const char syn6[] =
    "6000000000280640fd000000000000000000000000000001fd0000000000000000000000000000029cb00050000003"
    "e800000000a002faf0ae390000020405b40402080a000003e90000000001030307";
static const char udp[] = "4500002112344000401114960a0000010a00000213880035000d944268656c6c6f";
static const char udp_zero[] = "60000000000a1140fd000000000000000000000000000001fd00000000000000000"
                               "000000000000213880035000afffff218";
static const char ping[] = "4500002312344000400114a40a0000010a000002080066cf0001000261626364656667";
static const char ping6[] = "60000000000f3a40fd000000000000000000000000000001fd00000000000000000000"
                            "00000000028000f4800001000261626364656667";
static const char unreach[] = "4500003d123440004001148a0a0000010a0000020303111e00000000450000211234"
                              "4000401114960a0000010a00000213880035000d944268656c6c6f";
static const char toobig[] =
    "6000000000583a40fd000000000000000000000000000001fd0000000000000000000000000000020200982e000005"
    "006000000000280640fd000000000000000000000000000001fd0000000000000000000000000000029cb000500000"
    "03e800000000a002faf0ae390000020405b40402080a000003e90000000001030307";
static const char ext[] =
    "6000000000340040fd000000000000000000000000000001fd0000000000000000000000000000022b000104000000"
    "003c01040000000000000000000000000006000104000000009cb00050000003e9000013895010faf0066d0000";
static const char frag1[] =
    "4500002c00012000401146be0a0000010a0000021388003500306e6578787878787878787878787878787878";
static const char frag2[] =
    "4500002c00010003401166bb0a0000010a000002787878787878787878787878787878787878787878787878";
static const char frag6[] = "6000000000182c40fd000000000000000000000000000001fd00000000000000000000"
                            "0000000002110000190000000779797979797979797979797979797979";
static const char ipopt[] =
    "4600002c12344000400611940a0000010a000002010101019cb00050000003e9000013895010faf0ec6e0000";
/* The header that Wikipedia takes to show IPv4's checksum. */
static const char known_header[] = "45000073000040004011b861c0a80001c0a800c7";

enum { ROOM = 2048 };

/* Bytes in a block of their own, so that AddressSanitizer sees a read beyond them. */
struct sample {
  unsigned char *bytes;
  size_t length;
};

static struct sample sample(const char *hex) {
  struct sample sample = {malloc(strlen(hex) / 2), strlen(hex) / 2};
  for (size_t i = 0; i < sample.length; i++) {
    unsigned value;
    assert_int_equal(sscanf(hex + 2 * i, "%2x", &value), 1);
    sample.bytes[i] = (unsigned char)value;
  }
  return sample;
}

static struct packet read_sample(const struct sample *sample) {
  struct packet packet;
  packet_read(sample->bytes, sample->length, sample->length, &packet);
  return packet;
}

static void assert_address(struct address address, const char *expected) {
  struct bytes text = {0};
  address_append(&address, &text);
  assert_string_equal(bytes_text(&text), expected);
  bytes_free(&text);
}

static void test_reads_tcp(void **state) {
  struct sample bytes = sample(syn);
  struct packet packet = read_sample(&bytes);
  uint32_t value;
  uint32_t echo;
  (void)state;
  assert_null(packet.problem);
  assert_int_equal(packet.family, AF_INET);
  assert_int_equal(packet.protocol, IPPROTO_TCP);
  assert_true(packet.has_transport);
  assert_int_equal(packet.hops, 64);
  assert_int_equal(packet.transport, 20);
  assert_int_equal(packet.payload, 60);
  assert_int_equal(packet.payload_length, 0);
  assert_int_equal(packet.sequence, 1000);
  assert_int_equal(packet.flags, FLAG_SYN);
  assert_int_equal(packet.window, 64240);
  assert_int_equal(packet.options, 40);
  assert_int_equal(packet.options_length, 20);
  assert_int_equal(packet_sequence_length(&packet), 1);
  assert_true(packet_timestamps(&packet, &value, &echo));
  assert_int_equal(value, 1001);
  assert_int_equal(echo, 0);
  assert_address(packet_source(&packet), "10.0.0.1:40112");
  assert_address(packet_destination(&packet), "10.0.0.2:80");
  free(bytes.bytes);
  bytes = sample(data);
  packet = read_sample(&bytes);
  assert_int_equal(packet.flags, FLAG_PSH | FLAG_ACK);
  assert_int_equal(packet.acknowledgment, 5001);
  assert_int_equal(packet.payload_length, 5);
  assert_memory_equal(packet.bytes + packet.payload, "hello", 5);
  assert_int_equal(packet_sequence_length(&packet), 5);
  assert_false(packet_timestamps(&packet, &value, &echo));
  free(bytes.bytes);
}

static void test_walks_options(void **state) {
  static const unsigned kinds[] = {TCPOPT_MAXSEG, TCPOPT_SACK_PERMITTED, TCPOPT_TIMESTAMP,
                                   TCPOPT_NOP, TCPOPT_WINDOW};
  struct sample bytes = sample(syn);
  struct packet packet = read_sample(&bytes);
  struct packet_option option;
  size_t count = 0;
  bool bad;
  (void)state;
  for (size_t at = 0; packet_next_option(&packet, &at, &option, &bad); count++)
    assert_int_equal(option.kind, kinds[count]);
  assert_false(bad);
  assert_int_equal(count, 5);
  /* A length of 0 or 1, or one that leads beyond the header, ends the list. */
  static const unsigned char lengths[] = {0, 1, 21, 255};
  for (size_t i = 0; i < sizeof lengths; i++) {
    size_t at = 0;
    bytes.bytes[41] = lengths[i];
    assert_false(packet_next_option(&packet, &at, &option, &bad));
    assert_true(bad);
  }
  bytes.bytes[40] = TCPOPT_EOL;
  size_t at = 0;
  assert_true(packet_next_option(&packet, &at, &option, &bad));
  assert_false(packet_next_option(&packet, &at, &option, &bad));
  assert_false(bad);
  free(bytes.bytes);
}

static void test_reads_others(void **state) {
  struct sample bytes = sample(udp);
  struct packet packet = read_sample(&bytes);
  (void)state;
  assert_null(packet.problem);
  assert_int_equal(packet.source_port, 5000);
  assert_int_equal(packet.destination_port, 53);
  assert_int_equal(packet.payload_length, 5);
  free(bytes.bytes);
  bytes = sample(ping);
  packet = read_sample(&bytes);
  assert_int_equal(packet.type, 8);
  assert_int_equal(packet.payload, 28);
  assert_int_equal(packet.payload_length, 7);
  assert_address(packet_source(&packet), "10.0.0.1:0");
  free(bytes.bytes);
  bytes = sample(ping6);
  packet = read_sample(&bytes);
  assert_int_equal(packet.family, AF_INET6);
  assert_int_equal(packet.type, 128);
  assert_address(packet_destination(&packet), "[fd00::2]:0");
  free(bytes.bytes);
  bytes = sample(ipopt);
  packet = read_sample(&bytes);
  assert_int_equal(packet.transport, 24);
  assert_int_equal(packet.flags, FLAG_ACK);
  free(bytes.bytes);
}

static void test_reads_extensions(void **state) {
  struct sample bytes = sample(ext);
  struct packet packet = read_sample(&bytes);
  (void)state;
  assert_null(packet.problem);
  assert_int_equal(packet.protocol, IPPROTO_TCP);
  assert_int_equal(packet.transport, 72);
  assert_int_equal(packet.acknowledgment, 5001);
  bytes.bytes[41] = 255; /* the first of them is longer than the packet */
  packet = read_sample(&bytes);
  assert_string_equal(packet.problem, "truncated");
  assert_false(packet.has_transport);
  free(bytes.bytes);
  /* A chain without end. */
  unsigned char *chain = calloc(1, ROOM);
  chain[0] = 0x60;
  set_16(chain + 4, ROOM - 40);
  packet_read(chain, ROOM, ROOM, &packet);
  assert_string_equal(packet.problem, "too many extension headers");
  free(chain);
}

static void test_reads_fragments(void **state) {
  struct sample bytes = sample(frag1);
  struct packet packet = read_sample(&bytes);
  (void)state;
  assert_null(packet.problem);
  assert_true(packet.more);
  assert_false(packet.fragment);
  assert_true(packet.has_transport);
  assert_int_equal(packet.payload_length, 16);
  assert_int_equal(packet.identification, 1);
  free(bytes.bytes);
  bytes = sample(frag2);
  packet = read_sample(&bytes);
  assert_null(packet.problem);
  assert_true(packet.fragment);
  assert_false(packet.more);
  assert_false(packet.has_transport);
  assert_int_equal(packet.transport, packet.length);
  assert_int_equal(packet.fragment_offset, 24);
  assert_int_equal(packet.payload_length, 24);
  free(bytes.bytes);
  bytes = sample(frag6);
  packet = read_sample(&bytes);
  assert_true(packet.fragment && packet.more);
  assert_int_equal(packet.identification, 7);
  assert_int_equal(packet.fragment_offset, 24);
  assert_int_equal(packet.protocol, IPPROTO_UDP);
  assert_int_equal(packet.payload_length, 16);
  free(bytes.bytes);
}

static void test_reads_what_lies(void **state) {
  struct sample bytes = sample(data);
  struct packet packet;
  (void)state;
  bytes.bytes[32] = 0x40; /* TCP: a header of 16 bytes */
  packet = read_sample(&bytes);
  assert_string_equal(packet.problem, "bad header length");
  assert_true(packet.has_transport);
  assert_int_equal(packet.options_length, 0);
  bytes.bytes[32] = 0xf0; /* and one longer than the packet */
  packet = read_sample(&bytes);
  assert_string_equal(packet.problem, "bad header length");
  assert_int_equal(packet.options_length, 5);
  assert_int_equal(packet.payload_length, 0);
  bytes.bytes[0] = 0x44; /* IPv4: a header of 16 bytes */
  packet = read_sample(&bytes);
  assert_string_equal(packet.problem, "bad header length");
  assert_false(packet.has_transport);
  bytes.bytes[0] = 0x45;
  set_16(bytes.bytes + 2, 19);
  packet = read_sample(&bytes);
  assert_string_equal(packet.problem, "bad length");
  set_16(bytes.bytes + 2, 1000);
  packet = read_sample(&bytes);
  assert_string_equal(packet.problem, "truncated");
  bytes.bytes[0] = 0x55;
  packet = read_sample(&bytes);
  assert_int_equal(packet.family, AF_UNSPEC);
  assert_string_equal(packet.problem, "no IP packet");
  assert_int_equal(packet_source(&packet).length, 0);
  free(bytes.bytes);
  packet_read(NULL, 0, 0, &packet);
  assert_string_equal(packet.problem, "empty");
}

/* Of what is longer on the wire than the bytes kept, the lengths are those on the wire. */
static void test_reads_what_was_cut(void **state) {
  struct sample bytes = sample(data);
  struct packet packet;
  (void)state;
  packet_read(bytes.bytes, 41, bytes.length, &packet);
  assert_null(packet.problem);
  assert_int_equal(packet.payload_length, 5);
  assert_int_equal(packet_data_length(&packet), 1);
  assert_true(packet_checksums_hold(&packet));
  packet_read(bytes.bytes, 24, bytes.length, &packet);
  assert_string_equal(packet.problem, "truncated");
  assert_false(packet.has_transport);
  assert_int_equal(packet.destination_port, 80);
  free(bytes.bytes);
}

static const char *const samples[] = {syn,     data,   syn6, udp,   udp_zero, ping,  ping6,
                                      unreach, toobig, ext,  frag1, frag2,    frag6, ipopt};
enum { SAMPLES = sizeof samples / sizeof *samples };

static void read_everything(const unsigned char *bytes, size_t length, size_t total) {
  struct packet packet;
  struct packet_option option;
  size_t bit;
  bool bad;
  unsigned char *copy = malloc(length ? length : 1);
  memcpy(copy, bytes, length);
  packet_read(copy, length, total, &packet);
  assert_true(packet.payload <= length && packet.transport <= length);
  assert_true(packet.payload + packet.payload_length <= total || packet.payload_length == 0);
  for (size_t at = 0; packet_next_option(&packet, &at, &option, &bad);)
    assert_true(option.data + option.length <= copy + length);
  for (const struct packet_field *field = packet_fields; field->name; field++)
    if (packet_field_find(&packet, field, &bit))
      assert_true(bit + field->bits <= length * 8);
  packet_checksums_hold(&packet);
  packet_source(&packet);
  packet_destination(&packet);
  packet_fix_checksums(copy, length);
  free(copy);
}

/* Each packet, cut anywhere, and with each byte changed. */
static void test_reads_no_further(void **state) {
  (void)state;
  for (size_t n = 0; n < SAMPLES; n++) {
    struct sample bytes = sample(samples[n]);
    for (size_t length = 0; length <= bytes.length; length++) {
      read_everything(bytes.bytes, length, length);
      read_everything(bytes.bytes, length, bytes.length);
    }
    for (size_t at = 0; at < bytes.length; at++)
      for (unsigned value = 0; value < 256; value++) {
        unsigned char was = bytes.bytes[at];
        bytes.bytes[at] = (unsigned char)value;
        read_everything(bytes.bytes, bytes.length, bytes.length);
        bytes.bytes[at] = was;
      }
    free(bytes.bytes);
  }
}

static void test_checksums(void **state) {
  struct sample bytes;
  struct packet packet;
  (void)state;
  for (size_t n = 0; n < SAMPLES; n++) {
    bytes = sample(samples[n]);
    unsigned char *copy = malloc(bytes.length);
    memcpy(copy, bytes.bytes, bytes.length);
    packet = read_sample(&bytes);
    assert_true(packet_checksums_hold(&packet));
    bool whole = packet.has_transport && !packet.more;
    if (whole) {
      bytes.bytes[bytes.length - 1] ^= 1;
      assert_false(packet_checksums_hold(&packet));
      bytes.bytes[bytes.length - 1] ^= 1;
    }
    if (packet.family == AF_INET)
      bytes.bytes[11] ^= 0xa5;
    if (whole && packet.protocol == IPPROTO_UDP)
      set_16(bytes.bytes + packet.transport + 6, 0x1234);
    packet_fix_checksums(bytes.bytes, bytes.length);
    assert_memory_equal(copy, bytes.bytes, bytes.length);
    free(copy);
    free(bytes.bytes);
  }
  bytes = sample(known_header);
  set_16(bytes.bytes + 10, 0);
  packet_fix_checksums(bytes.bytes, bytes.length);
  assert_int_equal(get_16(bytes.bytes + 10), 0xb861);
  free(bytes.bytes);
  /* UDP may go without over IPv4, and never over IPv6. */
  bytes = sample(udp);
  set_16(bytes.bytes + 26, 0);
  packet = read_sample(&bytes);
  assert_true(packet_checksums_hold(&packet));
  free(bytes.bytes);
  bytes = sample(udp_zero);
  assert_int_equal(get_16(bytes.bytes + 46), 0xffff);
  set_16(bytes.bytes + 46, 0);
  packet = read_sample(&bytes);
  assert_false(packet_checksums_hold(&packet));
  free(bytes.bytes);
}

static void edit(struct sample *bytes, const char *field, const char *text) {
  struct error error = {0};
  if (packet_edit(bytes->bytes, bytes->length, field, text, &(struct packet_bases){1000, 5000},
                  &error) < 0)
    fail_msg("%s", error.message);
  struct packet packet = read_sample(bytes);
  assert_true(packet_checksums_hold(&packet));
}

static void refuses(struct sample *bytes, const char *field, const char *text, const char *part) {
  struct error error = {0};
  unsigned char *copy = malloc(bytes->length);
  memcpy(copy, bytes->bytes, bytes->length);
  assert_int_equal(packet_edit(bytes->bytes, bytes->length, field, text,
                               &(struct packet_bases){1000, 5000}, &error),
                   -1);
  if (!strstr(error.message, part))
    fail_msg("%s", error.message);
  assert_memory_equal(copy, bytes->bytes, bytes->length);
  free(copy);
}

static void test_edits_tcp(void **state) {
  struct sample bytes = sample(syn);
  struct packet packet;
  (void)state;
  edit(&bytes, "seq", "7");
  edit(&bytes, "ack", "=9");
  edit(&bytes, "flags", "FIN|ACK");
  edit(&bytes, "win", "0x10");
  edit(&bytes, "ttl", "1");
  edit(&bytes, "sport", "1234");
  edit(&bytes, "dport", "65535");
  edit(&bytes, "urg", "3");
  edit(&bytes, "id", "77");
  edit(&bytes, "df", "0");
  edit(&bytes, "mss", "536");
  edit(&bytes, "wscale", "2");
  edit(&bytes, "tsval", "4294967295");
  edit(&bytes, "src", "10.0.0.9");
  packet = read_sample(&bytes);
  assert_int_equal(packet.sequence, 1007);
  assert_int_equal(packet.acknowledgment, 9);
  assert_int_equal(packet.flags, FLAG_FIN | FLAG_ACK);
  assert_int_equal(packet.window, 16);
  assert_int_equal(packet.hops, 1);
  assert_int_equal(packet.identification, 77);
  assert_int_equal(get_16(bytes.bytes + 6), 0);
  assert_int_equal(get_16(bytes.bytes + 38), 3);
  assert_int_equal(get_16(bytes.bytes + 42), 536);
  assert_address(packet_source(&packet), "10.0.0.9:1234");
  assert_address(packet_destination(&packet), "10.0.0.2:65535");
  edit(&bytes, "ack", "1");
  edit(&bytes, "seq", "-1");
  packet = read_sample(&bytes);
  assert_int_equal(packet.acknowledgment, 5001);
  assert_int_equal(packet.sequence, 999);
  refuses(&bytes, "ttl", "256", "0 to 255");
  refuses(&bytes, "ttl", "-1", "0 to 255");
  refuses(&bytes, "ttl", "", "0 to 255");
  refuses(&bytes, "seq", "=-1", "relative");
  refuses(&bytes, "seq", "4294967296", "relative");
  refuses(&bytes, "seq", "=", "relative");
  refuses(&bytes, "flags", "Q", "letters");
  refuses(&bytes, "src", "fd00::1", "IPv4 address");
  refuses(&bytes, "type", "1", "has no field \"type\" to be edited, but dscp, ecn, id, df");
  refuses(&bytes, "checksum", "1", "no field");
  free(bytes.bytes);
}

static void test_edits_others(void **state) {
  struct sample bytes = sample(ping6);
  struct packet packet;
  (void)state;
  edit(&bytes, "ttl", "3");
  packet = read_sample(&bytes);
  assert_int_equal(packet.hops, 3);
  edit(&bytes, "hops", "4");
  edit(&bytes, "type", "129");
  edit(&bytes, "echo-seq", "9");
  edit(&bytes, "dst", "fd00::77");
  packet = read_sample(&bytes);
  assert_int_equal(packet.hops, 4);
  assert_int_equal(packet.type, 129);
  assert_int_equal(get_16(bytes.bytes + 46), 9);
  assert_address(packet_destination(&packet), "[fd00::77]:0");
  refuses(&bytes, "df", "1", "no field");
  free(bytes.bytes);
  bytes = sample(toobig);
  edit(&bytes, "mtu", "576");
  assert_int_equal(get_32(bytes.bytes + 44), 576);
  free(bytes.bytes);
  bytes = sample(udp);
  refuses(&bytes, "seq", "1", "no field");
  edit(&bytes, "dport", "54");
  free(bytes.bytes);
  bytes = sample(frag2);
  refuses(&bytes, "dport", "1", "no field");
  edit(&bytes, "offset", "0");
  free(bytes.bytes);
  unsigned char nothing[4] = {0};
  struct sample none = {nothing, sizeof nothing};
  refuses(&none, "ttl", "1", "nor any other");
}

static void test_flags(void **state) {
  static const struct {
    const char *text;
    int flags;
  } cases[] = {{"S.", 0x12},  {"none", 0},    {"FP.U", 0x39}, {"EW", 0xc0},   {"syn|ack", 0x12},
               {"RST", 4},    {"0x12", 0x12}, {"", -1},       {"syn|", -1},   {"|", -1},
               {"syn|x", -1}, {"256", -1},    {"s", -1},      {"synack", -1}, {"SYN|RST", 6}};
  struct bytes text = {0};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_int_equal(packet_flags_parse(cases[i].text, strlen(cases[i].text)), cases[i].flags);
  for (unsigned flags = 0; flags < 256; flags++) {
    bytes_clear(&text);
    packet_flags_append(flags, &text);
    assert_int_equal(packet_flags_parse(text.data, text.length), flags);
  }
  bytes_free(&text);
}

static struct address inet(const char *text) {
  struct address address = {0};
  struct address_query query;
  struct error error = {0};
  assert_int_equal(
      address_parse(text, strlen(text), AF_UNSPEC, NETWORK_OWN, &address, &query, &error),
      ADDRESS_COMPLETE);
  return address;
}

static void builds(const struct packet_plan *plan, const char *hex) {
  struct bytes bytes = {0};
  struct error error = {0};
  struct sample expected = sample(hex);
  if (packet_build(plan, &bytes, &error) < 0)
    fail_msg("%s", error.message);
  if (expected.bytes[0] >> 4 == 4) { /* one that is not to be fragmented has no identification */
    set_16(expected.bytes + 4, 0);
    packet_fix_checksums(expected.bytes, expected.length);
  }
  assert_int_equal(bytes.length, expected.length);
  assert_memory_equal(bytes.data, expected.bytes, expected.length);
  bytes_free(&bytes);
  free(expected.bytes);
}

static void test_builds(void **state) {
  struct sample about = sample(udp);
  (void)state;
  builds(&(struct packet_plan){.hops = 64,
                               .protocol = IPPROTO_TCP,
                               .source = inet("10.0.0.1:40112"),
                               .destination = inet("10.0.0.2:80"),
                               .sequence = 1001,
                               .acknowledgment = 5001,
                               .flags = FLAG_PSH | FLAG_ACK,
                               .window = 502,
                               .data = "hello",
                               .data_length = 5},
         data);
  builds(&(struct packet_plan){.hops = 64,
                               .protocol = IPPROTO_UDP,
                               .source = inet("10.0.0.1:5000"),
                               .destination = inet("10.0.0.2:53"),
                               .data = "hello",
                               .data_length = 5},
         udp);
  builds(&(struct packet_plan){.hops = 64,
                               .protocol = IPPROTO_ICMPV6,
                               .source = inet("[fd00::1]:0"),
                               .destination = inet("[fd00::2]:0"),
                               .type = 128,
                               .rest = 0x00010002,
                               .data = "abcdefg",
                               .data_length = 7},
         ping6);
  builds(&(struct packet_plan){.hops = 64,
                               .protocol = IPPROTO_ICMP,
                               .source = inet("10.0.0.1:0"),
                               .destination = inet("10.0.0.2:0"),
                               .type = 3,
                               .code = 3,
                               .data = about.bytes,
                               .data_length = about.length},
         unreach);
  free(about.bytes);
  struct packet_plan plan = {.protocol = IPPROTO_TCP,
                             .source = inet("[fd00::1]:1"),
                             .destination = inet("[fd00::2]:2"),
                             .maximum_segment = 1220,
                             .flags = FLAG_SYN,
                             .hops = 9};
  struct bytes bytes = {0};
  struct error error = {0};
  struct packet packet;
  assert_int_equal(packet_build(&plan, &bytes, &error), 0);
  packet_read(bytes.data, bytes.length, bytes.length, &packet);
  assert_null(packet.problem);
  assert_true(packet_checksums_hold(&packet));
  assert_int_equal(packet.hops, 9);
  assert_int_equal(packet.options_length, 4);
  plan.destination = inet("10.0.0.2:2");
  assert_int_equal(packet_build(&plan, &bytes, &error), -1);
  assert_non_null(strstr(error.message, "one family"));
  plan.source = inet("10.0.0.1:1");
  plan.protocol = IPPROTO_ICMPV6;
  assert_int_equal(packet_build(&plan, &bytes, &error), -1);
  assert_non_null(strstr(error.message, "TCP, UDP or ICMP"));
  plan.protocol = IPPROTO_UDP;
  plan.data_length = 65535 - 20 - 8;
  plan.data = calloc(1, 65536);
  assert_int_equal(packet_build(&plan, &bytes, &error), 0);
  plan.data_length++;
  assert_int_equal(packet_build(&plan, &bytes, &error), -1);
  assert_non_null(strstr(error.message, "65507"));
  free((void *)plan.data);
  bytes_free(&bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_reads_tcp),
      cmocka_unit_test(test_walks_options),
      cmocka_unit_test(test_reads_others),
      cmocka_unit_test(test_reads_extensions),
      cmocka_unit_test(test_reads_fragments),
      cmocka_unit_test(test_reads_what_lies),
      cmocka_unit_test(test_reads_what_was_cut),
      cmocka_unit_test(test_reads_no_further),
      cmocka_unit_test(test_checksums),
      cmocka_unit_test(test_edits_tcp),
      cmocka_unit_test(test_edits_others),
      cmocka_unit_test(test_flags),
      cmocka_unit_test(test_builds),
  };
  return cmocka_run_group_tests_name("packet", tests, NULL, NULL);
}
