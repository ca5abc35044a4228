/* plain_code: what assertions hold, what is told where one does not, and what is left to Python. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "language/plain_code.h"

static bool find(void *context, const char *name, size_t length, long long *number) {
  static const struct {
    const char *name;
    long long number;
  } names[] = {{"tcpi_rtt", 10250}, {"tcpi_snd_cwnd", 10}, {"TCP_CA_Open", 0}, {"zero", 0}};
  (void)context;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strlen(names[i].name) == length && memcmp(name, names[i].name, length) == 0) {
      *number = names[i].number;
      return true;
    }
  return false;
}

static enum plain_result run(const char *text, struct bytes *printed, struct error *error) {
  const struct plain_names names = {.find = find};
  error_clear(error);
  bytes_clear(printed);
  return plain_code_run(text, strlen(text), &names, printed, error);
}

static void holds(void **state) {
  static const char *const cases[] = {
      "",
      "# nothing\n\n",
      "assert tcpi_snd_cwnd == 10",
      "assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd",
      "assert 10000 <= tcpi_rtt <= 20000, 'srtt=%d us' % tcpi_rtt",
      "assert tcpi_rtt // 1000 == 10 and tcpi_rtt % 1000 == 250",
      "assert -7 // 2 == -4 and -7 % 2 == 1 and 7 / 7 == 1",
      "assert (tcpi_rtt >> 1 & 0xff | 1) != 0 or 1 / 0",
      "assert not (tcpi_snd_cwnd & 5)",
      "assert 2 + 3 * 4 == 14; assert (2 + 3) * 4 == 20",
      "assert True and not False",
      "  assert 1 < 2 <\n",
      "assert (1 <\n  2)\nassert 1 == 1",
      "assert ~0 == -1 ^ 0",
      "assert 1 == 1 == 1",
      "assert 1 << 4 == 16 \\\n and 2 >> 1 == 1",
      "pass",
  };
  struct bytes printed = {0};
  struct error error;
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    enum plain_result wanted = i == 11 ? PLAIN_UNKNOWN : PLAIN_HOLDS;
    if (strstr(cases[i], "1 / 0")) /* both sides are read */
      wanted = PLAIN_UNKNOWN;
    if (run(cases[i], &printed, &error) != wanted)
      fail_msg("%s: not %d: %s", cases[i], (int)wanted, error.message);
  }
  bytes_free(&printed);
}

static void fails(void **state) {
  static const struct {
    const char *text;
    const char *message;
  } cases[] = {
      {"assert tcpi_snd_cwnd == 11",
       "it does not hold that tcpi_snd_cwnd == 11: tcpi_snd_cwnd is 10"},
      {"assert 20000 <= tcpi_rtt <= 30000, 'srtt=%d us' % tcpi_rtt",
       "it does not hold that 20000 <= tcpi_rtt <= 30000: tcpi_rtt is 10250, tcpi_rtt is 10250; "
       "srtt=10250 us"},
      {"assert TCP_CA_Open == 1", "it does not hold that TCP_CA_Open == 1"},
      {"assert 1 == 2, '%d of %s' % (1, 'two')", "it does not hold that 1 == 2; 1 of two"},
      {"assert 0", "it does not hold that 0"},
      {"assert 5 > 4 > 4", "it does not hold that 5 > 4 > 4"},
  };
  struct bytes printed = {0};
  struct error error;
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(run(cases[i].text, &printed, &error), PLAIN_FAILS);
    assert_string_equal(error.message, cases[i].message);
  }
  bytes_free(&printed);
}

static void prints(void **state) {
  struct bytes printed = {0};
  struct error error;
  (void)state;
  assert_int_equal(
      run("print tcpi_rtt\nprint('cwnd', tcpi_snd_cwnd)\nprint(\"%x\" % 255)", &printed, &error),
      PLAIN_HOLDS);
  assert_string_equal(bytes_text(&printed), "10250\ncwnd 10\nff\n");
  /* What is not plain has printed nothing before Python runs it. */
  assert_int_equal(run("print(1)\nimport os", &printed, &error), PLAIN_UNKNOWN);
  assert_int_equal(printed.length, 0);
  bytes_free(&printed);
}

static void unknown(void **state) {
  static const char *const cases[] = {
      "x = 1",
      "assert unheard == 1",
      "assert abs(tcpi_rtt) > 1",
      "if tcpi_rtt: pass",
      "assert 1.5 > 1",
      "assert 1 / 2",
      "assert 1 // zero",
      "assert 9223372036854775807 + 1",
      "assert 9223372036854775806 * 3",
      "assert 'a' < 'b'",
      "assert 'a\\n'",
      "assert 'a",
      "assert (1",
      "assert 1)",
      "assert 1 2",
      "assert 2 ** 3 == 8",
      "assert 010",
      "assert 'a' + 1",
      "assert 1 << 40",
      "print(%)",
      "assert",
      "assert \"%d\" % 'x' % ",
  };
  struct bytes printed = {0};
  struct error error;
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (run(cases[i], &printed, &error) != PLAIN_UNKNOWN)
      fail_msg("%s was taken", cases[i]);
  char deep[4000];
  memset(deep, '(', sizeof deep);
  memcpy(deep, "assert ", 7);
  deep[sizeof deep - 1] = '\0';
  assert_int_equal(run(deep, &printed, &error), PLAIN_UNKNOWN);
  memset(deep + 7, '-', sizeof deep - 8);
  assert_int_equal(run(deep, &printed, &error), PLAIN_UNKNOWN);
  bytes_free(&printed);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(holds), cmocka_unit_test(fails),
                                     cmocka_unit_test(prints), cmocka_unit_test(unknown)};
  return cmocka_run_group_tests_name("plain_code", tests, NULL, NULL);
}
