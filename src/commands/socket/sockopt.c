/* sockopt: commands that read and set a socket's options. */
#include <errno.h>
#include <limits.h>
#include <linux/filter.h>
#include <string.h>
#include <sys/time.h>

#include "command/invocation.h"
#include "language/number.h"
#include "option/option_type.h"
#include "session/foreign_name.h"
#include "socket/look_option.h"

static int level_of(const struct invocation *invocation) {
  const struct argument_value *option = invocation_value(invocation, "OPTION");
  return option->option ? option->option->level
                        : (int)invocation_number(invocation, "LEVEL", SOL_SOCKET);
}

/* The option that a call is about. `option` is NULL if it is known only by number. */
struct chosen {
  int level;
  int number;
  const struct option *option;
};

static struct chosen chosen_option(const struct invocation *invocation) {
  const struct argument_value *option = invocation_value(invocation, "OPTION");
  return (struct chosen){level_of(invocation), (int)option->number, option->option};
}

static struct chosen known_option(int level, int number) {
  return (struct chosen){level, number, option_by_number(level, number)};
}

static void begin_call(const struct invocation *invocation, struct call *call, enum call_name name,
                       struct chosen chosen) {
  call_init(call, name, invocation_socket(invocation, "SOCKET"));
  call->number[0] = chosen.level;
  call->number[1] = chosen.number;
  call->value.option = chosen.option;
}

/* Makes a getsockopt call. Its value is then in call->data. The caller frees the call. */
static int get_option(struct invocation *invocation, struct call *call, struct chosen chosen) {
  begin_call(invocation, call, CALL_GETSOCKOPT, chosen);
  call->size = chosen.option ? chosen.option->type->size : option_type_raw.size;
  call->data = blob_create(call->size);
  if (!call->data)
    return error_set_memory(invocation->error);
  /* The kernel reads some of these buffers as a request: zeros ask for nothing. */
  memset(call->data->data, 0, call->size);
  if (chosen.option && chosen.option->type->request)
    memcpy(call->data->data, chosen.option->type->request, chosen.option->type->request_size);
  return invocation_call(invocation, call);
}

static int give_formatted(struct invocation *invocation, const struct option_type *type,
                          const struct blob *data) {
  struct bytes text = {0};
  type->format(data->data, data->length, &text);
  int status = text.failed
                   ? error_set_memory(invocation->error)
                   : invocation_give_text(invocation, text.data ? text.data : "", text.length);
  bytes_free(&text);
  return status;
}

/* Gives the option's value: a number, a name as it is, or anything else as the call's line shows
 * it. */
static int give_value(struct invocation *invocation, const struct call *call) {
  const struct option_type *type = call->value.option ? call->value.option->type : &option_type_raw;
  const struct blob *data = call->data;
  long long number;
  if (call->made[0] >= 0) {
    invocation_give_number(invocation, call->made[0]);
    result_add(invocation->result, value_from_object(&call->made_entry[0]->object));
    return 0;
  }
  if (type->number && type->number(data->data, data->length, &number) == 0) {
    invocation_give_number(invocation, number);
    result_add(invocation->result, value_from_number(number));
    return 0;
  }
  if (type == &option_type_name || type == &option_type_label)
    return invocation_give_text(invocation, data->data, strnlen(data->data, data->length));
  return give_formatted(invocation, type, data);
}

/* SO_GET_FILTER counts its buffer in instructions of 8 bytes, so the kernel would write far beyond
 * what getsockopt was given. */
static int check_getsockopt(struct invocation *invocation) {
  const struct argument_value *option = invocation_value(invocation, "OPTION");
  if (!option->unknown && level_of(invocation) == SOL_SOCKET && option->number == SO_GET_FILTER)
    return invocation_wrong(invocation, option,
                            _("the kernel gives a filter back in a form that no other option has "
                              "(SO_GET_FILTER): it can't be read here"));
  return 0;
}

static int run_getsockopt(struct invocation *invocation) {
  struct call call;
  int status = get_option(invocation, &call, chosen_option(invocation));
  if (status == 0)
    status = give_value(invocation, &call);
  call_free(&call);
  return status;
}

