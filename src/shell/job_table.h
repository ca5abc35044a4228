/* job_table: the jobs of a session, those that run and those whose result nobody has taken yet.
 *
 * The session's lock guards the table and its jobs. */
#ifndef SOCKSH_SHELL_JOB_TABLE_H
#define SOCKSH_SHELL_JOB_TABLE_H

#include <pthread.h>

#include "session/runner.h"
#include "shell/job.h"

struct job {
  unsigned number;
  struct runner *runner;   /* its thread's runner; valid until `done` */
  struct runner own;       /* the runner of a job that has its own thread */
  pthread_t thread;        /* to be joined if `started` */
  bool started;            /* it has a thread of its own: started with & or by a command */
  struct program *program; /* a reference; NULL if it has a body */
  const struct statement *statement; /* NULL if it has a body */
  job_body *body;                    /* a function to run instead of a statement */
  void *context;
  char *text;   /* its line */
  bool expects; /* it contains an `expect`: the end of a script waits for it */
  enum event_job_phase
      phase; /* JOB_STARTED while it runs, then JOB_ENDED, JOB_FAILED or JOB_KILLED */
  bool killed;
  bool collected;   /* its result was taken or reported */
  unsigned waiting; /* threads that wait for it, so it must not be freed */
  struct result result;
  struct error error;
  _Atomic unsigned done; /* 0, then 1; a futex */
  struct job *next;
};

struct job_table {
  struct job *jobs; /* by number */
  unsigned last_number;
  job_run *run; /* runs the statement of a job */
};

/* Frees jobs that have ended and were collected. Returns how many are left. */
size_t job_table_prune(struct job_table *table);

/* The job with this number; NULL: there is none. */
struct job *job_find(const struct session *session, unsigned number);

/* The job with this number, or else the next higher one; NULL: none. Jobs are kept in order. */
struct job *job_find_from(const struct session *session, unsigned number);

/* Adds a job to the table, for a line or for a statement. NULL if out of memory. */
struct job *job_add_text(struct session *session, const char *line, size_t length);
struct job *job_add(struct session *session, struct program *program,
                    const struct statement *statement);

/* Takes a job that has not begun out of the table, and frees it. */
void job_remove(struct session *session, struct job *job);

#endif
