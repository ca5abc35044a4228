#include "language/pattern.h"

#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <pthread.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "language/escape.h"

/* re_syntax_options is a global of the C library. It never changes after the first compilation, but
 * the lock keeps two threads from writing it at once. */
static pthread_mutex_t syntax_lock = PTHREAD_MUTEX_INITIALIZER;

/* glibc's compiler recurses down its own tree, so a few thousand ^ or ( overflow the stack. */
enum { REGEX_LIMIT = 1000 };

/* Compiles in the C locale, whatever the session's, so that a dot matches any byte. Returns NULL,
 * or what is wrong. */
static const char *compile_bytes(const char *text, size_t length, struct re_pattern_buffer *regex) {
  locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  if (!plain)
    return strerrordesc_np(ENOMEM);
  locale_t before = uselocale(plain);
  pthread_mutex_lock(&syntax_lock);
  re_set_syntax(RE_SYNTAX_POSIX_EXTENDED & ~RE_DOT_NOT_NULL &
                ~(reg_syntax_t)RE_HAT_LISTS_NOT_NEWLINE);
  const char *message = re_compile_pattern(text, length, regex);
  pthread_mutex_unlock(&syntax_lock);
  uselocale(before);
  freelocale(plain);
  return message;
}

static struct re_pattern_buffer *regex_compile(const char *text, size_t length,
                                               struct error *error) {
  if (length > REGEX_LIMIT) {
    error_set(error, ERROR_SYNTAX,
              _("a regular expression has at most %d bytes, and this one has %zu"), REGEX_LIMIT,
              length);
    return NULL;
  }
  struct re_pattern_buffer *regex = calloc(1, sizeof *regex);
  if (!regex) {
    error_set_memory(error);
    return NULL;
  }
  const char *message = compile_bytes(text, length, regex);
  if (!message) {
    regex->newline_anchor = 0; /* ^ and $ match the ends of the data, not of a line in it */
    return regex;
  }
  error_set(error, ERROR_SYNTAX, _("not a regular expression: %s"), message);
  regfree(regex);
  free(regex);
  return NULL;
}

int pattern_compile(struct pattern *pattern, struct error *error) {
  pattern->regex = regex_compile(pattern->word.text, pattern->word.count, error);
  if (!pattern->regex)
    error_set_place(error, pattern->word.place);
  return pattern->regex ? 0 : -1;
}

void pattern_free(struct pattern *pattern) {
  if (pattern->regex)
    regfree(pattern->regex);
  free(pattern->regex);
  pattern->regex = NULL;
}

static bool regex_found(struct re_pattern_buffer *regex, const char *text, size_t length) {
  return length <= INT_MAX && re_search(regex, text, (int)length, 0, (int)length, NULL) >= 0;
}

int regex_search(const char *expression, size_t expression_length, const char *text, size_t length,
                 struct error *error) {
  struct re_pattern_buffer *regex = regex_compile(expression, expression_length, error);
  if (!regex)
    return -1;
  bool found = regex_found(regex, text, length);
  regfree(regex);
  free(regex);
  return found;
}

/* The text that a result is compared with: its first value, or its number. */
static void result_text(const struct result *result, struct bytes *text) {
  if (result->count > 0)
    value_append(&result->values[0], text);
  else if (result->numbered)
    bytes_append_number(text, result->number);
}

static bool text_matches(const struct pattern *pattern, const char *text, size_t length,
                         const struct result *result) {
  struct bytes given = {0};
  result_text(result, &given);
  bool matches = !given.failed;
  if (matches && pattern->kind == PATTERN_REGEX)
    matches = regex_found(pattern->regex, given.data ? given.data : "", given.length);
  else if (matches)
    matches = bytes_equal(given.data, given.length, text, length);
  bytes_free(&given);
  return matches;
}

bool pattern_matches(const struct pattern *pattern, const char *text, size_t length,
                     const struct result *result) {
  if (result->blocked)
    return pattern->kind == PATTERN_BLOCKS;
  if (result->failed)
    return pattern->kind == PATTERN_ERROR && result->number == pattern->number;
  switch (pattern->kind) {
  case PATTERN_OK:
    return true;
  case PATTERN_NUMBER:
    if (result->numbered)
      return result->number == pattern->number;
    return result->count > 0 && result->values[0].kind == VALUE_NUMBER &&
           result->values[0].number == pattern->number;
  case PATTERN_EOF:
    return result->ended;
  case PATTERN_TEXT:
  case PATTERN_REGEX:
    return text_matches(pattern, text, length, result);
  case PATTERN_ERROR:
  case PATTERN_BLOCKS:
    break;
  }
  return false;
}

enum { SHOWN = 64 };

void pattern_append(const struct pattern *pattern, const char *text, size_t length,
                    struct bytes *bytes) {
  switch (pattern->kind) {
  case PATTERN_OK:
    bytes_append_text(bytes, "ok");
    break;
  case PATTERN_ERROR:
    bytes_append_text(bytes, error_number_name((int)pattern->number));
    break;
  case PATTERN_NUMBER:
    bytes_append_number(bytes, pattern->number);
    break;
  case PATTERN_EOF:
    bytes_append_text(bytes, "eof");
    break;
  case PATTERN_BLOCKS:
    bytes_append_text(bytes, "blocks");
    break;
  case PATTERN_TEXT:
    escape_append_quoted(bytes, text, length, SHOWN, ESCAPE_ASCII);
    break;
  case PATTERN_REGEX:
    bytes_append_char(bytes, '/');
    escape_append_plain(bytes, pattern->word.text, pattern->word.count, false, ESCAPE_ASCII);
    bytes_append_char(bytes, '/');
    break;
  }
}

void result_append(const struct result *result, struct bytes *bytes) {
  if (result->blocked) {
    bytes_append_text(bytes, "blocks");
  } else if (result->failed) {
    bytes_append_text(bytes,
                      result->number ? error_number_name((int)result->number) : _("a failure"));
  } else if (result->ended) {
    bytes_append_text(bytes, "eof");
  } else if (result->count > 0 &&
             (result->values[0].kind == VALUE_DATA || result->values[0].kind == VALUE_TEXT)) {
    const struct blob *blob = result->values[0].blob;
    escape_append_quoted(bytes, blob->data, blob->length, SHOWN, ESCAPE_ASCII);
  } else if (result->numbered) {
    bytes_append_number(bytes, result->number);
  } else if (result->count > 0 && result->values[0].kind == VALUE_NUMBER) {
    bytes_append_number(bytes, result->values[0].number);
  } else {
    bytes_append_text(bytes, "ok");
  }
}
