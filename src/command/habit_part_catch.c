/* habit_part_catch: what the words in capitals of a pattern stand for, and how it is written here.
 */
#include "command/habit_part.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language/number.h"
#include "session/runner.h"
#include "socket/socket.h"

/* How what was typed reads as something: it is written here as what was appended; it could be that
 * but has no form here; it can't be that. */
enum reading { READS, HAS_NO_FORM, IS_NONE };

static void append(struct bytes *to, struct habit_text text) {
  bytes_append(to, text.text, text.length);
}

static bool is_number(struct habit_text text) {
  size_t i = text.length > 1 && text.text[0] == '-' ? 1 : 0;
  bool hexadecimal = text.length > i + 2 && text.text[i] == '0' && text.text[i + 1] == 'x';
  for (i += hexadecimal ? 2 : 0; i < text.length; i++)
    if (hexadecimal ? !isxdigit((unsigned char)text.text[i])
                    : !isdigit((unsigned char)text.text[i]))
      return false;
  return text.length > 0;
}

static const struct value *bound_to(const struct runner *runner, struct habit_text name) {
  return runner && habit_is_name(name) ? names_get(runner->scope.names, name.text, name.length)
                                       : NULL;
}

static bool is_socket(const struct value *value) {
  return value && value->kind == VALUE_OBJECT && socket_from_object(value->object);
}

static enum reading read_socket(const struct runner *runner, struct habit_text text,
                                struct bytes *to) {
  (void)runner;
  if (text.length > 0 && *text.text == '&')
    text.text++, text.length--;
  if (!habit_is_name(text) && !is_number(text) && !habit_is(text, "."))
    return IS_NONE;
  append(to, text);
  return READS;
}

static enum reading read_name(const struct runner *runner, struct habit_text text,
                              struct bytes *to) {
  (void)runner;
  if (text.length > 0 && *text.text == '&')
    text.text++, text.length--;
  append(to, text);
  return habit_is_name(text) ? READS : IS_NONE;
}

static enum reading read_bound(const struct runner *runner, struct habit_text text,
                               struct bytes *to) {
  append(to, text);
  return is_socket(bound_to(runner, text)) ? READS : IS_NONE;
}

static enum reading read_value(const struct runner *runner, struct habit_text text,
                               struct bytes *to) {
  const struct value *value = bound_to(runner, text);
  bytes_append_format(to, "$%.*s", (int)text.length, text.text);
  return value && !is_socket(value) ? READS : IS_NONE;
}

static enum reading read_host(const struct runner *runner, struct habit_text text,
                              struct bytes *to) {
  bool colon = memchr(text.text, ':', text.length) != NULL;
  if (text.length == 0 || text.text[0] == '-' || is_socket(bound_to(runner, text)))
    return IS_NONE;
  for (size_t i = 0; i < text.length; i++)
    if (!isalnum((unsigned char)text.text[i]) && !strchr(".-_:%$", text.text[i]))
      return IS_NONE;
  if (habit_is(text, "INADDR_ANY") || habit_is(text, "0.0.0.0"))
    text = (struct habit_text){"*", 1};
  else if (habit_is(text, "INADDR_LOOPBACK"))
    text = (struct habit_text){"127.0.0.1", 9};
  bytes_append_format(to, colon ? "[%.*s]" : "%.*s", (int)text.length, text.text);
  return READS;
}

static enum reading read_port(const struct runner *runner, struct habit_text text,
                              struct bytes *to) {
  (void)runner;
  long long number;
  append(to, text);
  bool digits = text.length > 0 && isdigit((unsigned char)text.text[0]) &&
                number_parse(text.text, text.length, &number) == 0;
  return digits && number <= 65535 ? READS : IS_NONE;
}

/* A port by its number, or by the name of its service. */
static enum reading read_service(const struct runner *runner, struct habit_text text,
                                 struct bytes *to) {
  if (is_number(text))
    return read_port(runner, text, to);
  append(to, text);
  for (size_t i = 0; i < text.length; i++)
    if (!islower((unsigned char)text.text[i]) && text.text[i] != '-' && text.text[i] != '$')
      return IS_NONE;
  return text.length > 1 && text.text[0] != '-' && !bound_to(runner, text) ? READS : IS_NONE;
}

