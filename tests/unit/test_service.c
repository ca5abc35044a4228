/* service: what its handlers answer, and the search for what ends it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "service/handler.h"
#include "service/until.h"

/* Every way to cut a stream into two pieces, or three. */
static void test_until_in_pieces(void **state) {
  static const struct {
    const char *text, *stream;
    bool found;
  } cases[] = {
      {"quit", "quit", true},        {"quit", "ququit", true}, {"aab", "aaaaab", true},
      {"abcabd", "abcabcabd", true}, {"quit", "qui t", false}, {"aa", "a", false},
      {"abab", "abacabab", true},    {"x", "yyyyyyx", true},   {"ab", "", false},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct until until;
    size_t length = strlen(cases[i].stream);
    assert_int_equal(until_create(&until, cases[i].text, strlen(cases[i].text)), 0);
    for (size_t first = 0; first <= length; first++)
      for (size_t second = first; second <= length; second++) {
        uint32_t place = 0;
        bool found = until_search(&until, &place, cases[i].stream, first);
        found = until_search(&until, &place, cases[i].stream + first, second - first) || found;
        found = until_search(&until, &place, cases[i].stream + second, length - second) || found;
        assert_int_equal(found, cases[i].found);
      }
    until_free(&until);
  }
}

static const struct handler *handler(const char *name) {
  const struct handler *row = handler_table;
  while (strcmp(row->name, name) != 0)
    row++;
  return row;
}

/* The names as choices are those of the table, in its order. */
static void test_names(void **state) {
  char names[200];
  size_t i = 0;
  (void)state;
  assert_true(strlen(handler_names) < sizeof names);
  strcpy(names, handler_names);
  for (char *name = strtok(names, "|"); name; name = strtok(NULL, "|"))
    assert_string_equal(name, handler_table[i++].name);
}

static struct handler_reply ask(const char *name, struct handler_state *memory, char *data,
                                size_t length, bool end) {
  struct handler_reply reply = {0};
  struct handler_question question = {
      .data = data, .length = length, .end = end, .given = "given", .given_length = 5};
  handler(name)->answer(memory, &question, &reply);
  return reply;
}

/* Bytes beyond ASCII stay, so that no character is spoilt wherever the stream is cut. */
static void test_upper(void **state) {
  struct handler_state memory = {0};
  (void)state;
  char data[256];
  for (int i = 0; i < 256; i++)
    data[i] = (char)i;
  struct handler_reply reply = ask("upper", &memory, data, sizeof data, false);
  assert_int_equal(reply.length, 256);
  for (int i = 0; i < 256; i++)
    assert_int_equal((unsigned char)reply.data[i], i >= 'a' && i <= 'z' ? i - 32 : i);
}

static void test_reply(void **state) {
  struct handler_state memory = {0};
  char data[] = "x";
  (void)state;
  assert_true(ask("reply", &memory, NULL, 0, false).none);
  struct handler_reply reply = ask("reply", &memory, data, 1, false);
  assert_memory_equal(reply.data, "given", reply.length);
  assert_true(reply.last && reply.lasting);
  assert_true(ask("reply", &memory, data, 1, false).none);
  struct handler_state other = {0};
  assert_false(ask("reply", &other, NULL, 0, true).none);
}

/* However much of it is taken at a time, it is the same pattern. */
static void test_chargen(void **state) {
  enum { ROUND = 95 * 74 };
  char *all = malloc(3 * ROUND);
  (void)state;
  assert_non_null(all);
  for (size_t step = 1; step < 10000; step = step * 3 + 1) {
    struct handler_state memory = {0};
    for (size_t have = 0; have < 3 * ROUND;) {
      struct handler_reply reply = ask("chargen", &memory, NULL, 0, false);
      size_t some = step < reply.length ? step : reply.length;
      some = some < 3 * ROUND - have ? some : 3 * ROUND - have;
      memcpy(all + have, reply.data, some);
      handler_advance(&memory, some);
      have += some;
    }
    assert_memory_equal(all, " !\"#$%&'()", 10);
    assert_memory_equal(all + 72, "\r\n!\"#", 5);
    assert_memory_equal(all, all + ROUND, ROUND);
    assert_memory_equal(all, all + 2 * ROUND, ROUND);
  }
  free(all);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_until_in_pieces), cmocka_unit_test(test_names),
      cmocka_unit_test(test_upper),           cmocka_unit_test(test_reply),
      cmocka_unit_test(test_chargen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
