/* habit_reader_option: the value of an option, as C and Python write it, in the words that the
 * option's type takes: what is read depends on the option that was caught before. */
#include <ctype.h>
#include <string.h>

#include "command/habit_reader.h"
#include "names/constant.h"
#include "option/option.h"

/* The option among what was caught, behind its level; NULL: it is not known. */
static const struct option *caught_option(const struct habit_caught *caught) {
  const struct option *option = NULL;
  long level = -1;
  struct error ignored;
  for (size_t i = 0; i < caught->count && !option; i++) {
    const struct bytes *text = &caught->items[i].text;
    if (caught->items[i].failed || text->length == 0)
      continue;
    if (constant_parse(&constant_levels, text->data, text->length, &level, &ignored) < 0)
      option = option_find((int)level, text->data, text->length, &ignored);
  }
  return option;
}

/* The next number or address of a text that C or Python packs into a structure: the digits of
 * {1, 0}, and what stands in quotes, without the format of struct.pack. False at the end. */
static bool next_part(struct habit_text *text, struct habit_text *part) {
  bool in_word = false;
  while (text->length > 0) {
    const char *at = text->text++;
    text->length--;
    bool digit = isdigit((unsigned char)*at) && !in_word;
    in_word = isalnum((unsigned char)*at) || *at == '_';
    if (*at == '"' || *at == '\'') {
      const char *end = memchr(text->text, *at, text->length);
      size_t length = end ? (size_t)(end - text->text) : text->length;
      *part = (struct habit_text){text->text, length};
      size_t used = length + (end != NULL);
      *text = (struct habit_text){text->text + used, text->length - used};
      bool address = memchr(part->text, '.', length) || memchr(part->text, ':', length);
      if (address)
        return true;
    } else if (digit) {
      size_t length = 0;
      while (length < text->length && isdigit((unsigned char)text->text[length]))
        length++;
      *part = (struct habit_text){at, length + 1};
      *text = (struct habit_text){text->text + length, text->length - length};
      return true;
    }
  }
  return false;
}

/* A time or a linger of two numbers; other values are the parts as they stand. */
static void append_parts(const struct option *option, struct habit_text text, struct bytes *to) {
  struct habit_text parts[HABIT_PARTS];
  size_t count = 0;
  while (count < HABIT_PARTS && next_part(&text, &parts[count]))
    count++;
  bool time = strcmp(option->type->name, "struct timeval") == 0;
  bool linger = strcmp(option->type->name, "struct linger") == 0;
  if (count == 0 || ((time || linger) && count != 2))
    return;
  bool off = habit_is(parts[0], "0");
  if (time && off && habit_is(parts[1], "0"))
    bytes_append_text(to, "off");
  else if (time)
    bytes_append_format(to, "%.*s%s", (int)parts[!off ? 0 : 1].length, parts[!off ? 0 : 1].text,
                        off ? "us" : "s");
  else if (linger && off)
    bytes_append_text(to, "off");
  else if (linger)
    bytes_append_format(to, "on %.*ss", (int)parts[1].length, parts[1].text);
  for (size_t i = 0; !time && !linger && i < count; i++) {
    bytes_append_text(to, i > 0 ? " " : "");
    habit_reader_append(to, parts[i]);
  }
}

/* Without socket. before a constant, and without the quotes of a text. */
static struct habit_text plain_word(struct habit_text text) {
  if (text.length > 7 && memcmp(text.text, "socket.", 7) == 0)
    return (struct habit_text){text.text + 7, text.length - 7};
  if (text.length > 2 && strchr("bu", *text.text) && strchr("\"'", text.text[1]))
    text = (struct habit_text){text.text + 1, text.length - 1};
  if (text.length > 2 && strchr("\"'", *text.text) && text.text[text.length - 1] == *text.text)
    text = (struct habit_text){text.text + 1, text.length - 2};
  return text;
}

static enum habit_reading keep(struct bytes *to, struct habit_text text,
                               enum habit_reading reading) {
  bytes_clear(to);
  habit_reader_append(to, text);
  return reading;
}

static enum habit_reading read_option_value(const struct habit_caught *caught,
                                            struct habit_text text, struct bytes *to) {
  const struct option *option = caught_option(caught);
  struct habit_text plain = plain_word(text);
  struct habit_text word = habit_is(plain, "True")    ? (struct habit_text){"1", 1}
                           : habit_is(plain, "False") ? (struct habit_text){"0", 1}
                                                      : plain;
  if (habit_reader_bound(caught->runner, text)) {
    bytes_append_format(to, "$%.*s", (int)text.length, text.text);
    return HABIT_READS;
  }
  if (!option)
    return habit_reader_is_number(word) ? keep(to, word, HABIT_READS) : HABIT_HAS_NO_FORM;
  if (!memchr(word.text, ' ', word.length) && option_takes(option, word.text, word.length) &&
      (habit_reader_is_number(word) || word.text != text.text || option->type->symbols))
    return keep(to, word, HABIT_READS);
  append_parts(option, text, to);
  if (to->length > 0 && option_takes(option, to->data, to->length))
    return HABIT_IS_LIKELY;
  bytes_clear(to);
  option_append_example(option, to);
  return HABIT_IS_LIKELY;
}

const struct habit_reader habit_readers_of_options[] = {
    {.name = "OPTVALUE", .read_after = read_option_value},
    {.name = NULL},
};
