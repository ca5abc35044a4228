/* imported: programs whose calls were read from a log of another tool. Such a program is over: it
 * has a name, its calls and its sockets, and no process. */
#ifndef SOCKSH_SESSION_IMPORTED_H
#define SOCKSH_SESSION_IMPORTED_H

#include "import/strace_log.h"
#include "session/process.h"

/* Reads a log of strace(1) into the timeline, and says in notes what was left out. The lock is
 * held, and given up now and then. Returns a reference for the caller; NULL with an error: the file
 * can't be read, it has no call on a socket, or the command was interrupted. */
struct process *imported_read(struct runner *runner, const char *path, struct error *error);

/* The last socket that had this number in the program, or in its process of that number (0: in
 * any): not a reference. NULL: none had. */
struct socket *imported_find(const struct process *process, unsigned number, long descriptor);

#endif
