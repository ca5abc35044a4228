/* reading: a traced program's words and memory as a call, a handler for each kind of part: the
 * counterpart of call_part.c, which makes calls of its own. */
#ifndef SOCKSH_TRACE_READING_H
#define SOCKSH_TRACE_READING_H

#include <sys/types.h>

#include "call/call.h"
#include "trace/slots.h"

/* Where a call is read from. */
struct reading {
  pid_t process;             /* whose memory it is: a thread's id will do */
  const uint64_t *words;     /* as they were in front of the call */
  const struct slots *slots; /* what its descriptors are */
  size_t record;             /* the most bytes of data to read */
};

/* Fills in what the call was given. The lock is held: references to sockets are taken. 0, or -1
 * when there is no memory. */
int reading_enter(struct call *call, const struct reading *reading);

/* Fills in what it returned, given its result, or minus an errno. */
void reading_leave(struct call *call, const struct reading *reading, int64_t result);

/* Calls `each` for each descriptor that came with a received message (SCM_RIGHTS). */
void reading_walk_rights(const struct call *call, void (*each)(int descriptor, void *context),
                         void *context);

#endif
