#include "command/argument.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "language/escape.h"
#include "language/number.h"
#include "language/word.h"
#include "session/process.h"
#include "session/service_handle.h"
#include "session/settings.h"
#include "socket/look.h"
#include "system/descriptor.h"

bool argument_is(const struct argument_value *value, const char *text) {
  return bytes_equal(value->word.data, value->word.length, text, strlen(text));
}

struct nearest {
  const char *text;
  size_t length;
  const char *name;
  size_t distance;
};

static int note_nearest(const char *name, const struct value *value, void *context) {
  struct nearest *nearest = context;
  size_t distance = word_distance(nearest->text, nearest->length, name);
  bool socket = value->kind == VALUE_OBJECT && socket_from_object(value->object);
  if (socket && distance < nearest->distance) {
    nearest->distance = distance;
    nearest->name = name;
  }
  return 0;
}

int argument_no_such_socket(struct invocation *invocation, const struct argument_value *value) {
  struct bytes shown = {0};
  struct nearest nearest = {.text = value->word.data, .length = value->word.length, .distance = 3};
  escape_append(&shown, value->word.data, value->word.length < 60 ? value->word.length : 60,
                ESCAPE_ASCII);
  names_walk(invocation->runner->scope.names, note_nearest, &nearest);
  if (nearest.name)
    error_set(invocation->error, ERROR_FAILURE, _("no socket is called %s, did you mean %s?"),
              bytes_text(&shown), nearest.name);
  else
    error_set(invocation->error, ERROR_FAILURE,
              _("no socket is called %s; `%s = socket inet stream` makes one, `status` lists those "
                "that are open"),
              bytes_text(&shown), bytes_text(&shown));
  bytes_free(&shown);
  return -1;
}

static int socket_by_number(struct invocation *invocation, struct argument_value *value,
                            long long number) {
  struct socket *socket = NULL;
  if (number <= INT_MAX)
    socket = socket_table_find(&invocation->runner->session->sockets, (int)number);
  if (!socket && number <= INT_MAX && (number < 3 || descriptor_is_own((int)number)) &&
      fcntl((int)number, F_GETFD) >= 0)
    return error_set(
        invocation->error, ERROR_FAILURE,
        _("descriptor %lld belongs to the shell itself and is no socket of this session"), number);
  if (!socket)
    return error_set(invocation->error, ERROR_FAILURE,
                     _("no open socket has the number %lld; `status` lists those that are open"),
                     number);
  value->socket = (struct socket *)object_retain(&socket->object);
  return 0;
}

struct socket *argument_socket_by_name(const struct runner *runner, const char *text,
                                       size_t length) {
  const struct value *bound = names_get(runner->scope.names, text, length);
  return bound && bound->kind == VALUE_OBJECT ? socket_from_object(bound->object) : NULL;
}

static int convert_socket(struct invocation *invocation, struct argument_value *value, bool check) {
  const struct value *given = expanded_value(&value->word);
  long long number;
  if (given && given->kind == VALUE_OBJECT && socket_from_object(given->object)) {
    value->socket = (struct socket *)object_retain(given->object);
    return 0;
  }
  if (argument_is(value, ".")) {
    struct socket *last = check ? NULL : invocation->runner->last_socket;
    if (!last && !check)
      return error_set(invocation->error, ERROR_FAILURE,
                       _("no command has used a socket yet, so there is no \".\""));
    if (last)
      value->socket = (struct socket *)object_retain(&last->object);
    return 0;
  }
  if (number_parse(value->word.data, value->word.length, &number) == 0 && number >= 0)
    return check ? 0 : socket_by_number(invocation, value, number);
  if (!name_valid(value->word.data, value->word.length))
    return argument_wrong(invocation, value,
                          _("is no socket: give a name, a descriptor, or . for the last one"));
  if (check)
    return 0;
  struct socket *socket =
      argument_socket_by_name(invocation->runner, value->word.data, value->word.length);
  if (!socket && names_get(invocation->runner->scope.names, value->word.data, value->word.length))
    return argument_wrong(invocation, value, _("is bound to something that is no socket"));
  if (!socket)
    return argument_no_such_socket(invocation, value);
  value->socket = (struct socket *)object_retain(&socket->object);
  return 0;
}

