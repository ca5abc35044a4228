#include "shell/run_compare.h"

#include <stdio.h>

#include "language/loss.h"
#include "language/pattern.h"
#include "shell/run_event.h"

/* 1 if the command's result matches, 0 if not, -1 with an error. */
static int result_matches(struct run *run, const struct comparison *comparison) {
  struct pattern_search search = {comparison->text.data, comparison->text.length,
                                  &run->runner->waiter.reason};
  return pattern_matches(&comparison->prefix->pattern, &search, run->result, run->error);
}

int run_compare_begin(struct run *run, const struct prefix *prefix, struct comparison *comparison) {
  const struct pattern *pattern = &prefix->pattern;
  struct runner *runner = run->runner;
  *comparison = (struct comparison){.prefix = prefix,
                                    .text = {.data = ""},
                                    .of_number = runner->expectation.of_number,
                                    .of_blocks = runner->expectation.of_blocks,
                                    .expects = runner->expectation.expects,
                                    .losses = loss_memory_here()};
  if (pattern->kind == PATTERN_TEXT &&
      word_expand(&pattern->word, &runner->scope, &comparison->text, run->error) < 0)
    return -1;
  runner->expectation.expects = true;
  runner->expectation.of_number = pattern->kind == PATTERN_NUMBER;
  runner->expectation.of_blocks = pattern->kind == PATTERN_BLOCKS;
  runner->expectation.saw_blocks = false;
  return 0;
}

/* A failure that a pattern may match becomes a result. */
static enum flow take_failure(struct run *run) {
  bool blocked = run->runner->expectation.saw_blocks;
  bool comparable = run->error->kind == ERROR_FAILURE || blocked;
  if (!comparable || run->error->told)
    return FLOW_FAILED;
  result_clear(run->result);
  run->result->failed = true;
  run->result->blocked = blocked;
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

static void append_expected(const struct comparison *comparison, struct bytes *bytes) {
  pattern_append(&comparison->prefix->pattern, comparison->text.data, comparison->text.length,
                 bytes);
}

static void fail_expected(struct run *run, const char *expected, const char *got) {
  char reason[sizeof run->error->message / 2] = "";
  bool remark = run->error->kind == ERROR_NONE && run->error->message[0];
  if ((run->result->failed && !run->result->blocked) || remark)
    snprintf(reason, sizeof reason, " (%.200s)", run->error->message);
  error_set(run->error, ERROR_FAILURE, _("expected %.100s, got %.100s%s"), expected, got, reason);
  run->error->place = run->statement->command_place;
  run->error->command = run->statement->command;
}

static enum flow judge_expect(struct run *run, const struct comparison *comparison) {
  enum flow flow = FLOW_DONE;
  struct bytes expected = {0};
  struct bytes got = {0};
  int matches = result_matches(run, comparison);
  if (matches < 0)
    return FLOW_FAILED;
  append_expected(comparison, &expected);
  result_append(run->result, &got);
  if (comparison->losses != loss_memory_here()) {
    flow = no_memory(run);
  } else {
    run_event_test(run->runner, run_source(run), run->statement, matches, bytes_text(&expected),
                   bytes_text(&got));
    if (!matches) {
      fail_expected(run, bytes_text(&expected), bytes_text(&got));
      flow = FLOW_FAILED;
    }
  }
  bytes_free(&expected);
  bytes_free(&got);
  return flow;
}

static enum flow judge_until(struct run *run, const struct comparison *comparison) {
  int matches = result_matches(run, comparison);
  if (matches < 0)
    return FLOW_FAILED;
  if (comparison->losses != loss_memory_here())
    return no_memory(run);
  if (matches)
    return FLOW_LEFT;
  if (run->result->failed)
    return FLOW_FAILED; /* the command's own error stands */
  if (!run->result->ended)
    return FLOW_DONE;
  struct bytes wanted = {0};
  append_expected(comparison, &wanted);
  error_set(run->error, ERROR_FAILURE, _("the stream ended before %s came"), bytes_text(&wanted));
  run->error->place = run->statement->command_place;
  bytes_free(&wanted);
  return FLOW_FAILED;
}

enum flow run_compare_end(struct run *run, struct comparison *comparison, enum flow flow) {
  struct runner *runner = run->runner;
  runner->expectation.of_number = comparison->of_number;
  runner->expectation.of_blocks = comparison->of_blocks;
  runner->expectation.expects = comparison->expects;
  if (flow == FLOW_FAILED)
    flow = take_failure(run);
  if (flow == FLOW_DONE)
    flow = comparison->prefix->kind == PREFIX_UNTIL ? judge_until(run, comparison)
                                                    : judge_expect(run, comparison);
  expanded_free(&comparison->text);
  return flow;
}
