#include "shell/run.h"

#include "lab/lab.h"
#include "language/number.h"
#include "session/diagnosis.h"
#include "session/observe.h"
#include "session/runner_fold.h"
#include "shell/job.h"
#include "shell/run_command.h"
#include "shell/run_compare.h"
#include "shell/run_event.h"
#include "shell/run_loss.h"

static enum flow run_prefixed(struct run *run, const struct prefix *prefix);

/* The session is ending: run nothing more, and report no error. */
static enum flow flow_at_end(struct run *run) {
  error_clear(run->error);
  return FLOW_FAILED;
}

static enum flow run_block(struct run *run) {
  enum flow flow = FLOW_DONE;
  run->runner->depth++;
  const char *const *bind = run->runner->binding.names;
  bool bind_session = run->runner->binding.in_session;
  run->runner->binding.names = NULL;
  run->runner->binding.in_session = false; /* names that a job binds inside a block stay its own */
  for (const struct statement *statement = run->statement->block; statement && flow == FLOW_DONE;
       statement = statement->next) {
    struct run inner = *run;
    inner.statement = statement;
    if (run->runner->session->quitting)
      flow = flow_at_end(run);
    else if (run->runner->waiter.reason != WAIT_NOT_INTERRUPTED)
      flow = flow_from(runner_interrupted(run->runner, run->error));
    else if (statement->background)
      flow = flow_from(job_start(run->runner, run->program, statement, run->error));
    else
      flow = run_prefixed(&inner, statement->prefixes);
    session_yield_lock(run->runner->session);
  }
  run->runner->binding.names = bind;
  run->runner->binding.in_session = bind_session;
  run->runner->depth--;
  return flow;
}

static enum flow run_body(struct run *run) {
  return run->statement->command ? run_command(run) : run_block(run);
}

static enum flow report_missing_value(struct run *run, const struct prefix *prefix, size_t n,
                                      size_t available) {
  const struct command *command = run->statement->command;
  struct bytes gives = {0};
  if (command && command->results[0])
    command_append_results(command, &gives);
  else
    bytes_append_text(&gives, available ? _("one value") : _("nothing"));
  error_set(run->error, ERROR_FAILURE, _("there is nothing for %s: %s gives %s"), prefix->names[n],
            command ? command->name : _("the block"), bytes_text(&gives));
  error_set_place(run->error, prefix->place);
  bytes_free(&gives);
  return FLOW_FAILED;
}

/* Binds the names before `=` to what the command returned. */
static enum flow bind_names(struct run *run, const struct prefix *prefix) {
  const struct result *result = run->result;
  size_t available = result->count > 0 ? result->count : result->numbered ? 1 : 0;
  for (size_t i = 0; prefix->names[i]; i++) {
    if (i >= available)
      return report_missing_value(run, prefix, i, available);
    struct value value =
        result->count > 0 ? value_copy(&result->values[i]) : value_from_number(result->number);
    if (runner_bind(run->runner, prefix->names[i], value, run->error) < 0)
      return FLOW_FAILED;
  }
  return FLOW_DONE;
}

static enum flow run_names(struct run *run, const struct prefix *prefix) {
  struct runner *runner = run->runner;
  const char *const *outer = runner->binding.names;
  bool outer_session = runner->binding.in_session;
  runner->binding.names = prefix->names;
  runner->binding.in_session = runner->job && runner->depth == 0;
  enum flow flow = run_prefixed(run, prefix->next);
  if (flow == FLOW_FAILED || run->result->failed || run->result->blocked)
    runner_bind_failed(runner, prefix->names[0]);
  /* If `expect` turned a failure into a result, there is nothing to bind. */
  if (flow != FLOW_FAILED && !run->result->failed && !run->result->blocked &&
      bind_names(run, prefix) == FLOW_FAILED)
    flow = FLOW_FAILED;
  runner->binding.names = outer;
  runner->binding.in_session = outer_session;
  return flow;
}

