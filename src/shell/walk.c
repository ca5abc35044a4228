#include "shell/walk.h"

#include <stdlib.h>
#include <string.h>

#include "command/command.h"
#include "shell/program.h"
#include "shell/run.h"

struct step {
  struct program *program;
  struct source *source;
  const struct statement *next; /* the line that comes next; NULL: at the end */
  size_t shown;                 /* the source up to here was shown, or is not worth it */
  bool stopped;
  bool told; /* how to answer was told */
  bool ended;
  struct step *outer; /* the walk that this one was begun in; NULL */
};

struct step *step_create(const char *name, const char *text, size_t length, struct runner *runner) {
  struct step *step = calloc(1, sizeof *step);
  struct error error;
  if (!step)
    return NULL;
  if (program_read(name, text, length, 1, false, &step->program, &step->source, &error) != SCRIPT_READ) {
    if (step->source)
      run_tell_error(runner, step->source, NULL, &error);
    step_free(step);
    return NULL;
  }
  step->next = step->program->script.first;
  return step;
}

void step_free(struct step *step) {
  if (!step)
    return;
  program_release(step->program);
  source_release(step->source);
  free(step);
}

/* Adds the lines of comments in a stretch of the source, without their signs, and empty lines as they are. */
static void append_comments(const struct source *source, size_t from, size_t to, struct bytes *bytes) {
  bool any = false;
  for (size_t at = from; at < to;) {
    const char *line = source->text + at;
    const char *end = memchr(line, '\n', to - at);
    size_t length = end ? (size_t)(end - line) : to - at;
    at += length + 1;
    while (length > 0 && (*line == ' ' || *line == '\t'))
      line++, length--;
    if (length == 0 || *line != '#' || (length > 1 && line[1] == '!')) {
      if (any && length == 0)
        bytes_append_char(bytes, '\n');
      continue;
    }
    line++, length--;
    if (length > 0 && *line == ' ')
      line++, length--;
    if (!any)
      bytes_append_char(bytes, '\n');
    any = true;
    bytes_append_text(bytes, "  ");
    bytes_append(bytes, line, length);
    bytes_append_char(bytes, '\n');
  }
}

static void append_line(const struct step *step, struct bytes *bytes) {
  const struct place *place = &step->next->place;
  const char *text = step->source->text + place->offset;
  bytes_append_text(bytes, "\n> ");
  for (size_t i = 0; i < place->length; i++) {
    bytes_append_char(bytes, text[i]);
    if (text[i] == '\n')
      bytes_append_text(bytes, "> ");
  }
  bytes_append_char(bytes, '\n');
}

bool step_show(struct step *step, struct runner *runner) {
  struct answer answer;
  struct error ignored;
  answer_text(&answer, "step");
  size_t from = step->shown;
  size_t to = step->next ? step->next->place.offset : step->source->length;
  if (step->stopped) {
    bytes_append_format(&answer.text, _("the walk through %s ends here\n"), step->source->name);
  } else {
    if (from < to)
      append_comments(step->source, from, to, &answer.text);
    step->shown = to;
    if (step->next)
      append_line(step, &answer.text);
    else if (!step->ended)
      bytes_append_format(&answer.text, _("\nThe end of %s.\n"), step->source->name);
    if (step->next && !step->told)
      bytes_append_text(
          &answer.text,
          _("  (Enter runs it; skip, rest, stop, ? explains it; or type lines of your own)\n"));
    step->told = true;
  }
  step->ended = step->stopped || !step->next;
  runner_answer(runner, &answer, &ignored);
  return !step->ended;
}

const struct statement *step_take(struct step *step) {
  const struct statement *statement = step->next;
  if (statement) {
    step->shown = statement->place.offset + statement->place.length;
    step->next = statement->next;
  }
  return statement;
}

struct program *step_program(struct step *step) {
  return step->program;
}

void step_set_outer(struct step *step, struct step *outer) {
  step->outer = outer;
}

struct step *step_outer(const struct step *step) {
  return step->outer;
}

static void explain_next(const struct step *step, struct runner *runner) {
  const struct statement *statement = step->next;
  struct bytes line = {0};
  struct program *program;
  struct source *source;
  struct result result = {0};
  struct error error;
  bytes_append_format(&line, "help %s", statement->command ? statement->command->name : "language");
  if (program_read("", line.data, line.length, 1, false, &program, &source, &error) == SCRIPT_READ)
    run_statement(runner, program, program->script.first, ORIGIN_SCRIPT, &result, &error);
  result_clear(&result);
  program_release(program);
  source_release(source);
  bytes_free(&line);
}

static bool is_word(const char *line, size_t length, const char *word) {
  while (length > 0 && strchr(" \t\r\n", line[length - 1]))
    length--;
  while (length > 0 && (*line == ' ' || *line == '\t'))
    line++, length--;
  return length == strlen(word) && memcmp(line, word, length) == 0;
}

enum step_answer step_answer(struct step *step, const char *line, size_t length, struct runner *runner) {
  if (is_word(line, length, ""))
    return STEP_NEXT;
  if (is_word(line, length, "rest"))
    return STEP_REST;
  if (is_word(line, length, "skip"))
    step_take(step);
  else if (is_word(line, length, "stop"))
    step->stopped = true;
  else if (is_word(line, length, "?"))
    explain_next(step, runner);
  else
    return STEP_TYPED;
  return STEP_DONE;
}
