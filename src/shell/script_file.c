#include "shell/script_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "session/lesson.h"
#include "session/replayed.h"
#include "shell/job.h"
#include "shell/packetdrill_line.h"
#include "shell/run.h"
#include "shell/run_event.h"
#include "shell/run_output.h"
#include "shell/walk.h"
#include "system/file.h"

enum { SOURCE_LIMIT = 20, SCRIPT_LIMIT = 512 << 20 };

enum { STATUS_FAILED = 1, STATUS_USAGE = 2, STATUS_SKIPPED = 77, STATUS_INTERRUPTED = 130 };

static int exit_status_of(const struct error *error) {
  switch (error->kind) {
  case ERROR_SYNTAX:
  case ERROR_USAGE:
    return STATUS_USAGE;
  case ERROR_INTERRUPTED:
    return STATUS_INTERRUPTED;
  default:
    return STATUS_FAILED;
  }
}

/* The state of a running script. */
struct script_run {
  struct session *session;
  struct runner runner;
  bool keep_going;
  int status; /* exit status so far */
};

static bool ended(const struct script_run *run) {
  return run->session->quitting || (run->status && !run->keep_going) ||
         run->status == STATUS_INTERRUPTED;
}

/* Runs a program's statements until one fails. */
static void run_program(struct script_run *run, struct program *program, enum event_origin origin) {
  struct result result = {0};
  struct error error;
  for (const struct statement *statement = program->script.first; statement && !ended(run);
       statement = statement->next) {
    if (run->runner.waiter.reason != WAIT_NOT_INTERRUPTED) {
      run->status = STATUS_INTERRUPTED;
      break;
    }
    bool failed = run_statement(&run->runner, program, statement, origin, &result, &error) < 0;
    if (failed && error.kind != ERROR_NONE) {
      run->status = exit_status_of(&error);
      if (run->keep_going && run->status != STATUS_INTERRUPTED)
        run->status = STATUS_FAILED;
      run_output_flush(run->session);
    }
    result_clear(&result);
    session_yield_lock(run->session);
  }
}

/* Reports an error that belongs to no statement: the text itself is wrong or unreadable. */
static void report_text_error(struct script_run *run, const struct source *source,
                              const struct error *error) {
  if (source) {
    run_event_error(&run->runner, source, NULL, error);
  } else {
    struct event event = {.kind = EVENT_ERROR};
    event.error = (struct event_error){.kind = error->kind,
                                       .number = error->number,
                                       .source = "socksh",
                                       .command = "",
                                       .message = error->message,
                                       .hint = ""};
    runner_append(&run->runner, &event);
  }
}

static void run_text(struct script_run *run, const char *name, const char *text, size_t length) {
  struct program *program;
  struct source *source;
  struct error error;
  if (program_read(&(struct program_text){.name = name, .data = text, .length = length, .line = 1},
                   &program, &source, &error) == SCRIPT_READ) {
    run_program(run, program, ORIGIN_SCRIPT);
  } else {
    report_text_error(run, source, &error);
    run->status = STATUS_USAGE;
  }
  program_release(program);
  source_release(source);
}

int script_file_read(const char *path, int descriptor, struct bytes *text, struct error *error) {
  int problem = descriptor >= 0 ? file_read_descriptor(descriptor, SCRIPT_LIMIT, text)
                                : file_read(path, SCRIPT_LIMIT, text);
  if (problem == EFBIG)
    return error_set(error, ERROR_FAILURE, _("the script %.300s is larger than 512M"), path);
  if (problem == ENOENT)
    return lesson_set_unknown(error, path);
  return problem ? error_set_errno(error, problem, _("the script %.300s can't be read"), path) : 0;
}

/* Whether it is no script but what `save timeline` writes. */
static bool is_timeline(const struct bytes *text) {
  static const char head[] = "{\"event\":\"timeline\"";
  return text->length >= sizeof head - 1 && memcmp(text->data, head, sizeof head - 1) == 0;
}

