/* lexer: words, quotes, escapes, expansions, comments and line ends, as DESIGN.md section 3 has
 * them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language/lexer.h"

/* What was read of a text: its tokens written in one line. A word is its text in quotes, an
 * expansion inside it <name.field>, signs are themselves, a separator is "|", and an error "!". */
struct reading {
  struct bytes text;
  struct error error;
  bool joined;
  size_t bare; /* of the first word */
  size_t words;
};

static void append_word(struct bytes *text, const struct word *word) {
  bytes_append_char(text, '"');
  if (word->literal)
    bytes_append(text, word->text, word->count);
  for (size_t i = 0; !word->literal && i < word->count; i++) {
    const struct piece *piece = &word->pieces[i];
    if (piece->expansion)
      bytes_append_char(text, '<');
    bytes_append(text, piece->text, piece->length);
    for (const char *const *field = piece->expansion ? piece->expansion->field : NULL;
         field && *field; field++)
      bytes_append_format(text, ".%s", *field);
    if (piece->expansion)
      bytes_append_char(text, '>');
  }
  bytes_append_char(text, '"');
}

/* The text is put at the end of memory of just its size, so that reading beyond it is found. */
static struct reading read_all(const char *text, size_t length) {
  static const char *const signs[] = {[TOKEN_SEPARATOR] = "|",
                                      [TOKEN_BACKGROUND] = "&",
                                      [TOKEN_EQUALS] = "=",
                                      [TOKEN_OPEN] = "{",
                                      [TOKEN_CLOSE] = "}"};
  struct source *source = source_create("test", text, length, 1);
  struct arena arena = {0};
  struct lexer lexer;
  struct token token;
  struct reading reading = {0};
  char *exact = malloc(length ? length : 1);
  char *own = source->text;
  memcpy(exact, text, length);
  source->text = exact;
  lexer_start(&lexer, source, &arena);
  int status;
  while ((status = lexer_next(&lexer, &token, &reading.error)) == 0 && token.kind != TOKEN_END) {
    assert_true(token.place.offset + token.place.length <= length);
    assert_true(lexer.at <= length);
    if (token.kind == TOKEN_WORD) {
      append_word(&reading.text, &token.word);
      reading.bare = reading.words++ ? reading.bare : token.word.bare;
    } else {
      bytes_append_text(&reading.text, signs[token.kind]);
    }
  }
  if (status < 0) {
    bytes_append_char(&reading.text, '!');
    assert_int_equal(reading.error.kind, ERROR_SYNTAX);
    assert_true(reading.error.place.offset + reading.error.place.length <= length);
    assert_true(reading.error.place.length > 0);
    assert_true(reading.error.message[0] != '\0');
  }
  reading.joined = lexer.joined_at_end;
  arena_free(&arena);
  source->text = own;
  free(exact);
  source_release(source);
  return reading;
}

static void reads_bytes(const char *text, size_t length, const char *expected,
                        size_t expected_length) {
  struct reading reading = read_all(text, length);
  if (!bytes_equal(reading.text.data, reading.text.length, expected, expected_length))
    fail_msg("%s\n  gave     %s\n  expected %s", text, bytes_text(&reading.text), expected);
  bytes_free(&reading.text);
}

static void reads(const char *text, const char *expected) {
  reads_bytes(text, strlen(text), expected, strlen(expected));
}

/* The error's sentence holds `part`, and it is about `length` bytes from `offset` on. */
static void is_wrong(const char *text, const char *part, size_t offset, size_t length) {
  struct reading reading = read_all(text, strlen(text));
  if (reading.text.length == 0 || reading.text.data[reading.text.length - 1] != '!')
    fail_msg("%s was read: %s", text, bytes_text(&reading.text));
  if (!strstr(reading.error.message, part) || reading.error.place.offset != offset ||
      reading.error.place.length != length)
    fail_msg("%s: %s at %u, %u", text, reading.error.message, reading.error.place.offset,
             reading.error.place.length);
  bytes_free(&reading.text);
}

