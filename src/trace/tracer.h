/* tracer: other programs' socket calls, read as they are made, by ptrace(2) and a seccomp filter.
 *
 * One thread traces all programs: the kernel knows a tracer by its thread. It reads each call in
 * front of it and behind it, while the program's thread is stopped, and hands it to the sink. The
 * program notices nothing.
 *
 * The session's lock, which the sink takes, guards everything that this header shows of programs;
 * the tracer's thread alone changes it. */
#ifndef SOCKSH_TRACE_TRACER_H
#define SOCKSH_TRACE_TRACER_H

#include <sys/types.h>

#include "timeline/event.h"
#include "trace/slots.h"
#include "trace/stop.h"

struct tracer;
struct trace_program;

/* A thread of a program: what the kernel calls a task. */
struct trace_task {
  pid_t id;
  unsigned number;               /* 1 for the first that made a call; 0: it has made none yet */
  struct trace_process *process; /* whose it is */
  struct trace_task *next;       /* of the tracer's */
  char name[SOCKET_NAME_SIZE];   /* "p", "p.2" */
  char thread[SOCKET_NAME_SIZE]; /* the name that the kernel has for it, escaped; "": not its own */
  struct event_actor actor;      /* the same, for events */
  struct stop entry;             /* the call that it is in */
  struct call call;              /* the same as it was read there */
  bool inside;                   /* `call` is in use: it has begun, and not ended */
  bool restarts;                 /* the kernel will make it again, unless a signal's handler runs */
  bool announced;                /* it was shown to be blocked */
  bool by_words;                 /* it stops at every call, since no filter picks them */
  bool behind;                   /* the next stop at a call is the one behind it */
  bool begun;                    /* its first stop has come */
  void *owner;                   /* the sink's; NULL at first */
};

/* A process of a program. */
struct trace_process {
  pid_t id;
  struct trace_program *program;
  struct slots *slots;    /* its descriptors; shared by processes that share theirs */
  int handle;             /* its pidfd, or -1 */
  unsigned tasks;         /* of it that are traced */
  unsigned number;        /* of its first task that has one; 0: none yet */
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
  _Atomic unsigned changes;    /* incremented when it has ended; a futex */
  _Atomic unsigned references;
  uint64_t last_call;          /* the serial of its last call's event; the sink's */
  bool leaving;                /* it goes on without the tracer */
  bool ring;                   /* it was said that io_uring is not seen */
  struct trace_program *next;  /* of the tracer's */
};

/* What the tracer does with what it has read. All but lock and unlock are called with the lock
 * held, by the tracer's thread, while the program's thread is stopped. */
struct trace_sink {
  void (*lock)(void *context);
  void (*unlock)(void *context);
  /* The session's sockets, to which those of programs are added. */
  struct socket_table *sockets;
  size_t (*record)(void *context); /* the most bytes of data to read */
  /* A call begins. May be NULL. */
  void (*begun)(void *context, struct trace_task *task);
  /* A call has ended: task->call. Its sockets are in the table by now. */
  void (*finished)(void *context, struct trace_task *task);
  /* A socket was looked at: what had been seen before is in *before. */
  void (*changed)(void *context, const struct trace_task *task, struct socket *socket,
                  const struct snapshot *before);
  /* Nothing refers to a socket any more, as far as is known: its program has closed it, or ended.
   */
  void (*closed)(void *context, const struct trace_task *task, struct socket *socket);
  /* The last process that had a socket open has ended without having closed it; `closed` follows. */
  void (*leaked)(void *context, const struct trace_task *task, struct socket *socket);
  /* The task is gone, or not traced any more. */
  void (*gone)(void *context, struct trace_task *task);
  /* Something about the program that its user must know, as one sentence. */
  void (*noted)(void *context, const struct trace_task *task, const char *note);
  void *context;
};

/* NULL with an error: no memory, no thread, or a kernel that is too old. */
struct tracer *tracer_create(const struct trace_sink *sink, struct error *error);
/* Ends the thread. Programs that it has started are killed, others go on. The lock is not held. */
void tracer_free(struct tracer *tracer);

/* What to begin with. */
struct trace_plan {
  const char *name;
  struct host *host;
  pid_t process;
  bool attach; /* it runs already, and has no filter */
  void *owner;
};

/* Begins to trace a process. One that is new must not have run yet, and install the filter when
 * this has returned. The lock is not held. One reference for the caller; NULL with an error: EPERM
 * where it may not be traced, with why. */
struct trace_program *tracer_begin(struct tracer *tracer, const struct trace_plan *plan,
                                   struct error *error);

/* Leaves an attached program as it was. The lock is not held. 0, or -1 with an error. */
int tracer_leave(struct tracer *tracer, struct trace_program *program, struct error *error);

/* Waits until the first process of the program has ended and been reaped: its status. The lock is
 * not held. */
int trace_program_wait(struct trace_program *program);

/* With the lock held: what it is called from now on, and the end of the caller's reference. NULL is
 * allowed. */
void trace_program_rename(struct tracer *tracer, struct trace_program *program, const char *name,
                          unsigned number);
void trace_program_release(struct trace_program *program);

/* The next task of a program after `after`, the first for NULL; NULL: none. The lock is held. */
struct trace_task *trace_task_next(const struct tracer *tracer,
                                   const struct trace_program *program,
                                   const struct trace_task *after);

/* The next process of a program (NULL: of any) after `after`, the first for NULL; NULL: none. The
 * lock is held, as for the next. */
struct trace_process *trace_process_next(const struct tracer *tracer,
                                         const struct trace_program *program,
                                         const struct trace_process *after);

/* The process of a program with this number, 1 for the first; NULL: there is none now. */
struct trace_process *trace_process_find(const struct tracer *tracer,
                                         const struct trace_program *program, unsigned number);

/* Calls `read` with a copy of a program's descriptor, which is closed again when it returns, in a
 * thread whose numbers are not the user's. 0, or an errno: EPERM, EBADF, ENOSYS before Linux 5.6. */
int tracer_copy(struct tracer *tracer, const struct trace_process *process, int descriptor,
                void (*read)(int copy, void *context), void *context);

#endif
