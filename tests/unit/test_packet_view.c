/* packet, the view: each kind of packet as tcpdump(1) would write it. The packets were made by a
 * program that shares nothing with this one: from 10.0.0.1 to 10.0.0.2, or fd00::1 to fd00::2; a
 * connection's initial numbers are 1000 and 5000, its first timestamps 1001 and 7001. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "view/notation/packet_line.h"
#include "view/view.h"

static const char syn[] = "4500003c12344000400614860a0000010a0000029cb00050000003e800000000a002faf0"
                          "943b0000020405b40402080a"
                          "000003e90000000001030307";
static const char syn_ack[] = "4500003c12344000400614860a0000010a0000029cb0005000001388000003e9a012"
                              "faf065490000020405b40402080a"
                              "00001b59000003e901030307";
static const char data[] =
    "4500002d12344000400614950a0000010a0000029cb00050000003e900001389501801f6a18a000068656c6c6f";
static const char stamped[] = "4500003e12344000400614840a0000010a0000029cb00050000003ee0000138b8018"
                              "faf0399500000101080a000003f2"
                              "00001b5d78787878787878787878";
static const char rst[] =
    "45000028123440004006149a0a0000010a0000029cb00050000003e90000138950140000e75b0000";
static const char fin[] =
    "45000028123440004006149a0a0000010a0000029cb00050000003e9000013895011faf0ec6d0000";
static const char nothing[] =
    "45000028123440004006149a0a0000010a0000029cb00050000003e9000013895000faf0ec7e0000";
static const char urgent[] =
    "4500002912344000400614990a0000010a0000029cb00050000003e9000013895038faf0cb44000121";
static const char ecn[] =
    "45000028123440004006149a0a0000010a0000029cb00050000003e80000000050c2faf0ff460000";
static const char sack[] = "4500003c12344000400614860a0000010a0000029cb00050000003e900001389a010faf"
                           "047e60000010105120000138d"
                           "000013920000139c000013a6";
static const char odd[] = "4500003c12344000400614860a0000010a0000029cb00050000003e900001389a010faf0"
                          "1d730000fe04abcd22021304"
                          "01021c048005020301000000";
static const char cookie[] = "45000034123440004006148e0a0000010a0000029cb00050000003e8000000008002f"
                             "af09adc0000220a010203040506"
                             "07080300";
static const char udp[] = "4500002112344000401114960a0000010a00000213880035000d944268656c6c6f";
static const char udp_zero[] = "60000000000a1140fd000000000000000000000000000001fd00000000000000000"
                               "000000000000213880035000affff"
                               "f218";
static const char ping[] = "4500002312344000400114a40a0000010a000002080066cf0001000261626364656667";
static const char ping6[] = "60000000000f3a40fd000000000000000000000000000001fd00000000000000000000"
                            "00000000028000f48000010002"
                            "61626364656667";
static const char unreach[] = "4500003d123440004001148a0a0000010a0000020303111e00000000450000211234"
                              "4000401114960a0000010a000002"
                              "13880035000d944268656c6c6f";
static const char needfrag[] = "45000049123440004001147e0a0000010a00000203040ede000002404500002d123"
                               "44000400614950a0000010a000002"
                               "9cb00050000003e900001389501801f6a18a000068656c6c6f";
static const char exceeded[] = "45000038123440004001148f0a0000010a0000020b004cf30000000045000021123"
                               "44000401114960a0000010a000002"
                               "13880035000d9442";
static const char redirect[] = "45000038123440004001148f0a0000010a0000020501500c0a0000094500002d123"
                               "44000400614950a0000010a000002"
                               "9cb00050000003e9";
static const char strange[] = "4500001c12344000400114ab0a0000010a0000024d03b2fc00000000";
static const char toobig[] = "6000000000583a40fd000000000000000000000000000001fd0000000000000000000"
                             "000000000020200982e00000500"
                             "6000000000280640fd000000000000000000000000000001fd0000000000000000000"
                             "000000000029cb00050000003e8"
                             "00000000a002faf0ae390000020405b40402080a000003e90000000001030307";
static const char port6[] = "60000000003a3a40fd000000000000000000000000000001fd00000000000000000000"
                            "00000000020104935300000000"
                            "60000000000a1140fd000000000000000000000000000001fd00000000000000000000"
                            "000000000213880035000affff"
                            "f218";
static const char solicit[] = "6000000000183a40fd000000000000000000000000000001fd000000000000000000"
                              "000000000002870081a500000000"
                              "fd000000000000000000000000000002";
static const char frag1[] =
    "4500002c00012000401146be0a0000010a0000021388003500306e6578787878787878787878787878787878";
static const char frag2[] =
    "4500002c00010003401166bb0a0000010a000002787878787878787878787878787878787878787878787878";
static const char frag6[] = "6000000000182c40fd000000000000000000000000000001fd00000000000000000000"
                            "00000000021100001900000007"
                            "79797979797979797979797979797979";
static const char gre[] = "4500001c12344000402f147d0a0000010a000002000008001b5b324a";
static const char proto[] = "450000141234400040fd13b70a0000010a000002";

static const struct notation plain = {.preview = 64, .style = ESCAPE_ASCII, .arrow = "->"};

/* A packet, and its bytes in a block of their own. */
static struct event_packet event_of(const char *hex) {
  size_t length = strlen(hex) / 2;
  unsigned char *bytes = malloc(length);
  for (size_t i = 0; i < length; i++) {
    unsigned value;
    assert_int_equal(sscanf(hex + 2 * i, "%2x", &value), 1);
    bytes[i] = (unsigned char)value;
  }
  return (struct event_packet){.number = 1,
                               .fate = PACKET_CROSSED,
                               .source = "client",
                               .target = "server",
                               .to = "server",
                               .wire = "",
                               .reason = "",
                               .about_source = "",
                               .about_target = "",
                               .bytes = bytes,
                               .length = length,
                               .total = length,
                               .relative = true,
                               .sequence_base = 1000,
                               .acknowledgment_base = 5000,
                               .timestamp_base = 1000,
                               .echo_base = 7000};
}

