#include "command/invocation.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "command/match.h"
#include "language/loss.h"
#include "language/uncleared.h"

/* Takes the values that the previous command left. Allocates if there are too few, or if an outer
 * command uses them. */
static int take_memory(struct invocation *invocation, size_t count) {
  struct runner *runner = invocation->runner;
  invocation->values = runner->spare.values;
  invocation->room = runner->spare.room;
  runner->spare.values = NULL;
  if (invocation->values && count <= invocation->room)
    return 0;
  free(invocation->values);
  invocation->room = count < 8 ? 8 : count;
  invocation->values = calloc(invocation->room, sizeof *invocation->values);
  return invocation->values ? 0 : error_set_memory(invocation->error);
}

void invocation_free(struct invocation *invocation) {
  struct runner *runner = invocation->runner;
  if (invocation->lent)
    return;
  for (size_t i = 0; i < invocation->count; i++)
    argument_value_free(&invocation->values[i]);
  if (!runner->spare.values) {
    runner->spare.values = invocation->values;
    runner->spare.room = invocation->room;
  } else {
    free(invocation->values);
  }
  invocation->values = NULL;
  invocation->count = 0;
}

/* Expands the words into values. Their arguments are not known yet. */
static int expand_words(struct invocation *invocation, const struct word *words, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct argument_value *value = &invocation->values[i];
    argument_value_begin(value, words[i].place);
    if (word_expand(&words[i], &invocation->runner->scope, &value->word, invocation->error) < 0)
      return -1;
    invocation->count++;
  }
  return 0;
}

static int match_values(struct invocation *invocation, int *assigned) {
  size_t count = invocation->count;
  enum { FEW = 16 };
  UNCLEARED struct match_word few[FEW];
  few[0] = (struct match_word){0}; /* passed on even if there are no words */
  struct match_word *words = count <= FEW ? few : calloc(count, sizeof *words);
  if (!words)
    return error_set_memory(invocation->error);
  for (size_t i = 0; i < count; i++) {
    const struct expanded *word = &invocation->values[i].word;
    words[i] = (struct match_word){word->data, word->length, word->bare,
                                   invocation->values[i].place, true};
  }
  int status = match_words(invocation->command, words, count, assigned, invocation->error);
  if (words != few)
    free(words);
  return status;
}

/* Finds the argument of each word: stored by the check, or matched now that words are expanded. */
static int assign_words(struct invocation *invocation, const struct word *words, int *assigned) {
  size_t count = invocation->count;
  if (count == 0 || words[0].role == 0)
    return match_values(invocation, assigned);
  for (size_t i = 0; i < count; i++)
    assigned[i] = words[i].role == WORD_KEYWORD ? MATCH_KEYWORD : words[i].role - WORD_FIRST;
  return 0;
}

/* Drops the keywords, and converts the other words. */
static int convert_words(struct invocation *invocation, const int *assigned) {
  size_t count = invocation->count;
  size_t kept = 0;
  int status = 0;
  for (size_t i = 0; i < count; i++) {
    struct argument_value *value = &invocation->values[kept];
    if (assigned[i] == MATCH_KEYWORD) {
      argument_value_free(&invocation->values[i]);
      continue;
    }
    if (kept < i)
      *value = invocation->values[i];
    value->argument = &invocation->command->arguments[assigned[i]];
    /* The values that are converted already, for the kinds that look back. */
    invocation->count = kept++;
    if (status == 0)
      status = argument_convert(invocation, value);
    if (status < 0)
      error_set_place(invocation->error, value->place);
  }
  invocation->count = kept;
  return status;
}

/* Expands the words, and finds what they stand for. */
static int find_values(struct invocation *invocation, const struct word *words, size_t count) {
  enum { FEW = 16 };
  UNCLEARED int few[FEW];
  int *assigned = count <= FEW ? few : calloc(count, sizeof *assigned);
  invocation->count = 0;
  int status = assigned ? take_memory(invocation, count) : error_set_memory(invocation->error);
  if (status == 0)
    status = expand_words(invocation, words, count);
  if (status == 0)
    status = assign_words(invocation, words, assigned);
  if (status == 0)
    status = convert_words(invocation, assigned);
  if (assigned != few)
    free(assigned);
  return status;
}

