/* subject: finds what a word may mean: commands, prefixes, topics, names of C, options, words of
 * the field, settings, lessons. Help and explain show what was found, the nearest first. */
#ifndef SOCKSH_COMMANDS_SESSION_SUBJECT_H
#define SOCKSH_COMMANDS_SESSION_SUBJECT_H

#include "command/command.h"
#include "commands/session/glossary.h"
#include "commands/session/help.h"
#include "names/constant.h"
#include "option/option.h"
#include "session/lesson.h"
#include "session/settings.h"

enum subject_kind {
  SUBJECT_PREFIX,
  SUBJECT_TOPIC,
  SUBJECT_COMMAND,
  SUBJECT_WORD, /* of the glossary */
  SUBJECT_CONSTANT,
  SUBJECT_OPTION,
  SUBJECT_SETTING,
  SUBJECT_LESSON,
};

/* How near the word is to what was found. */
enum subject_distance {
  SUBJECT_EXACT,  /* it is its name, without regard to case, spaces, - and _ */
  SUBJECT_ALMOST, /* the same without an ending or what stands before a dot: s.recv(), sockets */
  SUBJECT_BEGINS, /* its name begins so */
  SUBJECT_PART,   /* it is one word of its name */
  SUBJECT_HOLDS,  /* its name is one of the words, or is like it in part */
  SUBJECT_LIKE,   /* a letter or two are wrong */
  SUBJECT_ABOUT,  /* its one line has the word */
  SUBJECT_INSIDE, /* its text has the word */
  SUBJECT_FAR,
};

struct subject {
  enum subject_kind kind;
  enum subject_distance distance;
  const char *name;
  const char *what; /* one line on it, or the beginning of its text */
  union {
    const struct prefix_description *prefix;
    const struct help_topic *topic;
    const struct command *command;
    const struct glossary_entry *word;
    const struct constant *constant;
    const struct option *option;
    const struct setting *setting;
    const struct lesson *lesson;
  };
};

/* What was found, the nearest first, and what is equally near in the order of the kinds. */
struct subject_list {
  struct bytes found;         /* struct subject */
  struct lesson_list lessons; /* to which they refer; empty where none are installed */
  int lessons_error; /* why those that are there could not be read, an errno; 0: they were */
};

/* Searches all. 0, or -1 with an error if out of memory. subject_list_free is called in both cases.
 */
int subject_search(const char *text, size_t length, struct subject_list *list, struct error *error);
void subject_list_free(struct subject_list *list);

size_t subject_count(const struct subject_list *list);
const struct subject *subject_nth(const struct subject_list *list, size_t n);

/* Appends the line that shows it: "help accept", "lesson handshake". */
void subject_append_line(const struct subject *subject, struct bytes *bytes);

#endif
