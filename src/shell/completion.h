/* completion: the candidates for a word of the line, from the commands' declared arguments, and the
 * hint of what comes next. Knows nothing of readline. */
#ifndef SOCKSH_SHELL_COMPLETION_H
#define SOCKSH_SHELL_COMPLETION_H

#include "command/offer.h"

/* Finds all candidates for the word that ends at `point`. The session's lock is held. Free them
 * with candidates_free. */
void completion_find(struct session *session, const char *line, size_t point,
                     struct candidates *candidates);

/* Appends the synopsis of the arguments that may still follow, such as " ADDRESS [BACKLOG]", or
 * nothing. */
void completion_hint(const char *line, struct bytes *hint);

#endif
