/* script: the grammar of DESIGN.md section 3: statements, prefixes, blocks, and what is wrong with
 * a text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "language/script.h"

struct command {
  const char *name;
  bool raw;
  bool regex;
};

static const struct command commands[] = {
    {"accept", 0, 0},       {"send", 0, 0},         {"close", 0, 0},      {"let", 0, 0},
    {"shell", true, false}, {"await", false, true}, {"line", true, false}};

static const struct command *find(const char *text, size_t length, struct error *error) {
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    if (strlen(commands[i].name) == length && memcmp(commands[i].name, text, length) == 0)
      return &commands[i];
  if (error)
    error_set(error, ERROR_SYNTAX, "there is no such command");
  return NULL;
}

static bool is_raw(const struct command *command) {
  return command->raw;
}

static bool takes_regex(const struct command *command) {
  return command->regex;
}

static const struct command *find_line(void) {
  return find("line", 4, NULL);
}

static const struct vocabulary vocabulary = {
    .find = find, .raw = is_raw, .regex = takes_regex, .line = find_line};

/* A tree written in one line: "c = accept(srv); repeat 3 {send(c x)}&". Names of expansions stand
 * in < >. */
static void write_word(const struct word *word, struct bytes *text) {
  if (word->literal)
    bytes_append(text, word->text, word->count);
  for (size_t i = 0; !word->literal && i < word->count; i++) {
    const struct piece *piece = &word->pieces[i];
    bytes_append_text(text, piece->expansion ? "<" : "");
    bytes_append(text, piece->text, piece->length);
    bytes_append_text(text, piece->expansion ? ">" : "");
  }
}

static void write_pattern(const struct pattern *pattern, struct bytes *text) {
  static const char *const kinds[] = {
      [PATTERN_OK] = "OK",        [PATTERN_ERROR] = "ERROR ", [PATTERN_NUMBER] = "NUMBER ",
      [PATTERN_TEXT] = "TEXT ",   [PATTERN_REGEX] = "REGEX ", [PATTERN_EOF] = "EOF",
      [PATTERN_BLOCKS] = "BLOCKS"};
  bytes_append_text(text, kinds[pattern->kind]);
  if (pattern->kind == PATTERN_ERROR)
    bytes_append_text(text, error_number_name((int)pattern->number));
  else if (pattern->kind == PATTERN_NUMBER)
    bytes_append_number(text, pattern->number);
  else if (pattern->kind == PATTERN_TEXT || pattern->kind == PATTERN_REGEX)
    write_word(&pattern->word, text);
}

static void write_prefix(const struct prefix *prefix, struct bytes *text) {
  switch (prefix->kind) {
  case PREFIX_NAMES:
    for (const char *const *name = prefix->names; *name; name++)
      bytes_append_format(text, "%s ", *name);
    bytes_append_text(text, "= ");
    break;
  case PREFIX_HOST:
    write_word(prefix->word, text);
    bytes_append_text(text, " ");
    break;
  case PREFIX_EXPECT:
  case PREFIX_UNTIL:
    bytes_append_text(text, prefix->kind == PREFIX_EXPECT ? "expect " : "until ");
    write_pattern(&prefix->pattern, text);
    bytes_append_text(text, " ");
    break;
  case PREFIX_REPEAT:
    bytes_append_text(text, "repeat ");
    if (prefix->word)
      write_word(prefix->word, text);
    bytes_append_text(text, prefix->word ? " " : "");
    break;
  case PREFIX_TIME:
    bytes_append_text(text, "time ");
    break;
  case PREFIX_AT:
    bytes_append_format(text, "at %s%lld ", prefix->time.moment == PKT_AFTER ? "+" : "",
                        (long long)prefix->time.from / 1000000);
    break;
  }
}

static void write_statements(const struct statement *statement, struct bytes *text) {
  for (; statement; statement = statement->next) {
    for (const struct prefix *prefix = statement->prefixes; prefix; prefix = prefix->next)
      write_prefix(prefix, text);
    bytes_append_text(text, statement->command ? statement->command->name : "{");
    if (statement->command) {
      for (size_t i = 0; i < statement->count; i++) {
        bytes_append_text(text, i ? " " : "(");
        write_word(&statement->words[i], text);
      }
      bytes_append_text(text, statement->count ? ")" : "");
    } else {
      write_statements(statement->block, text);
      bytes_append_text(text, "}");
    }
    bytes_append_text(text, statement->background ? "&" : "");
    bytes_append_text(text, statement->next ? "; " : "");
  }
}

