/* process: a program started with spawn, as an object that names can hold, and as an actor: what it
 * does is on the timeline under its number and name. A job of its own follows it until it ends.
 *
 * What it prints: process_console.h. What is typed to it: process_input.h. Waiting for it:
 * process_await.h. Its sockets: program_sockets.h. */
#ifndef SOCKSH_SESSION_PROCESS_H
#define SOCKSH_SESSION_PROCESS_H

#include <sys/types.h>

#include "session/runner.h"

enum {
  PROCESS_OUTPUT = 1 << 20, /* so many of the last bytes of each stream are at hand */
  PROCESS_NAME_SIZE = 32,
};

/* One of its two streams, as far as it was read. */
struct process_stream {
  int end;           /* where it is read; -1: it has ended, or there is none */
  int problem;       /* why it was read no further, an errno; 0: that was its end */
  struct bytes kept; /* its last bytes: PROCESS_OUTPUT at least, if there were so many */
  uint64_t total;    /* bytes so far; those kept are the last of them */
  uint64_t told;     /* up to here it is on the timeline */
  uint64_t awaited;  /* up to here it was awaited */
  int64_t came;      /* when the first byte came that is not told; monotonic nanoseconds */
  bool partial;      /* what was told last is no whole line */
  bool broken;       /* a part is lost, since there was no memory for it */
};

/* The session's lock guards all members but `changes`. */
struct process {
  struct object object;
  char name[PROCESS_NAME_SIZE]; /* what it is called: "p", or "%2" after its job */
  pid_t pid;
  unsigned job;            /* the job that follows it; its number among the programs, too */
  const struct host *host; /* the host of the lab that it runs on; NULL: the real network */
  bool terminal;           /* it has a terminal of its own */
  bool alone;              /* it is in no process group of its own: signals go to it alone */
  bool attached; /* it ran before: it is another's to end, and goes on without the session */
  bool left;     /* and it is not followed any more */
  struct trace_program *traced; /* its calls are read, a reference; NULL: they are not */
  struct strace_log *imported;  /* or were, from this log, owned; see imported.h */
  int input;                    /* its standard input, or its terminal; -1: closed */
  uint64_t typed;               /* bytes written to it so far */
  int handle;                   /* its pidfd; -1: it has ended */
  struct process_stream streams[PROGRAM_STREAMS];
  struct bytes line;    /* the line that was awaited last */
  struct bytes leaks;   /* struct traced_leak: what was never closed, see traced.h */
  struct bytes past;    /* struct traced_past: the sockets that it has closed, the last ones */
  struct bytes awaited; /* struct awaited_calls, see foreign_name.h: up to where its calls were */
  bool has_line;
  int64_t began; /* monotonic nanoseconds */
  bool hushed;   /* why it is silent was looked into */
  bool asked;    /* the session has told it to end */
  bool ended;
  bool unknown_end;         /* but not how: its log does not say it */
  int status;               /* exit status, or 128 + the signal that ended it */
  int signal;               /* that signal; 0: it has exited */
  uint64_t dropped;         /* bytes that were lost for want of memory */
  bool done;                /* all its output was collected */
  bool noticed;             /* its end was waited for, or was the reason of an error */
  _Atomic unsigned changes; /* incremented whenever anything of it has changed; a futex */
  struct session *session;  /* whose programs it is among; NULL: not yet */
  struct process *next;     /* those, newest first, without references */
};

struct strace_log;
struct trace_program;

/* How a program is to be started. */
struct process_plan {
  const char *line; /* for /bin/sh */
  size_t length;
  bool terminal;            /* it gets a terminal of its own */
  bool traced;              /* its calls are read */
  const char *const *words; /* the program and its words in place of `line`, ended by NULL; it has
                               the session's own streams, terminal and process group */
  int output;               /* and this standard output */
};

/* Starts a program and the job that follows it. Returns a reference for the caller, or NULL with an
 * error. The session's lock is held. */
struct process *process_spawn(struct runner *runner, const struct process_plan *plan,
                              struct error *error);

/* The same with a process that runs already, whose calls are read from now on. Its output is not
 * the session's. */
struct process *process_attach(struct runner *runner, pid_t pid, struct error *error);

/* A program without a process yet; NULL when there is no memory. For process_attach. */
struct process *process_create(void);
/* Starts the job that follows it, called by the line, and gives it its name. 0, or -1 with an
 * error. */
int process_follow(struct runner *runner, struct process *process, const char *line, size_t length,
                   struct error *error);

/* Gives a program that no job follows its number and its name, and puts it among the session's. */
void process_enroll(struct runner *runner, struct process *process);

/* Leaves such a one as it was. 0, or -1 with an error. */
int process_leave(struct runner *runner, struct process *process, struct error *error);

/* The program in an object, or NULL if the object is something else. */
struct process *process_from_object(const struct object *object);

/* The program that a name of this thread, or "%N", stands for; NULL: none. Not a reference. */
struct process *process_find(const struct runner *runner, const char *text, size_t length);

/* Sends it a signal, and to all of its process group. 0, or -1 with an error. */
int process_signal(struct process *process, int number, struct error *error);

/* Fills in the error for what can't be done, since it has ended. Returns -1. */
int process_explain_done(struct process *process, struct error *error);

/* The program that a job follows; NULL: the job does something else. */
struct process *process_of_job(const struct session *session, unsigned job);

#endif
