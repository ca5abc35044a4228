/* help_subject: what is shown of something that was found. */
#include <ctype.h>
#include <string.h>

#include "commands/session/subject.h"
#include "language/number.h"

static void append_meaning(struct bytes *bytes, const char *name, const char *what, long value,
                           const char *meaning) {
  bytes_append_format(bytes, bytes->length ? "\n%s  (%s, %ld)\n" : "%s  (%s, %ld)\n", name, what,
                      value);
  help_append_wrapped(bytes, meaning ? _(meaning) : "", 2);
}

bool help_append_errno(struct bytes *bytes, const char *text, size_t length) {
  const struct constant_set *set = &constant_errors;
  long long number;
  if (number_parse(text, length, &number) < 0)
    return false;
  for (const struct constant *row = set->constants; row->name; row++)
    if (row->value == number) {
      append_meaning(bytes, row->name, _(set->title), row->value, row->explanation);
      return true;
    }
  return false;
}

static void explain_constants(struct bytes *bytes, const char *text, size_t length) {
  for (const struct constant_set *const *set = constant_sets; *set; set++) {
    const struct constant *found = constant_find(*set, text, length, NULL);
    if (found)
      append_meaning(bytes, found->name, _((*set)->title), found->value, found->explanation);
  }
}

static void explain_options(struct bytes *bytes, const char *text, size_t length) {
  for (const struct option *option = option_table; option->name; option++) {
    size_t skip = option_prefix_length(option);
    bool whole = strlen(option->name) == length && strncasecmp(option->name, text, length) == 0;
    bool brief = strlen(option->name) == skip + length &&
                 strncasecmp(option->name + skip, text, length) == 0;
    if (!whole && !brief)
      continue;
    append_meaning(bytes, option->name, constant_name(&constant_levels, option->level),
                   option->number, option->explanation);
    const char *access = option->access == OPTION_READ    ? _("read only")
                         : option->access == OPTION_WRITE ? _("write only")
                                                          : _("read and write");
    bytes_append_format(bytes, _("  Type %s, %s"), option->type->name, access);
    if (option->access & OPTION_WRITE)
      bytes_append_format(bytes, _("; set as: %s"), option->type->values);
    bytes_append_char(bytes, '\n');
  }
}

/* The other words for an entry, as far as every terminal can show them. */
struct synonyms {
  struct bytes *bytes;
  size_t count;
};

static bool append_synonym(const char *word, size_t length, void *context) {
  struct synonyms *synonyms = context;
  bool plain = synonyms->count > 0 || length > 0; /* the first is the name itself */
  for (size_t i = 0; i < length; i++)
    plain = plain && word[i] > 0 && !strchr("()'", word[i]);
  if (plain && synonyms->count > 0)
    bytes_append_format(synonyms->bytes, synonyms->count > 1 ? ", %.*s" : _("also: %.*s"),
                        (int)length, word);
  synonyms->count += plain;
  return false;
}

static void append_word(struct bytes *bytes, const struct glossary_entry *entry) {
  struct bytes also = {0};
  struct synonyms synonyms = {.bytes = &also};
  bytes_append_format(bytes, "%s\n\n", entry->name);
  help_append_wrapped(bytes, _(entry->meaning), 2);
  glossary_words(entry, append_synonym, &synonyms);
  if (also.length > 0) {
    bytes_append_char(bytes, '\n');
    help_append_wrapped(bytes, bytes_text(&also), 2);
  }
  bytes_free(&also);
  help_append_section(bytes, _("To see it"), *entry->command ? entry->command : NULL);
  help_append_section(bytes, _("Read"), entry->source);
}

void help_append_subject(struct bytes *bytes, const struct subject *subject) {
  size_t length = strlen(subject->name);
  switch (subject->kind) {
  case SUBJECT_PREFIX:
    bytes_append_format(bytes, "%s\n\n", subject->prefix->synopsis);
    help_append_wrapped(bytes, _(subject->prefix->summary), 2);
    break;
  case SUBJECT_TOPIC:
    bytes_append_format(bytes, "%s\n\n%s", _(subject->topic->title), _(subject->topic->text));
    break;
  case SUBJECT_COMMAND:
    help_append_command(bytes, subject->command);
    break;
  case SUBJECT_WORD:
    append_word(bytes, subject->word);
    break;
  case SUBJECT_CONSTANT:
  case SUBJECT_OPTION:
    explain_constants(bytes, subject->name, length);
    explain_options(bytes, subject->name, length);
    break;
  case SUBJECT_SETTING:
    bytes_append_format(bytes, "set %s\n\n", subject->name);
    help_append_wrapped(bytes, _(subject->what), 2);
    break;
  case SUBJECT_LESSON:
    bytes_append_format(bytes, _("%s, a lesson: %s\n\n"), subject->name, subject->what);
    bytes_append_format(bytes, _("  lesson %s    walks through it, and asks what will happen\n"),
                        subject->name);
    break;
  }
}

