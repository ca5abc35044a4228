/* lessons: the command that lists the lessons. */
#include <string.h>

#include "command/invocation.h"
#include "command/offer.h"
#include "language/word.h"
#include "session/lesson.h"

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

static void append_list(const struct invocation *invocation, const struct lesson_list *list,
                        struct bytes *text) {
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
    bytes_append_format(text, "  %-*s  %s\n", (int)width, lesson->name, lesson->title);
  }
  if (subject)
    bytes_append_text(text, _("\n`source --step NAME` walks through one, line by line; from "
                              "outside it is `socksh --step NAME`.\n"));
}

static int run_lessons(struct invocation *invocation) {
  struct lesson_list list;
  struct answer answer;
  answer_text(&answer, "lessons");
  int status = lesson_list_read(&list, invocation->error);
  if (status == 0)
    append_list(invocation, &list, &answer.text);
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
                 "With words, only those that have all of them in name, subject or line. `source "
                 "--step NAME` walks through one. They are looked for in $SOCKSH_EXAMPLES, where "
                 "that is set, else where the program is installed or was built."),
    .blocks = N_("never"),
    .example = "lessons\nlessons closing",
    .pages = "socksh-lab(7)",
    .run = run_lessons,
};
