/* leaks: which sockets a program has never closed. */
#include <stdlib.h>

#include "command/cells.h"
#include "command/invocation.h"
#include "command/kinds.h"
#include "session/traced.h"
#include "view/notation/line.h"

/* The line of the call with a serial. */
struct maker {
  uint64_t serial;
  struct bytes line;
};

static bool take_maker(const struct event *event, void *context) {
  struct maker *maker = context;
  if (event->serial == maker->serial)
    line_append_call(event->call, &maker->line);
  return event->serial < maker->serial;
}

static void add_maker(struct runner *runner, struct answer *answer, uint64_t serial) {
  struct maker maker = {.serial = serial};
  if (serial)
    timeline_walk(runner->session->timeline, serial, EVENT_BIT(EVENT_CALL_FINISH), take_maker,
                  &maker);
  if (maker.line.length > 0)
    answer_add_bytes(answer, CELL_ADDRESS, maker.line.data, maker.line.length);
  else
    answer_add_empty(answer);
  bytes_free(&maker.line);
}

static void add_leak(struct runner *runner, struct answer *answer, const struct traced_leak *leak) {
  struct bytes text = {0};
  bytes_append_format(&text, "%s.%d", leak->label.name, leak->label.descriptor);
  answer_add_text(answer, bytes_text(&text));
  bytes_clear(&text);
  if (leak->seen.state != STATE_UNKNOWN) /* a log has no states */
    constant_append(&constant_states, leak->seen.state, &text);
  answer_add_text(answer, bytes_text(&text));
  bytes_free(&text);
  cells_add_address(answer, &leak->seen.local);
  cells_add_address(answer, &leak->seen.peer);
  add_maker(runner, answer, leak->made_by);
}

/* What runs has its listeners and its clients open by right: of that only what is over counts. */
static void append_leaks(struct session *session, const struct process *process,
                         struct bytes *leaks) {
  if (process->ended)
    bytes_append(leaks, process->leaks.data, process->leaks.length);
  else
    traced_append_open(session, process, leaks);
}

static int answer_leaks(struct invocation *invocation, const struct process *process,
                        const struct bytes *leaks) {
  static const char *const columns[] = {N_("FD"),   N_("STATE"),   N_("LOCAL"),
                                        N_("PEER"), N_("MADE BY"), NULL};
  const struct traced_leak *leak = (const struct traced_leak *)leaks->data;
  size_t count = leaks->length / sizeof *leak;
  struct answer answer;
  if (leaks->failed)
    return error_set_memory(invocation->error);
  invocation_give_number(invocation, (long long)count);
  if (count == 0) {
    answer_text(&answer, "leaks");
    bytes_append_format(&answer.text,
                        process->ended ? _("  %s has closed each of its sockets\n")
                                       : _("  no socket of %s is open whose connection is over\n"),
                        process->name);
    return runner_answer(invocation->runner, &answer, invocation->error);
  }
  answer_table(&answer, "leaks", columns);
  answer.matters = "...1a";
  for (size_t i = 0; i < count; i++)
    add_leak(invocation->runner, &answer, &leak[i]);
  return runner_answer(invocation->runner, &answer, invocation->error);
}

static int run_leaks(struct invocation *invocation) {
  struct runner *runner = invocation->runner;
  const struct process *process = invocation_value(invocation, "PROGRAM")->process;
  if (!process->traced && !process->imported)
    return error_set(invocation->error, ERROR_FAILURE,
                     _("the calls of %s are not read: `%s = trace COMMAND` does that"),
                     process->name, process->name);
  if (process->unknown_end)
    return error_set(
        invocation->error, ERROR_FAILURE,
        _("the end of %s is not in the log that it is from, so it is not known what it "
          "closed in time"),
        process->name);
  struct bytes leaks = {0};
  append_leaks(runner->session, process, &leaks);
  int status = answer_leaks(invocation, process, &leaks);
  bytes_free(&leaks);
  return status;
}

const struct command command_leaks = {
    .name = "leaks",
    .group = GROUP_SESSION,
    .arguments = {{.name = "PROGRAM", .kind = &argument_program}},
    .summary = N_("tells which sockets a traced program has never closed"),
    .manual =
        N_("Once it has ended: a row for each socket that no call has closed, but the end of the "
           "last process that had it open, with the state and the addresses that were seen last, "
           "and the call that made it. While it runs: a row for each "
           "that it has open though its connection is over, in CLOSE_WAIT or CLOSED. The number of "
           "them is what it gives, for `expect 0 leaks p`. "
           "The kernel closes them all the same; but a program that goes on like that runs out "
           "of descriptors, and its peers wait for a FIN that does not come."),
    .blocks = N_("never"),
    .example = "p = trace python3 -c 'import socket, os; s = socket.socket(); os._exit(0)'\n"
               "await p exit\nleaks p",
    .run = run_leaks,
};