/* Several words without quotes and signs. */
static enum reading read_plain(const struct runner *runner, struct habit_text text,
                               struct bytes *to) {
  (void)runner;
  append(to, text);
  for (size_t i = 0; i < text.length; i++)
    if (strchr("\"'$\\|{}", text.text[i]))
      return IS_NONE;
  return text.length > 0 ? READS : IS_NONE;
}

/* host:port in one word. */
static enum reading read_host_port(const struct runner *runner, struct habit_text text,
                                   struct bytes *to) {
  struct habit_text port;
  struct habit_text host = habit_split(text, ':', &port);
  append(to, text);
  struct bytes ignored = {0};
  bool both = port.length > 0 && !memchr(port.text, ':', port.length) &&
              read_host(runner, host, &ignored) == READS &&
              read_service(runner, port, &ignored) == READS;
  bytes_free(&ignored);
  return both ? READS : IS_NONE;
}

static enum reading read_number(const struct runner *runner, struct habit_text text,
                                struct bytes *to) {
  (void)runner;
  append(to, text);
  return is_number(text) ? READS : IS_NONE;
}

static enum reading read_word(const struct runner *runner, struct habit_text text,
                              struct bytes *to) {
  (void)runner;
  append(to, text);
  return text.length > 0 ? READS : IS_NONE;
}

/* A string of C or Python, as one of this shell. */
static enum reading read_string(struct habit_text text, struct bytes *to) {
  char quote = *text.text;
  bytes_append_char(to, '"');
  size_t i = 1;
  for (; i < text.length && text.text[i] != quote; i++) {
    char c = text.text[i];
    if (c == '\\' && i + 1 < text.length) {
      char next = text.text[++i];
      if (next == '\'')
        bytes_append_char(to, '\'');
      else if (!strchr("nrt0\"\\x", next))
        return HAS_NO_FORM;
      else
        bytes_append_format(to, "\\%c", next);
    } else {
      bytes_append_text(to, c == '$' ? "\\$" : c == '"' ? "\\\"" : "");
      if (c != '$' && c != '"')
        bytes_append_char(to, c);
    }
  }
  bytes_append_char(to, '"');
  return i + 1 == text.length ? READS : HAS_NO_FORM;
}

/* Python's b"...", and "...".encode(). */
static struct habit_text without_encoding(struct habit_text text) {
  const char *encode = memmem(text.text, text.length, ".encode(", 8);
  if (encode && text.text[text.length - 1] == ')')
    text.length = (size_t)(encode - text.text);
  if (text.length > 2 && strchr("bur", *text.text) && strchr("\"'", text.text[1]))
    text.text++, text.length--;
  return text;
}

static enum reading read_data(const struct runner *runner, struct habit_text text,
                              struct bytes *to) {
  (void)runner;
  text = without_encoding(text);
  if (text.length > 1 && (*text.text == '"' || *text.text == '\''))
    return read_string(text, to);
  if (!habit_is_name(text))
    return HAS_NO_FORM;
  bytes_append_format(to, "$%.*s", (int)text.length, text.text);
  return READS;
}

static enum reading read_size(const struct runner *runner, struct habit_text text,
                              struct bytes *to) {
  (void)runner;
  if (is_number(text))
    append(to, text);
  else if (habit_is_name(text) && !habit_is(text, "sizeof"))
    bytes_append_format(to, "$%.*s", (int)text.length, text.text);
  else
    return HAS_NO_FORM;
  return READS;
}

/* MSG_PEEK | MSG_DONTWAIT, socket.MSG_PEEK, 0. */
static enum reading read_constants(struct habit_text text, bool several, struct bytes *to) {
  for (bool first = true; text.length > 0; first = false) {
    struct habit_text part = habit_trim(habit_split(text, '|', &text));
    if (part.length > 7 && memcmp(part.text, "socket.", 7) == 0)
      part = (struct habit_text){part.text + 7, part.length - 7};
    if (!habit_is_name(part) && !is_number(part))
      return HAS_NO_FORM;
    if (several && first && text.length == 0 && habit_is(part, "0"))
      return READS;
    bytes_append_text(to, first ? "" : "|");
    append(to, part);
  }
  return READS;
}

