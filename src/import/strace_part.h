/* strace_part: the arguments of a call in strace's notation as a struct call, a handler for each
 * kind of part: the counterpart of reading.c, which reads a program's memory. */
#ifndef SOCKSH_IMPORT_STRACE_PART_H
#define SOCKSH_IMPORT_STRACE_PART_H

#include "call/call.h"
#include "import/strace_tree.h"
#include "trace/slots.h"

/* Fills in the call that the tree has, given its name: what it was given, and what it returned. The
 * lock is held: references to sockets are taken. 0, or -1 where a part is not understood, or there
 * is no memory: then call_free frees what there is. */
int strace_part_read(struct call *call, const struct strace_tree *tree, const struct slots *slots);

/* The same with one part, that of the reader. -1 also where nothing can be read of such a part.
 * *arguments is how many it takes. */
struct strace_reader;
int strace_part_read_one(struct strace_reader *reader, int *arguments);

#endif
