#include "language/pack.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language/escape.h"
#include "language/number.h"

const struct pack_letter pack_letters[] = {
    {'b', 1, true, true, N_("a number from -128 to 127")},
    {'B', 1, true, false, N_("a number from 0 to 255")},
    {'h', 2, true, true, N_("a number from -32768 to 32767")},
    {'H', 2, true, false, N_("a number from 0 to 65535, such as a port")},
    {'i', 4, true, true, N_("a number from -2147483648 to 2147483647")},
    {'I', 4, true, false, N_("a number from 0 to 4294967295, such as a sequence number")},
    {'q', 8, true, true, N_("a number from -2^63 to 2^63-1")},
    {'Q', 8, true, false, N_("a number from 0 to 2^64-1")},
    {'x', 1, false, false, N_("a byte that is passed over; zero when packed")},
    {'s', 0, false, false,
     N_("text: 4s is 4 bytes, filled up with zeros; s is all the rest; H/s has its length before "
        "it")},
    {'\0', 0, false, false, NULL},
};

/* More than any packet or record needs, and small enough to allocate. */
enum { COUNT_LIMIT = 1 << 24 };

/* A format being parsed, and its current field. */
struct format {
  const struct pack_word *word;
  size_t at;
  bool little; /* the byte order in effect */
  bool ended;  /* a field has taken all the rest */
  struct error *error;

  const struct pack_letter *letter; /* of a number, of x or s; of the length if `prefixed` */
  bool prefixed;                    /* a length, then that many bytes: H/s */
  bool counted;                     /* a count was given */
  size_t total;                     /* of all counts so far, which take memory without data */
  size_t count;                     /* 1 if none was */
};

/* A usage error about the word at `place`. */
__attribute__((format(printf, 3, 4))) static int wrong(struct error *error, struct place place,
                                                       const char *format, ...) {
  char message[sizeof error->message];
  va_list list;
  va_start(list, format);
  vsnprintf(message, sizeof message, format, list);
  va_end(list);
  error_set(error, ERROR_USAGE, "%s", message);
  error->place = place;
  return -1;
}

static const struct pack_letter *letter_find(char letter) {
  for (const struct pack_letter *row = pack_letters; row->letter; row++)
    if (row->letter == letter)
      return row;
  return NULL;
}

/* What a field is called in a message: "H", "4s", "H/s". */
struct title {
  char text[40];
};

static struct title field_title(const struct format *format) {
  struct title title;
  struct bytes text = {0};
  if (format->counted && format->letter->letter == 's')
    bytes_append_number(&text, (long long)format->count);
  bytes_append_char(&text, format->letter->letter);
  bytes_append_text(&text, format->prefixed ? "/s" : "");
  strncpy(title.text, bytes_text(&text), sizeof title.text - 1);
  title.text[sizeof title.text - 1] = '\0';
  bytes_free(&text);
  return title;
}

static void read_orders(struct format *format) {
  const struct pack_word *word = format->word;
  for (; format->at < word->length; format->at++)
    switch (word->text[format->at]) {
    case '>':
    case '!':
      format->little = false;
      break;
    case '<':
      format->little = true;
      break;
    case '=':
    case '@':
      format->little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
      break;
    case ' ':
    case '\t':
      break;
    default:
      return;
    }
}

static int read_count(struct format *format) {
  const struct pack_word *word = format->word;
  format->count = 0;
  format->counted = false;
  for (; format->at < word->length && isdigit((unsigned char)word->text[format->at]);
       format->at++) {
    format->counted = true;
    format->count = format->count * 10 + (size_t)(word->text[format->at] - '0');
    if (format->count > COUNT_LIMIT)
      return wrong(format->error, format->word->place, _("a count in a format is at most %d"),
                   COUNT_LIMIT);
  }
  if (!format->counted)
    format->count = 1;
  format->total += format->counted ? format->count : 0;
  if (format->total > COUNT_LIMIT)
    return wrong(format->error, format->word->place,
                 _("the counts of a format are at most %d together"), COUNT_LIMIT);
  while (format->at < word->length &&
         (word->text[format->at] == ' ' || word->text[format->at] == '\t'))
    format->at++;
  return 0;
}

