/* habit_part_catch: what was typed for the words in capitals of a pattern, and the line made of it.
 */
#include <ctype.h>
#include <string.h>

#include "command/habit_part.h"
#include "command/habit_reader.h"
#include "session/runner.h"
#include "socket/socket.h"

static const struct habit_reader *find_in(const struct habit_reader *reader,
                                          struct habit_text word) {
  while (reader->name && !habit_is(word, reader->name))
    reader++;
  return reader->name ? reader : NULL;
}

static const struct habit_reader *find_reader(struct habit_text word) {
  while (word.length > 0 && isdigit((unsigned char)word.text[word.length - 1]))
    word.length--;
  const struct habit_reader *reader = find_in(habit_readers_of_words, word);
  reader = reader ? reader : find_in(habit_readers_of_values, word);
  reader = reader ? reader : find_in(habit_readers_of_data, word);
  return reader ? reader : find_in(habit_readers_of_options, word);
}

bool habit_is_variable(struct habit_text word) {
  return find_reader(word) != NULL;
}

bool habit_takes_rest(struct habit_text word) {
  const struct habit_reader *reader = find_reader(word);
  return reader && reader->to_the_end;
}

bool habit_catch(struct habit_caught *caught, struct habit_text name, struct habit_text typed,
                 bool lenient) {
  const struct habit_reader *reader = find_reader(name);
  if (!reader)
    return habit_is(typed, "") ||
           (typed.length == name.length && memcmp(typed.text, name.text, name.length) == 0);
  if (caught->count == HABIT_PARTS)
    return false;
  struct bytes *text = &caught->items[caught->count].text;
  *text = (struct bytes){0};
  enum habit_reading reading = typed.length == 0 && lenient ? HABIT_READS
                               : reader->read_after ? reader->read_after(caught, typed, text)
                                                    : reader->read(caught->runner, typed, text);
  bool failed = reading != HABIT_READS && reading != HABIT_IS_LIKELY;
  if (reading == HABIT_IS_NONE || (failed && !lenient)) {
    bytes_free(text);
    return false;
  }
  caught->items[caught->count].name = name;
  caught->items[caught->count].failed = failed;
  caught->failed = caught->failed || reading != HABIT_READS;
  caught->count++;
  return true;
}

void habit_caught_free(struct habit_caught *caught) {
  for (size_t i = 0; i < caught->count; i++)
    bytes_free(&caught->items[i].text);
}

/* All open sockets, each by its name or its number. */
static void append_every_socket(const struct runner *runner, struct bytes *line) {
  const struct socket_table *table = runner ? &runner->session->sockets : NULL;
  const struct socket *socket = table ? socket_table_next(table, 0) : NULL;
  if (!socket)
    bytes_append_text(line, "SOCKET");
  for (bool first = true; socket; first = false) {
    bytes_append_text(line, first ? "" : " ");
    bytes_append_number(line, socket->descriptor);
    socket = socket_table_next(table, socket->descriptor + 1);
  }
}

static const struct bytes *find_caught(const struct habit_caught *caught, struct habit_text word,
                                       bool *failed) {
  for (size_t i = 0; i < caught->count; i++)
    if (caught->items[i].name.length == word.length &&
        memcmp(caught->items[i].name.text, word.text, word.length) == 0) {
      *failed = caught->items[i].failed;
      return &caught->items[i].text;
    }
  return NULL;
}

void habit_fill(const struct habit_caught *caught, struct habit_text template, struct bytes *line) {
  for (size_t i = 0; i < template.length;) {
    size_t length = 0;
    while (i + length < template.length && (isupper((unsigned char)template.text[i + length]) ||
                                            isdigit((unsigned char)template.text[i + length])))
      length++;
    bool failed = false;
    struct habit_text word = {template.text + i, length};
    const struct bytes *text = length > 1 ? find_caught(caught, word, &failed) : NULL;
    if (habit_is(word, "EVERY")) {
      append_every_socket(caught->runner, line);
    } else if (habit_is(word, "EVERYWORD")) {
      habit_reader_append(line, caught->line);
    } else if (text && !failed) {
      bytes_append(line, text->data, text->length);
      bool empty = text->length == 0 && line->length > 0 && line->data[line->length - 1] == ' ';
      line->length -= empty;
    } else if (length > 0) {
      habit_reader_append(line, word);
    } else {
      bytes_append_char(line, template.text[i]);
      length = 1;
    }
    i += length;
  }
}
