/* argument_symbol: words that are names of C, or one of a few choices. */
#include <ctype.h>
#include <string.h>

#include "command/invocation.h"
#include "command/kinds.h"
#include "command/offer.h"
#include "language/escape.h"
#include "language/word.h"

bool argument_fits_symbol(const struct constant_set *set, const struct match_word *word) {
  struct error ignored;
  long value;
  return constant_parse(set, word->data, word->length, &value, &ignored) == 0;
}

int argument_read_symbol(struct invocation *invocation, struct argument_value *value,
                         const struct constant_set *set) {
  long number;
  if (constant_parse(set, value->word.data, value->word.length, &number, invocation->error) < 0)
    return -1;
  value->number = number;
  return 0;
}

static int read_of_set(struct invocation *invocation, struct argument_value *value) {
  return argument_read_symbol(invocation, value, value->argument->set);
}

static bool fits_symbol(const struct argument *argument, const struct match_word *word) {
  return argument_fits_symbol(argument->set, word);
}

static void complete_symbol(const struct argument *argument, struct offer *offer) {
  offer_set(offer, argument->set, false);
}

const struct argument_kind argument_symbol = {
    .name = "symbol",
    .fits = fits_symbol,
    .read = read_of_set,
    .complete = complete_symbol,
};

bool argument_fits_flags(const struct argument *argument, const struct match_word *word) {
  bool numeric =
      word->length > 0 && (isdigit((unsigned char)word->data[0]) || word->data[0] == '-');
  if (numeric && !(word->length > 2 && word->data[1] == 'x'))
    return false;
  return argument_fits_symbol(argument->set, word);
}

static void complete_flags(const struct argument *argument, struct offer *offer) {
  offer_set(offer, argument->set, true);
}

const struct argument_kind argument_flags = {
    .name = "flags",
    .fits = argument_fits_flags,
    .read = read_of_set,
    .complete = complete_flags,
};

static int read_type(struct invocation *invocation, struct argument_value *value) {
  const char *text = value->word.data;
  size_t length = value->word.length;
  for (bool first = true; first || length > 0; first = false) {
    const char *bar = memchr(text, '|', length);
    size_t size = bar ? (size_t)(bar - text) : length;
    const struct constant_set *set = first ? &constant_types : &constant_type_flags;
    long number;
    if (constant_parse(set, text, size, &number, invocation->error) < 0)
      return -1;
    value->number |= number;
    length -= size + (bar ? 1 : 0);
    text += size + (bar ? 1 : 0);
    if (bar && length == 0)
      return argument_wrong(invocation, value,
                            _("ends in |: a flag must follow, as in stream|nonblock"));
  }
  return 0;
}

static void complete_type(const struct argument *argument, struct offer *offer) {
  (void)argument;
  bool after_bar = memchr(offer->word, '|', offer->length);
  offer_set(offer, after_bar ? &constant_type_flags : &constant_types, true);
}

const struct argument_kind argument_type = {
    .name = "type",
    .read = read_type,
    .complete = complete_type,
};

static bool fits_keyword(const struct argument *argument, const struct match_word *word) {
  return argument_keyword_index(argument->words, word->data, word->length) >= 0;
}

/* Adds the one that is near. */
static void suggest_keyword(const struct argument_value *value, struct error *error) {
  struct error before = *error;
  char word[64];
  for (const char *at = value->argument->words; *at; at += *at == '|') {
    size_t length = strcspn(at, "|");
    if (length < sizeof word) {
      memcpy(word, at, length);
      word[length] = '\0';
      if (length > 2 && word_distance(value->word.data, value->word.length, word) <= 2) {
        error_set(error, before.kind, _("%s, did you mean %s?"), before.message, word);
        return;
      }
    }
    at += length;
  }
}

static int read_keyword(struct invocation *invocation, struct argument_value *value) {
  value->number =
      argument_keyword_index(value->argument->words, value->word.data, value->word.length);
  if (value->number >= 0)
    return 0;
  struct bytes shown = {0};
  escape_append_quoted(&shown, value->word.data, value->word.length, 60, escape_chosen());
  error_set(invocation->error, ERROR_USAGE, _("%s is none of %s"), bytes_text(&shown),
            value->argument->words);
  suggest_keyword(value, invocation->error);
  bytes_free(&shown);
  return -1;
}

static void complete_keyword(const struct argument *argument, struct offer *offer) {
  offer_words(offer, argument->words);
}

static void describe_keyword(const struct argument *argument, struct bytes *text) {
  bytes_append_text(text, argument->words);
}

const struct argument_kind argument_keyword = {
    .name = "keyword",
    .fits = fits_keyword,
    .read = read_keyword,
    .complete = complete_keyword,
    .describe = describe_keyword,
};