static void has_bare(const char *text, size_t bare) {
  struct reading reading = read_all(text, strlen(text));
  if (reading.bare != bare || reading.words != 1)
    fail_msg("%s: %zu bare bytes of %zu words", text, reading.bare, reading.words);
  bytes_free(&reading.text);
}

static void test_words(void **state) {
  (void)state;
  reads("", "");
  reads(" \t ", "");
  reads("send c hello", "\"send\"\"c\"\"hello\"");
  reads("a;b", "\"a\"|\"b\"");
  reads("a\nb", "\"a\"|\"b\"");
  reads("a ; ; b\n\n", "\"a\"||\"b\"||");
  reads("a\tb", "\"a\"\"b\"");
  reads("127.0.0.1:80 [::1]:80 *:80 a/b @h", "\"127.0.0.1:80\"\"[::1]:80\"\"*:80\"\"a/b\"\"@h\"");
  reads("\xc3\xa9t\xc3\xa9 \xff\xfe", "\"\xc3\xa9t\xc3\xa9\"\"\xff\xfe\"");
}

static void test_signs(void **state) {
  (void)state;
  reads("c = a", "\"c\"=\"a\"");
  reads("{ a } &", "{\"a\"}&");
  reads("a=b a= =b", "\"a=b\"\"a=\"\"=b\"");
  reads("a&b a& &b &&", "\"a&b\"\"a&\"\"&b\"\"&&\"");
  reads("{a} a{ }b {}", "\"{a}\"\"a{\"\"}b\"\"{}\"");
  reads("a&;b&\n", "\"a&\"|\"b&\"|");
  reads("&;=;{;}", "&|=|{|}");
  reads("&\r\n=\r\n{\r\n}", "&|=|{|}");
  reads("\"=\" '&' \\x7b \"}\"", "\"=\"\"&\"\"{\"\"}\"");
  reads("=\"\" \"\"&", "\"=\"\"&\""); /* not bare words: each has quotes */
  reads("c =\\\n a", "\"c\"=\"a\"");
}

static void test_comments(void **state) {
  (void)state;
  reads("# a", "");
  reads("a # b", "\"a\"");
  reads("a#b", "\"a#b\"");
  reads("a #b\nc", "\"a\"|\"c\"");
  reads("a #b ; c", "\"a\"");
  reads("a;#b\nc", "\"a\"||\"c\"");
  reads("# a \\\nb", "|\"b\""); /* a backslash does not continue a comment */
  reads("# \"\nb", "|\"b\"");
  reads("\"#\" '#' \\x23", "\"#\"\"#\"\"#\"");
  reads_bytes("#\0\xff\x1b\nb", 6, "|\"b\"", 4);
}

static void test_line_ends(void **state) {
  (void)state;
  reads("a\r\nb\r\n", "\"a\"|\"b\"|");
  reads("a\r", "\"a\"|"); /* the file ends in the middle of CRLF */
  reads("a\rb", "\"a\rb\"");
  reads("\"a\"\r\n", "\"a\"|");
  reads("'a'\r\n", "\"a\"|");
  reads("# a\r\nb", "|\"b\"");
  reads("\xef\xbb\xbf"
        "a",
        "\"a\"");
  reads("\xef\xbb\xbf", "");
  reads("a \xef\xbb\xbf", "\"a\"\"\xef\xbb\xbf\"");
  reads("\xef\xbb", "\"\xef\xbb\"");
}

