#include "language/plain_code.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_LIMIT = 60 };

/* A number, or a text of so many bytes among the reader's. */
struct plain_value {
  bool is_text;
  long long number;
  size_t text;
  size_t length;
};

struct reader {
  const char *text;
  size_t length;
  size_t at;
  const struct plain_names *names;
  struct bytes texts; /* of all values */
  struct bytes seen;  /* "tcpi_rtt is 5, tcpi_rto is 6": the names of this statement */
  unsigned brackets;  /* inside of them a line may end */
  unsigned depth;
  bool unknown;
};

static bool unknown(struct reader *reader) {
  reader->unknown = true;
  return false;
}

static char peek(const struct reader *reader) {
  return reader->at < reader->length ? reader->text[reader->at] : '\0';
}

static char peek_second(const struct reader *reader) {
  return reader->at + 1 < reader->length ? reader->text[reader->at + 1] : '\0';
}

static void skip_space(struct reader *reader) {
  for (;;) {
    char c = peek(reader);
    if (c == '#')
      while (reader->at < reader->length && peek(reader) != '\n')
        reader->at++;
    else if (c == ' ' || c == '\t' || c == '\r' || (reader->brackets > 0 && c == '\n'))
      reader->at++;
    else if (c == '\\' && peek_second(reader) == '\n')
      reader->at += 2;
    else
      return;
  }
}

static bool is_word(char c) {
  return isalnum((unsigned char)c) || c == '_';
}

/* Takes an operator, which no longer one begins with, or a word. */
static bool take(struct reader *reader, const char *token) {
  size_t length = strlen(token);
  skip_space(reader);
  if (reader->length - reader->at < length || memcmp(reader->text + reader->at, token, length) != 0)
    return false;
  char next = reader->at + length < reader->length ? reader->text[reader->at + length] : '\0';
  bool longer = is_word(token[0])
                    ? is_word(next)
                    : next == '=' || (length == 1 && strchr("<>*/", token[0]) && next == token[0]);
  if (longer && (is_word(token[0]) || !strchr("(),", token[0])))
    return false;
  reader->at += length;
  return true;
}

static bool read_or(struct reader *reader, struct plain_value *value);

static bool number_value(struct plain_value *value, long long number) {
  *value = (struct plain_value){.number = number};
  return true;
}

static bool is_true(const struct plain_value *value) {
  return value->is_text ? value->length > 0 : value->number != 0;
}

static bool read_number(struct reader *reader, struct plain_value *value) {
  char digits[40] = "";
  size_t length = 0;
  char *end;
  while (length < sizeof digits - 1 && is_word(peek(reader)))
    digits[length++] = reader->text[reader->at++];
  long long number = strtoll(digits, &end, 0);
  bool octal = digits[0] == '0' && length > 1 && isdigit((unsigned char)digits[1]);
  if (*end || octal || number == LLONG_MAX || peek(reader) == '.')
    return unknown(reader);
  return number_value(value, number);
}

static bool read_text(struct reader *reader, struct plain_value *value) {
  char quote = peek(reader);
  *value = (struct plain_value){.is_text = true, .text = reader->texts.length};
  for (reader->at++; peek(reader) != quote; reader->at++) {
    char c = peek(reader);
    if (reader->at >= reader->length || c == '\n' || c == '\\')
      return unknown(reader); /* with its escapes it is Python's */
    bytes_append_char(&reader->texts, c);
    value->length++;
  }
  reader->at++;
  return true;
}

static bool read_name(struct reader *reader, struct plain_value *value) {
  size_t begin = reader->at;
  long long number;
  while (is_word(peek(reader)))
    reader->at++;
  const char *name = reader->text + begin;
  int length = (int)(reader->at - begin);
  if (peek(reader) == '(' || peek(reader) == '.' || peek(reader) == '[')
    return unknown(reader);
  if (bytes_equal(name, (size_t)length, "True", 4) || bytes_equal(name, (size_t)length, "False", 5))
    return number_value(value, name[0] == 'T');
  if (!reader->names->find(reader->names->context, name, (size_t)length, &number))
    return unknown(reader);
  if (islower((unsigned char)name[0])) /* what is in capitals is a constant */
    bytes_append_format(&reader->seen, "%s%.*s is %lld", reader->seen.length ? ", " : "", length,
                        name, number);
  return number_value(value, number);
}

static bool read_atom(struct reader *reader, struct plain_value *value) {
  skip_space(reader);
  char c = peek(reader);
  if (isdigit((unsigned char)c))
    return read_number(reader, value);
  if (c == '"' || c == '\'')
    return read_text(reader, value);
  if (is_word(c))
    return read_name(reader, value);
  if (c != '(')
    return unknown(reader);
  reader->at++;
  reader->brackets++;
  bool read = read_or(reader, value) && take(reader, ")");
  reader->brackets--;
  return read || unknown(reader);
}