static int wrong_letter(const struct format *format) {
  struct bytes shown = {0};
  const struct pack_word *word = format->word;
  escape_append(&shown, word->text + format->at, word->length > format->at, escape_chosen());
  if (shown.length == 0)
    wrong(format->error, format->word->place,
          _("a letter must follow the count at the end of the format: b B h H i I q Q x or s"));
  else
    wrong(format->error, format->word->place,
          _("a format has no letter %s; there are b B h H i I q Q for numbers of 1, 2, 4 and 8 "
            "bytes, x for a byte to pass over, s for text, and the byte orders > ! < = @"),
          bytes_text(&shown));
  bytes_free(&shown);
  return -1;
}

/* Reads "/s" after a letter, if it is there. */
static int read_length_prefix(struct format *format) {
  const struct pack_word *word = format->word;
  format->prefixed = format->at < word->length && word->text[format->at] == '/';
  if (!format->prefixed)
    return 0;
  format->at++;
  if (format->at == word->length || word->text[format->at] != 's')
    return wrong(
        format->error, format->word->place,
        _("behind a / in a format stands s, as in H/s: a length in an H, and so many bytes"));
  format->at++;
  if (!format->letter->number)
    return wrong(format->error, format->word->place,
                 _("before /s in a format stands the letter of the length: B/s, H/s, I/s or Q/s"));
  if (format->letter->negative)
    return wrong(format->error, format->word->place,
                 _("a length is never negative: write %c/s instead of %c/s"),
                 toupper((unsigned char)format->letter->letter), format->letter->letter);
  return 0;
}

/* Moves to the next field. 1; 0 at the end of the format; -1 with an error. */
static int format_next(struct format *format) {
  read_orders(format);
  if (format->at == format->word->length)
    return 0;
  if (format->ended)
    return wrong(format->error, format->word->place,
                 _("s without a count takes all the rest, so it stands last; write a count, as in "
                   "4s, or a length before it, as in H/s"));
  if (read_count(format) < 0)
    return -1;
  format->letter =
      format->at < format->word->length ? letter_find(format->word->text[format->at]) : NULL;
  if (!format->letter)
    return wrong_letter(format);
  format->at++;
  if (read_length_prefix(format) < 0)
    return -1;
  format->ended = format->letter->letter == 's' && !format->counted;
  return 1;
}

/* Parses the whole format before it is used, so that a wrong one is reported whatever the values
 * are. Returns the number of values it takes in *values. */
static int format_check(const struct pack_word *word, size_t *values, struct error *error) {
  struct format format = {.word = word, .error = error};
  int status;
  *values = 0;
  while ((status = format_next(&format)) > 0)
    if (format.letter->letter == 's')
      *values += 1;
    else if (format.letter->letter != 'x')
      *values += format.count;
  return status;
}

/* Packing. */

struct packing {
  struct format format;
  const struct pack_word *values; /* the next value */
  struct bytes *out;
};

/* Parses a number for Q that is too large for number_parse, decimal or hexadecimal. */
static int parse_large(const char *text, size_t length, uint64_t *number) {
  char copy[24];
  char *end;
  if (length == 0 || length >= sizeof copy || !isdigit((unsigned char)text[0]))
    return -1;
  memcpy(copy, text, length);
  copy[length] = '\0';
  if (strlen(copy) != length)
    return -1;
  unsigned __int128 total = 0;
  int base = length > 2 && (copy[1] | 0x20) == 'x' && copy[0] == '0' ? 16 : 10;
  for (end = copy + (base == 16 ? 2 : 0); *end; end++) {
    if (base == 16 ? !isxdigit((unsigned char)*end) : !isdigit((unsigned char)*end))
      return -1;
    int digit = *end <= '9' ? *end - '0' : (*end | 0x20) - 'a' + 10;
    total = total * (unsigned)base + (unsigned)digit;
    if (total > UINT64_MAX)
      return -1;
  }
  *number = (uint64_t)total;
  return 0;
}

/* The largest number that fits. */
static uint64_t largest(const struct pack_letter *letter) {
  return UINT64_MAX >> (64 - 8 * letter->size + (letter->negative ? 1 : 0));
}

static void append_number(struct packing *packing, const struct pack_letter *letter,
                          uint64_t number) {
  for (unsigned i = 0; i < letter->size; i++) {
    unsigned place = packing->format.little ? i : letter->size - 1 - i;
    bytes_append_char(packing->out, (char)(number >> 8 * place & 0xff));
  }
}

