/* memo: what a view has written comes again for an event that says the same, and for no other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "timeline/codec.h"
#include "view/memo.h"

/* Looks the body up, and writes `text` for it if that is asked for. True if it was written before.
 */
static bool seen(struct memo *memo, const char *body, unsigned form, const char *text) {
  struct event event = {.kind = EVENT_NOTE, .body = {body, strlen(body)}};
  struct memo_entry *entry = memo_find(memo, &event, form);
  if (entry && entry->text.length > 0) {
    assert_string_equal(bytes_text(&entry->text), text);
    return true;
  }
  if (entry)
    memo_keep(entry, text, strlen(text));
  return false;
}

static void test_third_time(void **state) {
  static struct memo memo;
  (void)state;
  assert_false(seen(&memo, "send 5 bytes on 3", 0, "send"));
  assert_false(seen(&memo, "send 5 bytes on 3", 0, "send"));
  assert_true(seen(&memo, "send 5 bytes on 3", 0, "send"));
  assert_false(seen(&memo, "send 5 bytes on 4", 0, "other"));
  assert_false(seen(&memo, "send 5 bytes on 3", 1, "with names"));
  memo_clear(&memo);
  assert_false(seen(&memo, "send 5 bytes on 3", 0, "otherwise"));
  assert_false(seen(&memo, "send 5 bytes on 3", 0, "otherwise"));
  assert_true(seen(&memo, "send 5 bytes on 3", 0, "otherwise"));
  memo_clear(&memo);
}

/* However many there are, each gets its own text. */
static void test_many(void **state) {
  enum { MANY = 500, ROUNDS = 4 };
  static struct memo memo;
  char body[32];
  char text[32];
  size_t found = 0;
  (void)state;
  for (int round = 0; round < ROUNDS; round++)
    for (int i = 0; i < MANY; i++)
      for (int again = 0; again < 3; again++) {
        snprintf(body, sizeof body, "body of number %d", i);
        snprintf(text, sizeof text, "text %d", i);
        found += seen(&memo, body, 0, text);
      }
  assert_true(found >= MANY * ROUNDS);
  memo_clear(&memo);
}

static void encode(const char *data, size_t record, long result, struct bytes *bytes,
                   struct event_body *body) {
  struct call call;
  call_init(&call, CALL_SEND, NULL);
  call.data = blob_copy(data, strlen(data));
  call.result = result;
  call.began = 1000 + result;
  call.ended = 2000 * (result + 1);
  struct event event = {
      .kind = EVENT_CALL_FINISH, .serial = 7, .monotonic = call.ended, .call = &call};
  *body = event_encode(&event, record, bytes);
  call_free(&call);
}

/* The body of a call is the same whenever it is made, and is not known where data was left out. */
static void test_body(void **state) {
  struct bytes first = {0};
  struct bytes second = {0};
  struct event_body a;
  struct event_body b;
  (void)state;
  encode("hello", 100, 5, &first, &a);
  encode("hello", 100, 5, &second, &b);
  assert_true(bytes_equal(a.data, a.length, b.data, b.length));
  bytes_clear(&second);
  encode("hello", 100, 4, &second, &b);
  assert_false(bytes_equal(a.data, a.length, b.data, b.length));
  bytes_clear(&second);
  encode("hallo", 100, 5, &second, &b);
  assert_false(bytes_equal(a.data, a.length, b.data, b.length));
  bytes_clear(&second);
  encode("hello", 4, 5, &second, &b);
  assert_null(b.data);
  bytes_free(&first);
  bytes_free(&second);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_third_time),
      cmocka_unit_test(test_many),
      cmocka_unit_test(test_body),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
