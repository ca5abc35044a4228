/* help: what is known of commands, topics, names and words, as text. */
#ifndef SOCKSH_COMMANDS_SESSION_HELP_H
#define SOCKSH_COMMANDS_SESSION_HELP_H

#include "language/bytes.h"

struct command;
struct subject;
struct subject_list;

/* A page on the language or the prompt. */
struct help_topic {
  const char *name; /* NULL ends the table */
  const char *title;
  const char *text; /* lines as they are shown */
};
extern const struct help_topic help_topics[];

/* Appends text, wrapped between words to 78 columns, each line indented by `indent` columns. Keeps
 * newlines. */
void help_append_wrapped(struct bytes *bytes, const char *text, size_t indent);

/* Appends lines as they are, indented, below a title. NULL: nothing. */
void help_append_section(struct bytes *bytes, const char *title, const char *text);

/* Appends a line of a list: a name, and one line on it. */
void help_append_entry(struct bytes *bytes, const char *name, const char *summary);

/* Appends the page of a command. */
void help_append_command(struct bytes *bytes, const struct command *command);

/* Appends all that is known of what was found. */
void help_append_subject(struct bytes *bytes, const struct subject *subject);

/* Appends the lessons that show it, of those that were found with it. */
void help_append_lessons(struct bytes *bytes, const struct subject *shown,
                         const struct subject_list *list);

/* Appends what else was found, a line each: all of the same name, and some of what is near. With
 * nothing shown, what is nearest. */
void help_append_others(struct bytes *bytes, const struct subject_list *list,
                        const struct subject *shown);

/* Appends the errno of this number. False if the text is none. */
bool help_append_errno(struct bytes *bytes, const char *text, size_t length);

#endif
