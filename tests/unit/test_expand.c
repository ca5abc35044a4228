/* expand: names, values, and what $name.field stands for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language/expand.h"
#include "language/lexer.h"
#include "language/loss.h"
#include "language/result.h"

/* An object with one field, .peer, which is an object of the same kind, and .port. */
struct thing {
  struct object object;
  struct thing *peer;
};

static int alive;

static void thing_text(const struct object *object, struct bytes *text) {
  bytes_append_text(text, ((const struct thing *)object)->peer ? "first" : "second");
}

static int thing_field(const struct object *object, const char *name, struct value *value,
                       struct error *error) {
  const struct thing *thing = (const struct thing *)object;
  if (strcmp(name, "peer") == 0 && thing->peer) {
    *value = value_from_object(&thing->peer->object);
    return 0;
  }
  if (strcmp(name, "port") == 0) {
    *value = value_from_number(80);
    return 0;
  }
  if (strcmp(name, "lost") == 0) { /* as value_from_text does when there is no memory */
    loss_of_memory();
    *value = (struct value){0};
    return 0;
  }
  return error_set(error, ERROR_FAILURE, "a thing has no field .%s; there are .peer and .port",
                   name);
}

static void thing_destroy(struct object *object) {
  struct thing *thing = (struct thing *)object;
  if (thing->peer)
    object_release(&thing->peer->object);
  alive--;
  free(thing);
}

static const struct object_class thing_class = {
    .title = "thing", .text = thing_text, .field = thing_field, .destroy = thing_destroy};

static struct thing *thing_create(struct thing *peer) {
  struct thing *thing = calloc(1, sizeof *thing);
  thing->object = (struct object){.class = &thing_class, .references = 1};
  thing->peer = peer;
  alive++;
  return thing;
}

/* The names that the tests expand, in *state. */
static int set_up(void **state) {
  struct names *names = calloc(1, sizeof *names);
  struct thing *thing = thing_create(thing_create(NULL));
  static const char raw[] = "a $x \\n; \"q\" #\0\xff";
  names_set(names, "c", value_from_object(&thing->object));
  object_release(&thing->object);
  names_set(names, "n", value_from_number(-7));
  names_set(names, "t", value_from_text("text", 4));
  names_set(names, "raw", value_from_data(blob_copy(raw, sizeof raw - 1)));
  names_set(names, "empty", value_from_text("", 0));
  names_set(names, "nothing", (struct value){0});
  *state = names;
  return 0;
}

static int tear_down(void **state) {
  names_clear(*state);
  free(*state);
  return alive == 0 ? 0 : -1;
}

/* Reads the text as one word and expands it; what it gave in *bytes. */
static int expand_text(const char *text, const struct scope *scope, struct bytes *bytes,
                       enum value_kind *kind, struct error *error) {
  struct source *source = source_create("test", text, strlen(text), 1);
  struct arena arena = {0};
  struct lexer lexer;
  struct token token;
  struct expanded expanded;
  lexer_start(&lexer, source, &arena);
  assert_int_equal(lexer_next(&lexer, &token, error), 0);
  assert_int_equal(token.kind, TOKEN_WORD);
  assert_int_equal(lexer.at, strlen(text));
  int status = word_expand(&token.word, scope, &expanded, error);
  if (status == 0) {
    const struct value *value = expanded_value(&expanded);
    bytes_append(bytes, expanded.data, expanded.length);
    *kind = value ? value->kind : VALUE_NOTHING;
    assert_int_equal(expanded.bare, token.word.bare);
    assert_int_equal(expanded.place.length, strlen(text));
    expanded_free(&expanded);
  }
  arena_free(&arena);
  source_release(source);
  return status;
}

static void gives(const struct scope *scope, const char *text, enum value_kind kind,
                  const char *expected, size_t length) {
  struct bytes bytes = {0};
  struct error error = {0};
  enum value_kind given;
  if (expand_text(text, scope, &bytes, &given, &error) < 0)
    fail_msg("%s: %s", text, error.message);
  if (!bytes_equal(bytes.data, bytes.length, expected, length) || given != kind)
    fail_msg("%s gave %s, kind %d", text, bytes_text(&bytes), given);
  bytes_free(&bytes);
}

