/* job: statements that run in the background, each in a thread of its own.
 *
 * The session's lock is held in all functions but the first two. */
#ifndef SOCKSH_SHELL_JOB_H
#define SOCKSH_SHELL_JOB_H

#include "session/runner.h"
#include "shell/program.h"

/* Runs the statement of a job in the job's own thread: 0, or -1 with an error, for the caller to
 * report. */
typedef int job_run(struct runner *runner, struct program *program,
                    const struct statement *statement, struct result *result, struct error *error);

/* jobs_create makes the session's table: 0, or -1 if out of memory. jobs_free frees it once all
 * jobs have ended. */
int jobs_create(struct session *session, job_run *run);
void jobs_free(struct session *session);

/* Starts a statement as a job. The job takes its own reference to the program. 0, or -1 with an
 * error. */
int job_start(struct runner *runner, struct program *program, const struct statement *statement,
              struct error *error);

/* Turns the prompt's foreground command into a job: the runner gets the job's number and its own
 * copy of the names. Returns the number, or 0 if out of memory. Its thread must call job_finish
 * when the command ends. */
unsigned job_detach(struct runner *runner, struct program *program,
                    const struct statement *statement);
void job_finish(struct runner *runner, int status, struct result *result,
                const struct error *error);

/* For --stable: waits until the newest job blocks in a call or ends, so that the next statement
 * finds the same state each time. */
void job_settle(struct runner *runner);

/* These are members of struct shell_operations, and explained there. */
void job_list(struct session *session, struct answer *answer);
unsigned job_start_body(struct runner *runner, const char *text, size_t length, job_body *body,
                        void *context, struct error *error);
unsigned job_next_number(struct session *session);
int job_wait(struct runner *runner, unsigned number, int64_t deadline, struct result *result,
             struct error *error);
void job_show(struct runner *runner, unsigned number);
int job_kill(struct runner *runner, unsigned number, struct error *error);

/* The newest job that still runs, or 0. */
/* Whether one is at work: it neither waits in a call, nor has it ended. */
bool job_any_busy(const struct session *session);

unsigned job_last(struct session *session);

/* At the end of a script: waits for the jobs that contain an `expect`, up to `set timeout`, and
 * reports the errors of failed jobs. 0, or -1 if any failed. */
int job_conclude(struct runner *runner);

/* Ends all running jobs and waits for their threads. Gives the lock up while it waits. */
void job_end_all(struct session *session);

#endif
