/* worker: the thread that runs what is typed at the prompt, so that the one that reads the terminal
 * is never blocked. When its command is left behind as a job, another takes its place. */
#ifndef SOCKSH_SHELL_WORKER_H
#define SOCKSH_SHELL_WORKER_H

#include "shell/options.h"
#include "shell/walk.h"

/* What the prompt's threads share. `waiting` and `walk` are the foreground's while it has work, and
 * the terminal's thread's else: the word that hands work over orders the two. `foreground` and
 * `all` are the terminal's thread's. */
struct workbench {
  struct session *session;
  struct scope scope;   /* the arguments of the command line */
  struct bytes waiting; /* text that was typed and not yet run: a block that is not closed yet */
  struct walk *walk;    /* a walk through a script; NULL: none */
  struct worker *foreground; /* the one that takes the next line */
  struct worker *all;        /* it, and those whose command is or was a job */
};

/* 0, or -1 with errno set. */
int workbench_start(struct workbench *bench, struct session *session,
                    const struct shell_options *options);
/* Waits until every thread is gone; to be called when all have been told to stop. */
void workbench_stop(struct workbench *bench);

/* Hands text to the foreground. An empty one shows where a walk stands. */
void workbench_submit(struct workbench *bench, const char *text);

/* True while the foreground runs what was submitted. */
bool workbench_busy(struct workbench *bench);

/* Leaves the command in the foreground behind as a job. */
void workbench_detach(struct workbench *bench);

/* Begins a walk, from the foreground's own thread: the end of `source --step`. The text is copied.
 * 0, or -1 with the error told. */
int workbench_walk(struct workbench *bench, struct runner *runner, const char *name,
                   const struct bytes *text);

#endif
