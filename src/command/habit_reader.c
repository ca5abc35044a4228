/* habit_reader: the readers of words, and what both kinds share. */
#include "command/habit_reader.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <string.h>

#include "language/number.h"
#include "names/constant.h"
#include "option/option.h"
#include "session/blocked.h"
#include "session/runner.h"
#include "socket/socket.h"

void habit_reader_append(struct bytes *to, struct habit_text text) {
  bytes_append(to, text.text, text.length);
}

bool habit_reader_is_number(struct habit_text text) {
  size_t i = text.length > 1 && text.text[0] == '-' ? 1 : 0;
  bool hexadecimal = text.length > i + 2 && text.text[i] == '0' && text.text[i + 1] == 'x';
  for (i += hexadecimal ? 2 : 0; i < text.length; i++)
    if (hexadecimal ? !isxdigit((unsigned char)text.text[i])
                    : !isdigit((unsigned char)text.text[i]))
      return false;
  return text.length > 0;
}

const struct value *habit_reader_bound(const struct runner *runner, struct habit_text name) {
  return runner && habit_is_name(name) ? names_get(runner->scope.names, name.text, name.length)
                                       : NULL;
}

static bool is_socket(const struct value *value) {
  return value && value->kind == VALUE_OBJECT && socket_from_object(value->object);
}

static enum habit_reading read_socket(const struct runner *runner, struct habit_text text,
                                      struct bytes *to) {
  (void)runner;
  if (text.length > 0 && *text.text == '&')
    text.text++, text.length--;
  if (!habit_is_name(text) && !habit_reader_is_number(text) && !habit_is(text, "."))
    return HABIT_IS_NONE;
  habit_reader_append(to, text);
  return HABIT_READS;
}

static enum habit_reading read_name(const struct runner *runner, struct habit_text text,
                                    struct bytes *to) {
  (void)runner;
  if (text.length > 0 && *text.text == '&')
    text.text++, text.length--;
  habit_reader_append(to, text);
  return habit_is_name(text) ? HABIT_READS : HABIT_IS_NONE;
}

static enum habit_reading read_bound(const struct runner *runner, struct habit_text text,
                                     struct bytes *to) {
  habit_reader_append(to, text);
  return is_socket(habit_reader_bound(runner, text)) ? HABIT_READS : HABIT_IS_NONE;
}

static enum habit_reading read_value(const struct runner *runner, struct habit_text text,
                                     struct bytes *to) {
  const struct value *value = habit_reader_bound(runner, text);
  bytes_append_format(to, "$%.*s", (int)text.length, text.text);
  return value && !is_socket(value) ? HABIT_READS : HABIT_IS_NONE;
}

enum habit_reading habit_reader_host(const struct runner *runner, struct habit_text text,
                                     struct bytes *to) {
  bool colon = memchr(text.text, ':', text.length) != NULL;
  if (text.length == 0 || text.text[0] == '-' || is_socket(habit_reader_bound(runner, text)))
    return HABIT_IS_NONE;
  for (size_t i = 0; i < text.length; i++)
    if (!isalnum((unsigned char)text.text[i]) && !strchr(".-_:%$", text.text[i]))
      return HABIT_IS_NONE;
  if (habit_is(text, "INADDR_ANY") || habit_is(text, "0.0.0.0"))
    text = (struct habit_text){"*", 1};
  else if (habit_is(text, "INADDR_LOOPBACK"))
    text = (struct habit_text){"127.0.0.1", 9};
  bytes_append_format(to, colon ? "[%.*s]" : "%.*s", (int)text.length, text.text);
  return HABIT_READS;
}

static enum habit_reading read_port(const struct runner *runner, struct habit_text text,
                                    struct bytes *to) {
  (void)runner;
  long long number;
  habit_reader_append(to, text);
  bool digits = text.length > 0 && isdigit((unsigned char)text.text[0]) &&
                number_parse(text.text, text.length, &number) == 0;
  return digits && number <= 65535 ? HABIT_READS : HABIT_IS_NONE;
}

/* A port by its number, or by the name of its service. */
static enum habit_reading read_service(const struct runner *runner, struct habit_text text,
                                       struct bytes *to) {
  if (habit_reader_is_number(text))
    return read_port(runner, text, to);
  habit_reader_append(to, text);
  for (size_t i = 0; i < text.length; i++)
    if (!islower((unsigned char)text.text[i]) && text.text[i] != '-' && text.text[i] != '$')
      return HABIT_IS_NONE;
  return text.length > 1 && text.text[0] != '-' && !habit_reader_bound(runner, text)
             ? HABIT_READS
             : HABIT_IS_NONE;
}