/* Runs what follows `expect` or `until`, and compares what it gives. */
static enum flow run_compared(struct run *run, const struct prefix *prefix) {
  struct comparison comparison;
  if (run_compare_begin(run, prefix, &comparison) < 0)
    return FLOW_FAILED;
  enum flow flow = run_prefixed(run, prefix->next);
  return run_compare_end(run, &comparison, flow);
}

static int repeat_count(struct run *run, const struct prefix *prefix, long long *count) {
  struct expanded text;
  *count = -1;
  if (!prefix->word)
    return 0;
  if (word_expand(prefix->word, &run->runner->scope, &text, run->error) < 0)
    return -1;
  int status = number_parse(text.data, text.length, count);
  expanded_free(&text);
  if (status == 0 && *count >= 0)
    return 0;
  error_set(run->error, ERROR_FAILURE, _("the count of a repeat is a whole number from 0 up"));
  run->error->place = prefix->word->place;
  return -1;
}

static enum flow run_rounds(struct run *run, const struct prefix *prefix) {
  struct runner *runner = run->runner;
  long long outer = runner->scope.round;
  long long count;
  enum flow flow = FLOW_DONE;
  if (repeat_count(run, prefix, &count) < 0)
    return FLOW_FAILED;
  bool folds = runner_fold_begin(runner);
  runner->depth++;
  for (long long i = 1; flow == FLOW_DONE && (count < 0 || i <= count); i++) {
    runner->scope.round = i;
    if (folds)
      runner_fold_round(runner, (unsigned long long)i);
    if (runner->session->quitting)
      flow = flow_at_end(run);
    else if (runner->waiter.reason != WAIT_NOT_INTERRUPTED)
      flow = flow_from(runner_interrupted(runner, run->error));
    else
      flow = run_prefixed(run, prefix->next);
    session_yield_lock(runner->session);
  }
  if (folds)
    runner_fold_end(runner);
  runner->depth--;
  runner->scope.round = outer;
  return flow == FLOW_LEFT ? FLOW_DONE : flow;
}

static enum flow run_repeat(struct run *run, const struct prefix *prefix) {
  if (run->prepared)
    return run_rounds(run, prefix);
  struct prepared_list prepared = {.items = NULL};
  run->prepared = &prepared;
  run->first = run->statement->index;
  enum flow flow = run_rounds(run, prefix);
  run->prepared = NULL;
  prepared_list_free(&prepared);
  return flow;
}

static enum flow run_time(struct run *run, const struct prefix *prefix) {
  int64_t began = clock_monotonic();
  enum flow flow = run_prefixed(run, prefix->next);
  struct event event = {.kind = EVENT_RESULT};
  event.result = (struct event_result){.failed = flow == FLOW_FAILED,
                                       .duration = clock_monotonic() - began,
                                       .names = "",
                                       .depth = run->runner->depth + 1};
  runner_append(run->runner, &event);
  return flow;
}

/* Waits until the line is due. The clock begins with the first one, and anew with `at 0`. */
static int await_moment(struct run *run, const struct pkt_time *time) {
  struct runner *runner = run->runner;
  struct session_clock *clock = &runner->session->clock;
  bool since_began = time->moment == PKT_AT;
  int64_t now = clock_monotonic();
  if (clock->began == 0 || (since_began && time->from == 0))
    clock->began = clock->due = now;
  int64_t until = (since_began ? clock->began : clock->due) + time->from;
  if (runner_wait_until(runner, until, run->error) < 0)
    return -1;
  clock->due = until > now ? until : now;
  return 0;
}

static enum flow run_at(struct run *run, const struct prefix *prefix) {
  if (await_moment(run, &prefix->time) == 0)
    return run_prefixed(run, prefix->next);
  error_set_place(run->error, prefix->place);
  return FLOW_FAILED;
}

