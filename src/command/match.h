/* match: which word of a line is which declared argument, and reading a line before it is run. */
#ifndef SOCKSH_COMMAND_MATCH_H
#define SOCKSH_COMMAND_MATCH_H

#include "command/command.h"

enum { MATCH_KEYWORD = -1 };

/* The role of a word: its argument's index and this much, since 0 is no role; a keyword's. */
enum { ROLE_FIRST = 1, ROLE_KEYWORD = -1 };

/* Says for each word which declared argument it is, by its index, or MATCH_KEYWORD. 0, or -1 with a
 * usage error. */
int match_words(const struct command *command, const struct match_word *words, size_t count,
                int *assigned, struct error *error);

/* Which declared arguments may stand at the next word, for completion: fills `next` (room for
 * ARGUMENT_LIMIT) and returns how many. The words before it are as typed. */
size_t match_next(const struct command *command, const struct word *words, size_t count,
                  const struct argument **next);

/* A word as it was typed. */
struct match_word match_word_from(const struct word *word);

#endif