static void gives_text(const struct scope *scope, const char *text, enum value_kind kind,
                       const char *expected) {
  gives(scope, text, kind, expected, strlen(expected));
}

static void fails(const struct scope *scope, const char *text, const char *part, size_t offset,
                  size_t length) {
  struct bytes bytes = {0};
  struct error error = {0};
  enum value_kind kind;
  if (expand_text(text, scope, &bytes, &kind, &error) == 0)
    fail_msg("%s: %s", text, bytes_text(&bytes));
  if (!strstr(error.message, part) || error.place.offset != offset || error.place.length != length)
    fail_msg("%s: %s at %u, %u", text, error.message, error.place.offset, error.place.length);
  assert_int_equal(error.kind, ERROR_FAILURE);
}

static void test_text(void **state) {
  struct scope scope = {.names = *state};
  gives_text(&scope, "plain", VALUE_NOTHING, "plain");
  gives_text(&scope, "\"\"", VALUE_NOTHING, "");
  gives_text(&scope, "a\\ b", VALUE_NOTHING, "a b");
}

static void test_values(void **state) {
  struct scope scope = {.names = *state};
  gives_text(&scope, "$t", VALUE_TEXT, "text");
  gives_text(&scope, "\"$t\"", VALUE_TEXT, "text");
  gives_text(&scope, "${t}", VALUE_TEXT, "text");
  gives_text(&scope, "$n", VALUE_NUMBER, "-7");
  gives_text(&scope, "$empty", VALUE_TEXT, "");
  gives_text(&scope, "$nothing", VALUE_NOTHING, "");
  gives_text(&scope, "$c", VALUE_OBJECT, "first");
  gives_text(&scope, "a$t-${t}b", VALUE_NOTHING, "atext-textb");
  gives_text(&scope, "$t$n", VALUE_NOTHING, "text-7");
}

/* A field that found no memory fails, and does not read as an empty text. */
static void test_no_memory(void **state) {
  struct scope scope = {.names = *state};
  fails(&scope, "$c.lost", "no memory", 0, 0);
  fails(&scope, "\"<$c.lost>\"", "no memory", 0, 0);
  gives_text(&scope, "$c", VALUE_OBJECT, "first");
}

/* One word, whatever it holds: never split, unescaped or read again. */
static void test_value_is_not_read_again(void **state) {
  static const char raw[] = "a $x \\n; \"q\" #\0\xff";
  static const char more[] = "<a $x \\n; \"q\" #\0\xff>";
  struct scope scope = {.names = *state};
  gives(&scope, "$raw", VALUE_DATA, raw, sizeof raw - 1);
  gives(&scope, "\"<$raw>\"", VALUE_NOTHING, more, sizeof more - 1);
}

static void test_fields(void **state) {
  struct scope scope = {.names = *state};
  gives_text(&scope, "$c.port", VALUE_NUMBER, "80");
  gives_text(&scope, "$c.peer", VALUE_OBJECT, "second");
  gives_text(&scope, "$c.peer.port", VALUE_NUMBER, "80");
  gives_text(&scope, "${c.peer.port}", VALUE_NUMBER, "80");
  gives_text(&scope, "${c.peer}port", VALUE_NOTHING, "secondport");
  gives_text(&scope, "${c}.port", VALUE_NOTHING, "first.port");
  gives_text(&scope, "$c.", VALUE_NOTHING, "first.");
  gives_text(&scope, "$t.5", VALUE_NOTHING, "text.5");
  fails(&scope, "x$c.other", "no field .other", 1, 8);
  fails(&scope, "$c.peer.peer", "no field .peer", 0, 12);
  fails(&scope, "$c.port.x", "a number has no field .x", 0, 9);
  fails(&scope, "$t.txt", "text has no field .txt; to put text behind a value, write ${name}.txt",
        0, 6);
  fails(&scope, "$raw.x", "data has no field", 0, 6);
  fails(&scope, "$nothing.x", "nothing has no field", 0, 10);
}

static void test_unbound(void **state) {
  struct scope scope = {.names = *state};
  fails(&scope, "$unbound", "no name unbound is bound", 0, 8);
  fails(&scope, "$t${C}$t", "no name C is bound", 2, 4);
  fails(&scope, "$i", "no name i is bound", 0, 2); /* outside a repeat */
}

