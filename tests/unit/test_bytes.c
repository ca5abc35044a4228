/* bytes: the growing buffer, the arena, and errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "language/arena.h"
#include "language/bytes.h"
#include "language/error.h"
#include "language/loss.h"

static void test_empty(void **state) {
  struct bytes bytes = {0};
  (void)state;
  assert_string_equal(bytes_text(&bytes), "");
  assert_int_equal(bytes.length, 0);
  bytes_append(&bytes, NULL, 0);
  bytes_append_text(&bytes, "");
  assert_int_equal(bytes.length, 0);
  bytes_free(&bytes);
  bytes_free(&bytes);
  assert_null(bytes.data);
}

static void test_append(void **state) {
  struct bytes bytes = {0};
  (void)state;
  bytes_append(&bytes, "a\0b", 3);
  bytes_append_char(&bytes, '\xff');
  bytes_append_text(&bytes, "text");
  assert_int_equal(bytes.length, 8);
  assert_memory_equal(bytes.data, "a\0b\xfftext", 8);
  assert_string_equal(bytes_text(&bytes) + 4, "text"); /* the zero is behind it, outside */
  assert_int_equal(bytes.length, 8);
  size_t capacity = bytes.capacity;
  bytes_clear(&bytes);
  assert_int_equal(bytes.length, 0);
  assert_int_equal(bytes.capacity, capacity);
  bytes_free(&bytes);
}

static void test_numbers(void **state) {
  struct bytes bytes = {0};
  (void)state;
  bytes_append_number(&bytes, 0);
  bytes_append_char(&bytes, ' ');
  bytes_append_number(&bytes, -15);
  bytes_append_char(&bytes, ' ');
  bytes_append_number(&bytes, LLONG_MAX);
  bytes_append_char(&bytes, ' ');
  bytes_append_number(&bytes, LLONG_MIN);
  assert_string_equal(bytes_text(&bytes), "0 -15 9223372036854775807 -9223372036854775808");
  bytes_free(&bytes);
}

/* A format whose text is longer than the room there was, at every length around the room. */
static void test_format(void **state) {
  (void)state;
  for (int length = 0; length < 300; length++) {
    struct bytes bytes = {0};
    bytes_append_format(&bytes, "%*s", length, "");
    bytes_append_format(&bytes, "<%d>", 42);
    assert_int_equal(bytes.length, length + 4);
    assert_memory_equal(bytes.data + length, "<42>", 4);
    bytes_free(&bytes);
  }
}

static void test_pad(void **state) {
  struct bytes bytes = {0};
  (void)state;
  bytes_append_text(&bytes, "ab");
  bytes_append_text(&bytes, "cd");
  bytes_pad(&bytes, 2, 4);
  assert_string_equal(bytes_text(&bytes), "abcd  ");
  bytes_pad(&bytes, 2, 3); /* it is that wide already */
  assert_int_equal(bytes.length, 6);
  bytes_free(&bytes);
}

/* No memory is remembered: what is added afterwards is ignored, and nothing crashes. */
static void test_failure(void **state) {
  struct bytes bytes = {0};
  (void)state;
  bytes_append_text(&bytes, "before");
  assert_int_equal(bytes_reserve(&bytes, SIZE_MAX), -1);
  assert_true(bytes.failed);
  bytes_append_text(&bytes, "after");
  bytes_append_char(&bytes, 'x');
  bytes_append_number(&bytes, 5);
  bytes_append_format(&bytes, "%d", 5);
  bytes_pad(&bytes, 0, 1000);
  assert_int_equal(bytes.length, 6);
  /* What there was memory for is all there: a text and a length that belong together. */
  assert_string_equal(bytes_text(&bytes), "before");
  assert_string_equal(bytes_text_from(&bytes, 3), "ore");
  assert_string_equal(bytes_text_from(&bytes, 6), "");
  assert_string_equal(bytes_text_from(&bytes, 7), "");
  assert_int_equal(bytes_reserve(&bytes, 1), -1);
  bytes_clear(&bytes);
  assert_false(bytes.failed);
  bytes_append_text(&bytes, "again");
  assert_string_equal(bytes_text(&bytes), "again");
  bytes_free(&bytes);
}

/* Whoever runs a statement learns that something failed, also when nobody has looked at the buffer.
 */