static bool read_unary(struct reader *reader, struct plain_value *value) {
  bool minus = take(reader, "-");
  bool inverse = !minus && take(reader, "~");
  if (++reader->depth > DEPTH_LIMIT)
    return unknown(reader);
  bool read = minus || inverse ? read_unary(reader, value) : read_atom(reader, value);
  reader->depth--;
  if (!read || ((minus || inverse) && (value->is_text || value->number == LLONG_MIN)))
    return unknown(reader);
  value->number = minus ? -value->number : inverse ? ~value->number : value->number;
  return true;
}

/* "%d bytes" % 5, and with several values in ( ). */
static bool format_text(struct reader *reader, struct plain_value *format) {
  struct bytes result = {0};
  bool several = take(reader, "(");
  bool fine = true;
  bool taken = false;
  reader->brackets += several;
  for (size_t i = 0; i < format->length && fine; i++) {
    struct plain_value value;
    const char *text = bytes_text(&reader->texts) + format->text;
    char kind = text[i] == '%' && i + 1 < format->length ? text[i + 1] : '\0';
    if (text[i] != '%' || kind == '%') {
      bytes_append_char(&result, text[i]);
      i += text[i] == '%';
      continue;
    }
    i++;
    taken = true;
    fine = kind && strchr("dsux", kind) && (several ? read_or : read_unary)(reader, &value);
    if (fine && several)
      take(reader, ",");
    if (fine && value.is_text && kind != 's')
      fine = false;
    else if (fine && value.is_text)
      bytes_append(&result, bytes_text(&reader->texts) + value.text, value.length);
    else if (fine)
      bytes_append_format(&result, kind == 'x' ? "%llx" : "%lld", value.number);
  }
  fine = fine && (!several || take(reader, ")"));
  reader->brackets -= several;
  *format =
      (struct plain_value){.is_text = true, .text = reader->texts.length, .length = result.length};
  bytes_append(&reader->texts, result.data, result.length);
  bytes_free(&result);
  return (fine && taken) || unknown(reader);
}

