/* help: what is explained beside the commands themselves. */
#ifndef SOCKSH_COMMANDS_SESSION_HELP_H
#define SOCKSH_COMMANDS_SESSION_HELP_H

#include "language/bytes.h"

/* A page about the language or the prompt. */
struct help_topic {
  const char *name; /* NULL ends the table */
  const char *title;
  const char *text; /* lines as they are shown */
};
extern const struct help_topic help_topics[];

/* Adds text broken between words, each line indented; newlines in it stay. */
void help_append_wrapped(struct bytes *bytes, const char *text, size_t indent);

#endif
