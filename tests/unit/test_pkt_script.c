/* pkt_script: packetdrill's scripts as steps, and what is wrong with a text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "language/pkt_script.h"

struct reading {
  struct source *source;
  struct pkt_script script;
  struct error error;
  int status;
};

static struct reading read_text(const char *text) {
  struct reading reading = {.source = source_create("a.pkt", text, strlen(text), 1)};
  assert_non_null(reading.source);
  error_clear(&reading.error);
  reading.status = pkt_script_read(reading.source, &reading.script, &reading.error);
  return reading;
}

static void end(struct reading *reading) {
  pkt_script_free(&reading->script);
  source_release(reading->source);
}

static void assert_piece(struct pkt_text piece, const char *expected) {
  if (!pkt_text_is(piece, expected))
    fail_msg("\"%.*s\" instead of \"%s\"", (int)piece.length, piece.text, expected);
}

/* What a line at the prompt begins with. */
static void typed_lines(void **state) {
  static const char *const lines[] = {"< S 0:0(0)",
                                      "> S.",
                                      "+.1 < S 0:0(0)",
                                      "0 socket(...) = 3",
                                      "* > . 1:1(0) ack 1",
                                      "+0~+.1 > .",
                                      "1.5 `true`",
                                      "+0 %{ assert 1 }%",
                                      ">"};
  static const char *const others[] = {"",    "3",     "send c 5",   "<a",      ">>",
                                       "+ <", "1.5",   "+.1 send c", "0 close", "x < S",
                                       "+0",  "12 13", "*",          "`true`",  "1e9 <"};
  (void)state;
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
    if (!pkt_line_begins(lines[i], strlen(lines[i])))
      fail_msg("%s is a line", lines[i]);
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (pkt_line_begins(others[i], strlen(others[i])))
      fail_msg("%s is no line", others[i]);
  struct source *source = source_create("", "> S. 0:0(0) ack 1", 17, 1);
  struct pkt_script script;
  struct error error;
  assert_int_equal(pkt_line_read(source, &script, &error), 0);
  assert_int_equal(script.first->time.moment, PKT_ANY);
  pkt_script_free(&script);
  assert_int_equal(pkt_script_read(source, &script, &error), -1); /* in a script it needs one */
  pkt_script_free(&script);
  source_release(source);
}

static void moments(void **state) {
  struct pkt_time time;
  (void)state;
  assert_true(pkt_time_read("+.1", 3, &time));
  assert_int_equal(time.moment, PKT_AFTER);
  assert_int_equal(time.from, 100000000);
  assert_true(pkt_time_read("0", 1, &time));
  assert_int_equal(time.moment, PKT_AT);
  assert_false(pkt_time_read("*", 1, &time));
  assert_false(pkt_time_read("+.1~+.2", 7, &time));
  assert_false(pkt_time_read("1s", 2, &time));
  assert_false(pkt_time_read("", 0, &time));
}

static void times(void **state) {
  static const struct {
    const char *text;
    enum pkt_moment moment;
    int64_t from, to;
    bool blocks;
  } cases[] = {
      {"0 close(3) = 0", PKT_AT, 0, 0, false},
      {"1.5 close(3) = 0", PKT_AT, 1500000000, 1500000000, false},
      {"+.1 close(3) = 0", PKT_AFTER, 100000000, 100000000, false},
      {"* close(3) = 0", PKT_ANY, 0, 0, false},
      {"+.1~+.25 > . 1:1(0) ack 1", PKT_AFTER, 100000000, 250000000, false},
      {"+0...0.2 close(3) = 0", PKT_AFTER, 0, 200000000, true},
      {"+.002 ... 0.004 close(3) = 0", PKT_AFTER, 2000000, 4000000, true},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct reading reading = read_text(cases[i].text);
    assert_int_equal(reading.status, 0);
    const struct pkt_time *time = &reading.script.first->time;
    assert_int_equal(time->moment, cases[i].moment);
    assert_int_equal(time->from, cases[i].from);
    assert_int_equal(time->to, cases[i].to);
    assert_int_equal(time->blocks, cases[i].blocks);
    end(&reading);
  }
}

