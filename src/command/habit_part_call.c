/* habit_part_call: reads a call as C and Python write it. */
#include "command/habit_part.h"

#include <ctype.h>
#include <string.h>

static bool begins(struct habit_text text, const char *with) {
  size_t length = strlen(with);
  return text.length >= length && memcmp(text.text, with, length) == 0;
}

static struct habit_text skip(struct habit_text text, size_t length) {
  return habit_trim((struct habit_text){text.text + length, text.length - length});
}

/* Splits at the = of an assignment. */
static struct habit_text split_assignment(struct habit_text text, struct habit_text *rest) {
  struct habit_text left = habit_split(text, '=', rest);
  bool compares = rest->length > 0 && rest->text[0] == '=';
  if (left.length == text.length || compares ||
      (left.length > 0 && strchr("!<>+-", left.text[left.length - 1])))
    *rest = (struct habit_text){text.text + text.length, 0};
  return left;
}

/* `conn, (host, port)` and `const char *name`: of each part between commas the last word is a
 * name. False if one is none. */
static bool read_names(struct habit_text text, struct habit_call *call) {
  while (text.length > 0) {
    struct habit_text part = habit_trim(habit_split(text, ',', &text));
    if (part.length > 0 && part.text[0] == '(') { /* (host, port) is one address here */
      part = (struct habit_text){"from", 4};
    } else {
      size_t start = part.length;
      while (start > 0 &&
             (isalnum((unsigned char)part.text[start - 1]) || part.text[start - 1] == '_'))
        start--;
      bool typed = start == 0 || part.text[start - 1] == ' ' || part.text[start - 1] == '*' ||
                   begins(part, "self.");
      part = (struct habit_text){part.text + start, part.length - start};
      if (!typed)
        return false;
    }
    if (!habit_is_name(part) || call->name_count == HABIT_NAMES)
      return false;
    call->names[call->name_count++] = part;
  }
  return true;
}

/* The names, the dots and arrows between them: `self.sock.recv`. */
static size_t path_length(struct habit_text text) {
  size_t i = 0;
  while (i < text.length &&
         (isalnum((unsigned char)text.text[i]) || text.text[i] == '_' || text.text[i] == '.'))
    i++;
  return i;
}

/* What may stand behind a call without changing what it is: `;`, `< 0) {`, `.decode()`. */
static bool is_tail(struct habit_text tail) {
  tail = habit_trim(tail);
  return tail.length == 0 || tail.text[0] == ';' || tail.text[0] == '<' || begins(tail, "== -1") ||
         begins(tail, "!= ") || begins(tail, ".decode(") || begins(tail, ")") ||
         tail.text[0] == ':' || tail.text[0] == '{' || begins(tail, "as ");
}

static bool read_arguments(struct habit_text inside, struct habit_call *call) {
  while (inside.length > 0) {
    struct habit_text argument = habit_trim(habit_split(inside, ',', &inside));
    struct habit_text value;
    struct habit_text name = split_assignment(argument, &value);
    if (argument.length == 0)
      return inside.length == 0; /* (a, ) */
    if (call->argument_count == HABIT_PARTS)
      return false;
    bool keyword = value.length > 0 && habit_is_name(habit_trim(name)) &&
                   islower((unsigned char)argument.text[0]); /* of Python: family=AF_INET */
    call->arguments[call->argument_count++] = keyword ? habit_trim(value) : argument;
  }
  return true;
}

/* Reads object.function(arguments). */
static bool read_body(struct habit_text text, struct habit_call *call) {
  size_t length = path_length(text);
  if (length == 0 || isdigit((unsigned char)text.text[0]))
    return false;
  struct habit_text open = skip(text, length);
  if (open.length == 0 || open.text[0] != '(')
    return false;
  struct habit_text behind;
  struct habit_text inside = {open.text + 1, open.length - 1};
  inside = habit_split(inside, ')', &behind);
  if (inside.text + inside.length == open.text + open.length)
    return false;
  if (behind.length > 2 && *behind.text == '[')
    call->index = habit_split(skip(behind, 1), ']', &behind);
  if (!is_tail(behind))
    return false;
  size_t dot = length;
  while (dot > 0 && text.text[dot - 1] != '.')
    dot--;
  call->function = (struct habit_text){text.text + dot, length - dot};
  call->object = (struct habit_text){text.text, dot ? dot - 1 : 0};
  if (begins(call->object, "self."))
    call->object = skip(call->object, 5);
  struct habit_text as = habit_trim(behind);
  if (begins(as, "as ")) /* with socket(...) as s: */
    if (!read_names(habit_trim(habit_split(skip(as, 3), ':', &behind)), call))
      return false;
  return call->function.length > 0 && read_arguments(inside, call);
}

/* Skips the words that may stand before a call without changing what it is. */
static struct habit_text skip_words(struct habit_text text) {
  static const char *const before[] = {"with ", "return ", "await ", "(void)"};
  for (size_t i = 0; i < sizeof before / sizeof *before; i++)
    if (begins(text, before[i]))
      text = skip(text, strlen(before[i]));
  return text;
}

/* Takes the @HOST that stands before a call. */
static struct habit_text take_host(struct habit_text text, struct habit_call *call) {
  size_t length = 0;
  while (length < text.length && text.text[length] != ' ')
    length++;
  if (length < 2 || *text.text != '@')
    return text;
  call->host = (struct habit_text){text.text, length};
  return skip(text, length);
}

bool habit_read_call(struct habit_text text, struct habit_call *call) {
  *call = (struct habit_call){0};
  if (begins(text, "if (") || begins(text, "if("))
    text = skip(text, text.text[2] == '(' ? 3 : 4);
  if (begins(text, "(") && !begins(text, "(void)"))
    text = skip(text, 1); /* if ((fd = socket(...)) < 0) */
  text = skip_words(text);
  struct habit_text right;
  struct habit_text left = split_assignment(text, &right);
  if (right.length == 0)
    return read_body(text, call);
  return read_names(habit_trim(left), call) &&
         read_body(skip_words(take_host(habit_trim(right), call)), call);
}