static enum reading read_flags(const struct runner *runner, struct habit_text text,
                               struct bytes *to) {
  (void)runner;
  return read_constants(text, true, to);
}

static enum reading read_constant(const struct runner *runner, struct habit_text text,
                                  struct bytes *to) {
  (void)runner;
  return read_constants(text, false, to);
}

static enum reading read_seconds(const struct runner *runner, struct habit_text text,
                                 struct bytes *to) {
  (void)runner;
  char copy[32];
  char *end;
  if (habit_is(text, "None")) {
    bytes_append_text(to, "off");
    return READS;
  }
  if (text.length >= sizeof copy)
    return IS_NONE;
  memcpy(copy, text.text, text.length);
  copy[text.length] = '\0';
  double seconds = strtod(copy, &end);
  if (*end || text.length == 0 || !(seconds > 0) || seconds > 1e6)
    return IS_NONE;
  if (seconds * 1000 < 1000 * (double)(long)seconds + 0.5)
    bytes_append_format(to, "%lds", (long)seconds);
  else
    bytes_append_format(to, "%ldms", (long)(seconds * 1000 + 0.5));
  return READS;
}

static enum reading read_bool(const struct runner *runner, struct habit_text text,
                              struct bytes *to) {
  (void)runner;
  bool on = habit_is(text, "1") || habit_is(text, "True") || habit_is(text, "true");
  bool off = habit_is(text, "0") || habit_is(text, "False") || habit_is(text, "false");
  bytes_append_text(to, on ? "on" : "off");
  return on || off ? READS : IS_NONE;
}

static enum reading read_any(const struct runner *runner, struct habit_text text,
                             struct bytes *to) {
  (void)runner, (void)text, (void)to;
  return READS;
}

/* A host or a port in the tuple of Python: a string, a number, or a name that is bound. */
static bool append_half(struct habit_text text, bool host, struct bytes *to) {
  text = habit_trim(text);
  if (text.length > 1 && (*text.text == '"' || *text.text == '\'') &&
      text.text[text.length - 1] == *text.text) {
    text = (struct habit_text){text.text + 1, text.length - 2};
    if (text.length == 0 && host)
      bytes_append_char(to, '*');
    return text.length == 0 ? host : read_host(NULL, text, to) == READS;
  }
  if (is_number(text) && !host) {
    append(to, text);
    return true;
  }
  if (!habit_is_name(text))
    return false;
  bytes_append_format(to, "$%.*s", (int)text.length, text.text);
  return true;
}

/* ("127.0.0.1", 8080), "/a/path", or a name. */
static enum reading read_address(const struct runner *runner, struct habit_text text,
                                 struct bytes *to) {
  (void)runner;
  struct habit_text port;
  if (text.length > 2 && *text.text == '(' && text.text[text.length - 1] == ')') {
    struct habit_text inside = {text.text + 1, text.length - 2};
    struct habit_text host = habit_split(inside, ',', &port);
    struct habit_text more;
    port = habit_split(port, ',', &more);
    if (!append_half(host, true, to))
      return HAS_NO_FORM;
    bytes_append_char(to, ':');
    return append_half(port, false, to) ? READS : HAS_NO_FORM;
  }
  if (text.length > 2 && (*text.text == '"' || *text.text == '\'')) {
    struct bytes path = {0};
    bool whole = read_string(text, &path) == READS && !memchr(path.data, '\\', path.length);
    bytes_append_text(to, "unix:");
    if (whole)
      bytes_append(to, path.data + 1, path.length - 2);
    bytes_free(&path);
    return whole && !memchr(text.text, ' ', text.length) ? READS : HAS_NO_FORM;
  }
  if (!habit_is_name(text))
    return HAS_NO_FORM;
  bytes_append_format(to, "$%.*s", (int)text.length, text.text);
  return READS;
}

static enum reading read_literal(const struct runner *runner, struct habit_text text,
                                 struct bytes *to) {
  (void)runner;
  text = without_encoding(text);
  bool quoted = text.length > 1 && (*text.text == '"' || *text.text == '\'');
  return quoted ? read_string(text, to) : IS_NONE;
}

static enum reading read_tuple(const struct runner *runner, struct habit_text text,
                               struct bytes *to) {
  return text.length > 2 && *text.text == '(' ? read_address(runner, text, to) : IS_NONE;
}

