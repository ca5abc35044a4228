/* session: what commands share, what a thread that runs commands has of its own, and what only the
 * shell above can do for a command. */
#ifndef SOCKSH_SESSION_SESSION_H
#define SOCKSH_SESSION_SESSION_H

#include <pthread.h>

#include "language/expand.h"
#include "system/wait.h"
#include "timeline/timeline.h"
#include "view/view.h"

struct runner;
struct capture;
struct lab;
struct session;
struct argument_value;
struct service_handle;
struct event_queue;

/* What `set` changes. */
struct settings {
  struct view_settings view;
  bool look;            /* looks that were not asked for */
  int64_t timeout;      /* how long await, and the end of a script, wait; nanoseconds */
  int64_t blocks_after; /* when `expect blocks` takes a call for blocked; nanoseconds */
  size_t record;        /* bytes of data kept on the timeline for each call */
};

/* What a job runs that is no line. */
typedef int job_body(struct runner *runner, void *context, struct result *result,
                     struct error *error);

/* What commands ask of the shell. All are called with the session's lock held. */
struct shell_operations {
  /* Fills in the table of jobs. */
  void (*list_jobs)(struct session *session, struct answer *answer);
  /* Waits for a job, 0: all of them, until the deadline (0: without end); its result becomes the
   * command's. */
  int (*wait_job)(struct runner *runner, unsigned job, int64_t deadline, struct result *result,
                  struct error *error);
  /* Starts a job that runs a function in place of a line, under the session's lock: -1 from it is a
   * failure. `text` is its line, copied. Its number, or 0 with an error. */
  unsigned (*start_job)(struct runner *runner, const char *text, size_t length, job_body *body,
                        void *context, struct error *error);
  /* Says which job has come to the foreground. */
  void (*show_job)(struct runner *runner, unsigned job);
  int (*kill_job)(struct runner *runner, unsigned job, struct error *error);
  /* The job started last that still runs, 0 for none. */
  unsigned (*last_job)(struct session *session);
  /* Runs a file's lines as if they stood here. */
  int (*source)(struct runner *runner, const char *path, struct result *result,
                struct error *error);
  /* Runs a line of the language in place of the command that asks for it; `name` is what it is
   * called where it fails. */
  int (*run_line)(struct runner *runner, const char *name, const char *line, struct result *result,
                  struct error *error);
  /* Walks the person at the prompt through a file, from the next prompt on. */
  int (*walk)(struct runner *runner, const char *path, struct error *error);
  /* Writes what was typed as a script. */
  int (*save)(struct runner *runner, const char *path, struct error *error);
  /* Fills in the lines that were typed, oldest first. */
  void (*history)(struct session *session, struct answer *answer);
  /* Waits until a key is pressed, which is taken. 1 when one was, 0 after so many milliseconds, -1
   * when interrupted. */
  int (*wait_key)(struct runner *runner, int milliseconds);
  /* Lends the terminal to a child's process group, and takes it back with 0. */
  void (*lend_terminal)(struct session *session, pid_t group);
  /* In a child between fork and exec: default signals. */
  void (*reset_child)(void);
};

struct session {
  pthread_mutex_t lock; /* guards all that is not said to be guarded otherwise */
  _Atomic int wanting;  /* threads that wait for the lock */
  struct socket_table sockets;
  struct names names;
  struct settings settings;
  struct timeline *timeline;  /* has its own lock */
  struct output output;       /* has its own lock */
  struct view *view;          /* those that listen to the timeline, whose lock guards them */
  struct waiter_list waiters; /* has its own lock */
  const struct shell_operations *shell;
  struct job_table *jobs;          /* the shell's own */
  struct service_handle *services; /* a reference each; the newest first */
  unsigned last_service;           /* the number of the newest there was */
  struct event_queue *event_queue; /* what they tell through; NULL until there is one */
  _Atomic bool told;               /* they have: the output should be written */
  bool interactive;                /* there is a prompt */
  bool formatted;   /* standard output is in a form, JSON or TAP, that nothing else may break */
  bool reads_input; /* standard input is the script, and no child's to read */
  _Atomic bool quitting; /* `quit`, the end of input or a signal: no further statement is run */
  _Atomic int quit_status;
  int64_t deadline;     /* when the session fails, monotonic nanoseconds; 0: never. Set once, at the
                           start */
  _Atomic bool late;    /* it has */
  unsigned inventories; /* how many were made: the number of the last one */
  struct socket *last_used; /* what `status` marks: a reference */
  struct lab *lab;          /* NULL: there is none */
  struct capture *capture;  /* NULL: none is going on */
  bool stepping; /* the last line that was typed let packets cross: an empty one does so again */
  int looked_at; /* session_look_around: the descriptor that it begins with next */
  size_t looked_orphans; /* and how many of those without a descriptor it passes over */
};

