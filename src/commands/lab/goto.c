/* goto: the command that takes a pair of sockets to a state, with lines that the user could type.
 */
#include <string.h>

#include "command/invocation.h"
#include "lab/lab.h"
#include "session/session_lab.h"

/* How to reach a state from another one. %L is the listener, %C the socket that connects, %S the
 * one that is accepted; %c and %s are their hosts. */
struct route {
  enum socket_state state;
  enum socket_state from; /* STATE_UNKNOWN: the first step */
  const char *lines;
};

static const struct route routes[] = {
    {STATE_LISTEN, STATE_UNKNOWN, "wire hold\n%L = @%s tcp-listen :0"},
    {STATE_SYN_SENT, STATE_LISTEN,
     "%C = @%c socket inet stream|nonblock\nexpect EINPROGRESS connect %C %L\nawait %C SYN_SENT"},
    {STATE_SYN_RECV, STATE_SYN_SENT, "step until %L half-open == 1"},
    {STATE_ESTABLISHED, STATE_SYN_RECV,
     "step until %C ESTABLISHED\nset-blocking %C on\nstep until %L backlog == 1\n%S = accept "
     "%L\nawait %S ESTABLISHED"},
    {STATE_FIN_WAIT1, STATE_ESTABLISHED, "shutdown %C wr\nawait %C FIN_WAIT1"},
    {STATE_CLOSE_WAIT, STATE_FIN_WAIT1, "step until %S CLOSE_WAIT"},
    {STATE_FIN_WAIT2, STATE_CLOSE_WAIT, "step until %C FIN_WAIT2"},
    {STATE_LAST_ACK, STATE_FIN_WAIT2, "shutdown %S wr\nawait %S LAST_ACK"},
    {STATE_TIME_WAIT, STATE_LAST_ACK, "step until %C TIME_WAIT"},
    {STATE_CLOSED, STATE_TIME_WAIT, "step until %S CLOSED"},
    {STATE_CLOSING, STATE_FIN_WAIT1, "shutdown %S wr\nstep until %C CLOSING"},
};

static const struct route *route_to(enum socket_state state) {
  for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
    if (routes[i].state == state)
      return &routes[i];
  return NULL;
}

enum { CLIENT, SERVER, LISTENER, NAMES };

static int check_goto(struct invocation *invocation) {
  if (invocation_nth(invocation, "NAME", NAMES))
    return invocation_wrong(invocation, invocation_nth(invocation, "NAME", NAMES),
                            _("three names at most: of the one that connects, of the one that "
                              "accepts, of the listener"));
  const struct argument_value *state = invocation_value(invocation, "STATE");
  if (state && !state->unknown && !route_to((enum socket_state)state->number))
    return invocation_wrong(invocation, state, _("this is no state of a TCP connection"));
  return 0;
}

/* What replaces the letters in a route's lines. */
struct goal {
  struct invocation *invocation;
  const struct lab *lab;
  char names[NAMES][64];
};

static const char *substitution(const struct goal *goal, char letter) {
  switch (letter) {
  case 'C':
    return goal->names[CLIENT];
  case 'S':
    return goal->names[SERVER];
  case 'L':
    return goal->names[LISTENER];
  case 'c':
    return goal->lab->hosts[0]->host.name;
  default:
    return goal->lab->hosts[1]->host.name;
  }
}

static void append_line(const struct goal *goal, const char *line, size_t length,
                        struct bytes *text) {
  for (size_t i = 0; i < length; i++)
    if (line[i] == '%' && i + 1 < length)
      bytes_append_text(text, substitution(goal, line[++i]));
    else
      bytes_append_char(text, line[i]);
  bytes_append_char(text, '\n');
}

/* Shows a line as if it had been typed, and runs it. */
static int run_line(const struct goal *goal, const char *line, size_t length) {
  struct invocation *invocation = goal->invocation;
  struct runner *runner = invocation->runner;
  struct bytes text = {0};
  struct answer answer;
  append_line(goal, line, length, &text);
  answer_text(&answer, "line");
  bytes_append(&answer.text, text.data, text.length);
  int status = text.failed ? error_set_memory(invocation->error)
                           : runner_answer(runner, &answer, invocation->error);
  if (status == 0)
    status = runner->session->shell->run_line(runner, "goto", bytes_text(&text), invocation->result,
                                              invocation->error);
  bytes_free(&text);
  return status;
}

