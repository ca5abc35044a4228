/* job: statements that run in the background, each in a thread of its own. */
#ifndef SOCKSH_SHELL_JOB_H
#define SOCKSH_SHELL_JOB_H

#include "session/runner.h"
#include "shell/program.h"

/* 0, or -1 when there is no memory; and the end of it, when no thread runs any more. */
int jobs_create(struct session *session);
void jobs_free(struct session *session);

/* Starts a statement as a job. 0 or -1. The session's lock is held, here and below. */
int job_start(struct runner *runner, struct program *program, const struct statement *statement,
              struct error *error);

/* The prompt's foreground becomes a job: gives its number to the runner, which gets names of its
 * own. The number, or 0 when there is no memory. `job_finish` is to be called by its thread at the
 * end. */
unsigned job_detach(struct runner *runner, struct program *program,
                    const struct statement *statement);
void job_finish(struct runner *runner, int status, struct result *result,
                const struct error *error);

/* With --stable: waits until the job started last blocks in a call or is done, so that what comes
 * next finds the same each time. */
void job_settle(struct runner *runner);

/* See struct shell_operations. */
void job_list(struct session *session, struct answer *answer);
unsigned job_start_body(struct runner *runner, const char *text, size_t length, job_body *body,
                        void *context, struct error *error);
int job_wait(struct runner *runner, unsigned number, int64_t deadline, struct result *result,
             struct error *error);
void job_show(struct runner *runner, unsigned number);
int job_kill(struct runner *runner, unsigned number, struct error *error);

/* The job started last that still runs, 0 for none. */
unsigned job_last(struct session *session);

/* The end of a script: waits for the jobs that carry an `expect`, up to `set timeout`, and looks
 * for one that failed. 0, or -1 when one did; its error was told. */
int job_conclude(struct runner *runner);

/* Ends all jobs that still run, and waits until their threads are gone. The session's lock is held,
 * and given up. */
void job_end_all(struct session *session);

#endif
