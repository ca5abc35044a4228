/* program_sockets: the sockets of other programs, as ss finds them: the kernel's list has the
 * sockets (sock_diag), /proc/PID/fd says who has which open, by inode. They are looked at alone: no
 * call is made on them, and the session does not follow them. */
#ifndef SOCKSH_SESSION_PROGRAM_SOCKETS_H
#define SOCKSH_SESSION_PROGRAM_SOCKETS_H

#include "session/inventory.h"
#include "session/process.h"

/* Whose sockets are wanted. */
struct program_choice {
  const struct process *only; /* this program's alone; NULL: those of all that spawn has started */
  bool all;                   /* those of every program of the machine, too */
};

/* Appends them to an inventory, behind the session's own: those open, and those that wait at their
 * listeners; on a host of the lab, where nobody else is, those that are closed and not over, too.
 * They have ROLE_OF_PROGRAM, the program's name, and an `owner`: "p.4". 0, or -1 with an error. */
int program_sockets_add(struct runner *runner, struct program_choice choice,
                        struct inventory *inventory, struct error *error);

/* Whether the program listens: its first listening socket, or one of UDP that is bound and not
 * connected. 1 with its address, as a client on the same host reaches it; 0; or -1 with an
 * error. */
int program_sockets_find_listener(struct runner *runner, const struct process *process,
                                  struct address *address, struct error *error);

#endif
