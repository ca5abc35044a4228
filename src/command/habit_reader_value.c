/* habit_reader_value: the readers of values as C and Python write them. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"
#include "command/habit_reader.h"
#include "language/number.h"
#include "names/constant.h"

static bool is_quoted(struct habit_text text) {
  return text.length > 1 && (*text.text == '"' || *text.text == '\'');
}

/* The {name} of an f-string, or {name.decode()}, as ${name}. Its length; 0: it has no form here. */
static size_t append_field(struct habit_text text, struct bytes *to) {
  const char *end = memchr(text.text, '}', text.length);
  size_t length = end ? (size_t)(end - text.text) : 0;
  struct habit_text name = {text.text + 1, length ? length - 1 : 0};
  const char *decode = memmem(name.text, name.length, ".decode(", 8);
  if (decode)
    name.length = (size_t)(decode - name.text);
  if (!habit_is_name(name))
    return 0;
  bytes_append_format(to, "${%.*s}", (int)name.length, name.text);
  return length + 1;
}

/* A string of C or Python, as one of this shell. */
static enum habit_reading read_string(struct habit_text text, bool fields, struct bytes *to) {
  char quote = *text.text;
  bytes_append_char(to, '"');
  size_t i = 1;
  for (; i < text.length && text.text[i] != quote; i++) {
    char c = text.text[i];
    if (fields && c == '{') {
      size_t length = append_field((struct habit_text){text.text + i, text.length - i}, to);
      if (length == 0)
        return HABIT_HAS_NO_FORM;
      i += length - 1;
    } else if (c == '\\' && i + 1 < text.length) {
      char next = text.text[++i];
      if (next == '\'')
        bytes_append_char(to, '\'');
      else if (!strchr("nrt0\"\\x", next))
        return HABIT_HAS_NO_FORM;
      else
        bytes_append_format(to, "\\%c", next);
    } else {
      bytes_append_text(to, c == '$' ? "\\$" : c == '"' ? "\\\"" : "");
      if (c != '$' && c != '"')
        bytes_append_char(to, c);
    }
  }
  bytes_append_char(to, '"');
  return i + 1 == text.length ? HABIT_READS : HABIT_HAS_NO_FORM;
}

/* Without what Python needs around text: b"...", "...".encode(), repr(...). `fields`: it was an
 * f-string. */
static struct habit_text without_encoding(struct habit_text text, bool *fields) {
  static const char *const around[] = {"repr(", "str(", "bytes("};
  for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
    size_t length = strlen(around[i]);
    if (text.length > length + 1 && memcmp(text.text, around[i], length) == 0 &&
        text.text[text.length - 1] == ')')
      text = (struct habit_text){text.text + length, text.length - length - 1};
  }
  const char *encode = memmem(text.text, text.length, "code(", 5);
  if (encode && encode - text.text > 3 && text.text[text.length - 1] == ')' &&
      (memcmp(encode - 3, ".en", 3) == 0 || memcmp(encode - 3, ".de", 3) == 0))
    text.length = (size_t)(encode - 3 - text.text);
  *fields = text.length > 2 && *text.text == 'f';
  if (text.length > 2 && strchr("burf", *text.text) && strchr("\"'", text.text[1]))
    text.text++, text.length--;
  return text;
}

static enum habit_reading read_data(const struct runner *runner, struct habit_text text,
                                    struct bytes *to) {
  bool fields;
  (void)runner;
  if (habit_reader_many(text, to) == HABIT_READS)
    return HABIT_READS;
  text = without_encoding(text, &fields);
  if (is_quoted(text))
    return read_string(text, fields, to);
  if (!habit_is_name(text))
    return HABIT_HAS_NO_FORM;
  bytes_append_format(to, "$%.*s", (int)text.length, text.text);
  return HABIT_READS;
}

static enum habit_reading read_size(const struct runner *runner, struct habit_text text,
                                    struct bytes *to) {
  long value;
  struct error ignored;
  struct habit_text word = text;
  if (word.length > 7 && memcmp(word.text, "socket.", 7) == 0)
    word = (struct habit_text){word.text + 7, word.length - 7};
  bool named = !habit_reader_bound(runner, text) &&
               constant_parse(&constant_limits, word.text, word.length, &value, &ignored) == 0;
  if (habit_reader_is_number(text) || named)
    habit_reader_append(to, word);
  else if (habit_is_name(text) && !habit_is(text, "sizeof"))
    bytes_append_format(to, "$%.*s", (int)text.length, text.text);
  else
    return HABIT_HAS_NO_FORM;
  return HABIT_READS;
}

