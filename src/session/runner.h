/* runner: a thread that runs commands, for a script, the prompt's foreground or a job, and its own
 * state. */
#ifndef SOCKSH_SESSION_RUNNER_H
#define SOCKSH_SESSION_RUNNER_H

#include "session/session.h"

struct argument_value;

/* What the prefixes of a command expect of it. */
struct runner_expectation {
  bool expects;    /* it runs under `expect` or `until` */
  bool of_number;  /* which expects a number, so an exit status is no failure */
  bool of_blocks;  /* it runs under `expect blocks` */
  bool saw_blocks; /* and was interrupted because it blocked */
};

/* The last call that finished. */
struct runner_last_call {
  uint64_t serial;  /* serial number of its event */
  uint64_t subject; /* id of the socket it was made on; 0: none */
  int error;        /* its errno */
  int64_t ended;    /* when it ended, monotonic nanoseconds */
  bool just_ended;  /* nothing happened in this thread since, so `ended` is the time now */
  int failure;      /* the errno of the last call that failed; 0: none has */
  uint64_t failed;  /* id of the socket that it was made on; 0: none */
};

/* The names that receive the command's result. */
struct runner_binding {
  const char *const *names; /* ends with NULL; NULL: none */
  bool in_session;          /* outermost names of a job: bound in the session, too */
  bool done_early;          /* the first name was bound when its socket was made */
  struct value before;      /* what it was bound to before that, VALUE_NOTHING: nothing; owned */
};

/* What to look at when the command is done. */
struct runner_touched {
  struct socket **sockets; /* references */
  size_t count;
  size_t room;
  bool more; /* they may have changed by more than that data went through them */
  bool lab;  /* packets crossed, so anything in the lab may have changed */
};

/* Memory for the next command's words; NULL while a command uses it. */
struct runner_spare {
  struct argument_value *values;
  size_t room;
};

/* A runner. All members but `waiter` belong to its thread. */
struct runner {
  struct session *session;
  struct waiter waiter;
  struct scope scope;              /* names, arguments, $?, $errno, $i */
  struct names own_names;          /* a job's copy; `scope` refers to it, or to the session's */
  struct value last_value;         /* $? */
  struct socket *last_socket;      /* ".", a reference; NULL: none */
  unsigned job;                    /* 0: the foreground */
  bool settling;                   /* it waits until nothing changes any more */
  struct host *host;               /* the lab's host of the @HOST prefix; NULL: the real network */
  const struct event_actor *actor; /* of a program whose calls are read; NULL: the session itself */
  uint64_t statement;              /* serial number of the running statement's event */
  unsigned depth;                  /* its nesting depth */
  unsigned sources;                /* number of nested `source` */
  bool folds;                      /* it tells the views of rounds (runner_fold.h) */
  int64_t fold_shown;              /* when they were last shown; monotonic nanoseconds */
  unsigned following; /* `fg`: the job it waits for, which gets its interrupts; 0: none */
  struct runner_expectation expectation;
  struct runner_last_call last_call;
  struct runner_binding binding;
  struct runner_touched touched;
  struct runner_spare spare;
  int stat; /* its thread's, for the lab's wire (wire_gate.h); -1: not open */
};

/* Initializes a runner. Job 0 uses the session's names; any other gets a copy of the names in
 * `from`. The arguments of `from` are shared; it may be NULL. runner_stop frees what the runner
 * owns. */
void runner_start(struct runner *runner, struct session *session, unsigned job,
                  const struct scope *from);
void runner_stop(struct runner *runner);

/* Appends an event of this thread, and fills in its job, statement and host. Returns its serial
 * number. */
uint64_t runner_append(struct runner *runner, struct event *event);

/* Appends one sentence that explains what was just seen. */
void runner_note(struct runner *runner, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends an answer and frees it. 0, or -1 with an error if building it ran out of memory. */
int runner_answer(struct runner *runner, struct answer *answer, struct error *error);

/* Answers with bytes of this kind, ANSWER_DATA or ANSWER_RAW, in parts where they are many. 0, or
 * -1 with an error: interrupted, or out of memory. */
int runner_answer_data(struct runner *runner, enum answer_kind kind, const char *data,
                       size_t length, struct error *error);

/* Surround a wait that is not a call: the lock is given up and taken again. `deadline` is in
 * monotonic nanoseconds, 0 for none, and `reason` what it sets. False if the runner was
 * interrupted: then the lock is held, and runner_wait_end must not be called. */
bool runner_wait_begin(struct runner *runner, int64_t deadline, enum wait_reason reason);
void runner_wait_end(struct runner *runner);

/* Waits until a moment, in monotonic nanoseconds. 0, or -1 with an error: it was interrupted. */
int runner_wait_until(struct runner *runner, int64_t moment, struct error *error);

/* True once the runner is to stop. What computes for long asks now and then, then returns
 * runner_interrupted. */
static inline bool runner_is_stopped(const struct runner *runner) {
  return runner->waiter.reason != WAIT_NOT_INTERRUPTED;
}

/* Fills in the error of an interrupted command. Always returns -1. */
int runner_interrupted(struct runner *runner, struct error *error);

/* Makes the socket "." in this thread, and the one that `status` marks. Takes references. */
void runner_use_socket(struct runner *runner, struct socket *socket);

/* Adds a socket to those that are looked at when the command is done. */
void runner_touch(struct runner *runner, struct socket *socket);

/* Binds a name in this thread's scope, a job's outermost names in the session as well. Takes over
 * `value`. 0, or -1 with an error if out of memory. */
int runner_bind(struct runner *runner, const char *name, struct value value, struct error *error);
/* Forgets a name. */
void runner_unbind(struct runner *runner, const char *name);
/* The command failed after a name was bound to the socket that it had made: if that is closed, the
 * name is bound to what it was bound to before. */
void runner_bind_failed(struct runner *runner, const char *name);

#endif
