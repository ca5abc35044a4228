/* argument_socket: words that stand for sockets, for sockets with events, and for services. */
#include <ctype.h>
#include <limits.h>
#include <poll.h>
#include <string.h>

#include "command/argument_program.h"
#include "command/invocation.h"
#include "command/kinds.h"
#include "command/offer.h"
#include "language/escape.h"
#include "language/number.h"
#include "language/word.h"
#include "session/foreign_name.h"
#include "session/service_handle.h"
#include "system/descriptor.h"

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

/* Words by which people mean all sockets, and never a name for one. */
static bool means_all(const struct argument_value *value) {
  static const char *const words[] = {"all", "every", "everything", "each", "sockets", NULL};
  for (const char *const *word = words; *word; word++)
    if (argument_is(value, *word))
      return true;
  return false;
}

int argument_no_such_socket(struct invocation *invocation, const struct argument_value *value) {
  struct bytes shown = {0};
  struct nearest nearest = {.text = value->word.data, .length = value->word.length, .distance = 3};
  escape_append(&shown, value->word.data, value->word.length < 60 ? value->word.length : 60,
                escape_chosen());
  const char *name = bytes_text(&shown);
  names_walk(invocation->runner->scope.names, note_nearest, &nearest);
  if (means_all(value))
    error_set(invocation->error, ERROR_FAILURE,
              _("%s is no socket: each is named, and `status` lists those that are open"), name);
  else if (nearest.name)
    error_set(invocation->error, ERROR_FAILURE, _("no socket is called %s, did you mean %s?"), name,
              nearest.name);
  else
    error_set(invocation->error, ERROR_FAILURE,
              _("no socket is called %s; `%s = socket inet stream` makes one, `status` lists those "
                "that are open"),
              name, name);
  bytes_free(&shown);
  return -1;
}

