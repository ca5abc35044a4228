/* place: which command, and which word of it, stands at a place of a line that is being typed. */
#ifndef SOCKSH_SHELL_PLACE_H
#define SOCKSH_SHELL_PLACE_H

#include "command/command.h"

enum { PLACE_WORDS = 64 };

/* Where in a statement a place of the line is. */
struct line_place {
  struct arena arena;
  struct source *source;
  struct word words[PLACE_WORDS]; /* the statement's words so far, without the one at the place */
  size_t count;
  size_t start;                  /* where the word at the place begins */
  const struct command *command; /* NULL: the word is the command's name */
  size_t first;                  /* the index of the command's first argument in `words` */
  bool result;                   /* the word is the RESULT of expect or until */
};

/* Reads the line up to the place. What can't be read any more, as an open quote, is the word at the
 * place. */
void place_read(struct line_place *context, const char *line, size_t point);
void place_free(struct line_place *context);

#endif