/* Reports what words the option takes. */
static int wrong_words(struct invocation *invocation, const struct argument_value *option,
                       const char *what) {
  struct bytes name = {0};
  if (option->option)
    bytes_append_text(&name, option->option->name);
  else
    bytes_append_format(&name, "option %lld", option->number);
  invocation_wrong(invocation, option, _("%s %s: it takes %s"), bytes_text(&name), what,
                   option->option ? option->option->type->values : "hex:BYTES|NUMBER");
  bytes_free(&name);
  return -1;
}

/* hex: gives the bytes as they are. For a filter they are its instructions, and the kernel takes a
 * pointer to them. */
static int value_from_bytes(struct invocation *invocation, const struct argument_value *option,
                            const struct argument_value *word, struct bytes *value) {
  bool filter = option->option && option->option->type->pointer;
  size_t size = sizeof(struct sock_filter);
  if (filter && (word->data->length % size != 0 || word->data->length / size > USHRT_MAX))
    return invocation_wrong(invocation, word,
                            _("a filter is a row of instructions of %zu bytes each"), size);
  bytes_append(value, word->data->data, word->data->length);
  return 0;
}

/* An option that is known only by number takes an int. */
static int value_from_number_alone(struct invocation *invocation, const struct argument_value *word,
                                   size_t count, struct bytes *value) {
  long long number;
  if (count != 1 || number_parse(word->word.data, word->word.length, &number) < 0 ||
      number < INT_MIN || number > UINT_MAX)
    return wrong_words(invocation, invocation_value(invocation, "OPTION"), _("is not known"));
  int native = (int)number;
  bytes_append(value, &native, sizeof native);
  return 0;
}

enum { WORDS_MOST = 8 };

static int value_from_words(struct invocation *invocation, const struct option *option,
                            size_t count, struct bytes *value) {
  struct option_word words[WORDS_MOST];
  for (size_t i = 0; i < count; i++) {
    const struct expanded *word = &invocation_nth(invocation, "VALUE", i)->word;
    words[i] = (struct option_word){word->data, word->length, argument_network(invocation)};
  }
  int status = option->type->parse(words, count, value, invocation->error);
  if (status < 0)
    error_set_place(invocation->error, invocation_value(invocation, "VALUE")->place);
  return status;
}

/* Reads the value for setsockopt. Before the line runs, *value stays empty if a word is unknown, or
 * the value depends on the machine's interfaces. */
static int read_value(struct invocation *invocation, struct bytes *value, bool *raw) {
  const struct argument_value *option = invocation_value(invocation, "OPTION");
  const struct argument_value *word;
  const struct argument_value *hexadecimal = NULL;
  bool known = !option->unknown;
  size_t count = 0;
  for (word = invocation_value(invocation, "VALUE"); word;
       word = invocation_next(invocation, word), count++) {
    known = known && !word->unknown;
    hexadecimal = word->data ? word : hexadecimal;
  }
  *raw = hexadecimal != NULL;
  if (hexadecimal && count > 1)
    return invocation_wrong(invocation, hexadecimal,
                            _("hex: is the whole value, and stands alone"));
  if (option->unknown)
    return 0;
  if (hexadecimal)
    return value_from_bytes(invocation, option, hexadecimal, value);
  const struct option_type *type = option->option ? option->option->type : NULL;
  if (type && !type->parse && known)
    return wrong_words(invocation, option, _("has no words of its own"));
  if (type && type->parse && (count < type->minimum || count > type->maximum || count > WORDS_MOST))
    return wrong_words(invocation, option,
                       count < type->minimum ? _("wants more words") : _("has too many words"));
  if (!known || (invocation->phase == INVOCATION_READ && type && type->interface))
    return 0;
  return type ? value_from_words(invocation, option->option, count, value)
              : value_from_number_alone(invocation, invocation_value(invocation, "VALUE"), count,
                                        value);
}

static int check_setsockopt(struct invocation *invocation) {
  struct bytes value = {0};
  bool raw;
  int status = invocation->phase == INVOCATION_RUN ? 0 : read_value(invocation, &value, &raw);
  bytes_free(&value);
  return status;
}

/* Makes a setsockopt call. */
static int set_option(struct invocation *invocation, struct chosen chosen, bool raw,
                      const void *value, size_t length) {
  struct call call;
  begin_call(invocation, &call, CALL_SETSOCKOPT, chosen);
  call.value.raw = raw && !(chosen.option && chosen.option->type->pointer);
  call.data = blob_copy(value, length);
  if (!call.data) {
    call_free(&call);
    return error_set_memory(invocation->error);
  }
  return invocation_simple_call(invocation, &call);
}

