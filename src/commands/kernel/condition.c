#include "commands/kernel/condition.h"

#include <poll.h>

#include "command/offer.h"
#include "language/escape.h"
#include "language/number.h"
#include "session/backlog.h"
#include "session/foreign_name.h"
#include "session/process.h"
#include "session/service_handle.h"
#include "socket/look.h"

bool condition_compare(const struct awaited *awaited, int64_t value) {
  int order = (value > awaited->number) - (value < awaited->number);
  return value >= 0 && comparison_holds(awaited->comparison, order);
}

static short ready_of(const struct awaited *awaited) {
  struct look_details details;
  look_details(awaited->socket, &details);
  return details.ready;
}

static bool is_readable(const struct awaited *awaited) {
  return ready_of(awaited) & (POLLIN | POLLERR | POLLHUP);
}

static bool is_writable(const struct awaited *awaited) {
  return ready_of(awaited) & (POLLOUT | POLLERR | POLLHUP);
}

static bool has_error(const struct awaited *awaited) {
  return ready_of(awaited) & POLLERR;
}

/* A connection is closed if nothing is left of it in the kernel, or it is in TIME_WAIT, where no
 * process has it. */
static bool is_closed(const struct awaited *awaited) {
  enum socket_state state = look_state_again(awaited->socket);
  if (awaited->socket->descriptor >= 0 && !socket_has_tcp_states(awaited->socket))
    return state == STATE_DISCONNECTED;
  return state == STATE_CLOSED || state == STATE_TIME_WAIT || state == STATE_UNKNOWN;
}

static int64_t receive_queue_of(const struct awaited *awaited) {
  struct look_details details;
  look_details(awaited->socket, &details);
  return details.receive_queue;
}

static int64_t send_queue_of(const struct awaited *awaited) {
  struct look_details details;
  look_details(awaited->socket, &details);
  return details.send_queue;
}

static int64_t backlog_of(const struct awaited *awaited) {
  return backlog_length(awaited->runner, awaited->socket);
}

static int64_t half_open_of(const struct awaited *awaited) {
  return backlog_half_open(awaited->socket);
}

static int64_t subflows_of(const struct awaited *awaited) {
  return look_subflows(awaited->socket);
}

static bool is_in_state(const struct awaited *awaited) {
  enum socket_state state = look_state_again(awaited->socket);
  if (state == STATE_UNKNOWN && awaited->socket->descriptor < 0)
    state = STATE_CLOSED;
  return state == awaited->state;
}

static const struct condition conditions[] = {
    {.name = "readable", .of = OF_SOCKET, .holds = is_readable, .events = POLLIN, .reads = true},
    {.name = "writable", .of = OF_SOCKET, .holds = is_writable, .events = POLLOUT, .reads = true},
    {.name = "error", .of = OF_SOCKET, .holds = has_error, .events = POLLERR, .reads = true},
    {.name = "closed", .of = OF_SOCKET, .holds = is_closed, .closed = true},
    {.name = "recvq", .of = OF_SOCKET, .figure = receive_queue_of, .closed = true},
    {.name = "sendq", .of = OF_SOCKET, .figure = send_queue_of, .closed = true},
    {.name = "backlog", .of = OF_SOCKET, .figure = backlog_of},
    {.name = "half-open", .of = OF_SOCKET, .figure = half_open_of},
    {.name = "subflows", .of = OF_SOCKET, .figure = subflows_of, .reads = true},
    {.name = "exit", .of = OF_PROCESS | OF_SERVICE, .process = PROCESS_EXIT},
    {.name = "line", .of = OF_PROCESS, .process = PROCESS_LINE},
    {.name = "listening", .of = OF_PROCESS, .process = PROCESS_LISTENING},
    {.name = "held", .of = OF_WIRE, .comparison = COMPARISON_GREATER_OR_EQUAL, .number = 1},
    {.name = "empty", .of = OF_WIRE, .comparison = COMPARISON_EQUAL, .number = 0},
};
enum { CONDITIONS = sizeof conditions / sizeof *conditions };
static const struct condition state_condition = {
    .of = OF_SOCKET, .holds = is_in_state, .closed = true};
const struct condition condition_flags = {
    .of = OF_WIRE, .comparison = COMPARISON_GREATER_OR_EQUAL, .number = 1};

const struct condition *condition_find(const struct argument_value *value, unsigned of) {
  for (size_t i = 0; i < CONDITIONS; i++)
    if (conditions[i].of & of && argument_is(value, conditions[i].name))
      return &conditions[i];
  return NULL;
}

