/* recorded: commands that read from the timeline what states sockets went through. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/invocation.h"
#include "language/escape.h"
#include "session/inventory.h"
#include "session/session_look.h"
#include "view/notation/line.h"
#include "view/notation/notation.h"
#include "view/picture/diagram.h"

/* A change of a socket's state. */
struct change {
  struct event_state state;
  uint64_t serial;
  uint64_t cause;
};

struct changes {
  const struct socket *socket; /* NULL: all */
  struct bytes list;           /* struct change */
};

static bool take_change(const struct event *event, void *context) {
  struct changes *changes = context;
  struct change change = {*event->state, event->serial, event->cause};
  if (!changes->socket || socket_has_label(changes->socket, &event->state->socket))
    bytes_append(&changes->list, &change, sizeof change);
  return true;
}

/* Collects the calls and packets that caused the changes, as lines. */
struct causes {
  const struct change *changes;
  size_t count;
  struct bytes lines; /* one line for each change, each terminated by zero */
  size_t next;
};

static bool take_cause(const struct event *event, void *context) {
  struct causes *causes = context;
  for (; causes->next < causes->count && causes->changes[causes->next].cause < event->serial;
       causes->next++)
    bytes_append_char(&causes->lines, '\0');
  for (; causes->next < causes->count && causes->changes[causes->next].cause == event->serial;
       causes->next++) {
    if (event->actor)
      bytes_append_format(&causes->lines, "%s: ", event->actor->name);
    if (event->kind == EVENT_PACKET)
      line_append_packet_name(&event->packet, &causes->lines);
    else
      line_append_call(event->call, &causes->lines);
    bytes_append_char(&causes->lines, '\0');
  }
  return causes->next < causes->count;
}

static void add_state_name(struct answer *answer, enum socket_state state) {
  struct bytes text = {0};
  constant_append(&constant_states, state, &text);
  answer_add_text(answer, bytes_text(&text));
  bytes_free(&text);
}

/* Says if states between the two looks were missed. */
static void add_remark(struct answer *answer, const struct change *change) {
  const struct snapshot *before = &change->state.before;
  const struct snapshot *now = &change->state.now;
  bool first = before->state == STATE_UNKNOWN;
  struct transition_sight sight = notation_sight(&change->state);
  bool tcp = change->state.socket.protocol == IPPROTO_TCP;
  bool gap = tcp && !first && before->state != now->state && transition_taken(&sight) == 0;
  bool none = transition_find(before->state, now->state) == 0;
  bool lost = now->state == STATE_CLOSED && gap;
  if (change->state.reason != REASON_NONE)
    answer_add_text(answer, line_reason(change->state.reason));
  else if (gap && !lost)
    answer_add_text(answer, none ? _("states between were not seen")
                                 : _("states between may have been missed"));
  else if (lost)
    answer_add_text(answer, now->state == STATE_CLOSED && before->state == STATE_TIME_WAIT
                                ? _("sooner than after 60 s")
                                : _("states between were not seen, or it was reset"));
  else if (first && change->state.socket.role == ROLE_QUEUED)
    answer_add_text(answer, _("in its listener's queue"));
  else
    answer_add_empty(answer);
}

/* "3 srv" */
static void add_label(struct answer *answer, const struct socket_label *label) {
  char text[SOCKET_NAME_SIZE + 16];
  if (label->of_program)
    snprintf(text, sizeof text, "%s.%d", label->name, label->descriptor);
  else
    snprintf(text, sizeof text, label->name[0] ? "%d %s" : "%d", label->descriptor, label->name);
  answer_add_text(answer, text);
}

/* `all`: of more than one socket, so that each row names its own. */
static void add_change(struct answer *answer, const struct change *change, int64_t start, bool all,
                       const char *cause) {
  const struct snapshot *before = &change->state.before;
  bool first = before->state == STATE_UNKNOWN;
  answer_add_time(answer, change->state.now.time - start);
  if (all)
    add_label(answer, &change->state.socket);
  if (first)
    answer_add_empty(answer);
  else
    add_state_name(answer, before->state);
  add_state_name(answer, change->state.now.state);
  if (first || before->time == 0 || change->state.exact)
    answer_add_empty(answer);
  else
    answer_add_time(answer, change->state.now.time - before->time);
  if (*cause)
    answer_add_bytes(answer, CELL_ADDRESS, cause, strlen(cause));
  else
    answer_add_empty(answer);
  add_remark(answer, change);
}

