/* walk: walks the user through a script: shows each comment and line, and runs it on request. The
 * session's lock is held in all functions but walk_free. */
#ifndef SOCKSH_SHELL_WALK_H
#define SOCKSH_SHELL_WALK_H

#include "session/runner.h"
#include "shell/program.h"

struct walk;

/* The kind of the user's answer. */
enum walk_answer {
  WALK_DONE,  /* for the walk itself, and done */
  WALK_TYPED, /* a line of the user's own, for the caller to run */
  WALK_NEXT,  /* run the next line: walk_take gives it */
  WALK_REST,  /* run all remaining lines */
};

/* Starts a walk. NULL, with the error reported, if the text is wrong. */
struct walk *walk_create(const char *name, const char *text, size_t length, struct runner *runner);
void walk_free(struct walk *walk);

/* Shows the comments before the next line, and the line. At the end it says so and returns false.
 */
bool walk_show(struct walk *walk, struct runner *runner);

/* Interprets an answer: an empty line runs the next line, `skip` skips it, `rest` runs all
 * remaining lines, `stop` ends the walk, `?` explains the next line. */
enum walk_answer walk_answer(struct walk *walk, const char *line, size_t length,
                             struct runner *runner);

/* Returns the next line and moves past it; NULL at the end. It belongs to the walk's program. The
 * caller holds a reference to that while it runs the line, which may end the walk. */
const struct statement *walk_take(struct walk *walk);
struct program *walk_program(struct walk *walk);

/* The walk in which this one was started: it goes on when this one ends. Not owned. */
void walk_set_outer(struct walk *walk, struct walk *outer);
struct walk *walk_outer(const struct walk *walk);

#endif
