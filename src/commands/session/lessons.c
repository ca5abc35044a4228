/* lessons: the command that lists the lessons. */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/invocation.h"
#include "command/offer.h"
#include "language/escape.h"
#include "language/word.h"
#include "session/child.h"
#include "session/lesson.h"
#include "session/lesson_progress.h"

static bool contains(const char *text, const struct argument_value *word) {
  return memmem(text, strlen(text), word->word.data, word->word.length) != NULL;
}

/* Whether every word is in its name, its subject or its title. */
static bool is_wanted(const struct invocation *invocation, const struct lesson *lesson) {
  const struct argument_value *word = invocation_value(invocation, "WORD");
  for (; word; word = invocation_next(invocation, word))
    if (!contains(lesson->name, word) && !contains(lesson->subject, word) &&
        !contains(lesson->title, word))
      return false;
  return true;
}

/* How wide the names of a subject are. */
static size_t name_width(const struct lesson_list *list, size_t first) {
  size_t width = 0;
  for (size_t i = first; i < list->count; i++) {
    size_t length = strlen(list->items[i].name);
    if (strcmp(list->items[i].subject, list->items[first].subject) != 0)
      break;
    width = length > width ? length : width;
  }
  return width;
}

/* Appends how many answers were right in the last walk through it, in a column of its own. */
static void append_progress(const struct lesson_walk *walk, struct bytes *text) {
  enum { COLUMN = 7 };
  size_t start = text->length;
  bytes_append_text(text, "  ");
  if (walk)
    bytes_append_format(text, "%u/%u", walk->right, walk->asked);
  bytes_pad(text, start, 2 + COLUMN);
}

static void append_list(const struct invocation *invocation, const struct lesson_list *list,
                        const struct lesson_walks *walks, struct bytes *text) {
  const char *subject = NULL;
  size_t width = 0;
  for (size_t i = 0; i < list->count; i++) {
    const struct lesson *lesson = &list->items[i];
    bool begins = i == 0 || strcmp(list->items[i - 1].subject, lesson->subject) != 0;
    if (begins)
      width = name_width(list, i);
    if (!is_wanted(invocation, lesson))
      continue;
    if (!subject || strcmp(subject, lesson->subject) != 0)
      bytes_append_format(text, "%s%s\n", subject ? "\n" : "",
                          lesson->subject[0] ? lesson->subject : _("others"));
    subject = lesson->subject;
    if (walks->list.length > 0)
      append_progress(lesson_progress_last(walks, lesson->name), text);
    else
      bytes_append_text(text, "  ");
    bytes_append_format(text, "%-*s  %s\n", (int)width, lesson->name, lesson->title);
  }
  if (subject)
    bytes_append_text(text, _("\n`lesson NAME` walks through one, and asks what will happen (in "
                              "front: answers that were right, last time); `source --step NAME` "
                              "only shows; from outside it is `socksh --ask NAME`, or --step.\n"));
}

static int run_lessons(struct invocation *invocation) {
  struct lesson_list list;
  struct lesson_walks walks;
  struct answer answer;
  struct error ignored; /* then nothing is known of earlier walks */
  answer_text(&answer, "lessons");
  int status = lesson_list_read(&list, invocation->error);
  if (lesson_progress_read(&walks, &ignored) < 0)
    lesson_progress_free(&walks);
  if (status == 0)
    append_list(invocation, &list, &walks, &answer.text);
  lesson_progress_free(&walks);
  lesson_list_free(&list);
  if (status == 0 && answer.text.length > 0)
    return runner_answer(invocation->runner, &answer, invocation->error);
  answer_free(&answer);
  if (status == 0)
    error_set(invocation->error, ERROR_FAILURE,
              _("no lesson is about that; `lessons` alone lists them all"));
  return -1;
}

const struct command command_lessons = {
    .name = "lessons",
    .group = GROUP_SESSION,
    .arguments = {{.name = "WORD", .kind = &argument_text, .flags = OPTIONAL | REPEATED}},
    .summary = N_("lists the lessons, by subject"),
    .manual = N_("The lessons are the example scripts that come with the program, a line on each. "
                 "With words, only those that have all of them in name, subject or line. In front "
                 "stands how many answers were right in the last walk that asked: `lesson NAME`. "
                 "They are looked for in $SOCKSH_EXAMPLES, where "
                 "that is set, else where the program is installed or was built."),
    .blocks = N_("never"),
    .example = "lessons\nlessons closing",
    .pages = "socksh-lab(7)",
    .run = run_lessons,
};

static int no_such_lesson(struct invocation *invocation, const char *word) {
  lesson_set_unknown(invocation->error, word);
  error_set_place(invocation->error, invocation_value(invocation, "NAME")->place);
  return -1;
}

/* Walks through the script in a session of its own, and comes back. */
static int walk_apart(struct runner *runner, const char *path, const char *typed,
                      struct error *error) {
  struct session *session = runner->session;
  const char *const arguments[] = {LESSON_PROGRAM, "--ask", "--", path, NULL};
  int status;
  if (!session->interactive || runner->job)
    return error_set(error, ERROR_FAILURE,
                     _("a lesson is walked through at the prompt; `source %.100s` runs its lines"),
                     typed);
  pid_t child = child_start_session(runner, arguments, error);
  if (child < 0)
    return -1;
  session->shell->lend_terminal(session, child);
  int waited = child_wait(runner, child, &status);
  session->shell->lend_terminal(session, 0);
  if (waited < 0)
    return runner_interrupted(runner, error);
  if (WIFSIGNALED(status))
    return error_set(error, ERROR_FAILURE, _("the lesson's session was ended by signal %d (%s)"),
                     WTERMSIG(status), strsignal(WTERMSIG(status)));
  return 0;
}

