/* script_run: a script that runs: its runner, and its exit status so far. The session's lock is
 * held in all functions. */
#ifndef SOCKSH_SHELL_SCRIPT_RUN_H
#define SOCKSH_SHELL_SCRIPT_RUN_H

#include "session/runner.h"
#include "shell/program.h"

enum { STATUS_FAILED = 1, STATUS_USAGE = 2, STATUS_SKIPPED = 77, STATUS_INTERRUPTED = 130 };

/* The state of a running script. */
struct script_run {
  struct session *session;
  struct runner runner;
  bool keep_going;
  int status; /* exit status so far */
};

/* Whether nothing more of it runs. */
bool script_run_ended(const struct script_run *run);

/* Runs a program's statements until one fails. */
void script_run_program(struct script_run *run, struct program *program, enum event_origin origin);

/* Parses and runs a text whose source has this name. */
void script_run_text(struct script_run *run, const char *name, const char *text, size_t length);

/* Reports an error that belongs to no statement: the text itself is wrong, or, with `source` NULL,
 * unreadable. */
void script_run_report(struct script_run *run, const struct source *source,
                       const struct error *error);

#endif
