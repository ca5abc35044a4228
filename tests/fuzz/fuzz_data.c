/* Everything else that takes bytes from outside or words as typed. The first byte of the input says
 * which. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "language/escape.h"
#include "language/number.h"
#include "language/pack.h"
#include "language/word.h"
#include "names/constant.h"
#include "option/option.h"
#include "system/network.h"
#include "timeline/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Control, format and bidirectional characters, separators of lines, private use: a terminal may
 * act on them. */
static bool acts(uint32_t point) {
  return point < ' ' || (point >= 0x7f && point <= 0x9f) || point == 0xad || point == 0x61c ||
         point == 0x180e || (point >= 0x200b && point <= 0x200f) ||
         (point >= 0x2028 && point <= 0x202e) || (point >= 0x2060 && point <= 0x206f) ||
         point == 0xfeff || (point >= 0xfff9 && point <= 0xfffb) ||
         (point >= 0xe000 && point <= 0xf8ff) || (point >= 0xe0000 && point <= 0xe0fff) ||
         point >= 0xf0000;
}

static void check_safe(struct bytes *bytes, bool lines, enum escape_style style) {
  for (size_t at = 0; at < bytes->length;) {
    uint32_t point;
    size_t length = utf8_decode(bytes->data + at, bytes->length - at, &point);
    bool line = lines && (bytes->data[at] == '\n' || bytes->data[at] == '\t');
    if (length == 0 || (acts(point) && !line) || (style == ESCAPE_ASCII && point > '~'))
      abort();
    at += length;
  }
  bytes_clear(bytes);
}

static void fuzz_escape(const char *data, size_t size) {
  struct bytes bytes = {0};
  for (int style = ESCAPE_ASCII; style <= ESCAPE_UTF8; style++) {
    escape_append(&bytes, data, size, (enum escape_style)style);
    check_safe(&bytes, false, (enum escape_style)style);
    for (size_t limit = 0; limit < 5; limit++) {
      escape_append_quoted(&bytes, data, size, limit, (enum escape_style)style);
      check_safe(&bytes, false, (enum escape_style)style);
    }
    escape_append_plain(&bytes, data, size, true, (enum escape_style)style);
    check_safe(&bytes, true, (enum escape_style)style);
    escape_append_plain(&bytes, data, size, false, (enum escape_style)style);
    check_safe(&bytes, false, (enum escape_style)style);
  }
  bytes_free(&bytes);
}

static void pack_again(const struct pack_word *format, const struct unpacked *unpacked,
                       const char *data, size_t size) {
  struct bytes *texts = calloc(unpacked->count + 1, sizeof *texts);
  struct pack_word *words = calloc(unpacked->count + 1, sizeof *words);
  struct bytes again = {0};
  struct error error;
  for (size_t i = 0; i < unpacked->count; i++) {
    value_append(&unpacked->values[i], &texts[i]);
    words[i] = (struct pack_word){.text = texts[i].data, .length = texts[i].length};
  }
  if (pack(format, words, unpacked->count, &again, &error) < 0 || again.length != size)
    abort();
  if (!memchr(format->text, 'x', format->length) &&
      !bytes_equal(again.data, again.length, data, size))
    abort();
  for (size_t i = 0; i < unpacked->count; i++)
    bytes_free(&texts[i]);
  free(texts);
  free(words);
  bytes_free(&again);
}

/* The first byte is the length of the format, up to 31, the rest the data. */
static void fuzz_pack(const char *data, size_t size) {
  struct unpacked unpacked;
  struct bytes out = {0};
  struct error error = {0};
  if (size == 0)
    return;
  size_t length = (unsigned char)data[0] % 32;
  length = length < size - 1 ? length : size - 1;
  struct pack_word format = {.text = data + 1, .length = length};
  struct pack_word value = {.text = data + 1 + length, .length = size - 1 - length};
  if (unpack(&format, value.text, value.length, &unpacked, &error) == 0) {
    pack_again(&format, &unpacked, value.text, value.length);
    unpacked_free(&unpacked);
  } else if (error.message[0] == '\0' || unpacked.values) {
    abort();
  }
  if (pack(&format, &value, 1, &out, &error) < 0 && out.length != 0)
    abort();
  bytes_free(&out);
}

