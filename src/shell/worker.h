/* worker: the thread that runs what is typed at the prompt, so that the thread that reads the
 * terminal never blocks. When its command becomes a job, another worker takes its place. */
#ifndef SOCKSH_SHELL_WORKER_H
#define SOCKSH_SHELL_WORKER_H

#include "session/replayed.h"
#include "shell/options.h"
#include "shell/walk.h"

/* The state that the prompt's threads share. `pending`, `offered` and `walk` belong to the
 * foreground worker while it has work, else to the terminal's thread; the atomic `work` orders
 * their accesses. `foreground` and `all` belong to the terminal's thread. */
struct worker_pool {
  struct session *session;
  struct scope scope;         /* arguments of the command line */
  struct bytes pending;       /* text typed but not yet run: an unfinished block */
  struct bytes offered;       /* lines pasted behind one that was interrupted or became a job: they
                                 stand at the next prompt, as lines typed ahead would */
  struct replay_plan *replay; /* --replay: what comes before the first prompt; NULL: nothing */
  struct walk *walk;          /* the innermost walk through a script, owned; NULL: none */
  struct worker *foreground;  /* the worker that takes the next line */
  struct worker *all;         /* the foreground, and those whose command became a job */
};

/* Starts the first worker. 0, or -1 with errno set. */
int worker_pool_start(struct worker_pool *pool, struct session *session,
                      const struct shell_options *options);
/* Waits for all workers to end and frees the rest. Their commands must have been told to stop. */
void worker_pool_stop(struct worker_pool *pool);

/* Hands a line, which is copied, to the foreground. NULL shows where a walk is, or the replay. */
void worker_pool_submit(struct worker_pool *pool, const char *line);

/* True while the foreground runs what was submitted. */
bool worker_pool_busy(struct worker_pool *pool);

/* Turns the foreground's command into a job. */
void worker_pool_detach(struct worker_pool *pool);

/* Starts a walk inside the current one, from the foreground's thread: the end of `source --step`.
 * The text is copied. 0, or -1 with the error reported. */
int worker_pool_walk(struct worker_pool *pool, struct runner *runner, const struct walk_plan *plan);

#endif
