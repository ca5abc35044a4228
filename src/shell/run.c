#include "shell/run.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command/invocation.h"
#include "lab/lab.h"
#include "language/escape.h"
#include "language/loss.h"
#include "language/number.h"
#include "language/pattern.h"
#include "session/diagnosis.h"
#include "session/observe.h"
#include "session/signal_notice.h"
#include "shell/job.h"
#include "shell/run_event.h"
#include "shell/run_loss.h"

/* How a statement ended. */
enum flow {
  FLOW_DONE,
  FLOW_FAILED, /* the error is filled in */
  FLOW_LEFT,   /* an `until` matched: leave the innermost repeat */
};

/* What running one statement needs. */
struct run {
  struct runner *runner;
  struct program *program;
  const struct statement *statement;
  enum event_origin origin;
  struct result *result;
  struct error *error;
  struct prepared_list *prepared; /* of the outermost repeat around it; NULL: there is none */
  uint32_t first;                 /* the index of the statement that is that repeat */
};

static enum flow run_prefixed(struct run *run, const struct prefix *prefix);

static const struct source *source_of(const struct run *run) {
  return run->program->script.source;
}

static enum flow flow_from(int status) {
  return status < 0 ? FLOW_FAILED : FLOW_DONE;
}

/* Sets `$?` and `$errno`. */
static void remember(struct runner *runner, const struct result *result, int error) {
  value_clear(&runner->last_value);
  runner->scope.last_error = error;
  if (error)
    return;
  if (result->count > 0)
    runner->last_value = value_copy(&result->values[0]);
  else if (result->numbered)
    runner->last_value = value_from_number(result->number);
}

/* With -q calls are not shown, so data that nothing else takes is shown as an answer. */
static int show_received(struct run *run) {
  struct runner *runner = run->runner;
  const struct result *result = run->result;
  if (!runner->session->settings.view.quiet || !result->received || result->number == 0 ||
      runner->binding.names || runner->expectation.expects || result->count == 0 ||
      result->values[0].kind != VALUE_DATA)
    return 0;
  const struct blob *data = result->values[0].blob;
  return runner_answer_data(runner, ANSWER_DATA, data->data, data->length, run->error);
}

static enum flow run_command(struct run *run) {
  struct runner *runner = run->runner;
  struct invocation invocation = {.phase = INVOCATION_RUN,
                                  .runner = runner,
                                  .command = run->statement->command,
                                  .result = run->result,
                                  .error = run->error};
  if (runner->depth > 0)
    run_event_statement(run->runner, source_of(run), run->statement, run->origin);
  result_clear(run->result);
  runner->binding.done_early = false;
  struct prepared *prepared =
      run->prepared ? prepared_at(run->prepared, run->statement->index - run->first) : NULL;
  int status =
      invocation_prepare(&invocation, run->statement->words, run->statement->count, prepared);
  if (status == 0)
    status = invocation.command->run(&invocation);
  invocation_free(&invocation);
  if (status == 0)
    status = show_received(run);
  if (status < 0) {
    error_set_place(run->error, run->statement->command_place);
    run->error->command = run->statement->command;
  }
  waiter_forget_deadline(&runner->waiter);
  remember(runner, run->result, status < 0 ? run->error->number : 0);
  runner_look(runner);
  signal_notice_tell(runner);
  run_drain(runner);
  return flow_from(status);
}

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

/* 1 if the command's result matches, 0 if not, -1 with an error. `text` is the pattern's. */
static int result_matches(struct run *run, const struct pattern *pattern,
                          const struct expanded *text) {
  struct pattern_search search = {text->data, text->length, &run->runner->waiter.reason};
  return pattern_matches(pattern, &search, run->result, run->error);
}

/* Expands the word of a pattern. The caller frees `text`. */
static int pattern_text(struct run *run, const struct pattern *pattern, struct expanded *text) {
  *text = (struct expanded){.data = ""};
  if (pattern->kind != PATTERN_TEXT)
    return 0;
  return word_expand(&pattern->word, &run->runner->scope, text, run->error);
}

/* Runs what follows `expect` or `until`. A failure that a pattern may match becomes a result. */
static enum flow run_compared(struct run *run, const struct prefix *prefix) {
  struct runner *runner = run->runner;
  bool outer = runner->expectation.of_blocks;
  bool outer_expects = runner->expectation.expects;
  bool outer_number = runner->expectation.of_number;
  runner->expectation.expects = true;
  runner->expectation.of_number = prefix->pattern.kind == PATTERN_NUMBER;
  runner->expectation.of_blocks = prefix->pattern.kind == PATTERN_BLOCKS;
  runner->expectation.saw_blocks = false;
  enum flow flow = run_prefixed(run, prefix->next);
  runner->expectation.of_blocks = outer;
  runner->expectation.expects = outer_expects;
  runner->expectation.of_number = outer_number;
  if (flow != FLOW_FAILED)
    return flow;
  bool comparable = run->error->kind == ERROR_FAILURE || runner->expectation.saw_blocks;
  if (!comparable || run->error->told)
    return FLOW_FAILED;
  result_clear(run->result);
  run->result->failed = true;
  run->result->blocked = runner->expectation.saw_blocks;
  run->result->number = run->error->number;
  return FLOW_DONE;
}

/* Nothing is compared that was made without enough memory. */
static enum flow no_memory(struct run *run) {
  error_set_memory(run->error);
  run->error->place = run->statement->command_place;
  run->error->command = run->statement->command;
  return FLOW_FAILED;
}

