/* runner: a thread that runs commands, the script's, the prompt's foreground, or a job's, and what
 * it has of its own. */
#ifndef SOCKSH_SESSION_RUNNER_H
#define SOCKSH_SESSION_RUNNER_H

#include "session/session.h"

struct argument_value;

/* What the words before the command expect of it. */
struct runner_expectation {
  bool expects;    /* the command is under `expect` or `until` */
  bool of_number;  /* and that with a number: an exit status is no failure */
  bool of_blocks;  /* the command is under `expect blocks` */
  bool saw_blocks; /* and was interrupted for it */
};

/* The last call that finished. */
struct runner_last_call {
  uint64_t serial;  /* of its event */
  uint64_t subject; /* the id of the socket it was made on; 0: none */
  int error;        /* the errno it gave */
  int64_t ended;    /* when, monotonic nanoseconds */
  bool just_ended;  /* it was the last act of this thread, and its end has just been timed */
  bool explained;   /* a note has said what its failure means */
};

/* The names that the command's result goes to. */
struct runner_binding {
  const char *const *names; /* ended by NULL; NULL: none */
  bool in_session;          /* they are a job's outermost ones: bound in the session, too */
  bool done_early;          /* the first of them was bound when the socket was made */
};

/* What is looked at when the command is done. */
struct runner_touched {
  struct socket **sockets; /* references */
  size_t count;
  size_t room;
  bool lab; /* packets were let across: whatever stands in the lab may have changed */
};

/* Memory for the words of the next command; NULL while a command has it. */
struct runner_spare {
  struct argument_value *values;
  size_t room;
};

/* A thread that runs commands. Its own, but for `waiter`. */
struct runner {
  struct session *session;
  struct waiter waiter;
  struct scope scope;         /* names, arguments, $?, $errno, $i */
  struct names own_names;     /* a job's copy; the scope points to it, or to the session's */
  struct value last_value;    /* $? */
  struct socket *last_socket; /* "." : a reference */
  unsigned job;               /* 0: the foreground */
  struct host *host;  /* @HOST before the command: the host of the lab; NULL: the real network */
  uint64_t statement; /* the serial of the statement being run */
  unsigned depth;     /* how deep that is nested */
  unsigned sources;   /* how many files are being sourced, one in the other */
  bool abbreviates;   /* lines may abbreviate commands: at the prompt */
  unsigned following; /* `fg`: the job this thread waits for, and hands interrupts to; 0: none */
  struct runner_expectation expectation;
  struct runner_last_call last_call;
  struct runner_binding binding;
  struct runner_touched touched;
  struct runner_spare spare;
};

/* Makes the calling thread a runner; job 0 uses the session's names, another a copy of `names`,
 * which may be NULL for an empty one. 0, or -1 when there is no memory. */
int runner_start(struct runner *runner, struct session *session, unsigned job,
                 const struct scope *from);
void runner_stop(struct runner *runner);

/* Appends an event of this thread: job and statement are filled in. */
uint64_t runner_append(struct runner *runner, struct event *event);

/* One sentence that explains what was just seen. */
void runner_note(struct runner *runner, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Hands an answer to the views, and frees it. 0, or -1 when memory ran out on the way. */
int runner_answer(struct runner *runner, struct answer *answer, struct error *error);

/* Around a wait that is no call: gives the lock up and takes it again. False: told to stop, or
 * interrupted meanwhile. */
bool runner_wait_begin(struct runner *runner, int64_t deadline, enum wait_reason reason);
void runner_wait_end(struct runner *runner);

/* Fills in the error of a command that was interrupted. Always -1. */
int runner_interrupted(struct runner *runner, struct error *error);

/* The socket becomes "." of this thread, and the one that `status` marks. */
void runner_use_socket(struct runner *runner, struct socket *socket);

/* The socket will be looked at when the command is done. */
void runner_touch(struct runner *runner, struct socket *socket);

/* Looks at the touched sockets and their peers, and appends what has changed. */
void runner_look(struct runner *runner);
/* The same until nothing has changed for a while: --stable. */
void runner_settle(struct runner *runner);

/* Binds a name in the scope of this thread; a job's outermost names also in the session. */
int runner_bind(struct runner *runner, const char *name, struct value value, struct error *error);

#endif
