#include "command/check.h"

#include <stdlib.h>

#include "command/invocation.h"
#include "command/match.h"
#include "language/uncleared.h"

/* Reads each known word as its argument, without looking at anything outside the line. */
static int read_words(const struct command *command, const struct word *words, const int *assigned,
                      size_t count, struct error *error) {
  enum { FEW = 8 };
  UNCLEARED struct argument_value few[FEW];
  struct argument_value *values = count <= FEW ? few : calloc(count, sizeof *values);
  struct invocation invocation = {
      .phase = INVOCATION_READ, .command = command, .values = values, .error = error};
  int status = values ? 0 : error_set_memory(error);
  for (size_t i = 0; status == 0 && i < count; i++) {
    if (assigned[i] == MATCH_KEYWORD)
      continue;
    struct argument_value *value = &values[invocation.count++];
    struct match_word word = match_word_from(&words[i]);
    argument_value_begin(value, words[i].place);
    value->argument = &command->arguments[assigned[i]];
    value->unknown = !word.known;
    value->word = (struct expanded){.data = word.data, .length = word.length, .bare = word.bare};
    if (!word.known)
      continue;
    status = argument_convert(&invocation, value);
    if (status < 0)
      error_set_place(error, words[i].place);
  }
  if (status == 0 && command->check)
    status = command->check(&invocation);
  for (size_t i = 0; i < invocation.count; i++)
    argument_value_free(&values[i]);
  if (values != few)
    free(values);
  return status;
}

static void set_roles(struct word *words, const struct match_word *match, const int *assigned,
                      size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!match[i].known)
      return;
  for (size_t i = 0; i < count; i++)
    words[i].role =
        (signed char)(assigned[i] == MATCH_KEYWORD ? WORD_KEYWORD : assigned[i] + WORD_FIRST);
}

int command_check(const struct command *command, struct word *words, size_t count,
                  struct error *error) {
  enum { FEW = 16 };
  UNCLEARED struct match_word few_words[FEW];
  UNCLEARED int few_assigned[FEW];
  few_words[0] = (struct match_word){0}; /* passed on even if there are no words */
  struct match_word *match = count <= FEW ? few_words : calloc(count, sizeof *match);
  int *assigned = count <= FEW ? few_assigned : calloc(count, sizeof *assigned);
  int status = match && assigned ? 0 : error_set_memory(error);
  for (size_t i = 0; status == 0 && i < count; i++)
    match[i] = match_word_from(&words[i]);
  if (status == 0)
    status = match_words(command, match, count, assigned, error);
  if (status == 0)
    status = read_words(command, words, assigned, count, error);
  if (status == 0)
    set_roles(words, match, assigned, count);
  if (count > FEW) {
    free(match);
    free(assigned);
  }
  return status;
}