/* Several words without quotes and signs. */
static enum habit_reading read_plain(const struct runner *runner, struct habit_text text,
                                     struct bytes *to) {
  (void)runner;
  habit_reader_append(to, text);
  for (size_t i = 0; i < text.length; i++)
    if (strchr("\"'$\\|{}", text.text[i]))
      return HABIT_IS_NONE;
  return text.length > 0 ? HABIT_READS : HABIT_IS_NONE;
}

/* host:port in one word. */
static enum habit_reading read_host_port(const struct runner *runner, struct habit_text text,
                                         struct bytes *to) {
  struct habit_text port;
  struct habit_text host = habit_split(text, ':', &port);
  habit_reader_append(to, text);
  struct bytes ignored = {0};
  bool both = port.length > 0 && !memchr(port.text, ':', port.length) &&
              habit_reader_host(runner, host, &ignored) == HABIT_READS &&
              read_service(runner, port, &ignored) == HABIT_READS;
  bytes_free(&ignored);
  return both ? HABIT_READS : HABIT_IS_NONE;
}

static enum habit_reading read_number(const struct runner *runner, struct habit_text text,
                                      struct bytes *to) {
  (void)runner;
  habit_reader_append(to, text);
  return habit_reader_is_number(text) ? HABIT_READS : HABIT_IS_NONE;
}

static enum habit_reading read_word(const struct runner *runner, struct habit_text text,
                                    struct bytes *to) {
  (void)runner;
  habit_reader_append(to, text);
  return text.length > 0 ? HABIT_READS : HABIT_IS_NONE;
}

/* socket.AF_INET, ECONNREFUSED: a name that C has for a number. */
static enum habit_reading read_symbol(const struct runner *runner, struct habit_text text,
                                      struct bytes *to) {
  (void)runner;
  if (text.length > 7 && memcmp(text.text, "socket.", 7) == 0)
    text = (struct habit_text){text.text + 7, text.length - 7};
  habit_reader_append(to, text);
  for (size_t i = 0; i < text.length; i++)
    if (!isupper((unsigned char)text.text[i]) && !strchr("_0123456789", text.text[i]))
      return HABIT_IS_NONE;
  for (const struct constant_set *const *set = constant_sets; text.length > 2 && *set; set++)
    if (constant_find(*set, text.text, text.length, NULL))
      return HABIT_READS;
  for (const struct option *option = option_table; text.length > 2 && option->name; option++)
    if (habit_is(text, option->name))
      return HABIT_READS;
  return HABIT_IS_NONE;
}

/* PORT=8080: of a name, and what can be no command. */
static enum habit_reading read_assignment(const struct runner *runner, struct habit_text text,
                                          struct bytes *to) {
  (void)runner;
  struct habit_text value;
  struct habit_text name = habit_split(text, '=', &value);
  if (!habit_is_name(name) || value.length == 0 || habit_is_name(value))
    return HABIT_IS_NONE;
  bytes_append_format(to, "%.*s ", (int)name.length, name.text);
  habit_reader_append(to, value);
  return HABIT_READS;
}

/* ./server, /usr/bin/python3 */
static enum habit_reading read_program(const struct runner *runner, struct habit_text text,
                                       struct bytes *to) {
  (void)runner;
  habit_reader_append(to, text);
  return text.length > 2 && (*text.text == '/' || memcmp(text.text, "./", 2) == 0) ? HABIT_READS
                                                                                   : HABIT_IS_NONE;
}

/* !ls */
static enum habit_reading read_bang(const struct runner *runner, struct habit_text text,
                                    struct bytes *to) {
  (void)runner;
  if (text.length < 2 || text.text[0] != '!' || !isalpha((unsigned char)text.text[1]))
    return HABIT_IS_NONE;
  bytes_append(to, text.text + 1, text.length - 1);
  return HABIT_READS;
}

