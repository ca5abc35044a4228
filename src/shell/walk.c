#include "shell/walk.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"
#include "session/lesson.h"
#include "session/lesson_progress.h"
#include "shell/packetdrill_line.h"
#include "shell/program.h"
#include "shell/question.h"
#include "shell/rehearsal.h"
#include "shell/run.h"
#include "shell/run_event.h"
#include "shell/walk_text.h"

struct walk {
  struct program *program;
  struct source *source;
  const struct statement *next; /* the next line to run; NULL: at the end */
  unsigned number;              /* its number, from 1 */
  unsigned total;               /* of all lines */
  struct bytes steps;           /* unsigned: the numbers of the lines that a step began with */
  size_t shown;                 /* the source before this offset was shown, or need not be */
  unsigned from;                /* the lines before this one are run before anything is shown */
  struct settings settings;     /* when it began: its lines may change them, but not for later */
  bool stopped;
  bool instructed; /* the instructions were shown */
  bool ended;
  bool apart; /* the session ends with it */
  bool fresh; /* the session was new when it began: `back` loses nothing */
  char *path; /* where the script is, for a new session; NULL: not known */
  bool asks;  /* it asks; false where the script could not be rehearsed */
  bool rehearsed;
  struct rehearsal rehearsal;
  struct question question; /* asked before the next line, or before the one that has run */
  struct question_history history;
  unsigned asked;     /* answers that were graded */
  unsigned right;     /* of those */
  struct walk *outer; /* the walk in which this one was started; NULL: none */
};

static unsigned count_statements(const struct statement *statement) {
  unsigned count = 0;
  for (; statement; statement = statement->next)
    count++;
  return count;
}

static bool session_is_new(const struct runner *runner) {
  const struct session *session = runner->session;
  return session->sockets.count == 0 && !session->lab && !session->services && runner->depth == 0;
}

struct walk *walk_create(const struct walk_plan *plan, struct runner *runner) {
  struct walk *walk = calloc(1, sizeof *walk);
  struct error error;
  if (!walk)
    return NULL;
  if (program_read(&(struct program_text){.name = plan->name,
                                          .data = plan->text,
                                          .length = plan->length,
                                          .line = 1,
                                          .packetdrill = packetdrill_line_fits(plan->name)},
                   &walk->program, &walk->source, &error) != SCRIPT_READ) {
    if (walk->source)
      run_event_error(runner, walk->source, NULL, &error);
    walk_free(walk);
    return NULL;
  }
  walk->next = walk->program->script.first;
  walk->number = 1;
  walk->total = count_statements(walk->next);
  walk->from = plan->from;
  walk->asks = plan->asks;
  walk->apart = plan->apart;
  walk->settings = runner->session->settings;
  walk->fresh = session_is_new(runner);
  walk->path = realpath(plan->name, NULL);
  return walk;
}

void walk_free(struct walk *walk) {
  if (!walk)
    return;
  program_release(walk->program);
  source_release(walk->source);
  rehearsal_free(&walk->rehearsal);
  question_history_free(&walk->history);
  bytes_free(&walk->steps);
  free(walk->path);
  free(walk);
}

static void say(struct runner *runner, struct bytes *text) {
  struct answer answer;
  struct error ignored; /* out of memory: it is not said */
  answer_text(&answer, "step");
  answer.text = *text;
  *text = (struct bytes){0};
  runner_answer(runner, &answer, &ignored);
}

/* Whether this is a line that waits or tests, and so belongs to the one before it, if nothing is
 * said between them. */
static bool is_companion(const struct walk *walk, const struct statement *statement) {
  const char *name = statement && statement->command ? statement->command->name : "";
  return (strcmp(name, "await") == 0 || strcmp(name, "assert") == 0) &&
         !walk_text_has_comment(walk->source, walk->shown, statement->place.offset);
}

