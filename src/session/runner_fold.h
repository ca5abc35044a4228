/* runner_fold: what repeats itself at the prompt, the rounds of a repeat or the sockets of one
 * close, is folded by the views: rounds that show the same again are counted.
 *
 * The session's lock is held in all functions. */
#ifndef SOCKSH_SESSION_RUNNER_FOLD_H
#define SOCKSH_SESSION_RUNNER_FOLD_H

#include "session/runner.h"

/* True if rounds are to be told from now on: at the prompt, in the foreground, and not within other
 * rounds. Then runner_fold_end must follow. */
bool runner_fold_begin(struct runner *runner);

/* A round begins, the first with number 1. Does nothing once the thread has become a job. */
void runner_fold_round(struct runner *runner, unsigned long long round);

/* The rounds are over, or the thread becomes a job. */
void runner_fold_end(struct runner *runner);

#endif
