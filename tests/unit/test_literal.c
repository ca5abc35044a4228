/* Tests of literal and identifier: what a program that is written may hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "view/program/identifier.h"
#include "view/program/literal.h"

/* Reads a string of C back, as a compiler does: trigraphs first, then escapes. */
static void read_back(const char *text, struct bytes *data) {
  for (const char *c = text; *c; c++) {
    if (*c != '"')
      continue;
    for (c++; *c != '"'; c++) {
      assert_true(*c >= 0x20 && *c < 0x7f);
      assert_false(c[0] == '?' && c[1] == '?');
      if (*c != '\\') {
        bytes_append_char(data, *c);
      } else if (isdigit((unsigned char)c[1])) {
        char digits[4] = {c[1], c[2], c[3], 0};
        bytes_append_char(data, (char)strtol(digits, NULL, 8));
        c += 3;
      } else {
        c++;
        bytes_append_char(data, *c == 'n' ? '\n' : *c == 'r' ? '\r' : *c == 't' ? '\t' : *c);
      }
    }
  }
}

static void any_bytes_stay_a_string(void **state) {
  (void)state;
  char data[600];
  unsigned seed = 1;
  for (int round = 0; round < 300; round++) {
    size_t length = (size_t)(rand_r(&seed) % (int)sizeof data);
    for (size_t i = 0; i < length; i++)
      data[i] = "\"\\?/*\n\r\t 0'"[rand_r(&seed) % 11];
    if (round % 3 == 0)
      for (size_t i = 0; i < length; i++)
        data[i] = (char)rand_r(&seed);
    struct bytes text = {0}, back = {0};
    literal_append_c(&text, data, length, 4);
    read_back(bytes_text(&text), &back);
    assert_int_equal(back.length, length);
    if (length)
      assert_memory_equal(back.data, data, length);
    bytes_free(&text);
    bytes_free(&back);
  }
}

static void comments_end_where_they_should(void **state) {
  (void)state;
  static const char *const texts[] = {"*/ x",   "/* x", "a */*/ b", "**//", "?\?/",
                                      "?\?\?/", "\\",   "x\n*/",    "/*/*/"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct bytes text = {0};
    literal_append_comment_c(&text, texts[i], strlen(texts[i]));
    const char *shown = bytes_text(&text);
    assert_null(strstr(shown, "*/"));
    assert_null(strstr(shown, "/*"));
    assert_null(strstr(shown, "??"));
    assert_null(strchr(shown, '\n'));
    bytes_free(&text);
  }
}

static void names_are_given_once(void **state) {
  (void)state;
  struct identifiers identifiers = {0};
  char name[IDENTIFIER_SIZE], wish[16], last[IDENTIFIER_SIZE] = "";
  identifier_make(&identifiers, "srv", name);
  assert_string_equal(name, "srv");
  identifier_make(&identifiers, "srv", name);
  assert_string_equal(name, "srv2");
  identifier_make(&identifiers, "int", name);
  assert_string_equal(name, "int_fd");
  identifier_make(&identifiers, "EOF", name);
  assert_string_equal(name, "eof");
  identifier_make(&identifiers, "a\"); b", name);
  assert_string_equal(name, "a____b");
  identifier_make(&identifiers, "", name);
  assert_string_equal(name, "v");
  for (int i = 0; i < 5000; i++) {
    snprintf(wish, sizeof wish, "c%d", i % 7);
    identifier_make(&identifiers, wish, name);
    assert_string_not_equal(name, last);
    memcpy(last, name, sizeof last);
  }
  assert_int_equal(identifiers.count, 5006);
  assert_false(identifiers.failed);
  identifiers_free(&identifiers);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(any_bytes_stay_a_string),
      cmocka_unit_test(comments_end_where_they_should),
      cmocka_unit_test(names_are_given_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
