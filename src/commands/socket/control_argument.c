#include "commands/socket/control_argument.h"

#include <errno.h>
#include <string.h>

#include "command/kinds.h"
#include "command/offer.h"
#include "language/word.h"
#include "names/constant.h"

/* The three words after --control, one value each. */
enum { CONTROL_LEVEL, CONTROL_TYPE, CONTROL_DATA, CONTROL_WORDS };

/* Which of the three words a value is. Stores those before it, nearest first. */
static size_t place_of(const struct invocation *invocation, const struct argument_value *value,
                       const struct argument_value *earlier[CONTROL_WORDS]) {
  size_t count = 0;
  for (const struct argument_value *other = invocation->values; other < value; other++)
    count += other->argument == value->argument;
  for (size_t i = 0; i < count % CONTROL_WORDS; i++)
    earlier[i] = value - 1 - i;
  return count % CONTROL_WORDS;
}

/* Reads a type, by its name at that level or by its number. */
static int read_type(struct invocation *invocation, struct argument_value *value,
                     const struct argument_value *level) {
  struct word_shown shown;
  struct bytes names = {0};
  const char *text = value->word.data;
  size_t length = value->word.length;
  if (level->unknown) {
    value->unknown = true;
    return 0;
  }
  const struct control_row *row = control_find_named((int)level->number, text, length);
  if (row) {
    value->number = row->type;
    return 0;
  }
  if (length > 0 && text[0] >= '0' && text[0] <= '9')
    return argument_number.read(invocation, value);
  for (row = control_rows; row->name; row++)
    if (row->level == (int)level->number && row->short_name)
      bytes_append_format(&names, "%s%s", names.length ? ", " : "", row->short_name);
  error_set(invocation->error, ERROR_USAGE,
            names.length ? _("%s is no type of a control message at this level; there are %s")
                         : _("%s is no type of a control message at this level, where only numbers "
                             "are known"),
            word_show(&shown, text, length), bytes_text(&names));
  bytes_free(&names);
  return -1;
}

static bool is_hexadecimal(const struct argument_value *value) {
  return value->word.bare >= 4 && value->word.length >= 4 &&
         memcmp(value->word.data, "hex:", 4) == 0;
}

/* Reads the data, if it depends on nothing outside the line. */
static int read_data(struct invocation *invocation, struct argument_value *value,
                     const struct control_row *row) {
  struct bytes data = {0};
  if (is_hexadecimal(value))
    return argument_read_hexadecimal(invocation, value);
  if (row && row->short_name && !row->read)
    return argument_read_socket(invocation, value);
  if (!row || !row->read)
    return argument_wrong(invocation, value,
                          _("can't be read as data of this type: write its bytes, as hex:0a00"));
  const struct option_word word = {value->word.data, value->word.length,
                                   argument_network(invocation)};
  int status = row->read(&word, &data, invocation->error);
  if (status == 0) {
    value->data = blob_copy(data.data, data.length);
    status = value->data ? 0 : error_set_memory(invocation->error);
  }
  bytes_free(&data);
  return status;
}

static int read_word(struct invocation *invocation, struct argument_value *value) {
  const struct argument_value *earlier[CONTROL_WORDS];
  switch (place_of(invocation, value, earlier)) {
  case CONTROL_LEVEL:
    return argument_read_symbol(invocation, value, &constant_levels);
  case CONTROL_TYPE:
    return read_type(invocation, value, earlier[0]);
  default:
    if (earlier[0]->unknown || earlier[1]->unknown)
      return 0;
    return read_data(invocation, value,
                     control_find((int)earlier[1]->number, (int)earlier[0]->number));
  }
}

static int find_word(struct invocation *invocation, struct argument_value *value) {
  const struct argument_value *earlier[CONTROL_WORDS];
  if (place_of(invocation, value, earlier) == CONTROL_DATA && !is_hexadecimal(value)) {
    const struct control_row *row = control_find((int)earlier[1]->number, (int)earlier[0]->number);
    if (row && row->short_name && !row->read)
      return argument_find_socket(invocation, value);
  }
  return read_word(invocation, value);
}

/* Completes one of the three words, depending on how many follow the last keyword. */
static void complete_word(const struct argument *argument, struct offer *offer) {
  size_t typed = 0;
  while (typed < offer->word_count) {
    const struct word *word = &offer->words[offer->word_count - 1 - typed];
    if (word->literal &&
        bytes_equal(word->text, word->count, argument->keyword, strlen(argument->keyword)))
      break;
    typed++;
  }
  if (typed == CONTROL_LEVEL) {
    offer_set(offer, &constant_levels, false);
    return;
  }
  const struct word *level = &offer->words[offer->word_count - typed];
  long number;
  struct error ignored;
  if (typed != CONTROL_TYPE || !level->literal ||
      constant_parse(&constant_levels, level->text, level->count, &number, &ignored) < 0)
    return;
  for (const struct control_row *row = control_rows; row->name; row++)
    if (row->level == number && row->short_name)
      offer_text(offer, row->short_name, row->values);
}

static void describe(const struct argument *argument, struct bytes *text) {
  bytes_append_text(text, argument->name);
}

const struct argument_kind argument_control = {
    .name = "control message",
    .more_words = CONTROL_WORDS - 1,
    .read = read_word,
    .find = find_word,
    .complete = complete_word,
    .describe = describe,
};

int control_argument_add(struct invocation *invocation, struct call_message *message) {
  const struct argument_value *level;
  const struct argument_value *data;
  for (level = invocation_value(invocation, "--control"); level;
       level = invocation_next(invocation, data)) {
    const struct argument_value *type = invocation_next(invocation, level);
    data = invocation_next(invocation, type);
    int descriptor = data->socket ? data->socket->descriptor : -1;
    const void *bytes = data->socket ? (const void *)&descriptor : data->data->data;
    size_t length = data->socket ? sizeof descriptor : data->data->length;
    if (data->socket && descriptor < 0) {
      error_set_errno(invocation->error, EBADF, _("socket %d is closed"),
                      data->socket->was_descriptor);
      error_set_place(invocation->error, data->place);
      return -1;
    }
    if (message_add_control(message, (int)level->number, (int)type->number, bytes, length) < 0)
      return error_set_memory(invocation->error);
  }
  return 0;
}