/* The first byte chooses the set of constants, or the options. */
static void fuzz_constants(const char *data, size_t size) {
  static const int levels[] = {-1, 0, 1, 6, 17, 41};
  struct error error = {0};
  struct bytes bytes = {0};
  long value = 0;
  size_t sets = 0;
  if (size == 0)
    return;
  while (constant_sets[sets])
    sets++;
  size_t chosen = (unsigned char)data[0] % (sets + sizeof levels / sizeof *levels);
  if (chosen >= sets) {
    if (!option_find(levels[chosen - sets], data + 1, size - 1, &error) && error.message[0] == '\0')
      abort();
  } else {
    if (constant_parse(constant_sets[chosen], data + 1, size - 1, &value, &error) < 0 &&
        error.message[0] == '\0')
      abort();
    constant_append(constant_sets[chosen], value, &bytes);
    constant_find(constant_sets[chosen], data + 1, size - 1, NULL);
  }
  bytes_append_text(&bytes, error.message);
  check_safe(&bytes, false, ESCAPE_UTF8);
  bytes_free(&bytes);
}

static void fuzz_numbers(const char *text, size_t size) {
  long long number;
  size_t bytes;
  int64_t duration;
  struct bytes written = {0};
  struct word_shown shown;
  number_parse(text, size, &number);
  size_parse(text, size, &bytes);
  if (duration_parse(text, size, &duration) == 0) {
    if (duration < 0)
      abort();
    duration_append(&written, duration);
    if (duration_parse(written.data, written.length, &duration) < 0)
      abort();
  }
  word_show(&shown, text, size);
  bytes_free(&written);
}

/* The value of an option as words, and as bytes from the kernel, of any length. The first byte
 * chooses the option. */
static void fuzz_options(const char *data, size_t size) {
  enum { WORDS = 8 };
  struct option_word words[WORDS];
  struct bytes bytes = {0};
  struct error error = {0};
  size_t options = 0;
  size_t count = 0;
  long long number;
  while (option_table[options].name)
    options++;
  if (size == 0)
    return;
  const struct option *option = &option_table[(unsigned char)data[0] % options];
  char *value = malloc(size);
  memcpy(value, data + 1, size - 1);
  option->type->format(value, size - 1, &bytes);
  if (option->type->number)
    option->type->number(value, size - 1, &number);
  for (const char *at = value; at < value + size - 1 && count < WORDS; count++) {
    const char *end = memchr(at, ' ', (size_t)(value + size - 1 - at));
    end = end ? end : value + size - 1;
    words[count] = (struct option_word){at, (size_t)(end - at), NETWORK_OWN};
    at = end + 1;
  }
  bytes_clear(&bytes);
  if (option->type->parse && count >= option->type->minimum && count <= option->type->maximum &&
      option->type->parse(words, count, &bytes, &error) < 0 && error.message[0] == '\0')
    abort();
  free(value);
  bytes_free(&bytes);
}

static void fuzz_event(const char *data, size_t size) {
  struct event event;
  struct decoded decoded;
  struct bytes bytes = {0};
  if (event_decode(data, size, &event, &decoded) < 0)
    return;
  event_encode(&event, 1 << 20, &bytes);
  bytes_free(&bytes);
  decoded_free(&decoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static void (*const targets[])(const char *data, size_t size) = {
      fuzz_escape, fuzz_pack, fuzz_constants, fuzz_numbers, fuzz_options, fuzz_event};
  if (size == 0)
    return 0;
  char *copy = malloc(size);
  memcpy(copy, data + 1, size - 1);
  targets[data[0] % (sizeof targets / sizeof *targets)](copy, size - 1);
  free(copy);
  return 0;
}
