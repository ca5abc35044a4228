/* guard: a small process beside this one, which ends the programs that were started here when this
 * one is gone without having done so: killed by SIGKILL, or by a fault.
 *
 * A list of process groups is shared with it. It waits for the end of a pipe that this process
 * alone writes to, and then kills each group in the list. Each program enters its own group before
 * it becomes that program: until then it holds that pipe, too, so none is ever missed. The caller
 * keeps two threads from calling these at a time. */
#ifndef SOCKSH_SYSTEM_GUARD_H
#define SOCKSH_SYSTEM_GUARD_H

#include <sys/types.h>

/* The name that main is called by in the guard. It has none of this program's, so that what kills
 * that by name does not kill the guard. */
#define GUARD_PROGRAM "session-guard"

/* All zero before its first use. */
struct guard {
  pid_t process; /* 0: none was started yet, or it has ended */
  int list;      /* a file in memory, one of the program's own descriptors; 0: none yet */
  int life;      /* the end of the pipe, of which nothing is ever written */
  int told;      /* where it will report that it is there; 0: nowhere, it has or is not */
  pid_t *groups; /* the file, mapped: GUARD_GROUPS numbers; 0: free, -1: reserved */
  int end;       /* no place from here on was ever taken */
};

/* The most groups at a time. */
enum { GUARD_GROUPS = 16 * 1024 };

/* Starts the guard if there is none, and does not wait until it is there: where a program will be
 * started soon, that takes no time of its own. A failure is guard_reserve's to tell. */
void guard_prepare(struct guard *guard);

/* Reserves a place in the list, for guard_enter in a child that is started now. The first call
 * starts the guard, and so does the first one after it was killed. The place; or -1 with errno set:
 * EINTR when the caller is to stop, EAGAIN when the list is full. */
int guard_reserve(struct guard *guard);

/* In the child, between fork and exec: its process group is its own number. */
void guard_enter(const struct guard *guard, int place);

/* Gives back a place that no child has entered. */
void guard_unreserve(struct guard *guard, int place);

/* Enters a group that is not in the list yet, in a reserved place. */
void guard_hold(struct guard *guard, int place, pid_t group);

/* The group's first process has ended. Call it before it is waited for: then the number may become
 * another's. */
void guard_leave(struct guard *guard, pid_t group);

/* Ends the guard; it ends nothing any more. */
void guard_stop(struct guard *guard);

/* What main does in the guard: returns when the other process has gone, with all groups killed. The
 * exit status. */
int guard_serve(void);

#endif