static enum script_status read_text(const char *text, size_t length, struct bytes *tree,
                                    struct error *error) {
  struct source *source = source_create("test", text, length, 1);
  struct script script;
  enum script_status status = script_read(source, &vocabulary, &script, error);
  if (status == SCRIPT_READ) {
    if (tree)
      write_statements(script.first, tree);
    assert_int_equal(source->references, 2);
    script_free(&script);
  } else {
    assert_true(error->message[0] != '\0');
    assert_true(error->place.offset + error->place.length <= length + 1);
    assert_null(script.first);
  }
  assert_int_equal(source->references, 1);
  source_release(source);
  return status;
}

static void reads_bytes(const char *text, size_t length, const char *expected) {
  struct bytes tree = {0};
  struct error error = {0};
  if (read_text(text, length, &tree, &error) != SCRIPT_READ)
    fail_msg("%s: %s", text, error.message);
  assert_string_equal(bytes_text(&tree), expected);
  bytes_free(&tree);
}

static void reads(const char *text, const char *expected) {
  reads_bytes(text, strlen(text), expected);
}

/* It is wrong, and the error is about the first `word` in the text. */
static void is_wrong(const char *text, const char *part, const char *word) {
  struct error error = {0};
  assert_int_equal(read_text(text, strlen(text), NULL, &error), SCRIPT_WRONG);
  if (!strstr(error.message, part))
    fail_msg("%s: %s", text, error.message);
  assert_int_equal(error.kind, ERROR_SYNTAX);
  if (error.place.offset != (size_t)(strstr(text, word) - text) ||
      error.place.length != strlen(word))
    fail_msg("%s: %s: at %u, %u", text, error.message, error.place.offset, error.place.length);
}

static void is_incomplete(const char *text) {
  struct error error = {0};
  if (read_text(text, strlen(text), NULL, &error) != SCRIPT_INCOMPLETE)
    fail_msg("%s: not incomplete: %s", text, error.message);
  assert_int_equal(error.kind, ERROR_SYNTAX);
}

static void test_statements(void **state) {
  (void)state;
  reads("", "");
  reads("\n;;\n# nothing\n", "");
  reads("accept srv", "accept(srv)");
  reads("accept srv;close c\nsend c x", "accept(srv); close(c); send(c x)");
  reads("accept srv &", "accept(srv)&");
  reads("accept srv & close c", "accept(srv)&; close(c)");
  reads("accept srv &\r\nclose c\r\n", "accept(srv)&; close(c)");
}

static void test_words_stay_data(void **state) {
  (void)state;
  reads("send c a&b {a} x=y =x \"=\" '&' \\x7b", "send(c a&b {a} x=y =x = & {)");
  reads("send c \"a b\" $x.y #z", "send(c a b <x>)");
  reads("\"send\" c", "send(c)");
}

static void test_blocks(void **state) {
  (void)state;
  reads("{ }", "{}");
  reads("{ send a }", "{send(a)}");
  reads("{ send a; send b\n}\nsend c", "{send(a); send(b)}; send(c)");
  reads("{ { send a }; { } } & send b", "{{send(a)}; {}}&; send(b)");
  reads("{ send a & }", "{send(a)&}");
  reads("repeat {\n send a\n}", "repeat {send(a)}");
}