/* A multicast group of IPv4. */
static enum habit_reading read_group(const struct runner *runner, struct habit_text text,
                                     struct bytes *to) {
  (void)runner;
  char copy[INET_ADDRSTRLEN];
  struct in_addr address;
  habit_reader_append(to, text);
  if (text.length >= sizeof copy)
    return HABIT_IS_NONE;
  memcpy(copy, text.text, text.length);
  copy[text.length] = '\0';
  bool right = inet_pton(AF_INET, copy, &address) == 1 && IN_MULTICAST(ntohl(address.s_addr));
  return right ? HABIT_READS : HABIT_IS_NONE;
}

/* GROUP,ADDRESS and {GROUP, ADDRESS}, as a structure of C has them, and a group with a port. */
static enum habit_reading read_membership(const struct runner *runner, struct habit_text text,
                                          struct bytes *to) {
  bool other = false; /* not as this shell writes it */
  size_t groups = 0;
  while (text.length > 0) {
    struct habit_text part = text;
    size_t length = 0;
    while (length < text.length && !strchr("{}, \t", text.text[length]))
      length++;
    part.length = length;
    text = (struct habit_text){text.text + length, text.length - length};
    if (text.length > 0) {
      other = other || !strchr(" \t", *text.text);
      text.text++, text.length--;
    }
    const char *colon = memchr(part.text, ':', part.length);
    if (groups == 0 && colon) { /* the port is that of bind */
      part.length = (size_t)(colon - part.text);
      other = true;
    }
    if (part.length == 0)
      continue;
    bytes_append_text(to, groups > 0 ? " " : "");
    if (groups++ == 0 && read_group(runner, part, to) != HABIT_READS)
      return HABIT_IS_NONE;
    if (groups > 1)
      habit_reader_append(to, part);
  }
  return other && groups > 0 ? HABIT_READS : HABIT_IS_NONE;
}

/* why c, what happened to c: a question about the past. */
static bool asks_why(const struct habit_text *words, size_t count) {
  bool happened = count > 1 && habit_is(words[0], "what") &&
                  (habit_is(words[1], "happened") || habit_is(words[1], "went") ||
                   habit_is(words[1], "failed"));
  return happened || (count > 0 && (words[0].length == 3 || words[0].length == 4) &&
                      strncasecmp(words[0].text, "why?", words[0].length) == 0);
}

/* why, why c, why did it fail: what tells of the last failure, of what is blocked, or of that
 * socket; else the last lines of what has happened. */
static enum habit_reading read_why(const struct runner *runner, struct habit_text text,
                                   struct bytes *to) {
  struct habit_text words[HABIT_PARTS];
  size_t count = habit_words(text, words);
  const struct runner_last_call *last = runner ? &runner->last_call : NULL;
  int failure = last ? last->failure : 0;
  if (!asks_why(words, count))
    return HABIT_IS_NONE;
  for (size_t i = 1; i < count; i++) {
    const struct value *value = habit_reader_bound(runner, words[i]);
    if (!is_socket(value) || (failure && socket_from_object(value->object)->id == last->failed))
      continue;
    bool blocked = blocked_any(runner->session, socket_from_object(value->object));
    bytes_append_format(to, blocked ? "states blocked %.*s" : "log %.*s -n 12",
                        (int)words[i].length, words[i].text);
    return HABIT_READS;
  }
  if (runner && (!failure || !last->error) && blocked_any(runner->session, NULL))
    bytes_append_text(to, "states blocked");
  else
    bytes_append_format(to, failure ? "explain %s" : "log -n 12", error_number_name(failure));
  return HABIT_READS;
}

const struct habit_reader habit_readers_of_words[] = {
    {"SOCKET", read_socket, false, NULL},
    {"NAME", read_name, false, NULL},
    {"BOUND", read_bound, false, NULL},
    {"VALUE", read_value, false, NULL},
    {"HOST", habit_reader_host, false, NULL},
    {"PORT", read_port, false, NULL},
    {"NUMBER", read_number, false, NULL},
    {"WORD", read_word, false, NULL},
    {"REST", read_word, true, NULL},
    {"ASSIGN", read_assignment, false, NULL},
    {"PROGRAM", read_program, false, NULL},
    {"BANG", read_bang, false, NULL},
    {"SYMBOL", read_symbol, false, NULL},
    {"HOSTPORT", read_host_port, false, NULL},
    {"SERVICE", read_service, false, NULL},
    {"PLAIN", read_plain, true, NULL},
    {"GROUP", read_group, false, NULL},
    {"MEMBERSHIP", read_membership, true, NULL},
    {"WHY", read_why, true, NULL},
    {NULL, NULL, false, NULL},
};