/* MSG_PEEK | MSG_DONTWAIT, socket.MSG_PEEK, 0. */
static enum habit_reading read_constants(struct habit_text text, bool several, struct bytes *to) {
  for (bool first = true; text.length > 0; first = false) {
    struct habit_text part = habit_trim(habit_split(text, '|', &text));
    if (part.length > 7 && memcmp(part.text, "socket.", 7) == 0)
      part = (struct habit_text){part.text + 7, part.length - 7};
    if (!habit_is_name(part) && !habit_reader_is_number(part))
      return HABIT_HAS_NO_FORM;
    if (several && first && text.length == 0 && habit_is(part, "0"))
      return HABIT_READS;
    bytes_append_text(to, first ? "" : "|");
    habit_reader_append(to, part);
  }
  return HABIT_READS;
}

static enum habit_reading read_flags(const struct runner *runner, struct habit_text text,
                                     struct bytes *to) {
  (void)runner;
  return read_constants(text, true, to);
}

static enum habit_reading read_constant(const struct runner *runner, struct habit_text text,
                                        struct bytes *to) {
  (void)runner;
  return read_constants(text, false, to);
}

static enum habit_reading read_seconds(const struct runner *runner, struct habit_text text,
                                       struct bytes *to) {
  (void)runner;
  char copy[32];
  char *end;
  if (habit_is(text, "None")) {
    bytes_append_text(to, "off");
    return HABIT_READS;
  }
  if (text.length >= sizeof copy)
    return HABIT_IS_NONE;
  memcpy(copy, text.text, text.length);
  copy[text.length] = '\0';
  double seconds = strtod(copy, &end);
  if (*end || text.length == 0 || !(seconds > 0) || seconds > 1e6)
    return HABIT_IS_NONE;
  if (seconds * 1000 < 1000 * (double)(long)seconds + 0.5)
    bytes_append_format(to, "%lds", (long)seconds);
  else
    bytes_append_format(to, "%ldms", (long)(seconds * 1000 + 0.5));
  return HABIT_READS;
}

static enum habit_reading read_bool(const struct runner *runner, struct habit_text text,
                                    struct bytes *to) {
  (void)runner;
  bool on = habit_is(text, "1") || habit_is(text, "True") || habit_is(text, "true");
  bool off = habit_is(text, "0") || habit_is(text, "False") || habit_is(text, "false");
  bytes_append_text(to, on ? "on" : "off");
  return on || off ? HABIT_READS : HABIT_IS_NONE;
}

static enum habit_reading read_any(const struct runner *runner, struct habit_text text,
                                   struct bytes *to) {
  (void)runner, (void)text, (void)to;
  return HABIT_READS;
}

/* A host or a port in the tuple of Python: a string, a number, or a name that is bound. */
static bool append_half(struct habit_text text, bool host, struct bytes *to) {
  text = habit_trim(text);
  if (text.length > 1 && (*text.text == '"' || *text.text == '\'') &&
      text.text[text.length - 1] == *text.text) {
    text = (struct habit_text){text.text + 1, text.length - 2};
    if (text.length == 0 && host)
      bytes_append_char(to, '*');
    return text.length == 0 ? host : habit_reader_host(NULL, text, to) == HABIT_READS;
  }
  if (habit_reader_is_number(text) && !host) {
    habit_reader_append(to, text);
    return true;
  }
  if (!habit_is_name(text))
    return false;
  bytes_append_format(to, "$%.*s", (int)text.length, text.text);
  return true;
}

/* Whether the text in quotes is host:port, and no path. */
static bool is_host_port(struct habit_text text) {
  struct habit_text port;
  struct habit_text host = habit_split(text, ':', &port);
  struct bytes ignored = {0};
  bool path = memchr(text.text, '/', text.length) != NULL;
  bool is = !path && port.length > 0 && port.length < 6 && habit_reader_is_number(port) &&
            (host.length == 0 || habit_reader_host(NULL, host, &ignored) == HABIT_READS);
  bytes_free(&ignored);
  return is;
}

