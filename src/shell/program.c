#include "shell/program.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "command/check.h"
#include "language/pkt_program.h"

static int check_names(const struct prefix *prefix, const struct command *command,
                       struct error *error) {
  size_t most = 0;
  size_t count = 0;
  while (command->results[most])
    most++;
  while (prefix->names[count])
    count++;
  if (count <= most || command->results_vary)
    return 0;
  struct bytes gives = {0};
  command_append_results(command, &gives);
  error_set(error, ERROR_USAGE, _("there is nothing for %s: %s gives %s"), prefix->names[most],
            command->name, bytes_text(&gives));
  error->place = prefix->place;
  bytes_free(&gives);
  return -1;
}

static int check(const struct statement *statement, bool repeated, struct error *error) {
  for (; statement; statement = statement->next) {
    bool inside = repeated;
    for (const struct prefix *prefix = statement->prefixes; prefix; prefix = prefix->next) {
      if (prefix->kind == PREFIX_REPEAT)
        inside = true;
      if (prefix->kind == PREFIX_NAMES && statement->command &&
          check_names(prefix, statement->command, error) < 0)
        return -1;
      if (prefix->kind == PREFIX_UNTIL && !inside) {
        error_set(error, ERROR_SYNTAX, _("until leaves a repeat, and there is none around it"));
        error->place = prefix->place;
        return -1;
      }
    }
    if (statement->command &&
        command_check(statement->command, statement->words, statement->count, error) < 0) {
      error_set_place(error, statement->command_place);
      error->command = statement->command;
      return -1;
    }
    if (check(statement->block, inside, error) < 0)
      return -1;
  }
  return 0;
}

enum script_status program_read(const struct program_text *text, struct program **program,
                                struct source **source, struct error *error) {
  *program = NULL;
  *source = source_create(text->name, text->data, text->length, text->line);
  struct program *made = calloc(1, sizeof *made);
  if (!*source || !made) {
    free(made);
    error_set_memory(error);
    return SCRIPT_WRONG;
  }
  made->references = 1;
  const struct vocabulary *vocabulary =
      text->abbreviates ? &command_vocabulary_abbreviated : &command_vocabulary;
  enum script_status status =
      text->packetdrill ? pkt_program_read(*source, vocabulary->line(), &made->script, error)
                        : script_read(*source, vocabulary, &made->script, error);
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