static void assert_line(const struct notation *notation, const struct event_packet *event,
                        const char *expected) {
  struct bytes line = {0};
  packet_append_line(notation, event, &line);
  assert_string_equal(bytes_text(&line), expected);
  bytes_free(&line);
}

/* Of a packet of IPv6 that stands in front of the rest. */
static void shows(const char *hex, const char *expected) {
  struct event_packet event = event_of(hex);
  struct bytes line = {0};
  bytes_append_text(&line, hex[0] == '6' ? "IP6 " : "");
  bytes_append_text(&line, expected);
  assert_line(&plain, &event, bytes_text(&line));
  bytes_free(&line);
  free((void *)event.bytes);
}

static void test_tcp(void **state) {
  (void)state;
  shows(syn, "client > server: Flags [S], seq 0, win 64240, <mss 1460,sackOK,TS val 1 ecr "
             "0,nop,wscale 7>");
  shows(data, "client > server: Flags [P.], seq 1:6, ack 1, win 502, length 5");
  shows(stamped, "client > server: Flags [P.], seq 6:16, ack 3, win 64240, <nop,nop,TS val 10 ecr "
                 "5>, length 10");
  shows(rst, "client > server: Flags [R.], seq 1, ack 1, win 0");
  shows(fin, "client > server: Flags [F.], seq 1, ack 1, win 64240");
  shows(nothing, "client > server: Flags [none], win 64240");
  shows(urgent, "client > server: Flags [P.U], seq 1:2, ack 1, win 64240, urg 1, length 1");
  shows(ecn, "client > server: Flags [SEW], seq 0, win 64240");
  shows(sack, "client > server: Flags [.], ack 1, win 64240, <nop,nop,sack 2 {5:10}{20:30}>");
  shows(odd, "client > server: Flags [.], ack 1, win 64240, <unknown-254 0xabcd,tfo cookiereq,md5 "
             "0x0102,uto 5 min,"
             "mss 0x01,eol>");
}

/* The other direction of the connection: its bases are the other way round. */
static void test_answer(void **state) {
  struct event_packet event = event_of(syn_ack);
  (void)state;
  event.source = "server";
  event.target = "client";
  event.sequence_base = 5000;
  event.acknowledgment_base = 1000;
  event.timestamp_base = 7000;
  event.echo_base = 1000;
  assert_line(&plain, &event,
              "server > client: Flags [S.], seq 0, ack 1, win 64240, <mss 1460,sackOK,TS val 1 ecr "
              "1,nop,wscale 7>");
  event.relative = false;
  assert_line(&plain, &event,
              "server > client: Flags [S.], seq 5000, ack 1001, win 64240, <mss 1460,sackOK,TS val "
              "7001 ecr 1001,nop,wscale 7>");
  free((void *)event.bytes);
}

