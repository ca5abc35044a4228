/* lesson_progress: which lessons were answered, and how well: one line for each walk that came to
 * its end, in $XDG_STATE_HOME/socksh/lessons, which only the user may read. */
#ifndef SOCKSH_SESSION_LESSON_PROGRESS_H
#define SOCKSH_SESSION_LESSON_PROGRESS_H

#include <time.h>

#include "language/bytes.h"
#include "language/error.h"

/* A walk through a lesson. */
struct lesson_walk {
  char name[100]; /* as `lessons` has it; or the script's path */
  time_t date;
  unsigned asked;
  unsigned right;
};

struct lesson_walks {
  struct bytes list; /* struct lesson_walk, the oldest first; owned */
};

/* Adds a walk through the script at this path, which is a lesson's if it is among them. 0, or -1
 * with an error. */
int lesson_progress_add(const char *path, unsigned asked, unsigned right, struct error *error);

/* Reads all walks; none if there is no file. Lines that are none of ours are left out. 0, or -1
 * with an error. */
int lesson_progress_read(struct lesson_walks *walks, struct error *error);
void lesson_progress_free(struct lesson_walks *walks);

/* The last walk through this lesson; NULL: there was none. */
const struct lesson_walk *lesson_progress_last(const struct lesson_walks *walks, const char *name);

#endif
