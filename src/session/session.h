/* session: what commands share, and what only the shell above can do for a command. What a thread
 * that runs commands has of its own is in runner.h. */
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
struct service_handle;
struct event_queue;

/* What `set` changes. */
struct settings {
  struct view_settings view; /* `stable` there follows the one below */
  bool stable;          /* the output is the same each time: statements are settled, and views name
                           what differs from run to run */
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
  /* Has the terminal give each key at once, unseen, or whole lines again: around all that waits for
   * keys, so that none is taken for the beginning of a line in between. */
  void (*read_keys)(struct session *session, bool keys);
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

void session_lock(struct session *session);
void session_unlock(struct session *session);

/* Lets threads that wait for the lock have it: between statements. */
void session_yield_lock(struct session *session);

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

/* Hands the settings to those who keep some: the views, and the timeline. */
void session_apply_settings(struct session *session);

/* True when looks that were not asked for are wanted. */
bool session_looks(const struct session *session);

#endif