static void test_prefixes(void **state) {
  (void)state;
  reads("c = accept srv", "c = accept(srv)");
  reads("s from = accept srv", "s from = accept(srv)");
  reads("a b c d = accept", "a b c d = accept");
  reads("@h accept", "@h accept");
  reads("@$h accept", "@<h> accept");
  reads("expect ok accept", "expect OK accept");
  reads("until eof accept", "until EOF accept");
  reads("repeat accept", "repeat accept");
  reads("repeat 3 accept", "repeat 3 accept");
  reads("repeat 0x10 accept", "repeat 0x10 accept");
  reads("repeat $n accept", "repeat <n> accept");
  reads("repeat \"$n\" { accept }", "repeat <n> {accept}");
  reads("time accept", "time accept");
  reads("time repeat 9 send", "time repeat 9 send");
  reads("repeat 9 time send", "repeat 9 time send");
  reads("at +.1 accept", "at +100 accept");
  reads("at 1.5 c = accept", "at 1500 c = accept");
  reads("at = accept", "at = accept"); /* it is a name where no time follows */
  reads("at b = accept", "at b = accept");
  reads("send at +.1", "send(at +.1)");
  /* Lines of packetdrill are one word, and may follow `expect packet`. */
  reads("< S 0:0(0) win 5; x", "line(< S 0:0(0) win 5; x)");
  reads("+.1 < S 0:0(0) # x", "line(+.1 < S 0:0(0) # x)");
  reads("0 socket(..., SOCK_STREAM, 0) = 3\naccept",
        "line(0 socket(..., SOCK_STREAM, 0) = 3); accept");
  reads("expect packet > S. 0:0(0)", "line(> S. 0:0(0))");
  reads("expect packet +.1~+.2 > S. 0:0(0)", "line(+.1~+.2 > S. 0:0(0))");
  reads("@h < S 0:0(0)", "@h line(< S 0:0(0))");
  reads("{ > . 1:1(0)\n}", "{line(> . 1:1(0))}");
}

/* They nest in any order, names too. */
static void test_prefixes_nest(void **state) {
  (void)state;
  reads("c = expect ok accept srv", "c = expect OK accept(srv)");
  reads("expect ok c = accept srv", "expect OK c = accept(srv)");
  reads("time c = accept srv", "time c = accept(srv)");
  reads("@h c = accept srv", "@h c = accept(srv)");
  reads("repeat c = accept srv", "repeat c = accept(srv)");
  reads("repeat 3 c d = accept srv", "repeat 3 c d = accept(srv)");
  reads("repeat $n c = accept srv", "repeat <n> c = accept(srv)");
  reads("expect /a =/ c = accept srv", "expect REGEX a = c = accept(srv)");
  reads("a = b = accept srv", "a = b = accept(srv)");
  reads("r = { c = accept srv }", "r = {c = accept(srv)}");
  reads("@h time expect ok repeat 2 until eof c = @g accept &",
        "@h time expect OK repeat 2 until EOF c = @g accept&");
  reads("expect ok { expect EAGAIN send } &", "expect OK {expect ERROR EAGAIN send}&");
}

static void test_prefixes_over_joined_lines(void **state) {
  (void)state;
  reads("c \\\n = accept srv", "c = accept(srv)");
  reads("c = \\\n accept srv", "c = accept(srv)");
  reads("c \\\r\n d\\\r\n = accept \\\r\n srv", "c d = accept(srv)");
  reads("expect \\\n ok \\\n accept", "expect OK accept");
  reads("repeat \\\n 3 \\\n accept", "repeat 3 accept");
}

static void test_results(void **state) {
  (void)state;
  reads("expect blocks send", "expect BLOCKS send");
  reads("expect ECONNREFUSED send", "expect ERROR ECONNREFUSED send");
  reads("expect EWOULDBLOCK send", "expect ERROR EAGAIN send");
  reads("expect ENOTSUP send", "expect ERROR EOPNOTSUPP send");
  reads("expect 5 send", "expect NUMBER 5 send");
  reads("expect -1 send", "expect NUMBER -1 send");
  reads("expect 0x10 send", "expect NUMBER 16 send");
  reads("expect \"5\" send", "expect TEXT 5 send");
  reads("expect \"ok\" send", "expect TEXT ok send");
  reads("expect ok\"\" send", "expect TEXT ok send");
  reads("expect '' send", "expect TEXT  send");
  reads("expect $x send", "expect TEXT <x> send");
  reads("expect \"a $x\" send", "expect TEXT a <x> send");
  reads("expect a\\ b send", "expect TEXT a b send");
  is_wrong("expect yes send", "that is ok", "yes");
  is_wrong("expect OK send", "written ok; where that text is to be received, in quotes: \"OK\"",
           "OK");
  is_wrong("expect Eof send", "written eof", "Eof");
  is_wrong("expect epipe send", "written EPIPE", "epipe");
  is_wrong("expect EFOO send", "that is ok", "EFOO");
  is_wrong("expect E send", "that is ok", "E");
  is_wrong("expect = send", "begins a prefix", "expect");
  is_wrong("expect { send }", "a result must follow", "{");
  is_wrong("until & send", "a result must follow", "&");
}