/* What has changed since the last look, and was not seen, belongs to the answer. */
static void look_again(struct runner *runner, struct socket *socket) {
  struct look_cause cause = {
      .job = runner->job, .statement = runner->statement, .time = clock_monotonic(), .asked = true};
  if (runner->session->settings.look)
    session_look(runner->session, socket, &cause);
}

/* The same for all sockets. */
static void look_again_at_all(struct runner *runner) {
  struct inventory inventory;
  struct error ignored; /* out of memory: the answer says what is known */
  if (runner->session->settings.look &&
      inventory_take(runner, KERNEL_TCP | KERNEL_MPTCP, &inventory, &ignored) == 0)
    inventory_free(&inventory);
}

/* A row for each change. A new address alone, or a descriptor for a connection known from the
 * queue, does not change the state. */
static void list_changes(struct answer *answer, const struct causes *causes, bool all) {
  static const char *const columns[] = {N_("AT"),     N_("SOCKET"), N_("FROM"), N_("TO"),
                                        N_("UNSEEN"), N_("BY"),     "",         NULL};
  static const char *const of_one[] = {N_("AT"), N_("FROM"), N_("TO"), N_("UNSEEN"),
                                       N_("BY"), "",         NULL};
  answer_table(answer, "transitions", all ? columns : of_one);
  answer->matters = all ? "....321" : "...321";
  const char *line = causes->lines.data;
  enum socket_state last = STATE_UNKNOWN;
  for (size_t i = 0; !causes->lines.failed && i < causes->count; i++) {
    const struct event_state *state = &causes->changes[i].state;
    if (all)
      last = state->before.state;
    if (state->now.state != last)
      add_change(answer, &causes->changes[i], causes->changes[0].state.now.time, all, line);
    last = state->now.state;
    line += strlen(line) + 1;
  }
}

static int run_transitions(struct invocation *invocation) {
  struct runner *runner = invocation->runner;
  const struct socket *socket = invocation_socket(invocation, "SOCKET");
  struct changes changes = {.socket = socket};
  struct answer answer;
  if (socket)
    look_again(runner, (struct socket *)socket);
  else
    look_again_at_all(runner);
  uint64_t lost =
      timeline_walk(runner->session->timeline, 1, EVENT_BIT(EVENT_STATE), take_change, &changes);
  struct causes causes = {.changes = (const struct change *)changes.list.data,
                          .count = changes.list.length / sizeof(struct change)};
  timeline_walk(runner->session->timeline, 1,
                EVENT_BIT(EVENT_CALL_FINISH) | EVENT_BIT(EVENT_PACKET), take_cause, &causes);
  for (; causes.next < causes.count; causes.next++)
    bytes_append_char(&causes.lines, '\0');
  list_changes(&answer, &causes, !socket);
  answer.cells.failed = answer.cells.failed || changes.list.failed || causes.lines.failed;
  bytes_free(&changes.list);
  bytes_free(&causes.lines);
  if (lost > 0)
    runner_note(runner, _("the beginning of this session is no longer kept"));
  if (answer_row_count(&answer) == 0 && !answer_failed(&answer)) {
    answer_free(&answer);
    answer_text(&answer, "transitions");
    bytes_append_text(&answer.text, socket ? _("  no look has seen a state of this socket yet\n")
                                           : _("  no look has seen a state of a socket yet\n"));
  }
  return runner_answer(runner, &answer, invocation->error);
}

static void fill_diagram(struct diagram *diagram, const struct changes *changes) {
  const struct change *list = (const struct change *)changes->list.data;
  for (size_t i = 0; i < changes->list.length / sizeof *list; i++) {
    const struct event_state *state = &list[i].state;
    if (state->socket.protocol != IPPROTO_TCP || state->before.state == state->now.state)
      continue;
    /* A half-open connection in a listener's queue came there from LISTEN. */
    bool half_open = state->socket.role == ROLE_QUEUED && state->now.state == STATE_SYN_RECV;
    struct transition_sight sight = notation_sight(state);
    if (sight.from == STATE_UNKNOWN && half_open)
      sight.from = STATE_LISTEN;
    diagram_note(diagram, &sight);
  }
}