static int follow(const struct goal *goal, const struct route *route) {
  if (route->from != STATE_UNKNOWN && follow(goal, route_to(route->from)) < 0)
    return -1;
  for (const char *line = route->lines; line;) {
    const char *end = strchr(line, '\n');
    if (run_line(goal, line, end ? (size_t)(end - line) : strlen(line)) < 0)
      return -1;
    line = end ? end + 1 : NULL;
  }
  return 0;
}

/* Makes sure there is a lab with two hosts, and no held packet that the steps would let across. */
static int prepare(struct invocation *invocation) {
  struct session *session = invocation->runner->session;
  if (!session->lab && session->shell->run_line(invocation->runner, "goto", "lab\n",
                                                invocation->result, invocation->error) < 0)
    return -1;
  struct lab *lab = session->lab;
  if (!lab || lab->host_count < 2)
    return error_set(invocation->error, ERROR_FAILURE,
                     _("the lab has fewer than two hosts: `lab NAME` adds one"));
  wire_lock(&lab->wire);
  size_t held = lab->wire.held.count;
  wire_unlock(&lab->wire);
  if (held > 0)
    return error_set(
        invocation->error, ERROR_FAILURE,
        _("packets are held (%zu), which would cross on the way: let them with `wire flow` first"),
        held);
  return 0;
}

static void take_names(struct goal *goal) {
  static const char *const default_names[NAMES] = {"c", "s", "srv"};
  for (size_t i = 0; i < NAMES; i++) {
    const struct argument_value *value = invocation_nth(goal->invocation, "NAME", i);
    const char *name = value ? value->word.data : default_names[i];
    size_t length = value ? value->word.length : strlen(default_names[i]);
    memcpy(goal->names[i], name,
           length < sizeof goal->names[i] ? length : sizeof goal->names[i] - 1);
  }
}

static int run_goto(struct invocation *invocation) {
  struct goal goal = {.invocation = invocation};
  const struct route *route =
      route_to((enum socket_state)invocation_number(invocation, "STATE", 0));
  const struct argument_value *value;
  for (value = invocation_value(invocation, "NAME"); value;
       value = invocation_next(invocation, value))
    if (value->word.length >= sizeof goal.names[0])
      return invocation_wrong(invocation, value, _("such a name has at most 63 characters here"));
  if (!route)
    return invocation_wrong(invocation, invocation_value(invocation, "STATE"),
                            _("this is no state of a TCP connection"));
  if (prepare(invocation) < 0)
    return -1;
  goal.lab = invocation->runner->session->lab;
  take_names(&goal);
  int status = follow(&goal, route);
  result_clear(invocation->result);
  invocation->runner->session->stepping = status == 0;
  return status;
}

const struct command command_goto = {
    .name = "goto",
    .group = GROUP_LAB,
    .arguments = {{.name = "STATE", .kind = &argument_symbol, .set = &constant_states},
                  {.name = "NAME", .kind = &argument_name, .flags = OPTIONAL | REPEATED}},
    .summary = N_("takes a fresh pair of sockets to a state of TCP, and stops there"),
    .manual =
        N_("By lines that it shows and anybody could type: they are the way to the state. The wire "
           "is held, so the state stands. The socket that connects is c, the one that accepts s, "
           "and the listener srv, unless other names are given, in this order. Of CLOSE_WAIT, "
           "LAST_ACK and CLOSED it is s that stands in the state, of SYN_RECV a connection in the "
           "queue of srv, of the others c. Without a lab it makes one."),
    .blocks = N_("until the state is reached"),
    .example = "goto FIN_WAIT2\nstates",
    .pages = "socksh-lab(7), tcp(7)",
    .check = check_goto,
    .run = run_goto,
};