static void test_regex(void **state) {
  (void)state;
  reads("expect /a b/ send", "expect REGEX a b send");
  reads("expect /a;b#c\"'$x=& }/ send", "expect REGEX a;b#c\"'$x=& } send");
  reads("expect /a\\/b/ send", "expect REGEX a/b send");
  reads("expect /a\\.b\\\\/ send", "expect REGEX a\\.b\\\\ send");
  reads("expect // send", "expect REGEX  send");
  is_wrong("expect /[/]/ send", "a space must follow", "]"); /* the first slash closes it */
  reads("until /x/ { send }", "until REGEX x {send}");
  reads("send /a b/", "send(/a b/)"); /* elsewhere a slash is a slash */
  reads_bytes("expect /a\0b/ send", 17, "expect REGEX a");
  is_wrong("expect /a send", "no closing slash", "/a send");
  is_wrong("expect /a\\/ send", "no closing slash", "/a\\/ send");
  is_wrong("expect /a/b send", "a space must follow", "b");
  is_wrong("expect /a(/ send", "not a regular expression", "/a(/");
  is_wrong("expect /a\nb/ send", "no closing slash", "/a");
}

/* A word of such a command that begins with a slash goes on to the next one, whatever stands
 * between them, and keeps both. */
static void test_regex_as_word(void **state) {
  (void)state;
  reads("await p /a b/", "await(p /a b/)");
  reads("await p /a;b#c\"'$x=& }/ 2s", "await(p /a;b#c\"'$x=& }/ 2s)");
  reads("await /a/ /b\\/c/ &", "await(/a/ /b/c/)&");
  reads("{ await p /}/ }; send x", "{await(p /}/)}; send(x)");
  reads("await p a/b/ c", "await(p a/b/ c)");
  reads("await p \"/a\" b/", "await(p /a b/)");
  reads("send /a b", "send(/a b)"); /* of others a slash is a letter */
  is_wrong("await p /a b", "no closing slash", "/a b");
  is_wrong("await p /a/b", "a space must follow", "b");
}

static void test_raw(void **state) {
  (void)state;
  reads("shell ls -l | wc ; date & { \"x $y # z", "shell(ls -l | wc ; date & { \"x $y # z)");
  reads("shell\nsend a", "shell; send(a)");
  reads("shell  ls \t\r\nsend a", "shell(ls); send(a)");
  reads("shell test a = b", "shell(test a = b)");
  reads("shell A = b", "shell(A = b)");
  reads("shell = b", "shell(= b)");
  reads("expect ok shell a = b", "expect OK shell(a = b)");
  reads("out = shell a = b", "out = shell(a = b)");
}

static void test_wrong(void **state) {
  (void)state;
  is_wrong("}", "no { for this }", "}");
  is_wrong("send a\n}", "no { for this }", "}");
  is_wrong("&", "before &", "&");
  is_wrong("send a ; &", "before &", "&");
  is_wrong("send a\n&", "before &", "&");
  is_wrong("= send", "a name must stand before =", "=");
  is_wrong("c =", "a command must follow", "c =");
  is_wrong("time", "a command must follow", "time");
  is_wrong("repeat 3 &", "a command must follow", "repeat 3");
  is_wrong("expect ok ; send", "a command must follow", "expect ok");
  is_wrong("repeat 3x send", "a repeat is a whole number from 0 up", "3x");
  is_wrong("repeat 99999999999999999999 send", "a repeat is a whole number from 0 up",
           "99999999999999999999");
  is_wrong("repeat -1 send", "a repeat is a whole number from 0 up", "-1");
  is_wrong("send a = b", "this is a command", "send");
  is_wrong("send a b c d e = b", "= can't stand here", "=");
  is_wrong("send a { b", "a block can't stand here", "{");
  is_wrong("{ send a } close b", "behind the closing }", "close");
  is_wrong("nothing a", "no such command", "nothing");
  is_wrong("$x a", "must be written out", "$x");
  is_wrong("se$x a", "must be written out", "se$x");
  is_wrong("send \"a", "no closing quote", "\"a");
  is_wrong("{ send \"a", "no closing quote", "\"a");
}

