/* place: where in a statement the cursor is: which command, and which of its words. */
#ifndef SOCKSH_SHELL_PLACE_H
#define SOCKSH_SHELL_PLACE_H

#include "command/command.h"

enum { PLACE_WORDS = 64 };

/* A place in a line that is being typed. */
struct line_place {
  struct arena arena;
  struct source *source;
  struct word words[PLACE_WORDS]; /* the statement's words so far, without the one at the place */
  size_t count;
  size_t start;                  /* offset of the word at the place */
  const struct command *command; /* NULL: the word is the command's name, or a prefix */
  size_t first;                  /* index in `words` of the command's first argument */
  bool result;                   /* the word is the RESULT of expect or until */
};

/* Reads the line up to `point`. Text that can't be read, such as after an open quote, counts as the
 * word at the place. The result refers to `line`; free it with place_free. */
void place_read(struct line_place *place, const char *line, size_t point);
void place_free(struct line_place *place);

#endif
