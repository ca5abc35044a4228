/* pack: formats, both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "language/pack.h"

enum { VALUES = 8 };

static struct pack_word word(const char *text) {
  return (struct pack_word){.text = text, .length = strlen(text), .place = {7, 3}};
}

/* Packs the values up to the NULL. */
static int pack_list(struct bytes *out, struct error *error, const char *format, va_list list) {
  struct pack_word values[VALUES];
  struct pack_word format_word = word(format);
  size_t count = 0;
  for (const char *text; (text = va_arg(list, const char *)); count++) {
    assert_true(count < VALUES);
    values[count] = word(text);
    values[count].place.offset = (uint32_t)(100 + count);
  }
  return pack(&format_word, values, count, out, error);
}

__attribute__((sentinel)) static void packs(const char *expected, size_t length, const char *format,
                                            ...) {
  struct bytes out = {0};
  struct error error = {0};
  va_list list;
  va_start(list, format);
  bytes_append_text(&out, "before");
  if (pack_list(&out, &error, format, list) < 0)
    fail_msg("%s: %s", format, error.message);
  va_end(list);
  assert_int_equal(out.length, length + 6);
  assert_memory_equal(out.data, "before", 6);
  assert_memory_equal(out.data + 6, expected, length);
  bytes_free(&out);
}

/* The error must hold `part`, be a whole sentence without a full stop, and be about the word at
 * `offset`. */
__attribute__((sentinel)) static void refuses(const char *part, size_t offset, const char *format,
                                              ...) {
  struct bytes out = {0};
  struct error error = {0};
  va_list list;
  va_start(list, format);
  bytes_append_text(&out, "before");
  assert_int_equal(pack_list(&out, &error, format, list), -1);
  va_end(list);
  if (!strstr(error.message, part))
    fail_msg("%s: %s", format, error.message);
  assert_int_equal(error.kind, ERROR_USAGE);
  assert_int_equal(error.place.offset, offset);
  assert_true(error.message[strlen(error.message) - 1] != '.');
  assert_int_equal(out.length, 6);
  bytes_free(&out);
}

/* Unpacks, and compares the values as they would be shown, one space behind each. */
static void unpacks(const char *format, const char *data, size_t length, const char *expected) {
  struct pack_word format_word = word(format);
  struct unpacked unpacked;
  struct bytes text = {0};
  struct error error = {0};
  if (unpack(&format_word, data, length, &unpacked, &error) < 0)
    fail_msg("%s: %s", format, error.message);
  for (size_t i = 0; i < unpacked.count; i++) {
    value_append(&unpacked.values[i], &text);
    bytes_append_char(&text, ' ');
  }
  assert_string_equal(bytes_text(&text), expected);
  bytes_free(&text);
  unpacked_free(&unpacked);
  assert_null(unpacked.values);
}

static void unpack_refuses(const char *format, const char *data, size_t length,
                           enum error_kind kind, const char *part) {
  struct pack_word format_word = word(format);
  struct unpacked unpacked;
  struct error error = {0};
  assert_int_equal(unpack(&format_word, data, length, &unpacked, &error), -1);
  assert_int_equal(error.kind, kind);
  if (!strstr(error.message, part))
    fail_msg("%s: %s", format, error.message);
  assert_null(unpacked.values);
  assert_int_equal(unpacked.count, 0);
}

static void test_sizes_and_orders(void **state) {
  (void)state;
  packs("", 0, "", NULL);
  packs("\x01", 1, "B", "1", NULL);
  packs("\x12\x34", 2, "H", "0x1234", NULL);
  packs("\x12\x34", 2, ">H", "0x1234", NULL);
  packs("\x12\x34", 2, "!H", "0x1234", NULL);
  packs("\x34\x12", 2, "<H", "0x1234", NULL);
  packs("\x12\x34\x56\x78", 4, "I", "0x12345678", NULL);
  packs("\x78\x56\x34\x12", 4, "<I", "0x12345678", NULL);
  packs("\1\2\3\4\5\6\7\x08", 8, "Q", "0x0102030405060708", NULL);
  packs("\x08\7\6\5\4\3\2\1", 8, "<Q", "0x0102030405060708", NULL);
  uint16_t host = 0x1234;
  packs((const char *)&host, 2, "=H", "0x1234", NULL);
  packs((const char *)&host, 2, "@H", "0x1234", NULL);
  packs("\x34\x12\x12\x34", 4, "<H>H", "0x1234", "0x1234", NULL);
  packs("\1\0\2", 3, "BH", "1", "2", NULL); /* nothing is aligned */
}

static void test_signs(void **state) {
  (void)state;
  packs("\xff", 1, "b", "-1", NULL);
  packs("\x80", 1, "b", "-128", NULL);
  packs("\xff\xfe", 2, "h", "-2", NULL);
  packs("\xff\xff\xff\xfd", 4, "i", "-3", NULL);
  packs("\x80\0\0\0\0\0\0\0", 8, "q", "-9223372036854775808", NULL);
  packs("\x7f\xff\xff\xff\xff\xff\xff\xff", 8, "q", "9223372036854775807", NULL);
  packs("\xff\xff\xff\xff\xff\xff\xff\xff", 8, "Q", "18446744073709551615", NULL);
  packs("\xff\xff\xff\xff\xff\xff\xff\xff", 8, "Q", "0xffffffffffffffff", NULL);
  packs("\xff\xff\xff\xff", 4, "I", "4294967295", NULL);
}