static void test_wrong_names(void **state) {
  (void)state;
  is_wrong("1c = accept", "only a name", "1c");
  is_wrong("c-d = accept", "only a name", "c-d");
  is_wrong("\"c\" = accept", "only a name", "\"c\"");
  is_wrong("$c = accept", "only a name", "$c");
  is_wrong("c\xc3\xa9 = accept", "only a name", "c\xc3\xa9");
  is_wrong("close = accept", "this is a command", "close");
  is_wrong("a send = accept", "this is a command", "send");
  is_wrong("time = accept", "begins a prefix", "time");
  is_wrong("a repeat = accept", "begins a prefix", "repeat");
}

static void test_suggests_spaces(void **state) {
  struct error error = {0};
  (void)state;
  is_wrong("c=accept srv", "c = accept", "c=accept");
  is_wrong("time c=accept srv", "c = accept", "c=accept");
  is_wrong("c=\\x1b[31m", "c = \\x1b[31m", "c=\\x1b[31m");
  is_wrong("c= accept", "c = ", "c=");
  is_wrong("1c=accept", "no such command", "1c=accept");
  is_wrong("=accept", "no such command", "=accept");
  char text[4000];
  memset(text, 'a', sizeof text);
  text[2000] = '=';
  assert_int_equal(read_text(text, sizeof text, NULL, &error), SCRIPT_WRONG);
  assert_non_null(strstr(error.message, "= stands between spaces"));
}

static void test_incomplete(void **state) {
  static const char *const texts[] = {
      "{",
      "{ send a",
      "{ send a\n",
      "{ send a }\n{",
      "{ { } ",
      "repeat {\n",
      "c = {",
      "send a \\",
      "send a \\\n",
      "send a \\\r\n",
      "send a\\",
      "send \"a\\",
      "send \"a\\\n",
      "c = \\",
      "expect \\\n",
      "expect ok \\\n",
      "repeat \\",
      "repeat 3 \\\n",
      "time \\\n",
      "{ send a } \\\n",
      "send a & \\",
      "{ shell ls }",
      "\\",
      "{ # }",
      "@h \\\n",
      "{ send a } & {",
      "{ send a \\\n ",
      "c \\\n",
      "c \\\n = \\\n",
  };
  (void)state;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    is_incomplete(texts[i]);
}

static void test_depth(void **state) {
  enum { SIZE = 1 << 20 };
  struct error error = {0};
  char *text = malloc(SIZE);
  (void)state;
  for (size_t i = 0; i < SIZE; i += 2)
    memcpy(text + i, "{ ", 2);
  assert_int_equal(read_text(text, 100, NULL, &error), SCRIPT_INCOMPLETE);
  assert_int_equal(read_text(text, 102, NULL, &error), SCRIPT_WRONG);
  assert_non_null(strstr(error.message, "too deeply"));
  assert_int_equal(read_text(text, SIZE, NULL, &error), SCRIPT_WRONG);
  for (size_t i = 100; i < 200; i += 2)
    memcpy(text + i, "} ", 2);
  assert_int_equal(read_text(text, 200, NULL, &error), SCRIPT_READ);
  for (size_t i = 0; i + 5 <= SIZE; i += 5)
    memcpy(text + i, "time ", 5);
  memcpy(text + 250, "send", 4);
  assert_int_equal(read_text(text, 254, NULL, &error), SCRIPT_READ);
  memcpy(text + 250, "time send", 9);
  assert_int_equal(read_text(text, 259, NULL, &error), SCRIPT_WRONG);
  assert_non_null(strstr(error.message, "too many prefixes"));
  assert_int_equal(read_text(text, SIZE, NULL, &error), SCRIPT_WRONG);
  free(text);
}