static void run_file(struct script_run *run, const struct shell_options *options) {
  struct bytes text = {0};
  struct error error;
  struct bytes lesson = {0};
  if (script_file_read(options->path, options->script, &text, &error) < 0) {
    if (lesson_stands_for(options->path, &lesson))
      error_set(&error, ERROR_FAILURE,
                _("there is no script %.300s, but a lesson: socksh --step %.300s walks through it"),
                options->path, options->path);
    report_text_error(run, NULL, &error);
    run->status = STATUS_USAGE;
    bytes_free(&lesson);
  } else if (is_timeline(&text)) {
    error_set(&error, ERROR_USAGE,
              _("%.300s is no script but a saved timeline: socksh --replay %.300s shows it"),
              options->path, options->path);
    report_text_error(run, NULL, &error);
    run->status = STATUS_USAGE;
  } else if (packetdrill_line_fits(options->path)) {
    struct bytes lines = {0};
    packetdrill_line_append(&options->packetdrill, options->path, &lines);
    run_text(run, options->path, bytes_text(&lines), lines.length);
    bytes_free(&lines);
  } else {
    run_text(run, options->path, text.data ? text.data : "", text.length);
  }
  bytes_free(&text);
}

/* Standard input, run line by line: complete lines run before more is read. */
struct input {
  struct bytes bytes; /* read but not yet run */
  size_t start;       /* offset of the statement in progress */
  size_t scanned;     /* no newline between the line's start and this offset */
  size_t singly;      /* up to here lines are parsed one at a time */
  unsigned line;      /* line number at `start` */
  unsigned tried;     /* how many lines from `start` on have been found incomplete */
  unsigned held;      /* how many have come since */
  bool ended;
};

static void read_more(struct script_run *run, struct input *input) {
  struct error ignored;
  ssize_t got = -1;
  int problem = EINTR;
  if (bytes_reserve(&input->bytes, 65536) < 0 ||
      !runner_wait_begin(&run->runner, 0, WAIT_NOT_INTERRUPTED)) {
    input->ended = true;
    return;
  }
  got = read(STDIN_FILENO, input->bytes.data + input->bytes.length, 65536);
  problem = got < 0 ? errno : 0;
  runner_wait_end(&run->runner);
  if (got > 0) {
    input->bytes.length += (size_t)got;
    return;
  }
  if (problem == EINTR && run->runner.waiter.reason == WAIT_NOT_INTERRUPTED)
    return;
  input->ended = true;
  if (problem == EINTR) {
    run->status = STATUS_INTERRUPTED;
  } else if (problem) {
    error_set_errno(&ignored, problem, _("standard input can't be read"));
    report_text_error(run, NULL, &ignored);
    run->status = STATUS_USAGE;
  }
}

/* The lines up to `end` are done with. */
static void step_over(struct input *input, size_t end) {
  for (const char *at = input->bytes.data + input->start;
       (at = memchr(at, '\n', (size_t)(input->bytes.data + end - at))); at++)
    input->line++;
  input->start = input->scanned = end;
  input->tried = input->held = 0;
}

/* Runs all complete lines that have come as one text, which costs much less than one by one. False
 * if that can't be: something in it is wrong, or incomplete. What stands before that shall have run
 * when it is found, so then the lines are parsed one at a time. */
static bool run_together(struct script_run *run, struct input *input) {
  size_t left = input->bytes.length - input->start;
  const char *text = left ? input->bytes.data + input->start : "";
  const char *last = left ? memrchr(text, '\n', left) : NULL;
  struct program *program = NULL;
  struct source *source = NULL;
  struct error error;
  size_t length = input->ended ? left : last ? (size_t)(last - text) + 1 : 0;
  if (length == 0 || input->start < input->singly)
    return false;
  bool whole = program_read(
                   &(struct program_text){
                       .name = "stdin", .data = text, .length = length, .line = input->line},
                   &program, &source, &error) == SCRIPT_READ;
  if (whole) {
    run_program(run, program, ORIGIN_TYPED);
    step_over(input, input->start + length);
  } else {
    input->singly = input->start + length;
  }
  program_release(program);
  source_release(source);
  return whole;
}

/* Whether it is worth to parse again what was incomplete, now that the line up to `end` has come:
 * it may close a block, or the one before it was joined to it. A block of many lines is else parsed
 * only when it has doubled, to find what is wrong in it before its end. */
static bool worth_parsing(struct input *input, size_t end) {
  enum { FEW = 16 };
  const char *text = input->bytes.data + input->start;
  size_t length = end - input->start;
  const char *before = length > 1 ? memrchr(text, '\n', length - 1) : NULL;
  const char *line = before ? before + 1 : text;
  bool joined =
      before && (before > text + 1 ? before[-1] == '\\' || before[-2] == '\\' : text[0] == '\\');
  input->held++;
  return input->tried < FEW || input->held >= input->tried || joined || input->ended ||
         memchr(line, '}', (size_t)(text + length - line));
}