static void test_text_and_padding(void **state) {
  (void)state;
  packs("ab\0\0", 4, "4s", "ab", NULL);
  packs("abcd", 4, "4s", "abcd", NULL);
  packs("", 0, "0s", "", NULL);
  packs("hello", 5, "s", "hello", NULL);
  packs("\0\1hello", 7, "xBs", "1", "hello", NULL);
  packs("\0\0\0\1", 4, "3xB", "1", NULL);
  packs("\1\2\3\4", 4, "4B", "1", "2", "3", "4", NULL);
  packs("", 0, "0B", NULL);
  packs("\1\0\2", 3, " B\tH ", "1", "2", NULL);
  packs("\0\1\0\2", 4, "2 H", "1", "2", NULL);
}

static void test_length_prefixes(void **state) {
  (void)state;
  packs("\5hello", 6, "B/s", "hello", NULL);
  packs("\0\5hello", 7, "H/s", "hello", NULL);
  packs("\5\0hello", 7, "<H/s", "hello", NULL);
  packs("\0\0\0\0", 4, "I/s", "", NULL);
  packs("\0\0\0\0\0\0\0\1a", 9, "Q/s", "a", NULL);
  packs("\3www\7example\0", 13, "3B/s", "www", "example", "", NULL); /* as DNS has its names */
  char large[257] = {0};
  memset(large, 'a', 256);
  refuses("256 does not fit B", 100, "B/s", large, NULL);
  large[255] = '\0';
  char packed[257] = "\xff";
  memcpy(packed + 1, large, 256);
  packs(packed, 256, "B/s", large, NULL);
}

static void test_wrong_values(void **state) {
  (void)state;
  refuses("70000 does not fit H, which holds 0 to 65535", 100, "H", "70000", NULL);
  refuses("-1 does not fit H", 101, "BH", "1", "-1", NULL);
  refuses("128 does not fit b, which holds -128 to 127", 100, "b", "128", NULL);
  refuses("-129 does not fit b", 100, "b", "-129", NULL);
  refuses("-9223372036854775808 to 9223372036854775807", 100, "q", "9223372036854775808", NULL);
  refuses("0 to 18446744073709551615", 100, "Q", "-1", NULL);
  refuses("no whole number", 100, "Q", "18446744073709551616", NULL);
  refuses("no whole number", 100, "B", "", NULL);
  refuses("no whole number", 100, "B", "1x", NULL);
  refuses("\\x1b", 100, "B", "\x1b[31m", NULL);
  refuses("text has 5 bytes, and 4s holds 4", 100, "4s", "hello", NULL);
  refuses("too few values, 0 instead of 1", 7, "B", NULL);
  refuses("too few values, 1 instead of 4", 7, "4B", "1", NULL);
  refuses("too many values, 2 instead of 1", 101, "xB", "1", "2", NULL);
}

