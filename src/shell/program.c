#include "shell/program.h"

#include <stdlib.h>

#include "command/invocation.h"

static int check(const struct statement *statement, bool repeated, struct error *error) {
  for (; statement; statement = statement->next) {
    bool inside = repeated;
    for (const struct prefix *prefix = statement->prefixes; prefix; prefix = prefix->next) {
      if (prefix->kind == PREFIX_REPEAT)
        inside = true;
      if (prefix->kind == PREFIX_UNTIL && !inside) {
        error_set(error, ERROR_SYNTAX, _("until leaves a repeat, and there is none around it"));
        error->place = prefix->place;
        return -1;
      }
    }
    if (statement->command &&
        invocation_check(statement->command, statement->words, statement->count, error) < 0) {
      error_set_place(error, statement->command_place);
      return -1;
    }
    if (check(statement->block, inside, error) < 0)
      return -1;
  }
  return 0;
}

enum script_status program_read(const char *name, const char *text, size_t length, unsigned line,
                                bool abbreviated, struct program **program, struct source **source,
                                struct error *error) {
  *program = NULL;
  *source = source_create(name, text, length, line);
  struct program *made = calloc(1, sizeof *made);
  if (!*source || !made) {
    free(made);
    error_set_memory(error);
    return SCRIPT_WRONG;
  }
  made->references = 1;
  const struct vocabulary *vocabulary = abbreviated ? &command_vocabulary_abbreviated : &command_vocabulary;
  enum script_status status = script_read(*source, vocabulary, &made->script, error);
  if (status == SCRIPT_READ && check(made->script.first, false, error) < 0) {
    script_free(&made->script);
    status = SCRIPT_WRONG;
  }
  if (status == SCRIPT_READ)
    *program = made;
  else
    free(made);
  return status;
}

struct program *program_retain(struct program *program) {
  program->references++;
  return program;
}

void program_release(struct program *program) {
  if (!program || --program->references > 0)
    return;
  script_free(&program->script);
  free(program);
}