static int run_lesson(struct invocation *invocation) {
  struct bytes word = {0};
  struct bytes path = {0};
  const char *typed = argument_value_text(invocation_value(invocation, "NAME"), &word);
  const char *name = typed;
  int status = 0;
  if (lesson_stands_for(name, &path))
    name = bytes_text(&path);
  else if (access(name, F_OK) < 0 && errno == ENOENT)
    status = no_such_lesson(invocation, name);
  if (status == 0)
    status = walk_apart(invocation->runner, name, typed, invocation->error);
  bytes_free(&word);
  bytes_free(&path);
  return status;
}

static void offer_lessons(const struct argument *argument, struct offer *offer) {
  struct lesson_list list;
  struct error ignored; /* then nothing is offered */
  (void)argument;
  if (lesson_list_read(&list, &ignored) == 0)
    for (size_t i = 0; i < list.count; i++)
      offer_text(offer, list.items[i].name, list.items[i].title);
  lesson_list_free(&list);
}

static const struct argument_kind argument_lesson = {
    .name = "lesson",
    .complete = offer_lessons,
};

const struct command command_lesson = {
    .name = "lesson",
    .group = GROUP_SESSION,
    .parts = true,
    .arguments = {{.name = "NAME", .kind = &argument_lesson}},
    .summary = N_("walks through a lesson, and asks what will happen"),
    .manual =
        N_("As `source --step`, and before a line that matters it asks: which state a socket will "
           "be in, what a call will give, whether it blocks, how many bytes come, which packet is "
           "next. The digit of a choice answers at once; a word, or a number of bytes, with Enter; "
           "Enter "
           "alone runs the line without an answer. Then "
           "the line runs, and the kernel grades: no answer is stored anywhere, so it is right on "
           "any kernel and with any setting. To learn where it is worth asking, the script is run "
           "once before, unseen, in a process of its own. NAME is one of `lessons`, or any "
           "script; `# ask: state c`, outcome, blocks, bytes, packet or nothing in a line of its "
           "own says what is asked before the next one.\n\n"
           "A lesson has a session of its own, so its sockets, names and lab are its own, too, and "
           "are gone when it is over: behind its last line Enter goes back to yours, which is as "
           "it was, and before it `stop` does. `back` begins that session anew, and runs what "
           "comes before the previous line."),
    .blocks = N_("until the lesson is over"),
    .example = "lessons closing",
    .pages = "socksh-lab(7)",
    .run = run_lesson,
};

static void append_walk_json(const struct lesson_walk *walk, struct bytes *text) {
  struct tm date;
  char stamp[32] = "";
  if (gmtime_r(&walk->date, &date))
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &date);
  bytes_append_text(text, "{\"lesson\":");
  escape_append_quoted(text, walk->name, strlen(walk->name), sizeof walk->name, ESCAPE_UTF8);
  bytes_append_format(text, ",\"date\":\"%s\",\"asked\":%u,\"right\":%u}\n", stamp, walk->asked,
                      walk->right);
}

static void add_walk_row(const struct lesson_walk *walk, struct answer *answer) {
  struct tm date;
  char stamp[32] = "";
  if (localtime_r(&walk->date, &date))
    strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M", &date);
  answer_add_text(answer, walk->name);
  answer_add_text(answer, stamp);
  answer_add_number(answer, walk->asked);
  answer_add_number(answer, walk->right);
}

static int run_lesson_report(struct invocation *invocation) {
  static const char *const columns[] = {N_("LESSON"), N_("DATE"), N_("ASKED"), N_("RIGHT"), NULL};
  struct lesson_walks walks;
  struct answer answer;
  bool json = invocation_value(invocation, "--json") != NULL;
  if (lesson_progress_read(&walks, invocation->error) < 0) {
    lesson_progress_free(&walks);
    return -1;
  }
  const struct lesson_walk *walk = (const struct lesson_walk *)walks.list.data;
  size_t count = walks.list.length / sizeof *walk;
  if (json || count == 0)
    answer_text(&answer, "lesson-report");
  else
    answer_table(&answer, "lesson-report", columns);
  if (json)
    answer.kind = ANSWER_RAW;
  for (size_t i = 0; i < count; i++) {
    if (json)
      append_walk_json(&walk[i], &answer.text);
    else
      add_walk_row(&walk[i], &answer);
  }
  if (count == 0 && !json)
    bytes_append_text(&answer.text, _("  no lesson was walked through to its end with answers\n"));
  lesson_progress_free(&walks);
  return runner_answer(invocation->runner, &answer, invocation->error);
}

const struct command command_lesson_report = {
    .name = "lesson report",
    .group = GROUP_SESSION,
    .arguments =
        {{.name = "--json", .kind = &argument_switch, .flags = OPTIONAL, .keyword = "--json"}},
    .summary = N_("shows how the questions of lessons were answered"),
    .manual = N_("A row for each walk that came to its end: how many questions were answered, and "
                 "how many of the answers were right. With --json an object a line, for teachers. "
                 "It is kept in $XDG_STATE_HOME/socksh/lessons."),
    .blocks = N_("never"),
    .example = "lesson report",
    .run = run_lesson_report,
};