/* Rounded down, as Python does. */
static long long divide(long long a, long long b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

static bool compute(struct reader *reader, const char *operator, struct plain_value * value,
                    const struct plain_value *other) {
  long long a = value->number;
  long long b = other->number;
  long long result = 0;
  bool fine = !value->is_text && !other->is_text;
  if (strchr("/%", operator[0]))
    fine = fine && b != 0 && !(a == LLONG_MIN && b == -1);
  if (strchr("<>", operator[0]))
    fine = fine && a >= 0 && b >= 0 && b < 32 && a <= INT_MAX;
  if (!fine)
    return unknown(reader);
  switch (operator[0]) {
  case '*':
    fine = !__builtin_mul_overflow(a, b, &result);
    break;
  case '+':
    fine = !__builtin_add_overflow(a, b, &result);
    break;
  case '-':
    fine = !__builtin_sub_overflow(a, b, &result);
    break;
  case '/': /* one / alone gives a number with decimals, unless it is whole */
    fine = operator[1] || a % b == 0;
    result = divide(a, b);
    break;
  case '%':
    result = a - b * divide(a, b);
    break;
  case '<':
    result = a << b;
    break;
  case '>':
    result = a >> b;
    break;
  case '&':
    result = a & b;
    break;
  case '^':
    result = a ^ b;
    break;
  default:
    result = a | b;
  }
  value->number = result;
  return fine || unknown(reader);
}

/* Operators of two values, those that bind most first. */
static const char *const levels[][5] = {{"*", "//", "/", "%", NULL},
                                        {"+", "-", NULL},
                                        {"<<", ">>", NULL},
                                        {"&", NULL},
                                        {"^", NULL},
                                        {"|", NULL}};
enum { LEVELS = sizeof levels / sizeof *levels };

static bool read_level(struct reader *reader, int level, struct plain_value *value) {
  if (level < 0)
    return read_unary(reader, value);
  if (!read_level(reader, level - 1, value))
    return false;
  for (;;) {
    size_t i = 0;
    while (levels[level][i] && !take(reader, levels[level][i]))
      i++;
    if (!levels[level][i])
      return true;
    if (value->is_text && levels[level][i][0] == '%') {
      if (!format_text(reader, value))
        return false;
      continue;
    }
    struct plain_value other;
    if (!read_level(reader, level - 1, &other) || !compute(reader, levels[level][i], value, &other))
      return false;
  }
}

static const char *const comparisons[] = {"==", "!=", "<=", ">=", "<", ">", NULL};

static bool compares(const char *operator, long long a, long long b) {
  switch (operator[0]) {
  case '=':
    return a == b;
  case '!':
    return a != b;
  case '<':
    return operator[1] ? a <= b : a<b;
  default:
    return operator[1] ? a >= b : a> b;
  }
}

/* 5000 <= tcpi_rtt <= 20000: each with the one before. */
static bool read_comparison(struct reader *reader, struct plain_value *value) {
  bool holds = true;
  if (!read_level(reader, LEVELS - 1, value))
    return false;
  for (;;) {
    struct plain_value other;
    size_t i = 0;
    while (comparisons[i] && !take(reader, comparisons[i]))
      i++;
    if (!comparisons[i])
      return true;
    if (value->is_text || !read_level(reader, LEVELS - 1, &other) || other.is_text)
      return unknown(reader);
    holds = holds && compares(comparisons[i], value->number, other.number);
    value->number = other.number;
    size_t at = reader->at;
    bool more = false;
    for (size_t j = 0; comparisons[j] && !more; j++)
      more = take(reader, comparisons[j]);
    reader->at = at;
    if (!more)
      return number_value(value, holds);
  }
}

static bool read_not(struct reader *reader, struct plain_value *value) {
  if (!take(reader, "not"))
    return read_comparison(reader, value);
  if (++reader->depth > DEPTH_LIMIT || !read_not(reader, value))
    return unknown(reader);
  reader->depth--;
  return number_value(value, !is_true(value));
}

static bool read_and(struct reader *reader, struct plain_value *value) {
  if (!read_not(reader, value))
    return false;
  while (take(reader, "and")) {
    struct plain_value other;
    if (!read_not(reader, &other))
      return false;
    *value = is_true(value) ? other : *value;
  }
  return true;
}

static bool read_or(struct reader *reader, struct plain_value *value) {
  if (++reader->depth > DEPTH_LIMIT || !read_and(reader, value))
    return unknown(reader);
  reader->depth--;
  while (take(reader, "or")) {
    struct plain_value other;
    if (!read_and(reader, &other))
      return false;
    *value = is_true(value) ? *value : other;
  }
  return true;
}

static void append_value(struct reader *reader, const struct plain_value *value,
                         struct bytes *bytes) {
  if (value->is_text)
    bytes_append(bytes, bytes_text(&reader->texts) + value->text, value->length);
  else
    bytes_append_format(bytes, "%lld", value->number);
}

/* print a, b; or print(a, b). */
static bool run_print(struct reader *reader, struct bytes *printed) {
  bool several = take(reader, "(");
  struct plain_value value;
  const char *between = "";
  reader->brackets += several;
  do {
    if (!read_or(reader, &value))
      return false;
    bytes_append_text(printed, between);
    append_value(reader, &value, printed);
    between = " ";
  } while (take(reader, ","));
  bool ended = !several || take(reader, ")");
  reader->brackets -= several;
  bytes_append_char(printed, '\n');
  return ended || unknown(reader);
}

static bool run_assert(struct reader *reader, bool *holds, struct bytes *message) {
  struct plain_value value;
  struct plain_value text = {.is_text = true};
  skip_space(reader);
  size_t begin = reader->at;
  bytes_clear(&reader->seen);
  if (!read_or(reader, &value))
    return false;
  size_t end = reader->at;
  if (take(reader, ",") && !read_or(reader, &text))
    return false;
  *holds = is_true(&value);
  if (*holds)
    return true;
  while (end > begin && isspace((unsigned char)reader->text[end - 1]))
    end--;
  bytes_append_format(message, _("it does not hold that %.*s"), (int)(end - begin),
                      reader->text + begin);
  if (reader->seen.length > 0)
    bytes_append_format(message, ": %s", bytes_text(&reader->seen));
  if (text.length > 0) {
    bytes_append_text(message, "; ");
    append_value(reader, &text, message);
  }
  return true;
}

/* One statement up to its end. False: it is not plain. */
static bool run_statement(struct reader *reader, struct bytes *printed, bool *holds,
                          struct bytes *message) {
  reader->depth = 0;
  bool done = take(reader, "assert")  ? run_assert(reader, holds, message)
              : take(reader, "print") ? run_print(reader, printed)
                                      : take(reader, "pass") || unknown(reader);
  skip_space(reader);
  return done && (reader->at >= reader->length || peek(reader) == '\n' || peek(reader) == ';');
}

enum plain_result plain_code_run(const char *text, size_t length, const struct plain_names *names,
                                 struct bytes *printed, struct error *error) {
  struct reader reader = {.text = text, .length = length, .names = names};
  struct bytes message = {0};
  size_t before = printed->length;
  bool holds = true;
  bool plain = true;
  while (plain && holds) {
    while (skip_space(&reader), peek(&reader) == '\n' || peek(&reader) == ';')
      reader.at++;
    if (reader.at >= length)
      break;
    plain = run_statement(&reader, printed, &holds, &message);
  }
  plain = plain && !reader.texts.failed && !reader.seen.failed && !message.failed;
  if (!plain)
    printed->length = before;
  else if (!holds)
    error_set(error, ERROR_FAILURE, "%s", bytes_text(&message));
  bytes_free(&reader.texts);
  bytes_free(&reader.seen);
  bytes_free(&message);
  return !plain ? PLAIN_UNKNOWN : holds ? PLAIN_HOLDS : PLAIN_FAILS;
}
