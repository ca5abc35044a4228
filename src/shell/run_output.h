/* run_output: what statements print is written before too much of it waits.
 *
 * The session's lock is held in both functions, which give it up meanwhile. */
#ifndef SOCKSH_SHELL_RUN_OUTPUT_H
#define SOCKSH_SHELL_RUN_OUTPUT_H

#include "session/runner.h"

/* Writes the pending output. */
void run_output_flush(struct session *session);

/* The same, once much output is pending. A job at the prompt waits until the terminal's thread has
 * written it. */
void run_output_drain(struct runner *runner);

#endif
