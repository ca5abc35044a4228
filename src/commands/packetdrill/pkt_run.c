#include "commands/packetdrill/pkt_run.h"

#include <stdio.h>
#include <string.h>

#include "commands/packetdrill/pkt_call.h"
#include "commands/packetdrill/pkt_check.h"
#include "commands/packetdrill/pkt_code.h"
#include "commands/packetdrill/pkt_command.h"
#include "commands/packetdrill/pkt_event.h"
#include "commands/packetdrill/pkt_host.h"
#include "commands/packetdrill/pkt_life.h"
#include "commands/packetdrill/pkt_peer.h"
#include "commands/packetdrill/pkt_setting.h"
#include "commands/packetdrill/pkt_tick.h"
#include "commands/packetdrill/pkt_turn.h"
#include "system/processor.h"
#include "system/thread.h"

/* When a step is due; that of a step at any time is found out. */
static void set_due(struct pkt_state *state, const struct pkt_step *step) {
  if (step->time.moment == PKT_AT)
    state->due = state->began + step->time.from;
  else if (step->time.moment == PKT_AFTER)
    state->due += step->time.from;
}

static int perform(struct pkt_state *state, const struct pkt_step *step, struct error *error) {
  bool outbound = step->kind == PKT_SEGMENT && step->segment.outbound;
  if (!outbound && state->due < state->reached)
    state->due = state->reached;
  set_due(state, step);
  if (state->pending && step->kind == PKT_CALL && pkt_call_reap(state, error) < 0)
    return -1;
  if (!outbound && step->time.moment != PKT_ANY &&
      runner_wait_until(state->runner, state->due, error) < 0)
    return -1;
  int64_t now = clock_monotonic();
  if (!outbound && state->due < now)
    state->due = now; /* what follows counts from when this is done, and not from when it was due */
  switch (step->kind) {
  case PKT_SEGMENT:
    if (!outbound)
      return pkt_peer_send(state, step, error);
    if (pkt_peer_expect(state, step, error) < 0)
      return -1;
    state->reached = now;
    state->due = state->got_at; /* the next step counts from when it came */
    return 0;
  case PKT_CALL:
    return pkt_call_run(state, step, error);
  case PKT_COMMAND:
    if (pkt_command_run(state, step, error) < 0)
      return -1;
    state->due = clock_monotonic(); /* as long as it took */
    return 0;
  case PKT_CODE:
    return pkt_code_add(state, step, error);
  }
  return 0;
}

static int run_step(struct pkt_state *state, const struct pkt_step *step, struct error *error) {
  answer_free(&state->difference.answer);
  state->difference.expected[0] = '\0';
  struct pkt_told told = pkt_event_begin(state, step);
  int status = perform(state, step, error);
  if (status < 0 && error->place.length == 0)
    error_set_place(error, step->place);
  pkt_event_end(state, &told, status < 0 ? error : NULL);
  return status;
}

/* Whether all steps take no longer than that, as far as they say how long. A command takes as long
 * as it takes, which does not matter at the end. */
static bool takes_at_most(const struct pkt_step *step, int64_t limit) {
  int64_t at = 0;
  for (; step && at <= limit; step = step->next) {
    int64_t end = step->time.to > step->time.from ? step->time.to : step->time.from;
    if (step->time.moment == PKT_ANY || (step->kind == PKT_COMMAND && step->next))
      return false;
    at = step->time.moment == PKT_AT && end > at ? end : at + end;
  }
  return at <= limit;
}

static void begin_clock(struct pkt_state *state, const struct pkt_step *first) {
  bool same = state->alone && !takes_at_most(first, pkt_tick_fine());
  state->began = state->due = pkt_tick_wait(same ? &state->ticks : NULL);
  state->began_real = clock_wall();
}

/* What is made ready at the time 0 counts for none, though it takes longer here than where the
 * socket is the program's own: the clock begins behind it. Otherwise the first packet would stand
 * in the middle of a tick, and those that come some ticks later in front of the next. Sets *step to
 * the first that is timed. */
static int run_ready(struct pkt_state *state, const struct pkt_step **step, struct error *error) {
  state->began = state->due = clock_monotonic();
  for (; *step && pkt_call_is_ready(*step); *step = (*step)->next) {
    state->behind = (*step)->next;
    pkt_tick_look(&state->ticks);
    if (run_step(state, *step, error) < 0)
      return -1;
  }
  begin_clock(state, *step);
  return 0;
}