/* A row for each arc of the diagram. */
static void list_arcs(struct answer *answer, const struct diagram *diagram) {
  static const char *const columns[] = {N_("ARC"),  N_("FROM"), N_("TO"), N_("SEEN"),
                                        N_("WHEN"), "",         NULL};
  answer_table(answer, "arcs", columns);
  answer->matters = ".....1";
  for (int i = 0; i < TRANSITION_COUNT; i++) {
    answer_add_number(answer, i + 1);
    add_state_name(answer, transitions[i].from);
    add_state_name(answer, transitions[i].to);
    answer_add_number(answer, diagram->taken[i]);
    answer_add_text(answer, _(transitions[i].cause));
    answer_add_text(answer, transitions[i].instead ? _(transitions[i].instead) : "");
  }
}

static int run_diagram(struct invocation *invocation) {
  struct runner *runner = invocation->runner;
  struct changes changes = {.socket = invocation_socket(invocation, "SOCKET")};
  struct diagram diagram = {0};
  struct answer answer;
  if (changes.socket)
    look_again(runner, (struct socket *)changes.socket);
  else
    look_again_at_all(runner);
  timeline_walk(runner->session->timeline, 1, EVENT_BIT(EVENT_STATE), take_change, &changes);
  fill_diagram(&diagram, &changes);
  bool failed = changes.list.failed;
  bytes_free(&changes.list);
  if (failed)
    return error_set_memory(invocation->error);
  const struct argument_value *what = invocation_value(invocation, "WHAT");
  if (bytes_equal(what->word.data, what->word.length, "arcs", 4)) {
    list_arcs(&answer, &diagram);
  } else {
    answer_text(&answer, "diagram");
    diagram_append(&diagram, &answer.text);
  }
  return runner_answer(runner, &answer, invocation->error);
}

const struct command command_transitions = {
    .name = "transitions",
    .group = GROUP_STATES,
    .arguments = {{.name = "SOCKET",
                   .kind = &argument_socket,
                   .flags = OPTIONAL | LOOKS | RECORDED}},
    .summary = N_("shows the states that a socket went through, and what brought it there"),
    .manual =
        N_("It looks once more, and then gives a row for each change that a look has seen: when, "
           "counted from the first; from "
           "which state to which; how long before it the look was that still saw the old "
           "one, so within which time it has happened; the call behind which it was "
           "seen, or in a lab the packet, and then nothing lies between; and why, where the kernel "
           "says it. The path begins in the listener's queue, if somebody looked then, and goes "
           "on beyond close. Where no arc of TCP's state diagram leads from the one to the "
           "other, states between them were not seen, and it says so; where another way leads "
           "there, too, they may have been missed. Without SOCKET it has the changes of all, in "
           "one order."),
    .blocks = N_("never"),
    .example = "srv = tcp-listen 127.0.0.1:0\nc = tcp-connect srv\ns = accept srv\nclose s\nclose "
               "c\ntransitions s",
    .pages = "tcp(7)",
    .run = run_transitions,
};

const struct command command_diagram = {
    .name = "diagram",
    .parts = true,
    .group = GROUP_STATES,
    .arguments = {{.name = "WHAT", .kind = &argument_keyword, .words = "states|arcs|sequence"},
                  {.name = "SOCKET",
                   .kind = &argument_socket,
                   .flags = OPTIONAL | LOOKS | RECORDED}},
    .summary = N_("draws TCP's state diagram, with what was seen marked on it"),
    .manual =
        N_("The diagram of RFC 9293. States that SOCKET, or any socket of the session, was "
           "seen in have square brackets at their sides, and arcs that were seen have them "
           "around their number; those that Linux does not have are marked by x. Below stands "
           "how many were seen. `diagram arcs` lists the arcs by their number: how often each was "
           "seen, and what takes it. An arc counts only when both its ends were seen one after the "
           "other and no "
           "other way leads from the one to the other, or in a lab the packet shows it: a "
           "state that nobody looked at in time is not made up."),
    .blocks = N_("never"),
    .example = "srv = tcp-listen 127.0.0.1:0\nc = tcp-connect srv\ndiagram states\ndiagram "
               "arcs",
    .pages = "tcp(7)",
    .run = run_diagram,
};
