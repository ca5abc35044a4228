/* number: numbers, sizes and durations as typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language/number.h"

static const int64_t microsecond = 1000;
static const int64_t millisecond = 1000000;
static const int64_t second = 1000000000;

static void number_is(const char *text, long long expected) {
  long long value = 0;
  if (number_parse(text, strlen(text), &value) < 0 || value != expected)
    fail_msg("%s gave %lld", text, value);
}

static void size_is(const char *text, size_t expected) {
  size_t value = 0;
  if (size_parse(text, strlen(text), &value) < 0 || value != expected)
    fail_msg("%s gave %zu", text, value);
}

static void duration_is(const char *text, int64_t expected) {
  int64_t value = 0;
  if (duration_parse(text, strlen(text), &value) < 0 || value != expected)
    fail_msg("%s gave %lld", text, (long long)value);
}

static void test_numbers(void **state) {
  (void)state;
  number_is("0", 0);
  number_is("7", 7);
  number_is("-7", -7);
  number_is("+7", 7);
  number_is("0x1f", 31);
  number_is("0X1F", 31);
  number_is("-0x10", -16);
  number_is("017", 15);
  number_is("00", 0);
  number_is("-0", 0);
  number_is("9223372036854775807", LLONG_MAX);
  number_is("-9223372036854775808", LLONG_MIN);
  number_is("0x7fffffffffffffff", LLONG_MAX);
  number_is("-0x8000000000000000", LLONG_MIN);
  number_is("0777777777777777777777", LLONG_MAX);
}

static void test_no_numbers(void **state) {
  static const char *const texts[] = {
      "",
      "-",
      "+",
      "--1",
      "+-1",
      " 1",
      "1 ",
      "1a",
      "a",
      "0x",
      "0x ",
      "08",
      "0b1",
      "1.0",
      "1e3",
      "١",
      "0xg",
      "1_000",
      "9223372036854775808",
      "-9223372036854775809",
      "0x8000000000000000",
      "01000000000000000000000",
      "99999999999999999999999999",
      "\xff",
      "1\n",
  };
  (void)state;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    long long value = 42;
    if (number_parse(texts[i], strlen(texts[i]), &value) == 0)
      fail_msg("%s gave %lld", texts[i], value);
    assert_int_equal(value, 42); /* nothing changed */
  }
  long long value;
  assert_int_equal(number_parse("1\0", 2, &value), -1);
}

/* Only `length` bytes are read: what follows may be anything. */
static void test_not_terminated(void **state) {
  (void)state;
  for (size_t length = 0; length < 6; length++) {
    char *text = malloc(length ? length : 1);
    long long number;
    size_t size;
    int64_t duration;
    memset(text, '0', length);
    assert_int_equal(number_parse(text, length, &number), length ? 0 : -1);
    assert_int_equal(size_parse(text, length, &size), length ? 0 : -1);
    assert_int_equal(duration_parse(text, length, &duration), length ? 0 : -1);
    memcpy(text, "0x1.5", length < 5 ? length : 5);
    number_parse(text, length, &number);
    size_parse(text, length, &size);
    duration_parse(text, length, &duration);
    free(text);
  }
}

static void test_sizes(void **state) {
  (void)state;
  size_is("0", 0);
  size_is("64", 64);
  size_is("4K", 4096);
  size_is("1M", 1048576);
  size_is("2G", 2147483648);
  size_is("0x10", 16);
  static const char *const texts[] = {"",
                                      "K",
                                      "-1",
                                      "+1",
                                      "1KB",
                                      "1 K",
                                      "1T",
                                      "1.5K",
                                      "K1",
                                      "0xK",
                                      "99999999999G",
                                      "9223372036854775807K",
                                      "9223372036854775808"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    size_t value = 42;
    if (size_parse(texts[i], strlen(texts[i]), &value) == 0)
      fail_msg("%s gave %zu", texts[i], value);
    assert_int_equal(value, 42);
  }
}

static void test_durations(void **state) {
  (void)state;
  duration_is("0", 0);
  duration_is("0s", 0);
  duration_is("500ms", 500 * millisecond);
  duration_is("2s", 2 * second);
  duration_is("1m", 60 * second);
  duration_is("1h", 3600 * second);
  duration_is("10us", 10 * microsecond);
  duration_is("1.5s", 1500 * millisecond);
  duration_is("0.25ms", 250 * microsecond);
  duration_is("1.5h", 5400 * second);
  duration_is("0.5us", 500);
  duration_is("0.001us", 1);
  duration_is("0.0001us", 0);
  duration_is("0.123456789s", 123456789);
  duration_is("0.1234567891234s", 123456789);
  duration_is("0.000000001h", 3600);
  duration_is("0.999999999h", 3599999996400);
  duration_is("0.3m", 18 * second);
  duration_is("1000000h", 3600000000 * second);
}

static void test_no_durations(void **state) {
  static const char *const texts[] = {
      "",
      "1",
      "s",
      "ms",
      "1.5",
      "1.s",
      ".5s",
      "-1s",
      "+1s",
      "1 s",
      "1S",
      "1ms ",
      "1sec",
      "1..5s",
      "0x1s",
      "1e3s",
      "1.5.5s",
      "1,5s",
      "3000000h",
      "99999999999999999999s",
      "9223372036854775807us",
      "1000000000000000s",
  };
  (void)state;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    int64_t value = 42;
    if (duration_parse(texts[i], strlen(texts[i]), &value) == 0)
      fail_msg("%s gave %lld", texts[i], (long long)value);
    assert_int_equal(value, 42);
  }
}

static void written(int64_t duration, const char *expected) {
  struct bytes bytes = {0};
  duration_append(&bytes, duration);
  assert_string_equal(bytes_text(&bytes), expected);
  bytes_free(&bytes);
}

static void test_written(void **state) {
  (void)state;
  written(200 * millisecond, "200ms");
  written(1500 * millisecond, "1.5s");
  written(120 * second, "2m");
  written(7200 * second, "2h");
  written(5400 * second, "1.5h");
  written(second, "1s");
  written(999 * millisecond, "999ms");
  written(1234567, "1.234ms");
  written(1000001, "1ms");
  written(1010000, "1.01ms");
  written(500, "0.5us");
  written(1, "0.001us");
  written(0, "0us");
  struct bytes bytes = {0};
  duration_append(&bytes, INT64_MAX);
  duration_append(&bytes, INT64_MIN);
  duration_append(&bytes, -1);
  bytes_free(&bytes);
}

/* What is written is read as the same, to three digits behind the point. */
static void test_round_trip(void **state) {
  (void)state;
  for (int64_t duration = 1; duration < INT64_MAX / 8; duration = duration * 7 + 3) {
    struct bytes bytes = {0};
    int64_t again = 0;
    duration_append(&bytes, duration);
    if (duration_parse(bytes.data, bytes.length, &again) < 0)
      fail_msg("%s", bytes_text(&bytes));
    assert_true(again <= duration);
    assert_true(again >= duration - duration / 500 - 1);
    bytes_free(&bytes);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_numbers),        cmocka_unit_test(test_no_numbers),
      cmocka_unit_test(test_not_terminated), cmocka_unit_test(test_sizes),
      cmocka_unit_test(test_durations),      cmocka_unit_test(test_no_durations),
      cmocka_unit_test(test_written),        cmocka_unit_test(test_round_trip),
  };
  return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