struct prepared *prepared_at(struct prepared_list *list, size_t index) {
  enum { MOST = 4096 }; /* a body of so many commands is not worth the memory */
  if (index >= MOST)
    return NULL;
  if (index >= list->count) {
    size_t count = index < 8 ? 8 : 2 * index;
    struct prepared *items = realloc(list->items, count * sizeof *items);
    if (!items)
      return NULL;
    memset(items + list->count, 0, (count - list->count) * sizeof *items);
    list->items = items;
    list->count = count;
  }
  return &list->items[index];
}

static void prepared_forget(struct prepared *prepared) {
  for (size_t i = 0; i < prepared->count; i++)
    argument_value_free(&prepared->values[i]);
  free(prepared->values);
  *prepared = (struct prepared){.values = NULL};
}

void prepared_list_free(struct prepared_list *list) {
  for (size_t i = 0; i < list->count; i++)
    prepared_forget(&list->items[i]);
  free(list->items);
}

/* Gives the invocation the values that are kept, unless something has changed. The prepared ones
 * stay their owner. */
static bool prepared_use(const struct prepared *prepared, struct invocation *invocation) {
  const struct runner *runner = invocation->runner;
  if (!prepared->values || prepared->names != runner->scope.names ||
      prepared->version != runner->scope.names->version || prepared->host != runner->host)
    return false;
  invocation->values = prepared->values;
  invocation->count = prepared->count;
  invocation->lent = true;
  return true;
}

static bool all_steady(const struct invocation *invocation, const struct word *words,
                       size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!words[i].literal)
      return false;
  for (size_t i = 0; i < invocation->count; i++) {
    const struct argument_value *value = &invocation->values[i];
    const struct argument_kind *kind = value->argument->kind;
    if (kind->find && (!kind->steady || !kind->steady(value)))
      return false;
  }
  return true;
}

/* Takes the values over from an invocation that has just found them, which goes on to use them, if
 * they would be found again. */
static void prepared_keep(struct prepared *prepared, struct invocation *invocation,
                          const struct word *words, size_t count) {
  const struct runner *runner = invocation->runner;
  if (prepared->values)
    prepared_forget(prepared);
  if (invocation->count == 0 || !all_steady(invocation, words, count))
    return;
  struct argument_value *values = malloc(invocation->count * sizeof *values);
  if (!values)
    return;
  memcpy(values, invocation->values, invocation->count * sizeof *values);
  *prepared = (struct prepared){.values = values,
                                .count = invocation->count,
                                .names = runner->scope.names,
                                .version = runner->scope.names->version,
                                .host = runner->host};
  /* Its memory goes back to the runner; what the values own is now kept here. */
  invocation->count = 0;
  invocation_free(invocation);
  prepared_use(prepared, invocation);
}

int invocation_prepare(struct invocation *invocation, const struct word *words, size_t count,
                       struct prepared *prepared) {
  unsigned long losses = loss_memory_here();
  int status = 0;
  if (!prepared || !prepared_use(prepared, invocation)) {
    status = find_values(invocation, words, count);
    if (status == 0 && prepared && losses == loss_memory_here())
      prepared_keep(prepared, invocation, words, count);
  }
  if (status == 0 && invocation->command->check)
    status = invocation->command->check(invocation);
  /* A value that was made without enough memory, such as a part of a path, is not to be used. */
  if (losses != loss_memory_here())
    status = error_set_memory(invocation->error);
  return status;
}

/* A test of the sources checks that commands ask only for declared arguments. Builds without
 * optimization also check it here; in others that would slow each command by about 1 %. */
