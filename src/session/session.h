/* session: the state that commands share, and what the shell above does for them. The state of each
 * thread that runs commands is in runner.h. */
#ifndef SOCKSH_SESSION_SESSION_H
#define SOCKSH_SESSION_SESSION_H

#include <pthread.h>

#include "language/expand.h"
#include "system/guard.h"
#include "system/lock.h"
#include "system/wait.h"
#include "timeline/timeline.h"
#include "view/view.h"

struct runner;
struct capture;
struct lab;
struct session;
struct process;
struct pkt_state;
struct service_handle;
struct event_queue;
struct fault;
struct watch;

enum { EDITING_EMACS, EDITING_VI };

/* The settings of `set`. */
enum paging { PAGING_AUTO, PAGING_ON, PAGING_OFF };

struct settings {
  struct view_settings view; /* `view.stable` follows `stable` below */
  bool stable; /* identical output in each run: statements settle, and views replace what varies by
                  names */
  bool look;   /* look at sockets without being asked */
  bool queues; /* the looks read how much is in the queues, too; in a lab they always do */
  int64_t timeout;      /* how long await and the end of a script wait, in nanoseconds */
  int64_t tolerance;    /* by how much packetdrill's segments and calls may be early or late */
  int64_t blocks_after; /* when `expect blocks` considers a call blocked, in nanoseconds */
  enum paging pager;    /* which answers go through $PAGER */
  size_t record;        /* bytes of each call's data that the timeline keeps */
  unsigned editing;     /* EDITING_: the keys of the prompt */
};

/* What a job runs in place of a statement. 0, or -1 with an error. */
typedef int job_body(struct runner *runner, void *context, struct result *result,
                     struct error *error);

/* The shell's functions for commands. The session's lock is held in all but reset_child. An int is
 * 0, or -1 with an error. */
struct shell_operations {
  /* Answers with the table of jobs. */
  void (*list_jobs)(struct session *session, struct answer *answer);
  /* Waits for a job, or for all if it is 0, until the deadline in monotonic nanoseconds (0: none).
   * The job's result becomes the command's. */
  int (*wait_job)(struct runner *runner, unsigned job, int64_t deadline, struct result *result,
                  struct error *error);
  /* Starts a job that runs a function. `text` is copied and shown as its line. The lock is held in
   * the function, too. Returns the job's number, or 0 with an error. */
  unsigned (*start_job)(struct runner *runner, const char *text, size_t length, job_body *body,
                        void *context, struct error *error);
  /* A number that no job has, for a program without one. */
  unsigned (*next_job)(struct session *session);
  /* Reports that a job has come to the foreground. */
  void (*show_job)(struct runner *runner, unsigned job);
  int (*kill_job)(struct runner *runner, unsigned job, struct error *error);
  /* Whether a job is at work: it neither waits in a call, nor has it ended. */
  bool (*jobs_busy)(const struct session *session);
  /* The newest job that still runs, or 0. */
  unsigned (*last_job)(struct session *session);
  /* Runs a file's lines in place of the command. */
  int (*source)(struct runner *runner, const char *path, struct result *result,
                struct error *error);
  /* The same once more, with the lab and the programs that there are: without the lines that make
   * those, and that wait directly behind them. */
  int (*source_again)(struct runner *runner, const char *path, struct result *result,
                      struct error *error);
  /* Waits as at the end of a script for the jobs that carry an `expect`, and reports those that
   * have failed. 0, or -1 if any has. */
  int (*conclude)(struct runner *runner);
  /* Runs a line in place of the command; `name` names its source in errors. */
  int (*run_line)(struct runner *runner, const char *name, const char *line, struct result *result,
                  struct error *error);
  /* Walks the user at the prompt through a file, starting with the next prompt. */
  int (*walk)(struct runner *runner, const char *path, struct error *error);
  /* Lets output go that is much: to be called between the parts of a long answer. The lock may be
   * given up meanwhile. */
  void (*drain)(struct runner *runner);
  /* Writes the lines that were typed as a script. */
  int (*save)(struct runner *runner, const char *path, struct error *error);
  /* Answers with the lines that were typed, oldest first. */
  void (*history)(struct session *session, struct answer *answer);
  /* Switches the terminal between single keys, not echoed, and lines. Everything that waits for
   * keys is enclosed in this, so that no key starts a line in between. */
  void (*read_keys)(struct session *session, bool keys);
  /* Waits for a key and reads it. 1 if one was pressed, 0 after `milliseconds`, -1 if interrupted.
   */
  int (*wait_key)(struct runner *runner, int milliseconds);
  /* Gives the terminal to a child's process group, or takes it back with 0. */
  void (*lend_terminal)(struct session *session, pid_t group);
  /* Resets signals in a child between fork and exec. */
  void (*reset_child)(void);
};

