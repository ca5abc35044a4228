/* packet_full: every field of a packet, and its bytes. The packets were made by a program that
 * shares nothing with this one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "view/notation/packet_full.h"
#include "view/notation/table_layout.h"

static const char syn[] = "4500003c12344000400614860a0000010a0000029cb00050000003e800000000a002faf0"
                          "943b0000020405b40402080a000003e90000000001030307";
static const char unreach[] = "4500003d123440004001148a0a0000010a0000020303111e00000000450000211234"
                              "4000401114960a0000010a00000213880035000d944268656c6c6f";
static const char sack[] = "4500003c12344000400614860a0000010a0000029cb00050000003e900001389a010faf"
                           "047e60000010105120000138d000013920000139c000013a6";
static const char extended[] =
    "6000000000340040fd000000000000000000000000000001fd0000000000000000000000000000022b000104000000"
    "003c01040000000000000000000000000006000104000000009cb00050000003e9000013895010faf0066d0000";

static struct event_packet event_of(const char *hex) {
  size_t length = strlen(hex) / 2;
  unsigned char *bytes = malloc(length);
  for (size_t i = 0; i < length; i++) {
    unsigned value;
    assert_int_equal(sscanf(hex + 2 * i, "%2x", &value), 1);
    bytes[i] = (unsigned char)value;
  }
  return (struct event_packet){.number = 1,
                               .source = "client",
                               .target = "server",
                               .to = "r",
                               .wire = "",
                               .reason = "",
                               .bytes = bytes,
                               .length = length,
                               .total = length,
                               .relative = true,
                               .sequence_base = 1000,
                               .acknowledgment_base = 5000,
                               .copies = 3};
}

/* The table as text, and in one string with it the bytes. */
static const char *shown(const struct event_packet *event, bool stable, struct bytes *text) {
  struct aliases aliases = {0};
  struct answer answer;
  bytes_clear(text);
  packet_full_table(event, stable, &answer);
  assert_false(answer_failed(&answer));
  struct table_style look = {.style = ESCAPE_ASCII, .aliases = stable ? &aliases : NULL};
  table_append(&answer, &look, text);
  answer_free(&answer);
  packet_full_bytes(event, stable, SIZE_MAX, &answer);
  bytes_append(text, answer.text.data, answer.text.length);
  answer_free(&answer);
  aliases_free(&aliases);
  return bytes_text(text);
}

/* A line that begins with, and goes on with, these words. */
static void has(const char *text, const char *name, const char *value) {
  for (const char *at = text; at && *at; at = strchr(at, '\n'), at += at != NULL) {
    const char *found = strstr(at, name);
    const char *end = strchr(at, '\n');
    if (!found || found > end)
      continue;
    const char *rest = found + strlen(name);
    rest += strspn(rest, " ");
    if (strncmp(rest, value, strlen(value)) == 0)
      return;
  }
  fail_msg("no %s %s in\n%s", name, value, text);
}

static void test_tcp(void **state) {
  struct event_packet event = event_of(syn);
  struct bytes text = {0};
  (void)state;
  const char *all = shown(&event, false, &text);
  has(all, "wire    from", "client ");
  has(all, "next", "r ");
  has(all, "copies", "3 ");
  has(all, "IPv4    version", "4 ");
  has(all, "id", "4660 ");
  has(all, "protocol", "6 TCP ");
  has(all, "checksum", "0x1486 right");
  has(all, "src", "10.0.0.1 ");
  has(all, "sport", "40112 ");
  has(all, "seq", "0 =1000 ");
  has(all, "flags", "0x02 SYN ");
  has(all, "mss", "1460 ");
  has(all, "option", "sackOK ");
  has(all, "tsval", "1001 ");
  has(all, "wscale", "7 ");
  has(all, "0x0030:", "0000 03e9 0000 0000 0103 0307            ............\n");
  all = shown(&event, true, &text);
  has(all, "id", "... ");
  has(all, "checksum", "right ");
  has(all, "sport", "P1 ");
  has(all, "seq", "0   ");
  has(all, "tsval", "... ");
  assert_null(strstr(all, "0x0000:"));
  ((unsigned char *)event.bytes)[10] ^= 1;
  has(shown(&event, false, &text), "checksum", "0x1586 wrong");
  has(shown(&event, false, &text), "checksum", "0x943b right");
  event.length = 30;
  has(shown(&event, false, &text), "problem", "truncated");
  free((void *)event.bytes);
  event = event_of(sack);
  has(shown(&event, false, &text), "option", "sack 2 {5:10}{20:30} ");
  free((void *)event.bytes);
  bytes_free(&text);
}

static void test_others(void **state) {
  struct event_packet event = event_of(unreach);
  struct bytes text = {0};
  (void)state;
  has(shown(&event, false, &text), "ICMP    type", "3 ");
  has(shown(&event, false, &text), "type", "3                 server udp port 53 unreachable");
  free((void *)event.bytes);
  event = event_of(extended);
  has(shown(&event, false, &text), "next", "0 hopopt ");
  has(shown(&event, false, &text), "extensions", "2b00010400000000... ");
  has(shown(&event, false, &text), "flags", "0x10 ACK ");
  free((void *)event.bytes);
  event = (struct event_packet){
      .source = "\x1b", .target = "", .to = "", .reason = "", .bytes = "", .length = 0};
  has(shown(&event, false, &text), "problem", "empty");
  assert_null(strchr(bytes_text(&text), '\x1b'));
  bytes_free(&text);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_tcp), cmocka_unit_test(test_others)};
  return cmocka_run_group_tests_name("packet_full", tests, NULL, NULL);
}
