/* step: commands that let held packets cross one by one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command/invocation.h"
#include "commands/kernel/await.h"
#include "commands/kernel/await_program.h"
#include "lab/lab.h"
#include "session/inventory.h"
#include "session/observe.h"
#include "session/process.h"
#include "session/session_lab.h"

static int report_nothing_held(const struct wire *wire, struct error *error) {
  return error_set(
      error, ERROR_FAILURE,
      wire->holds ? _("no packet is held: none has come that was not let across")
                  : _("no packet is held, since the wire lets them flow: `wire hold` stops them"));
}

/* Waits until a packet is held. 0, 1 after the deadline or if the wire lets packets flow, -1 if
 * interrupted. */
static int wait_held(struct runner *runner, struct wire *wire, int64_t deadline,
                     struct error *error) {
  for (;;) {
    unsigned news = wire->news;
    wire_lock(wire);
    bool held = wire->held.first != NULL;
    bool holds = wire->holds;
    wire_unlock(wire);
    if (held)
      return 0;
    if (!holds || clock_monotonic() >= deadline)
      return 1;
    if (!runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED))
      return runner_interrupted(runner, error);
    futex_wait(&wire->news, news, deadline);
    runner_wait_end(runner);
    if (runner->waiter.reason != WAIT_NOT_INTERRUPTED)
      return runner_interrupted(runner, error);
  }
}

/* Lets the first held packet cross, and reports what changed. */
static void deliver_next(struct invocation *invocation, struct wire *wire) {
  struct runner *runner = invocation->runner;
  session_lab_lock_wire(invocation->runner, wire);
  if (wire->held.first)
    wire_deliver(wire, wire->held.first);
  session_lab_unlock_wire(wire);
  if (!runner->session->settings.stable && session_looks(runner->session))
    inventory_report_lab(runner);
}

static int run_step(struct invocation *invocation) {
  struct runner *runner = invocation->runner;
  struct wire *wire = session_lab_wire(invocation->runner->session, invocation->error);
  long long count = invocation_number(invocation, "N", 1);
  long long done = 0;
  if (!wire)
    return -1;
  if (count < 1)
    return invocation_wrong(invocation, invocation_value(invocation, "N"),
                            _("at least one packet is to cross"));
  for (; done < count; done++) {
    int64_t deadline = clock_monotonic() + runner->session->settings.blocks_after;
    int waited = wait_held(runner, wire, deadline, invocation->error);
    if (waited < 0)
      return -1;
    if (waited > 0 && done == 0)
      return report_nothing_held(wire, invocation->error);
    if (waited > 0)
      break;
    deliver_next(invocation, wire);
  }
  runner->session->stepping = true;
  invocation_give_number(invocation, done);
  return 0;
}

static int check_until(struct invocation *invocation) {
  const struct argument_value *socket = invocation_value(invocation, "SOCKET");
  const struct argument_value *flags = invocation_value(invocation, "flags");
  if (flags && !flags->unknown && packet_flags_parse(flags->word.data, flags->word.length) < 0)
    return invocation_wrong(
        invocation, flags,
        _("flags are written as the wire shows them, S, S., F., R, or by name: syn|ack"));
  if (socket && flags)
    return invocation_wrong(invocation, flags,
                            _("either a socket's condition or a packet's flags are waited for"));
  if (!socket && !flags)
    return invocation_wrong(
        invocation, NULL,
        _("what is waited for is missing: `step until c ESTABLISHED`, `step until flags F.`"));
  if (socket && !invocation_value(invocation, "CONDITION"))
    return invocation_wrong(invocation, socket,
                            _("the condition is missing, as in `step until c ESTABLISHED`"));
  return socket ? await_check(invocation) : 0;
}

/* What ends `step until`: a condition, or the flags of the next packet. */
struct until {
  struct awaited awaited;
  struct wire *wire;
  struct process_awaited program; /* its process is NULL: none */
  int flags;                      /* -1: none */
};

/* What a program prints comes a moment after the packet that it answers. 1, 0, or -1 with an error:
 * it has ended without. */
static int program_is_there(struct invocation *invocation, struct until *until) {
  enum { MOMENT = 50000000 };
  struct error error;
  int64_t moment = until->program.condition == PROCESS_EXIT ? 0 : MOMENT;
  if (process_await(invocation->runner, &until->program, clock_monotonic() + moment, &error) == 0)
    return 1;
  if (error.number == ETIMEDOUT)
    return 0;
  *invocation->error = error;
  return -1;
}