static void test_special_names(void **state) {
  struct value last = value_from_number(5);
  struct scope scope = {.names = *state};
  gives_text(&scope, "$?", VALUE_NOTHING, "");
  gives_text(&scope, "$errno", VALUE_TEXT, "");
  scope.last = &last;
  scope.last_error = ECONNREFUSED;
  scope.round = 3;
  gives_text(&scope, "$?", VALUE_NUMBER, "5");
  gives_text(&scope, "$errno", VALUE_TEXT, "ECONNREFUSED");
  gives_text(&scope, "$i", VALUE_NUMBER, "3");
  gives_text(&scope, "<$i>$errno", VALUE_NOTHING, "<3>ECONNREFUSED");
}

static void test_arguments(void **state) {
  static const char *const arguments[] = {"script", "one", "", "$1"};
  struct scope scope = {.names = *state, .arguments = arguments, .argument_count = 4};
  gives_text(&scope, "$0", VALUE_TEXT, "script");
  gives_text(&scope, "$1", VALUE_TEXT, "one");
  gives_text(&scope, "$2", VALUE_TEXT, "");
  gives_text(&scope, "$3", VALUE_TEXT, "$1");
  gives_text(&scope, "${1}0", VALUE_NOTHING, "one0");
  fails(&scope, "$4", "no argument $4: 3 were given", 0, 2);
  fails(&scope, "$10", "no argument $10", 0, 3);
  fails(&scope, "$99999999999999999999", "no argument", 0, 21);
}

static void test_names(void **state) {
  struct names names = {0};
  (void)state;
  assert_null(names_get(&names, "a", 1));
  assert_int_equal(names_remove(&names, "a", 1), -1);
  assert_int_equal(names_set(&names, "a", value_from_number(1)), 0);
  assert_int_equal(names_set(&names, "ab", value_from_text("x", 1)), 0);
  assert_int_equal(names_get(&names, "abc", 1)->number, 1);
  assert_int_equal(names_get(&names, "abc", 2)->kind, VALUE_TEXT);
  assert_null(names_get(&names, "abc", 3));
  assert_int_equal(names_set(&names, "a", value_from_text("new", 3)), 0);
  assert_int_equal(names_get(&names, "a", 1)->kind, VALUE_TEXT);
  assert_int_equal(names_remove(&names, "a", 1), 0);
  assert_null(names_get(&names, "a", 1));
  names_clear(&names);
  assert_null(names_get(&names, "ab", 2));
}

static int join(const char *name, const struct value *value, void *context) {
  struct bytes *text = context;
  bytes_append_format(text, "%s=%lld ", name, value->number);
  return strcmp(name, "d") == 0 ? 9 : 0;
}

static void test_walk_and_copy(void **state) {
  struct names names = {0};
  struct names copy = {0};
  struct bytes text = {0};
  (void)state;
  assert_int_equal(names_walk(&names, join, &text), 0);
  static const char *const order[] = {"c", "a", "B", "b"};
  for (int i = 0; i < 4; i++)
    names_set(&names, order[i], value_from_number(i));
  assert_int_equal(names_walk(&names, join, &text), 0);
  assert_string_equal(bytes_text(&text), "B=2 a=1 b=3 c=0 ");
  names_copy(&names, &copy);
  names_set(&copy, "d", value_from_number(4));
  names_set(&copy, "e", value_from_number(5));
  names_set(&copy, "a", value_from_number(6));
  assert_int_equal(names_get(&names, "a", 1)->number, 1); /* the copy is its own */
  assert_null(names_get(&names, "d", 1));
  bytes_clear(&text);
  assert_int_equal(names_walk(&copy, join, &text), 9);
  assert_string_equal(bytes_text(&text), "B=2 a=6 b=3 c=0 d=4 ");
  bytes_free(&text);
  names_clear(&names);
  names_clear(&copy);
}