/* The next line, which is passed. */
static const struct statement *take(struct walk *walk) {
  const struct statement *statement = walk->next;
  walk->shown = statement->place.offset + statement->place.length;
  walk->next = statement->next;
  walk->number++;
  return statement;
}

/* Runs the next line. What it runs may end the walk, and so release its program. */
static bool run_next(struct walk *walk, walk_run_statement *run, void *context) {
  struct program *program = program_retain(walk->program);
  const struct statement *statement = take(walk);
  bool goes_on = run(context, program, statement);
  program_release(program);
  return goes_on;
}

void walk_run(struct walk *walk, bool all, struct runner *runner, walk_run_statement *run,
              void *context) {
  struct bytes text = {0};
  if (!walk->next)
    return;
  bytes_append(&walk->steps, &walk->number, sizeof walk->number);
  uint64_t before = timeline_last(runner->session->timeline);
  bool goes_on = run_next(walk, run, context);
  while (goes_on && walk->next && (all || is_companion(walk, walk->next))) {
    walk_text_append_found(runner, before, &text);
    if (all)
      walk_text_append_comments(walk->source, walk->shown, walk->next->place.offset, &text, NULL);
    walk_text_append_line(walk->source, walk->next, false, &text);
    say(runner, &text);
    before = timeline_last(runner->session->timeline);
    goes_on = run_next(walk, run, context);
  }
  if (goes_on) {
    walk_text_append_found(runner, before, &text);
    say(runner, &text);
  }
  bytes_free(&text);
}

/* Runs the lines before the one that the walk begins with, without showing them. */
static bool run_hidden(void *context, struct program *program, const struct statement *statement) {
  struct runner *runner = context;
  struct result result = {0};
  struct error error;
  run_statement(runner, program, statement, ORIGIN_SCRIPT, &result, &error);
  result_clear(&result);
  if (runner->waiter.reason == WAIT_USER) /* as when it was walked: meant for this line */
    waiter_take_reason(&runner->waiter);
  return !runner->session->quitting && runner->waiter.reason == WAIT_NOT_INTERRUPTED;
}

static void hide(struct session *session, bool hidden) {
  session->settings.view.hidden = hidden;
  session_apply_settings(session);
}

static void catch_up(struct walk *walk, struct runner *runner) {
  struct bytes text = {0};
  if (walk->from > 2)
    bytes_append_format(&text,
                        _("  # lines 1 to %u are run again, unseen, in a new session (Ctrl-C "
                          "ends one that blocks)\n"),
                        walk->from - 1);
  else
    bytes_append_text(&text, _("  # line 1 is run again, unseen, in a new session\n"));
  say(runner, &text);
  output_flush(&runner->session->output);
  hide(runner->session, true);
  while (walk->next && walk->number < walk->from) {
    bytes_append(&walk->steps, &walk->number, sizeof walk->number);
    if (!run_next(walk, run_hidden, runner))
      break;
    while (walk->next && walk->number < walk->from && is_companion(walk, walk->next) &&
           run_next(walk, run_hidden, runner))
      ;
  }
  hide(runner->session, false);
  walk->from = 0;
}

/* Learns where it is worth asking. */
static void rehearse(struct walk *walk, struct runner *runner) {
  struct error error;
  struct bytes text = {0};
  walk->rehearsed = true;
  bytes_append_text(&text, _("  # it is run once, unseen, to learn where to ask (Ctrl-C: ask "
                             "nothing)\n"));
  say(runner, &text);
  output_flush(&runner->session->output);
  if (rehearsal_run(runner, walk->source->text, walk->source->length, &walk->rehearsal, &error) ==
      0)
    return;
  bytes_append_format(&text, _("  # nothing is asked: %s\n"), error.message);
  say(runner, &text);
  walk->asks = false;
}

