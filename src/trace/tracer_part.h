/* tracer_part: what the files of the tracer share. Only for them. */
#ifndef SOCKSH_TRACE_TRACER_PART_H
#define SOCKSH_TRACE_TRACER_PART_H

#include <pthread.h>

#include "socket/foreign.h"
#include "trace/copier.h"
#include "trace/filter.h"
#include "trace/tracer.h"

enum { TASK_PLACES = 1024 };

/* What another thread wants of the tracer's. */
struct tracer_request {
  enum { REQUEST_BEGIN, REQUEST_LEAVE, REQUEST_STOP } kind;
  const struct trace_plan *plan;
  struct trace_program *program; /* the answer to REQUEST_BEGIN */
  int error;                     /* 0, or an errno */
};

/* A socket that a call has made, or closed the last known descriptor of. */
struct trace_outcome {
  struct socket *socket; /* a reference */
  bool closed;
  struct foreign_facts facts;
};

enum { OUTCOMES = 260 }; /* a message carries at most 254 descriptors */

struct tracer {
  struct trace_sink sink;
  struct copier *copier;
  pthread_t thread;
  pthread_mutex_t asking;          /* held by whoever has a request */
  pthread_mutex_t lock;            /* guards the next two */
  pthread_cond_t news;             /* one of them has changed */
  struct tracer_request *request;  /* NULL: none */
  bool idle;                       /* it waits for a request, and not for a program */
  bool stopping;                   /* the thread is to end */
  /* The rest belongs to the thread; others read it under the session's lock. */
  struct trace_task *tasks[TASK_PLACES]; /* by id */
  struct trace_process *processes;
  struct trace_program *programs;
  struct trace_outcome outcomes[OUTCOMES];
  size_t outcome_count;
  struct early_stop *early; /* children whose first stop came before their parent's told of them */
};

struct early_stop {
  pid_t id;
  struct early_stop *next;
};

/* The tracer's table of tasks, in tracer_tasks.c. */
struct trace_task *task_find(const struct tracer *tracer, pid_t id);
struct trace_task *task_add(struct tracer *tracer, struct trace_process *process, pid_t id);
/* The task is gone; so is its process when it was the last one. */
void task_remove(struct tracer *tracer, struct trace_task *task);
/* It has another number from now on: its program was executed by a thread that was not the first. */
void task_renumber(struct tracer *tracer, struct trace_task *task, pid_t id);
/* Gives the task its number, and its process one, when it is the first: in the order in which they
 * were first seen to make a call of interest, so that a shell in front of a program has none. The
 * lock is held. */
void task_number(struct trace_task *task);
/* Reads the name that the kernel has for the thread. */
void task_read_name(struct trace_task *task);
struct trace_process *process_add(struct tracer *tracer, struct trace_program *program, pid_t id,
                                  struct slots *slots);
struct trace_program *program_add(struct tracer *tracer, const struct trace_plan *plan);
void program_drop(struct tracer *tracer, struct trace_program *program);

/* A task is in front of a call: reads it. False if it is of no interest, and neither is its end. */
bool call_enter(struct tracer *tracer, struct trace_task *task, const struct stop *stop);
/* It is behind it. */
void call_leave(struct tracer *tracer, struct trace_task *task, int64_t result);
/* The call that was to be made again was not, or the task is gone. */
void call_abandon(struct tracer *tracer, struct trace_task *task);
/* Forgets the call that it is in. The lock is held. */
void call_drop(struct trace_task *task);
/* Takes the news of one task, if there are any. */
bool tracer_take(struct tracer *tracer, const struct trace_task *task);
/* Its program is another one now: descriptors are closed, and others stay. */
void call_executed(struct tracer *tracer, struct trace_task *task);

/* A sentence for the user about a program. The lock is not held. */
void tracer_note(struct tracer *tracer, const struct trace_task *task, const char *note);

#endif