/* A service that the word names, taken into the value. */
static bool take_service(struct invocation *invocation, struct argument_value *value, bool check) {
  const struct value *given = expanded_value(&value->word);
  const struct value *bound =
      given   ? given
      : check ? NULL
              : names_get(invocation->runner->scope.names, value->word.data, value->word.length);
  struct service_handle *service =
      bound && bound->kind == VALUE_OBJECT ? service_handle_from_object(bound->object) : NULL;
  if (service)
    value->service = (struct service_handle *)object_retain(&service->object);
  return service != NULL;
}

/* Who `await` waits for: `listening` is a word of its own, unless a socket has the name. */
static int convert_awaited(struct invocation *invocation, struct argument_value *value,
                           bool check) {
  const struct value *given = expanded_value(&value->word);
  const char *text = value->word.data;
  size_t length = value->word.length;
  const struct value *bound = given   ? given
                              : check ? NULL
                                      : names_get(invocation->runner->scope.names, text, length);
  struct process *process =
      bound && bound->kind == VALUE_OBJECT ? process_from_object(bound->object) : NULL;
  if (process) {
    value->process = (struct process *)object_retain(&process->object);
    return 0;
  }
  if (take_service(invocation, value, check))
    return 0;
  if ((argument_is(value, "listening") || argument_is(value, "wire")) && !bound)
    return 0;
  return convert_socket(invocation, value, check);
}

/* SOCKET[:EVENTS] of poll. */
static int convert_poll(struct invocation *invocation, struct argument_value *value, bool check) {
  const char *colon = memchr(value->word.data, ':', value->word.length);
  size_t whole = value->word.length;
  value->number = POLLIN;
  if (colon) {
    size_t length = whole - (size_t)(colon - value->word.data) - 1;
    long events;
    if (constant_parse(&constant_poll_events, colon + 1, length, &events, invocation->error) < 0)
      return -1;
    value->number = events;
    value->word.length = (size_t)(colon - value->word.data);
  }
  int status = convert_socket(invocation, value, check);
  value->word.length = whole;
  return status;
}

/* The level that was given before an option; NULL where none was. */
static const struct argument_value *earlier_level(const struct invocation *invocation) {
  for (size_t i = 0; i < invocation->count; i++)
    if (invocation->values[i].argument && invocation->values[i].argument->kind == ARGUMENT_LEVEL)
      return &invocation->values[i];
  return NULL;
}

/* The option of this name at just one of the levels that the socket has; NULL where there is none,
 * or several. */
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

/* True when some level has the option: its name is right, and only the socket's family can tell
 * which one is meant. */
static bool option_at_any_level(const char *text, size_t length) {
  struct error ignored;
  for (const struct option *option = option_table; option->name; option++)
    if ((option == option_table || option->level != option[-1].level) &&
        option_find(option->level, text, length, &ignored))
      return true;
  return false;
}