static enum flow run_expect(struct run *run, const struct prefix *prefix) {
  unsigned long losses = loss_memory_here();
  struct expanded text;
  if (pattern_text(run, &prefix->pattern, &text) < 0)
    return FLOW_FAILED;
  enum flow flow = run_compared(run, prefix);
  int matches = flow == FLOW_DONE ? result_matches(run, &prefix->pattern, &text) : -1;
  if (flow == FLOW_DONE && matches < 0) {
    flow = FLOW_FAILED;
  } else if (flow == FLOW_DONE) {
    struct bytes expected = {0};
    struct bytes got = {0};
    pattern_append(&prefix->pattern, text.data, text.length, &expected);
    result_append(run->result, &got);
    bool lost = losses != loss_memory_here();
    if (!lost)
      run_event_test(run->runner, source_of(run), run->statement, matches, bytes_text(&expected),
                     bytes_text(&got));
    if (lost) {
      flow = no_memory(run);
    } else if (!matches) {
      char reason[sizeof run->error->message / 2] = "";
      bool remark = run->error->kind == ERROR_NONE && run->error->message[0];
      if ((run->result->failed && !run->result->blocked) || remark)
        snprintf(reason, sizeof reason, " (%.200s)", run->error->message);
      error_set(run->error, ERROR_FAILURE, _("expected %.100s, got %.100s%s"),
                bytes_text(&expected), bytes_text(&got), reason);
      run->error->place = run->statement->command_place;
      run->error->command = run->statement->command;
      flow = FLOW_FAILED;
    }
    bytes_free(&expected);
    bytes_free(&got);
  }
  expanded_free(&text);
  return flow;
}

static enum flow run_until(struct run *run, const struct prefix *prefix) {
  unsigned long losses = loss_memory_here();
  struct expanded text;
  if (pattern_text(run, &prefix->pattern, &text) < 0)
    return FLOW_FAILED;
  enum flow flow = run_compared(run, prefix);
  const struct result *result = run->result;
  if (flow == FLOW_DONE) {
    int matches = result_matches(run, &prefix->pattern, &text);
    if (matches < 0) {
      flow = FLOW_FAILED;
    } else if (losses != loss_memory_here()) {
      flow = no_memory(run);
    } else if (matches) {
      flow = FLOW_LEFT;
    } else if (result->failed) {
      flow = FLOW_FAILED; /* the command's own error stands */
    } else if (result->ended) {
      struct bytes wanted = {0};
      pattern_append(&prefix->pattern, text.data, text.length, &wanted);
      error_set(run->error, ERROR_FAILURE, _("the stream ended before %s came"),
                bytes_text(&wanted));
      run->error->place = run->statement->command_place;
      bytes_free(&wanted);
      flow = FLOW_FAILED;
    }
  }
  expanded_free(&text);
  return flow;
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

static void tell_round(struct runner *runner, long long round) {
  view_round(runner->session->view, runner->session->timeline, (unsigned long long)round);
}

static enum flow run_rounds(struct run *run, const struct prefix *prefix) {
  struct runner *runner = run->runner;
  long long outer = runner->scope.round;
  long long count;
  enum flow flow = FLOW_DONE;
  if (repeat_count(run, prefix, &count) < 0)
    return FLOW_FAILED;
  /* Only the outermost repeat of the foreground. */
  bool folds = runner->session->settings.view.folds && outer == 0 && runner->job == 0;
  runner->depth++;
  for (long long i = 1; flow == FLOW_DONE && (count < 0 || i <= count); i++) {
    runner->scope.round = i;
    if (folds)
      tell_round(runner, i);
    if (runner->session->quitting)
      flow = flow_at_end(run);
    else if (runner->waiter.reason != WAIT_NOT_INTERRUPTED)
      flow = flow_from(runner_interrupted(runner, run->error));
    else
      flow = run_prefixed(run, prefix->next);
    session_yield_lock(runner->session);
  }
  if (folds)
    tell_round(runner, 0);
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
    return run_expect(run, prefix);
  case PREFIX_UNTIL:
    return run_until(run, prefix);
  case PREFIX_REPEAT:
    return run_repeat(run, prefix);
  case PREFIX_TIME:
    return run_time(run, prefix);
  case PREFIX_HOST:
    return run_on_host(run, prefix);
  }
  return FLOW_FAILED;
}

void run_flush(struct session *session) {
  session_unlock(session);
  output_flush(&session->output);
  session_lock(session);
  /* Whoever ends the session when output breaks may be asleep, with nothing else to wake them. */
  if (session->output.broken)
    waiter_list_wake(&session->waiters);
}

void run_drain(struct runner *runner) {
  enum { MUCH = 64 * 1024 };
  struct session *session = runner->session;
  if (session->output.waiting < MUCH)
    return;
  if (!session->interactive || runner->job == 0) {
    run_flush(session);
    return;
  }
  /* For a job at the prompt, the terminal's thread does the writing: wait for it. */
  while (session->output.waiting >= MUCH && runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED)) {
    struct timespec step = {.tv_nsec = 2000000};
    nanosleep(&step, NULL);
    runner_wait_end(runner);
  }
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
  run_event_statement(runner, source_of(&run), statement, run.origin);
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
  run_event_statement(runner, source_of(&run), statement, run.origin);
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
