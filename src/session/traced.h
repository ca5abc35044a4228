/* traced: programs whose socket calls come onto the timeline. The tracer reads them (tracer.h);
 * here is what the session makes of that: events, looks, and which program is meant. */
#ifndef SOCKSH_SESSION_TRACED_H
#define SOCKSH_SESSION_TRACED_H

#include "session/process.h"
#include "trace/tracer.h"

/* A socket that a program has left to its end to close. */
struct traced_leak {
  struct socket_label label;
  int type;
  struct snapshot seen;
  uint64_t made_by; /* the serial of the call that made it; 0: it was there before */
};

/* A socket that nothing refers to any more, and which descriptor it was. */
struct traced_past {
  struct socket *socket; /* a reference */
  unsigned process;      /* the number of the process that closed it last */
  int descriptor;
};

/* The last socket that was this descriptor, in the process of this number (0: in any), and is
 * closed: not a reference. NULL: none is known. */
struct socket *traced_find_past(const struct process *process, unsigned number, long descriptor);
/* Forgets all closed sockets but the `kept` last ones. */
void traced_forget_past(struct process *process, size_t kept);

/* Begins to trace a process that was started for it, and does not run yet. The session's lock is
 * held; it is given up meanwhile. 0, or -1 with an error. */
int traced_begin(struct runner *runner, struct process *process, pid_t pid, struct error *error);

/* The same with a process that runs. */
int traced_attach(struct runner *runner, struct process *process, struct error *error);
/* Leaves it as it was. 0, or -1 with an error. */
int traced_leave(struct session *session, struct process *process, struct error *error);

/* It is called by the process's name from now on. The lock is held, as in all that follow but one.
 */
void traced_name(struct session *session, struct process *process);

/* The process is forgotten. */
void traced_release(struct process *process);

/* Waits for the end of a traced program's first process, which the tracer learns of: its status as
 * of waitpid(2). The lock is given up meanwhile. */
int traced_wait(struct session *session, struct process *process);

/* Waits a moment for the end of a program's call that a call on this socket may have noticed, so
 * that a cause is on the timeline before its effect. The lock is given up meanwhile. */
void traced_await_cause(struct session *session, const struct socket *socket);

/* Says which calls of the program have been blocked for a while, once each. Returns in how many
 * nanoseconds to ask again; -1: it is not traced. */
int64_t traced_tell_blocked(struct runner *runner, const struct process *process);

/* Whether the connection of what was seen is over, as far as the peer goes: whoever has it open has
 * nothing more to wait for. */
bool traced_is_over(const struct snapshot *seen);
/* Appends a struct traced_leak for each socket that a program which runs has open though its
 * connection is over. It is looked at for that. */
void traced_append_open(struct session *session, const struct process *process,
                        struct bytes *leaks);

/* Appends which of the program's calls are blocked, and since when: "blocked in accept4(3) for 2.5
 * s". Nothing where none is, or it is not traced. */
void traced_append_blocked(struct session *session, const struct process *process,
                           struct bytes *text);

/* The end of the session: programs that were attached go on. The lock is not held. */
void traced_stop(struct session *session);

#endif
