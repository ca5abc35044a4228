/* helper: the process in the hosts' network namespaces, which the session itself can't enter. It
 * has one thread, makes what it is asked for, hands the descriptors over and keeps only those of
 * the namespaces. It is the first process of a PID namespace, in which all programs on the hosts
 * run. It ends when the session does, however that ends, since its socket then reports the end; and
 * the kernel ends all those programs with it. */
#ifndef SOCKSH_LAB_HELPER_H
#define SOCKSH_LAB_HELPER_H

#include <stdbool.h>
#include <sys/types.h>

#include "lab/request.h"

struct helper {
  pid_t pid;
  int control; /* a SOCK_SEQPACKET socket, one of the program's own */
};

/* Starts one. 0, or an errno, with the stage it reached. */
int helper_start(struct helper *helper, enum lab_stage *stage);

/* Ends it, and waits for its end. */
void helper_stop(struct helper *helper);

/* What the new process runs, in the namespaces that it was made in: answers on `control` until that
 * is closed. On `report` it first says whether it could map its user, an errno. */
_Noreturn void helper_become(int control, int report, bool own_users, uid_t user, gid_t group);

#endif