/* A megabyte on one line takes a time that grows with its length, not with its square. */
static void test_long_lines(void **state) {
  static const char *const units[] = {"send;",
                                      "send a b c d e ",
                                      "time ",
                                      "a ",
                                      "a;",
                                      "send & ",
                                      "@h ",
                                      "a = ",
                                      "repeat ",
                                      "expect ok ",
                                      "$x ",
                                      "\\\n",
                                      "send \xff\xfe\x80;",
                                      "{ };",
                                      "expect /x/ "};
  enum { SIZE = 1 << 20 };
  char *text = malloc(SIZE + 8);
  (void)state;
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    struct error error = {0};
    size_t length = 0;
    while (length + strlen(units[i]) < SIZE) {
      memcpy(text + length, units[i], strlen(units[i]));
      length += strlen(units[i]);
    }
    read_text(text, length, NULL, &error);
    memcpy(text + length, "= {", 3);
    read_text(text, length + 3, NULL, &error);
  }
  free(text);
}

/* Every beginning of a script, and every script with one byte changed, is read, incomplete or
 * wrong. */
static void test_hostile(void **state) {
  static const char text[] =
      "srv = @h1 accept 127.0.0.1:80 # x\r\n"
      "time repeat 3 until /a\\/b [c]/ {\n d from = send \"x\\x00$srv.local.port\" \\\n 'y' &\n}\n"
      "expect ECONNREFUSED c = accept ${srv.peer}z; { } &\nshell a = b\n";
  char changed[sizeof text];
  size_t counts[3] = {0};
  struct error error = {0};
  (void)state;
  for (size_t length = 0; length < sizeof text; length++)
    counts[read_text(text, length, NULL, &error)]++;
  assert_int_equal(read_text(text, sizeof text - 1, NULL, &error), SCRIPT_READ);
  for (size_t i = 0; i < 3; i++)
    assert_true(counts[i] > 5);
  for (size_t at = 0; at < sizeof text - 1; at++)
    for (int byte = 0; byte < 256; byte++) {
      memcpy(changed, text, sizeof text);
      changed[at] = (char)byte;
      read_text(changed, sizeof text - 1, NULL, &error);
    }
}

static void test_places(void **state) {
  static const char text[] = "time c = send  'a b' &\n{ send }";
  struct source *source = source_create("test", text, strlen(text), 1);
  struct script script;
  struct error error;
  (void)state;
  assert_int_equal(script_read(source, &vocabulary, &script, &error), SCRIPT_READ);
  const struct statement *first = script.first;
  assert_int_equal(first->place.offset, 0);
  assert_int_equal(first->place.length, strlen("time c = send  'a b' &"));
  assert_int_equal(first->command_place.offset, 9);
  assert_int_equal(first->command_place.length, 4);
  assert_int_equal(first->words[0].place.offset, 15);
  assert_int_equal(first->words[0].place.length, 5);
  assert_int_equal(first->next->place.offset, 23);
  assert_int_equal(first->next->place.length, 8);
  script_free(&script);
  source_release(source);
}

static void test_names(void **state) {
  (void)state;
  assert_true(name_valid("a", 1));
  assert_true(name_valid("_A9z", 4));
  assert_false(name_valid("", 0));
  assert_false(name_valid("9a", 2));
  assert_false(name_valid("a-b", 3));
  assert_false(name_valid("a\0b", 3));
  assert_false(name_valid("\xe9", 1));
  assert_true(prefix_word("until", 5));
  assert_false(prefix_word("unti", 4));
  assert_false(prefix_word("untilx", 6));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_statements),      cmocka_unit_test(test_words_stay_data),
      cmocka_unit_test(test_blocks),          cmocka_unit_test(test_prefixes),
      cmocka_unit_test(test_prefixes_nest),   cmocka_unit_test(test_prefixes_over_joined_lines),
      cmocka_unit_test(test_results),         cmocka_unit_test(test_regex),
      cmocka_unit_test(test_regex_as_word),   cmocka_unit_test(test_raw),
      cmocka_unit_test(test_wrong),           cmocka_unit_test(test_wrong_names),
      cmocka_unit_test(test_suggests_spaces), cmocka_unit_test(test_incomplete),
      cmocka_unit_test(test_depth),           cmocka_unit_test(test_long_lines),
      cmocka_unit_test(test_hostile),         cmocka_unit_test(test_places),
      cmocka_unit_test(test_names),
  };
  return cmocka_run_group_tests_name("script", tests, NULL, NULL);
}
