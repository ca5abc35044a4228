/* habit_join: a call of C or Python whose parentheses close only on a later line. */
#include <ctype.h>
#include <string.h>

#include "command/habit.h"
#include "command/habit_part.h"

/* How many parentheses are open at the end, outside quotes and comments. */
static int depth_at_end(struct habit_text text) {
  int depth = 0;
  char quote = '\0';
  for (size_t i = 0; i < text.length; i++) {
    char c = text.text[i];
    if (quote && c == '\\')
      i++;
    else if (quote)
      quote = c == quote ? '\0' : quote;
    else if (c == '"' || c == '\'')
      quote = c;
    else if (c == '(')
      depth++;
    else if (c == ')')
      depth--;
  }
  return quote ? 0 : depth;
}

/* Whether that stands before the parenthesis of a call: `s.recv`, `int n = recv`, `if`. A space
 * between the words of a command is none of a call. */
static bool begins_call(struct habit_text text) {
  static const char *const before[] = {"if", "return", "with", "await", "while"};
  size_t length = text.length;
  while (length > 0 &&
         (isalnum((unsigned char)text.text[length - 1]) || strchr("_.", text.text[length - 1])))
    length--;
  struct habit_text name = {text.text + length, text.length - length};
  struct habit_text rest = habit_trim((struct habit_text){text.text, length});
  if (name.length == 0) {
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
      if (habit_is(rest, before[i]))
        return true;
    return false;
  }
  if (rest.length == 0 || rest.text[rest.length - 1] == '=')
    return true;
  for (size_t i = 0; i < sizeof before / sizeof *before; i++)
    if (habit_is(rest, before[i]))
      return true;
  return false;
}

/* Appends the lines in one, without their comments. */
static void append_joined(struct habit_text text, struct bytes *joined) {
  while (text.length > 0) {
    const char *newline = memchr(text.text, '\n', text.length);
    size_t length = newline ? (size_t)(newline - text.text) : text.length;
    struct habit_text line =
        habit_trim(habit_without_comment((struct habit_text){text.text, length}));
    bytes_append_text(joined, joined->length > 0 && line.length > 0 ? " " : "");
    bytes_append(joined, line.text, line.length);
    length += newline != NULL;
    text = (struct habit_text){text.text + length, text.length - length};
  }
}

/* Reads the lines up to the one that closes the call. */
static bool read_lines(struct habit_text text, struct bytes *joined) {
  struct habit_text trimmed = habit_trim(text);
  const char *open = memchr(trimmed.text, '(', trimmed.length);
  if (!open || trimmed.length > HABIT_LONG || memchr(trimmed.text, '\0', trimmed.length) ||
      !begins_call(habit_trim((struct habit_text){trimmed.text, (size_t)(open - trimmed.text)})))
    return false;
  append_joined(trimmed, joined);
  return !joined->failed;
}

bool habit_is_open(const char *text, size_t length) {
  struct bytes joined = {0};
  bool open = read_lines((struct habit_text){text, length}, &joined) &&
              depth_at_end((struct habit_text){joined.data, joined.length}) > 0;
  bytes_free(&joined);
  return open;
}

bool habit_join(const char *text, size_t length, struct bytes *joined) {
  return read_lines((struct habit_text){text, length}, joined) &&
         depth_at_end((struct habit_text){joined->data, joined->length}) <= 0;
}
