#include "shell/script_source.h"

#include <string.h>

#include "shell/packetdrill_line.h"
#include "shell/program.h"
#include "shell/run.h"
#include "shell/run_event.h"
#include "shell/script_file.h"

enum { SOURCE_LIMIT = 20 };

static void append_file(struct runner *runner, const char *path, bool ended, bool failed) {
  struct event event = {.kind = EVENT_FILE, .file = {path, ended, failed}};
  runner_append(runner, &event);
}

/* Runs a statement and those behind it in sequence, as if they stood in place of the current one.
 */
static int run_nested(struct runner *runner, struct program *program, const struct statement *first,
                      struct result *result, struct error *error) {
  int status = 0;
  const char *const *bind = runner->binding.names;
  runner->binding.names = NULL;
  runner->depth++;
  for (const struct statement *statement = first; statement && status == 0;
       statement = statement->next) {
    if (runner->session->quitting)
      break;
    if (runner->waiter.reason != WAIT_NOT_INTERRUPTED)
      status = runner_interrupted(runner, error);
    else
      status = run_statement(runner, program, statement, ORIGIN_SCRIPT, result, error);
    if (status < 0)
      error->told = error->kind != ERROR_INTERRUPTED;
  }
  runner->depth--;
  runner->binding.names = bind;
  return status;
}

/* The statement behind the last one that starts a program, and behind those that wait for what it
 * does first; the first one, where none starts any. */
static const struct statement *find_rest(const struct program *program) {
  const struct statement *rest = program->script.first;
  for (const struct statement *at = program->script.first; at; at = at->next)
    if (at->command && at->command->starts_program)
      rest = at->next;
  while (rest && rest != program->script.first && rest->command && rest->command->awaits)
    rest = rest->next;
  return rest;
}

static int run_file(struct runner *runner, const char *path, bool rest, struct result *result,
                    struct error *error) {
  struct bytes text = {0};
  struct program *program = NULL;
  struct source *source = NULL;
  if (runner->sources >= SOURCE_LIMIT)
    return error_set(error, ERROR_FAILURE,
                     _("%.300s: files that source each other are nested more than %d deep; does it "
                       "source itself?"),
                     path, SOURCE_LIMIT);
  if (packetdrill_line_fits(path)) {
    packetdrill_line_append(NULL, path, &text);
    int ran = script_source_line(runner, path, bytes_text(&text), result, error);
    bytes_free(&text);
    return ran;
  }
  int status = script_file_read(path, -1, &text, error);
  if (status == 0 && program_read(&(struct program_text){.name = path,
                                                         .data = text.data ? text.data : "",
                                                         .length = text.length,
                                                         .line = 1},
                                  &program, &source, error) != SCRIPT_READ) {
    if (source)
      run_event_error(runner, source, NULL, error);
    error->told = source != NULL; /* without memory for it the caller tells */
    status = -1;
  }
  if (program) {
    append_file(runner, path, false, false);
    runner->sources++;
    status = run_nested(runner, program, rest ? find_rest(program) : program->script.first, result,
                        error);
    runner->sources--;
    append_file(runner, path, true, status < 0);
  }
  program_release(program);
  source_release(source);
  bytes_free(&text);
  return status;
}

int script_source(struct runner *runner, const char *path, struct result *result,
                  struct error *error) {
  return run_file(runner, path, false, result, error);
}

int script_source_rest(struct runner *runner, const char *path, struct result *result,
                       struct error *error) {
  return run_file(runner, path, true, result, error);
}

int script_source_line(struct runner *runner, const char *name, const char *line,
                       struct result *result, struct error *error) {
  struct program *program = NULL;
  struct source *source = NULL;
  int status = -1;
  if (program_read(
          &(struct program_text){.name = name, .data = line, .length = strlen(line), .line = 1},
          &program, &source, error) == SCRIPT_READ)
    status = run_nested(runner, program, program->script.first, result, error);
  program_release(program);
  source_release(source);
  return status;
}