/* ("127.0.0.1", 8080), "/a/path", or a name. */
static enum habit_reading read_address(const struct runner *runner, struct habit_text text,
                                       struct bytes *to) {
  struct habit_text port;
  const struct value *bound = habit_reader_bound(runner, text);
  bool quoted = is_quoted(text) && text.text[text.length - 1] == *text.text;
  struct habit_text inner = quoted ? (struct habit_text){text.text + 1, text.length - 2} : text;
  if ((bound && bound->kind == VALUE_OBJECT) || is_host_port(inner)) {
    bytes_append_text(to, *inner.text == ':' ? "*" : "");
    habit_reader_append(to, inner);
    return HABIT_READS;
  }
  if (text.length > 2 && *text.text == '(' && text.text[text.length - 1] == ')') {
    struct habit_text inside = {text.text + 1, text.length - 2};
    struct habit_text host = habit_split(inside, ',', &port);
    struct habit_text more;
    port = habit_split(port, ',', &more);
    if (!append_half(host, true, to))
      return HABIT_HAS_NO_FORM;
    bytes_append_char(to, ':');
    return append_half(port, false, to) ? HABIT_READS : HABIT_HAS_NO_FORM;
  }
  if (text.length > 2 && (*text.text == '"' || *text.text == '\'')) {
    struct bytes path = {0};
    bool whole =
        read_string(text, false, &path) == HABIT_READS && !memchr(path.data, '\\', path.length);
    bytes_append_text(to, "unix:");
    if (whole)
      bytes_append(to, path.data + 1, path.length - 2);
    bytes_free(&path);
    return whole && !memchr(text.text, ' ', text.length) ? HABIT_READS : HABIT_HAS_NO_FORM;
  }
  if (!habit_is_name(text))
    return HABIT_HAS_NO_FORM;
  bytes_append_format(to, "$%.*s", (int)text.length, text.text);
  return HABIT_READS;
}

static enum habit_reading read_literal(const struct runner *runner, struct habit_text text,
                                       struct bytes *to) {
  bool fields;
  (void)runner;
  text = without_encoding(text, &fields);
  return is_quoted(text) && read_string(text, fields, to) == HABIT_READS ? HABIT_READS
                                                                         : HABIT_IS_NONE;
}

/* HOST, PORT = "127.0.0.1", 8080 */
static enum habit_reading read_pair(const struct runner *runner, struct habit_text text,
                                    struct bytes *to) {
  struct habit_text values;
  struct habit_text names = habit_split(text, '=', &values);
  while (names.length > 0 && values.length > 0) {
    struct habit_text name = habit_trim(habit_split(names, ',', &names));
    struct habit_text value = habit_trim(habit_split(values, ',', &values));
    bytes_append_format(to, "%slet %.*s ", to->length ? "; " : "", (int)name.length, name.text);
    if (!habit_is_name(name) || (names.length > 0) != (values.length > 0))
      return HABIT_IS_NONE;
    if (habit_reader_is_number(value))
      habit_reader_append(to, value);
    else if (read_literal(runner, value, to) != HABIT_READS)
      return HABIT_IS_NONE;
  }
  return to->length > 0 && memchr(text.text, ',', text.length) ? HABIT_READS : HABIT_IS_NONE;
}

/* A field of a structure before an =: info.sin_port, .sin_family */
static enum habit_reading read_field(const struct runner *runner, struct habit_text text,
                                     struct bytes *to) {
  (void)runner;
  habit_reader_append(to, text);
  size_t dots = 0;
  size_t lines = 0;
  for (size_t i = 0; i < text.length; i++) {
    char c = text.text[i];
    if (!isalnum((unsigned char)c) && c != '_' && c != '.')
      return HABIT_IS_NONE;
    dots += c == '.';
    lines += c == '_'; /* sin_port, s_addr: all such names have one */
  }
  bool begins = text.length > 0 && !isdigit((unsigned char)*text.text);
  return begins && dots > 0 && lines > 0 ? HABIT_READS : HABIT_IS_NONE;
}

