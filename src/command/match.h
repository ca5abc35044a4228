/* match: which word of a line is which declared argument. */
#ifndef SOCKSH_COMMAND_MATCH_H
#define SOCKSH_COMMAND_MATCH_H

#include "command/command.h"

enum { MATCH_KEYWORD = -1 };

/* Roles of words (struct word): the argument's index plus WORD_FIRST, since 0 means none, or
 * WORD_KEYWORD. */
enum { WORD_FIRST = 1, WORD_KEYWORD = -1 };

/* Assigns to each word the index of its declared argument, or MATCH_KEYWORD. 0, or -1 with a usage
 * error. */
int match_words(const struct command *command, const struct match_word *words, size_t count,
                int *assigned, struct error *error);

/* For completion: finds the declared arguments that the next word may be. `words` are those before
 * it. Fills `next`, which has room for ARGUMENT_LIMIT, and returns their number. */
size_t match_next(const struct command *command, const struct word *words, size_t count,
                  const struct argument **next);

/* A typed word before it is expanded. */
struct match_word match_word_from(const struct word *word);

#endif