static int run_setsockopt(struct invocation *invocation) {
  struct bytes value = {0};
  bool raw;
  int status = read_value(invocation, &value, &raw);
  if (status == 0 && value.failed)
    status = error_set_memory(invocation->error);
  if (status == 0)
    status = set_option(invocation, chosen_option(invocation), raw, value.data ? value.data : "",
                        value.length);
  bytes_free(&value);
  return status;
}

/* True if an earlier row has the same number. */
static bool is_alias(const struct option *option) {
  return option_by_number(option->level, option->number) != option;
}

/* True if the error means that the socket has the option, but no value now. */
static bool has_no_value_now(int error) {
  return error == ENOTCONN || error == ENODATA;
}

static void list_option(struct answer *answer, const struct socket *socket,
                        const struct option *option) {
  struct bytes text = {0};
  int error = look_option(socket, option, &text);
  if (error == 0 || has_no_value_now(error)) {
    struct bytes level = {0};
    constant_append(&constant_levels, option->level, &level);
    answer_add_text(answer, bytes_text(&level));
    answer_add_text(answer, option->name);
    bytes_free(&level);
  }
  if (error == 0)
    answer_add_text(answer, bytes_text(&text));
  else if (has_no_value_now(error))
    answer_add_empty(answer);
  bytes_free(&text);
}

struct option_list {
  struct answer answer;
  long long level; /* -1: all */
};

static void list_options(struct socket *socket, void *context) {
  struct option_list *list = context;
  for (const struct option *option = option_table; option->name; option++)
    if (option->access & OPTION_READ && !option->consumes && !is_alias(option) &&
        (list->level < 0 || option->level == list->level))
      list_option(&list->answer, socket, option);
}

static int run_options(struct invocation *invocation) {
  static const char *const columns[] = {"LEVEL", "OPTION", "VALUE", NULL};
  struct socket *socket = invocation_socket(invocation, "SOCKET");
  struct option_list list = {.level = invocation_number(invocation, "LEVEL", -1)};
  if (socket_is_none(socket))
    return error_set_errno(invocation->error, ENOTSOCK, _("descriptor %d (%s) is no socket"),
                           socket->was_descriptor, descriptor_kind_title(socket->kind));
  answer_table(&list.answer, "options", columns);
  if (foreign_name_reach(invocation->runner->session, socket, list_options, &list,
                         invocation->error) < 0) {
    answer_free(&list.answer);
    return -1;
  }
  return runner_answer(invocation->runner, &list.answer, invocation->error);
}

enum { SIDE_RECEIVE, SIDE_SEND, SIDE_COUNT };
static const int side_options[SIDE_COUNT] = {SO_RCVTIMEO, SO_SNDTIMEO};

static int check_set_timeout(struct invocation *invocation) {
  const struct argument_value *duration = invocation_value(invocation, "DURATION");
  if (!duration->unknown && duration->duration == 0)
    return invocation_wrong(invocation, duration,
                            _("a time-out of 0 means none at all to the kernel: write off for "
                              "that, and for calls that never wait there is set-blocking"));
  return 0;
}

static int run_set_timeout(struct invocation *invocation) {
  int64_t duration = invocation_duration(invocation, "DURATION", -1);
  long long side = invocation_number(invocation, "SIDE", -1);
  int64_t microseconds = duration < 0 ? 0 : (duration + 999) / 1000;
  struct timeval time = {.tv_sec = microseconds / 1000000, .tv_usec = microseconds % 1000000};
  int status = 0;
  for (int i = 0; status == 0 && i < SIDE_COUNT; i++)
    if (side < 0 || side == i)
      status = set_option(invocation, known_option(SOL_SOCKET, side_options[i]), false, &time,
                          sizeof time);
  return status;
}

