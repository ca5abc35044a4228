/* source: lines, their numbers, and the caret under what an error is about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "language/source.h"

static void test_references(void **state) {
  char name[] = "name";
  char text[] = "a\0b";
  (void)state;
  struct source *source = source_create(name, text, 3, 7);
  name[0] = text[0] = 'x'; /* it has its own copies */
  assert_string_equal(source->name, "name");
  assert_memory_equal(source->text, "a\0b", 4);
  assert_int_equal(source->length, 3);
  assert_ptr_equal(source_retain(source), source);
  source_release(source);
  assert_string_equal(source->name, "name");
  source_release(source);
  source_release(NULL);
  source = source_create("", NULL, 0, 1);
  assert_int_equal(source_newlines(source, 0, 0), 0);
  source_release(source);
}

static void test_newlines(void **state) {
  struct source *source = source_create("test", "one\ntwo\r\n\nfour", 14, 10);
  (void)state;
  assert_int_equal(source_newlines(source, 0, 0), 0);
  assert_int_equal(source_newlines(source, 0, 3), 0); /* the newline belongs to its line */
  assert_int_equal(source_newlines(source, 0, 4), 1);
  assert_int_equal(source_newlines(source, 4, 9), 1);
  assert_int_equal(source_newlines(source, 3, 10), 3);
  assert_int_equal(source_newlines(source, 10, 14), 0);
  assert_int_equal(source_newlines(source, 0, 9999), 3);
  assert_int_equal(source_newlines(source, 9999, 9999), 0);
  source_release(source);
}

static void line_is(const struct source *source, size_t offset, const char *expected) {
  const char *line;
  size_t length;
  source_line(source, offset, &line, &length);
  assert_int_equal(length, strlen(expected));
  assert_memory_equal(line, expected, length);
}

static void test_lines(void **state) {
  struct source *source = source_create("test", "one\ntwo\r\n\nfour\r", 15, 1);
  (void)state;
  line_is(source, 0, "one");
  line_is(source, 3, "one");
  line_is(source, 4, "two");
  line_is(source, 7, "two");
  line_is(source, 8, "two");
  line_is(source, 9, "");
  line_is(source, 10, "four");
  line_is(source, 15, "four");
  line_is(source, 9999, "four");
  source_release(source);
}

static void append_caret(const struct source *source, struct place place, struct bytes *bytes) {
  struct excerpt excerpt = source_excerpt(source, place);
  excerpt_append(&excerpt, 0, bytes);
}

static void shows_bytes(const char *text, size_t size, size_t offset, size_t length,
                        const char *expected) {
  struct source *source = source_create("test", text, size, 1);
  struct bytes bytes = {0};
  append_caret(source, place_at(offset, length), &bytes);
  assert_string_equal(bytes_text(&bytes), expected);
  bytes_free(&bytes);
  source_release(source);
}

static void shows(const char *text, size_t offset, size_t length, const char *expected) {
  shows_bytes(text, strlen(text), offset, length, expected);
}

static void test_caret(void **state) {
  (void)state;
  shows("send c x", 5, 1, "    send c x\n         ^\n");
  shows("send c x", 0, 4, "    send c x\n    ^^^^\n");
  shows("send c x", 7, 1, "    send c x\n           ^\n");
  shows("one\nsend c x\nthree", 9, 1, "    send c x\n         ^\n");
  shows("one\r\nsend c\r\n", 5, 4, "    send c\n    ^^^^\n");
  shows("send c", 0, 0, "");
  shows("send c", 7, 1, "");
}

/* Behind the end of the line, as where a word is missing. */
static void test_caret_at_end(void **state) {
  (void)state;
  shows("c =", 3, 1, "    c =\n       ^\n");
  shows("c =\nx", 3, 1, "    c =\n       ^\n");
  shows("c =\r\nx", 3, 2, "    c =\n       ^\n");
  shows("c =\r\nx", 4, 1, "    c =\n       ^\n");
  shows("", 0, 1, "    \n    ^\n");
  shows("c =", 2, 9, "    c =\n      ^\n");
}