/* What happened in the rehearsal at the next step: at its line, and at those that belong to it. */
static struct fact fact_of_step(const struct walk *walk) {
  struct fact fact = {0};
  if (walk->number <= walk->rehearsal.count)
    fact = walk->rehearsal.facts[walk->number - 1];
  struct walk ahead = *walk;
  take(&ahead);
  while (ahead.next && is_companion(&ahead, ahead.next) && ahead.number <= walk->rehearsal.count) {
    rehearsal_add(&fact, &walk->rehearsal.facts[ahead.number - 1]);
    take(&ahead);
  }
  return fact;
}

static void choose_question(struct walk *walk, const char *mark, struct runner *runner) {
  walk->question = (struct question){0};
  if (!walk->asks)
    return;
  struct fact fact = fact_of_step(walk);
  question_choose(&walk->question, walk->next, &fact, mark, &walk->history, runner);
}

/* Grades what was answered before the line that has run. */
static void grade(struct walk *walk, struct runner *runner, struct bytes *text) {
  if (walk->question.answered) {
    walk->asked++;
    walk->right += question_grade(&walk->question, runner, text);
  }
  walk->question = (struct question){0};
}

/* What comes behind the walk is shown as what came before it. */
static void restore_settings(const struct walk *walk, struct session *session) {
  session->settings = walk->settings;
  session_apply_settings(session);
}

static void append_end(struct walk *walk, struct bytes *text) {
  struct error error;
  struct bytes name = {0};
  lesson_append_name(walk->source->name, &name);
  bytes_append_format(text, _("\nThe end of %s.\n"), bytes_text(&name));
  bytes_free(&name);
  if (walk->asked == 0)
    return;
  bytes_append_format(text, _("%u of %u answers were right.\n"), walk->right, walk->asked);
  if (lesson_progress_add(walk->path ? walk->path : walk->source->name, walk->asked, walk->right,
                          &error) < 0)
    bytes_append_format(text, _("This is not kept: %s.\n"), error.message);
}

static void append_stopped(const struct walk *walk, struct bytes *text) {
  struct bytes name = {0};
  lesson_append_name(walk->source->name, &name);
  bytes_append_format(text, _("the walk through %s ends here\n"), bytes_text(&name));
  bytes_free(&name);
}

static void append_next(struct walk *walk, struct runner *runner, struct bytes *text) {
  struct bytes mark = {0};
  size_t to = walk->next->place.offset;
  walk_text_append_comments(walk->source, walk->shown, to, text, &mark);
  walk->shown = to;
  choose_question(walk, bytes_text(&mark), runner);
  bytes_append_format(text, _("\nline %u of %u\n"), walk->number, walk->total);
  walk_text_append_line(walk->source, walk->next, question_hides_result(&walk->question), text);
  question_append(&walk->question, text);
  if (!walk->instructed && walk->asks)
    bytes_append_text(text, _("  (a choice's digit answers at once, a word or another number with "
                              "Enter; Enter alone runs the line; back, skip, rest, stop, ? "
                              "explains it; or type lines of your own)\n"));
  else if (!walk->instructed)
    bytes_append_text(text, _("  (Enter runs it; back, skip, rest, stop, ? explains it; or type "
                              "lines of your own)\n"));
  walk->instructed = true;
  bytes_free(&mark);
}

bool walk_show(struct walk *walk, struct runner *runner) {
  struct bytes text = {0};
  if (runner->session->again)
    return true; /* the new session shows where it is */
  if (walk->from > 1)
    catch_up(walk, runner);
  if (walk->asks && !walk->rehearsed)
    rehearse(walk, runner);
  if (walk->question.kind == QUESTION_NONE || walk->question.answered)
    grade(walk, runner, &text);
  if (walk->ended)
    return true; /* lines of the user's own behind it */
  bool again = walk->next && walk->shown == walk->next->place.offset && walk->instructed;
  if (walk->stopped)
    append_stopped(walk, &text);
  else if (again) { /* a line of the user's own came between */
    walk_text_append_line(walk->source, walk->next, question_hides_result(&walk->question), &text);
    question_append(&walk->question, &text);
  } else if (walk->next)
    append_next(walk, runner, &text);
  else if (!walk->ended) {
    walk_text_append_comments(walk->source, walk->shown, walk->source->length, &text, NULL);
    walk->shown = walk->source->length;
    append_end(walk, &text);
    if (walk->apart)
      bytes_append_text(&text, _("  (Enter goes back to your own session; back; or type lines of "
                                 "your own)\n"));
  }
  walk->ended = walk->stopped || !walk->next;
  if (walk->ended)
    restore_settings(walk, runner->session);
  say(runner, &text);
  if (walk->apart && walk->stopped)
    runner->session->quitting = true;
  return !walk->ended || walk->apart;
}