static void test_joined_lines(void **state) {
  (void)state;
  reads("a \\\nb", "\"a\"\"b\"");
  reads("a \\\r\n  b", "\"a\"\"b\"");
  reads("a\\\nb", "\"ab\"");
  reads("a\\\r\nb", "\"ab\"");
  reads("\"a\\\nb\"", "\"ab\"");
  reads("a\\\n b", "\"a\"\"b\"");
  reads("a \\\n\\\n\\\nb", "\"a\"\"b\"");
  reads("a \\\n# b\nc", "\"a\"|\"c\"");
  reads("a \\\n=", "\"a\"=");
  static const char *const open[] = {"a \\",  "a \\\n", "a \\\r\n",  "a\\",
                                     "a\\\n", "\\",     "a \\\\\\\n"};
  for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
    struct reading reading = read_all(open[i], strlen(open[i]));
    assert_true(reading.joined);
    bytes_free(&reading.text);
  }
  static const char *const closed[] = {"a \\\nb", "a \\\\\n", "# \\\n", "'\\'", "a\\\n ;"};
  for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
    struct reading reading = read_all(closed[i], strlen(closed[i]));
    assert_false(reading.joined);
    bytes_free(&reading.text);
  }
}

static void test_quotes(void **state) {
  (void)state;
  reads("\"a b;c#d\"", "\"a b;c#d\"");
  reads("\"\" ''", "\"\"\"\"");
  reads("'a b' '$x \\n \"'", "\"a b\"\"$x \\n \"\"");
  reads("\"it's\"", "\"it's\"");
  reads("a\"b c\"d'e f'g", "\"ab cde fg\"");
  reads("\"a\"\"b\"", "\"ab\"");
  reads("\"a\tb\"", "\"a\tb\"");
  reads("'\\'", "\"\\\"");
  reads("\"a\rb\"", "\"a\rb\"");
  reads("'a'# b", "\"a#\"\"b\"");
  is_wrong("a \"b", "no closing quote", 2, 2);
  is_wrong("a 'b", "no closing quote", 2, 2);
  is_wrong("\"a\nb\"", "no closing quote", 0, 2);
  is_wrong("'a\r\nb'", "no closing quote", 0, 2);
  is_wrong("\"", "no closing quote", 0, 1);
  is_wrong("x\"a\\\"", "no closing quote", 1, 4);
}

static void test_escapes(void **state) {
  (void)state;
  reads_bytes("\"\\n\\r\\t\\0\\\"\\\\\\$\"", 16, "\"\n\r\t\0\"\\$\"", 9);
  reads_bytes("\\n\\r\\t\\0\\\"\\\\\\$", 14, "\"\n\r\t\0\"\\$\"", 9);
  reads("\\x41\\x4a\\x4A", "\"AJJ\"");
  reads("\"\\x414\"", "\"A4\""); /* always two digits */
  reads("\\xff", "\"\xff\"");
  reads("a\\ b \\ ", "\"a b\"\" \"");
  reads_bytes("\\01", 3, "\"\0001\"", 4);
  is_wrong("\"\\ \"", "no such escape", 1, 2); /* outside quotes only */
  is_wrong("\\q", "no such escape", 0, 2);
  is_wrong("\"ab\\q\"", "no such escape", 3, 2);
  is_wrong("\\'", "no such escape", 0, 2);
  is_wrong("\\;", "no such escape", 0, 2);
  is_wrong("\\x4", "two hexadecimal digits", 0, 2);
  is_wrong("\\x", "two hexadecimal digits", 0, 2);
  is_wrong("\"\\x4g\"", "two hexadecimal digits", 1, 2);
  is_wrong("\\x\xb1\xb1", "two hexadecimal digits", 0, 2);
  is_wrong("\\\xc3\xa9", "no such escape", 0, 2);
}

