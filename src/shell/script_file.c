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
#include "shell/script_input.h"
#include "shell/walk.h"
#include "system/file.h"

enum { SCRIPT_LIMIT = 512 << 20 };

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
    script_run_report(run, NULL, &error);
    run->status = STATUS_USAGE;
    bytes_free(&lesson);
  } else if (is_timeline(&text)) {
    error_set(&error, ERROR_USAGE,
              _("%.300s is no script but a saved timeline: socksh --replay %.300s shows it"),
              options->path, options->path);
    script_run_report(run, NULL, &error);
    run->status = STATUS_USAGE;
  } else if (packetdrill_line_fits(options->path)) {
    struct bytes lines = {0};
    packetdrill_line_append(&options->packetdrill, options->path, &lines);
    script_run_text(run, options->path, bytes_text(&lines), lines.length);
    bytes_free(&lines);
  } else {
    script_run_text(run, options->path, text.data ? text.data : "", text.length);
  }
  bytes_free(&text);
}

/* Where a script of packetdrill has failed, its sockets stay, and lines follow. */
static void run_debugged(struct script_run *run, const struct shell_options *options) {
  run_file(run, options);
  if (run->status != STATUS_FAILED)
    return;
  run->status = 0;
  run->session->reads_input = true;
  script_input_run(run);
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
    script_run_report(run, NULL, &error);
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
  struct script_input input = {.line = 1};
  while (walk && walk_show(walk, &run->runner) && !script_run_ended(run)) {
    size_t end;
    while (!(end = script_input_line_end(&input)) && !input.ended)
      script_input_more(run, &input);
    if (end == 0)
      break;
    const char *line = input.bytes.data + input.start;
    size_t length = end - input.start;
    enum walk_answer answer = walk_answer(walk, line, length, &run->runner);
    if (answer == WALK_TYPED)
      script_input_run_lines(run, &input, end);
    else if (answer != WALK_DONE)
      walk_run(walk, answer == WALK_REST, &run->runner, run_walked, run);
    run->status = run->status == STATUS_INTERRUPTED ? run->status : 0;
    input.start = input.scanned = end;
    input.line++;
    script_input_compact(&input);
  }
  walk_free(walk);
  bytes_free(&input.bytes);
}

/* Reports that --deadline passed. The interrupted statement has its own error. */
static void report_late(struct script_run *run, const struct shell_options *options) {
  struct error error;
  error_set(&error, ERROR_FAILURE, _("the session took longer than its --deadline of %g s"),
            (double)options->deadline / 1e9);
  script_run_report(run, NULL, &error);
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
  script_run_report(run, NULL, &error);
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
    script_run_text(&run, "--lab", "lab", strlen("lab"));
  if (run.status)
    ; /* without its lab the script can't run */
  else if (options->commands)
    script_run_text(&run, "-c", options->commands, strlen(options->commands));
  else if (options->path && options->step)
    run_walk(&run, options);
  else if (options->path && options->packetdrill.debug)
    run_debugged(&run, options);
  else if (options->path)
    run_file(&run, options);
  else if (!options->replay || options->from_input)
    script_input_run(&run);
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
