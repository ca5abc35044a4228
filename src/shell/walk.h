/* walk: walks the user through a script: shows each comment and line, and runs it on request. Where
 * it asks, it asks before a line what will happen, and the kernel grades the answer (question.h).
 * The session's lock is held in all functions but walk_free. */
#ifndef SOCKSH_SHELL_WALK_H
#define SOCKSH_SHELL_WALK_H

#include "session/runner.h"
#include "shell/program.h"

struct walk;

/* The kind of the user's answer. */
enum walk_answer {
  WALK_DONE,  /* for the walk itself, and done */
  WALK_TYPED, /* a line of the user's own, for the caller to run */
  WALK_NEXT,  /* run the next line, with walk_run */
  WALK_REST,  /* run all remaining lines, with walk_run */
};

/* What is walked through, and how. */
struct walk_plan {
  const char *name; /* the script's path */
  const char *text;
  size_t length;
  bool asks;     /* it asks before lines that matter */
  unsigned from; /* the line, counted as walks count them, that it begins before: those before are
                    run at once, and not shown; 0 or 1: the first */
  bool apart;    /* the session is the walk's own, within that of a user who goes back to it */
};

/* Starts a walk. NULL, with the error reported, if the text is wrong. */
struct walk *walk_create(const struct walk_plan *plan, struct runner *runner);
void walk_free(struct walk *walk);

/* Grades the answer to what was asked before the line that has run, then shows the comments before
 * the next line, the line, and what is asked. At the end it says so and returns false; a walk apart
 * waits for Enter there, and then ends the session. */
bool walk_show(struct walk *walk, struct runner *runner);

/* Interprets an answer: an empty line runs the next line, `skip` skips it, `back` begins the
 * session anew and runs what comes before the previous line, `rest` runs all remaining lines,
 * `stop` ends the walk, `?` explains the next line; or it is the answer to what was asked. */
enum walk_answer walk_answer(struct walk *walk, const char *line, size_t length,
                             struct runner *runner);

/* How many choices the question has that waits for an answer. It needs no lock between lines. */
unsigned walk_choices(const struct walk *walk);

/* Runs the next line, and await and assert lines directly behind it, by `run`; or all remaining
 * ones. It ends before the next line if `run` returns false: what it runs may end the walk. */
typedef bool walk_run_statement(void *context, struct program *program,
                                const struct statement *statement);
void walk_run(struct walk *walk, bool all, struct runner *runner, walk_run_statement *run,
              void *context);

/* The walk in which this one was started: it goes on when this one ends. Not owned. */
void walk_set_outer(struct walk *walk, struct walk *outer);
struct walk *walk_outer(const struct walk *walk);

#endif