/* Appends "readable, writable, error, closed, recvq, sendq, backlog and half-open". */
static void append_conditions(unsigned of, struct bytes *text) {
  const char *last = NULL;
  size_t start = text->length;
  for (size_t i = 0; i < CONDITIONS; i++) {
    if (!(conditions[i].of & of))
      continue;
    if (last)
      bytes_append_format(text, text->length > start ? ", %s" : "%s", last);
    last = conditions[i].name;
  }
  if (last)
    bytes_append_format(text, text->length > start ? _(" and %s") : "%s", last);
}

/* Whether what is awaited may be a program: it is one, or a name that nothing is bound to yet, as
 * when a script is read. `known`: it is one. */
static bool may_be_program(const struct invocation *invocation, bool *known) {
  const struct argument_value *first = invocation_value(invocation, "SOCKET");
  const struct names *names = invocation->runner ? invocation->runner->scope.names : NULL;
  const struct value *bound = names ? names_get(names, first->word.data, first->word.length) : NULL;
  *known = bound && bound->kind == VALUE_OBJECT && process_from_object(bound->object);
  return *known || (!bound && !first->socket && name_valid(first->word.data, first->word.length));
}

static int no_condition(struct invocation *invocation, const struct argument_value *value) {
  struct bytes shown = {0};
  struct bytes list = {0};
  bool program = false;
  int status;
  escape_append_quoted(&shown, value->word.data, value->word.length, 60, escape_chosen());
  append_conditions(OF_SOCKET, &list);
  bool may = may_be_program(invocation, &program);
  if (program)
    status = condition_none_of_program(invocation, value);
  else
    status = invocation_wrong(invocation, value,
                              _("%s is no condition: there are %s with a comparison, and the "
                                "states, as ESTABLISHED or CLOSE_WAIT%s"),
                              bytes_text(&shown), bytes_text(&list),
                              may ? _("; of a program exit, line, listening, and what it prints, "
                                      "as in `await p /ready/`")
                                  : "");
  bytes_free(&shown);
  bytes_free(&list);
  return status;
}

int condition_none_of_program(struct invocation *invocation, const struct argument_value *value) {
  const struct argument_value *first = invocation_value(invocation, "SOCKET");
  struct bytes shown = {0};
  size_t length = value->word.length < 40 ? value->word.length : 40;
  escape_append(&shown, value->word.data, length, escape_chosen());
  int status = invocation_wrong(invocation, value,
                                _("a program is awaited by exit, by line, by listening, until it "
                                  "has opened a port, or by /REGEX/ in what it prints, as in "
                                  "`await %.*s /%s/`"),
                                (int)first->word.length, first->word.data, bytes_text(&shown));
  bytes_free(&shown);
  return status;
}

int condition_read(struct invocation *invocation, struct awaited *awaited) {
  const struct argument_value *value = invocation_value(invocation, "CONDITION");
  const char *text = value->word.data;
  size_t length = value->word.length;
  struct error unknown;
  awaited->condition = condition_find(value, OF_SOCKET);
  if (awaited->condition)
    return 0;
  const struct constant *state = constant_find(&constant_states, text, length, &unknown);
  if (state) {
    awaited->condition = &state_condition;
    awaited->state = (enum socket_state)state->value;
    return 0;
  }
  return constant_nearest(&constant_states, text, length)
             ? invocation_wrong(invocation, value, "%s", unknown.message)
             : no_condition(invocation, value);
}

struct check {
  const struct awaited *awaited;
  bool holds;
};

static void check_reached(struct socket *socket, void *context) {
  struct check *check = context;
  const struct condition *condition = check->awaited->condition;
  (void)socket;
  check->holds = condition->figure
                     ? condition_compare(check->awaited, condition->figure(check->awaited))
                     : condition->holds(check->awaited);
}

bool condition_holds(const struct awaited *awaited) {
  const struct condition *condition = awaited->condition;
  struct check check = {.awaited = awaited};
  struct error ignored; /* it is closed meanwhile: then the condition does not hold */
  if (condition->reads && awaited->socket->of_program) {
    foreign_name_reach(awaited->runner->session, awaited->socket, check_reached, &check, &ignored);
    return check.holds;
  }
  return condition->figure ? condition_compare(awaited, condition->figure(awaited))
                           : condition->holds(awaited);
}

static bool fits_condition(const struct argument *argument, const struct match_word *word) {
  (void)argument;
  int64_t duration;
  return duration_parse(word->data, word->length, &duration) < 0;
}

static void complete_condition(const struct argument *argument, struct offer *offer) {
  (void)argument;
  for (size_t i = 0; i < CONDITIONS; i++)
    offer_text(offer, conditions[i].name, NULL);
  for (const struct service_handle_figure *row = service_handle_figures; row->name; row++)
    offer_text(offer, row->name, NULL);
  offer_set(offer, &constant_states, false);
}

const struct argument_kind argument_condition = {
    .name = "condition",
    .regex = true,
    .fits = fits_condition,
    .complete = complete_condition,
};
