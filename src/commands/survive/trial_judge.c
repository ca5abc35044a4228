#include "commands/survive/trial_judge.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "commands/survive/possible_error.h"
#include "commands/survive/trial_rest.h"
#include "lab/lab.h"
#include "language/escape.h"
#include "session/fault.h"
#include "session/session_look.h"
#include "session/traced.h"

struct judge {
  struct runner *runner;
  const struct trial_plan *plan;
  const struct trial_run *run;
  struct trial_end *end;
};

/* What it comes to. */
static int say(struct judge *judge, enum verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int say(struct judge *judge, enum verdict verdict, const char *format, ...) {
  va_list list;
  va_start(list, format);
  judge->end->verdict = verdict;
  bytes_clear(&judge->end->why);
  bytes_append_format_list(&judge->end->why, format, list);
  va_end(list);
  return 0;
}

/* Calls `each` for the plan's own faults and rules that have been applied, until it returns true.
 */
static bool any_hit(const struct judge *judge, bool (*of_call)(const struct fault *fault),
                    bool (*of_packet)(const struct wire_rule *rule)) {
  const struct session *session = judge->runner->session;
  const struct fault *fault = session->faults;
  for (size_t i = 0; fault && i < judge->run->faults; i++, fault = fault->next)
    if (fault->hit > 0 && of_call(fault))
      return true;
  if (!session->lab)
    return false;
  bool found = false;
  wire_lock(&session->lab->wire);
  for (size_t i = 0; i < judge->run->rules; i++)
    found =
        found || (session->lab->wire.rules[i]->hit > 0 && of_packet(session->lab->wire.rules[i]));
  wire_unlock(&session->lab->wire);
  return found;
}

static bool is_call(const struct fault *fault) {
  return fault;
}

static bool is_packet(const struct wire_rule *rule) {
  return rule;
}

/* Whether it loses a connection, so that nobody can expect that it goes on. */
static bool call_loses(const struct fault *fault) {
  enum error_effect effect;
  return possible_error_effect(fault->call, fault->effect.error, &effect) &&
         effect != EFFECT_AGAIN; /* what a server can't set up for one client, too */
}

static bool call_times_out(const struct fault *fault) {
  return fault->effect.error == EAGAIN && call_rows[fault->call].direction != MOVES_NOTHING;
}

static bool no_packet(const struct wire_rule *rule) {
  return !rule;
}

static bool rule_loses(const struct wire_rule *rule) {
  return rule->action == RULE_DROP && rule->selection.first == 0;
}

static bool take_timeout(const struct event *event, void *context) {
  const struct call *call = event->call;
  bool *found = context;
  *found = event->actor && call->name == CALL_SETSOCKOPT && call->number[0] == SOL_SOCKET &&
           (call->number[1] == SO_RCVTIMEO || call->number[1] == SO_SNDTIMEO);
  return !*found;
}

/* Where a program has set a timeout, EAGAIN says that it is over, and not that to wait helps. */
static bool loses_connection(const struct judge *judge) {
  bool timed = false;
  if (any_hit(judge, call_loses, rule_loses))
    return true;
  if (any_hit(judge, call_times_out, no_packet))
    timeline_walk(judge->runner->session->timeline, 1, EVENT_BIT(EVENT_CALL_FINISH), take_timeout,
                  &timed);
  return timed;
}

/* The fault is over: from here on all goes its way, but for a connection that was to be lost. */
static void end_faults(struct session *session) {
  fault_remove(session, 0);
  if (!session->lab)
    return;
  struct wire *wire = &session->lab->wire;
  wire_lock(wire);
  for (size_t i = 0; i < wire->rule_count; i++)
    if (wire->rules[i]->hit > 0 && rule_loses(wire->rules[i]))
      wire_rule_keep_to_flow(wire, wire->rules[i]);
    else
      wire_rule_switch(wire, wire->rules[i], true);
  wire_unlock(wire);
  lab_follow_wire(session->lab);
}

/* Whether a program is busy with nothing: the script is over, and so are its connections. */
static int judge_busy(struct judge *judge, struct error *error) {
  enum { MANY = 200 };
  const double much = 0.2; /* of a processor: one that is traced stands still most of the time */
  uint64_t calls = 0;
  double share = 0;
  int rests = trial_rest_await(judge->runner, &calls, &share, error);
  if (rests != 0)
    return rests < 0 ? -1 : 0;
  if (calls < MANY && share < much)
    return 0;
  say(judge, VERDICT_SPUN,
      _("it goes on though nothing happens: %llu calls, and %.0f %% of a processor"),
      (unsigned long long)calls, share * 100);
  return 1;
}

/* The session's own sockets are closed, and its jobs ended, but programs go on. */
static void end_clients(struct runner *runner) {
  struct session *session = runner->session;
  struct result result = {0};
  struct bytes line = {0};
  struct error ignored;
  for (unsigned job = session->shell->last_job(session); job > 0; job--)
    if (!process_of_job(session, job))
      session->shell->kill_job(runner, job, &ignored);
  for (const struct socket *socket = socket_table_next(&session->sockets, 0); socket;
       socket = socket_table_next(&session->sockets, socket->descriptor + 1))
    bytes_append_format(&line, line.length ? " %d" : "close %d", socket->descriptor);
  if (line.length > 0)
    session->shell->run_line(runner, "survive", bytes_text(&line), &result, &ignored);
  bytes_free(&line);
  result_clear(&result);
}

/* Counts what programs have open though its connection is over, and keeps the name of the first:
 * "s.4". */
static size_t count_open(struct session *session, struct bytes *name) {
  struct bytes leaks = {0};
  for (const struct process *process = session->programs; process; process = process->next)
    traced_append_open(session, process, &leaks);
  const struct traced_leak *first = (const struct traced_leak *)leaks.data;
  size_t count = leaks.length / sizeof *first;
  if (count > 0)
    bytes_append_format(name, "%s.%d", first->label.name, first->label.descriptor);
  bytes_free(&leaks);
  return count;
}

/* Counts them, and gives the programs some time to close what they have. */
static int await_closed(struct judge *judge, struct bytes *name, struct error *error) {
  enum { PAUSE = 20000000, PATIENCE = 1000000000 };
  int64_t until = clock_monotonic() + PATIENCE;
  for (;;) {
    bytes_clear(name);
    judge->end->open = count_open(judge->runner->session, name);
    bool learns = !judge->plan->fault;
    bool more = learns ? judge->end->open > 0 : judge->end->open > judge->plan->open;
    if (!more || clock_monotonic() > until)
      return 0;
    if (runner_wait_until(judge->runner, clock_monotonic() + PAUSE, error) < 0)
      return -1;
  }
}

struct serving {
  unsigned program;
  bool ready;  /* it listens, or is bound to a port of UDP */
  bool serves; /* and has begun to wait for clients */
};

static bool waits_for_clients(const struct call *call) {
  return fault_same_call(call->name, CALL_ACCEPT) || call_row(call)->payload == PAYLOAD_ITEMS ||
         call_row(call)->direction == RECEIVES;
}

static bool take_serving(const struct event *event, void *context) {
  struct serving *serving = context;
  const struct call *call = event->call;
  bool listens = call->name == CALL_LISTEN ||
                 (call->name == CALL_BIND && call->subject.protocol == IPPROTO_UDP);
  if (!event->actor || event->actor->program != serving->program)
    return true;
  serving->serves = serving->serves || (serving->ready && waits_for_clients(call));
  serving->ready = serving->ready || (listens && call->error == 0);
  return !serving->serves;
}

/* Whether it has become a server: also one whose first call for that has not ended. */
static bool serves(const struct session *session, const struct process *process) {
  struct serving serving = {.program = process->job};
  struct trace_task *task = NULL;
  timeline_walk(session->timeline, 1, EVENT_BIT(EVENT_CALL_FINISH), take_serving, &serving);
  while (serving.ready && !serving.serves && process->traced &&
         (task = task_next(tracer_tracing(session->tracer), process->traced, task)))
    serving.serves = task->inside && waits_for_clients(&task->call);
  return serving.serves;
}

/* The last line of what it said on standard error. */
static void append_last_words(const struct process *process, struct bytes *text) {
  const struct bytes *kept = &process->streams[PROGRAM_ERRORS].kept;
  size_t end = kept->length;
  while (end > 0 && (kept->data[end - 1] == '\n' || kept->data[end - 1] == '\r'))
    end--;
  size_t start = end;
  while (start > 0 && kept->data[start - 1] != '\n')
    start--;
  if (end == start)
    return;
  bytes_append_text(text, ": ");
  escape_append_plain(text, kept->data + start, end - start < 200 ? end - start : 200, false,
                      ESCAPE_ASCII);
}

/* Whether it is the program that the fault is put to, where that is known: others only suffer from
 * what it does. */
static bool is_meant(const struct judge *judge, const struct process *process) {
  const struct fault *fault = judge->runner->session->faults;
  for (size_t i = 0; fault && i < judge->run->faults; i++, fault = fault->next)
    if (fault->hit > 0)
      return strcmp(fault->program, process->name) == 0;
  return true;
}

/* A program that has ended by itself, though the script took no notice. True: that says all. */
static bool judge_end(struct judge *judge, const struct process *process) {
  enum { SHELL_SIGNAL = 128 };
  const struct session *session = judge->runner->session;
  if (!process->traced || !process->ended || process->asked || !is_meant(judge, process))
    return false;
  if (process->signal) {
    say(judge, VERDICT_CRASHED, _("%s was ended by SIG%s"), process->name,
        sigabbrev_np(process->signal));
    return true;
  }
  if (judge->run->status == 0 && (process->noticed || process->status == 0))
    return false;
  if (process->noticed && process->status == 0)
    return false; /* it had done its work before */
  const char *by = sigabbrev_np(process->status - SHELL_SIGNAL);
  if (process->status > SHELL_SIGNAL && by) { /* the shell that ran it says so */
    say(judge, VERDICT_CRASHED, _("%s was ended by SIG%s"), process->name, by);
    return true;
  }
  bool gave_up = process->status != 0 && !serves(session, process) && loses_connection(judge);
  say(judge, gave_up ? VERDICT_GAVE_UP : VERDICT_ENDED, _("%s ended with status %d"), process->name,
      process->status);
  append_last_words(process, &judge->end->why);
  return true;
}

static bool judge_ends(struct judge *judge) {
  for (const struct process *process = judge->runner->session->programs; process;
       process = process->next)
    if (judge_end(judge, process))
      return true;
  return false;
}

/* Whatever a call was refused for a while, it made it again without a pause. */
static bool judge_hits(struct judge *judge) {
  enum { MANY = 60 }; /* a pause of 5 ms behind each one is enough */
  for (const struct fault *fault = judge->runner->session->faults; fault; fault = fault->next) {
    if (fault->lasts == 0 || fault->hit < MANY)
      continue;
    say(judge, VERDICT_SPUN, _("%s made %s %llu times within %g ms"), fault->program,
        call_rows[fault->call].name, (unsigned long long)fault->hit, (double)fault->lasts / 1e6);
    return true;
  }
  return false;
}

/* What its programs were doing when the time was over. */
static int judge_late(struct judge *judge) {
  struct session *session = judge->runner->session;
  struct bytes blocked = {0};
  for (const struct process *process = session->programs; process; process = process->next) {
    size_t length = blocked.length;
    traced_append_blocked(session, process, &blocked);
    if (blocked.length > length)
      bytes_append_format(&blocked, " (%s)", process->name);
  }
  say(judge, VERDICT_HUNG, _("after %g s the script was not over%s%s"),
      (double)judge->plan->limit / 1e9, blocked.length ? ": " : "", bytes_text(&blocked));
  bytes_free(&blocked);
  return 0;
}

/* Whether some program that runs serves others than the one whose connection was lost. */
static bool some_program_serves(const struct session *session) {
  for (const struct process *process = session->programs; process; process = process->next)
    if (process->traced && !process->ended && serves(session, process))
      return true;
  return false;
}

/* Whether some program that runs serves nobody: a client, which is to end by itself. */
static bool some_program_waits(const struct session *session) {
  for (const struct process *process = session->programs; process; process = process->next)
    if (process->traced && !process->ended && !serves(session, process))
      return true;
  return false;
}

static bool some_program_ended(const struct session *session) {
  for (const struct process *process = session->programs; process; process = process->next)
    if (process->traced && process->ended)
      return true;
  return false;
}

/* A script that has failed may have noticed the end of a program before the session has. One that
 * serves, and rests, is not about to end; any other gets some time for it. */
static int await_end(struct judge *judge, struct error *error) {
  enum { PAUSE = 5000000, PATIENCE = 300000000 };
  const struct session *session = judge->runner->session;
  int64_t until = clock_monotonic() + PATIENCE;
  uint64_t calls;
  double share;
  if (trial_rest_await(judge->runner, &calls, &share, error) < 0)
    return -1;
  while (!some_program_ended(session) && !some_program_serves(session) && clock_monotonic() < until)
    if (runner_wait_until(judge->runner, clock_monotonic() + PAUSE, error) < 0)
      return -1;
  return 0;
}

/* The script has failed, and the program runs: where the fault has cost a connection, it counts
 * whether the next client is served. */
static int judge_next(struct judge *judge, struct error *error) {
  struct trial_run again;
  struct runner *runner = judge->runner;
  char first[sizeof again.error.message];
  snprintf(first, sizeof first, "%s", judge->run->error.message);
  int busy = judge->run->late ? judge_busy(judge, error) : 0;
  if (busy != 0)
    return busy < 0 ? -1 : 0;
  bool waits = judge->run->late && some_program_waits(runner->session);
  if (waits || !loses_connection(judge) || !some_program_serves(runner->session))
    return judge->run->late ? judge_late(judge) : say(judge, VERDICT_FAILED, "%s", first);
  end_faults(runner->session);
  end_clients(runner);
  if (trial_script_run(runner, judge->plan, true, &again) < 0) {
    *error = again.error;
    return -1;
  }
  if (again.status < 0 && await_end(judge, error) < 0)
    return -1;
  if (judge_ends(judge))
    return 0;
  if (again.late)
    return say(judge, VERDICT_HUNG, _("and the next client was not served within %g s: %s"),
               (double)judge->plan->limit / 1e9, first);
  if (again.status < 0)
    return say(judge, VERDICT_FAILED, _("the next client was not served, either: %s"),
               again.error.message);
  return say(judge, VERDICT_SURVIVED, _("the connection was lost, and the next client served"));
}

/* A server that has ended as if all were well, which no script notices. */
static void judge_servers(struct judge *judge) {
  const struct process *process = judge->runner->session->programs;
  for (; process; process = process->next) {
    bool by_itself = process->traced && process->ended && !process->asked && !process->noticed;
    if (!by_itself || process->status != 0 || !serves(judge->runner->session, process))
      continue;
    if (++judge->end->ended > judge->plan->ended && is_meant(judge, process))
      say(judge, VERDICT_ENDED, _("%s ended with status 0; without the fault it goes on"),
          process->name);
  }
}

/* All went well, as far as the script says: what is left behind? */
static int judge_rest(struct judge *judge, struct error *error) {
  struct bytes name = {0};
  end_clients(judge->runner);
  int busy = judge_busy(judge, error);
  if (busy < 0)
    return -1;
  if (judge_ends(judge) || busy > 0)
    return 0;
  judge_servers(judge);
  if (judge->end->verdict != VERDICT_SURVIVED)
    return 0;
  if (await_closed(judge, &name, error) < 0) {
    bytes_free(&name);
    return -1;
  }
  if (judge->end->open > judge->plan->open)
    say(judge, VERDICT_LEAKED, _("%s is left open, though its connection is over"),
        bytes_text(&name));
  bytes_free(&name);
  return 0;
}

/* The script has failed before the fault came. */
static int say_unsteady(struct judge *judge, bool ended) {
  if (ended)
    judge->end->verdict = VERDICT_UNSTEADY;
  else if (judge->run->late)
    say(judge, VERDICT_UNSTEADY, _("the script took longer than %g s, and the fault never came"),
        (double)judge->plan->limit / 1e9);
  else
    say(judge, VERDICT_UNSTEADY, "%s", judge->run->error.message);
  return 0;
}

int trial_judge(struct runner *runner, const struct trial_plan *plan, const struct trial_run *run,
                struct trial_end *end, struct error *error) {
  struct judge judge = {runner, plan, run, end};
  bool reached = !plan->fault || any_hit(&judge, is_call, is_packet);
  if (run->status < 0 && !run->late && await_end(&judge, error) < 0)
    return -1;
  bool ended = judge_ends(&judge);
  if (!reached && run->status < 0)
    return say_unsteady(&judge, ended);
  if (!reached)
    return say(&judge, VERDICT_NOT_REACHED, "%s", _(verdict_rows[VERDICT_NOT_REACHED].meaning));
  if (ended || judge_hits(&judge))
    return 0;
  if (run->status < 0 && judge_next(&judge, error) < 0)
    return -1;
  if (end->verdict != VERDICT_SURVIVED)
    return 0;
  if (judge_rest(&judge, error) < 0)
    return -1;
  if (end->verdict == VERDICT_SURVIVED && end->why.length == 0)
    bytes_append_text(&end->why, _(verdict_rows[VERDICT_SURVIVED].meaning));
  return 0;
}