/* Gives a timeout as it would be typed, in microseconds if a larger unit would lose precision. */
static int give_duration(struct invocation *invocation, const struct blob *data) {
  struct timeval time;
  struct bytes text = {0};
  int64_t again;
  if (option_take(data->data, data->length, &time, sizeof time) < 0)
    return error_set(invocation->error, ERROR_FAILURE, _("the kernel gave no struct timeval"));
  int64_t duration = (int64_t)time.tv_sec * 1000000000 + (int64_t)time.tv_usec * 1000;
  if (duration == 0)
    return invocation_give_text(invocation, "off", 3);
  duration_append(&text, duration);
  if (!text.failed && (duration_parse(text.data, text.length, &again) < 0 || again != duration)) {
    bytes_clear(&text);
    bytes_append_format(&text, "%lldus", (long long)duration / 1000);
  }
  int status = text.failed ? error_set_memory(invocation->error)
                           : invocation_give_text(invocation, text.data, text.length);
  bytes_free(&text);
  return status;
}

static int run_get_timeout(struct invocation *invocation) {
  int status = 0;
  for (int i = 0; status == 0 && i < SIDE_COUNT; i++) {
    struct call call;
    status = get_option(invocation, &call, known_option(SOL_SOCKET, side_options[i]));
    if (status == 0)
      status = give_duration(invocation, call.data);
    call_free(&call);
  }
  return status;
}

#define LEVEL_ARGUMENT                                                                             \
  { .name = "LEVEL", .kind = &argument_level, .flags = OPTIONAL }
#define OPTION_ARGUMENT                                                                            \
  { .name = "OPTION", .kind = &argument_option }

const struct command command_getsockopt = {
    .name = "getsockopt",
    .group = GROUP_OPTION,
    .arguments = {SOCKET_ARGUMENT, LEVEL_ARGUMENT, OPTION_ARGUMENT},
    .results = {"value"},
    .summary = N_("reads an option of a socket"),
    .manual =
        N_("OPTION is a name as in C, whole or without its prefix: SO_RCVBUF or rcvbuf. LEVEL "
           "(socket, ip, ipv6, tcp, udp or a number) is needed where the option is given by its "
           "number, or where a short name fits options of several levels and the family of the "
           "socket does not tell which. The result is the value as a number, or as the text that "
           "the call's line shows. Of so_error it is the number of the errno, 0 for none, and "
           "reading clears it."),
    .prototype = "int getsockopt(int sockfd, int level, int optname,\n"
                 "               void *optval, socklen_t *optlen);",
    .python = "value = s.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)",
    .blocks = N_("never"),
    .errors = {{ENOPROTOOPT,
                N_("this kind of socket does not have the option, or it can only be set")},
               {EOPNOTSUPP, N_("this kind of socket does not have options of that level")},
               {ENOTCONN,
                N_("the option says something about a connection, and the socket has none")},
               {EINVAL, N_("the option can't be read in the state that the socket is in")},
               {EPERM, N_("only a privileged user may read it")}},
    .example = "s = socket inet stream\nn = getsockopt s so_rcvbuf\nprint $n\nexpect 0 getsockopt "
               "s tcp nodelay",
    .pages = "getsockopt(2), socket(7), ip(7), ipv6(7), tcp(7), udp(7)",
    .run = run_getsockopt,
    .check = check_getsockopt,
};

const struct command command_setsockopt = {
    .name = "setsockopt",
    .group = GROUP_OPTION,
    .arguments = {SOCKET_ARGUMENT,
                  LEVEL_ARGUMENT,
                  OPTION_ARGUMENT,
                  {.name = "VALUE", .kind = &argument_option_value, .flags = REPEATED}},
    .summary = N_("sets an option of a socket"),
    .manual = N_("OPTION and LEVEL are as for getsockopt. How many words VALUE has, and which, "
                 "depends on the option: on or off, a number, a size as 64K, a time as 500ms, a "
                 "name; `on 5` for so_linger; a group, an address and an interface for "
                 "ip_add_membership. `explain` tells it for each option. A word that begins with "
                 "hex: is the value byte for byte, for any option. An option that is known by its "
                 "number alone takes hex: or a number, which is sent as an int."),
    .prototype = "int setsockopt(int sockfd, int level, int optname,\n"
                 "               const void *optval, socklen_t optlen);",
    .python = "s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)",
    .blocks = N_("never"),
    .errors = {{ENOPROTOOPT,
                N_("this kind of socket does not have the option, or it can only be read")},
               {EOPNOTSUPP, N_("this kind of socket does not have options of that level")},
               {EINVAL, N_("the value is out of range, of the wrong size, or not possible in the "
                           "state that the socket is in")},
               {EPERM,
                N_("only a privileged user may set it so (CAP_NET_ADMIN, for some CAP_NET_RAW)")},
               {EDOM, N_("the time is not a valid one")},
               {EADDRINUSE, N_("the socket is a member of the group already")},
               {EADDRNOTAVAIL,
                N_("it is not a member of the group, or this machine has no such address")},
               {ENODEV, N_("there is no such interface, or none that has a route to the group")},
               {EISCONN, N_("it has to be set before connect or listen")}},
    .example =
        "s = socket inet stream\nsetsockopt s so_reuseaddr on\nsetsockopt s so_linger on 5\n"
        "setsockopt s so_rcvtimeo 500ms\nsetsockopt s tcp nodelay 1\nsetsockopt s so_keepalive "
        "hex:01000000",
    .pages = "setsockopt(2), socket(7), ip(7), ipv6(7), tcp(7), udp(7)",
    .run = run_setsockopt,
    .check = check_setsockopt,
};

