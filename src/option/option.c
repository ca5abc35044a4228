#include "option/option.h"

#include <ctype.h>
#include <string.h>

#include "language/word.h"
#include "names/constant.h"
#include "option/option_type.h"
#include "system/network.h"

size_t option_prefix_length(const struct option *option) {
  const char *end = strchr(option->name, '_');
  return end ? (size_t)(end - option->name) + 1 : 0;
}

static bool name_fits(const struct option *option, bool whole, const char *text, size_t length) {
  return word_is(text, length, option->name + (whole ? 0 : option_prefix_length(option)));
}

/* Appends a level as it is typed: "ip". */
static void append_level(struct bytes *list, int level) {
  const char *name = constant_name(&constant_levels, level);
  if (!name) {
    bytes_append_number(list, level);
    return;
  }
  for (const char *at = name + strlen(constant_levels.prefix); *at; at++)
    bytes_append_char(list, (char)tolower((unsigned char)*at));
}

/* Lists the options that a word matches, with their levels. */
static void set_ambiguous(bool whole, const char *text, size_t length, struct error *error) {
  struct bytes list = {0};
  for (const struct option *option = option_table; option->name; option++) {
    if (!name_fits(option, whole, text, length))
      continue;
    bytes_append_format(&list, "%s%s (", list.length > 0 ? ", " : "", option->name);
    append_level(&list, option->level);
    bytes_append_char(&list, ')');
  }
  struct word_shown shown;
  error_set(error, ERROR_USAGE,
            _("%s fits several options, name the level too or write it whole: %s"),
            word_show(&shown, text, length), bytes_text(&list));
  bytes_free(&list);
}

/* Sets the error for an unknown option; if another level has it, it says so. */
static void set_unknown(int level, const char *text, size_t length, struct error *error) {
  struct word_shown shown;
  word_show(&shown, text, length);
  if (level == -1) {
    error_set(error, ERROR_USAGE, _("no socket option is called %s"), shown.text);
  } else {
    struct bytes own = {0};
    append_level(&own, level);
    const struct option *other = option_find(-1, text, length, error);
    if (other) {
      struct bytes name = {0};
      append_level(&name, other->level);
      error_set(error, ERROR_USAGE, _("%s is an option of the level %s, not of %s"), other->name,
                bytes_text(&name), bytes_text(&own));
      bytes_free(&name);
      bytes_free(&own);
      return;
    }
    error_set(error, ERROR_USAGE, _("no option of the level %s is called %s"), bytes_text(&own),
              shown.text);
    bytes_free(&own);
  }
  struct word_guess guess = {.text = text, .length = length};
  for (const struct option *option = option_table; option->name; option++)
    if (level == -1 || option->level == level)
      word_guess_try(&guess, option->name, option_prefix_length(option));
  word_guess_append(&guess, error);
}

const struct option *option_find(int level, const char *text, size_t length, struct error *error) {
  for (int short_name = 0; short_name < 2; short_name++) {
    const struct option *found = NULL;
    for (const struct option *option = option_table; option->name; option++) {
      if ((level != -1 && option->level != level) || !name_fits(option, !short_name, text, length))
        continue;
      if (found && (found->level != option->level || found->number != option->number)) {
        set_ambiguous(!short_name, text, length, error);
        return NULL;
      }
      if (!found)
        found = option;
    }
    if (found)
      return found;
  }
  set_unknown(level, text, length, error);
  return NULL;
}

void option_append_example(const struct option *option, struct bytes *words) {
  const struct option_type *type = option->type;
  if (type->example)
    bytes_append_text(words, type->example);
  else if (type->parse && type->symbols)
    bytes_append_text(words, type->symbols->constants->name);
  else
    bytes_append_text(words, "hex:00");
}

bool option_takes(const struct option *option, const char *words, size_t length) {
  enum { MOST = 4 };
  struct option_word taken[MOST];
  size_t count = 0;
  for (size_t i = 0; i < length;) {
    size_t end = i;
    while (end < length && words[end] != ' ')
      end++;
    if (end > i && count == MOST)
      return false;
    if (end > i)
      taken[count++] = (struct option_word){words + i, end - i, NETWORK_UNKNOWN};
    i = end + 1;
  }
  if (count == 1 && length > 4 && memcmp(words, "hex:", 4) == 0)
    return true;
  struct bytes value = {0};
  struct error ignored;
  const struct option_type *type = option->type;
  bool takes = type->parse && count >= type->minimum && count <= type->maximum &&
               type->parse(taken, count, &value, &ignored) == 0;
  bytes_free(&value);
  return takes;
}

bool option_makes_descriptor(const struct option *option) {
  return option && option->type == &option_type_descriptor && option->access & OPTION_READ;
}

const struct option *option_by_number(int level, int number) {
  for (const struct option *option = option_table; option->name; option++)
    if (option->level == level && option->number == number)
      return option;
  return NULL;
}
