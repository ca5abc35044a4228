/* fold: lines and tables on a screen of some width. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <string.h>

#include "view/notation/fold.h"
#include "view/notation/table_layout.h"

static void expect_folded(const char *text, size_t width, bool paragraphs, const char *expected) {
  struct bytes bytes = {0};
  fold_append(text, strlen(text), width, paragraphs, &bytes);
  assert_string_equal(bytes_text(&bytes), expected);
  bytes_free(&bytes);
}

static void test_lines_that_fit(void **state) {
  (void)state;
  expect_folded("", 20, false, "");
  expect_folded("\n\n", 20, false, "\n\n");
  expect_folded("exactly twenty chars\n", 20, false, "exactly twenty chars\n");
  expect_folded("any length is right where there is no width\n", 0, false,
                "any length is right where there is no width\n");
  expect_folded("no newline", 20, false, "no newline");
}

static void test_words(void **state) {
  (void)state;
  expect_folded("one two three four five six\n", 20, false, "one two three four\n    five six\n");
  expect_folded("  bind(3, {AF_INET, 127.0.0.1:5000}, 16) = 0\n", 29, false,
                "  bind(3, {AF_INET,\n      127.0.0.1:5000}, 16)\n      = 0\n");
  expect_folded("  # a note goes on below its words\n", 20, false,
                "  # a note goes on\n    below its words\n");
  expect_folded("  4 CLOSED -> ESTABLISHED 127.0.0.1:1 -> 127.0.0.1:2\n", 36, false,
                "  4 CLOSED -> ESTABLISHED\n      127.0.0.1:1 -> 127.0.0.1:2\n");
  /* A list: what goes on stands below the second column. */
  expect_folded("  accept  takes a connection out of the queue\n", 30, false,
                "  accept  takes a connection\n          out of the queue\n");
}

static void test_words_too_long(void **state) {
  (void)state;
  expect_folded("  send(3, \"hello world, hello\", 18)\n", 20, false,
                "  send(3, \"hello \"\n      \"world, \"\n      \"hello\", 18)\n");
  expect_folded("x \"\\x01\\x02\\x03\\x04\\x05\"\n", 16, false,
                "x \"\\x01\\x02\\x03\"\n    \"\\x04\\x05\"\n");
  expect_folded("MSG_PEEK|MSG_DONTWAIT|MSG_TRUNC\n", 24, false,
                "MSG_PEEK|MSG_DONTWAIT|\n    MSG_TRUNC\n");
  /* What has no joint is not broken. */
  expect_folded("an averyveryverylongwordindeed\n", 12, false,
                "an\n    averyveryverylongwordindeed\n");
  /* A quote that nothing ends is a character like others. */
  expect_folded("a \"quote that is never ended at all\n", 20, false,
                "a \"quote that is\n    never ended at\n    all\n");
}

static void test_columns_of_characters(void **state) {
  (void)state;
  /* Colours take no room, wide characters two columns. */
  expect_folded("\x1b[2mone two three four\x1b[0m\n", 18, false,
                "\x1b[2mone two three four\x1b[0m\n");
  assert_int_equal(fold_width("\x1b[31mab\x1b[0m", 11), 2);
  assert_int_equal(fold_width("\xe4\xbd\xa0\xe5\xa5\xbd", 6), 4);
  assert_int_equal(fold_width("\xff\xfe", 2), 2);
}

static void test_paragraphs(void **state) {
  (void)state;
  /* Lines that were wrapped at 78 columns are one paragraph, */
  expect_folded("  These words were wrapped at the usual width of a page, which is wider than it\n"
                "  is here.\n",
                40, true,
                "  These words were wrapped at the usual\n  width of a page, which is wider than\n"
                "  it is here.\n");
  /* others are lines of their own. */
  expect_folded("  EAGAIN: nothing is there to be received yet\n  EINTR: a signal\n", 40, true,
                "  EAGAIN: nothing is there to be\n  received yet\n  EINTR: a signal\n");
}

/* A table with two rows like those of sockets. */
static void fill(struct answer *answer, const char *matters) {
  static const char *const columns[] = {"FD", "KIND", "STATE", "QUEUE", "TIMER", "WHY", NULL};
  answer_table(answer, "things", columns);
  answer->matters = matters;
  answer_add_number(answer, 3);
  answer_add_text(answer, "inet stream");
  answer_add_text(answer, "LISTEN");
  answer_add_number(answer, 12);
  answer_add_empty(answer);
  answer_add_text(answer, "");
  answer_add_number(answer, 4);
  answer_add_text(answer, "inet stream");
  answer_add_text(answer, "TIME_WAIT");
  answer_add_number(answer, 0);
  answer_add_empty(answer);
  answer_add_text(answer, "it keeps its addresses for a minute");
}