/* The last step that ran is state->behind's predecessor. */
static int run_steps(struct pkt_state *state, const struct pkt_step *step, struct error *error) {
  for (; step; step = step->next) {
    state->behind = step->next;
    if (run_step(state, step, error) < 0)
      return -1;
  }
  return 0;
}

/* The commands in front run before time counts. */
static int run_all(struct pkt_state *state, const struct pkt_script *script,
                   struct pkt_outcome *outcome, struct error *error) {
  const struct pkt_step *step = script->first;
  for (; step && step->kind == PKT_COMMAND; step = step->next) {
    state->behind = step->next;
    struct pkt_told told = pkt_event_begin(state, step);
    int status = pkt_command_run(state, step, error);
    pkt_tick_look(&state->ticks);
    struct pkt_text outside = pkt_command_outside(step);
    bool skipped = status < 0 && error->kind == ERROR_FAILURE && outside.length > 0;
    if (status < 0)
      error_set_place(error, step->place);
    pkt_event_end(state, &told, status < 0 && !skipped ? error : NULL);
    if (status == 0)
      continue;
    if (skipped)
      snprintf(outcome->skipped, sizeof outcome->skipped,
               _("line %u writes %.*s, which is the machine's and not a host's"), step->line,
               (int)(outside.length < 80 ? outside.length : 80), outside.text);
    return -1;
  }
  pkt_turn_end(state->turn);
  state->turn = -1;
  if (run_ready(state, &step, error) < 0 || run_steps(state, step, error) < 0)
    return -1;
  return pkt_call_reap(state, error) < 0 || pkt_peer_end(state, error) < 0 ||
                 pkt_code_run(state, error) < 0
             ? -1
             : 0;
}

/* The command at the script's end restores what others have set, so it runs though the script has
 * failed before it; what it gives is not asked. */
static void clean_up(struct pkt_state *state) {
  const struct pkt_step *last = state->behind;
  struct error ignored;
  while (last && last->next)
    last = last->next;
  if (last && last->kind == PKT_COMMAND)
    pkt_command_run(state, last, &ignored);
}

/* Looks take time that a script counts. */
static void set_look(struct session *session, bool look) {
  session->settings.look = look;
  session_apply_settings(session);
}

/* A command that works on a state: its runner, its host, and the looks until it is done. */
struct turn {
  struct pkt_state *state;
  struct runner *runner;
  struct host *host;
  bool look;
};

static struct turn turn_begin(struct pkt_state *state, struct runner *runner) {
  struct turn turn = {state, runner, runner->host, runner->session->settings.look};
  state->runner = runner;
  runner->host = state->tested;
  if (!state->typed)
    set_look(runner->session, false);
  return turn;
}

static void turn_end(const struct turn *turn) {
  if (!turn->state->typed)
    set_look(turn->runner->session, turn->look);
  turn->runner->host = turn->host;
}

/* At the prompt, whoever sits there can look at the sockets of a script that has failed. */
static bool stays(const struct session *session) {
  return session->interactive || session->debugs;
}

static void finish(struct pkt_state *state, bool failed) {
  struct session *session = state->runner->session;
  if (!failed || !stays(session) || !state->tested) {
    pkt_call_forget(state);
    pkt_life_close(state);
    if (state->tested && state->peer_host)
      pkt_host_retire(state);
    pkt_life_free(state);
    return;
  }
  pkt_turn_end(state->turn);
  state->turn = -1;
  session->clock = (struct session_clock){state->began, state->due};
  pkt_event_stays(state);
  state->typed = true;
  state->runner = NULL;
  pkt_life_keep(state, session);
}

/* Alone, all is done on one processor: a timer goes off where it was set, and if the ticks of
 * another come first, which they do as long as something was done there shortly before, it does so
 * a tick late. What is due is made before anything else. */
static void begin_exact(const struct pkt_state *state, struct processor_place *place) {
  const struct lab *lab = state->runner->session->lab;
  if (state->alone)
    processor_stay(place, lab ? lab->helper.pid : 0);
  thread_set_turn(100000);
}

static void end_exact(struct processor_place *place, const struct session *session) {
  processor_leave(place, session->lab ? session->lab->helper.pid : 0);
  thread_set_turn(0);
}