const struct command command_options = {
    .name = "options",
    .group = GROUP_OPTION,
    .arguments = {{.name = "SOCKET", .kind = &argument_socket, .flags = LOOKS}, LEVEL_ARGUMENT},
    .summary = N_("lists the options of a socket with their values"),
    .manual = N_("Reads every option that the kernel has for this socket, or those of one LEVEL, "
                 "and lists them. A dash stands for a value that there is only once the socket is "
                 "connected. Options that reading would use up, such as so_error, are left out: "
                 "getsockopt reads them. `explain` tells what an option is for."),
    .blocks = N_("never"),
    .errors = {{EBADF, N_("the socket is closed already")}},
    .example = "s = socket inet dgram\noptions s udp",
    .pages = "socket(7), ip(7), ipv6(7), tcp(7), udp(7)",
    .run = run_options,
};

const struct command command_set_timeout = {
    .name = "set-timeout",
    .aliases = {"settimeout"},
    .group = GROUP_OPTION,
    .arguments =
        {SOCKET_ARGUMENT,
         {.name = "DURATION", .kind = &argument_timeout},
         {.name = "SIDE", .kind = &argument_keyword, .flags = OPTIONAL, .words = "recv|send"}},
    .summary = N_("sets how long the calls on a socket wait"),
    .manual = N_("Makes a setsockopt call of SO_RCVTIMEO, which is for recv and accept, and one of "
                 "SO_SNDTIMEO, which is for send and connect; with recv or send only the one. From "
                 "then on a call that has waited that long fails with EAGAIN (connect: "
                 "EINPROGRESS). `off` lets them wait for ever again. poll, select and epoll_wait "
                 "have times of their own. Python's settimeout does it otherwise: it makes the "
                 "socket non-blocking, and waits with poll before each call."),
    .python = "s.settimeout(0.5)",
    .blocks = N_("never"),
    .errors = {{EBADF, N_("the socket is closed already")}},
    .example = "a b = socketpair unix stream\nset-timeout b 100ms\nexpect EAGAIN recv "
               "b\nset-timeout b off",
    .pages = "socket(7), setsockopt(2)",
    .run = run_set_timeout,
    .check = check_set_timeout,
};

const struct command command_get_timeout = {
    .name = "get-timeout",
    .aliases = {"gettimeout"},
    .group = GROUP_OPTION,
    .arguments = {SOCKET_ARGUMENT},
    .results = {"duration", "duration"},
    .summary = N_("reads how long the calls on a socket wait"),
    .manual =
        N_("Makes a getsockopt call of SO_RCVTIMEO and one of SO_SNDTIMEO. The results are two "
           "texts, for receiving and for sending: a duration as 500ms, or off. The kernel keeps "
           "the time in its own ticks, so it may be a little longer than what was set."),
    .python = "seconds = s.gettimeout()",
    .blocks = N_("never"),
    .errors = {{EBADF, N_("the socket is closed already")}},
    .example = "s = socket inet stream\nset-timeout s 2s recv\nr w = get-timeout s\nassert $r == "
               "2s\nassert $w == off",
    .pages = "socket(7), getsockopt(2)",
    .run = run_get_timeout,
};
