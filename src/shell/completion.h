/* completion: what may stand at a place of a line, as far as the commands' declared arguments tell,
 * and the hint of what comes next. Knows nothing of readline. */
#ifndef SOCKSH_SHELL_COMPLETION_H
#define SOCKSH_SHELL_COMPLETION_H

#include "command/offer.h"

/* Finds all candidates for the word that ends at `point`. The session's lock is held. */
void completion_find(struct session *session, const char *line, size_t point,
                     struct candidates *candidates);

/* Adds the synopsis of what may still come behind the line, "" for nothing: " ADDRESS [BACKLOG]".
 */
void completion_hint(const char *line, struct bytes *hint);

#endif