int pkt_run(struct runner *runner, struct source *source, const struct pkt_options *options,
            struct pkt_outcome *outcome, struct error *error) {
  struct processor_place place = {.stays = false};
  error_clear(error);
  struct pkt_state *state = pkt_life_create(runner, options, error);
  if (!state)
    return -1;
  const struct pkt_script *script = pkt_life_read(state, source, false, error);
  pkt_setting_usual(state);
  int status =
      script && pkt_check(script, error) == 0 ? pkt_setting_apply(state, script, error) : -1;
  if (status == 0 && !state->left_out) {
    state->turn = pkt_turn_begin(runner, &state->alone);
    if (script->first && script->first->kind == PKT_COMMAND)
      guard_prepare(&runner->session->guard);
    begin_exact(state, &place);
    pkt_tick_look(&state->ticks);
    status = pkt_host_make(state, error);
    pkt_tick_look(&state->ticks);
  }
  bool made = status == 0 && !state->left_out;
  if (made) {
    struct turn turn = turn_begin(state, runner);
    status = run_all(state, script, outcome, error);
    if (status < 0 && !stays(runner->session) && !runner_is_stopped(runner))
      clean_up(state);
    turn_end(&turn);
  }
  end_exact(&place, runner->session);
  outcome->left_out = status == 0 && state->left_out;
  if (status < 0 && !outcome->skipped[0])
    pkt_event_error(state, source, error);
  finish(state, status < 0 && made && !outcome->skipped[0]);
  return status;
}

int pkt_run_go_on(struct runner *runner, struct error *error) {
  struct pkt_state *state = runner->session->packetdrill;
  while (state && !state->behind)
    state = state->next;
  if (!state)
    return error_set(error, ERROR_FAILURE, _("no script of packetdrill waits to go on"));
  if (state->runner)
    return error_set(error, ERROR_FAILURE, _("another line is at work with this peer"));
  struct source *source = state->readings->source;
  state->current = state->readings;
  struct turn turn = turn_begin(state, runner);
  state->due = clock_monotonic(); /* what follows counts from now on */
  error_clear(error);
  int status = run_steps(state, state->behind, error);
  if (status == 0)
    status = pkt_call_reap(state, error) < 0 || pkt_code_run(state, error) < 0 ? -1 : 0;
  turn_end(&turn);
  if (status < 0)
    pkt_event_error(state, source, error);
  if (status < 0)
    pkt_event_stays(state);
  state->runner = NULL;
  return status;
}

/* The peer that a typed line is of. */
static struct pkt_state *find_peer(struct runner *runner, struct error *error) {
  struct pkt_state *state = runner->session->packetdrill;
  while (state && runner->host && state->peer_host != runner->host && state->tested != runner->host)
    state = state->next;
  if (state && state->runner)
    error_set(error, ERROR_FAILURE, _("another line is at work with this peer"));
  return state && state->runner ? NULL : state;
}

/* One that is made for the line: it has its hosts when the line was read. */
static struct pkt_state *make_peer(struct runner *runner, struct error *error) {
  struct session *session = runner->session;
  const struct pkt_options options = {
      .tolerance = session->settings.tolerance,
      .version = session->packetdrill_version,
  };
  struct pkt_state *state = pkt_life_create(runner, &options, error);
  if (!state)
    return NULL;
  pkt_setting_usual(state);
  pkt_life_keep(state, session);
  return state;
}

/* Reads a typed line, and makes the hosts if it is the first one. */
static const struct pkt_script *read_line(struct pkt_state *state, const char *line, size_t length,
                                          struct error *error) {
  struct source *source = source_create("", line, length, 1);
  if (!source) {
    error_set_memory(error);
    return NULL;
  }
  state->typed = true;
  const struct pkt_script *script = pkt_life_read(state, source, true, error);
  source_release(source);
  if (!script || pkt_setting_apply(state, script, error) < 0)
    return NULL;
  bool only_says = !script->first; /* settings, which may still change the addresses */
  return !state->tested && !only_says && pkt_host_make(state, error) < 0 ? NULL : script;
}

int pkt_run_line(struct runner *runner, const char *line, size_t length, struct error *error) {
  struct session_clock *clock = &runner->session->clock;
  error_clear(error);
  struct pkt_state *state = find_peer(runner, error);
  if (!state && error->kind == ERROR_NONE)
    state = make_peer(runner, error);
  if (!state)
    return -1;
  state->runner = runner;
  const struct pkt_script *script = read_line(state, line, length, error);
  int status = script ? 0 : -1;
  if (status == 0 && script->first) {
    const struct pkt_step *behind = state->behind;
    if (clock->began == 0)
      clock->began = clock->due = clock_monotonic();
    state->began = clock->began;
    state->due = clock->due;
    struct turn turn = turn_begin(state, runner);
    status = run_steps(state, script->first, error);
    if (status == 0 && state->code.length > 0)
      status = pkt_code_run(state, error);
    turn_end(&turn);
    state->behind = behind;
    clock->due = state->due;
  }
  state->runner = NULL;
  return status;
}