void walk_set_outer(struct walk *walk, struct walk *outer) {
  walk->outer = outer;
}

struct walk *walk_outer(const struct walk *walk) {
  return walk->outer;
}

unsigned walk_choices(const struct walk *walk) {
  bool waits = walk->question.kind != QUESTION_NONE && !walk->question.answered;
  return waits ? (unsigned)walk->question.count : 0;
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

/* The script's path as it was given, if it still leads there. */
static const char *path_now(const struct walk *walk) {
  char *path = realpath(walk->source->name, NULL);
  bool same = path && strcmp(path, walk->path) == 0;
  free(path);
  return same ? walk->source->name : walk->path;
}

/* Begins the session anew, before the line that the last step began with. */
static void go_back(struct walk *walk, struct runner *runner) {
  const unsigned *steps = (const unsigned *)walk->steps.data;
  size_t count = walk->steps.length / sizeof *steps;
  struct bytes text = {0};
  const char *why = NULL;
  if (count == 0)
    why = _("this is the first line");
  else if (!walk->fresh || walk->outer)
    why = _("back begins a new session, and this one has more than the walk; `socksh --step FILE` "
            "begins one where it works");
  else if (!walk->path)
    why = _("back runs the script again, and it is in no file that could be read again");
  else if (session_begin_again(runner->session, path_now(walk), steps[count - 1], walk->asks) < 0)
    why = _("there is no memory for it");
  if (why)
    bytes_append_format(&text, "  # %s\n", why);
  say(runner, &text);
}

static bool is_word(const char *line, size_t length, const char *word) {
  while (length > 0 && strchr(" \t\r\n", line[length - 1]))
    length--;
  while (length > 0 && (*line == ' ' || *line == '\t'))
    line++, length--;
  return length == strlen(word) && memcmp(line, word, length) == 0;
}

/* Behind the last line of a walk apart. */
static enum walk_answer answer_at_end(struct walk *walk, const char *line, size_t length,
                                      struct runner *runner) {
  if (is_word(line, length, "") || is_word(line, length, "stop"))
    runner->session->quitting = true;
  else if (is_word(line, length, "back"))
    go_back(walk, runner);
  else
    return WALK_TYPED;
  return WALK_DONE;
}

enum walk_answer walk_answer(struct walk *walk, const char *line, size_t length,
                             struct runner *runner) {
  if (walk->ended)
    return answer_at_end(walk, line, length, runner);
  if (is_word(line, length, "")) {
    if (!walk->question.answered) /* Enter alone: it is not graded */
      walk->question = (struct question){0};
    return WALK_NEXT;
  }
  if (is_word(line, length, "rest")) {
    walk->asks = false;
    walk->question = (struct question){0};
    return WALK_REST;
  }
  if (question_answer(&walk->question, line, length))
    return WALK_NEXT;
  if (is_word(line, length, "skip")) {
    walk->question = (struct question){0};
    take(walk);
  } else if (is_word(line, length, "back"))
    go_back(walk, runner);
  else if (is_word(line, length, "stop") || is_word(line, length, "quit") ||
           is_word(line, length, "exit") || is_word(line, length, "q"))
    walk->stopped = true; /* who wants to leave more than the walk says so again */
  else if (is_word(line, length, "?"))
    explain_next(walk, runner);
  else
    return WALK_TYPED;
  return WALK_DONE;
}
