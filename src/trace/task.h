/* task: the programs that are traced, their processes, and their threads, which the kernel calls
 * tasks; by their ids. */
#ifndef SOCKSH_TRACE_TASK_H
#define SOCKSH_TRACE_TASK_H

#include <sys/types.h>

#include "call/call.h"
#include "socket/foreign.h"
#include "timeline/event.h"
#include "trace/copier.h"
#include "trace/sink.h"
#include "trace/slots.h"
#include "trace/stop.h"

struct trace_program;

enum { TASK_PLACES = 1024 };

/* A word of a program's memory that was changed on purpose, to be put back. */
struct trace_patch {
  uint64_t address;
  uint64_t before;
};

/* A thread of a program: what the kernel calls a task. */
struct trace_task {
  pid_t id;
  unsigned number;               /* 1 for the first that made a call; 0: it has made none yet */
  _Atomic bool announced;        /* it was shown to be blocked; set by other threads, too */
  struct trace_process *process; /* whose it is */
  struct trace_task *next;       /* of the tracer's */
  char name[SOCKET_NAME_SIZE];   /* "p", "p.2" */
  char thread[SOCKET_NAME_SIZE]; /* the name that the kernel has for it, escaped; "": not its own */
  struct event_actor actor;      /* the same, for events */
  struct stop entry;             /* the call that it is in */
  struct call call;              /* the same as it was read there */
  bool inside;                   /* `call` is in use: it has begun, and not ended */
  bool fresh;                    /* it has just begun: what is done to it is not chosen yet */
  struct call_fault fault;       /* what is done to it on purpose */
  struct trace_patch patches[2]; /* for that */
  unsigned patched;              /* so many of them */
  int64_t resumes; /* it stands still until then, monotonic nanoseconds; 0: it does not */
  bool restarts;   /* the kernel will make it again, unless a signal's handler runs */
  bool handled;    /* a handler of the signal that interrupted it is at its end */
  bool looked;     /* its call's socket was looked at behind it */
  bool by_words;   /* it stops at every call, since no filter picks them */
  bool behind;     /* the next stop at a call is the one behind it */
  bool begun;      /* its first stop has come */
  bool seized;     /* it ran before, and is to stop first: counted in `running` */
  void *owner;     /* the sink's; NULL at first */
};

/* A process of a program. */
struct trace_process {
  pid_t id;
  struct trace_program *program;
  struct slots *slots; /* its descriptors; shared by processes that share theirs */
  int handle;          /* its pidfd, or -1 */
  unsigned tasks;      /* of it that are traced */
  unsigned number;     /* of its first task that has one; 0: none yet */
  uint64_t closes;     /* calls of close(2) that it has begun, of whatever */
  char name[SOCKET_NAME_SIZE];
  struct trace_process *next; /* of the tracer's */
};

/* A program: what was started by one command, with all that it has started itself. */
struct trace_program {
  char name[SOCKET_NAME_SIZE]; /* what it was called when it began: "p" */
  unsigned number;             /* for events: never another program's */
  void *owner;                 /* the sink's */
  struct host *host;           /* the host of the lab that it runs on; NULL: the real network */
  pid_t first;                 /* its first process */
  bool attached;               /* it ran before, and goes on when the tracer leaves it */
  unsigned tasks;              /* so many have a number */
  unsigned left;               /* so many are traced now */
  _Atomic bool ended;          /* its first process has ended, with this status of waitpid(2) */
  int status;
  _Atomic unsigned running; /* attached: so many threads have not stopped yet to be traced */
  _Atomic unsigned changes; /* incremented when it has ended, or that is 0; a futex */
  _Atomic unsigned references;
  uint64_t last_call;         /* the serial of its last call's event; the sink's */
  _Atomic bool gone;          /* nothing of it is traced any more */
  bool ending;                /* its first process has ended, and that is about to be told */
  bool leaving;               /* it goes on without the tracer */
  bool ring;                  /* it was said that io_uring is not seen */
  struct trace_program *next; /* of the tracer's */
};

/* A socket that a call has made, or closed the last known descriptor of. */
struct trace_outcome {
  struct socket *socket; /* a reference */
  bool closed;
  struct foreign_facts facts;
};

enum { OUTCOMES = 260 }; /* a message carries at most 254 descriptors */

struct early_stop {
  pid_t id;
  struct early_stop *next;
};

/* All of them. */
struct tracing {
  struct trace_sink sink;
  struct copier *copier;
  struct trace_task *tasks[TASK_PLACES]; /* by id */
  struct trace_process *processes;
  struct trace_program *programs;
  struct trace_outcome outcomes[OUTCOMES];
  size_t outcome_count;
  bool delays;              /* some task stands still for a time */
  struct early_stop *early; /* children whose first stop came before their parent's told of them */
  /* Takes the news of one task, if there are any: true. */
  bool (*take)(struct tracing *tracing, const struct trace_task *task);
};

/* What to begin with. */
struct trace_plan {
  const char *name;
  struct host *host;
  pid_t process;
  bool attach; /* it runs already, and has no filter */
  void *owner;
};

struct trace_task *task_find(const struct tracing *tracing, pid_t id);
/* NULL when there is no memory, as for the next two. */
struct trace_task *task_add(struct tracing *tracing, struct trace_process *process, pid_t id);
struct trace_process *task_add_process(struct tracing *tracing, struct trace_program *program,
                                       pid_t id, struct slots *slots);
struct trace_program *task_add_program(struct tracing *tracing, const struct trace_plan *plan);

/* The task is gone; so is its process when it was the last one. The lock is not held. */
void task_remove(struct tracing *tracing, struct trace_task *task);
/* A process none of whose tasks could be traced. */
void task_drop_process(struct tracing *tracing, struct trace_process *process);
/* Nothing of the program is traced any more. */
void task_drop_program(struct tracing *tracing, struct trace_program *program);

/* It has another id from now on: its program was executed by a thread that was not the first. */
void task_renumber(struct tracing *tracing, struct trace_task *task, pid_t id);
/* Gives the task its number, and its process one, when it is the first: in the order in which they
 * were first seen to make a call of interest, so that a shell in front of a program has none. The
 * lock is held. */
void task_number(struct trace_task *task);
/* Reads the name that the kernel has for the thread. */
void task_read_name(struct tracing *tracing, struct trace_task *task);
/* Forgets the call that it is in. The lock is held. */
void task_drop_call(struct trace_task *task);
/* A sentence for the user about its program. The lock is not held. */
void task_note(struct tracing *tracing, const struct trace_task *task, const char *note);

/* The next task of a program after `after`, the first for NULL; NULL: none. The lock is held. */
struct trace_task *task_next(const struct tracing *tracing, const struct trace_program *program,
                             const struct trace_task *after);

/* The next process of a program (NULL: of any) after `after`, the first for NULL; NULL: none. The
 * lock is held, as for the next. */
struct trace_process *task_next_process(const struct tracing *tracing,
                                        const struct trace_program *program,
                                        const struct trace_process *after);

/* The process of a program with this number, 1 for the first; NULL: there is none now. */
struct trace_process *task_find_process(const struct tracing *tracing,
                                        const struct trace_program *program, unsigned number);

/* With the lock held: what it is called from now on, and the end of the caller's reference. NULL is
 * allowed. */
void task_rename_program(struct tracing *tracing, struct trace_program *program, const char *name,
                         unsigned number);
void task_release_program(struct trace_program *program);

#endif
