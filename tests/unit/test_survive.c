/* What survive reads of its runs, and what it may do to a call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "commands/survive/possible_error.h"
#include "commands/survive/verdict.h"

static int find(const char *text, const char **why, size_t *length) {
  return verdict_find(text, strlen(text), why, length);
}

/* The last line that is a verdict counts, wherever it stands. */
static void test_verdict(void **state) {
  const char *why;
  size_t length;
  (void)state;
  assert_int_equal(find("3\nsurvive: hung: after 5 s\n", &why, &length), VERDICT_HUNG);
  assert_int_equal(length, strlen("after 5 s"));
  assert_memory_equal(why, "after 5 s", length);
  assert_int_equal(find("survive: hung: a\nsurvive: gave-up: b", &why, &length), VERDICT_GAVE_UP);
  assert_int_equal(find("survive: leaked: s.4\nmore\nand more\n", &why, &length), VERDICT_LEAKED);
}

/* What a program prints stands behind its name, and is none. */
static void test_no_verdict(void **state) {
  static const char *const texts[] = {"",
                                      "\n\n",
                                      "survive",
                                      "survive: ",
                                      "survive: hung",
                                      "survive: hung:",
                                      "survive: sank: a\n",
                                      "s: survive: survived: it says\n",
                                      "  survive: survived: it says\n"};
  const char *why;
  size_t length;
  (void)state;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    assert_int_equal(find(texts[i], &why, &length), -1);
}

/* Each verdict is read as it is written. */
static void test_words(void **state) {
  const char *why;
  size_t length;
  (void)state;
  for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
    char line[100] = VERDICT_MARK;
    strcat(line, verdict_rows[verdict].word);
    strcat(line, ": x\n");
    assert_int_equal(find(line, &why, &length), verdict);
    assert_int_equal(length, 1);
  }
}

/* Only what may happen to a program that makes no mistake, and each errno once. */
static void test_errors(void **state) {
  static const int mistakes[] = {EBADF, EFAULT, ENOTSOCK, EINVAL, EISCONN, EDESTADDRREQ};
  size_t calls = 0;
  (void)state;
  for (unsigned call = 0; call < CALL_COUNT; call++) {
    const struct possible_error *errors = possible_errors((enum call_name)call);
    calls += errors->number != 0;
    for (size_t i = 0; errors[i].number; i++) {
      enum error_effect effect;
      for (size_t j = 0; j < sizeof mistakes / sizeof *mistakes; j++)
        assert_int_not_equal(errors[i].number, mistakes[j]);
      for (size_t j = 0; j < i; j++)
        assert_int_not_equal(errors[i].number, errors[j].number);
      assert_true(possible_error_effect((enum call_name)call, errors[i].number, &effect));
      assert_int_equal(effect, errors[i].effect);
    }
  }
  assert_true(calls > 20);
  assert_int_equal(possible_errors(CALL_CLOSE)->number, 0);
}

/* recv and accept as their manual pages have them: what waits is interrupted, what does not wait
 * is told to. */
static void test_waits(void **state) {
  (void)state;
  for (const struct possible_error *error = possible_errors(CALL_RECV); error->number; error++)
    if (error->number == EINTR)
      assert_int_equal(error->when, WHEN_WAITS);
    else if (error->number == EAGAIN)
      assert_true(error->when & WHEN_NO_WAIT);
  enum error_effect effect;
  assert_true(possible_error_effect(CALL_ACCEPT4, ECONNABORTED, &effect));
  assert_int_equal(effect, EFFECT_AGAIN);
  assert_false(possible_error_effect(CALL_ACCEPT4, EPIPE, &effect));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_verdict), cmocka_unit_test(test_no_verdict),
      cmocka_unit_test(test_words),   cmocka_unit_test(test_errors),
      cmocka_unit_test(test_waits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