static int is_reached(struct invocation *invocation, struct until *until) {
  if (until->program.process)
    return program_is_there(invocation, until);
  if (until->flags < 0)
    return condition_holds(&until->awaited);
  wire_lock(until->wire);
  bool next =
      until->wire->held.first && wire_has_flags(until->wire->held.first, (unsigned)until->flags);
  wire_unlock(until->wire);
  return next;
}

static int read_until(struct invocation *invocation, struct until *until) {
  const struct argument_value *first = invocation_value(invocation, "SOCKET");
  const struct argument_value *flags = invocation_value(invocation, "flags");
  until->flags = -1;
  if (flags) {
    until->flags = packet_flags_parse(flags->word.data, flags->word.length);
    return check_until(invocation);
  }
  if (first->process)
    return await_read_program(invocation, first->process, &until->program);
  if (!first->socket)
    return invocation_wrong(
        invocation, first,
        _("a socket's condition, a program's or a packet's flags are waited for here"));
  return await_read(invocation, &until->awaited);
}

/* Lets packets across until it is so. The number of those that crossed, or -1 with an error. */
static long long step_until(struct invocation *invocation, struct until *until) {
  struct runner *runner = invocation->runner;
  int64_t timeout = invocation_duration(invocation, "TIMEOUT", runner->session->settings.timeout);
  int64_t deadline = clock_monotonic() + timeout;
  long long count = 0;
  int reached;
  /* Packets that are already held must cross before the deadline counts. */
  while ((reached = is_reached(invocation, until)) == 0) {
    int64_t soon = clock_monotonic() + 20000000;
    int waited =
        wait_held(runner, until->wire, soon < deadline ? soon : deadline, invocation->error);
    if (waited < 0)
      return -1;
    if (waited > 0 && !until->wire->holds)
      return report_nothing_held(until->wire, invocation->error);
    if (waited > 0 && clock_monotonic() >= deadline)
      return error_set_errno(invocation->error, ETIMEDOUT,
                             _("%lld packets have crossed, none is held, and it is not so"), count);
    if (waited > 0 || (!until->program.process && is_reached(invocation, until)))
      continue; /* it has become so while the packet came */
    deliver_next(invocation, until->wire);
    count++;
  }
  return reached < 0 ? -1 : count;
}

static int run_until(struct invocation *invocation) {
  struct runner *runner = invocation->runner;
  struct until until = {.wire = session_lab_wire(runner->session, invocation->error)};
  if (!until.wire || read_until(invocation, &until) < 0)
    return -1;
  long long count = step_until(invocation, &until);
  regex_free(until.program.regex);
  if (count < 0)
    return -1;
  runner->touched.lab = true;
  runner->session->stepping = true;
  invocation_give_number(invocation, count);
  return 0;
}

const struct command command_step = {
    .name = "step",
    .group = GROUP_LAB,
    .parts = true,
    .arguments = {{.name = "N", .kind = &argument_number, .flags = OPTIONAL}},
    .results = {"number of packets that crossed"},
    .summary = N_("lets the next held packet, or the next N, across"),
    .manual = N_("Behind each it shows which states have changed on both sides, and what the "
                 "receiver has sent in answer is held. At the prompt an empty line repeats it. "
                 "Where none is held yet, one may take `set blocks-after` to come."),
    .blocks = N_("for a moment, where no packet is held"),
    .example =
        "lab\nwire hold\nsrv = @server tcp-listen 80\nc = @client tcp-connect server:80 &\nstep 3",
    .pages = "socksh-lab(7)",
    .run = run_step,
};

const struct command command_step_until = {
    .name = "step until",
    .group = GROUP_LAB,
    .arguments = {AWAIT_ARGUMENTS(OPTIONAL),
                  {.name = "TIMEOUT", .kind = &argument_duration, .flags = OPTIONAL},
                  {.name = "FLAGS", .kind = &argument_text, .flags = OPTIONAL, .keyword = "flags"}},
    .results = {"number of packets that crossed"},
    .summary = N_("lets held packets across until something is so"),
    .manual = N_(
        "Either a condition of a socket or a program, as `await` has it: step until c "
        "ESTABLISHED, step until p /REGEX/, which looks for a moment behind each packet what the "
        "program p has printed; or the flags "
        "of the packet that would cross next, which is then still held: step until flags F. It "
        "fails with ETIMEDOUT after TIMEOUT, or `set timeout` where that is omitted."),
    .blocks = N_("until it is so, or the time is over"),
    .errors = {{ETIMEDOUT, N_("no packet that was still to come has made it so")}},
    .example = "lab\nwire hold\nsrv = @server tcp-listen 80\nc = @client tcp-connect server:80 "
               "&\nstep until srv backlog == 1",
    .pages = "socksh-lab(7)",
    .check = check_until,
    .run = run_until,
};
