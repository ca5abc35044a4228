/* strace_log_part: what the files that read a log share. Only for them. */
#ifndef SOCKSH_IMPORT_STRACE_LOG_PART_H
#define SOCKSH_IMPORT_STRACE_LOG_PART_H

#include "import/strace_log.h"
#include "import/strace_tree.h"
#include "trace/slots.h"

enum {
  LOG_PLACES = 4096,
  LOG_TASKS = 1 << 17,    /* lines of more threads than this are not understood */
  LOG_PENDING = 64 << 20, /* bytes of calls that have not returned, in all */
  LOG_SLOTS = 1 << 21,    /* numbers of descriptors for which there is room, in all processes */
};

/* A process of the log. */
struct log_process {
  long id;          /* 0: the log does not say it */
  unsigned number;  /* of its first task that has one; 0: none yet */
  unsigned running; /* its tasks that have not ended */
  struct slots *slots;
  struct socket **was; /* by descriptor: the last socket of that number, a reference */
  size_t was_room;
  char name[SOCKET_NAME_SIZE];
  struct log_process *next; /* in the order in which they were seen */
  struct log_process *before;
};

/* A thread. */
struct log_task {
  long id;
  unsigned number; /* in the order in which they made their first call; 0: none yet */
  bool born;       /* whose child it is, is known */
  struct log_process *process;
  char name[SOCKET_NAME_SIZE];
  char thread[SOCKET_NAME_SIZE];
  struct event_actor actor;
  struct bytes pending;  /* the beginning of a call that has not returned */
  int64_t pending_time;  /* when it began; 0: not known */
  struct bytes restarts; /* a call that a signal has interrupted, and that may go on */
  int64_t restarts_time;
  struct log_task *next;
};

/* A socket by what strace wrote behind its descriptor. */
struct log_known {
  uint64_t hash;
  struct socket *socket; /* a reference; NULL: none */
};

struct strace_log {
  struct strace_sink sink;
  struct strace_counts counts;
  char name[SOCKET_NAME_SIZE];
  unsigned number;
  struct log_task *tasks[LOG_PLACES]; /* by id */
  struct log_known known[LOG_PLACES]; /* by hash */
  unsigned task_count;
  unsigned numbered;
  struct log_process *processes;
  struct log_process *last; /* the newest of them */
  struct log_process *first;
  struct log_task *alone;   /* who made the calls of lines without an id; NULL: none yet */
  struct log_task *cloning; /* whose clone has not returned; NULL: nobody's */
  unsigned clones;          /* how many have not */
  size_t slots;             /* room for so many descriptors was made */
  size_t pending;           /* bytes */
  bool has_status;
  int status;
  struct strace_timer timer;
  int64_t shift;
  bool timed;   /* this line has a time, */
  int64_t time; /* and it is this */
};

/* A line that is not understood. */
static inline void log_note_unclear(struct strace_log *log) {
  if (log->counts.unclear++ == 0)
    log->counts.first_unclear = log->counts.lines;
}

#endif
