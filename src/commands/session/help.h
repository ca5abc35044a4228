/* help: pages on topics other than commands. */
#ifndef SOCKSH_COMMANDS_SESSION_HELP_H
#define SOCKSH_COMMANDS_SESSION_HELP_H

#include "language/bytes.h"

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

#endif