/* The name of a command with one word, as a call is one. */
static enum habit_reading read_call(const struct runner *runner, struct habit_text text,
                                    struct bytes *to) {
  (void)runner;
  habit_reader_append(to, text);
  return habit_is_name(text) && command_find(text.text, text.length) ? HABIT_READS : HABIT_IS_NONE;
}

/* A host in quotes, as the first of two arguments that were to be one address. */
static enum habit_reading read_host_text(const struct runner *runner, struct habit_text text,
                                         struct bytes *to) {
  (void)runner;
  if (habit_is(text, "INADDR_ANY") || habit_is(text, "INADDR_LOOPBACK"))
    return habit_reader_host(NULL, text, to);
  return is_quoted(text) && append_half(text, true, to) ? HABIT_READS : HABIT_IS_NONE;
}

/* [a, b]: the sockets in a list of Python, or the name of one socket. */
static enum habit_reading read_list(const struct runner *runner, struct habit_text text,
                                    struct bytes *to) {
  (void)runner;
  if (text.length < 3 || *text.text != '[' || text.text[text.length - 1] != ']')
    return HABIT_IS_NONE;
  text = (struct habit_text){text.text + 1, text.length - 2};
  while (text.length > 0) {
    struct habit_text part = habit_trim(habit_split(text, ',', &text));
    if (!habit_is_name(part))
      return HABIT_HAS_NO_FORM;
    bytes_append_text(to, to->length > 0 ? " " : "");
    habit_reader_append(to, part);
  }
  return HABIT_READS;
}

static enum habit_reading read_empty_list(const struct runner *runner, struct habit_text text,
                                          struct bytes *to) {
  (void)runner, (void)to;
  return habit_is(text, "[]") || habit_is(text, "()") ? HABIT_READS : HABIT_IS_NONE;
}

/* The structures that Python packs for an option. */
static enum habit_reading read_packed(const struct runner *runner, struct habit_text text,
                                      struct bytes *to) {
  (void)runner, (void)to;
  bool packs = memmem(text.text, text.length, "struct.pack(", 12) ||
               memmem(text.text, text.length, "inet_aton(", 10) ||
               memmem(text.text, text.length, "inet_pton(", 10);
  return packs ? HABIT_READS : HABIT_IS_NONE;
}

/* range(20), range(1, 21): how often. */
static enum habit_reading read_range(const struct runner *runner, struct habit_text text,
                                     struct bytes *to) {
  struct habit_call call;
  long long bounds[2] = {0};
  (void)runner;
  if (!habit_read_call(text, &call) || !habit_is(call.function, "range") ||
      call.argument_count < 1 || call.argument_count > 2)
    return HABIT_IS_NONE;
  for (size_t i = 0; i < call.argument_count; i++)
    if (number_parse(call.arguments[i].text, call.arguments[i].length, &bounds[i]) < 0)
      return HABIT_IS_NONE;
  long long count = call.argument_count == 1 ? bounds[0] : bounds[1] - bounds[0];
  if (count < 1)
    return HABIT_IS_NONE;
  bytes_append_format(to, "%lld", count);
  return HABIT_READS;
}

static enum habit_reading read_tuple(const struct runner *runner, struct habit_text text,
                                     struct bytes *to) {
  return text.length > 2 && *text.text == '(' ? read_address(runner, text, to) : HABIT_IS_NONE;
}

const struct habit_reader habit_readers_of_values[] = {
    {"ADDRESS", read_address, false, NULL},
    {"DATA", read_data, false, NULL},
    {"SIZE", read_size, false, NULL},
    {"FLAGS", read_flags, false, NULL},
    {"CONST", read_constant, false, NULL},
    {"SECONDS", read_seconds, false, NULL},
    {"BOOL", read_bool, false, NULL},
    {"ANY", read_any, false, NULL},
    {"STRING", read_literal, true, NULL},
    {"TUPLE", read_tuple, true, NULL},
    {"PAIR", read_pair, true, NULL},
    {"FIELD", read_field, false, NULL},
    {"HOSTTEXT", read_host_text, false, NULL},
    {"LIST", read_list, false, NULL},
    {"NOLIST", read_empty_list, false, NULL},
    {"PACKED", read_packed, true, NULL},
    {"RANGE", read_range, true, NULL},
    {"CALL", read_call, false, NULL},
    {NULL, NULL, false, NULL},
};