#ifdef __OPTIMIZE__
#define assert_declared(invocation, key) ((void)0)
#else
#define assert_declared(invocation, key) assert(command_argument((invocation)->command, key))
#endif

const struct argument_value *invocation_nth(const struct invocation *invocation, const char *key,
                                            size_t n) {
  for (size_t i = 0; i < invocation->count; i++)
    if (argument_has_key(invocation->values[i].argument, key) && n-- == 0)
      return &invocation->values[i];
  assert_declared(invocation, key);
  return NULL;
}

const struct argument_value *invocation_next(const struct invocation *invocation,
                                             const struct argument_value *value) {
  const struct argument_value *end = invocation->values + invocation->count;
  for (const struct argument_value *next = value + 1; next < end; next++)
    if (next->argument == value->argument)
      return next;
  return NULL;
}

const struct argument_value *invocation_value(const struct invocation *invocation,
                                              const char *key) {
  return invocation_nth(invocation, key, 0);
}

bool invocation_takes(const struct invocation *invocation, const char *key) {
  return command_argument(invocation->command, key) != NULL;
}

struct socket *invocation_socket(const struct invocation *invocation, const char *key) {
  const struct argument_value *value = invocation_value(invocation, key);
  return value ? value->socket : NULL;
}

long long invocation_number(const struct invocation *invocation, const char *key,
                            long long otherwise) {
  const struct argument_value *value = invocation_value(invocation, key);
  return value ? value->number : otherwise;
}

size_t invocation_size(const struct invocation *invocation, const char *key, size_t otherwise) {
  const struct argument_value *value = invocation_value(invocation, key);
  return value ? value->size : otherwise;
}

int64_t invocation_duration(const struct invocation *invocation, const char *key,
                            int64_t otherwise) {
  const struct argument_value *value = invocation_value(invocation, key);
  return value ? value->duration : otherwise;
}

int invocation_wrong(struct invocation *invocation, const struct argument_value *value,
                     const char *format, ...) {
  struct bytes text = {0};
  va_list list;
  va_start(list, format);
  bytes_append_format_list(&text, format, list);
  va_end(list);
  error_set(invocation->error, ERROR_USAGE, "%s", bytes_text(&text));
  bytes_free(&text);
  if (value)
    invocation->error->place = value->place;
  return -1;
}

void invocation_give_number(struct invocation *invocation, long long number) {
  invocation->result->numbered = true;
  invocation->result->number = number;
}

int invocation_give_text(struct invocation *invocation, const char *text, size_t length) {
  struct value value = value_from_text(text, length);
  if (value.kind == VALUE_NOTHING)
    return error_set_memory(invocation->error);
  result_add(invocation->result, value);
  return 0;
}

int invocation_give_data(struct invocation *invocation, const void *data, size_t length) {
  struct blob *blob = blob_copy(data, length);
  if (!blob)
    return error_set_memory(invocation->error);
  result_add(invocation->result, value_from_data(blob));
  return 0;
}

int invocation_give_address(struct invocation *invocation, const struct address *address) {
  struct object *object = address_object_create(address);
  if (!object)
    return error_set_memory(invocation->error);
  result_add(invocation->result, (struct value){.kind = VALUE_OBJECT, .object = object});
  return 0;
}

int invocation_explain(struct invocation *invocation, struct answer *answer) {
  struct runner *runner = invocation->runner;
  if (!runner->session->settings.view.quiet || !runner->binding.names)
    return runner_answer(runner, answer, invocation->error);
  answer_free(answer);
  return 0;
}

int invocation_call(struct invocation *invocation, struct call *call) {
  return runner_call(invocation->runner, invocation->command->name, call, invocation->error);
}

int invocation_simple_call(struct invocation *invocation, struct call *call) {
  int status = invocation_call(invocation, call);
  if (status == 0) {
    invocation->result->numbered = true;
    invocation->result->number = call->result;
    invocation->result->ended = call_found_end(call);
  }
  call_free(call);
  return status;
}