static void test_failure_is_noted(void **state) {
  struct bytes bytes = {0};
  struct loss_look look;
  (void)state;
  loss_take_memory();
  unsigned long before = loss_memory_here();
  bytes_append_text(&bytes, "fits");
  assert_int_equal(loss_memory_here(), before);
  assert_false(loss_take_memory());
  bytes_reserve(&bytes, SIZE_MAX);
  assert_int_not_equal(loss_memory_here(), before);
  assert_true(loss_take_memory());
  assert_false(loss_take_memory());
  bytes_append_text(&bytes, "and is noted again, since this is lost, too");
  assert_true(loss_take_memory());
  bytes_free(&bytes);
  /* A look is told once for each call and errno. */
  loss_of_look("getsockname", ENOBUFS);
  loss_of_look("getpeername", ENOBUFS);
  loss_of_look("getsockname", ENOBUFS);
  assert_true(loss_take_look(&look));
  assert_string_equal(look.call, "getsockname");
  assert_int_equal(look.error, ENOBUFS);
  assert_true(loss_take_look(&look));
  assert_false(loss_take_look(&look));
  loss_of_look("getsockname", ENOBUFS);
  assert_false(loss_take_look(&look));
}

/* A format that fits exactly but for its zero, in a buffer that has failed. */
static void test_failed_format(void **state) {
  struct bytes bytes = {0};
  (void)state;
  bytes_append_text(&bytes, "x");
  bytes_reserve(&bytes, SIZE_MAX);
  for (int length = 0; length < 200; length++)
    bytes_append_format(&bytes, "%*s", length, "");
  assert_int_equal(bytes.length, 1);
  bytes_free(&bytes);
}

static void test_equal(void **state) {
  (void)state;
  assert_true(bytes_equal(NULL, 0, NULL, 0));
  assert_true(bytes_equal(NULL, 0, "x", 0));
  assert_true(bytes_equal("a\0b", 3, "a\0b", 3));
  assert_false(bytes_equal("a\0b", 3, "a\0c", 3));
  assert_false(bytes_equal("a", 1, "ab", 2));
}

static void test_arena(void **state) {
  struct arena arena = {0};
  (void)state;
  char *first = arena_copy(&arena, "a\0b", 3);
  assert_memory_equal(first, "a\0b", 4); /* ended by a zero */
  assert_string_equal(arena_copy(&arena, NULL, 0), "");
  for (size_t size = 0; size < 5000; size += 7) {
    unsigned char *memory = arena_allocate(&arena, size);
    assert_non_null(memory);
    assert_int_equal((uintptr_t)memory % _Alignof(long long), 0);
    for (size_t i = 0; i < size; i++)
      assert_int_equal(memory[i], 0);
    memset(memory, 0xff, size);
  }
  assert_memory_equal(first, "a\0b", 4); /* nothing ran into it */
  assert_null(arena_allocate(&arena, SIZE_MAX));
  assert_non_null(arena_allocate(&arena, 3 << 20));
  arena_free(&arena);
  arena_free(&arena);
}

static void test_error(void **state) {
  struct error error;
  (void)state;
  assert_int_equal(error_set(&error, ERROR_USAGE, "%s takes %d", "send", 2), -1);
  assert_string_equal(error.message, "send takes 2");
  assert_int_equal(error.kind, ERROR_USAGE);
  assert_int_equal(error.number, 0);
  error_set_place(&error, (struct place){3, 2});
  error_set_place(&error, (struct place){5, 1}); /* it says already */
  assert_int_equal(error.place.offset, 3);
  assert_int_equal(error_set_errno(&error, ECONNREFUSED, "connect"), -1);
  assert_string_equal(error.message, "connect: Connection refused (ECONNREFUSED)");
  assert_int_equal(error.kind, ERROR_FAILURE);
  assert_int_equal(error.number, ECONNREFUSED);
  assert_int_equal(error.place.length, 0);
  error_set_errno(&error, EINTR, "recv");
  assert_int_equal(error.kind, ERROR_INTERRUPTED);
  error_set_errno(&error, 9999, "recv");
  assert_string_equal(error.message, "recv: Unknown error (E?)");
  assert_string_equal(error_number_name(EAGAIN), "EAGAIN");
}

static void test_long_error(void **state) {
  struct error error;
  char text[2000];
  (void)state;
  memset(text, 'a', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  error_set(&error, ERROR_USAGE, "%s", text);
  assert_int_equal(strlen(error.message), sizeof error.message - 1);
  for (size_t length = sizeof error.message - 40; length < sizeof error.message + 5; length++) {
    error_set_errno(&error, EPERM, "%.*s", (int)length, text);
    assert_true(strlen(error.message) < sizeof error.message);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_empty),
      cmocka_unit_test(test_append),
      cmocka_unit_test(test_numbers),
      cmocka_unit_test(test_format),
      cmocka_unit_test(test_pad),
      cmocka_unit_test(test_failure),
      cmocka_unit_test(test_failure_is_noted),
      cmocka_unit_test(test_failed_format),
      cmocka_unit_test(test_equal),
      cmocka_unit_test(test_arena),
      cmocka_unit_test(test_error),
      cmocka_unit_test(test_long_error),
  };
  return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