/* A place that goes on in other lines is underlined to the end of its first. */
static void test_caret_over_lines(void **state) {
  (void)state;
  shows("{ a\n b }", 0, 8, "    { a\n    ^^^\n");
  shows("x {\r\n b }", 2, 7, "    x {\n      ^\n");
}

/* What is escaped takes more columns than bytes. */
static void test_caret_columns(void **state) {
  (void)state;
  shows("a\tb c", 2, 1, "    a\\tb c\n       ^\n");
  shows("a\tb c", 1, 1, "    a\\tb c\n     ^^\n");
  shows("\xc3\xa9 b", 3, 1, "    \\xc3\\xa9 b\n             ^\n");
  shows("a \xc3\xa9 b", 2, 2, "    a \\xc3\\xa9 b\n      ^^^^^^^^\n");
  shows("\x1b[31m b", 6, 1, "    \\x1b[31m b\n             ^\n");
  shows_bytes("a\0b", 3, 2, 1, "    a\\0b\n       ^\n");
}

/* The caret stands under the place's first byte, wherever in a line of any length it is. */
static void test_caret_in_long_lines(void **state) {
  enum { SIZE = 1000 };
  char text[SIZE + 1];
  (void)state;
  for (size_t at = 0; at < SIZE; at++) {
    memset(text, 'a', SIZE);
    text[SIZE] = '\0';
    text[at] = 'X';
    struct source *source = source_create("test", text, SIZE, 1);
    struct bytes bytes = {0};
    append_caret(source, place_at(at, 1), &bytes);
    const char *shown = bytes_text(&bytes);
    const char *newline = strchr(shown, '\n');
    const char *caret = strchr(shown, '^');
    assert_non_null(newline);
    assert_non_null(caret);
    assert_true(newline - shown < 130);
    assert_int_equal(shown[caret - newline - 1], 'X');
    assert_string_equal(caret, "^\n");
    bytes_free(&bytes);
    source_release(source);
  }
}

static void test_caret_long_place(void **state) {
  enum { SIZE = 1 << 20 };
  char *text = malloc(SIZE);
  (void)state;
  memset(text, '\x01', SIZE);
  struct source *source = source_create("test", text, SIZE, 1);
  for (size_t at = 0; at < SIZE; at += SIZE / 8) {
    struct bytes bytes = {0};
    append_caret(source, place_at(at, SIZE - at), &bytes);
    assert_true(bytes.length > 100);
    assert_true(bytes.length < 2000);
    bytes_free(&bytes);
  }
  source_release(source);
  free(text);
}

/* Every place of a text, empty and beyond its end ones too: two lines, the second of spaces and
 * carets only. */
static void test_every_place(void **state) {
  static const char text[] = "\xef\xbb\xbfone \t\xc3\xa9\r\n\r\n\0\ntwo\\\n'\x1b'";
  struct source *source = source_create("test", text, sizeof text - 1, 1);
  (void)state;
  for (size_t offset = 0; offset < sizeof text + 2; offset++)
    for (size_t length = 0; length < sizeof text + 2; length++) {
      struct bytes bytes = {0};
      append_caret(source, place_at(offset, length), &bytes);
      const char *shown = bytes_text(&bytes);
      if (*shown) {
        const char *second = strchr(shown, '\n') + 1;
        size_t spaces = strspn(second, " ");
        size_t carets = strspn(second + spaces, "^");
        assert_true(carets > 0);
        assert_string_equal(second + spaces + carets, "\n");
      } else {
        assert_true(length == 0 || offset >= sizeof text);
      }
      bytes_free(&bytes);
    }
  source_release(source);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_references),
      cmocka_unit_test(test_newlines),
      cmocka_unit_test(test_lines),
      cmocka_unit_test(test_caret),
      cmocka_unit_test(test_caret_at_end),
      cmocka_unit_test(test_caret_over_lines),
      cmocka_unit_test(test_caret_columns),
      cmocka_unit_test(test_caret_in_long_lines),
      cmocka_unit_test(test_caret_long_place),
      cmocka_unit_test(test_every_place),
  };
  return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
