/* family: the processes of a program that was started here: itself, what is in its process group or
 * session, and what these have started, as /proc tells. A process that has left all of them, as a
 * daemon does, is not found. */
#ifndef SOCKSH_SYSTEM_FAMILY_H
#define SOCKSH_SYSTEM_FAMILY_H

#include <stdint.h>
#include <sys/types.h>

#include "language/bytes.h"

/* All processes of this machine at one time, for the families of several programs. It reads one
 * file of each process. A zeroed struct is empty; family_forget frees it. */
struct family_all {
  struct bytes relations;
};
void family_take(struct family_all *all);
void family_forget(struct family_all *all);

/* Appends the process ids (pid_t) of a family, in ascending order: the program with this process,
 * and what it has begun. With 0 all processes are its family. */
void family_list(struct family_all *all, pid_t first, struct bytes *processes);

/* Calls `each` for every descriptor of a process that is a socket. 0; or EACCES or EPERM where this
 * user may not look into the process. */
int family_walk_sockets(pid_t process, void (*each)(int descriptor, uint32_t inode, void *context),
                        void *context);

/* The program's name, as ps shows it ("comm"); "" if it is gone. */
enum { FAMILY_NAME_SIZE = 32 };
void family_name(pid_t process, char name[FAMILY_NAME_SIZE]);

/* Whether a thread of the family is blocked in a read of its standard input. */
enum family_reads {
  FAMILY_READS_UNKNOWN, /* the kernel does not say, or it waits for several things at once */
  FAMILY_READS,
  FAMILY_READS_NOT,
};
enum family_reads family_reads_input(pid_t first);

#endif
