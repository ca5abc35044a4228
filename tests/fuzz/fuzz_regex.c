/* Regular expressions, and data that they are to be found in: the automaton says the same as a
 * plain walk over all steps at each byte, twice, and also when it forgets its states. The first
 * byte is the length of the expression. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "language/regex.h"
#include "language/regex_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_word(const uint8_t *data, size_t size, size_t at) {
  return at < size && regex_set_has(&regex_word_set, data[at]);
}

static bool holds(enum regex_assertion assertion, const uint8_t *data, size_t size, size_t at) {
  bool before = at > 0 && is_word(data, size, at - 1);
  bool behind = is_word(data, size, at);
  switch (assertion) {
  case ASSERT_BEGIN:
    return at == 0;
  case ASSERT_END:
    return at == size;
  case ASSERT_EDGE:
    return before != behind;
  case ASSERT_NO_EDGE:
    return before == behind;
  case ASSERT_WORD_BEGIN:
    return !before && behind;
  case ASSERT_WORD_END:
    return before && !behind;
  }
  abort();
}

/* Follows what takes no byte. True if the expression is found. */
static bool follow(const struct regex_program *program, const uint8_t *data, size_t size, size_t at,
                   bool *here) {
  for (bool more = true; more;) {
    more = false;
    for (size_t i = 0; i < program->count; i++) {
      const struct regex_step *step = &program->steps[i];
      size_t targets[2] = {i, i};
      if (!here[i])
        continue;
      if (step->kind == STEP_MATCH)
        return true;
      if (step->kind == STEP_ASSERT && holds((enum regex_assertion)step->a, data, size, at))
        targets[0] = i + 1;
      if (step->kind == STEP_JUMP || step->kind == STEP_SPLIT)
        targets[0] = (size_t)((long)i + step->a);
      if (step->kind == STEP_SPLIT)
        targets[1] = (size_t)((long)i + step->b);
      for (int t = 0; t < 2; t++) {
        if (targets[t] >= program->count)
          abort();
        more = more || !here[targets[t]];
        here[targets[t]] = true;
      }
    }
  }
  return false;
}

static bool plain_search(const struct regex_program *program, const uint8_t *data, size_t size) {
  bool *here = calloc(program->count, 1);
  bool *next = calloc(program->count, 1);
  bool found = false;
  for (size_t at = 0; at <= size && !found; at++) {
    here[0] = true;
    found = follow(program, data, size, at, here);
    memset(next, 0, program->count);
    for (size_t i = 0; at < size && i < program->count; i++)
      if (here[i] && program->steps[i].kind == STEP_BYTE &&
          regex_set_has(&program->sets[program->steps[i].a], data[at]))
        next[i + 1] = true;
    bool *old = here;
    here = next;
    next = old;
  }
  free(here);
  free(next);
  return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct error error = {0};
  struct regex_program program;
  if (size == 0)
    return 0;
  size_t length = data[0] < size - 1 ? data[0] : size - 1;
  const char *expression = (const char *)data + 1;
  const uint8_t *text = data + 1 + length;
  size_t text_length = size - 1 - length;
  struct regex *regex = regex_compile(expression, length, &error);
  if (!regex) {
    if (error.message[0] == '\0')
      abort();
    return 0;
  }
  int found = regex_search(regex, (const char *)text, text_length, NULL, &error);
  if (found < 0 || found != regex_search(regex, (const char *)text, text_length, NULL, &error))
    abort();
  regex_parse(expression, length, &program, &error);
  if (program.count * text_length < 20000 && plain_search(&program, text, text_length) != found)
    abort();
  regex_program_free(&program);
  regex_free(regex);
  return 0;
}
