#include "shell/walk.h"

#include <stdlib.h>
#include <string.h>

#include "command/command.h"
#include "shell/program.h"
#include "shell/run.h"
#include "shell/run_event.h"

struct walk {
  struct program *program;
  struct source *source;
  const struct statement *next; /* the next line to run; NULL: at the end */
  size_t shown;                 /* the source before this offset was shown, or need not be */
  bool stopped;
  bool instructed; /* the instructions were shown */
  bool ended;
  struct walk *outer; /* the walk in which this one was started; NULL: none */
};

struct walk *walk_create(const char *name, const char *text, size_t length, struct runner *runner) {
  struct walk *walk = calloc(1, sizeof *walk);
  struct error error;
  if (!walk)
    return NULL;
  if (program_read(&(struct program_text){.name = name, .data = text, .length = length, .line = 1},
                   &walk->program, &walk->source, &error) != SCRIPT_READ) {
    if (walk->source)
      run_event_error(runner, walk->source, NULL, &error);
    walk_free(walk);
    return NULL;
  }
  walk->next = walk->program->script.first;
  return walk;
}

void walk_free(struct walk *walk) {
  if (!walk)
    return;
  program_release(walk->program);
  source_release(walk->source);
  free(walk);
}

/* Appends the comment lines in a range of the source without their #, and keeps empty lines after
 * the first comment. */
static void append_comments(const struct source *source, size_t from, size_t to,
                            struct bytes *bytes) {
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

static void append_line(const struct walk *walk, struct bytes *bytes) {
  const struct place *place = &walk->next->place;
  const char *text = walk->source->text + place->offset;
  bytes_append_text(bytes, "\n> ");
  for (size_t i = 0; i < place->length; i++) {
    bytes_append_char(bytes, text[i]);
    if (text[i] == '\n')
      bytes_append_text(bytes, "> ");
  }
  bytes_append_char(bytes, '\n');
}

bool walk_show(struct walk *walk, struct runner *runner) {
  struct answer answer;
  struct error ignored;
  answer_text(&answer, "step");
  size_t from = walk->shown;
  size_t to = walk->next ? walk->next->place.offset : walk->source->length;
  if (walk->stopped) {
    bytes_append_format(&answer.text, _("the walk through %s ends here\n"), walk->source->name);
  } else {
    if (from < to)
      append_comments(walk->source, from, to, &answer.text);
    walk->shown = to;
    if (walk->next)
      append_line(walk, &answer.text);
    else if (!walk->ended)
      bytes_append_format(&answer.text, _("\nThe end of %s.\n"), walk->source->name);
    if (walk->next && !walk->instructed)
      bytes_append_text(
          &answer.text,
          _("  (Enter runs it; skip, rest, stop, ? explains it; or type lines of your own)\n"));
    walk->instructed = true;
  }
  walk->ended = walk->stopped || !walk->next;
  runner_answer(runner, &answer, &ignored);
  return !walk->ended;
}

const struct statement *walk_take(struct walk *walk) {
  const struct statement *statement = walk->next;
  if (statement) {
    walk->shown = statement->place.offset + statement->place.length;
    walk->next = statement->next;
  }
  return statement;
}

struct program *walk_program(struct walk *walk) {
  return walk->program;
}

void walk_set_outer(struct walk *walk, struct walk *outer) {
  walk->outer = outer;
}

struct walk *walk_outer(const struct walk *walk) {
  return walk->outer;
}

static void explain_next(const struct walk *walk, struct runner *runner) {
  const struct statement *statement = walk->next;
  struct bytes line = {0};
  struct program *program;
  struct source *source;
  struct result result = {0};
  struct error error;
  bytes_append_format(&line, "help %s", statement->command ? statement->command->name : "language");
  if (program_read(
          &(struct program_text){.name = "", .data = line.data, .length = line.length, .line = 1},
          &program, &source, &error) == SCRIPT_READ)
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

enum walk_answer walk_answer(struct walk *walk, const char *line, size_t length,
                             struct runner *runner) {
  if (is_word(line, length, ""))
    return WALK_NEXT;
  if (is_word(line, length, "rest"))
    return WALK_REST;
  if (is_word(line, length, "skip"))
    walk_take(walk);
  else if (is_word(line, length, "stop"))
    walk->stopped = true;
  else if (is_word(line, length, "?"))
    explain_next(walk, runner);
  else
    return WALK_TYPED;
  return WALK_DONE;
}