/* Runs the lines up to `end`. False if they are incomplete and more may follow. */
static bool run_lines(struct script_run *run, struct input *input, size_t end) {
  struct program *program;
  struct source *source;
  struct error error;
  enum script_status status =
      program_read(&(struct program_text){.name = "stdin",
                                          .data = input->bytes.data + input->start,
                                          .length = end - input->start,
                                          .line = input->line},
                   &program, &source, &error);
  bool incomplete = status == SCRIPT_INCOMPLETE && !(input->ended && end == input->bytes.length);
  if (status == SCRIPT_READ) {
    run_program(run, program, ORIGIN_TYPED);
  } else if (!incomplete) {
    report_text_error(run, source, &error);
    run->status = run->keep_going ? STATUS_FAILED : STATUS_USAGE;
  }
  program_release(program);
  source_release(source);
  return !incomplete;
}

/* Drops what was run from the buffer, if that is much. */
static void compact(struct input *input) {
  if (input->start < 65536 && input->start < input->bytes.length)
    return;
  memmove(input->bytes.data, input->bytes.data + input->start, input->bytes.length - input->start);
  input->bytes.length -= input->start;
  input->scanned -= input->start;
  input->singly -= input->singly < input->start ? input->singly : input->start;
  input->start = 0;
}

/* Offset after the next newline; at the end of input, the end of the buffer; 0 if the line is
 * incomplete. */
static size_t line_end(struct input *input) {
  size_t left = input->bytes.length - input->scanned;
  const char *newline = left ? memchr(input->bytes.data + input->scanned, '\n', left) : NULL;
  if (newline)
    return (size_t)(newline - input->bytes.data) + 1;
  input->scanned = input->bytes.length;
  return input->ended ? input->bytes.length : 0;
}

static void run_input(struct script_run *run) {
  struct input input = {.line = 1};
  while (!ended(run)) {
    if (run_together(run, &input)) {
      compact(&input);
      continue;
    }
    size_t end = line_end(&input);
    if (end == 0 && !input.ended) {
      read_more(run, &input);
      continue;
    }
    if (end == input.start)
      break;
    bool last = input.ended && end == input.bytes.length;
    input.scanned = end;
    if (!worth_parsing(&input, end) && !last)
      continue;
    if (run_lines(run, &input, end)) {
      step_over(&input, end);
      compact(&input);
    } else {
      input.tried += input.held;
      input.held = 0;
    }
    if (last)
      break;
  }
  bytes_free(&input.bytes);
}

/* Where a script of packetdrill has failed, its sockets stay, and lines follow. */
static void run_debugged(struct script_run *run, const struct shell_options *options) {
  run_file(run, options);
  if (run->status != STATUS_FAILED)
    return;
  run->status = 0;
  run->session->reads_input = true;
  run_input(run);
  run->status = run->status ? run->status : STATUS_FAILED;
}

/* Runs a line of a walk. Errors do not end it. */
static bool run_walked(void *context, struct program *program, const struct statement *statement) {
  struct script_run *run = context;
  struct result result = {0};
  struct error error;
  run_statement(&run->runner, program, statement, ORIGIN_TYPED, &result, &error);
  result_clear(&result);
  return !run->session->quitting && run->runner.waiter.reason == WAIT_NOT_INTERRUPTED;
}

/* Walks through a script. The answers come from standard input, one a line. */
static void run_walk(struct script_run *run, const struct shell_options *options) {
  struct bytes text = {0};
  struct error error;
  struct walk *walk = NULL;
  if (script_file_read(options->path, options->script, &text, &error) < 0) {
    report_text_error(run, NULL, &error);
    run->status = STATUS_USAGE;
  } else {
    walk = walk_create(&(struct walk_plan){.name = options->path,
                                           .text = text.data ? text.data : "",
                                           .length = text.length,
                                           .asks = options->ask,
                                           .from = options->from},
                       &run->runner);
    run->status = walk ? 0 : STATUS_USAGE;
  }
  bytes_free(&text);
  struct input input = {.line = 1};
  while (walk && walk_show(walk, &run->runner) && !ended(run)) {
    size_t end;
    while (!(end = line_end(&input)) && !input.ended)
      read_more(run, &input);
    if (end == 0)
      break;
    const char *line = input.bytes.data + input.start;
    size_t length = end - input.start;
    enum walk_answer answer = walk_answer(walk, line, length, &run->runner);
    if (answer == WALK_TYPED)
      run_lines(run, &input, end);
    else if (answer != WALK_DONE)
      walk_run(walk, answer == WALK_REST, &run->runner, run_walked, run);
    run->status = run->status == STATUS_INTERRUPTED ? run->status : 0;
    input.start = input.scanned = end;
    input.line++;
    compact(&input);
  }
  walk_free(walk);
  bytes_free(&input.bytes);
}

