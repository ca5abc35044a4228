/* escape: whatever the bytes, nothing that a terminal acts on comes out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "language/escape.h"
#include "language/lexer.h"

static void escapes(const char *data, size_t length, enum escape_style style,
                    const char *expected) {
  struct bytes bytes = {0};
  escape_append(&bytes, data, length, style);
  assert_string_equal(bytes_text(&bytes), expected);
  bytes_free(&bytes);
}

static void test_ascii(void **state) {
  (void)state;
  escapes("", 0, ESCAPE_ASCII, "");
  escapes(NULL, 0, ESCAPE_ASCII, "");
  escapes("plain text!", 11, ESCAPE_ASCII, "plain text!");
  escapes("\n\r\t\0\"\\", 6, ESCAPE_ASCII, "\\n\\r\\t\\0\\\"\\\\");
  escapes("\x01\x1b\x7f", 3, ESCAPE_ASCII, "\\x01\\x1b\\x7f");
  escapes("\x80\xff", 2, ESCAPE_ASCII, "\\x80\\xff");
  escapes("\xc3\xa9", 2, ESCAPE_ASCII, "\\xc3\\xa9");
  escapes("a'$;#", 5, ESCAPE_ASCII, "a'$;#");
}

static void test_utf8(void **state) {
  (void)state;
  escapes("\xc3\xa9", 2, ESCAPE_UTF8, "\xc3\xa9");
  escapes("\xe2\x82\xac", 3, ESCAPE_UTF8, "\xe2\x82\xac");
  escapes("\xf0\x9f\x98\x80", 4, ESCAPE_UTF8, "\xf0\x9f\x98\x80");
  escapes("\xc3", 1, ESCAPE_UTF8, "\\xc3");                            /* cut short */
  escapes("\xe2\x82", 2, ESCAPE_UTF8, "\\xe2\\x82");                   /* cut short */
  escapes("\xc3\x28", 2, ESCAPE_UTF8, "\\xc3(");                       /* no continuation */
  escapes("\xc0\x80", 2, ESCAPE_UTF8, "\\xc0\\x80");                   /* overlong */
  escapes("\xe0\x9f\xbf", 3, ESCAPE_UTF8, "\\xe0\\x9f\\xbf");          /* overlong */
  escapes("\xed\xa0\x80", 3, ESCAPE_UTF8, "\\xed\\xa0\\x80");          /* a surrogate */
  escapes("\xf4\x90\x80\x80", 4, ESCAPE_UTF8, "\\xf4\\x90\\x80\\x80"); /* beyond U+10FFFF */
  escapes("\xf8\x88\x80\x80\x80", 5, ESCAPE_UTF8, "\\xf8\\x88\\x80\\x80\\x80");
  escapes("\xc2\x9b", 2, ESCAPE_UTF8, "\\xc2\\x9b");          /* CSI as one character */
  escapes("\xe2\x80\xae", 3, ESCAPE_UTF8, "\\xe2\\x80\\xae"); /* right to left from here on */
  escapes("\xef\xbb\xbf", 3, ESCAPE_UTF8, "\\xef\\xbb\\xbf"); /* byte-order mark */
}

static size_t encode(uint32_t point, char text[4]) {
  if (point < 0x80) {
    text[0] = (char)point;
    return 1;
  }
  size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  for (size_t i = size - 1; i > 0; i--, point >>= 6)
    text[i] = (char)(0x80 | (point & 0x3f));
  static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
  text[0] = (char)(first[size] | point);
  return size;
}

/* Unicode 14's categories Cc, Cf, Zl, Zp, Cs, Co, and what is no character: a terminal may act on
 * each of them. */
