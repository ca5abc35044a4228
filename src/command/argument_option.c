/* argument_option: levels of options, options, and the words of their values. */
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "command/invocation.h"
#include "command/kinds.h"
#include "command/offer.h"
#include "language/number.h"
#include "option/option.h"

static bool fits_level(const struct argument *argument, const struct match_word *word) {
  (void)argument;
  return argument_fits_symbol(&constant_levels, word);
}

static int read_level(struct invocation *invocation, struct argument_value *value) {
  return argument_read_symbol(invocation, value, &constant_levels);
}

static void complete_level(const struct argument *argument, struct offer *offer) {
  (void)argument;
  offer_set(offer, &constant_levels, false);
}

const struct argument_kind argument_level = {
    .name = "level",
    .fits = fits_level,
    .read = read_level,
    .complete = complete_level,
};

/* The level given before an option, or NULL. */
static const struct argument_value *earlier_level(const struct invocation *invocation) {
  for (size_t i = 0; i < invocation->count; i++)
    if (invocation->values[i].argument && invocation->values[i].argument->kind == &argument_level)
      return &invocation->values[i];
  return NULL;
}

/* The option of this name, if exactly one of the socket's levels has it; otherwise NULL. */
static const struct option *option_of_socket(const struct socket *socket, const char *text,
                                             size_t length) {
  const int levels[] = {SOL_SOCKET, socket->family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP,
                        socket->protocol};
  bool internet = socket->family == AF_INET || socket->family == AF_INET6;
  const struct option *found = NULL;
  for (size_t i = 0; i < (internet ? 3 : 1); i++) {
    struct error ignored;
    const struct option *option = option_find(levels[i], text, length, &ignored);
    if (option && found && option != found)
      return NULL;
    found = option ? option : found;
  }
  return found;
}

/* True if any level has an option of this name. Which level is meant may depend on the socket. */
static bool option_at_any_level(const char *text, size_t length) {
  struct error ignored;
  for (const struct option *option = option_table; option->name; option++)
    if ((option == option_table || option->level != option[-1].level) &&
        option_find(option->level, text, length, &ignored))
      return true;
  return false;
}

static int read_option_number(struct invocation *invocation, struct argument_value *value,
                              const struct argument_value *level) {
  if (value->number < 0 || value->number > INT_MAX)
    return argument_wrong(invocation, value, _("is out of range for the number of an option"));
  if (!level)
    return argument_wrong(
        invocation, value,
        _("is a number: name the level too, as in socket 2, since each level counts its own"));
  value->unknown = level->unknown;
  value->option = level->unknown ? NULL : option_by_number((int)level->number, (int)value->number);
  return 0;
}

/* Without a level, an option whose name several levels use is `unknown` until the socket is known.
 */
static int read_option(struct invocation *invocation, struct argument_value *value) {
  const struct argument_value *level = earlier_level(invocation);
  const char *text = value->word.data;
  size_t length = value->word.length;
  if (number_parse(text, length, &value->number) == 0)
    return read_option_number(invocation, value, level);
  value->option = option_find(level && !level->unknown ? (int)level->number : -1, text, length,
                              invocation->error);
  if (value->option) {
    value->number = value->option->number;
    value->unknown = level && level->unknown;
    return 0;
  }
  value->unknown = (!level || level->unknown) && option_at_any_level(text, length);
  return value->unknown ? 0 : -1;
}

static int find_option(struct invocation *invocation, struct argument_value *value) {
  if (read_option(invocation, value) < 0)
    return -1;
  if (!value->unknown)
    return 0;
  const struct socket *socket = argument_earlier_socket(invocation);
  value->unknown = false;
  value->option = socket ? option_of_socket(socket, value->word.data, value->word.length) : NULL;
  if (!value->option)
    return -1; /* the error lists the levels that have it */
  value->number = value->option->number;
  return 0;
}

/* The level among the words typed so far, after the socket; -1: none. */
static int offered_level(const struct offer *offer) {
  long level = -1;
  for (size_t i = 1; i < offer->word_count; i++) {
    const struct word *word = &offer->words[i];
    long value;
    struct error ignored;
    if (word->literal &&
        constant_parse(&constant_levels, word->text, word->count, &value, &ignored) == 0)
      level = value;
  }
  return (int)level;
}

static void complete_option(const struct argument *argument, struct offer *offer) {
  (void)argument;
  int level = offered_level(offer);
  for (const struct option *option = option_table; option->name; option++) {
    char prefix[16];
    size_t length = option_prefix_length(option);
    if (level >= 0 && option->level != level)
      continue;
    snprintf(prefix, sizeof prefix, "%.*s", (int)length, option->name);
    offer_constant(offer, option->name, prefix);
  }
}

const struct argument_kind argument_option = {
    .name = "option",
    .read = read_option,
    .find = find_option,
    .complete = complete_option,
};

/* Only hex: is read here. The option's type reads anything else. */
static int read_value(struct invocation *invocation, struct argument_value *value) {
  static const char hexadecimal[] = "hex:";
  size_t length = strlen(hexadecimal);
  return value->word.bare >= length && memcmp(value->word.data, hexadecimal, length) == 0
             ? argument_read_hexadecimal(invocation, value)
             : 0;
}

/* Offers the words for the option named by the previous word. Words in capitals in the type's usage
 * are placeholders and are not offered. */
static void complete_value(const struct argument *argument, struct offer *offer) {
  (void)argument;
  struct error ignored;
  const struct word *word = offer->word_count ? &offer->words[offer->word_count - 1] : NULL;
  const struct option *option =
      word && word->literal ? option_find(offered_level(offer), word->text, word->count, &ignored)
                            : NULL;
  if (!option)
    return;
  if (!option->type->parse) {
    offer_words(offer, "hex:");
    offer->candidates->no_space = true;
  } else if (option->type->symbols)
    offer_set(offer, option->type->symbols, option->type->symbols->flags);
  else
    offer_words(offer, option->type->words);
}

const struct argument_kind argument_option_value = {
    .name = "option value",
    .read = read_value,
    .complete = complete_value,
};