static int number_overflows(const struct packing *packing, const struct pack_letter *letter) {
  return wrong(packing->format.error, packing->values->place,
               _("%.*s does not fit %c, which holds %s%llu to %llu"),
               (int)(packing->values->length < 40 ? packing->values->length : 40),
               packing->values->text, letter->letter, letter->negative ? "-" : "",
               letter->negative ? (unsigned long long)largest(letter) + 1 : 0ULL,
               (unsigned long long)largest(letter));
}

static int pack_number(struct packing *packing) {
  const struct pack_letter *letter = packing->format.letter;
  const struct pack_word *value = packing->values;
  long long number = 0;
  uint64_t large;
  if (number_parse(value->text, value->length, &number) == 0) {
    long long least = letter->negative ? -(long long)largest(letter) - 1 : 0;
    if (number < least || (number > 0 && (uint64_t)number > largest(letter)))
      return number_overflows(packing, letter);
    append_number(packing, letter, (uint64_t)number);
    return 0;
  }
  if (parse_large(value->text, value->length, &large) == 0 && large > INT64_MAX) {
    if (large > largest(letter))
      return number_overflows(packing, letter);
    append_number(packing, letter, large);
    return 0;
  }
  struct bytes shown = {0};
  escape_append_quoted(&shown, value->text, value->length, 40, escape_chosen());
  wrong(packing->format.error, packing->values->place,
        _("%s is no whole number that %c can hold; text is packed with s"), bytes_text(&shown),
        letter->letter);
  bytes_free(&shown);
  return -1;
}

static void append_zeros(struct bytes *out, size_t count) {
  if (count == 0 || bytes_reserve(out, count) < 0)
    return;
  memset(out->data + out->length, 0, count);
  out->length += count;
}

static int pack_text(struct packing *packing) {
  const struct pack_word *value = packing->values;
  const struct format *format = &packing->format;
  if (format->prefixed) {
    if (value->length > largest(format->letter))
      return wrong(packing->format.error, packing->values->place,
                   _("the length %zu does not fit %c, which holds up to %llu; a longer letter, as "
                     "in I/s, holds more"),
                   value->length, format->letter->letter,
                   (unsigned long long)largest(format->letter));
    append_number(packing, format->letter, value->length);
  } else if (format->counted && value->length > format->count) {
    return wrong(packing->format.error, packing->values->place,
                 _("the text has %zu bytes, and %zus holds %zu; write %zus, or a shorter text"),
                 value->length, format->count, format->count, value->length);
  }
  bytes_append(packing->out, value->text, value->length);
  if (format->counted && !format->prefixed)
    append_zeros(packing->out, format->count - value->length);
  return 0;
}

static int pack_field(struct packing *packing) {
  const struct format *format = &packing->format;
  bool once = format->letter->letter == 's';
  if (format->letter->letter == 'x') {
    append_zeros(packing->out, format->count);
    return 0;
  }
  for (size_t i = 0; i < (once ? 1 : format->count); i++, packing->values++)
    if ((once || format->prefixed ? pack_text(packing) : pack_number(packing)) < 0)
      return -1;
  return 0;
}

int pack(const struct pack_word *format, const struct pack_word *values, size_t count,
         struct bytes *out, struct error *error) {
  size_t wanted;
  size_t before = out->length;
  if (format_check(format, &wanted, error) < 0)
    return -1;
  struct packing packing = {
      .format = {.word = format, .error = error}, .values = values, .out = out};
  if (wanted != count) {
    const struct pack_word *about = count > wanted ? &values[wanted] : format;
    return wrong(error, about->place,
                 count > wanted ? _("there are too many values, %zu instead of %zu; each letter of "
                                    "the format but x takes one")
                                : _("there are too few values, %zu instead of %zu; each letter of "
                                    "the format but x takes one"),
                 count, wanted);
  }
  int status;
  while ((status = format_next(&packing.format)) > 0)
    if ((status = pack_field(&packing)) < 0)
      break;
  if (status == 0 && out->failed)
    status = error_set_memory(error);
  if (status < 0)
    out->length = before;
  return status;
}

/* Unpacking. */

struct unpacking {
  struct format format;
  const char *data;
  size_t length;
  size_t at;
  struct bytes values; /* struct value, one after the other */
};

/* Sets the error for a field, beginning at `start`, that needs `more` bytes than there are. */
static int data_missing(const struct unpacking *unpacking, size_t start, uint64_t more) {
  struct title title = field_title(&unpacking->format);
  return error_set(unpacking->format.error, ERROR_FAILURE,
                   more == 1
                       ? _("%llu byte is missing for %s at offset %zu: the data ends at %zu")
                       : _("%llu bytes are missing for %s at offset %zu: the data ends at %zu"),
                   (unsigned long long)more, title.text, start, unpacking->length);
}

