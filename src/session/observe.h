/* observe: looks at the sockets that a command has touched, and at their peers, and appends what
 * has changed. */
#ifndef SOCKSH_SESSION_OBSERVE_H
#define SOCKSH_SESSION_OBSERVE_H

#include "session/runner.h"

/* What causes a look. */
struct look_cause {
  uint64_t call;    /* serial number of a call's event; 0: none */
  uint64_t subject; /* id of the socket that the call was made on */
  int error;        /* errno of the call */
  unsigned job;
  uint64_t statement;
  int64_t time; /* monotonic nanoseconds */
  bool asked;   /* an answer that shows the states follows */
};

/* Looks at a socket and appends what changed. Returns whether anything did. */
bool session_look(struct session *session, struct socket *socket, const struct look_cause *cause);

/* Looks at some open sockets and orphans, and at others the next time: for an idle prompt. */
void session_look_around(struct session *session);

/* If there are many orphans, looks at the oldest, which drops it if the kernel no longer has it.
 * Bounds the memory of a session that opens and closes connections forever. */
void session_prune_orphans(struct session *session);

/* True if the shell shall look at sockets without being asked. */
bool session_looks(const struct session *session);

/* Looks at the touched sockets and their peers, and appends changes. */
void runner_look(struct runner *runner);
/* For --stable: waits until nothing changes any more, then looks. */
void runner_settle(struct runner *runner);

#endif