static void segments(void **state) {
  struct reading reading = read_text(
      "0 < [ect0] SEW 0:10(10) win 32792 <mss 1000,sackOK,TS val 7 ecr 8,nop,sack 1:2 3:4,"
      "FO 0a1b> // a comment\n"
      "+0 > S. 123:123(0) ack 11 urg 3 <...>\n"
      "+0 < icmp unreachable host_unreachable mtu 800 [5:15(10)]\n");
  (void)state;
  assert_int_equal(reading.status, 0);
  const struct pkt_segment *first = &reading.script.first->segment;
  assert_false(first->outbound);
  assert_piece(first->bits, "ect0");
  assert_piece(first->flags, "SEW");
  assert_int_equal(first->length, 10);
  assert_int_equal(first->window, 32792);
  assert_int_equal(first->option_count, 6);
  assert_int_equal(first->option[0].number[0], 1000);
  assert_int_equal(first->option[2].number[1], 8);
  assert_int_equal(first->option[4].count, 4);
  assert_piece(first->option[5].word, "0a1b");
  const struct pkt_segment *second = &reading.script.first->next->segment;
  assert_true(second->outbound && second->acknowledges && second->any_options);
  assert_int_equal(second->sequence, 123);
  assert_int_equal(second->acknowledgment, 11);
  assert_int_equal(second->urgent, 3);
  const struct pkt_segment *third = &reading.script.first->next->next->segment;
  assert_piece(third->icmp, "unreachable");
  assert_piece(third->code, "host_unreachable");
  assert_int_equal(third->mtu, 800);
  assert_int_equal(third->sequence, 5);
  end(&reading);
}

static void calls(void **state) {
  struct reading reading = read_text("--tolerance_usecs=5000 --local_ip=192.168.0.1\n"
                                     "/* a comment\n over lines */\n"
                                     "`sysctl -q\n x=1`\n"
                                     "+0 recvmsg(4, {msg_iov(1)=[{..., 10}],\n"
                                     "   msg_flags=0}, 0) = -1 EAGAIN (Resource (temporarily))\n"
                                     "+0 fcntl(3, F_GETFL) = 0x2 (flags O_RDWR)\n"
                                     "+0 %{ assert tcpi_unacked == 1 }%\n");
  (void)state;
  assert_int_equal(reading.status, 0);
  assert_piece(reading.script.settings->name, "tolerance_usecs");
  assert_piece(reading.script.settings->next->value, "192.168.0.1");
  const struct pkt_step *command = reading.script.first;
  assert_int_equal(command->kind, PKT_COMMAND);
  assert_piece(command->text, "sysctl -q\n x=1");
  const struct pkt_step *call = command->next;
  assert_int_equal(call->line, 6);
  assert_piece(call->call.name, "recvmsg");
  assert_piece(call->call.result, "-1");
  assert_piece(call->call.error, "EAGAIN");
  assert_piece(call->next->call.result, "0x2");
  assert_int_equal(call->next->next->kind, PKT_CODE);
  assert_piece(call->next->next->text, " assert tcpi_unacked == 1 ");
  assert_null(call->next->next->next);
  end(&reading);
}

/* An error stands where the mistake is. */
static void mistakes(void **state) {
  static const struct {
    const char *text;
    size_t offset;
    const char *message;
  } cases[] = {
      {"0 close(3)", 10, "="},
      {"0 > S 0:0(1)", 12, "length"},
      {"0 > S 0:0(0) ack", 16, "number"},
      {"0 > S 0:0(0) back 1", 13, "ack NUMBER"},
      {"0 > S 0:0(0) <mss 1", 19, "commas"},
      {"0 < Q 0:0(0)", 4, "flags"},
      {"x close(3) = 0", 0, "time"},
      {"+99999999999999999999 close(3) = 0", 1, "time"},
      {"0 close(3 = 0", 8, ") is missing"},
      {"0 `sleep", 3, "no end"},
      {"/* never", 0, "*/"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct reading reading = read_text(cases[i].text);
    assert_int_equal(reading.status, -1);
    assert_int_equal(reading.error.kind, ERROR_SYNTAX);
    if (!strstr(reading.error.message, cases[i].message) ||
        reading.error.place.offset != cases[i].offset)
      fail_msg("%s: at %u: %s", cases[i].text, reading.error.place.offset, reading.error.message);
    end(&reading);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(typed_lines), cmocka_unit_test(moments), cmocka_unit_test(times),
      cmocka_unit_test(segments),    cmocka_unit_test(calls),   cmocka_unit_test(mistakes),
  };
  return cmocka_run_group_tests_name("pkt_script", tests, NULL, NULL);
}
