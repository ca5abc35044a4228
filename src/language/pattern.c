#include "language/pattern.h"

#include <ctype.h>
#include <string.h>

#include "language/escape.h"
#include "language/regex.h"
#include "language/word.h"

/* The results that are words of the language. */
static const struct {
  const char *text;
  enum pattern_kind kind;
} plain[] = {{"ok", PATTERN_OK}, {"eof", PATTERN_EOF}, {"blocks", PATTERN_BLOCKS}};

bool pattern_find_plain(const char *text, size_t length, enum pattern_kind *kind) {
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
    if (length == strlen(plain[i].text) && memcmp(text, plain[i].text, length) == 0) {
      *kind = plain[i].kind;
      return true;
    }
  return false;
}

/* OK may mean ok, or that this text is received. */
void pattern_set_unknown(struct error *error, const char *text, size_t length) {
  struct word_shown shown;
  char upper[32] = "";
  const char *meant = NULL;
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
    if (word_is(text, length, plain[i].text))
      meant = plain[i].text;
  for (size_t i = 0; i < length && i < sizeof upper - 1; i++)
    upper[i] = (char)toupper((unsigned char)text[i]);
  if (length < sizeof upper && error_number_find(upper, length) > 0)
    meant = upper;
  word_show(&shown, text, length);
  if (meant)
    error_set(error, ERROR_SYNTAX,
              _("as a result it is written %s; where that text is to be received, in quotes: %s"),
              meant, shown.text);
  else
    error_set(
        error, ERROR_SYNTAX,
        _("%s is no result: that is ok, an errno name, a number, \"text\" in quotes, /a regular "
          "expression/, eof or blocks"),
        shown.text);
}

int pattern_compile(struct pattern *pattern, struct error *error) {
  pattern->regex = regex_compile(pattern->word.text, pattern->word.count, error);
  if (!pattern->regex)
    error_set_place(error, pattern->word.place);
  return pattern->regex ? 0 : -1;
}

void pattern_free(struct pattern *pattern) {
  regex_free(pattern->regex);
  pattern->regex = NULL;
}

/* The text that a result is compared with: its first value, or its number. */
static void result_text(const struct result *result, struct bytes *text) {
  if (result->count > 0)
    value_append(&result->values[0], text);
  else if (result->numbered)
    bytes_append_number(text, result->number);
}

/* 1, 0 or -1, as pattern_matches. */
static int text_matches(const struct pattern *pattern, const struct pattern_search *search,
                        const struct result *result, struct error *error) {
  struct bytes given = {0};
  result_text(result, &given);
  int matches;
  if (given.failed)
    matches = error_set_memory(error);
  else if (pattern->kind == PATTERN_REGEX)
    matches = regex_search(pattern->regex, given.data, given.length, search->stop, error);
  else
    matches = bytes_equal(given.data, given.length, search->text, search->length);
  bytes_free(&given);
  return matches;
}

int pattern_matches(const struct pattern *pattern, const struct pattern_search *search,
                    const struct result *result, struct error *error) {
  if (result->blocked)
    return pattern->kind == PATTERN_BLOCKS;
  if (result->failed)
    return pattern->kind == PATTERN_ERROR && result->number == pattern->number;
  switch (pattern->kind) {
  case PATTERN_OK:
    return 1;
  case PATTERN_NUMBER:
    if (result->numbered)
      return result->number == pattern->number;
    return result->count > 0 && result->values[0].kind == VALUE_NUMBER &&
           result->values[0].number == pattern->number;
  case PATTERN_EOF:
    return result->ended;
  case PATTERN_TEXT:
  case PATTERN_REGEX:
    return text_matches(pattern, search, result, error);
  case PATTERN_ERROR:
  case PATTERN_BLOCKS:
    break;
  }
  return 0;
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
    escape_append_quoted(bytes, text, length, SHOWN, escape_chosen());
    break;
  case PATTERN_REGEX:
    bytes_append_char(bytes, '/');
    escape_append_plain(bytes, pattern->word.text, pattern->word.count, false, escape_chosen());
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
    escape_append_quoted(bytes, blob->data, blob->length, SHOWN, escape_chosen());
  } else if (result->numbered) {
    bytes_append_number(bytes, result->number);
  } else if (result->count > 0 && result->values[0].kind == VALUE_NUMBER) {
    bytes_append_number(bytes, result->values[0].number);
  } else {
    bytes_append_text(bytes, "ok");
  }
}
