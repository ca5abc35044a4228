/* json: what RFC 8259 allows on a line, and nothing that a terminal would act on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "view/json/json.h"

static void assert_line(struct json *json, const char *expected) {
  assert_string_equal(bytes_text(&json->line), expected);
  json_clear(json);
}

static void test_members_and_elements(void **state) {
  struct json json = {0};
  (void)state;
  json_begin_object(&json, NULL);
  json_number(&json, "a", -9223372036854775807LL - 1);
  json_bool(&json, "b", true);
  json_null(&json, "c");
  json_begin_array(&json, "d");
  json_end_array(&json);
  json_begin_array(&json, "e");
  json_word(&json, NULL, "x");
  json_begin_object(&json, NULL);
  json_end_object(&json);
  json_number(&json, NULL, 100);
  json_end_array(&json);
  json_string(&json, "f", NULL);
  json_end_object(&json);
  assert_line(&json, "{\"a\":-9223372036854775808,\"b\":true,\"c\":null,\"d\":[],\"e\":[\"x\",{},"
                     "100],\"f\":\"\"}");
  bytes_free(&json.line);
}

static void test_escapes(void **state) {
  static const char text[] = "\"\\\n\r\t\b\f\x01\x7f\xc2\x9b\xe2\x80\xae\xf3\xa0\x80\x81"
                             "\xc3\xa9\xf0\x9f\x98\x80\xff\xc0\x80/";
  struct json json = {0};
  (void)state;
  json_text(&json, NULL, text, sizeof text - 1);
  assert_line(&json, "\"\\\"\\\\\\n\\r\\t\\b\\f\\u0001\\u007f\\u009b\\u202e\\udb40\\udc01"
                     "\xc3\xa9\xf0\x9f\x98\x80?\?\?/\"");
  json_text(&json, NULL, "a\0b", 3);
  assert_line(&json, "\"a\\u0000b\"");
  bytes_free(&json.line);
}

static void test_data(void **state) {
  static const char *const encoded[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="};
  struct json json = {0};
  char expected[80];
  (void)state;
  for (size_t i = 0; i < sizeof encoded / sizeof *encoded; i++) {
    snprintf(expected, sizeof expected, "{\"text\":\"%.*s\",\"base64\":\"%s\",\"length\":%zu}",
             (int)i, "foob", encoded[i], i);
    json_begin_object(&json, NULL);
    json_data(&json, "foob", i, i);
    json_end_object(&json);
    assert_line(&json, expected);
  }
  /* What is not UTF-8 is no text, wherever it ends to be. */
  json_begin_object(&json, NULL);
  json_number(&json, "a", 1);
  json_data(&json, "ab\xc3", 3, 9);
  json_end_object(&json);
  assert_line(&json, "{\"a\":1,\"base64\":\"YWLD\",\"length\":9}");
  bytes_free(&json.line);
}

static void test_again(void **state) {
  struct json json = {0};
  int subject;
  (void)state;
  json_begin_array(&json, NULL);
  assert_false(json_again(&json, NULL, &subject));
  json_begin_object(&json, NULL);
  size_t start = json.line.length - 1;
  json_word(&json, "name", "a name that is long enough for the line to be moved as it grows");
  json_end_object(&json);
  json_remember(&json, &subject, start);
  assert_true(json_again(&json, NULL, &subject));
  json_end_array(&json);
  assert_line(&json, "[{\"name\":\"a name that is long enough for the line to be moved as it grows"
                     "\"},{\"name\":\"a name that is long enough for the line to be moved as it "
                     "grows\"}]");
  assert_false(json_again(&json, NULL, &subject));
  bytes_free(&json.line);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_members_and_elements),
      cmocka_unit_test(test_escapes),
      cmocka_unit_test(test_data),
      cmocka_unit_test(test_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