static void test_expansions(void **state) {
  (void)state;
  reads("$c", "\"<c>\"");
  reads("$c.peer.port", "\"<c.peer.port>\"");
  reads("${c.peer}port", "\"<c.peer>port\"");
  reads("${c}.peer", "\"<c>.peer\"");
  reads("$x.", "\"<x>.\"");
  reads("$x..y", "\"<x>..y\"");
  reads("$x.5", "\"<x>.5\"");
  reads("$x.y.", "\"<x.y>.\"");
  reads("$x-$y", "\"<x>-<y>\"");
  reads("$x$y", "\"<x><y>\"");
  reads("\"a $x b\"", "\"a <x> b\"");
  reads("'$x'", "\"$x\"");
  reads("\\$x", "\"$x\"");
  reads("$? $errno $i", "\"<?>\"\"<errno>\"\"<i>\"");
  reads("$1 $10 $1a ${1}0", "\"<1>\"\"<10>\"\"<1>a\"\"<1>0\"");
  reads("$?x", "\"<?>x\"");
  reads("$_a1", "\"<_a1>\"");
  reads("$x=1", "\"<x>=1\"");
  reads("$x\xc3\xa9", "\"<x>\xc3\xa9\"");
  reads("$x\r\n", "\"<x>\"|");
  is_wrong("$", "before a name", 0, 1);
  is_wrong("a$ b", "before a name", 1, 1);
  is_wrong("\"$\"", "before a name", 1, 1);
  is_wrong("$\xc3\xa9", "before a name", 0, 1);
  is_wrong("${", "before a name", 0, 1);
  is_wrong("${}", "before a name", 0, 1);
  is_wrong("${x", "closing brace", 0, 3);
  is_wrong("${x.", "closing brace", 0, 3);
  is_wrong("${x y}", "closing brace", 0, 3);
  is_wrong("${x.y.}", "closing brace", 0, 5);
}

static void test_bare(void **state) {
  (void)state;
  has_bare("file:x", 6);
  has_bare("\"file:x\"", 0);
  has_bare("'file:'x", 0);
  has_bare("fi\"le:x\"", 2);
  has_bare("\\x66ile:x", 0);
  has_bare("hex:\"68 69\"", 4);
  has_bare("file:$x", 5);
  has_bare("$x", 0);
  has_bare("a$x.b", 1);
  has_bare("a\\ b", 1);
  has_bare("\xc3\xa9", 2);
}

/* A zero byte may stand in a comment or in quotes; bare, it is told to be there. */
static void test_zero_bytes(void **state) {
  (void)state;
  reads_bytes("a\0b", 3, "!", 1);
  reads_bytes("a\0", 2, "!", 1);
  reads_bytes("\0", 1, "!", 1);
  reads_bytes("\"a\"\0", 4, "!", 1);
  reads_bytes("a \0", 3, "\"a\"!", 4);
  reads_bytes("\"a\0b\"", 5, "\"a\0b\"", 5);
  reads_bytes("'a\0b'", 5, "\"a\0b\"", 5);
  reads_bytes("\\\0", 2, "!", 1);
  reads_bytes("$\0", 2, "!", 1);
  reads_bytes("\\x4\0", 4, "!", 1);
}

/* A word written plainly is read by a short cut. The same word with "" behind it is not, and must
 * come out the same, whatever byte stands in it, and whatever follows. */
static void test_short_cut_agrees(void **state) {
  static const char *const forms[] = {"%c", "a%c", "%cb", "a%cb", "\"%c\"", "\"a%cb\""};
  static const char *const ends[] = {"", " ", "\t", ";", "\n", "\r\n", "\r", "\rx", " #x", " x"};
  (void)state;
  for (size_t form = 0; form < sizeof forms / sizeof *forms; form++)
    for (size_t end = 0; end < sizeof ends / sizeof *ends; end++)
      for (int byte = 0; byte < 256; byte++) {
        if (byte == '#' && (form == 0 || form == 2))
          continue; /* a comment, whatever follows */
        if (memchr(" \t\n\r;={}&\\$\"'", byte, 13))
          continue; /* not always part of a word */
        char plain[32];
        char other[32];
        size_t length = (size_t)snprintf(plain, sizeof plain, forms[form], byte);
        memcpy(other, plain, length);
        memcpy(other + length, "\"\"", 2);
        memcpy(plain + length, ends[end], strlen(ends[end]));
        memcpy(other + length + 2, ends[end], strlen(ends[end]));
        if (strcmp(ends[end], "\rx") == 0)
          memcpy(other + length, "\rx\"\"", 4); /* there the carriage return is part of the word */
        struct reading one = read_all(plain, length + strlen(ends[end]));
        struct reading two = read_all(other, length + strlen(ends[end]) + 2);
        if (!bytes_equal(one.text.data, one.text.length, two.text.data, two.text.length) ||
            one.bare != two.bare)
          fail_msg("form %zu, end %zu, byte %d: %s (%zu) and %s (%zu)", form, end, byte,
                   bytes_text(&one.text), one.bare, bytes_text(&two.text), two.bare);
        bytes_free(&one.text);
        bytes_free(&two.text);
      }
}

