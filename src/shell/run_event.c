#include "shell/run_event.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/command.h"
#include "command/habit.h"
#include "language/escape.h"
#include "language/loss.h"
#include "language/uncleared.h"

/* Appends the statement with its command's full name, if it was abbreviated: what is recorded must
 * run as a script. Returns false if it was not. */
static bool append_unabbreviated(const struct source *from, const struct statement *statement,
                                 struct bytes *text) {
  const char *source = from->text;
  const struct place *name = &statement->command_place;
  if (!statement->command ||
      command_find(source + name->offset, name->length) == statement->command)
    return false;
  size_t before = name->offset - statement->place.offset;
  bytes_append(text, source + statement->place.offset, before);
  bytes_append_text(text, statement->command->name);
  bytes_append(text, source + name->offset + name->length,
               statement->place.length - before - name->length);
  return !text->failed;
}

void run_event_statement(struct runner *runner, const struct source *source,
                         const struct statement *statement, enum event_origin origin) {
  UNCLEARED struct event event;
  event_begin(&event, EVENT_STATEMENT);
  event.line = (struct event_statement){
      .source = source->name,
      .line = statement->line,
      .text = source->text + statement->place.offset,
      .length = statement->place.length,
      .origin = origin,
      .depth = runner->depth,
  };
  struct bytes whole = {0};
  if (runner->session->interactive && append_unabbreviated(source, statement, &whole)) {
    event.line.text = whole.data;
    event.line.length = whole.length;
  }
  /* In a script the next line starts right after the last call. A typed line takes its own time. */
  if (runner->last_call.just_ended && (runner->depth > 0 || origin == ORIGIN_SCRIPT))
    event.monotonic = EVENT_AT_ONCE;
  runner->last_call.just_ended = false;
  runner->last_call.serial = 0;
  runner->statement = runner_append(runner, &event);
  bytes_free(&whole);
}

void run_event_test(struct runner *runner, const struct source *source,
                    const struct statement *statement, bool passed, const char *expected,
                    const char *got) {
  struct bytes line = {0};
  bytes_append(&line, source->text + statement->place.offset, statement->place.length);
  struct event event = {.kind = EVENT_TEST};
  event.test = (struct event_test){.passed = passed,
                                   .what = "expect",
                                   .text = bytes_text(&line),
                                   .expected = expected,
                                   .got = got};
  runner_append(runner, &event);
  bytes_free(&line);
}

void run_event_result(struct runner *runner, const struct statement *statement,
                      const struct error *error) {
  struct bytes names = {0};
  for (const struct prefix *prefix = statement->prefixes; prefix; prefix = prefix->next)
    for (size_t i = 0; prefix->kind == PREFIX_NAMES && prefix->names[i]; i++)
      bytes_append_format(&names, names.length ? " %s" : "%s", prefix->names[i]);
  UNCLEARED struct event event;
  event_begin(&event, EVENT_RESULT);
  if (runner->last_call.just_ended)
    event.monotonic = EVENT_AT_ONCE;
  event.result = (struct event_result){
      .failed = error != NULL,
      .number = error ? error->number : 0,
      .duration = -1,
      .names = names.length ? bytes_text(&names) : "",
      .depth = runner->depth,
  };
  runner_append(runner, &event);
  bytes_free(&names);
}

/* The error of last resort: there was no memory to show it as others are. */
static void say_directly(struct runner *runner, const struct event_error *error) {
  char place[300] = "";
  char text[1024];
  output_flush(&runner->session->output);
  if (error->line)
    snprintf(place, sizeof place, "%.250s:%u: ", error->source, error->line);
  int length = snprintf(text, sizeof text, "%s%s%s%s\n", place, error->command,
                        error->command[0] ? ": " : "", error->message);
  size_t size = length < 0 ? 0 : (size_t)length < sizeof text ? (size_t)length : sizeof text - 1;
  const char *at = text;
  ssize_t written;
  for (; size > 0 && (written = write(STDERR_FILENO, at, size)) > 0; at += written)
    size -= (size_t)written;
}

/* The number of the line at this offset, counted from the statement on where it is behind its
 * beginning. */
static unsigned line_number(const struct source *source, const struct statement *statement,
                            size_t offset) {
  if (statement && offset >= statement->place.offset)
    return statement->line + source_newlines(source, statement->place.offset, offset);
  return source->first_line + source_newlines(source, 0, offset);
}

/* What the line would be here, where it is one that people bring from elsewhere. */
struct habit_told {
  struct bytes message; /* empty: that of the error stands */
  struct bytes hint;    /* empty: none */
};

