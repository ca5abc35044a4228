/* pattern: what `expect` and `until` compare, and regular expressions over bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "language/pattern.h"
#include "language/regex.h"

static struct result received(const char *data, size_t length) {
  struct result result = {.received = true, .numbered = true, .number = (long long)length};
  result_add(&result, value_from_data(blob_copy(data, length)));
  return result;
}

static bool matches(enum pattern_kind kind, long long number, const char *text,
                    struct result result) {
  struct pattern pattern = {.kind = kind, .number = number};
  struct error error = {0};
  struct pattern_search search = {text, text ? strlen(text) : 0, NULL};
  int answer = pattern_matches(&pattern, &search, &result, &error);
  result_clear(&result);
  return answer;
}

static const struct result done = {0};
static const struct result refused = {.failed = true, .number = ECONNREFUSED};
static const struct result failed = {.failed = true};
static const struct result blocked = {.blocked = true, .failed = true, .number = EINTR};
static const struct result ended = {.received = true, .ended = true, .numbered = true};
static const struct result sent = {.numbered = true, .number = 5};
static const struct result sent_nothing = {.numbered = true};

static void test_ok(void **state) {
  (void)state;
  assert_true(matches(PATTERN_OK, 0, NULL, done));
  assert_true(matches(PATTERN_OK, 0, NULL, sent));
  assert_true(matches(PATTERN_OK, 0, NULL, ended));
  assert_true(matches(PATTERN_OK, 0, NULL, received("x", 1)));
  assert_false(matches(PATTERN_OK, 0, NULL, refused));
  assert_false(matches(PATTERN_OK, 0, NULL, failed));
  assert_false(matches(PATTERN_OK, 0, NULL, blocked));
}

static void test_errors(void **state) {
  (void)state;
  assert_true(matches(PATTERN_ERROR, ECONNREFUSED, NULL, refused));
  assert_false(matches(PATTERN_ERROR, EPERM, NULL, refused));
  assert_false(matches(PATTERN_ERROR, ECONNREFUSED, NULL, failed));
  assert_false(matches(PATTERN_ERROR, ECONNREFUSED, NULL, done));
  assert_false(matches(PATTERN_ERROR, EINTR, NULL, blocked)); /* it is `blocks` */
  assert_false(matches(PATTERN_ERROR, 5, NULL, sent));
}

static void test_numbers(void **state) {
  (void)state;
  assert_true(matches(PATTERN_NUMBER, 5, NULL, sent));
  assert_false(matches(PATTERN_NUMBER, 4, NULL, sent));
  assert_true(matches(PATTERN_NUMBER, 0, NULL, sent_nothing));
  assert_true(matches(PATTERN_NUMBER, 0, NULL, ended));
  assert_true(matches(PATTERN_NUMBER, 3, NULL, received("abc", 3)));
  assert_false(matches(PATTERN_NUMBER, ECONNREFUSED, NULL, refused));
  assert_false(matches(PATTERN_NUMBER, 0, NULL, failed));
  assert_false(matches(PATTERN_NUMBER, 0, NULL, done)); /* it returned no number */
  struct result option = {0};
  result_add(&option, value_from_number(7));
  assert_true(matches(PATTERN_NUMBER, 7, NULL, option));
}

static void test_eof(void **state) {
  (void)state;
  assert_true(matches(PATTERN_EOF, 0, NULL, ended));
  assert_false(matches(PATTERN_EOF, 0, NULL, sent_nothing)); /* a send of nothing is no end */
  assert_false(matches(PATTERN_EOF, 0, NULL, received("x", 1)));
  assert_false(matches(PATTERN_EOF, 0, NULL, refused));
  assert_false(matches(PATTERN_EOF, 0, NULL, done));
}

static void test_blocks(void **state) {
  (void)state;
  assert_true(matches(PATTERN_BLOCKS, 0, NULL, blocked));
  assert_false(matches(PATTERN_BLOCKS, 0, NULL, done));
  assert_false(matches(PATTERN_BLOCKS, 0, NULL, refused));
}

static void test_text(void **state) {
  (void)state;
  assert_true(matches(PATTERN_TEXT, 0, "abc", received("abc", 3)));
  assert_false(matches(PATTERN_TEXT, 0, "ab", received("abc", 3)));
  assert_false(matches(PATTERN_TEXT, 0, "abcd", received("abc", 3)));
  assert_false(matches(PATTERN_TEXT, 0, "abc", received("abc\0", 4)));
  assert_true(matches(PATTERN_TEXT, 0, "", received("", 0)));
  assert_false(matches(PATTERN_TEXT, 0, "ECONNREFUSED", refused));
}

static int find(const char *expression, size_t expression_length, const char *text, size_t length,
                struct error *error) {
  struct regex *regex = regex_compile(expression, expression_length, error);
  int found = regex ? regex_search(regex, text, length, NULL, error) : -1;
  regex_free(regex);
  return found;
}

/* 1, 0, or -1 with an error. */
static int search(const char *expression, const char *text, size_t length) {
  struct error error = {0};
  int found = find(expression, strlen(expression), text, length, &error);
  if (found < 0)
    assert_non_null(strstr(error.message, "not a regular expression"));
  return found;
}