static const uint32_t unsafe[][2] = {
    {0x0, 0x1f},        {0x7f, 0x9f},        {0xad, 0xad},       {0x600, 0x605},
    {0x61c, 0x61c},     {0x6dd, 0x6dd},      {0x70f, 0x70f},     {0x890, 0x891},
    {0x8e2, 0x8e2},     {0x180e, 0x180e},    {0x200b, 0x200f},   {0x2028, 0x202e},
    {0x2060, 0x2064},   {0x2066, 0x206f},    {0xd800, 0xf8ff},   {0xfdd0, 0xfdef},
    {0xfeff, 0xfeff},   {0xfff9, 0xfffb},    {0xfffe, 0xffff},   {0x110bd, 0x110bd},
    {0x110cd, 0x110cd}, {0x13430, 0x13438},  {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
    {0x1fffe, 0x1ffff}, {0x2fffe, 0x2ffff},  {0xdfffe, 0xdffff}, {0xe0001, 0xe0001},
    {0xe0020, 0xe007f}, {0xefffe, 0x10ffff},
};

static bool is_unsafe(uint32_t point) {
  for (size_t i = 0; i < sizeof unsafe / sizeof *unsafe; i++)
    if (point >= unsafe[i][0] && point <= unsafe[i][1])
      return true;
  return (point & 0xfffe) == 0xfffe;
}

static void test_every_character(void **state) {
  (void)state;
  for (uint32_t point = 0; point < 0x110000; point++) {
    struct bytes bytes = {0};
    char text[4];
    size_t size = encode(point, text);
    uint32_t decoded;
    bool surrogate = point >= 0xd800 && point <= 0xdfff;
    assert_int_equal(utf8_decode(text, size, &decoded), surrogate ? 0 : size);
    for (size_t cut = 0; cut < size; cut++)
      assert_int_equal(utf8_decode(text, cut, &decoded), 0);
    escape_append(&bytes, text, size, ESCAPE_UTF8);
    if (is_unsafe(point) && (bytes.length < 2 || bytes.data[0] != '\\'))
      fail_msg("U+%04X came out", point);
    escape_append(&bytes, text, size, ESCAPE_ASCII);
    for (size_t i = bytes.length; point >= 0x80 && i > bytes.length - 4 * size; i--)
      assert_true(bytes.data[i - 1] >= ' ' && bytes.data[i - 1] < 0x7f);
    bytes_free(&bytes);
  }
}

/* Letters of people's languages stay. */
static void test_text_stays(void **state) {
  static const char text[] =
      "H\xc3\xa9llo \xd0\x9f\xd1\x80\xd0\xb8 \xe4\xbd\xa0\xe5\xa5\xbd \xd8\xb3 \xe2\x86\x92";
  (void)state;
  escapes(text, sizeof text - 1, ESCAPE_UTF8, text);
}

static void quotes(const char *data, size_t length, size_t limit, enum escape_style style,
                   const char *expected) {
  struct bytes bytes = {0};
  escape_append_quoted(&bytes, data, length, limit, style);
  assert_string_equal(bytes_text(&bytes), expected);
  bytes_free(&bytes);
}

static void test_quoted(void **state) {
  (void)state;
  quotes("", 0, 64, ESCAPE_ASCII, "\"\"");
  quotes("abc", 3, 3, ESCAPE_ASCII, "\"abc\"");
  quotes("abc", 3, 2, ESCAPE_ASCII, "\"ab\"...");
  quotes("abc", 3, 0, ESCAPE_ASCII, "\"\"...");
  quotes("a\n\"", 3, 64, ESCAPE_ASCII, "\"a\\n\\\"\"");
  quotes("a\xc3\xa9", 3, 3, ESCAPE_UTF8, "\"a\xc3\xa9\"");
  quotes("a\xc3\xa9z", 4, 2, ESCAPE_UTF8, "\"a\"..."); /* not in the middle of a character */
  quotes("a\xc3\xa9z", 4, 2, ESCAPE_ASCII, "\"a\\xc3\"...");
  quotes("a\xe2\x80\xaez", 5, 2, ESCAPE_UTF8, "\"a\"...");
  quotes("a\xffz", 3, 2, ESCAPE_UTF8, "\"a\\xff\"...");
}

static void plain(const char *data, size_t length, bool lines, const char *expected) {
  struct bytes bytes = {0};
  escape_append_plain(&bytes, data, length, lines, ESCAPE_UTF8);
  assert_string_equal(bytes_text(&bytes), expected);
  bytes_free(&bytes);
}

static void test_plain(void **state) {
  (void)state;
  plain("a \"b\" \\c", 8, false, "a \"b\" \\c");
  plain("a\n\tb\r", 5, true, "a\n\tb\\r");
  plain("a\n\tb\r", 5, false, "a\\n\\tb\\r");
  plain("\x1b[31m\0", 6, true, "\\x1b[31m\\0");
  plain("\xe2\x80\xae\xc3\xa9", 5, true, "\\xe2\\x80\\xae\xc3\xa9");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_ascii),           cmocka_unit_test(test_utf8),
      cmocka_unit_test(test_every_character), cmocka_unit_test(test_text_stays),
      cmocka_unit_test(test_quoted),          cmocka_unit_test(test_plain),
  };
  return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
