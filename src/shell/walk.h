/* step: walks a person through a script: each comment and line is shown, and runs when they say so. */
#ifndef SOCKSH_SHELL_WALK_H
#define SOCKSH_SHELL_WALK_H

#include "session/session.h"
#include "shell/program.h"

struct step;

/* What a person's answer was. */
enum step_answer {
  STEP_DONE,  /* it was for the walk, and has been carried out */
  STEP_TYPED, /* a line of their own, for the caller to run */
  STEP_NEXT,  /* the next line is to be run, which step_take gives */
  STEP_REST,  /* all that are left */
};

/* Begins a walk. NULL, with the error told, where the text is wrong. */
struct step *step_create(const char *name, const char *text, size_t length, struct runner *runner);
void step_free(struct step *step);

/* Shows the comment before the next line, and the line. False at the end of the walk, which is told. */
bool step_show(struct step *step, struct runner *runner);

/* Takes an answer: an empty line runs the next line, `skip` leaves it out, `rest` runs all that follows, `stop` ends the walk,
 * `?` explains the line. */
enum step_answer step_answer(struct step *step, const char *line, size_t length, struct runner *runner);

/* The next line, and goes on behind it; NULL at the end. It belongs to the program, to which the caller takes a reference
 * before it runs it: the walk may end by it. */
const struct statement *step_take(struct step *step);
struct program *step_program(struct step *step);

/* A walk that began inside another, and the one around it. */
void step_set_outer(struct step *step, struct step *outer);
struct step *step_outer(const struct step *step);

#endif