static void test_udp_and_icmp(void **state) {
  (void)state;
  shows(udp, "client > server: UDP, length 5");
  shows(udp_zero, "client > server: UDP, length 2");
  shows(ping, "client > server: ICMP echo request, id 1, seq 2, length 15");
  shows(ping6, "client > server: ICMP6, echo request, id 1, seq 2, length 15");
  shows(unreach, "client > server: ICMP server udp port 53 unreachable, length 41");
  shows(needfrag, "client > server: ICMP server unreachable - need to frag (mtu 576), length 53, "
                  "about client > server: "
                  "Flags [P.], length 5");
  shows(exceeded, "client > server: ICMP time exceeded in-transit, length 36, about client > "
                  "server: UDP, length 5");
  shows(redirect, "client > server: ICMP redirect server to host 10.0.0.9, length 36, about client "
                  "> server: TCP");
  shows(strange, "client > server: ICMP type-#77, length 8");
  shows(toobig, "client > server: ICMP6, packet too big, mtu 1280, length 88, about client > "
                "server: Flags [S]");
  shows(port6, "client > server: ICMP6, destination unreachable, unreachable port, server udp port "
               "53, length 58");
  shows(solicit, "client > server: ICMP6, neighbor solicitation, who has server, length 24");
}

static void test_fragments_and_others(void **state) {
  (void)state;
  shows(frag1, "client > server: UDP, length 40, frag (id 1, offset 0, length 24+)");
  shows(frag2, "client > server: UDP, frag (id 1, offset 24, length 24)");
  shows(frag6, "client > server: UDP, frag (id 7, offset 24, length 16+)");
  shows(gre, "client > server: GRE, length 8: 000008001b5b324a");
  shows(proto, "client > server: ip-proto-253, length 0");
}

static void test_ports(void **state) {
  struct event_packet event = event_of(data);
  struct aliases aliases = {0};
  struct notation stable = {
      .preview = 64, .style = ESCAPE_ASCII, .aliases = &aliases, .arrow = "->"};
  (void)state;
  event.ports = true;
  assert_line(&plain, &event,
              "client.40112 > server.80: Flags [P.], seq 1:6, ack 1, win 502, length 5");
  alias_keep_port(&aliases, 80);
  assert_line(&stable, &event,
              "client.P1 > server.80: Flags [P.], seq 1:6, ack 1, win 502, length 5");
  free((void *)event.bytes);
  event = event_of(stamped);
  assert_line(&stable, &event,
              "client > server: Flags [P.], seq 6:16, ack 3, win 64240, <nop,nop,TS val T ecr T>, "
              "length 10");
  free((void *)event.bytes);
  event = event_of(syn);
  assert_line(&stable, &event,
              "client > server: Flags [S], seq 0, win 64240, <mss 1460,sackOK,TS val T ecr "
              "0,nop,wscale 7>");
  free((void *)event.bytes);
  event = event_of(cookie);
  assert_line(
      &plain, &event,
      "client > server: Flags [S], seq 0, win 64240, <tfo cookie 0102030405060708,[bad option]>");
  assert_line(&stable, &event,
              "client > server: Flags [S], seq 0, win 64240, <tfo cookie C1,[bad option]>");
  free((void *)event.bytes);
  event = event_of(frag2);
  event.ports = true; /* a fragment has none */
  assert_line(&stable, &event, "client > server: UDP, frag (id F1, offset 24, length 24)");
  free((void *)event.bytes);
  event = event_of(needfrag);
  event.ports = true;
  assert_line(&plain, &event,
              "client > server: ICMP server unreachable - need to frag (mtu 576), length 53, about "
              "client.40112 > server.80: Flags [P.], length 5");
  free((void *)event.bytes);
  aliases_free(&aliases);
}

/* What was cut, what lies, and what was changed on the way. */
/* Without the packet that it is about, an ICMP error says no more than it knows. */
static void test_not_kept(void **state) {
  struct event_packet event = event_of(unreach);
  (void)state;
  event.length = 28;
  assert_line(&plain, &event,
              "client > server: ICMP type 3, code 3, about a packet that was not kept, length 41");
  free((void *)event.bytes);
}