/* A word, and the same word with one letter as an escape. */
static void test_escaped_letter_agrees(void **state) {
  static const char *const words[] = {"word",     "a-b_c.d:e/f", "127.0.0.1:80", "caf\xc3\xa9",
                                      "\xff\xfe", "a=b",         "\x01\x7f"};
  (void)state;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    for (size_t at = 0; at < strlen(words[i]); at++) {
      char escaped[64];
      snprintf(escaped, sizeof escaped, "%.*s\\x%02x%s", (int)at, words[i],
               (unsigned char)words[i][at], words[i] + at + 1);
      struct reading plain = read_all(words[i], strlen(words[i]));
      struct reading other = read_all(escaped, strlen(escaped));
      assert_true(
          bytes_equal(plain.text.data, plain.text.length, other.text.data, other.text.length));
      assert_int_equal(plain.bare, strlen(words[i]));
      assert_int_equal(other.bare, at);
      bytes_free(&plain.text);
      bytes_free(&other.text);
    }
}

/* Unterminated at every place, and with every byte put in at every place: no crash, no reading
 * beyond the end. */
static void test_hostile(void **state) {
  static const char line[] = "c = \"a\\x41${b.c}\" 'd' \\\n e\\ f $g.h.i #j\r\n{ & }";
  char changed[sizeof line];
  (void)state;
  for (size_t length = 0; length < sizeof line; length++) {
    struct reading reading = read_all(line, length);
    bytes_free(&reading.text);
  }
  for (size_t at = 0; at < sizeof line - 1; at++)
    for (int byte = 0; byte < 256; byte++) {
      memcpy(changed, line, sizeof line);
      changed[at] = (char)byte;
      struct reading reading = read_all(changed, sizeof line - 1);
      bytes_free(&reading.text);
    }
}

static void test_long_words(void **state) {
  enum { SIZE = 1 << 20 };
  static const char fills[] = "a\"\\'$ \n#{\xff";
  char *text = malloc(SIZE);
  (void)state;
  for (size_t i = 0; i < sizeof fills; i++) {
    memset(text, fills[i], SIZE);
    struct reading reading = read_all(text, SIZE);
    bytes_free(&reading.text);
    text[0] = '"'; /* and in quotes */
    reading = read_all(text, SIZE);
    bytes_free(&reading.text);
  }
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_words),
      cmocka_unit_test(test_signs),
      cmocka_unit_test(test_comments),
      cmocka_unit_test(test_line_ends),
      cmocka_unit_test(test_joined_lines),
      cmocka_unit_test(test_quotes),
      cmocka_unit_test(test_escapes),
      cmocka_unit_test(test_expansions),
      cmocka_unit_test(test_bare),
      cmocka_unit_test(test_zero_bytes),
      cmocka_unit_test(test_short_cut_agrees),
      cmocka_unit_test(test_escaped_letter_agrees),
      cmocka_unit_test(test_hostile),
      cmocka_unit_test(test_long_words),
  };
  return cmocka_run_group_tests_name("lexer", tests, NULL, NULL);
}