static int search_text(const char *expression, const char *text) {
  return search(expression, text, strlen(text));
}

static void test_regex(void **state) {
  (void)state;
  assert_int_equal(search_text("b+", "abbc"), 1);
  assert_int_equal(search_text("^b", "abbc"), 0);
  assert_int_equal(search_text("^a.*c$", "abbc"), 1);
  assert_int_equal(search_text("(x|b){2}", "abbc"), 1);
  assert_int_equal(search_text("[[:digit:]]+", "abbc"), 0);
  assert_int_equal(search_text("a\\+", "a+"), 1);
  assert_int_equal(search_text("", "x"), 1);
  assert_int_equal(search_text("", ""), 1);
  assert_int_equal(search_text("x", ""), 0);
  assert_int_equal(search_text("(", "x"), -1);
  assert_int_equal(search_text("[a", "x"), -1);
  assert_int_equal(search_text("a\\", "x"), -1);
  assert_int_equal(search_text("a.b", "a\nb"), 1);
  assert_int_equal(search_text("a[^x]b", "a\nb"), 1);
}

/* Over bytes: zero and those that are no UTF-8 are bytes like others, in any locale. */
static void check_bytes(void) {
  assert_int_equal(search("a.b", "a\0b", 3), 1);
  assert_int_equal(search("a[^x]b", "a\0b", 3), 1);
  assert_int_equal(search("b$", "a\0b", 3), 1);
  assert_int_equal(search("^b", "a\0b", 3), 0);
  assert_int_equal(search("^.$", "\xff", 1), 1);
  assert_int_equal(search("^.$", "\xc3\xa9", 2), 0); /* two bytes */
  assert_int_equal(search("^..$", "\xc3\xa9", 2), 1);
  assert_int_equal(search("^[\x80-\xff]{2}$", "\xc3\xa9", 2), 1);
  assert_int_equal(search("\xa9", "\xc3\xa9", 2), 1);
  struct error error;
  assert_int_equal(find("a\0b", 3, "xa\0bx", 5, &error), 1);
  assert_int_equal(find("a\0b", 3, "xa\0cx", 5, &error), 0);
}

static void test_regex_bytes(void **state) {
  (void)state;
  check_bytes();
  if (setlocale(LC_ALL, "C.UTF-8"))
    check_bytes();
  setlocale(LC_ALL, "C");
}

/* A pattern of a script, compiled once and used for several results. */
static void test_regex_pattern(void **state) {
  struct pattern pattern = {.kind = PATTERN_REGEX,
                            .word = {.place = {3, 6}, .text = "^a+$", .count = 4, .literal = true}};
  struct error error = {0};
  struct pattern_search nothing = {"", 0, NULL};
  (void)state;
  assert_int_equal(pattern_compile(&pattern, &error), 0);
  struct result yes = received("aaa", 3);
  struct result no = received("aba", 3);
  for (int i = 0; i < 3; i++) {
    assert_true(pattern_matches(&pattern, &nothing, &yes, &error));
    assert_false(pattern_matches(&pattern, &nothing, &no, &error));
    assert_false(pattern_matches(&pattern, &nothing, &refused, &error));
  }
  result_clear(&yes);
  result_clear(&no);
  pattern_free(&pattern);
  pattern.word.text = "(";
  pattern.word.count = 1;
  assert_int_equal(pattern_compile(&pattern, &error), -1);
  assert_int_equal(error.kind, ERROR_SYNTAX);
  assert_int_equal(error.place.offset, 3);
  pattern_free(&pattern);
}

/* Expressions that would take the stack or the memory of the program are refused or fail, and it
 * lives on. */
static void test_regex_hostile(void **state) {
  enum { SIZE = 1 << 20 };
  static const char fills[] = "(*[|a\\^";
  char *text = malloc(SIZE);
  (void)state;
  for (size_t i = 0; i < sizeof fills - 1; i++) {
    struct error error = {0};
    memset(text, fills[i], SIZE);
    assert_int_equal(find(text, SIZE, "aaaa", 4, &error), -1);
    assert_non_null(strstr(error.message, "at most"));
    find(text, 1000, "aaaa", 4, &error);
  }
  free(text);
}

/* What a backtracking matcher would not finish: with one letter alone, and with what the sets of
 * steps make many states of. */
static void test_regex_long(void **state) {
  enum { SIZE = 1 << 20 };
  char *text = malloc(SIZE);
  (void)state;
  memset(text, 'a', SIZE);
  assert_int_equal(search("a*b|(ab*c)+d", text, SIZE), 0);
  assert_int_equal(search("(a+a+)+b", text, SIZE), 0);
  assert_int_equal(search("(a|aa|b)*c{9}$", text, SIZE), 0);
  assert_int_equal(search("(.*a.{300}[^a]){4}", text, SIZE), 0);
  for (size_t i = 0; i < SIZE; i++)
    text[i] = (char)('a' + (i * i / 7 + i / 3) % 2);
  assert_int_equal(search("a.{20}c", text, SIZE), 0); /* 2^20 states, which are forgotten */
  assert_int_equal(search("c|b.{12}$", text, SIZE), text[SIZE - 13] == 'b');
  free(text);
}

