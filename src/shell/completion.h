/* completion: what may stand at a place of a line, as far as the commands' declared arguments tell,
 * and the hint of what comes next. Knows nothing of readline. */
#ifndef SOCKSH_SHELL_COMPLETION_H
#define SOCKSH_SHELL_COMPLETION_H

#include "session/session.h"

struct candidate {
  char *text;        /* the whole word */
  char *description; /* shown beside it in a list: "LISTEN 127.0.0.1:5000"; NULL for none */
};

struct candidates {
  struct candidate *list;
  size_t count;
  size_t room;
  size_t start;  /* where in the line the word begins that they complete */
  bool no_space; /* the word goes on behind what was completed: no space is added */
};

/* Finds all candidates for the word that ends at `point`. The session's lock is held. */
void completion_find(struct session *session, const char *line, size_t point,
                     struct candidates *candidates);
void completion_free(struct candidates *candidates);

/* Adds the synopsis of what may still come behind the line, "" for nothing: " ADDRESS [BACKLOG]".
 */
void completion_hint(const char *line, struct bytes *hint);

#endif