static void test_wrong_formats(void **state) {
  static const struct {
    const char *format;
    const char *part;
  } rows[] = {
      {"Z", "no letter Z"},
      {"\x1b", "no letter \\x1b"},
      {"\xff", "no letter \\xff"},
      {"2", "must follow the count"},
      {"2>B", "no letter >"},
      {"sB", "it stands last"},
      {"ss", "it stands last"},
      {"B/", "behind a /"},
      {"B/x", "behind a /"},
      {"B/4s", "behind a /"},
      {"b/s", "write B/s"},
      {"x/s", "the letter of the length"},
      {"s/s", "the letter of the length"},
      {"16777217x", "at most 16777216"},
      {"99999999999999999999B", "at most"},
      {"-1B", "no letter -"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    refuses(rows[i].part, 7, rows[i].format, NULL);
    unpack_refuses(rows[i].format, "", 0, ERROR_USAGE, rows[i].part);
  }
}

static void test_unpack(void **state) {
  (void)state;
  unpacks("", "", 0, "");
  unpacks("B", "\xff", 1, "255 ");
  unpacks("b", "\xff", 1, "-1 ");
  unpacks("H<HhI", "\1\2\1\2\xff\xff\xff\xff\xff\xff", 10, "258 513 -1 4294967295 ");
  unpacks("iq", "\xff\xff\xff\xfe\x80\0\0\0\0\0\0\0", 12, "-2 -9223372036854775808 ");
  unpacks("QQ", "\xff\xff\xff\xff\xff\xff\xff\xff\x7f\xff\xff\xff\xff\xff\xff\xff", 16,
          "18446744073709551615 9223372036854775807 ");
  unpacks("2xB", "ab\1", 3, "1 ");
  unpacks("3B", "\1\2\3", 3, "1 2 3 ");
  unpacks("2sB", "ab\1", 3, "ab 1 ");
  unpacks("Bs", "\1rest", 5, "1 rest ");
  unpacks("Bs", "\1", 1, "1  ");
  unpacks("B/sH/s", "\2ab\0\1c", 6, "ab c ");
  unpacks("<I/s", "\1\0\0\0a", 5, "a ");
  unpacks("2B/s", "\1a\1b", 4, "a b ");
}

static void test_unpack_kinds(void **state) {
  struct pack_word format = word("B 2s");
  struct unpacked unpacked;
  struct error error;
  (void)state;
  assert_int_equal(unpack(&format, "\1a\0", 3, &unpacked, &error), 0);
  assert_int_equal(unpacked.count, 2);
  assert_int_equal(unpacked.values[0].kind, VALUE_NUMBER);
  assert_int_equal(unpacked.values[1].kind, VALUE_DATA);
  assert_int_equal(unpacked.values[1].blob->length, 2); /* zeros are data, too */
  unpacked_free(&unpacked);
}

static void test_unpack_short(void **state) {
  (void)state;
  unpack_refuses("IH", "\0\0\0\1", 4, ERROR_FAILURE, "2 bytes are missing for H at offset 4");
  unpack_refuses("IH", "\0\0\0\1\2", 5, ERROR_FAILURE, "1 byte is missing for H at offset 4");
  unpack_refuses("B/s", "\5abc", 4, ERROR_FAILURE, "2 bytes are missing for B/s at offset 0");
  unpack_refuses("H/s", "\5", 1, ERROR_FAILURE, "1 byte is missing for H/s at offset 0");
  unpack_refuses("4s", "abc", 3, ERROR_FAILURE, "1 byte is missing for 4s at offset 0");
  unpack_refuses("B3x", "abc", 3, ERROR_FAILURE, "1 byte is missing for x at offset 1");
  unpack_refuses("Q/s", "\xff\xff\xff\xff\xff\xff\xff\xffz", 9, ERROR_FAILURE,
                 "18446744073709551614 bytes");
  unpack_refuses("16777216Q", "abc", 3, ERROR_FAILURE, "5 bytes are missing for Q");
  unpack_refuses("B", "abc", 3, ERROR_FAILURE, "add s for the rest, or 2x");
  unpack_refuses("", "abc", 3, ERROR_FAILURE, "offset 0");
}

/* What unpack gives, pack takes. */
static void test_round_trip(void **state) {
  static const char data[] = "\x80\x81\x82\x83\x84\x85\x86\x87\3abc\0\2zz";
  static const char *const formats[] = {"Q B/s H/s", "<q 4s 4s", "8b 3xB I", "2H <2H 8s",
                                        "16s",       "s",        "h h i s"};
  (void)state;
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
    struct pack_word format = word(formats[i]);
    struct unpacked unpacked;
    struct error error;
    struct bytes texts[VALUES * 2] = {{0}};
    struct pack_word values[VALUES * 2];
    struct bytes again = {0};
    assert_int_equal(unpack(&format, data, 16, &unpacked, &error), 0);
    for (size_t j = 0; j < unpacked.count; j++) {
      value_append(&unpacked.values[j], &texts[j]);
      values[j] = (struct pack_word){.text = texts[j].data, .length = texts[j].length};
    }
    assert_int_equal(pack(&format, values, unpacked.count, &again, &error), 0);
    assert_int_equal(again.length, 16);
    if (!strchr(formats[i], 'x'))
      assert_memory_equal(again.data, data, 16);
    for (size_t j = 0; j < unpacked.count; j++)
      bytes_free(&texts[j]);
    bytes_free(&again);
    unpacked_free(&unpacked);
  }
}

/* What is told to be missing must not depend on reading behind the end: the copies are as long as
 * the data. */
static void test_every_length(void **state) {
  struct pack_word format = word("Q B/s 2H 3x <i 2s Q/s");
  (void)state;
  for (size_t length = 0; length < 64; length++) {
    char *data = malloc(length ? length : 1);
    struct unpacked unpacked;
    struct error error;
    memset(data, 1, length);
    if (unpack(&format, data, length, &unpacked, &error) == 0)
      unpacked_free(&unpacked);
    free(data);
  }
}

static void test_letters_are_described(void **state) {
  (void)state;
  size_t count = 0;
  for (const struct pack_letter *letter = pack_letters; letter->letter; letter++, count++) {
    assert_non_null(letter->meaning);
    assert_non_null(strchr("bBhHiIqQxs", letter->letter));
  }
  assert_int_equal(count, 10);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sizes_and_orders), cmocka_unit_test(test_signs),
      cmocka_unit_test(test_text_and_padding), cmocka_unit_test(test_length_prefixes),
      cmocka_unit_test(test_wrong_values),     cmocka_unit_test(test_wrong_formats),
      cmocka_unit_test(test_unpack),           cmocka_unit_test(test_unpack_kinds),
      cmocka_unit_test(test_unpack_short),     cmocka_unit_test(test_round_trip),
      cmocka_unit_test(test_every_length),     cmocka_unit_test(test_letters_are_described),
  };
  return cmocka_run_group_tests_name("pack", tests, NULL, NULL);
}