static void test_broken(void **state) {
  struct event_packet event = event_of(data);
  unsigned char *bytes = (unsigned char *)event.bytes;
  (void)state;
  event.length = 42;
  assert_line(&plain, &event, "client > server: Flags [P.], seq 1:6, ack 1, win 502, length 5");
  event.length = 30;
  assert_line(&plain, &event, "client > server: TCP, length 25: 9cb00050000003e90000 [truncated]");
  event.length = 12;
  assert_line(&plain, &event, "client > server: length 45: 4500002d1234400040061495 [truncated]");
  event.length = 45;
  bytes[44] ^= 1;
  assert_line(
      &plain, &event,
      "client > server: Flags [P.], seq 1:6, ack 1, win 502, length 5 (incorrect checksum)");
  bytes[44] ^= 1;
  bytes[32] = 0x10;
  assert_line(&plain, &event,
              "client > server: Flags [P.], seq 1:6, ack 1, win 502, length 5 [bad header length]");
  bytes[0] = 0x00;
  event.source = event.target = "";
  struct notation narrow = plain;
  narrow.preview = 4;
  assert_line(&narrow, &event, "length 45: 0000002d... [no IP packet]");
  event.source = "\x1b[2J";
  assert_line(&narrow, &event, "\\x1b[2J > : length 45: 0000002d... [no IP packet]");
  free((void *)event.bytes);
}

static void test_fates(void **state) {
  struct event_packet event = event_of(data);
  struct bytes text = {0};
  (void)state;
  packet_append_fate(&event, &text);
  assert_int_equal(text.length, 0);
  event.reason = "inject";
  packet_append_fate(&event, &text);
  assert_string_equal(bytes_text(&text), "(inject)");
  bytes_clear(&text);
  event.fate = PACKET_LOST;
  event.reason = "cut";
  packet_append_fate(&event, &text);
  assert_string_equal(bytes_text(&text), "lost (cut)");
  bytes_clear(&text);
  event.fate = PACKET_HELD;
  event.reason = "";
  packet_append_fate(&event, &text);
  assert_string_equal(bytes_text(&text), "held");
  bytes_free(&text);
  free((void *)event.bytes);
}

/* What the text view makes of packets, and of what stands around them. */
struct shown {
  struct output output;
  struct view *view;
};

static void open_view(struct shown *shown, const struct view_class *class,
                      const struct view_settings *settings) {
  output_start(&shown->output);
  shown->view = view_create(class, &shown->output, settings, NULL);
  assert_non_null(shown->view);
}

static void assert_shown(struct shown *shown, const char *expected) {
  view_finish(shown->view);
  bytes_append_char(&shown->output.bytes, '\0');
  assert_string_equal(shown->output.bytes.data, expected);
  view_free(shown->view);
  bytes_clear(&shown->output.bytes);
  bytes_clear(&shown->output.segments);
  shown->output.waiting = 0;
  output_stop(&shown->output);
}

static void send_packet(struct shown *shown, unsigned number, enum packet_fate fate,
                        const char *wire, const char *reason, const char *hex) {
  struct event event = {.kind = EVENT_PACKET, .serial = number, .packet = event_of(hex)};
  event.packet.number = number;
  event.packet.fate = fate;
  event.packet.wire = wire;
  event.packet.reason = reason;
  view_event(&event, shown->view);
  free((void *)event.packet.bytes);
}

static void send_all(struct shown *shown) {
  send_packet(shown, 1, PACKET_HELD, "", "", syn);
  send_packet(shown, 1, PACKET_AGAIN, "", "", syn);
  send_packet(shown, 1, PACKET_CROSSED, "", "", syn);
  send_packet(shown, 2, PACKET_LOST, "", "cut", data);
  send_packet(shown, 3, PACKET_CROSSED, "a", "inject", udp);
  send_packet(shown, 4, PACKET_CHANGED, "", "edit", fin);
}