static void expect_table(const char *matters, size_t width, const char *expected) {
  struct answer answer = {0};
  struct bytes bytes = {0};
  struct table_style look = {.indent = 2, .width = width, .style = ESCAPE_ASCII};
  fill(&answer, matters);
  table_append(&answer, &look, &bytes);
  assert_string_equal(bytes_text(&bytes), expected);
  bytes_free(&bytes);
  answer_free(&answer);
}

static void test_tables(void **state) {
  (void)state;
  expect_table("..a..1", 0,
               "  FD  KIND         STATE      QUEUE  TIMER  WHY\n"
               "   3  inet stream  LISTEN        12      -\n"
               "   4  inet stream  TIME_WAIT      0      -  it keeps its addresses for a minute\n");
  /* The last column folds its text, and a column that is empty goes without a word. */
  expect_table(".a..11", 64,
               "  FD  KIND         STATE      QUEUE  WHY\n"
               "   3  inet stream  LISTEN        12\n"
               "   4  inet stream  TIME_WAIT      0  it keeps its addresses for\n"
               "                                     a minute\n");
  /* Then what matters least is left out, which is said, */
  expect_table(".a...1", 50,
               "  FD  STATE      QUEUE  WHY\n"
               "   3  LISTEN        12\n"
               "   4  TIME_WAIT      0  it keeps its addresses for\n"
               "                        a minute\n"
               "  # no room for KIND\n");
  /* or stands below its row. */
  expect_table(".a.2.1", 26,
               "  FD  STATE      QUEUE\n"
               "   3  LISTEN        12\n"
               "   4  TIME_WAIT      0\n"
               "      why it keeps its\n"
               "          addresses for a\n"
               "          minute\n"
               "  # no room for KIND\n");
}

static void test_headings(void **state) {
  static const char *const columns[] = {"GROUP", "FIELD", "VALUE", "MEANING", NULL};
  struct answer answer = {0};
  struct bytes bytes = {0};
  struct table_style look = {.indent = 2, .width = 44, .style = ESCAPE_ASCII};
  (void)state;
  answer_table(&answer, "things", columns);
  answer.matters = "^...";
  answer_add_text(&answer, "round-trip time");
  answer_add_text(&answer, "rtt");
  answer_add_text(&answer, "25 us");
  answer_add_text(&answer, "what a segment takes there and back");
  answer_add_text(&answer, "");
  answer_add_text(&answer, "rttvar");
  answer_add_text(&answer, "14 us");
  answer_add_text(&answer, "how much it varies");
  table_append(&answer, &look, &bytes);
  assert_string_equal(bytes_text(&bytes), "    FIELD   VALUE  MEANING\n"
                                          "  round-trip time\n"
                                          "    rtt     25 us  what a segment takes\n"
                                          "                   there and back\n"
                                          "    rttvar  14 us  how much it varies\n");
  bytes_free(&bytes);
  answer_free(&answer);
}

/* A table that is brought up to date: what has changed stands out, but not what is later. */
static void test_changed_rows(void **state) {
  static const char *const columns[] = {"NAME", "STATE", "LEFT", NULL};
  struct bytes rows = {0};
  struct table_style look = {
      .style = ESCAPE_ASCII, .rows = &rows, .changed_on = "<", .changed_off = ">"};
  (void)state;
  static const char *const states[] = {"LISTEN", "LISTEN", "CLOSED"};
  static const char *const expected[] = {"NAME  STATE   LEFT\na     LISTEN  0 ms\n",
                                         "NAME  STATE   LEFT\na     LISTEN  1 ms\n",
                                         "NAME  STATE   LEFT\n<a     CLOSED  2 ms\n>"};
  for (int i = 0; i < 3; i++) {
    struct answer answer = {0};
    struct bytes bytes = {0};
    answer_table(&answer, "watched", columns);
    answer_add_text(&answer, "a");
    answer_add_text(&answer, states[i]);
    answer_add_time(&answer, i * 1000000);
    table_append(&answer, &look, &bytes);
    assert_string_equal(bytes_text(&bytes), expected[i]);
    bytes_free(&bytes);
    answer_free(&answer);
  }
  bytes_free(&rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_lines_that_fit), cmocka_unit_test(test_words),
      cmocka_unit_test(test_words_too_long), cmocka_unit_test(test_columns_of_characters),
      cmocka_unit_test(test_paragraphs),     cmocka_unit_test(test_tables),
      cmocka_unit_test(test_headings),       cmocka_unit_test(test_changed_rows),
  };
  setlocale(LC_ALL, "C.UTF-8");
  return cmocka_run_group_tests(tests, NULL, NULL);
}