static int socket_by_number(struct invocation *invocation, struct argument_value *value,
                            long long number) {
  struct socket *socket = NULL;
  if (number <= INT_MAX)
    socket = socket_table_find(&invocation->runner->session->sockets, (int)number);
  if (!socket && number <= INT_MAX && (number < 3 || descriptor_is_own((int)number)) &&
      descriptor_is_open((int)number))
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

const struct socket *argument_earlier_socket(const struct invocation *invocation) {
  for (size_t i = 0; i < invocation->count; i++)
    if (invocation->values[i].socket)
      return invocation->values[i].socket;
  return NULL;
}

int argument_network(const struct invocation *invocation) {
  if (invocation->phase == INVOCATION_READ || !invocation->runner)
    return NETWORK_UNKNOWN;
  const struct socket *socket = argument_earlier_socket(invocation);
  return host_network(socket ? socket->host : invocation->runner->host);
}

int argument_read_socket(struct invocation *invocation, struct argument_value *value) {
  const struct value *given = expanded_value(&value->word);
  long long number;
  if ((given && given->kind == VALUE_OBJECT && socket_from_object(given->object)) ||
      argument_is(value, ".") ||
      (number_parse(value->word.data, value->word.length, &number) == 0 && number >= 0) ||
      name_valid(value->word.data, value->word.length) ||
      foreign_name_is(value->word.data, value->word.length))
    return 0;
  return argument_wrong(invocation, value,
                        _("is no socket: give a name, a descriptor, or . for the last one"));
}

static int last_socket(struct invocation *invocation, struct argument_value *value) {
  struct socket *last = invocation->runner->last_socket;
  if (!last)
    return error_set(invocation->error, ERROR_FAILURE,
                     _("no command has used a socket yet, so there is no \".\""));
  value->socket = (struct socket *)object_retain(&last->object);
  return 0;
}

static int socket_of_program(struct invocation *invocation, struct argument_value *value) {
  const char *text = value->word.data;
  int length = (int)value->word.length;
  struct socket *socket =
      foreign_name_find(invocation->runner, text, value->word.length, invocation->error);
  if (!socket)
    return -1;
  if (!(value->argument->flags & LOOKS) && !socket->replayed)
    return error_set(invocation->error, ERROR_FAILURE,
                     _("%.*s is another program's socket, and is looked at alone: `s = adopt %.*s` "
                       "gives a descriptor of it to make calls on"),
                     length, text, length, text);
  value->socket = (struct socket *)object_retain(&socket->object);
  return 0;
}

static int find_socket(struct invocation *invocation, struct argument_value *value) {
  const struct value *given = expanded_value(&value->word);
  const char *text = value->word.data;
  size_t length = value->word.length;
  long long number;
  if (given && given->kind == VALUE_OBJECT && socket_from_object(given->object)) {
    value->socket = (struct socket *)object_retain(given->object);
    return 0;
  }
  if (argument_is(value, "."))
    return last_socket(invocation, value);
  if (number_parse(text, length, &number) == 0 && number >= 0)
    return socket_by_number(invocation, value, number);
  if (foreign_name_is(text, length))
    return socket_of_program(invocation, value);
  if (!name_valid(text, length))
    return argument_read_socket(invocation, value); /* it reports the error */
  struct socket *socket = argument_socket_by_name(invocation->runner, text, length);
  const struct value *bound =
      socket ? NULL : names_get(invocation->runner->scope.names, text, length);
  if (bound && bound->kind == VALUE_OBJECT && service_handle_from_object(bound->object))
    return argument_wrong(invocation, value,
                          _("is a service, and no socket: `services` shows it and its clients, "
                            "`states` has their sockets"));
  if (bound)
    return argument_wrong(invocation, value, _("is bound to something that is no socket"));
  if (!socket)
    return argument_no_such_socket(invocation, value);
  value->socket = (struct socket *)object_retain(&socket->object);
  return 0;
}

int argument_find_socket(struct invocation *invocation, struct argument_value *value) {
  int status = find_socket(invocation, value);
  const struct socket *socket = status == 0 ? value->socket : NULL;
  if (!socket || !socket->replayed || value->argument->flags & RECORDED)
    return status;
  object_release(&value->socket->object);
  value->socket = NULL;
  return error_set(invocation->error, ERROR_FAILURE,
                   _("%.*s is a socket of the session that was replayed, and only what was seen of "
                     "it is here: `log %.*s`, `transitions %.*s`"),
                   (int)value->word.length, value->word.data, (int)value->word.length,
                   value->word.data, (int)value->word.length, value->word.data);
}

/* A number may be another socket's the next time, and "." another one. */
static bool steady_socket(const struct argument_value *value) {
  return name_valid(value->word.data, value->word.length);
}

/* A lone 0 can't be a socket of the session, so it is left to the next argument: the duration of
 * `poll s 0`. */
static bool looks_like_socket(const struct match_word *word, size_t length) {
  bool digits = length > 0 && !(length == 1 && word->data[0] == '0');
  for (size_t i = 0; i < length; i++)
    digits = digits && isdigit((unsigned char)word->data[i]);
  return digits || name_valid(word->data, length) || (length == 1 && word->data[0] == '.') ||
         foreign_name_is(word->data, length);
}

bool argument_fits_socket(const struct argument *argument, const struct match_word *word) {
  (void)argument;
  return looks_like_socket(word, word->length);
}

static void complete_socket(const struct argument *argument, struct offer *offer) {
  (void)argument;
  offer_sockets(offer);
}

const struct argument_kind argument_socket = {
    .name = "socket",
    .fits = argument_fits_socket,
    .read = argument_read_socket,
    .find = argument_find_socket,
    .steady = steady_socket,
    .complete = complete_socket,
};

static bool fits_poll(const struct argument *argument, const struct match_word *word) {
  (void)argument;
  const char *colon = memchr(word->data, ':', word->length);
  return looks_like_socket(word, colon ? (size_t)(colon - word->data) : word->length);
}

/* Reads the events, and passes the part before the colon to `convert`. */
static int convert_poll(struct invocation *invocation, struct argument_value *value,
                        int (*convert)(struct invocation *, struct argument_value *)) {
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
  int status = convert(invocation, value);
  value->word.length = whole;
  return status;
}

static int read_poll(struct invocation *invocation, struct argument_value *value) {
  return convert_poll(invocation, value, argument_read_socket);
}

static int find_poll(struct invocation *invocation, struct argument_value *value) {
  return convert_poll(invocation, value, argument_find_socket);
}

static void complete_poll(const struct argument *argument, struct offer *offer) {
  (void)argument;
  const char *colon = memchr(offer->word, ':', offer->length);
  if (!colon) {
    offer_sockets(offer);
    return;
  }
  offer->kept = (size_t)(colon - offer->word) + 1;
  const char *bar = memrchr(offer->word, '|', offer->length);
  if (bar)
    offer->kept = (size_t)(bar - offer->word) + 1;
  for (const struct constant *row = constant_poll_events.constants; row->name; row++)
    offer_constant(offer, row->name, constant_poll_events.prefix);
}

const struct argument_kind argument_poll_socket = {
    .name = "poll socket",
    .fits = fits_poll,
    .read = read_poll,
    .find = find_poll,
    .complete = complete_poll,
};

bool argument_take_service(struct invocation *invocation, struct argument_value *value) {
  const struct value *given = expanded_value(&value->word);
  const struct value *bound =
      given ? given
            : names_get(invocation->runner->scope.names, value->word.data, value->word.length);
  struct service_handle *service =
      bound && bound->kind == VALUE_OBJECT ? service_handle_from_object(bound->object) : NULL;
  if (service)
    value->service = (struct service_handle *)object_retain(&service->object);
  return service != NULL;
}

static int find_service(struct invocation *invocation, struct argument_value *value) {
  if (argument_take_service(invocation, value) || argument_take_program(invocation, value))
    return 0;
  return argument_find_socket(invocation, value);
}

static int offer_service(const char *name, const struct value *value, void *context) {
  struct service_handle *service =
      value->kind == VALUE_OBJECT ? service_handle_from_object(value->object) : NULL;
  struct bytes text = {0};
  if (!service)
    return 0;
  bytes_append_format(&text, _("service %u, %s"), service->number, service->handler->name);
  offer_text(context, name, bytes_text(&text));
  bytes_free(&text);
  return 0;
}

static void complete_service(const struct argument *argument, struct offer *offer) {
  (void)argument;
  offer_sockets(offer);
  names_walk(&offer->session->names, offer_service, offer);
  argument_offer_programs(offer);
}

const struct argument_kind argument_service = {
    .name = "service",
    .fits = argument_fits_socket,
    .read = argument_read_socket,
    .find = find_service,
    .complete = complete_service,
};

static int find_owner(struct invocation *invocation, struct argument_value *value) {
  return argument_take_program(invocation, value) ? 0 : argument_find_socket(invocation, value);
}

static bool fits_owner(const struct argument *argument, const struct match_word *word) {
  return argument_fits_socket(argument, word) || argument_fits_program(argument, word);
}

static int read_owner(struct invocation *invocation, struct argument_value *value) {
  struct match_word word = {.data = value->word.data, .length = value->word.length};
  return argument_fits_program(value->argument, &word) ? 0
                                                       : argument_read_socket(invocation, value);
}

static void complete_owner(const struct argument *argument, struct offer *offer) {
  (void)argument;
  offer_sockets(offer);
  argument_offer_programs(offer);
}

const struct argument_kind argument_socket_or_program = {
    .name = "socket or program",
    .fits = fits_owner,
    .read = read_owner,
    .find = find_owner,
    .complete = complete_owner,
};