/* Tells what was found. `known`: the line's own error has a message, to which this is added. */
static void tell_found(const struct runner *runner, const struct habit_found *found, bool known,
                       struct habit_told *told) {
  const char *note = found->habit && found->habit->note ? _(found->habit->note) : NULL;
  if (!found->habit)
    bytes_append_text(&told->message,
                      _("quotes, spaces and signs of the language are those of ASCII"));
  else if (found->line.length == 0)
    bytes_append_text(&told->message, note);
  else if (!known && *found->habit->from)
    bytes_append_format(&told->message, _("this is how %s writes it"), found->habit->from);
  if (found->line.length > 0 && !known && note)
    bytes_append_format(&told->message, "%s%s", told->message.length ? "; " : "", note);
  if (found->line.length > 0) {
    bytes_append_text(&told->hint, _("write: "));
    escape_append_plain(&told->hint, found->line.data, found->line.length, false,
                        runner->session->settings.view.utf8 ? ESCAPE_UTF8 : ESCAPE_ASCII);
  }
  if (told->hint.length > 0 && known && note)
    bytes_append_format(&told->hint, "  (%s)", note);
}

/* Looks for a habit behind a line that was not run, or whose command could not begin. Where the
 * command is known, its own message is the better one. */
static void tell_habit(const struct runner *runner, const struct source *source,
                       const struct statement *statement, const struct error *error, bool known,
                       struct habit_told *told) {
  const char *text;
  size_t length;
  struct habit_found found;
  bool called = statement && runner->last_call.serial > runner->statement;
  bool began = error->kind == ERROR_FAILURE && (error->number != 0 || error->call || called);
  *told = (struct habit_told){0};
  if (!source || began || error->kind == ERROR_INTERRUPTED)
    return;
  if (statement) {
    text = source->text + statement->place.offset;
    length = statement->place.length;
  } else {
    source_line(source, error->place.offset, &text, &length);
    while (habit_is_open(text, length) && text + length < source->text + source->length) {
      const char *next = text + length + 1;
      size_t left = (size_t)(source->text + source->length - next);
      const char *end = memchr(next, '\n', left);
      length += 1 + (end ? (size_t)(end - next) : left);
    }
  }
  if (!habit_find(runner, text, length, &found))
    return;
  tell_found(runner, &found, known, told);
  habit_found_free(&found);
}

void run_event_doubt(struct runner *runner, const struct source *source,
                     const struct habit_found *found) {
  struct habit_told told = {0};
  tell_found(runner, found, false, &told);
  struct event event = {.kind = EVENT_ERROR, .cause = runner->last_call.serial};
  event.error = (struct event_error){
      .kind = ERROR_USAGE,
      .source = source ? source->name : "",
      .command = "",
      .message = bytes_text(&told.message),
      .hint = bytes_text(&told.hint),
  };
  runner_append(runner, &event);
  bytes_free(&told.message);
  bytes_free(&told.hint);
}

void run_event_error(struct runner *runner, const struct source *source,
                     const struct statement *statement, const struct error *error) {
  if (error->told || error->kind == ERROR_NONE)
    return;
  const struct command *command = error->command ? error->command
                                  : statement    ? statement->command
                                                 : NULL;
  bool typed = !source || (runner->session->interactive && strcmp(source->name, "") == 0);
  size_t offset = error->place.length ? error->place.offset
                  : statement         ? statement->place.offset
                                      : 0;
  struct place place = error->place.length || !statement ? error->place : statement->command_place;
  bool failure = command && error->kind == ERROR_FAILURE && error->number != 0;
  bool explained = error->call && error->explained;
  const char *hint = failure && !explained ? command_error_cause(command, error->number) : NULL;
  struct habit_told told;
  tell_habit(runner, source, statement, error, command != NULL, &told);
  struct event event = {.kind = EVENT_ERROR, .cause = runner->last_call.serial};
  event.error = (struct event_error){
      .kind = error->kind,
      .number = error->number,
      .source = source ? source->name : "",
      .line = typed ? 0 : line_number(source, statement, offset),
      .excerpt = source ? source_excerpt(source, place) : (struct excerpt){0},
      .command = command && error->kind != ERROR_SYNTAX ? command->name : "",
      .message = told.message.length ? bytes_text(&told.message) : error->message,
      .hint = told.hint.length ? bytes_text(&told.hint)
              : hint           ? _(hint)
                               : "",
      .call = error->call,
  };
  unsigned long losses = loss_memory_here();
  runner_append(runner, &event);
  if (losses != loss_memory_here())
    say_directly(runner, &event.error);
  bytes_free(&told.message);
  bytes_free(&told.hint);
}