static int convert_option_number(struct invocation *invocation, struct argument_value *value,
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

static int convert_option(struct invocation *invocation, struct argument_value *value, bool check) {
  const struct argument_value *level = earlier_level(invocation);
  const char *text = value->word.data;
  size_t length = value->word.length;
  if (number_parse(text, length, &value->number) == 0)
    return convert_option_number(invocation, value, level);
  value->option = option_find(level && !level->unknown ? (int)level->number : -1, text, length,
                              invocation->error);
  const struct socket *socket = check ? NULL : argument_earlier_socket(invocation);
  if (!value->option && !level && socket)
    value->option = option_of_socket(socket, text, length);
  if (value->option) {
    value->number = value->option->number;
    value->unknown = level && level->unknown;
    return 0;
  }
  value->unknown = check && (!level || level->unknown) && option_at_any_level(text, length);
  return value->unknown ? 0 : -1;
}

static int convert_type(struct invocation *invocation, struct argument_value *value) {
  const char *text = value->word.data;
  size_t length = value->word.length;
  for (bool first = true; first || length > 0; first = false) {
    const char *bar = memchr(text, '|', length);
    size_t size = bar ? (size_t)(bar - text) : length;
    const struct constant_set *set = first ? &constant_types : &constant_type_flags;
    long number;
    if (constant_parse(set, text, size, &number, invocation->error) < 0)
      return -1;
    value->number |= number;
    length -= size + (bar ? 1 : 0);
    text += size + (bar ? 1 : 0);
    if (bar && length == 0)
      return argument_wrong(invocation, value,
                            _("ends in |: a flag must follow, as in stream|nonblock"));
  }
  return 0;
}

static int convert_number(struct invocation *invocation, struct argument_value *value) {
  if (number_parse(value->word.data, value->word.length, &value->number) < 0)
    return argument_wrong(invocation, value, _("is no whole number"));
  return 0;
}

/* The flags of fcntl are of two sets: its command, the word before, says which. NULL: that word is
 * not known yet. */
static const struct constant_set *file_flags_of(const struct invocation *invocation) {
  for (size_t i = 0; i < invocation->count; i++) {
    const struct argument_value *earlier = &invocation->values[i];
    if (earlier->argument && earlier->argument->set == &constant_file_commands) {
      bool descriptor = earlier->number == F_SETFD || earlier->number == F_GETFD;
      return earlier->unknown ? NULL
             : descriptor     ? &constant_descriptor_flags
                              : &constant_file_flags;
    }
  }
  return &constant_file_flags;
}

static int convert_symbol(struct invocation *invocation, struct argument_value *value) {
  long number;
  const struct constant_set *set =
      value->argument->kind == ARGUMENT_LEVEL ? &constant_levels : value->argument->set;
  if (set == &constant_file_flags)
    set = file_flags_of(invocation);
  if (!set) {
    value->unknown = true;
    return 0;
  }
  if (constant_parse(set, value->word.data, value->word.length, &number, invocation->error) < 0)
    return -1;
  value->number = number;
  return 0;
}

static int convert_duration(struct invocation *invocation, struct argument_value *value) {
  if (value->argument->kind == ARGUMENT_TIMEOUT && argument_is(value, "off")) {
    value->duration = -1;
    return 0;
  }
  if (duration_parse(value->word.data, value->word.length, &value->duration) < 0)
    return argument_wrong(invocation, value,
                          _("is no duration: write a number with a unit, as 500ms, 2s or 1m"));
  return 0;
}

static int convert_keyword(struct invocation *invocation, struct argument_value *value) {
  value->number = keyword_index(value->argument->words, value->word.data, value->word.length);
  if (value->number >= 0)
    return 0;
  struct bytes shown = {0};
  escape_append_quoted(&shown, value->word.data, value->word.length, 60, ESCAPE_ASCII);
  error_set(invocation->error, ERROR_USAGE, _("%s is none of %s"), bytes_text(&shown),
            value->argument->words);
  bytes_free(&shown);
  return -1;
}

static int convert_job(struct invocation *invocation, struct argument_value *value) {
  if (value->word.length < 2 || value->word.data[0] != '%' ||
      number_parse(value->word.data + 1, value->word.length - 1, &value->number) < 0 ||
      value->number < 1 || value->number > UINT_MAX)
    return argument_wrong(invocation, value,
                          _("is no job: jobs are written %1, %2; `jobs` lists them"));
  return 0;
}

static int convert_size(struct invocation *invocation, struct argument_value *value) {
  if (size_parse(value->word.data, value->word.length, &value->size) < 0)
    return argument_wrong(invocation, value,
                          _("is no size: write a count of bytes, as 64, 4K or 1M"));
  if (value->size > DATA_LIMIT)
    return argument_wrong(invocation, value, _("is more than 1G, the most for one call"));
  return 0;
}

static int convert_name(struct invocation *invocation, struct argument_value *value) {
  if (!name_valid(value->word.data, value->word.length))
    return argument_wrong(invocation, value,
                          _("is no name: letters, digits and _, not beginning with a digit"));
  if (prefix_word(value->word.data, value->word.length) ||
      command_find(value->word.data, value->word.length))
    return argument_wrong(invocation, value, _("is a command and can't be a name"));
  return 0;
}

static int convert_setting(struct invocation *invocation, struct argument_value *value) {
  if (setting_find(value->word.data, value->word.length))
    return 0;
  return argument_wrong(invocation, value, _("is no setting; `set` lists them all"));
}

static int convert_file(struct invocation *invocation, struct argument_value *value) {
  if (value->word.length == 0 || memchr(value->word.data, '\0', value->word.length))
    return argument_wrong(invocation, value, _("is no path of a file"));
  return 0;
}

static int convert_kind(struct invocation *invocation, struct argument_value *value, bool check) {
  switch (value->argument->kind) {
  case ARGUMENT_SOCKET:
    return convert_socket(invocation, value, check);
  case ARGUMENT_SERVICE:
    return take_service(invocation, value, check) ? 0 : convert_socket(invocation, value, check);
  case ARGUMENT_AWAITED:
    return convert_awaited(invocation, value, check);
  case ARGUMENT_POLL:
    return convert_poll(invocation, value, check);
  case ARGUMENT_ADDRESS:
    return argument_convert_address(invocation, value, check);
  case ARGUMENT_DATA:
    return argument_convert_data(invocation, value, check);
  case ARGUMENT_NUMBER:
    return convert_number(invocation, value);
  case ARGUMENT_SIZE:
    return convert_size(invocation, value);
  case ARGUMENT_DURATION:
  case ARGUMENT_TIMEOUT:
    return convert_duration(invocation, value);
  case ARGUMENT_SYMBOL:
  case ARGUMENT_FLAGS:
  case ARGUMENT_LEVEL:
    return convert_symbol(invocation, value);
  case ARGUMENT_TYPE:
    return convert_type(invocation, value);
  case ARGUMENT_KEYWORD:
    return convert_keyword(invocation, value);
  case ARGUMENT_OPTION:
    return convert_option(invocation, value, check);
  case ARGUMENT_JOB:
    return convert_job(invocation, value);
  case ARGUMENT_NAME:
    return convert_name(invocation, value);
  case ARGUMENT_FILE:
    return convert_file(invocation, value);
  case ARGUMENT_VALUE:
    return argument_convert_value(invocation, value);
  case ARGUMENT_SETTING:
    return convert_setting(invocation, value);
  case ARGUMENT_HOST:
    return argument_convert_host(invocation, value, check);
  case ARGUMENT_RATE:
    return argument_convert_rate(invocation, value);
  case ARGUMENT_PERCENT:
    return argument_convert_percent(invocation, value);
  case ARGUMENT_TEXT:
  case ARGUMENT_TOPIC:
  case ARGUMENT_CONDITION:
  case ARGUMENT_CONSTANT:
  case ARGUMENT_SWITCH:
  case ARGUMENT_RAW:
    break;
  }
  return 0;
}

int argument_convert(struct invocation *invocation, struct argument_value *value, bool check) {
  int status = convert_kind(invocation, value, check);
  const struct host *host = check ? NULL : invocation->runner->host;
  if (status == 0 && host && value->socket && value->socket->host != host)
    return error_set(invocation->error, ERROR_FAILURE,
                     _("socket %d is on %s, not on %s: leave @%s out"),
                     value->socket->was_descriptor,
                     value->socket->host ? value->socket->host->name : _("the real network"),
                     host->name, host->name);
  return status;
}