/* PORT=8080: of a name, and what can be no command. */
static enum reading read_assignment(const struct runner *runner, struct habit_text text,
                                    struct bytes *to) {
  (void)runner;
  struct habit_text value;
  struct habit_text name = habit_split(text, '=', &value);
  if (!habit_is_name(name) || value.length == 0 || habit_is_name(value))
    return IS_NONE;
  bytes_append_format(to, "%.*s ", (int)name.length, name.text);
  append(to, value);
  return READS;
}

/* ./server, /usr/bin/python3 */
static enum reading read_program(const struct runner *runner, struct habit_text text,
                                 struct bytes *to) {
  (void)runner;
  append(to, text);
  return text.length > 2 && (*text.text == '/' || memcmp(text.text, "./", 2) == 0) ? READS
                                                                                   : IS_NONE;
}

/* !ls */
static enum reading read_bang(const struct runner *runner, struct habit_text text,
                              struct bytes *to) {
  (void)runner;
  if (text.length < 2 || text.text[0] != '!' || !isalpha((unsigned char)text.text[1]))
    return IS_NONE;
  bytes_append(to, text.text + 1, text.length - 1);
  return READS;
}

/* The words in capitals. */
static const struct variable {
  const char *name;
  enum reading (*read)(const struct runner *runner, struct habit_text text, struct bytes *to);
  bool to_the_end; /* it stands for all words from there on */
} variables[] = {
    {"SOCKET", read_socket, false},
    {"NAME", read_name, false},
    {"BOUND", read_bound, false},
    {"VALUE", read_value, false},
    {"HOST", read_host, false},
    {"PORT", read_port, false},
    {"NUMBER", read_number, false},
    {"WORD", read_word, false},
    {"REST", read_word, true},
    {"ADDRESS", read_address, false},
    {"DATA", read_data, false},
    {"SIZE", read_size, false},
    {"FLAGS", read_flags, false},
    {"CONST", read_constant, false},
    {"SECONDS", read_seconds, false},
    {"BOOL", read_bool, false},
    {"ANY", read_any, false},
    {"STRING", read_literal, false},
    {"TUPLE", read_tuple, true},
    {"ASSIGN", read_assignment, false},
    {"PROGRAM", read_program, false},
    {"BANG", read_bang, false},
    {"HOSTPORT", read_host_port, false},
    {"SERVICE", read_service, false},
    {"PLAIN", read_plain, true},
};

static const struct variable *find_variable(struct habit_text word) {
  while (word.length > 0 && isdigit((unsigned char)word.text[word.length - 1]))
    word.length--;
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
    if (habit_is(word, variables[i].name))
      return &variables[i];
  return NULL;
}

bool habit_is_variable(struct habit_text word) {
  return find_variable(word) != NULL;
}

bool habit_takes_rest(struct habit_text word) {
  const struct variable *variable = find_variable(word);
  return variable && variable->to_the_end;
}

bool habit_catch(struct habit_caught *caught, struct habit_text name, struct habit_text typed,
                 bool lenient) {
  const struct variable *variable = find_variable(name);
  if (!variable)
    return habit_is(typed, "") ||
           (typed.length == name.length && memcmp(typed.text, name.text, name.length) == 0);
  if (caught->count == HABIT_PARTS)
    return false;
  struct bytes *text = &caught->items[caught->count].text;
  *text = (struct bytes){0};
  enum reading reading =
      typed.length == 0 && lenient ? READS : variable->read(caught->runner, typed, text);
  bool failed = reading != READS;
  if (reading == IS_NONE || (failed && !lenient)) {
    bytes_free(text);
    return false;
  }
  caught->items[caught->count].name = name;
  caught->items[caught->count].failed = failed;
  caught->failed = caught->failed || failed;
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
      append(line, caught->line);
    } else if (text && !failed) {
      bytes_append(line, text->data, text->length);
      bool empty = text->length == 0 && line->length > 0 && line->data[line->length - 1] == ' ';
      line->length -= empty;
    } else if (length > 0) {
      append(line, word);
    } else {
      bytes_append_char(line, template.text[i]);
      length = 1;
    }
    i += length;
  }
}
