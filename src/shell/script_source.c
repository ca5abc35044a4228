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

/* What stays as it is when a script runs once more: its lab, its programs, and that these are
 * there. */
static bool stays(const struct statement *statement, bool *started) {
  const struct command *command = statement->command;
  bool waits = *started && command && command->awaits;
  *started = command && (command->starts_program || waits);
  return command && (*started || command->group == GROUP_LAB);
}

/* Runs the statements in sequence, as if they stood in place of the current one. `again`: but for
 * what stays. */
static int run_nested(struct runner *runner, struct program *program, bool again,
                      struct result *result, struct error *error) {
  int status = 0;
  const char *const *bind = runner->binding.names;
  runner->binding.names = NULL;
  runner->depth++;
  bool started = false;
  for (const struct statement *statement = program->script.first; statement && status == 0;
       statement = statement->next) {
    if (again && stays(statement, &started))
      continue;
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

static int run_file(struct runner *runner, const char *path, bool again, struct result *result,
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
    status = run_nested(runner, program, again, result, error);
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

int script_source_again(struct runner *runner, const char *path, struct result *result,
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
    status = run_nested(runner, program, false, result, error);
  program_release(program);
  source_release(source);
  return status;
}