/* What `at` and the lines of packetdrill's scripts count their times from; monotonic
 * nanoseconds. */
struct session_clock {
  int64_t began; /* 0: it has not */
  int64_t due;   /* when the last line was due */
};

/* A walk in a new session, which begins when this one is over. */
struct session_again {
  char *path;    /* of the script; owned */
  unsigned from; /* the line that it begins before */
  bool asks;
};

/* What is sampled: watch.h. */
struct watch_list {
  struct watch *first;
  pthread_t thread;
  bool running;
  _Atomic bool stopping;
  _Atomic unsigned news; /* a futex: something has changed */
};

struct session {
  bool signals_wanted; /* a socket was told to send signals: they are told of after each command */
  struct lock lock;    /* guards all members without a note of their own */
  _Atomic int lock_waiters; /* threads that wait for the lock */
  struct socket_table sockets;
  struct names names;
  struct settings settings;
  struct event_look look;     /* how things look, as the timeline has it */
  struct timeline *timeline;  /* has its own lock */
  struct output output;       /* has its own lock */
  struct view *report;        /* the one of them that writes the report of --junit; NULL: none */
  struct view *view;          /* the views of the timeline, guarded by its lock */
  struct waiter_list waiters; /* has its own lock */
  const struct shell_operations *shell;
  struct job_table *jobs;          /* private to the shell */
  struct service_handle *services; /* a reference each, newest first */
  struct process *programs;        /* those of spawn, newest first; without references */
  unsigned last_service;           /* number of the newest service so far */
  struct event_queue *event_queue; /* through which services report; NULL until the first one */
  _Atomic bool flush_wanted;       /* services have reported, so the output should be written */
  bool interactive;                /* there is a prompt */
  bool formatted;        /* standard output is JSON or TAP, which nothing else may disturb */
  _Atomic pid_t forward; /* --trace: the program, which gets the signals that would end the session;
                            0: none */
  bool reads_input;      /* standard input is the script, so children must not read it */
  _Atomic bool quitting; /* `quit`, end of input or a signal: no more statements run */
  _Atomic int quit_status;
  int64_t deadline;     /* when the session fails, monotonic nanoseconds; 0: never; set once, at the
                           start */
  _Atomic bool late;    /* the deadline has passed */
  unsigned inventories; /* number of inventories so far, which numbers the last one */
  struct socket *last_used; /* the socket that `status` marks, a reference */
  struct guard guard;       /* ends the programs that were started, should the session be killed */
  struct lab *lab;          /* NULL: none */
  struct tracer *tracer;    /* of the programs that are traced; NULL: none was */
  struct watch_list watches;
  struct capture *capture; /* NULL: none is running */
  struct session_clock clock;
  struct fault *faults;          /* of calls, in the order in which they were made; owned */
  unsigned fault_count;          /* how many there have been */
  struct pkt_state *packetdrill; /* peers that lines of packetdrill play, the last one first; NULL:
                                    none */
  void (*packetdrill_free)(struct pkt_state *all);
  unsigned
      packetdrill_version;  /* of IP, for lines that are typed: 0 to 2, as pkt_version has them */
  unsigned scripts_run;     /* of packetdrill, each version of IP by itself */
  unsigned scripts_skipped; /* and those that can't run here */
  unsigned scripts_failed;  /* those that have failed */
  bool debugs; /* --debug: what a script of packetdrill has made stays, where it fails */
  const char *save_timeline;   /* --save-timeline: where the events go at its end; NULL: nowhere */
  struct session_again *again; /* at its end the program begins anew; NULL: it ends */
  bool stepping;               /* the last line let packets cross, so an empty line does it again */
  int looked_at;               /* session_look_around: the descriptor to start with */
  size_t looked_orphans;       /* and how many orphans to skip */
  struct bytes handed;         /* with --stable, the sockets that jobs have touched, and by which
                                  calls: those of observe.c */
};

void session_lock(struct session *session);
void session_unlock(struct session *session);

/* Between statements: lets other threads have the lock if any wait for it. */
void session_yield_lock(struct session *session);

/* Ends the session, and begins a new one with a walk through the script at this path. 0, or -1 if
 * out of memory. */
int session_begin_again(struct session *session, const char *path, unsigned from, bool asks);

/* Passes the settings on to the views and the timeline, which keep copies. */
void session_apply_settings(struct session *session);

/* Whether states are looked at without being asked for: `set look`, `set states`. */
bool session_looks(const struct session *session);

#endif
