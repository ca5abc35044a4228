/* walk: walks a person through a script: each comment and line is shown, and runs when they say so.
 */
#ifndef SOCKSH_SHELL_WALK_H
#define SOCKSH_SHELL_WALK_H

#include "session/runner.h"
#include "shell/program.h"

struct walk;

/* What a person's answer was. */
enum walk_answer {
  WALK_DONE,  /* it was for the walk, and has been carried out */
  WALK_TYPED, /* a line of their own, for the caller to run */
  WALK_NEXT,  /* the next line is to be run, which step_take gives */
  WALK_REST,  /* all that are left */
};

/* Begins a walk. NULL, with the error told, where the text is wrong. */
struct walk *walk_create(const char *name, const char *text, size_t length, struct runner *runner);
void walk_free(struct walk *walk);

/* Shows the comment before the next line, and the line. False at the end of the walk, which is
 * told. */
bool walk_show(struct walk *walk, struct runner *runner);

/* Takes an answer: an empty line runs the next line, `skip` leaves it out, `rest` runs all that
 * follows, `stop` ends the walk,
 * `?` explains the line. */
enum walk_answer walk_answer(struct walk *walk, const char *line, size_t length,
                             struct runner *runner);

/* The next line, and goes on behind it; NULL at the end. It belongs to the program, to which the
 * caller takes a reference before it runs it: the walk may end by it. */
const struct statement *walk_take(struct walk *walk);
struct program *walk_program(struct walk *walk);

/* A walk that began inside another, and the one around it. */
void walk_set_outer(struct walk *walk, struct walk *outer);
struct walk *walk_outer(const struct walk *walk);

#endif