/* One line: what to type for it, and the beginning of what it is. */
static void append_other(struct bytes *bytes, const struct subject *subject) {
  enum { COLUMN = 26, ROOM = 44 };
  const char *what = subject->what ? _(subject->what) : "";
  size_t start = bytes->length;
  size_t length = strcspn(what, "\n");
  const char *stop = memmem(what, length, ". ", 2);
  if (stop)
    length = (size_t)(stop - what);
  bool cut = length > ROOM;
  for (length = cut ? ROOM : length; cut && length > 0 && what[length] != ' ';)
    length--;
  bytes_append_text(bytes, "    ");
  subject_append_line(subject, bytes);
  bytes_append_char(bytes, ' ');
  bytes_pad(bytes, start + 4, COLUMN);
  bytes_append_format(bytes, "%.*s%s\n", (int)length, what, cut ? " ..." : "");
}

/* True if a text such as "help accept, help listen; listen(2)" names the line. */
static bool names_line(const char *reads, const char *line) {
  size_t length = strlen(line);
  for (const char *at = reads; (at = strstr(at, line)); at++)
    if (!at[length] || strchr(",; ", at[length]))
      return true;
  return false;
}

/* Whether a lesson shows what was found: it names that as what to read, or is named so itself, or
 * the glossary names it. */
static bool shows(const struct lesson *lesson, const struct subject *shown, const char *line,
                  const struct subject_list *list) {
  if (shown->kind == SUBJECT_WORD && strcmp(lesson->name, shown->word->lesson) == 0)
    return true;
  for (size_t i = 0; i < subject_count(list); i++) {
    const struct subject *subject = subject_nth(list, i);
    if (subject->kind == SUBJECT_LESSON && subject->lesson == lesson)
      return subject->distance <= SUBJECT_PART || names_line(lesson->reads, line);
  }
  return names_line(lesson->reads, line);
}

void help_append_lessons(struct bytes *bytes, const struct subject *shown,
                         const struct subject_list *list) {
  enum { FEW = 6 };
  const struct lesson *lessons[FEW];
  struct bytes line = {0};
  size_t count = 0;
  size_t width = 0;
  subject_append_line(shown, &line);
  for (size_t i = 0; i < list->lessons.count && count < FEW; i++)
    if (shown->kind != SUBJECT_LESSON &&
        shows(&list->lessons.items[i], shown, bytes_text(&line), list)) {
      size_t length = strlen(list->lessons.items[i].name);
      width = length > width ? length : width;
      lessons[count++] = &list->lessons.items[i];
    }
  if (count > 0)
    bytes_append_format(bytes, "\n%s\n", _("Lessons: lesson NAME"));
  for (size_t i = 0; i < count; i++)
    bytes_append_format(bytes, "    %-*s  %s\n", (int)width, lessons[i]->name, lessons[i]->title);
  bytes_free(&line);
}

static const char *title_of_near(const struct subject *nearest) {
  return nearest->distance < SUBJECT_ABOUT ? _("This is near") : _("These speak of it");
}

/* Whether it is worth a line beside what is shown: it has the word in its name, or is called as the
 * option is without its prefix. */
static bool is_beside(const struct subject *subject, const struct subject *shown) {
  if (subject->kind == SUBJECT_LESSON)
    return false;
  size_t prefix = shown->kind == SUBJECT_OPTION ? option_prefix_length(shown->option) : 0;
  return subject->distance <= SUBJECT_PART ||
         (prefix > 0 && strcasecmp(subject->name, shown->name + prefix) == 0);
}

void help_append_others(struct bytes *bytes, const struct subject_list *list,
                        const struct subject *shown) {
  enum { MOST = 12, FEW = 5 };
  unsigned count = 0;
  for (size_t i = 0; i < subject_count(list); i++) {
    const struct subject *subject = subject_nth(list, i);
    bool same = shown && strcmp(subject->name, shown->name) == 0 &&
                (subject->kind == shown->kind || shown->kind >= SUBJECT_CONSTANT) &&
                subject->kind != SUBJECT_WORD;
    unsigned most = shown ? FEW : MOST;
    if (subject == shown || same || count >= most || (shown && !is_beside(subject, shown)))
      continue;
    if (count++ == 0)
      bytes_append_format(bytes, "\n%s\n", !shown ? title_of_near(subject) : _("See also"));
    append_other(bytes, subject);
  }
}