/* Takes ownership of the value. */
static int add_value(struct unpacking *unpacking, struct value value) {
  bytes_append(&unpacking->values, &value, sizeof value);
  if (value.kind != VALUE_NOTHING && !unpacking->values.failed)
    return 0;
  value_clear(&value);
  return error_set_memory(unpacking->format.error);
}

static int add_data(struct unpacking *unpacking, size_t length) {
  struct blob *blob = blob_copy(unpacking->data + unpacking->at, length);
  unpacking->at += length;
  return add_value(unpacking, value_from_data(blob));
}

static int take_number(struct unpacking *unpacking, uint64_t *number) {
  unsigned size = unpacking->format.letter->size;
  if (unpacking->length - unpacking->at < size)
    return data_missing(unpacking, unpacking->at, size - (unpacking->length - unpacking->at));
  *number = 0;
  for (unsigned i = 0; i < size; i++) {
    size_t place = unpacking->format.little ? size - 1 - i : i;
    *number = *number << 8 | (unsigned char)unpacking->data[unpacking->at + place];
  }
  unpacking->at += size;
  return 0;
}

static int unpack_number(struct unpacking *unpacking) {
  const struct pack_letter *letter = unpacking->format.letter;
  uint64_t number;
  if (take_number(unpacking, &number) < 0)
    return -1;
  if (letter->negative &&
      number > largest(letter)) /* two's complement: the upper half is negative */
    number |= ~largest(letter);
  else if (number > INT64_MAX) {
    char digits[24];
    size_t at = sizeof digits;
    for (; number > 0; number /= 10)
      digits[--at] = (char)('0' + number % 10);
    return add_value(unpacking, value_from_text(digits + at, sizeof digits - at));
  }
  return add_value(unpacking, value_from_number((long long)number));
}

static int unpack_text(struct unpacking *unpacking) {
  size_t start = unpacking->at;
  uint64_t wanted = unpacking->format.count;
  if (unpacking->format.prefixed && take_number(unpacking, &wanted) < 0)
    return -1;
  size_t rest = unpacking->length - unpacking->at;
  if (!unpacking->format.prefixed && !unpacking->format.counted)
    wanted = rest;
  return wanted > rest ? data_missing(unpacking, start, wanted - rest)
                       : add_data(unpacking, (size_t)wanted);
}

static int unpack_field(struct unpacking *unpacking) {
  const struct format *format = &unpacking->format;
  size_t rest = unpacking->length - unpacking->at;
  if (format->letter->letter == 's')
    return unpack_text(unpacking);
  if (format->letter->letter == 'x') {
    if (format->count > rest)
      return data_missing(unpacking, unpacking->at, format->count - rest);
    unpacking->at += format->count;
    return 0;
  }
  for (size_t i = 0; i < format->count; i++)
    if ((format->prefixed ? unpack_text(unpacking) : unpack_number(unpacking)) < 0)
      return -1;
  return 0;
}

int unpack(const struct pack_word *format, const void *data, size_t length,
           struct unpacked *unpacked, struct error *error) {
  struct unpacking unpacking = {
      .format = {.word = format, .error = error}, .data = data ? data : "", .length = length};
  size_t fields;
  *unpacked = (struct unpacked){0};
  if (format_check(format, &fields, error) < 0)
    return -1;
  int status;
  while ((status = format_next(&unpacking.format)) > 0)
    if ((status = unpack_field(&unpacking)) < 0)
      break;
  size_t rest = length - unpacking.at;
  if (status == 0 && rest > 0)
    status = error_set(error, ERROR_FAILURE,
                       _("the format ends at offset %zu, and the data at %zu; add s for the rest, "
                         "or %zux to pass over it"),
                       unpacking.at, length, rest);
  unpacked->values = (struct value *)unpacking.values.data;
  unpacked->count = unpacking.values.length / sizeof(struct value);
  if (status < 0)
    unpacked_free(unpacked);
  return status;
}

void unpacked_free(struct unpacked *unpacked) {
  for (size_t i = 0; i < unpacked->count; i++)
    value_clear(&unpacked->values[i]);
  free(unpacked->values);
  *unpacked = (struct unpacked){0};
}