/* Reports that --deadline passed. The interrupted statement has its own error. */
static void report_late(struct script_run *run, const struct shell_options *options) {
  struct error error;
  error_set(&error, ERROR_FAILURE, _("the session took longer than its --deadline of %g s"),
            (double)options->deadline / 1e9);
  report_text_error(run, NULL, &error);
}

/* Shows a session that was saved, or puts its events in front of those of the lines that follow. */
static void run_replay(struct script_run *run, const struct shell_options *options) {
  bool alone = !options->commands && !options->path && !options->from_input;
  struct replay_plan plan = {.path = options->replay,
                             .descriptor = options->replay_file,
                             .shown = alone,
                             .goes_on = !alone};
  struct error error;
  if (replayed_read(&run->runner, &plan, &error) == 0)
    return;
  report_text_error(run, NULL, &error);
  run->status = error.kind == ERROR_INTERRUPTED ? STATUS_INTERRUPTED : STATUS_USAGE;
}

int script_file_run(struct session *session, const struct shell_options *options) {
  struct script_run run = {.session = session, .keep_going = options->keep_going};
  struct scope scope = {.arguments = options->arguments, .argument_count = options->argument_count};
  runner_start(&run.runner, session, 0, &scope);
  waiter_register(&run.runner.waiter);
  session_lock(session);
  session->reads_input =
      options->step || (!options->commands && !options->path && !options->replay);
  if (options->replay)
    run_replay(&run, options);
  if (options->lab)
    run_text(&run, "--lab", "lab", strlen("lab"));
  if (run.status)
    ; /* without its lab the script can't run */
  else if (options->commands)
    run_text(&run, "-c", options->commands, strlen(options->commands));
  else if (options->path && options->step)
    run_walk(&run, options);
  else if (options->path && options->packetdrill.debug)
    run_debugged(&run, options);
  else if (options->path)
    run_file(&run, options);
  else if (!options->replay || options->from_input)
    run_input(&run);
  if (!session->quitting && (run.status == 0 || run.keep_going) && job_conclude(&run.runner) < 0 &&
      run.status == 0)
    run.status = run.runner.waiter.reason == WAIT_USER ? STATUS_INTERRUPTED : STATUS_FAILED;
  if (session->late)
    report_late(&run, options);
  if (session->quitting && session->quit_status)
    run.status = session->quit_status;
  if (run.status == 0 && session->scripts_skipped > 0 && session->scripts_run == 0)
    run.status = STATUS_SKIPPED;
  runner_stop(&run.runner);
  session_unlock(session);
  waiter_unregister(&run.runner.waiter);
  return run.status;
}

static void append_file(struct runner *runner, const char *path, bool ended, bool failed) {
  struct event event = {.kind = EVENT_FILE, .file = {path, ended, failed}};
  runner_append(runner, &event);
}

/* Runs the statements in sequence, as if they stood in place of the current one. */
static int run_nested(struct runner *runner, struct program *program, struct result *result,
                      struct error *error) {
  int status = 0;
  const char *const *bind = runner->binding.names;
  runner->binding.names = NULL;
  runner->depth++;
  for (const struct statement *statement = program->script.first; statement && status == 0;
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

int script_file_source(struct runner *runner, const char *path, struct result *result,
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
    int ran = script_file_run_line(runner, path, bytes_text(&text), result, error);
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
    status = run_nested(runner, program, result, error);
    runner->sources--;
    append_file(runner, path, true, status < 0);
  }
  program_release(program);
  source_release(source);
  bytes_free(&text);
  return status;
}

int script_file_run_line(struct runner *runner, const char *name, const char *line,
                         struct result *result, struct error *error) {
  struct program *program = NULL;
  struct source *source = NULL;
  int status = -1;
  if (program_read(
          &(struct program_text){.name = name, .data = line, .length = strlen(line), .line = 1},
          &program, &source, error) == SCRIPT_READ)
    status = run_nested(runner, program, result, error);
  program_release(program);
  source_release(source);
  return status;
}
