/* observe: looks at the sockets that a command has touched, and at their peers, and appends what
 * has changed. */
#ifndef SOCKSH_SESSION_OBSERVE_H
#define SOCKSH_SESSION_OBSERVE_H

#include "session/runner.h"

/* Looks at some open sockets and orphans, and at others the next time: for an idle prompt. */
void session_look_around(struct session *session);

/* If there are many orphans, looks at the oldest, which drops it if the kernel no longer has it.
 * Bounds the memory of a session that opens and closes connections forever. */
void session_prune_orphans(struct session *session);

/* Looks at the touched sockets and their peers, and appends changes. */
void runner_look(struct runner *runner);
/* The same between two calls of one command, also with --stable; they stay touched. */
void runner_look_between(struct runner *runner);
/* For --stable: waits until nothing changes any more, then looks. What a job has touched is looked
 * at by the foreground, which waits until no job is at work: else which of them finds a change
 * would depend on timing. */
void runner_settle(struct runner *runner);
/* Looks at what jobs have touched, before their results are collected. */
void session_look_handed(struct session *session);

/* How long that is, in milliseconds: it looks every `step`, and nothing may have changed for
 * `quiet`. The torture runs thousands of sessions that settle sooner, and sets it. */
struct settle_pace {
  int step;
  int quiet;
};
extern struct settle_pace settle_pace;

#endif