/* Three tables of many names, each a copy of another at some time, against plain arrays. */
static void test_copies_are_independent(void **state) {
  enum { TABLES = 3, NAMES = 300, STEPS = 100000 };
  static struct names tables[TABLES];
  static long long expected[TABLES][NAMES]; /* 0: not bound */
  unsigned random = 1;
  (void)state;
  for (int step = 1; step <= STEPS; step++) {
    random = random * 1103515245 + 12345;
    unsigned table = random >> 16 & 0xff;
    unsigned name = (random >> 8) % NAMES;
    char text[16];
    snprintf(text, sizeof text, "n%u", name);
    if (table == 0) {
      names_clear(&tables[1]);
      names_copy(&tables[name % 2 * 2], &tables[1]);
      memcpy(expected[1], expected[name % 2 * 2], sizeof expected[1]);
    } else if (table % 3 == 0) {
      assert_int_equal(names_remove(&tables[table % TABLES], text, strlen(text)),
                       expected[table % TABLES][name] ? 0 : -1);
      expected[table % TABLES][name] = 0;
    } else {
      assert_int_equal(names_set(&tables[table % TABLES], text, value_from_number(step)), 0);
      expected[table % TABLES][name] = step;
    }
    for (int i = 0; i < TABLES; i++) {
      const struct value *value = names_get(&tables[i], text, strlen(text));
      assert_int_equal(value ? value->number : 0, expected[i][name]);
    }
  }
  for (int i = 0; i < TABLES; i++) {
    size_t count = 0;
    for (int j = 0; j < NAMES; j++)
      count += expected[i][j] != 0;
    assert_int_equal(tables[i].count, count);
    names_clear(&tables[i]);
  }
}

/* What a name was bound to ends with the last table that has it, and no later. */
static void test_copies_hold(void **state) {
  struct names names = {0};
  struct names copy = {0};
  int before = alive;
  (void)state;
  for (int i = 0; i < 100; i++) {
    char text[16];
    struct thing *thing = thing_create(NULL);
    snprintf(text, sizeof text, "n%d", i);
    names_set(&names, text, value_from_object(&thing->object));
    object_release(&thing->object);
  }
  assert_int_equal(alive, before + 100);
  names_copy(&names, &copy);
  names_remove(&names, "n0", 2);
  names_set(&names, "n1", value_from_number(1));
  assert_int_equal(alive, before + 100);
  names_remove(&copy, "n0", 2);
  names_set(&copy, "n1", value_from_number(1));
  assert_int_equal(alive, before + 98);
  names_set(&names, "n2", value_from_number(1));
  names_clear(&copy);
  assert_int_equal(alive, before + 97);
  names_set(&names, "n3", value_from_number(1));
  assert_int_equal(alive, before + 96);
  names_clear(&names);
  assert_int_equal(alive, before);
}

static void test_references(void **state) {
  (void)state;
  int before = alive;
  struct thing *thing = thing_create(NULL);
  struct value value = value_from_object(&thing->object);
  struct value copy = value_copy(&value);
  object_release(&thing->object);
  assert_int_equal(alive, before + 1);
  value_clear(&value);
  assert_int_equal(value.kind, VALUE_NOTHING);
  value_clear(&value); /* nothing to clear any more */
  assert_int_equal(alive, before + 1);
  value_clear(&copy);
  assert_int_equal(alive, before);
  struct value data = value_from_data(blob_copy("x", 1));
  copy = value_copy(&data);
  assert_ptr_equal(copy.blob, data.blob); /* shared, not copied */
  value_clear(&data);
  assert_memory_equal(copy.blob->data, "x", 1);
  value_clear(&copy);
  data = value_from_data(NULL);
  assert_int_equal(data.kind, VALUE_NOTHING);
}

static void test_result(void **state) {
  struct result result = {0};
  (void)state;
  for (int i = 0; i < RESULT_VALUES + 2; i++)
    result_add(&result, value_from_text("x", 1)); /* more than fit are let go */
  assert_int_equal(result.count, RESULT_VALUES);
  result_clear(&result);
  assert_int_equal(result.count, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_text),
      cmocka_unit_test(test_values),
      cmocka_unit_test(test_no_memory),
      cmocka_unit_test(test_value_is_not_read_again),
      cmocka_unit_test(test_fields),
      cmocka_unit_test(test_unbound),
      cmocka_unit_test(test_special_names),
      cmocka_unit_test(test_arguments),
      cmocka_unit_test(test_names),
      cmocka_unit_test(test_walk_and_copy),
      cmocka_unit_test(test_copies_are_independent),
      cmocka_unit_test(test_copies_hold),
      cmocka_unit_test(test_references),
      cmocka_unit_test(test_result),
  };
  return cmocka_run_group_tests_name("expand", tests, set_up, tear_down);
}
