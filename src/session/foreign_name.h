/* foreign_name: the sockets of traced programs, by the words that stand for them: p.4, p.2.4. */
#ifndef SOCKSH_SESSION_FOREIGN_NAME_H
#define SOCKSH_SESSION_FOREIGN_NAME_H

#include "session/process.h"

/* Whether a word is of the form of a program's socket: p.4, p.2.4, %1.4. */
bool foreign_name_is(const char *text, size_t length);

/* The socket that such a word stands for: not a reference. NULL with an error. */
struct socket *foreign_name_find(const struct runner *runner, const char *text, size_t length,
                                 struct error *error);

/* Up to where calls were awaited: of a program, or of one of its descriptors. */
struct awaited_calls {
  unsigned number;   /* of the process: 0: any */
  long descriptor;   /* -1: any */
  long long process; /* its id; 0: not known yet */
  uint64_t serial;   /* of the call that was awaited last; 0: none */
};

/* The program that such a word names, and which of its descriptors in `calls`. NULL with an error:
 * no program is called so. */
struct process *foreign_name_read(const struct runner *runner, const char *text, size_t length,
                                  struct awaited_calls *calls, struct error *error);

/* The program whose socket it is, or was. */
struct process *foreign_name_owner(const struct session *session, const struct socket *socket);

/* Where such a socket is open: a process, the number there, and its host. 0, or -1 with an error.
 */
int foreign_name_locate(const struct runner *runner, const char *text, size_t length,
                        pid_t *process, int *descriptor, struct host **host, struct error *error);

/* Calls `read` while the socket has a descriptor: its own, or for a program's one a copy, in a
 * thread of its own, so it must touch nothing but the socket and what the context points to. 0, or
 * -1 with an error. */
int foreign_name_reach(struct session *session, struct socket *socket,
                       void (*read)(struct socket *socket, void *context), void *context,
                       struct error *error);

#endif