/* A thread that runs commands: the script's, the prompt's foreground, or a job's. Its own, but for
 * `waiter`. */
struct runner {
  struct session *session;
  struct waiter waiter;
  struct scope scope;         /* names, arguments, $?, $errno, $i */
  struct names own_names;     /* a job's copy; the scope points to it, or to the session's */
  struct value last_value;    /* $? */
  struct socket *last_socket; /* "." : a reference */
  unsigned job;               /* 0: the foreground */
  struct host *host;     /* @HOST before the command: the host of the lab; NULL: the real network */
  uint64_t statement;    /* the serial of the statement being run */
  uint64_t call;         /* the serial of the last call that finished */
  uint64_t call_subject; /* the id of the socket it was made on; 0: none */
  int call_error;        /* the errno it gave */
  int64_t call_ended;    /* when */
  bool just_called;      /* its last act was a call, whose end has just been timed */
  bool explained;        /* a note has said what the failure of its last call means */
  bool expects;          /* the command is under `expect` or `until` */
  bool expects_number;   /* and that with a number: an exit status is no failure */
  bool expects_blocks;   /* the command is under `expect blocks` */
  bool saw_blocks;       /* and was interrupted for it */
  bool abbreviates;      /* lines may abbreviate commands: at the prompt */
  unsigned following;    /* `fg`: the job this thread waits for, and hands interrupts to; 0: none */
  unsigned depth;        /* how deep the statement is nested */
  unsigned sources;      /* how many files are being sourced, one in the other */
  const char *const *bind; /* names the command's result goes to, ended by NULL; NULL: none */
  bool bind_session;       /* they are a job's outermost ones: bound in the session, too */
  bool bound_early;        /* the first of them was bound when the socket was made */
  struct argument_value
      *spare; /* memory for the words of the next command; NULL while a command has it */
  size_t spare_room;
  struct socket **touched; /* looked at when the command is done: references */
  size_t touched_count;
  bool lab_changed; /* the command has let packets cross: whatever stands in the lab may have
                       changed */
  size_t touched_room;
};

void session_lock(struct session *session);
void session_unlock(struct session *session);

/* Lets threads that wait for the lock have it: between statements. */
void session_yield_lock(struct session *session);

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

/* What a look comes behind. */
struct look_cause {
  uint64_t call;    /* the serial of the event of a call; 0: none */
  uint64_t subject; /* the id of the socket that it was made on */
  int error;        /* the errno that it gave */
  unsigned job;
  uint64_t statement;
  int64_t time; /* monotonic nanoseconds */
  bool asked;   /* an answer that shows what is found follows */
};

/* Looks at a socket, and appends what has changed. True when something has. */
bool session_look(struct session *session, struct socket *socket, const struct look_cause *cause);

/* Looks at some of the open sockets, and of those without a descriptor, and goes on with others the
 * next time: for an idle prompt. */
void session_look_around(struct session *session);

/* Lets go of the oldest socket without a descriptor if the kernel has it no more, where there are
 * many: a session that opens and closes connections without end must not grow. */
void session_prune_orphans(struct session *session);

/* True when looks that were not asked for are wanted. */
bool session_looks(const struct session *session);

/* Looks at the touched sockets and their peers, and appends what has changed. */
void runner_look(struct runner *runner);
/* The same until nothing has changed for a while: --stable. */
void runner_settle(struct runner *runner);

/* Binds a name in the scope of this thread; a job's outermost names also in the session. */
int runner_bind(struct runner *runner, const char *name, struct value value, struct error *error);

#endif