static void test_text(void **state) {
  struct view_settings settings = {.preview = 64};
  struct shown shown;
  (void)state;
  open_view(&shown, &view_text, &settings);
  send_all(&shown);
  assert_shown(&shown,
               "  1  client > server: Flags [S], seq 0, win 64240, <mss 1460,sackOK,TS val 1 ecr "
               "0,nop,wscale 7>  held\n"
               "  1  client > server: Flags [S], seq 0, win 64240, <mss 1460,sackOK,TS val 1 ecr "
               "0,nop,wscale 7>\n"
               "  2  client > server: Flags [P.], seq 1:6, ack 1, win 502, length 5  lost (cut)\n"
               "  3 a  client > server: UDP, length 5  (inject)\n"
               "  4  client > server: Flags [F.], seq 1, ack 1, win 64240  changed (edit)\n");
  settings.quiet = true;
  open_view(&shown, &view_text, &settings);
  send_all(&shown);
  assert_shown(&shown, "");
}

/* With --stable packets wait for the end of the statement in the foreground, and stand behind its
 * notes and calls. */
static void test_stable_text(void **state) {
  struct view_settings settings = {.preview = 64, .stable = true, .states = true, .calls = true};
  struct event_state changed = {.socket = {.id = 1, .descriptor = 3},
                                .now = {.state = STATE_LISTEN}};
  struct event seen = {.kind = EVENT_STATE, .serial = 2, .statement = 1, .state = &changed};
  struct event note = {.kind = EVENT_NOTE, .serial = 9, .statement = 1, .note = "said"};
  struct event done = {
      .kind = EVENT_RESULT, .serial = 10, .statement = 1, .result = {.duration = -1}};
  struct shown shown;
  (void)state;
  open_view(&shown, &view_text, &settings);
  view_event(&seen, shown.view);
  send_packet(&shown, 3, PACKET_CROSSED, "", "", udp);
  send_packet(&shown, 4, PACKET_CROSSED, "", "", fin);
  view_event(&note, shown.view);
  assert_int_equal(shown.output.bytes.length, 0);
  view_event(&done, shown.view);
  send_packet(&shown, 11, PACKET_CROSSED, "", "",
              udp); /* too late: it is shown with what comes next */
  assert_shown(&shown, "  # said\n"
                       "  3  client > server: UDP, length 5\n"
                       "  4  client > server: Flags [F.], seq 1, ack 1, win 64240\n"
                       "  3 LISTEN\n"
                       "  11  client > server: UDP, length 5\n");
}

/* tests/json holds what the lab's packets give against the manual page; here are those that no
 * kernel sends. */
static void test_json(void **state) {
  struct view_settings settings = {.preview = 64};
  struct shown shown;
  (void)state;
  open_view(&shown, &view_json, &settings);
  send_packet(&shown, 1, PACKET_LOST, "a", "cut", data);
  bytes_append_char(&shown.output.bytes, '\0');
  static const char *const parts[] = {
      "\"event\":\"packet\"",
      "\"fate\":\"lost\"",
      "\"wire\":\"a\"",
      "\"flags\":[\"PSH\",\"ACK\"]",
      "\"sequence\":1,",
      "\"sequence_absolute\":1001,",
      "\"acknowledgment\":1,",
      "\"text\":\"10.0.0.1:40112\"",
      "\"checksums_right\":true",
      "\"data\":{\"text\":\"hello\",\"base64\":\"aGVsbG8=\",\"length\":5}",
  };
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (!strstr(shown.output.bytes.data, parts[i]))
      fail_msg("%s is not in %s", parts[i], shown.output.bytes.data);
  shown.output.bytes.length = 0;
  static const char *const all[] = {syn, udp, ping6, frag2, gre, redirect, "00", "45"};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    send_packet(&shown, 2, PACKET_CROSSED, "", "", all[i]);
  bytes_append_char(&shown.output.bytes, '\0');
  assert_non_null(strstr(shown.output.bytes.data, "\"problem\":\"no IP packet\""));
  assert_non_null(
      strstr(shown.output.bytes.data, "\"fragment\":{\"id\":1,\"offset\":24,\"more\":false}"));
  view_free(shown.view);
  output_stop(&shown.output);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_tcp),          cmocka_unit_test(test_answer),
      cmocka_unit_test(test_udp_and_icmp), cmocka_unit_test(test_fragments_and_others),
      cmocka_unit_test(test_ports),        cmocka_unit_test(test_broken),
      cmocka_unit_test(test_not_kept),     cmocka_unit_test(test_fates),
      cmocka_unit_test(test_text),         cmocka_unit_test(test_stable_text),
      cmocka_unit_test(test_json),
  };
  return cmocka_run_group_tests_name("packet_view", tests, NULL, NULL);
}