/* Finds the host that the word after @ names. */
static struct lab_host *find_host(struct run *run, const char *name, size_t length) {
  const struct lab *lab = run->runner->session->lab;
  struct lab_host *host = lab_find_host(lab, name, length);
  if (!lab)
    error_set(
        run->error, ERROR_FAILURE,
        _("there are no hosts: `lab` makes some, as client and server, and a wire between them"));
  else if (!host)
    error_set(run->error, ERROR_FAILURE, _("no host is called %.*s; `lab` lists them"),
              (int)(length < 60 ? length : 60), name);
  return host;
}

static enum flow run_on_host(struct run *run, const struct prefix *prefix) {
  struct runner *runner = run->runner;
  struct host *outer = runner->host;
  struct expanded word;
  if (word_expand(prefix->word, &runner->scope, &word, run->error) < 0)
    return FLOW_FAILED;
  struct lab_host *host = find_host(run, word.data + 1, word.length - 1);
  expanded_free(&word);
  if (!host) {
    run->error->place = prefix->place;
    return FLOW_FAILED;
  }
  runner->host = &host->host;
  enum flow flow = run_prefixed(run, prefix->next);
  runner->host = outer;
  return flow;
}

static enum flow run_prefixed(struct run *run, const struct prefix *prefix) {
  if (!prefix)
    return run_body(run);
  switch (prefix->kind) {
  case PREFIX_NAMES:
    return run_names(run, prefix);
  case PREFIX_EXPECT:
  case PREFIX_UNTIL:
    return run_compared(run, prefix);
  case PREFIX_REPEAT:
    return run_repeat(run, prefix);
  case PREFIX_TIME:
    return run_time(run, prefix);
  case PREFIX_AT:
    return run_at(run, prefix);
  case PREFIX_HOST:
    return run_on_host(run, prefix);
  }
  return FLOW_FAILED;
}

int run_job_statement(struct runner *runner, struct program *program,
                      const struct statement *statement, struct result *result,
                      struct error *error) {
  struct run run = {.runner = runner,
                    .program = program,
                    .statement = statement,
                    .origin = ORIGIN_SCRIPT,
                    .result = result,
                    .error = error};
  error_clear(error);
  run_event_statement(runner, run_source(&run), statement, run.origin);
  enum flow flow = run_prefixed(&run, statement->prefixes);
  if (runner->session->settings.stable)
    runner_settle(runner);
  if (run_loss_tell(runner, error, flow == FLOW_FAILED))
    flow = FLOW_FAILED;
  run_event_result(runner, statement, flow == FLOW_FAILED ? error : NULL);
  if (runner->depth == 0)
    runner->statement = 0; /* events until the next statement belong to none */
  return flow == FLOW_FAILED ? -1 : 0;
}

int run_statement(struct runner *runner, struct program *program, const struct statement *statement,
                  enum event_origin origin, struct result *result, struct error *error) {
  struct run run = {.runner = runner,
                    .program = program,
                    .statement = statement,
                    .origin = origin,
                    .result = result,
                    .error = error};
  error_clear(error);
  run_event_statement(runner, run_source(&run), statement, run.origin);
  enum flow flow = statement->background ? flow_from(job_start(runner, program, statement, error))
                                         : run_prefixed(&run, statement->prefixes);
  if (runner->session->settings.stable) {
    if (statement->background && flow == FLOW_DONE)
      job_settle(runner);
    runner_settle(runner);
  }
  if (run_loss_tell(runner, error, flow == FLOW_FAILED))
    flow = FLOW_FAILED;
  if (flow == FLOW_FAILED)
    run_event_error(runner, program->script.source, statement, error);
  run_event_result(runner, statement, flow == FLOW_FAILED ? error : NULL);
  if (runner->depth == 0)
    runner->statement = 0; /* events until the next statement belong to none */
  return flow == FLOW_FAILED ? -1 : 0;
}