/* Counts are written out, up to a limit that is told before any memory is taken. */
static void test_regex_counts(void **state) {
  struct error error = {0};
  (void)state;
  assert_int_equal(search_text("^(ab{2,3}){2}$", "abbabbb"), 1);
  assert_int_equal(search_text("^(ab{2,3}){2}$", "abbab"), 0);
  assert_int_equal(search_text("^a{,2}$", "aaa"), 0);
  assert_int_equal(search_text("^(a{0}b){0,1}$", ""), 1);
  assert_int_equal(find("a{1,32767}", 10, "a", 1, &error), -1);
  assert_non_null(strstr(error.message, "smaller counts"));
  assert_int_equal(find("((((a{99}){99}){99}){99}){99}", 29, "a", 1, &error), -1);
  assert_non_null(strstr(error.message, "smaller counts"));
  assert_int_equal(search_text("((((){32767}){32767}){32767}){32767}", ""), 1);
}

static void test_regex_syntax(void **state) {
  static const char *const wrong[] = {"*a",      "a|*b", "(+)",   "^*",       "a{2",
                                      "a{3,2}",  "a{,",  "[b-a]", "[[:no:]]", "[[.ab.]]",
                                      "(.*)\\1", "\\d",  "\\x4",  "a{32768}"};
  (void)state;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_int_equal(search_text(wrong[i], "a"), -1);
  assert_int_equal(search_text("a)", "a)"), 1);
  assert_int_equal(search_text("\\r\\n\\x41", "\r\nA"), 1);
  assert_int_equal(search_text("\\bab\\b", "x ab."), 1);
  assert_int_equal(search_text("\\bab\\b", "xab."), 0);
  assert_int_equal(search_text("\\<a\\w+\\>$", "no ab_9"), 1);
  assert_int_equal(search_text("[]a-]+$", "]-a"), 1);
  assert_int_equal(search_text("^[[:alpha:][.-.]]{3}$", "a-Z"), 1);
  assert_int_equal(search_text("a||b$", ""), 1);
}

/* Whoever is to stop does not finish the search. */
static void test_regex_stops(void **state) {
  enum { SIZE = 1 << 22 };
  static const _Atomic int stop = 1;
  struct error error = {0};
  char *text = calloc(1, SIZE);
  struct regex *regex = regex_compile("x", 1, &error);
  (void)state;
  assert_int_equal(regex_search(regex, text, SIZE, &stop, &error), -1);
  assert_int_equal(error.kind, ERROR_INTERRUPTED);
  regex_free(regex);
  free(text);
}

static void shows(const char *expected, const struct pattern *pattern, const char *text) {
  struct bytes bytes = {0};
  pattern_append(pattern, text, strlen(text), &bytes);
  assert_string_equal(bytes_text(&bytes), expected);
  bytes_free(&bytes);
}

static void result_shows(const char *expected, struct result result) {
  struct bytes bytes = {0};
  result_append(&result, &bytes);
  assert_string_equal(bytes_text(&bytes), expected);
  bytes_free(&bytes);
  result_clear(&result);
}

static void test_append(void **state) {
  (void)state;
  shows("ok", &(struct pattern){.kind = PATTERN_OK}, "");
  shows("eof", &(struct pattern){.kind = PATTERN_EOF}, "");
  shows("blocks", &(struct pattern){.kind = PATTERN_BLOCKS}, "");
  shows("-3", &(struct pattern){.kind = PATTERN_NUMBER, .number = -3}, "");
  shows("ECONNREFUSED", &(struct pattern){.kind = PATTERN_ERROR, .number = ECONNREFUSED}, "");
  shows("\"a\\n\"", &(struct pattern){.kind = PATTERN_TEXT}, "a\n");
  shows("/a \\x1b\\./",
        &(struct pattern){.kind = PATTERN_REGEX,
                          .word = {.text = "a \x1b\\.", .count = 5, .literal = true}},
        "");
  result_shows("ok", done);
  result_shows("ECONNREFUSED", refused);
  result_shows("a failure", failed);
  result_shows("blocks", blocked);
  result_shows("eof", ended);
  result_shows("5", sent);
  result_shows("0", sent_nothing);
  result_shows("\"\\x1b[31m\"", received("\x1b[31m", 5));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_ok),
      cmocka_unit_test(test_errors),
      cmocka_unit_test(test_numbers),
      cmocka_unit_test(test_eof),
      cmocka_unit_test(test_blocks),
      cmocka_unit_test(test_text),
      cmocka_unit_test(test_regex),
      cmocka_unit_test(test_regex_bytes),
      cmocka_unit_test(test_regex_pattern),
      cmocka_unit_test(test_regex_hostile),
      cmocka_unit_test(test_regex_long),
      cmocka_unit_test(test_regex_counts),
      cmocka_unit_test(test_regex_syntax),
      cmocka_unit_test(test_regex_stops),
      cmocka_unit_test(test_append),
  };
  return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
